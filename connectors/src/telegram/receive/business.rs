//! Telegram Business: the bot acts for a person (telegram §13). Chat ids are unique only per person, so a chat is
//! identified by its owner as well.

use serde_json::{Value, json};

use super::Listener;
use super::message::MessageScene;
use crate::incoming::InboundEvent;
use crate::telegram::ids::{ChatThread, Within};
use crate::telegram::wire::{BusinessConnection, DeletedBusinessMessages, Message};

impl Listener<'_> {
    /// `business_connection`: the connection's id changes each time, its owner does not.
    pub(super) fn connection(&self, connection: &BusinessConnection) -> Vec<InboundEvent> {
        if connection.id.is_empty() || connection.user.id == 0 {
            return vec![InboundEvent::Unknown("business_connection")];
        }
        let key = connection.user.id.to_string();
        let can_reply = connection.rights.can_reply || connection.can_reply;
        let owner = json!({
            "connection_id": connection.id,
            "name": connection.user.called().unwrap_or_default(),
            "is_enabled": connection.is_enabled,
            "can_reply": can_reply,
            "can_read_messages": connection.rights.can_read_messages,
            "at": connection.date.saturating_mul(1000),
        });
        let usable = connection.is_enabled && can_reply;
        let id = if usable { Value::String(connection.id.clone()) } else { Value::Null };
        vec![
            InboundEvent::Learned { part: "business", key: key.clone(), value: id },
            InboundEvent::Learned { part: "owners", key, value: owner },
        ]
    }

    /// `business_message`: both directions of a person's private chat.
    pub(super) fn wrote_in_business(&self, owner: i64, message: &Message) -> Vec<InboundEvent> {
        match self.business_scene(owner, message) {
            Ok(scene) => self.events_of(message, scene),
            Err(nothing) => vec![nothing],
        }
    }

    /// `edited_business_message`.
    pub(super) fn edited_in_business(&self, owner: i64, message: &Message) -> Vec<InboundEvent> {
        match self.business_scene(owner, message) {
            Ok(scene) => self.says_now(message, scene),
            Err(nothing) => vec![nothing],
        }
    }

    /// `deleted_business_messages`.
    pub(super) fn deleted_in_business(&self, owner: i64, deleted: &DeletedBusinessMessages) -> Vec<InboundEvent> {
        let chat = ChatThread { chat: deleted.chat.id, within: Within::Business { owner } };
        let ids = deleted.message_ids.iter().filter(|id| **id != 0);
        ids.map(|id| InboundEvent::TookBack { pieces: vec![chat.message(*id)] }).collect()
    }

    fn business_scene(&self, owner: i64, message: &Message) -> Result<MessageScene, InboundEvent> {
        if message.message_id == 0 || message.chat.id == 0 {
            return Err(InboundEvent::Unknown("business_message"));
        }
        // Our own message, reported back to us.
        if message.sender_business_bot.is_some() {
            return Err(InboundEvent::Nothing("echo"));
        }
        let at = ChatThread { chat: message.chat.id, within: Within::Business { owner } };
        let by_owner = message.from.as_ref().is_some_and(|user| user.id == owner);
        // A person's notes to themselves are ignored.
        if by_owner && message.chat.id == owner {
            return Err(InboundEvent::Nothing("own_notes"));
        }
        let receiver = by_owner.then(|| self.customer(&message.chat, message.date));
        Ok(MessageScene { at, receiver, room: None })
    }

    /// The chat of a message in a person's name, if the owner is known.
    pub(super) fn business_of(&self, message: &Message) -> Option<ChatThread> {
        let connection = message.business_connection_id.as_deref()?;
        let owner = self.owner_of(connection)?;
        Some(ChatThread { chat: message.chat.id, within: Within::Business { owner } })
    }

    /// The owner of a connection.
    pub(super) fn owner_of(&self, connection_id: &str) -> Option<i64> {
        let owners = self.facts?.get("owners")?.as_object()?;
        let found = owners.iter().find(|(_, owner)| {
            owner.get("connection_id").and_then(Value::as_str).is_some_and(|id| id == connection_id)
        });
        found?.0.parse().ok()
    }
}
