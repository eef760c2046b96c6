//! Converts a message: its conversation, its author and its content.

use std::collections::HashMap;

use base::message::{Body, Person};

use super::content::ReceivedContent;
use super::context::{mark, reply_to};
use super::people::PersonIds;
use super::{NumberChange, system};
use crate::PressedButton;
use crate::above::above;
use crate::incoming::{Began, ButtonPress, EditedMessage, InboundEvent, IncomingMessage, Reacted};
use crate::whatsapp::wire::Message;

/// Milliseconds for which a click on an advertisement opens the chat.
const AFTER_AN_ADVERTISEMENT: i64 = 72 * 3_600_000;

/// The conversation of a message, and its participants.
pub(super) struct MessageScene {
    pub conversation_id: String,
    pub sender: Person,
    /// The customer, for messages that the business wrote.
    pub receiver: Option<Person>,
    /// Set for a group.
    pub room: Option<Person>,
}

/// Times of messages. Meta's have whole seconds; messages of one conversation in the same second get different
/// milliseconds, in order of arrival.
#[derive(Debug, Default)]
pub(super) struct Clock(HashMap<(String, i64), i64>);

impl Clock {
    fn millis(&mut self, conversation_id: &str, message: &Message) -> Option<i64> {
        let second = message.timestamp.millis()?;
        let count = self.0.entry((conversation_id.to_owned(), second)).or_default();
        let millis = second + (*count).min(999);
        *count += 1;
        Some(millis)
    }
}

impl NumberChange<'_> {
    /// A message or another action of a customer.
    pub(super) fn message(&mut self, message: &Message) -> Vec<InboundEvent> {
        let Some(ids) = PersonIds::sender(message) else { return vec![InboundEvent::Unknown("message")] };
        if message.id.some().is_none() {
            return vec![InboundEvent::Unknown("message")];
        }
        if let Some(system) = &message.system {
            return system::changed(self, message, system, &ids);
        }
        let sender = self.customer(&ids);
        let Some(group) = message.group_id.some() else {
            let scene = MessageScene { conversation_id: ids.id().to_owned(), sender, receiver: None, room: None };
            let events = self.events_of(message, scene);
            return ids.known_by_all(events);
        };
        let scene =
            MessageScene { conversation_id: group.to_owned(), sender, receiver: None, room: Some(self.group(group)) };
        self.events_of(message, scene)
    }

    /// A message that the business wrote in its phone app (whatsapp §13).
    pub(super) fn echo(&mut self, message: &Message) -> Vec<InboundEvent> {
        let Some(ids) = PersonIds::receiver(message).filter(|_| message.id.some().is_some()) else {
            return vec![InboundEvent::Unknown("message_echo")];
        };
        let scene = self.outgoing(&ids);
        let events = self.events_of(message, scene);
        ids.known_by_all(events)
    }

    /// The scene of a message that the business wrote to a customer.
    pub(super) fn outgoing(&self, ids: &PersonIds) -> MessageScene {
        MessageScene {
            conversation_id: ids.id().to_owned(),
            sender: self.reader.owner(),
            receiver: Some(self.customer(ids)),
            room: None,
        }
    }

    fn events_of(&mut self, message: &Message, scene: MessageScene) -> Vec<InboundEvent> {
        if let Some(reaction) = &message.reaction {
            let Some(about) = reaction.message_id.some() else { return vec![InboundEvent::Unknown("reaction")] };
            return vec![InboundEvent::Reacted(Box::new(Reacted {
                message: about.to_owned(),
                sender: scene.sender,
                emoji: reaction.emoji.some().map(str::to_owned),
                key: message.id.to_string(),
                at: message.timestamp.millis(),
            }))];
        }
        if let Some(revoke) = &message.revoke {
            let Some(about) = revoke.original_message_id.some() else { return vec![InboundEvent::Unknown("revoke")] };
            return vec![InboundEvent::TookBack { pieces: vec![about.to_owned()] }];
        }
        if let Some(edit) = &message.edit {
            let about = edit.original_message_id.some();
            return match (about, &edit.message) {
                (Some(about), Some(says)) => vec![self.edited(message, about, says, scene)],
                _ => vec![InboundEvent::Unknown("edit")],
            };
        }
        if &*message.r#type == "request_welcome" {
            return vec![began(&scene, None)];
        }
        let mut events = Vec::new();
        if let Some(referral) = message.referral.as_ref().filter(|_| scene.receiver.is_none()) {
            events.push(began(&scene, mark(referral)));
        }
        events.extend(self.written(message, &scene));
        events.extend(longer_window(message, &scene));
        events
    }

    fn edited(&mut self, message: &Message, about: &str, says: &Message, scene: MessageScene) -> InboundEvent {
        let content = self.reader.contents(says).into_iter().next();
        let Some(content) = content else { return InboundEvent::Unknown("edit") };
        let sent_at = self.clock.millis(&scene.conversation_id, message);
        let written = self.incoming(says, &scene, content, about.to_owned(), sent_at);
        InboundEvent::Changed(Box::new(EditedMessage {
            written,
            key: message.id.to_string(),
            at: message.timestamp.millis(),
        }))
    }

    /// The messages created from one: several for several contact cards, which share a time.
    fn written(&mut self, message: &Message, scene: &MessageScene) -> Vec<InboundEvent> {
        let press = |pressed: Option<String>, written: IncomingMessage| match pressed {
            Some(data) => InboundEvent::Pressed(Box::new(ButtonPress {
                written,
                message_id: PressedButton::read(&data).map(|pressed| pressed.message_id),
                data,
                // Meta needs no acknowledgement.
                acknowledge: String::new(),
            })),
            None => InboundEvent::Wrote(Box::new(written)),
        };
        let parts = self.parts(message, scene);
        parts.into_iter().map(|(pressed, written)| press(pressed, written)).collect()
    }

    /// The messages created from one, each with the data of our pressed button, if any.
    pub(super) fn parts(&mut self, message: &Message, scene: &MessageScene) -> Vec<(Option<String>, IncomingMessage)> {
        let contents = self.reader.contents(message);
        let single = contents.len() == 1;
        let parts = contents.into_iter().enumerate().map(|(place, mut content)| {
            let id = if single { message.id.0.clone() } else { format!("{}#{place}", message.id) };
            let sent_at = self.clock.millis(&scene.conversation_id, message);
            let pressed = content.pressed.take();
            (pressed, self.incoming(message, scene, content, id, sent_at))
        });
        parts.collect()
    }

    fn incoming(
        &self,
        message: &Message,
        scene: &MessageScene,
        received: ReceivedContent,
        external_id: String,
        sent_at: Option<i64>,
    ) -> IncomingMessage {
        let ReceivedContent { mut content, mut caption, callback_data, own_phone, .. } = received;
        let lines = self.reader.lines_above(message);
        if !lines.is_empty() {
            above(&lines.join("\n"), "\n", &mut content, &mut caption);
        }
        let mut sender = scene.sender.clone();
        if scene.receiver.is_none() {
            sender.phone = own_phone.or(sender.phone);
        }
        IncomingMessage {
            external_id,
            conversation_id: scene.conversation_id.clone(),
            sent_at,
            body: Body {
                receiver: scene.receiver.clone(),
                caption,
                callback_data,
                reply_to: reply_to(message),
                ..Body::new(sender, content)
            },
            room: scene.room.clone(),
        }
    }
}

/// Who comes from an advertisement may be answered for longer, counted from the message (whatsapp §11).
fn longer_window(message: &Message, scene: &MessageScene) -> Option<InboundEvent> {
    let referral = message.referral.as_ref().filter(|_| scene.receiver.is_none() && scene.room.is_none())?;
    let is_ad = &*referral.source_type == "ad" || referral.ctwa_clid.some().is_some();
    let until = message.timestamp.millis()?.checked_add(AFTER_AN_ADVERTISEMENT)?;
    is_ad.then(|| InboundEvent::WindowOpen { conversation_id: scene.conversation_id.clone(), until })
}

/// A conversation without a message yet, or the origin of its customer.
fn began(scene: &MessageScene, mark: Option<String>) -> InboundEvent {
    let customer = scene.room.clone().or_else(|| scene.receiver.clone()).unwrap_or_else(|| scene.sender.clone());
    InboundEvent::Began(Box::new(Began {
        conversation_id: scene.conversation_id.clone(),
        customer,
        mark,
        greets: false,
    }))
}
