//! Events other than messages: reading, typing, presses, reactions, and whether the community may write.

use base::message::{Body, Content, State};
use serde::Deserialize;
use serde_json::Value;

use super::Listener;
use crate::PressedButton;
use crate::incoming::{Began, ButtonPress, InboundEvent, IncomingMessage, Reacted, StatusUpTo};
use crate::vk::ids::{MessageId, is_chat};
use crate::vk::keyboard;
use crate::vk::reactions;
use crate::vk::wire::number;

/// The numbers in these events.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Numbers {
    #[serde(deserialize_with = "number")]
    from_id: i64,
    #[serde(deserialize_with = "number")]
    user_id: i64,
    #[serde(deserialize_with = "number")]
    reacted_id: i64,
    #[serde(deserialize_with = "number")]
    peer_id: i64,
    #[serde(deserialize_with = "number")]
    read_message_id: i64,
    #[serde(deserialize_with = "number")]
    conversation_message_id: i64,
    #[serde(deserialize_with = "number")]
    cmid: i64,
    #[serde(deserialize_with = "number")]
    reaction_id: i64,
}

fn numbers(object: &Value) -> Numbers {
    Numbers::deserialize(object).unwrap_or_default()
}

/// `message_deny`.
pub(super) fn denied(object: &Value) -> InboundEvent {
    match numbers(object).user_id {
        0 => InboundEvent::Unknown("message_deny"),
        person => InboundEvent::Reach { conversation_id: person.to_string(), reachable: false, at: 0 },
    }
}

impl Listener<'_> {
    /// `message_read`: all messages up to this one.
    pub(super) fn read_up_to(&self, object: &Value) -> InboundEvent {
        let told = numbers(object);
        let peer = if told.peer_id == 0 { told.from_id } else { told.peer_id };
        if told.from_id == -self.community() {
            return InboundEvent::Nothing("own_reading");
        }
        // In a group chat, one reader does not mean that all have read it.
        if is_chat(peer) {
            return InboundEvent::Nothing("group_reading");
        }
        let last = MessageId::of(peer, told.read_message_id, told.conversation_message_id);
        let Some(last) = last.filter(|_| peer != 0) else { return InboundEvent::Unknown("message_read") };
        InboundEvent::StatusUpTo(Box::new(StatusUpTo {
            conversation_id: peer.to_string(),
            message: Some(last.to_string()),
            until: None,
            state: State::Read,
        }))
    }

    /// `message_typing_state`: a person types a message to the community.
    pub(super) async fn types(&self, object: &Value) -> InboundEvent {
        match numbers(object).from_id {
            0 => InboundEvent::Unknown("message_typing_state"),
            from if from < 0 => InboundEvent::Nothing("own_typing"),
            from => InboundEvent::Typing {
                conversation_id: from.to_string(),
                sender: Box::new(self.asking.person(from).await),
            },
        }
    }

    /// `message_event`: a press of a callback button, ours or another program's.
    pub(super) async fn pressed(&self, object: &Value) -> InboundEvent {
        let told = numbers(object);
        let Some(event) = object["event_id"].as_str().filter(|event| !event.is_empty() && !event.contains(' ')) else {
            return InboundEvent::Unknown("message_event");
        };
        if told.user_id == 0 || told.peer_id == 0 {
            return InboundEvent::Unknown("message_event");
        }
        let pressed = keyboard::pressed(&object["payload"]);
        let data = pressed.map_or_else(|| object["payload"].to_string(), PressedButton::data);
        let label = object["payload"]["label"].as_str().unwrap_or_default().to_owned();
        let sender = self.asking.person(told.user_id).await;
        let room = match is_chat(told.peer_id) {
            true => Some(self.asking.person(told.peer_id).await),
            false => None,
        };
        InboundEvent::Pressed(Box::new(ButtonPress {
            written: IncomingMessage {
                external_id: format!("event:{event}"),
                conversation_id: told.peer_id.to_string(),
                sent_at: None,
                body: Body::new(sender, Content::Text { text: label }),
                room,
            },
            message_id: pressed.map(|pressed| pressed.message_id),
            data,
            acknowledge: format!("{event} {} {}", told.user_id, told.peer_id),
        }))
    }

    /// `message_reaction_event`: each person has one reaction; it was removed if there is no number.
    pub(super) async fn reacted(&self, object: &Value, event_id: &str) -> InboundEvent {
        let told = numbers(object);
        if told.reacted_id == 0 || told.peer_id == 0 || told.cmid == 0 {
            return InboundEvent::Unknown("message_reaction_event");
        }
        if told.reacted_id == -self.community() {
            return InboundEvent::Nothing("own_reaction");
        }
        let emoji = match told.reaction_id {
            0 => None,
            number => match reactions::emoji(number) {
                Some(emoji) => Some(emoji.to_owned()),
                None => return InboundEvent::Nothing("new_reaction"),
            },
        };
        let Some(id) = self.seen.id_of(self.asking.api, self.asking.community, told.peer_id, told.cmid).await else {
            return InboundEvent::Nothing("unknown_message");
        };
        let sender = self.asking.person(told.reacted_id).await;
        let key = match event_id {
            "" => format!("{id}:{}:{}", told.reacted_id, told.reaction_id),
            event => format!("reaction:{event}"),
        };
        InboundEvent::Reacted(Box::new(Reacted { message: id.to_string(), sender, emoji, key, at: None }))
    }

    /// `message_allow`: the community may write; if a button on a site was used, with that button's key.
    pub(super) async fn allowed(&self, object: &Value) -> Vec<InboundEvent> {
        let person = numbers(object).user_id;
        if person == 0 {
            return vec![InboundEvent::Unknown("message_allow")];
        }
        let conversation_id = person.to_string();
        let reach = InboundEvent::Reach { conversation_id: conversation_id.clone(), reachable: true, at: 0 };
        match object["key"].as_str().filter(|key| !key.trim().is_empty()) {
            None => vec![reach],
            Some(key) => {
                let customer = self.asking.person(person).await;
                let mark = Some(key.to_owned());
                vec![InboundEvent::Began(Box::new(Began { conversation_id, customer, mark, greets: true })), reach]
            }
        }
    }
}
