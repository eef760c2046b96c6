//! Conversations that managers begin: how they are opened, named, bound and kept apart.

mod apart;
mod bound;
mod hindered;
mod named;
mod order;
mod twice;

use parom_tests::settings::CHANNEL_ID;
use parom_tests::{Answer, Line, World};
use serde_json::{Value, json};
use simulator::crm::{ChatView, HookMessage, MessageView, Said};

const PHONE: &str = "+79995556677";

/// A manager writes to Pavel's number over a line; the hook is answered by 200.
async fn writes_first(world: &World, line: &Line, text: &str) -> Said {
    let source = Some(line.external_id.as_str());
    let message = HookMessage::text(text);
    let said = world.sandbox.manager_writes_first(&line.host, CHANNEL_ID, source, PHONE, message).await.unwrap();
    assert_eq!(said.answer.status, Some(200), "{:?}", said.answer);
    said
}

/// What a messenger answers that has opened a dialogue with Pavel.
fn opened(message: &str) -> Answer {
    Answer::Status(200, json!({"conversation": {"id": "chat-pavel"}, "receiver": {"id": "user-pavel"}, "id": message}))
}

/// Kind, text and conversation of every webhook, in order.
fn received_webhooks(world: &World) -> Vec<(String, String, String)> {
    let received = world.messenger.received();
    let kind = |body: &Value| body["type"].as_str().unwrap_or_default().to_owned();
    received.iter().map(|one| (kind(&one.body), one.text(), one.conversation())).collect()
}

fn began(text: &str) -> (String, String, String) {
    ("conversation.started".to_owned(), text.to_owned(), String::new())
}

fn went_on(text: &str) -> (String, String, String) {
    ("message.created".to_owned(), text.to_owned(), "chat-pavel".to_owned())
}

/// What amoCRM took last from outside.
fn last_at_crm(world: &World, line: &Line) -> MessageView {
    let there = world.sandbox.messages(&line.host).into_iter().rfind(|message| message.msgid.is_some());
    there.expect("amoCRM has a message")
}

fn chat(world: &World, line: &Line, id: &str) -> ChatView {
    world.sandbox.chats(&line.host).into_iter().find(|chat| chat.id == id).expect("amoCRM has the chat")
}

/// Codes of the statuses that amoCRM received for a manager's message, with the codes of errors.
fn statuses(world: &World, line: &Line, said: &Said) -> Vec<(i64, Option<i64>)> {
    let there = world.sandbox.messages(&line.host).into_iter().find(|message| message.id == said.message_id);
    there.unwrap().statuses.iter().map(|status| (status.code, status.error_code)).collect()
}
