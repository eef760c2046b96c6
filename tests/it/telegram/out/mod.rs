//! Everything that a manager can do in amoCRM, on its way to a customer's Telegram.

mod around;
mod begun;
mod edits;
mod kinds;
mod limits;
mod live;
mod parts;
mod trouble;

use parom_tests::{TelegramLine, World};
use serde_json::json;
use simulator::telegram::MessageView;

/// A source with a customer who has written.
async fn chatting(world: &mut World) -> TelegramLine {
    world.telegram_line(json!({})).await
}

/// What the bot sent last.
#[track_caller]
fn last(world: &World, line: &TelegramLine) -> MessageView {
    line.sent(world).pop().expect("the bot sent something")
}

/// The chat of a message.
fn chat(message: &MessageView) -> i64 {
    message.json["chat"]["id"].as_i64().expect("a chat")
}
