//! A messenger's answer is lost, and its report says what became of the message.

use std::time::Duration;

use base::message::State;
use entity::{attempt, message};
use parom_tests::{Line, both};
use sea_orm::QueryFilter;
use sea_orm::entity::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::PigeonWorld;

/// A message without an answer, and its letter.
async fn lost(world: &mut PigeonWorld) -> (Line, message::Model, Uuid) {
    let line = world.chatting().await;
    let answer = world.answers(&line, "lose this").await;
    let letters = world.letters().await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].unknown);
    (line, answer, letters[0].id)
}

/// How often the messenger was called for a message.
async fn calls(world: &PigeonWorld, message: &message::Model) -> usize {
    let all = attempt::Entity::of_tenant(message.tenant_id).filter(attempt::Column::MessageId.eq(message.id));
    let all = all.filter(attempt::Column::Verdict.eq("unknown")).all(world.app().store.read()).await.unwrap();
    all.len()
}

async fn a_report_settles_the_letter(world: &mut PigeonWorld) {
    let (line, answer, letter) = lost(world).await;
    let told = json!([{ "status": { "letter": letter, "message": "its id", "state": "delivered" } }]);
    world.reports(&line, told).await;
    world.advance(Duration::from_secs(10));
    world.deliver_all().await;
    let now = world.now(&answer).await;
    assert_eq!((now.external_id.as_str(), now.state), ("its id", State::Delivered.number()));
    assert!(!now.possible_duplicate);
    assert_eq!(calls(world, &answer).await, 1, "it was not sent again");
    assert_eq!(world.statuses_at_crm(&line, &answer.amocrm_message_id), [1]);
    // Later reports find the message by its id.
    world.reports(&line, json!([{ "status": { "letter": letter, "message": "its id", "state": "read" } }])).await;
    world.deliver_all().await;
    assert_eq!(world.now(&answer).await.state, State::Read.number());
}

async fn a_reported_failure_settles_it_too(world: &mut PigeonWorld) {
    let (line, answer, letter) = lost(world).await;
    let told =
        json!([{ "status": { "letter": letter, "message": "its id", "state": "failed", "failure": "blocked" } }]);
    world.reports(&line, told).await;
    world.advance(Duration::from_secs(10));
    world.deliver_all().await;
    assert_eq!(world.now(&answer).await.state, State::Failed.number());
    assert_eq!(world.statuses_at_crm(&line, &answer.amocrm_message_id).last(), Some(&-1));
    assert_eq!(calls(world, &answer).await, 1);
}

/// The next message of the conversation waits with it.
async fn without_a_report_it_is_sent_once_more_and_then_given_up(world: &mut PigeonWorld) {
    let (line, answer, _) = lost(world).await;
    world.advance(Duration::from_secs(55));
    world.deliver_all().await;
    assert_eq!(calls(world, &answer).await, 1, "a minute is not over");
    world.advance(Duration::from_secs(10));
    world.deliver_all().await;
    assert_eq!(calls(world, &answer).await, 2);
    assert!(world.now(&answer).await.possible_duplicate);
    world.deliver_to_the_end().await;
    assert_eq!(calls(world, &answer).await, 2);
    assert_eq!(world.now(&answer).await.state, State::Failed.number());
    assert_eq!(world.statuses_at_crm(&line, &answer.amocrm_message_id), [-1]);
}

/// The manager was notified that it failed; what the messenger reports later is the truth.
async fn a_report_after_it_was_given_up_corrects_it(world: &mut PigeonWorld) {
    let (line, answer, letter) = lost(world).await;
    world.deliver_to_the_end().await;
    assert_eq!(world.now(&answer).await.state, State::Failed.number());
    let tried = calls(world, &answer).await;
    let told = json!([{ "status": { "letter": letter, "message": "its id", "state": "delivered" } }]);
    world.reports(&line, told.clone()).await;
    world.reports(&line, told).await;
    world.deliver_to_the_end().await;
    let now = world.now(&answer).await;
    assert_eq!((now.external_id.as_str(), now.state), ("its id", State::Delivered.number()));
    assert_eq!(calls(world, &answer).await, tried, "it was not sent again");
    assert_eq!(world.statuses_at_crm(&line, &answer.amocrm_message_id), [-1, 1]);
    let ledger = world.api.get(&line.path("/ledger")).await.is(200).json["to_messenger"].clone();
    assert_eq!(ledger, json!({"accepted": 1, "delivered": 1, "failed": 0, "waiting": 0}));
}

/// Of two copies that the customer has, either reports what became of the message.
async fn a_report_of_the_first_copy_counts_for_the_message(world: &mut PigeonWorld) {
    let line = world.chatting().await;
    let answer = world.answers(&line, "lose once").await;
    let letter = world.letters().await[0].id;
    world.deliver_to_the_end().await;
    let now = world.now(&answer).await;
    assert_eq!((now.external_id.as_str(), now.state), ("lose once after hello", State::Sent.number()));
    assert!(now.possible_duplicate);
    let failed = json!([{ "status": { "letter": letter, "message": "first", "state": "failed", "failure": "no" } }]);
    world.reports(&line, failed).await;
    world.deliver_all().await;
    assert_eq!(world.now(&answer).await.state, State::Sent.number(), "the other copy is on its way");
    let read = json!([{ "status": { "letter": letter, "message": "first", "state": "read" } }]);
    world.reports(&line, read).await;
    world.deliver_all().await;
    assert_eq!(world.now(&answer).await.state, State::Read.number());
    assert_eq!(world.statuses_at_crm(&line, &answer.amocrm_message_id), [2]);
}

both!(
    a_report_after_it_was_given_up_corrects_it,
    a_report_of_the_first_copy_counts_for_the_message,
    a_report_settles_the_letter,
    a_reported_failure_settles_it_too,
    without_a_report_it_is_sent_once_more_and_then_given_up,
);
