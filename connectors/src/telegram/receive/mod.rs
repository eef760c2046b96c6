//! Converts Telegram's updates to events (telegram §3, §4.1).
//!
//! ```text
//! message, edited_message ─┐                    ┌─▶ service.rs   the chat moved, the bot was added
//! business_message, …  ────┼─▶ place ─▶ message.rs ─▶ content.rs  its content, text.rs its links
//! callback_query,          │                    ├─▶ around.rs    what it answers, whose message it forwards
//! message_reaction, … ─────┘                    └─▶ people.rs    who wrote it
//! ```

mod around;
mod business;
mod content;
mod message;
mod people;
mod reaction;
mod service;
#[cfg(test)]
mod tests;
mod text;

use base::words::{Said, Words};
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Api;
use super::setup::{self, Bot, Options};
use super::wire::{BusinessConnection, Update};
use crate::Settings;
use crate::incoming::{Happened, NotReceived};

/// The receiving bot and its settings, on which reading depends.
struct Listener<'a> {
    bot_id: i64,
    username: Option<&'a str>,
    options: Options,
    /// What is known about the bot.
    facts: Option<&'a Value>,
    /// Whether the public server's limits apply.
    is_telegrams_own: bool,
    words: Words,
    /// The update's content as received.
    raw: &'a Value,
}

/// Reads one update.
pub(super) async fn receive(
    api: &Api,
    settings: &Settings,
    body: &[u8],
    words: Words,
) -> Result<Vec<Happened>, NotReceived> {
    let raw: Value = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let update = Update::deserialize(&raw).map_err(|_| NotReceived::Unreadable)?;
    let bot = Bot::of(settings).ok_or(NotReceived::Unreadable)?;
    let facts = settings.public.get("facts");
    let listener = Listener {
        bot_id: bot.id,
        username: facts.and_then(|facts| facts.pointer("/bot/username")).and_then(Value::as_str),
        options: bot.options,
        facts,
        is_telegrams_own: api.is_telegrams_own(),
        words,
        raw: held(&raw),
    };
    let Some(connection_id) = in_whose_name(&update) else { return Ok(listener.read(&update)) };
    match listener.owner_of(connection_id) {
        Some(owner) => Ok(listener.read_in_business(&update, owner)),
        None => {
            // The update that announced the connection was lost, or has not arrived yet.
            let connection = asked(api, &bot, connection_id).await?;
            let mut happened = listener.connection(&connection);
            happened.extend(listener.read_in_business(&update, connection.user.id));
            Ok(happened)
        }
    }
}

/// The update's content without its number.
fn held(raw: &Value) -> &Value {
    let fields = raw.as_object().into_iter().flatten();
    fields.filter(|(name, _)| *name != "update_id").map(|(_, value)| value).next().unwrap_or(&Value::Null)
}

/// The business connection of an update.
fn in_whose_name(update: &Update) -> Option<&str> {
    let messages = [&update.business_message, &update.edited_business_message];
    let message = messages.into_iter().flatten().find_map(|message| message.business_connection_id.as_deref());
    let deleted = update.deleted_business_messages.as_ref().map(|deleted| deleted.business_connection_id.as_str());
    message.or(deleted)
}

async fn asked(api: &Api, bot: &Bot<'_>, connection_id: &str) -> Result<BusinessConnection, NotReceived> {
    let parameters = json!({ "business_connection_id": connection_id });
    let told: Result<BusinessConnection, _> = api.call(bot.token, "getBusinessConnection", &parameters).await;
    match told {
        Ok(connection) if connection.user.id != 0 => Ok(connection),
        Ok(_) => Err(NotReceived::Unreadable),
        // No such connection, so the owner of the chat can never be determined.
        Err(super::api::Failed::Refused { code: 400..=499, .. }) => Err(NotReceived::Unreadable),
        Err(failed) => Err(NotReceived::Later(setup::said(&failed))),
    }
}

impl Listener<'_> {
    /// Reads an update outside Telegram Business.
    fn read(&self, update: &Update) -> Vec<Happened> {
        if let Some(message) = &update.message {
            self.wrote(message)
        } else if let Some(message) = &update.edited_message {
            self.edited(message)
        } else if let Some(query) = &update.callback_query {
            vec![self.pressed(query)]
        } else if let Some(reaction) = &update.message_reaction {
            vec![self.reacted(reaction)]
        } else if let Some(change) = &update.my_chat_member {
            vec![self.member(change)]
        } else if let Some(connection) = &update.business_connection {
            self.connection(connection)
        } else {
            vec![Happened::Unknown("update")]
        }
    }

    fn read_in_business(&self, update: &Update, owner: i64) -> Vec<Happened> {
        if let Some(message) = &update.business_message {
            self.wrote_in_business(owner, message)
        } else if let Some(message) = &update.edited_business_message {
            self.edited_in_business(owner, message)
        } else if let Some(deleted) = &update.deleted_business_messages {
            vec![self.deleted_in_business(owner, deleted)]
        } else {
            vec![Happened::Unknown("update")]
        }
    }

    /// A text of ours inside a customer's message, with non-breaking spaces replaced.
    fn say(&self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        let said = with.iter().fold(Said::new(key), |said, (name, text)| said.with(name, *text));
        said.plain(self.words, "")
    }
}
