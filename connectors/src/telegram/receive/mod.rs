//! Converts Telegram's updates to events (telegram §3, §4.1).
//!
//! ```text
//! message, edited_message ─┐                    ┌─▶ service.rs   the chat moved, the bot was added
//! business_message, …  ────┼─▶ place ─▶ message.rs ─▶ content.rs  its content, text.rs its links
//! callback_query,          │                    ├─▶ context.rs    what it answers, whose message it forwards
//! message_reaction, … ─────┘                    └─▶ people.rs    who wrote it
//! ```

mod business;
mod content;
mod context;
mod message;
mod people;
mod reaction;
mod service;
#[cfg(test)]
mod tests;
mod text;

use base::i18n::{LocalizedText, Words};
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::BotApi;
use super::setup::{self, BotOptions, SourceBot};
use super::wire::{BusinessConnection, Update};
use crate::Settings;
use crate::incoming::{InboundEvent, NotReceived};

/// The receiving bot and its settings, which affect how updates are read.
struct Listener<'a> {
    bot_id: i64,
    username: Option<&'a str>,
    options: BotOptions,
    /// What is known about the bot.
    facts: Option<&'a Value>,
    /// Whether the public server's limits apply.
    is_telegrams_own: bool,
    words: Words,
    /// The update's content as received.
    raw: &'a Value,
}

/// Converts one update.
pub(super) async fn receive(
    api: &BotApi,
    settings: &Settings,
    body: &[u8],
    words: Words,
) -> Result<Vec<InboundEvent>, NotReceived> {
    let raw: Value = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let update = Update::deserialize(&raw).map_err(|_| NotReceived::Unreadable)?;
    let bot = SourceBot::of(settings).ok_or(NotReceived::Unreadable)?;
    let facts = settings.public.get("facts");
    let listener = Listener {
        bot_id: bot.id,
        username: facts.and_then(|facts| facts.pointer("/bot/username")).and_then(Value::as_str),
        options: bot.options.clone(),
        facts,
        is_telegrams_own: api.is_telegrams_own(),
        words,
        raw: held(&raw),
    };
    let Some(connection_id) = in_whose_name(&update) else { return Ok(listener.read(&update)) };
    match listener.owner_of(connection_id) {
        Some(owner) => Ok(listener.read_in_business(&update, owner)),
        None => {
            // The update that announced the connection was lost or has not arrived yet.
            let connection = asked(api, &bot, connection_id).await?;
            let mut events = listener.connection(&connection);
            events.extend(listener.read_in_business(&update, connection.user.id));
            Ok(events)
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

async fn asked(api: &BotApi, bot: &SourceBot<'_>, connection_id: &str) -> Result<BusinessConnection, NotReceived> {
    let parameters = json!({ "business_connection_id": connection_id });
    let given: Result<BusinessConnection, _> = api.call(bot.token, "getBusinessConnection", &parameters).await;
    match given {
        Ok(connection) if connection.user.id != 0 => Ok(connection),
        Ok(_) => Err(NotReceived::Unreadable),
        // The connection does not exist, so the owner of the chat can never be determined.
        Err(failed @ super::api::ApiError::Refused { code: 400..=499, .. }) if !failed.is_gateways() => {
            Err(NotReceived::Unreadable)
        }
        Err(failed) => Err(NotReceived::Later(setup::explain(&failed))),
    }
}

impl Listener<'_> {
    /// Converts an update outside Telegram Business.
    fn read(&self, update: &Update) -> Vec<InboundEvent> {
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
            vec![InboundEvent::Unknown("update")]
        }
    }

    fn read_in_business(&self, update: &Update, owner: i64) -> Vec<InboundEvent> {
        if let Some(message) = &update.business_message {
            self.wrote_in_business(owner, message)
        } else if let Some(message) = &update.edited_business_message {
            self.edited_in_business(owner, message)
        } else if let Some(deleted) = &update.deleted_business_messages {
            self.deleted_in_business(owner, deleted)
        } else {
            vec![InboundEvent::Unknown("update")]
        }
    }

    /// A text that Parom adds to a customer's message, with plain spaces instead of no-break ones.
    fn text(&self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        let said = with.iter().fold(LocalizedText::new(key), |said, (name, text)| said.with(name, *text));
        said.plain(self.words, "")
    }
}
