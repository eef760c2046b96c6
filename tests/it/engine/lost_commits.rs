//! C7, C8, C9: the answer to a successful COMMIT is lost. Its rows are read back: nothing that was never sent is
//! unknown, nothing is queued twice, and an attempt is in the timeline once.

use entity::attempt;
use parom_tests::office::{Desk, LEASE, settlement};
use parom_tests::{Office, World, both};
use queue::accept_batch::{AcceptBatch, AcceptItem, Conversation, DedupeKey, EventKind, ItemOutcome};
use queue::{Attempt, Settled, Settlement, TurnEffect};

async fn c7_a_claim_whose_commit_was_not_answered_is_carried(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    office.accepts(desk.to_crm("other chat", "2", "two")).await;
    office.faults.add("claim.after_commit=error:1").unwrap();
    let claims = office.queue.claim(&[desk.wish(desk.channel_id, 10)], LEASE).await.expect("it is read back");
    assert_eq!(claims.len(), 2);
    for claim in &claims {
        assert_eq!((claim.letter.unknown, claim.starts), (false, 1), "no process has sent it yet");
        assert!(office.settles(claim, Settled::Delivered).await, "the lease is ours");
    }
}

async fn c7_letters_leased_by_a_lost_commit_are_sent_at_once(world: &mut World) {
    let line = world.line("support").await;
    world.faults.add("claim.after_commit=error:1").unwrap();
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"], "without waiting for a lease to run out");
    let asked = world.sandbox.requests().iter().filter(|request| request.path.contains("/history")).count();
    assert_eq!(asked, 0, "nothing about it is unknown");
}

/// A status of a known message: a letter, and no message of its own.
fn status_batch(
    desk: &Desk,
    office: &Office,
    batch: &AcceptBatch,
    message_id: uuid::Uuid,
    conversation_id: uuid::Uuid,
) -> AcceptBatch {
    let mut letter = batch.entries[0].letters[0].clone();
    letter.id = office.clock.uuid_v7();
    letter.message_id = message_id;
    let key = DedupeKey { origin: desk.source_id, external_id: "told".to_owned(), event: EventKind::StatusDelivered };
    let now = office.clock.millis();
    let bare = AcceptItem::bare(key, office.clock.uuid_v7(), now, Conversation::Known(conversation_id));
    AcceptBatch { entries: vec![AcceptItem { letters: vec![letter], ..bare }], ..batch.clone() }
}

async fn c8_a_letter_without_a_message_of_its_own_is_queued_once(office: &mut Office) {
    let desk = office.desk();
    let first = desk.to_crm("chat", "1", "one");
    let message_id = office.accepts(first.clone()).await;
    let claim = office.claims_one(&desk).await;
    assert!(office.settles(&claim, Settled::Delivered).await);
    let status = status_batch(&desk, office, &first, message_id, claim.conversation_id);
    office.faults.add("accept.after_commit=error:1").unwrap();
    let receipt = office.writer.accept(status).await.unwrap();
    assert!(matches!(receipt[0], ItemOutcome::New { .. }), "{receipt:?}");
    assert_eq!(office.letters(&desk).await.len(), 1, "the batch was written again, the letter was not");
}

/// Another process may have delivered it before the batch is written again.
async fn c8_a_letter_delivered_meanwhile_is_not_queued_again(office: &mut Office) {
    let desk = office.desk();
    let first = desk.to_crm("chat", "1", "one");
    let message_id = office.accepts(first.clone()).await;
    let claim = office.claims_one(&desk).await;
    assert!(office.settles(&claim, Settled::Delivered).await);
    let status = status_batch(&desk, office, &first, message_id, claim.conversation_id);
    office.queue.accept(&[&status], false).await.unwrap();
    let claim = office.claims_one(&desk).await;
    assert!(office.settles(&claim, Settled::Delivered).await);
    office.queue.accept(&[&status], true).await.unwrap();
    assert_eq!(office.letters(&desk).await, [], "it has left");
}

async fn c9_a_settlement_whose_commit_was_not_answered_is_reported(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    office.accepts(desk.to_crm("chat", "2", "two")).await;
    let claim = office.claims_one(&desk).await;
    office.faults.add("settle.after_commit=error:1").unwrap();
    let mut held = settlement(&claim, Settled::Delivered);
    held.turn = TurnEffect::Hold { reason: "paused".to_owned() };
    assert!(office.writer.settle(held).await, "it is written: its waiting caller is notified");
    let tries = attempt::Entity::of_tenant(desk.tenant_id).all(office.store.read()).await.unwrap();
    assert_eq!(tries.len(), 1, "one try, one line");
    assert_eq!(office.letters(&desk).await.len(), 1);
    assert_eq!(office.lanes(&desk).await[0].carried, 1);
}

/// Another process leased the lane before the batch is written again.
async fn c9_a_lane_leased_again_meanwhile_is_recognised_by_its_attempt(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    office.accepts(desk.to_crm("chat", "2", "two")).await;
    let first = office.claims_one(&desk).await;
    let done = settlement(&first, Settled::Delivered);
    assert_eq!(office.queue.settle(std::slice::from_ref(&done)).await.unwrap(), [true]);
    let second = office.claims_one(&desk).await;
    assert_eq!(office.queue.settle_batch(std::slice::from_ref(&done), true).await.unwrap().valid, [true]);
    let tries = attempt::Entity::of_tenant(desk.tenant_id).all(office.store.read()).await.unwrap();
    assert_eq!(tries.len(), 1, "one try, one line");
    // What another wrote instead is not taken for it.
    let late = Settlement { attempt: Some(Attempt { status: 500, ..Attempt::default() }), ..done };
    assert_eq!(office.queue.settle_batch(&[late], true).await.unwrap().valid, [false]);
    assert!(office.settles(&second, Settled::Delivered).await);
}

both!(
    c9_a_lane_leased_again_meanwhile_is_recognised_by_its_attempt,
    c7_a_claim_whose_commit_was_not_answered_is_carried,
    c7_letters_leased_by_a_lost_commit_are_sent_at_once,
    c8_a_letter_without_a_message_of_its_own_is_queued_once,
    c8_a_letter_delivered_meanwhile_is_not_queued_again,
    c9_a_settlement_whose_commit_was_not_answered_is_reported,
);
