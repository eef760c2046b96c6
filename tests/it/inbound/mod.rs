//! All events of a messenger, on their way to amoCRM.

use parom_tests::{Customer, Line, World};
use serde_json::{Value, json};
use simulator::crm::MessageView;

pub mod kinds;
mod live;

/// A message of this customer with this content.
fn with_content(customer: &Customer, id: &str, content: Value) -> Value {
    let mut body = customer.body(id, "");
    body["content"] = content;
    body
}

/// A message of this customer with a text and something around it.
fn around(customer: &Customer, id: &str, text: &str, name: &str, value: Value) -> Value {
    let mut body = customer.body(id, text);
    body[name] = value;
    body
}

/// The last message that amoCRM took from outside.
pub fn last_at_crm(world: &World, line: &Line) -> MessageView {
    let there = world.sandbox.messages(&line.host).into_iter().rfind(|message| message.msgid.is_some());
    there.expect("amoCRM has a message")
}

/// The `message` object that amoCRM received.
fn received_message(view: &MessageView) -> &Value {
    &view.payload["message"]
}

/// A person of the contract's example.
fn anna() -> Value {
    json!({"id": "user-anna", "name": "Anna"})
}
