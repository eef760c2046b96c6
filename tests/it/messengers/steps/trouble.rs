//! What goes wrong between us and a messenger.

use std::time::Duration;

use parom::source::{self, SourceState, SourceStatus};
use parom_tests::Beside;
use simulator::crm::HookMessage;

use crate::messengers::at_crm;
use crate::messengers::played::{Chat, Played, arrives, chatting, posts, shown};

pub async fn state<P: Played>(world: &Beside<P::Double>, chat: &Chat<P>) -> SourceState {
    let found = source::find(&world.app().sources, chat.line.tenant_id, chat.line.source_id).await.unwrap();
    source::state(&world.app().sources, &found).await.unwrap()
}

/// Five minutes later the line is looked at.
pub async fn watched(world: &parom_tests::World) {
    world.advance(Duration::from_secs(400));
    world.works("lines").await;
}

/// How often a message may arrive whose answer was lost.
pub async fn a_lost_answer<P: Played>(world: &mut Beside<P::Double>, most: usize) {
    let chat = chatting::<P>(world).await;
    P::loses_an_answer(&world.messenger);
    let said = chat.manager_sends(world, HookMessage::text("Twice?")).await;
    chat.manager_sends(world, HookMessage::text("Later")).await;
    world.deliver_all().await;
    arrives::<P>(world).await;
    world.deliver_to_the_end().await;
    arrives::<P>(world).await;
    let texts = chat.texts(world);
    let (times, rest) = texts.split_at(texts.len() - 1);
    assert!((1..=most).contains(&times.len()) && times.iter().all(|text| text == "Twice?"), "{texts:?}");
    assert_eq!(rest, ["Later"], "in order");
    let told = world.statuses_at_crm(&chat.line, &said.message_id);
    assert!(!told.contains(&-1), "{told:?}");
    assert_eq!(at_crm(world).len(), 1, "none of them comes back as a message");
}

/// The same if the process ends before it knows: the messenger's report of the message is all that is left.
pub async fn a_lost_answer_and_a_lost_process<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    P::loses_an_answer(&world.messenger);
    chat.manager_sends(world, HookMessage::text("Once")).await;
    world.deliver_all().await;
    // The first report goes to a process that knows what it sent, the second to one that does not.
    world.restart().await;
    repeats_echoes(world, &chat).await;
    world.deliver_to_the_end().await;
    assert_eq!(chat.texts(world), ["Once"]);
    assert_eq!(at_crm(world).len(), 1);
}

async fn repeats_echoes<P: Played>(world: &Beside<P::Double>, chat: &Chat<P>) {
    let echoes = P::echoes(&world.messenger, &chat.ids);
    assert!(!echoes.is_empty(), "the messenger reported it");
    for body in echoes {
        let call = P::call(&world.messenger, &chat.ids, &chat.hook(), body, true);
        assert_eq!(posts(world, call).await, 200);
    }
}

/// Messages of ours are ours, also for a process that did not send them.
pub async fn own_messages_are_known_after_a_restart<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    for text in ["one", "two"] {
        chat.manager_sends(world, HookMessage::text(text)).await;
        world.deliver_all().await;
    }
    arrives::<P>(world).await;
    let before = at_crm(world).len();
    world.restart().await;
    repeats_echoes(world, &chat).await;
    world.deliver_to_the_end().await;
    assert_eq!(at_crm(world).len(), before, "{:#?}", at_crm(world));
    assert_eq!(chat.texts(world), ["one", "two"]);
}

pub async fn a_series_of_faults_keeps_the_order<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    P::storms(&world.messenger, 7);
    let wanted: Vec<String> = (0..6).map(|number| format!("message {number}")).collect();
    for text in &wanted {
        chat.manager_sends(world, HookMessage::text(text)).await;
    }
    world.deliver_to_the_end().await;
    assert_eq!(chat.texts(world), wanted);
}

/// Credentials that end stop the source and lose nothing; new ones let everything go.
pub async fn access_that_ends_holds_everything<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    P::ends_access(&world.messenger, &chat.ids);
    for text in ["one", "two"] {
        chat.manager_sends(world, HookMessage::text(text)).await;
    }
    world.deliver_all().await;
    let shown = world.api.get(&chat.line.path("")).await.is(200);
    assert_eq!(shown.json["held"]["count"], 2, "{}", shown.text);
    let seen = state(world, &chat).await;
    assert!(seen.status != SourceStatus::Working && seen.reason.is_some(), "{seen:?}");
    assert!(!seen.detail.is_empty(), "a state in words: {seen:?}");
    let settings = P::settings(&world.messenger, &chat.ids);
    let body = serde_json::json!({ "settings": settings });
    world.api.patch(&chat.line.path(""), &body).await.is(200);
    world.deliver_to_the_end().await;
    assert_eq!(chat.texts(world), ["one", "two"]);
}

/// A refusal that concerns the customer: its code, and words that a manager understands.
pub async fn is_reported<P: Played>(world: &mut Beside<P::Double>, chat: &Chat<P>, (code, part): (i64, &str)) {
    let said = chat.manager_sends(world, HookMessage::text("Hello?")).await;
    world.deliver_to_the_end().await;
    let (told, words) = shown(world, &said.message_id);
    assert!(told == code && words.contains(part), "{told}: {words}");
}
