//! Everything that a customer can do in Telegram, on its way into amoCRM.

mod business;
mod buttons;
mod changes;
mod door;
mod files;
mod greeting;
mod groups;
mod kinds;
mod life;
mod panel;
mod samples;
mod talk;

use parom_tests::settings::HOST;
use parom_tests::{TelegramLine, World};
use serde_json::json;
use simulator::crm::MessageView;

/// A source with a customer who has written.
async fn chatting(world: &mut World) -> TelegramLine {
    world.telegram_line(json!({})).await
}

/// What amoCRM got from outside, in order.
fn at_crm(world: &World) -> Vec<MessageView> {
    world.sandbox.messages(HOST).into_iter().filter(|message| message.msgid.is_some()).collect()
}

/// What it got last.
#[track_caller]
fn last(world: &World) -> MessageView {
    at_crm(world).pop().expect("amoCRM got something")
}

/// The `message` of what it got, as it came.
fn received_message(message: &MessageView) -> &serde_json::Value {
    message.payload.get("message").unwrap_or(&message.payload)
}
