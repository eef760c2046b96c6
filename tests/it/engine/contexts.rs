//! What the commit that stores and leases a letter returns for its delivery.

use entity::tenant_channel;
use parom_tests::office::{Desk, LEASE, Office};
use parom_tests::{both, on_postgres};
use queue::accept_batch::{AcceptBatch, Alias, Conversation, Side};
use queue::{Accepted, Settled, StoredContext};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use crate::cost::accepts::hook;
use crate::cost::leases::quiet;

async fn accepted(office: &Office, desk: &Desk, batch: &AcceptBatch) -> Accepted {
    let wishes = [desk.source_id, desk.channel_id].map(|target| desk.wish(target, 10));
    let call = office.queue.lease_call(&wishes, LEASE);
    let accepted = office.queue.accept_leasing(&[batch], &call).await.unwrap();
    assert_eq!(accepted.claims.len(), 1, "{accepted:?}");
    accepted
}

/// Both directions, with what the same commit changes in the conversation.
async fn a_context_of_the_lease_is_what_is_stored(office: &mut Office) {
    let desk = office.desk();
    let conversations = quiet(office, &desk, 1, 1).await;
    let channel = tenant_channel::Model {
        tenant_id: desk.tenant_id,
        channel_id: desk.channel_id,
        scope_id: "scope".to_owned(),
        status: "connected".to_owned(),
        detail: String::new(),
        connected_at: 1,
        checked_at: 2,
        next_try_at: Some(3),
        tries: 0,
        renewed_at: None,
        losses: 0,
    };
    tenant_channel::Entity::insert(channel.clone().into_active_model()).exec(office.store.write()).await.unwrap();
    let mut from_manager = hook(&desk, &conversations[0], "1");
    from_manager.entries[0].crm_chat =
        Some(Alias { side: Side::Crm, origin: desk.channel_id, external_id: "amojo-chat".to_owned() });
    let mut from_customer = desk.to_crm(&conversations[0].0, "2", "Hello again");
    from_customer.entries[0].conversation = Conversation::Known(conversations[0].1);
    from_customer.entries[0].heard_at = Some(77);
    for (batch, to_crm) in [(from_manager, false), (from_customer, true)] {
        let accepted = accepted(office, &desk, &batch).await;
        let stored = StoredContext::read(office.store.read(), &office.store, &accepted.claims).await.unwrap();
        assert_eq!(accepted.contexts, stored);
        let context = &stored[&accepted.claims[0].letter.id];
        assert_eq!(context.message.as_ref().map(|message| message.id), Some(batch.entries[0].id));
        assert_eq!(context.conversation.amocrm_chat_id, "amojo-chat");
        assert_eq!(context.conversation.heard_at, if to_crm { 77 } else { 0 });
        // The source of a desk has no row, and so no channel.
        assert_eq!(context.channel.as_ref(), to_crm.then_some(&channel));
        assert!(office.settles(&accepted.claims[0], Settled::Delivered).await);
    }
}

/// PostgreSQL reads what was committed when the statement began: a conversation that it creates is read afterwards.
async fn a_context_of_a_new_conversation_is_complete_or_none(office: &mut Office) {
    let desk = office.desk();
    quiet(office, &desk, 1, 1).await;
    let accepted = accepted(office, &desk, &desk.to_crm("new", "1", "Hello")).await;
    let stored = StoredContext::read(office.store.read(), &office.store, &accepted.claims).await.unwrap();
    assert_eq!(stored.len(), 1);
    if !accepted.contexts.is_empty() {
        assert_eq!(accepted.contexts, stored);
    }
    assert!(office.settles(&accepted.claims[0], Settled::Delivered).await);
}

/// The lane was leased when the statement began, and its last letter is settled while the statement waits: what that learned
/// is in no context, so there is none.
async fn a_context_that_was_read_before_the_last_settlement_is_not_used(office: &mut Office) {
    let desk = office.desk();
    let conversations = quiet(office, &desk, 1, 1).await;
    let first = accepted(office, &desk, &hook(&desk, &conversations[0], "1")).await.claims.remove(0);
    let other = office.connect().await;
    let settles = format!(
        "BEGIN; UPDATE lane SET owner = NULL, leased_until = 0, starts = 0, waiting = 0, due_at = NULL WHERE lane_id = '{}'; \
         UPDATE conversation SET amocrm_chat_id = 'learned'; DELETE FROM letter",
        first.lane_id
    );
    other.execute_unprepared(&settles).await.unwrap();
    let (queue, batch) = (office.queue.clone(), hook(&desk, &conversations[0], "2"));
    let call = queue.lease_call(&[desk.wish(desk.source_id, 1)], LEASE);
    let accept = tokio::spawn(async move { queue.accept_leasing(&[&batch], &call).await.unwrap() });
    office.until_waiting(1).await;
    other.execute_unprepared("COMMIT").await.unwrap();
    let accepted = accept.await.unwrap();
    assert_eq!((accepted.claims.len(), accepted.contexts.len()), (1, 0), "{accepted:?}");
    assert!(office.settles(&accepted.claims[0], Settled::Delivered).await);
}

both!(a_context_of_the_lease_is_what_is_stored, a_context_of_a_new_conversation_is_complete_or_none);
on_postgres!(a_context_that_was_read_before_the_last_settlement_is_not_used);
