//! Receipts, history, and what a messenger reports of the line itself.

use std::collections::BTreeSet;
use std::time::Duration;

use base::message::State;
use entity::{attempt, conversation, message, parked_status};
use parom::source::{self, SourceStatus, StateReason};
use parom_tests::{Line, both, once};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::PigeonWorld;

/// An edit that says what is shown already is the latest all the same.
async fn an_edit_without_effect_is_newer_than_those_made_before_it(world: &mut PigeonWorld) {
    let line = world.chatting().await;
    let says = |text: &str, at: i64| json!([{ "changed": { "id": "hello", "chat": "anna", "text": text, "at": at } }]);
    for (text, at, shown) in
        [("Hello", 30, "Hello"), ("Hullo", 20, "Hello"), ("Good day", 40, "Good day"), ("Good day", 60, "Good day")]
    {
        world.reports(&line, says(text, at)).await;
        world.deliver_all().await;
        assert_eq!(world.sandbox.messages(&line.host)[0].text, shown, "after {text} of {at}");
    }
    world.reports(&line, says("Hello", 50)).await;
    assert!(world.letters().await.is_empty(), "it is older than the one without effect");
    world.reports(&line, says("Hello again", 70)).await;
    world.deliver_all().await;
    assert_eq!(world.sandbox.messages(&line.host)[0].text, "Hello again");
}

/// A messenger does not say of how many pieces a deleted message was.
async fn a_deletion_of_many_pieces_waits_in_one_commit(world: &mut PigeonWorld) {
    let line = world.chatting().await;
    let pieces: Vec<String> = (1..=12).map(|piece| format!("later/{piece}")).collect();
    world.reports(&line, json!([{ "took_back": { "pieces": pieces } }])).await;
    let waiting = parked_status::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    let events: BTreeSet<_> = waiting.iter().map(|row| row.id).collect();
    assert_eq!((waiting.len(), events.len()), (12, 1), "one event, under each id that its message may have");
    let wrote = |id: &str| json!([{ "wrote": { "id": id, "chat": "anna", "text": "My card is 4242" } }]);
    for id in ["later/1", "later/2"] {
        world.reports(&line, wrote(id)).await;
    }
    world.deliver_all().await;
    let texts: Vec<String> = world.sandbox.messages(&line.host).into_iter().map(|one| one.text).collect();
    assert_eq!(texts, ["Hello", "Удалено клиентом", "Удалено клиентом"]);
    // Of a message that is known, no other piece exists.
    world.reports(&line, json!([{ "took_back": { "pieces": ["hello", "hello/2"] } }])).await;
    world.deliver_all().await;
    assert_eq!(world.sandbox.messages(&line.host)[0].text, "Удалено клиентом");
    let waiting = parked_status::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    assert_eq!(waiting.len(), 10);
}

async fn history_makes_no_noise(world: &mut PigeonWorld) {
    let line = world.chatting().await;
    let past = world.clock.millis() - 86_400_000;
    let told = json!([
        { "history": { "id": "old", "chat": "anna", "text": "A day ago", "at": past } },
        { "history": { "id": "hello", "chat": "anna", "text": "Hello", "at": past } },
        { "history": { "id": "other", "chat": "boris", "text": "From Boris", "at": past } },
    ]);
    world.reports(&line, told).await;
    world.deliver_all().await;
    let at_crm = world.sandbox.messages(&line.host);
    let mut found: Vec<_> = at_crm.iter().map(|message| (message.text.as_str(), message.silent)).collect();
    found.sort_unstable();
    assert_eq!(found, [("A day ago", true), ("From Boris", true), ("Hello", false)]);
    assert_eq!(world.messages().await.iter().filter(|message| message.sent_at == past).count(), 2);
}

async fn a_problem_of_the_line_is_shown_until_it_ends(world: &mut PigeonWorld) {
    let line = world.chatting().await;
    let trouble = |text: Value| json!([{ "trouble": { "aspect": "quality", "text": text } }]);
    world.reports(&line, trouble(json!("The number's quality is low"))).await;
    let app = world.app();
    let seen = async || {
        let found = source::find(&app.sources, line.tenant_id, line.source_id).await.unwrap();
        let state = source::state(&app.sources, &found).await.unwrap();
        (state.status, state.reason, state.detail)
    };
    let shown =
        (SourceStatus::NeedsAttention, Some(StateReason::LineTrouble), "The number's quality is low".to_owned());
    assert_eq!(seen().await, shown);
    world.reports(&line, trouble(Value::Null)).await;
    assert_eq!(seen().await.1, None);
}

/// When the customer of a chat was last heard.
async fn heard_at(world: &PigeonWorld, line: &Line, chat: &str) -> i64 {
    let rows = conversation::Entity::of_tenant(line.tenant_id).filter(conversation::Column::ExternalId.eq(chat));
    rows.one(world.app().store.read()).await.unwrap().expect("the chat").heard_at
}

/// The messenger counts the time for free answers from the message, also if its hook was repeated for days. A time that
/// nobody can mean counts as now.
async fn the_time_for_answers_runs_from_the_message(world: &mut PigeonWorld) {
    let line = world.pigeons("one").await;
    let now = world.clock.now().timestamp_millis();
    let (long_ago, soon, never) = (now - 3 * 86_400_000, now + 60_000, now + 3_600_000);
    let wrote = |id: &str, chat: &str, at: i64| json!({ "id": id, "chat": chat, "text": "Hello", "at": at });
    world.reports(&line, json!([{ "wrote": wrote("w1", "anna", long_ago) }])).await;
    world.reports(&line, json!([{ "history": wrote("h1", "boris", long_ago) }])).await;
    world.reports(&line, json!([{ "wrote": wrote("w2", "vera", soon) }])).await;
    world.reports(&line, json!([{ "wrote": wrote("w3", "gleb", never) }])).await;
    for (chat, heard) in [("anna", long_ago), ("boris", long_ago), ("vera", soon), ("gleb", now)] {
        assert_eq!(heard_at(world, &line, chat).await, heard, "{chat}");
    }
    let sent: Vec<i64> = world.messages().await.iter().map(|message| message.sent_at).collect();
    assert_eq!(sent, [long_ago, long_ago, soon, now], "amoCRM gets the messenger's own time");
    world.deliver_to_the_end().await;
}

// A messenger's answer is lost, and its report says what became of the message.

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
    // A failure settles it too, and is reported with its words.
    let answer = world.answers(&line, "lose this too").await;
    let letter = world.letters().await[0].id;
    let told =
        json!([{ "status": { "letter": letter, "message": "its other id", "state": "failed", "failure": "blocked" } }]);
    world.reports(&line, told).await;
    world.advance(Duration::from_secs(10));
    world.deliver_all().await;
    let now = world.now(&answer).await;
    assert_eq!(now.state, State::Failed.number());
    assert!(now.error.contains("rejected") && now.error.contains("blocked"), "{}", now.error);
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

both!(an_edit_without_effect_is_newer_than_those_made_before_it, a_deletion_of_many_pieces_waits_in_one_commit);
both!(a_report_settles_the_letter);
once!(without_a_report_it_is_sent_once_more_and_then_given_up, a_report_of_the_first_copy_counts_for_the_message);
once!(a_problem_of_the_line_is_shown_until_it_ends, a_report_after_it_was_given_up_corrects_it, history_makes_no_noise);
once!(the_time_for_answers_runs_from_the_message);
