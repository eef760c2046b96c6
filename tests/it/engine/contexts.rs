//! What the commit that stores and leases a letter returns for its delivery.

use entity::tenant_channel;
use parom_tests::office::{Desk, LEASE, Office};
use parom_tests::{both, on_postgres};
use queue::accept_batch::{AcceptBatch, Alias, Conversation, Side};
use queue::{Accepted, Settled, StoredContext};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

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
    let conversations = office.quiet(&desk, 1, 1).await;
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
    let mut from_manager = desk.hook(&conversations[0], "1");
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

/// A conversation that the same commit opens.
async fn a_context_of_a_new_conversation_is_what_is_stored(office: &mut Office) {
    let desk = office.desk();
    office.quiet(&desk, 1, 1).await;
    let accepted = accepted(office, &desk, &desk.to_crm("new", "1", "Hello")).await;
    let stored = StoredContext::read(office.store.read(), &office.store, &accepted.claims).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!(accepted.contexts, stored);
    assert!(office.settles(&accepted.claims[0], Settled::Delivered).await);
}

/// The lane is leased when the commit begins, and its last letter is settled while it waits for the turn. The context contains
/// what that learned.
async fn a_context_is_as_new_as_the_lease(office: &mut Office) {
    for alone in [true, false] {
        accepts_while_another_settles(office, alone).await;
    }
}

async fn accepts_while_another_settles(office: &mut Office, alone: bool) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 2, 2).await;
    let first = accepted(office, &desk, &desk.hook(&conversations[0], "first")).await.claims.remove(0);
    let other = office.connect().await;
    let settles = format!(
        "BEGIN; SELECT FROM turn WHERE target = '{}' FOR UPDATE; UPDATE lane SET owner = NULL, leased_until = 0, starts = 0, waiting = 0, due_at = NULL WHERE lane_id = '{}'; \
         UPDATE conversation SET amocrm_chat_id = 'learned' WHERE id = '{}'; DELETE FROM letter",
        desk.source_id, first.lane_id, conversations[0].1
    );
    other.execute_unprepared(&settles).await.unwrap();
    let (queue, batches) =
        (office.queue.clone(), [0, 1].map(|chat| desk.hook(&conversations[chat], &chat.to_string())));
    let call = queue.lease_call(&[desk.wish(desk.source_id, 2)], LEASE);
    let accept = tokio::spawn(async move {
        let batches: Vec<&AcceptBatch> = batches.iter().take(if alone { 1 } else { 2 }).collect();
        queue.accept_leasing(&batches, &call).await.unwrap()
    });
    office.until_waiting(1).await;
    other.execute_unprepared("COMMIT").await.unwrap();
    let accepted = accept.await.unwrap();
    let stored = StoredContext::read(office.store.read(), &office.store, &accepted.claims).await.unwrap();
    for claim in &accepted.claims {
        assert_eq!(accepted.contexts.get(&claim.letter.id), stored.get(&claim.letter.id));
        assert!(office.settles(claim, Settled::Delivered).await);
    }
    assert_eq!(accepted.claims.len(), if alone { 1 } else { 2 }, "{accepted:?}");
}

both!(a_context_of_the_lease_is_what_is_stored, a_context_of_a_new_conversation_is_what_is_stored);
on_postgres!(a_context_is_as_new_as_the_lease);
