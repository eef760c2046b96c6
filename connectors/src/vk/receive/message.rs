//! Messages of private dialogues and group chats (vk §4, §5).

use base::message::{Body, Content, Person, Role};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Listener;
use crate::incoming::{Began, ButtonPress, EditedMessage, InboundEvent, IncomingMessage};
use crate::vk::ids::{MessageId, is_chat};
use crate::vk::keyboard;
use crate::vk::wire::Message;

impl Listener<'_> {
    /// `message_new`.
    pub(super) async fn wrote(&self, message: &Message) -> Vec<InboundEvent> {
        if !message.action.is_null() {
            return vec![InboundEvent::Nothing("service")];
        }
        if message.from_id == -self.community() {
            return self.replied(message).await;
        }
        let payload = message.payload.as_str().unwrap_or_default();
        let start = keyboard::is_start(payload);
        let mut events = Vec::new();
        if let Some(began) = self.began(message, start).await {
            events.push(began);
        }
        if start {
            return events;
        }
        let mut written = self.written(message).await.into_iter();
        let Some(first) = written.next() else { return vec![InboundEvent::Unknown("message_new")] };
        events.push(match keyboard::pressed(&message.payload) {
            Some(pressed) => InboundEvent::Pressed(Box::new(ButtonPress {
                written: first,
                message_id: Some(pressed.message_id),
                data: pressed.data(),
                // A text button needs no acknowledgement.
                acknowledge: String::new(),
            })),
            None => InboundEvent::Wrote(Box::new(first)),
        });
        events.extend(written.map(|one| InboundEvent::Wrote(Box::new(one))));
        events
    }

    /// `message_reply`: a message that anything but Parom writes for the community counts as a manager's. Parom's own
    /// messages are recognised by their `random_id` in the process that sent them, and in other processes by their
    /// stored ids.
    pub(super) async fn replied(&self, message: &Message) -> Vec<InboundEvent> {
        if !message.action.is_null() {
            return vec![InboundEvent::Nothing("service")];
        }
        if self.is_own(message) {
            self.seen.keep(self.community(), message).await;
            return vec![InboundEvent::Nothing("echo")];
        }
        let written = self.written(message).await;
        written.into_iter().map(|one| InboundEvent::Wrote(Box::new(one))).collect()
    }

    /// Whether this process sent it. Messages written by people contain an admin (vk §6).
    fn is_own(&self, message: &Message) -> bool {
        let is_by_program = message.from_id == -self.community() && message.admin_author_id <= 0;
        is_by_program && self.seen.is_sent(self.community(), message.random_id)
    }

    /// `message_edit`.
    pub(super) async fn edited(&self, message: &Message) -> Vec<InboundEvent> {
        if self.is_own(message) {
            return vec![InboundEvent::Nothing("echo")];
        }
        let Some(written) = self.written(message).await.into_iter().next() else {
            return vec![InboundEvent::Unknown("message_edit")];
        };
        let key = key_of(&written, message.update_time);
        let at = Some(message.update_time.saturating_mul(1000)).filter(|at| *at > 0);
        vec![InboundEvent::Changed(Box::new(EditedMessage { written, key, at }))]
    }

    /// Where the customer came from, or that they pressed Start, as reported with a message.
    async fn began(&self, message: &Message, start: bool) -> Option<InboundEvent> {
        let word = |value: &Value| value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
        let mark = match (word(&message.r#ref), word(&message.ref_source)) {
            (Some(mark), Some(source)) => Some(format!("{mark} ({source})")),
            (mark, source) => mark.or(source),
        };
        if !start && mark.is_none() || is_chat(message.peer_id) {
            return None;
        }
        let customer = self.asking.person(message.from_id).await;
        let conversation_id = message.peer_id.to_string();
        Some(InboundEvent::Began(Box::new(Began { conversation_id, customer, mark, greets: false })))
    }

    /// The message, and each further file as a message of its own. None if it has no number.
    pub(crate) async fn written(&self, message: &Message) -> Vec<IncomingMessage> {
        let peer = message.peer_id;
        let Some(id) = MessageId::of(peer, message.id, message.conversation_message_id) else { return Vec::new() };
        self.seen.keep(self.community(), message).await;
        let id = id.to_string();
        let (lines, forwarded) = self.forwarded(message).await;
        let attachments = [message.attachments.as_slice(), &forwarded].concat();
        let held = self.held(&message.text, lines, &attachments, message.geo.as_ref()).grouped(&id);
        let (sender, receiver) = self.people_of(message).await;
        let room = match is_chat(peer) {
            true => Some(self.asking.person(peer).await),
            false => None,
        };
        let one = |external_id: String, content: Content| IncomingMessage {
            external_id,
            conversation_id: peer.to_string(),
            sent_at: message.date.checked_mul(1000).filter(|at| *at > 0),
            body: Body { receiver: receiver.clone(), ..Body::new(sender.clone(), content) },
            room: room.clone(),
        };
        let mut first = one(id.clone(), held.first);
        first.body.caption = held.caption;
        first.body.reply_to = self.reply_to(peer, message).await;
        let more =
            held.more.into_iter().zip(2..).map(|(content, number): (_, usize)| one(format!("{id}/{number}"), content));
        std::iter::once(first).chain(more).collect()
    }

    async fn people_of(&self, message: &Message) -> (Person, Option<Person>) {
        if message.from_id != -self.community() {
            return (self.asking.person(message.from_id).await, None);
        }
        let manager = match message.admin_author_id {
            1.. => self.asking.manager(message.admin_author_id).await,
            _ => Person { role: Role::Manager, name: None, ..self.asking.person(message.from_id).await },
        };
        (manager, Some(self.asking.person(message.peer_id).await))
    }
}

/// Equal if the same change is reported again, different for another: the time of the change and the new content.
pub(super) fn key_of(written: &IncomingMessage, changed_at: i64) -> String {
    let says = serde_json::to_value(&written.body.content).unwrap_or(Value::Null);
    let digest = Sha256::digest(format!("{says}\0{:?}", written.body.caption));
    format!("{}:{changed_at}:{}", written.external_id, hex::encode(&digest[..12]))
}
