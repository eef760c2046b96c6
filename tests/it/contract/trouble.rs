//! What goes wrong between us and a messenger.

use connectors::AfterUnknown;
use parom::source::SourceStatus;
use serde_json::json;
use simulator::crm::{Attachment, HookMessage};
use simulator::kit::Fault;

use super::stage::{Reach, Stage};

/// A message whose answer was lost arrives once, or twice where nobody can tell.
async fn a_lost_answer_makes_no_double(stage: &mut Stage) {
    stage.chats().await;
    stage.breaks(1, Fault::ResetAfter);
    let said = stage.manager(HookMessage::text("Twice?")).await;
    stage.manager(HookMessage::text("Later")).await;
    stage.world.deliver_all().await;
    stage.arrives().await;
    stage.world.deliver_to_the_end().await;
    stage.arrives().await;
    let most = if stage.abilities().after_unknown == AfterUnknown::ResendOnce { 2 } else { 1 };
    let texts = stage.texts();
    let (times, rest) = texts.split_at(texts.len() - 1);
    assert!((1..=most).contains(&times.len()) && times.iter().all(|text| text == "Twice?"), "{texts:?}");
    assert_eq!(rest, ["Later"], "in order");
    assert!(!stage.statuses(&said).contains(&-1), "{:?}", stage.statuses(&said));
    assert_eq!(stage.at_crm().len(), 1, "none of them comes back as a message");
}

/// Where nobody can tell, it is repeated once and then failed.
async fn an_unknown_outcome_is_repeated_once(stage: &mut Stage) {
    stage.chats().await;
    stage.breaks(2, Fault::ResetAfter);
    let said = stage.manager(HookMessage::text("Twice?")).await;
    stage.world.deliver_all().await;
    assert_eq!(stage.texts().len(), 1, "it arrived, but this cannot be known");
    stage.world.deliver_to_the_end().await;
    assert_eq!(stage.texts(), ["Twice?"; 2], "one more, and no more");
    assert_eq!(stage.failure(&said).0, 903);
}

async fn repeats_echoes(stage: &Stage) {
    let echoes = stage.messenger.echoes();
    assert!(!echoes.is_empty(), "the messenger reported it");
    for body in echoes {
        stage.comes(body).await;
    }
}

/// Messages of ours are ours, also for a process that did not send them. It ends before it knows the outcome of the last: the
/// messenger's report is all that is left.
async fn own_messages_are_known_after_a_restart(stage: &mut Stage) {
    stage.chats().await;
    for text in ["one", "two"] {
        stage.manager(HookMessage::text(text)).await;
        stage.world.deliver_all().await;
    }
    stage.arrives().await;
    stage.breaks(1, Fault::ResetAfter);
    stage.manager(HookMessage::text("three")).await;
    stage.world.deliver_all().await;
    // The first report goes to a process that knows what it sent, the second to one that does not.
    stage.world.restart().await;
    repeats_echoes(stage).await;
    stage.world.deliver_to_the_end().await;
    assert_eq!(stage.at_crm().len(), 1, "{:#?}", stage.at_crm());
    assert_eq!(stage.texts(), ["one", "two", "three"]);
}

/// A messenger that refuses for now, a gateway's page, a connection that breaks before the call: all are weather. A series
/// of refusals keeps the order.
async fn an_undelivered_message_is_retried_until_it_arrives(stage: &mut Stage) {
    stage.chats().await;
    for fault in [Fault::HtmlPage { status: 502 }, Fault::ServerError { status: 503 }, Fault::ResetBefore] {
        stage.breaks(1, fault.clone());
        let said = stage.manager(HookMessage::text("At last")).await;
        stage.world.deliver_all().await;
        assert!(!stage.statuses(&said).contains(&-1), "{fault:?}");
        stage.arrives().await;
        stage.world.deliver_to_the_end().await;
        stage.arrives().await;
    }
    assert_eq!(stage.texts(), ["At last"; 3]);
    assert_eq!(stage.state().await.status, SourceStatus::Working);
    stage.breaks(7, stage.messenger.too_many());
    let wanted: Vec<String> = (0..6).map(|number| format!("message {number}")).collect();
    for text in &wanted {
        stage.manager(HookMessage::text(text)).await;
    }
    stage.world.deliver_to_the_end().await;
    assert_eq!(stage.texts()[3..], wanted);
}

/// A file that cannot be sent now is sent later, once, with its caption.
async fn a_file_is_retried(stage: &mut Stage) {
    stage.chats().await;
    stage.is_away(true);
    stage.manager(HookMessage::attachment(Attachment::sample("picture")).caption("Look")).await;
    stage.world.deliver_all().await;
    assert!(stage.messenger.sent().is_empty());
    stage.is_away(false);
    stage.world.deliver_to_the_end().await;
    let sent = stage.messenger.sent();
    assert_eq!(sent.iter().flat_map(|one| &one.files).count(), 1, "{sent:?}");
    assert!(sent.iter().any(|one| one.text.contains("Look")), "{sent:?}");
}

/// Credentials that end stop the source and lose nothing; new ones let everything go.
async fn access_that_ends_holds_everything(stage: &mut Stage) {
    stage.chats().await;
    stage.messenger.ends_access();
    for text in ["one", "two"] {
        stage.manager(HookMessage::text(text)).await;
    }
    stage.world.deliver_all().await;
    let shown = stage.world.api.get(&stage.line().path("")).await.is(200);
    assert_eq!(shown.json["held"]["count"], 2, "{}", shown.text);
    let seen = stage.state().await;
    assert!(seen.status != SourceStatus::Working && seen.reason.is_some() && !seen.detail.is_empty(), "{seen:?}");
    stage.watched().await;
    assert_eq!(stage.state().await.status, SourceStatus::Stopped);
    let settings = stage.messenger.settings();
    stage.world.api.patch(&stage.line().path(""), &json!({ "settings": settings })).await.is(200);
    stage.world.deliver_to_the_end().await;
    assert_eq!(stage.texts(), ["one", "two"]);
    stage.writes("I hear you").await;
    assert_eq!(stage.last().text, "I hear you");
}

/// A refusal that concerns the customer: its code, and words that a manager understands. The next message is tried again.
async fn customers_who_cannot_be_reached_are_named(stage: &mut Stage) {
    stage.chats().await;
    for step in 0.. {
        match stage.messenger.leaves(step) {
            Some(Reach::Fails(code, words)) => stage.fails((code, words)).await,
            Some(Reach::Arrives) => {
                stage.arrives().await;
                assert_eq!(stage.says_one(HookMessage::text("Welcome back")).await.text, "Welcome back");
            }
            None => break,
        }
    }
    let dead = stage.world.api.get(&stage.line().dead_letters()).await.is(200);
    let id = dead.text_at("/items/0/message_id");
    let told = stage.world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    let is_answer = |step: &serde_json::Value| step["answer"]["status"].as_i64().is_some_and(|status| status >= 200);
    assert!(told.json["timeline"].as_array().unwrap().iter().any(is_answer), "{}", told.text);
}

contract! {
    a_lost_answer_makes_no_double: Out [] all;
    an_unknown_outcome_is_repeated_once: Out [] [max telegram];
    own_messages_are_known_after_a_restart: Out [] [avito facebook instagram vk];
    an_undelivered_message_is_retried_until_it_arrives: Out [] all;
    a_file_is_retried: Out [] all;
    access_that_ends_holds_everything: Out [] all;
    customers_who_cannot_be_reached_are_named: Out [] all;
}
