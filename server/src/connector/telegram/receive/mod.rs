//! What Telegram's calls tell: an update becomes what happened, in the house's words (telegram §3, §4.1).
//!
//! ```text
//! message, edited_message ─┐                    ┌─▶ service.rs   the chat moved, the bot was added
//! business_message, …  ────┼─▶ place ─▶ message.rs ─▶ content.rs  what it holds, text.rs its links
//! callback_query,          │                    ├─▶ around.rs    what it answers, whose words it passes on
//! message_reaction, … ─────┘                    └─▶ people.rs    who speaks
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

use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Api;
use super::setup::{self, Bot, Options};
use super::wire::{BusinessConnection, Update};
use crate::connector::Settings;
use crate::connector::incoming::{Happened, NotReceived};
use crate::words::{Said, Words};

/// Who listens: what decides how an update is read.
struct Listener<'a> {
    bot_id: i64,
    username: Option<&'a str>,
    options: Options,
    /// What was learned of the bot.
    facts: Option<&'a Value>,
    /// The rules of the public server hold.
    is_telegrams_own: bool,
    words: Words,
    /// What the update holds, as it came.
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
            // The update that told of it was lost, or is still on its way.
            let connection = asked(api, &bot, connection_id).await?;
            let mut happened = listener.connection(&connection);
            happened.extend(listener.read_in_business(&update, connection.user.id));
            Ok(happened)
        }
    }
}

/// What an update holds beside its number.
fn held(raw: &Value) -> &Value {
    let fields = raw.as_object().into_iter().flatten();
    fields.filter(|(name, _)| *name != "update_id").map(|(_, value)| value).next().unwrap_or(&Value::Null)
}

/// The business connection by which an update came.
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
        // It is none: nobody will ever know whose chat this was.
        Err(super::api::Failed::Refused { code: 400..=499, .. }) => Err(NotReceived::Unreadable),
        Err(failed) => Err(NotReceived::Later(setup::said(&failed))),
    }
}

impl Listener<'_> {
    /// What is not of a person in whose name the bot speaks.
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

    /// Words of ours within a customer's message: with spaces that are nothing but spaces.
    fn say(&self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        let said = with.iter().fold(Said::new(key), |said, (name, text)| said.with(name, *text));
        said.plain(self.words, "")
    }
}
