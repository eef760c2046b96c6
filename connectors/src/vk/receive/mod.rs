//! Converts events of the Callback API (vk §4).
//!
//! ```text
//! message_new, message_reply, ┐                       ┌─▶ content.rs  its contents: text.rs, attachments
//! message_edit, history ──────┴─▶ message.rs ─────────┼─▶ context.rs  what it answers, what it forwards
//! wall_reply_*, photo_comment_*, … ─▶ comment.rs ─────┘
//! message_read, message_typing_state, message_event, message_reaction_event, … ─▶ signals.rs
//! ```

mod attachment;
mod comment;
mod content;
mod context;
mod message;
mod signals;
#[cfg(test)]
mod tests;
mod text;

use base::i18n::{LocalizedText, Words};
use serde::Deserialize;
use serde_json::Value;

use super::api::VkApi;
use super::people::{Asking, People};
use super::seen::Seen;
use super::setup::Community;
use super::wire::{Callback, Message};
use crate::Settings;
use crate::incoming::{InboundEvent, NotReceived};

/// What is needed to read an event.
#[derive(Clone, Copy)]
pub(super) struct Listener<'a> {
    pub asking: Asking<'a>,
    pub seen: &'a Seen,
}

/// Converts one call.
pub(super) async fn receive(
    (api, people, seen): (&VkApi, &People, &Seen),
    settings: &Settings,
    body: &[u8],
    words: Words,
) -> Result<Vec<InboundEvent>, NotReceived> {
    let raw: Value = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let callback = Some(raw).filter(Value::is_object).and_then(|raw| Callback::deserialize(raw).ok());
    let callback = callback.ok_or(NotReceived::Unreadable)?;
    let community = Community::of(settings).ok_or(NotReceived::Unreadable)?;
    let listener = Listener { asking: Asking { api, people, community, words }, seen };
    Ok(listener.read(&callback).await)
}

impl Listener<'_> {
    async fn read(&self, callback: &Callback) -> Vec<InboundEvent> {
        let object = &callback.object;
        let event_id = callback.event_id.as_str();
        match callback.r#type.as_str() {
            "confirmation" => vec![InboundEvent::Nothing("confirmation")],
            "message_new" => match message(object.get("message").unwrap_or(object)) {
                Some(message) => self.wrote(&message).await,
                None => vec![InboundEvent::Unknown("message_new")],
            },
            "message_reply" => match message(object) {
                Some(message) => self.replied(&message).await,
                None => vec![InboundEvent::Unknown("message_reply")],
            },
            "message_edit" => match message(object) {
                Some(message) => self.edited(&message).await,
                None => vec![InboundEvent::Unknown("message_edit")],
            },
            "message_read" => vec![self.read_up_to(object)],
            "message_typing_state" => vec![self.types(object).await],
            "message_event" => vec![self.pressed(object).await],
            "message_reaction_event" => vec![self.reacted(object, event_id).await],
            "message_allow" => self.allowed(object).await,
            "message_deny" => vec![signals::denied(object)],
            kind => self.comment(kind, object).await,
        }
    }

    /// A text that Parom adds to a customer's message, with plain spaces instead of no-break ones.
    fn text(&self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        let said = with.iter().fold(LocalizedText::new(key), |said, (name, text)| said.with(name, *text));
        said.plain(self.asking.words, "")
    }

    const fn community(&self) -> i64 {
        self.asking.community.id
    }
}

/// A message, if it contains its sender and its chat.
pub(super) fn message(object: &Value) -> Option<Message> {
    let message = Message::deserialize(object).ok()?;
    (message.peer_id != 0 && message.from_id != 0).then_some(message)
}
