//! Converts MAX's updates to events (max §4, §5).
//!
//! ```text
//! message_created, comment_created, … ─▶ scene.rs   whose conversation it is
//!                                     ─▶ message.rs ─▶ content.rs  its attachments, text.rs its links
//! bot_started, bot_stopped, …         ─▶ dialog.rs
//! message_callback                    ─▶ press.rs
//! ```

mod content;
mod dialog;
mod message;
mod people;
mod posts;
mod press;
mod scene;
#[cfg(test)]
mod tests;
mod text;

use base::i18n::{LocalizedText, Words};
use secrecy::SecretString;
use serde_json::Value;

use super::api::MaxApi;
use super::setup::{self, BotOptions};
use super::wire::Update;
use crate::Settings;
use crate::incoming::{InboundEvent, NotReceived};
pub(super) use posts::Posts;

/// The receiving bot and its settings, which affect how updates are read.
struct Listener<'a> {
    api: &'a MaxApi,
    posts: &'a Posts,
    token: &'a SecretString,
    /// 0 if not known yet.
    bot_id: i64,
    options: BotOptions,
    /// What is known about the bot.
    facts: Option<&'a Value>,
    words: Words,
}

/// Converts one update.
pub(super) async fn receive(
    api: &MaxApi,
    posts: &Posts,
    settings: &Settings,
    body: &[u8],
    words: Words,
) -> Result<Vec<InboundEvent>, NotReceived> {
    let update: Update = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let facts = settings.public.get("facts");
    let listener = Listener {
        api,
        posts,
        token: setup::token(settings).ok_or(NotReceived::Unreadable)?,
        bot_id: facts.and_then(|facts| facts.pointer("/bot/user_id")).and_then(Value::as_i64).unwrap_or_default(),
        options: BotOptions::of(settings),
        facts,
        words,
    };
    Ok(listener.read(&update).await)
}

impl Listener<'_> {
    async fn read(&self, update: &Update) -> Vec<InboundEvent> {
        match update.update_type.as_str() {
            "message_created" | "comment_created" => self.wrote(update).await,
            "message_edited" | "comment_edited" => self.edited(update).await,
            "message_removed" | "comment_removed" => vec![self.removed(update)],
            "message_callback" => self.pressed(update).await,
            "bot_started" => self.started(update),
            "bot_stopped" | "dialog_removed" => vec![self.stopped(update)],
            "bot_added" => self.added(update).await,
            "bot_removed" => vec![self.taken_out(update)],
            "chat_title_changed" => vec![self.renamed(update)],
            "dialog_cleared" => vec![InboundEvent::Nothing("dialog_cleared")],
            "dialog_muted" | "dialog_unmuted" => vec![InboundEvent::Nothing("dialog_muted")],
            "user_added" | "user_removed" => vec![InboundEvent::Nothing("members")],
            _ => vec![InboundEvent::Unknown("update")],
        }
    }

    /// A text that Parom adds to a customer's message, with plain spaces instead of no-break ones.
    fn text(&self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        let said = with.iter().fold(LocalizedText::new(key), |said, (name, text)| said.with(name, *text));
        said.plain(self.words, "")
    }
}
