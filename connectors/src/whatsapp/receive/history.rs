//! Messages from before the number was connected, for a number that stays in the phone app (whatsapp §13).

use base::message::Body;
use serde_json::json;

use super::NumberChange;
use super::message::MessageScene;
use super::people::PersonIds;
use crate::incoming::{EditedMessage, InboundEvent, IncomingMessage};
use crate::whatsapp::wire::{History, HistoryThread, Message};

/// The code for an owner who does not share the history.
const DECLINED: u32 = 2_593_109;

impl NumberChange<'_> {
    /// A part of the history: the messages of each chat, oldest first.
    pub(super) fn history(&mut self, history: &History) -> Vec<InboundEvent> {
        if let Some(refusal) = history.errors.first() {
            let value = if refusal.code() == DECLINED { json!("declined") } else { json!(refusal.text()) };
            return vec![InboundEvent::Learned { part: "history", key: "state".to_owned(), value }];
        }
        let events: Vec<InboundEvent> = history.threads.iter().flat_map(|thread| self.thread(thread)).collect();
        if events.is_empty() { vec![InboundEvent::Nothing("history")] } else { events }
    }

    fn thread(&mut self, thread: &HistoryThread) -> Vec<InboundEvent> {
        let context = &thread.context;
        let phone = if context.wa_id.some().is_none() && context.user_id.some().is_none() {
            &thread.id
        } else {
            &context.wa_id
        };
        let Some(ids) = PersonIds::of(phone, &context.user_id) else { return vec![InboundEvent::Unknown("history")] };
        let mut messages: Vec<&Message> =
            thread.messages.iter().filter(|message| message.id.some().is_some()).collect();
        messages.sort_by_key(|message| message.timestamp);
        let mut events = Vec::new();
        for message in messages {
            let told = self.earlier(message, &ids);
            events.extend(told.into_iter().map(|written| InboundEvent::History(Box::new(written))));
        }
        if events.is_empty() { events } else { ids.known_by_all(events) }
    }

    /// Earlier reactions, edits and notices are left out, because the history contains messages in their final form.
    fn earlier(&mut self, message: &Message, ids: &PersonIds) -> Vec<IncomingMessage> {
        let is_other = message.reaction.is_some()
            || message.edit.is_some()
            || message.revoke.is_some()
            || message.system.is_some();
        if is_other {
            return Vec::new();
        }
        let scene = self.scene(message, ids);
        let parts = self.parts(message, &scene).into_iter();
        parts.map(|(_, written)| IncomingMessage { body: Body { silent: true, ..written.body }, ..written }).collect()
    }

    /// The scene of a past message. One from the business names the receiver, or has the business's phone as its
    /// sender.
    fn scene(&self, message: &Message, ids: &PersonIds) -> MessageScene {
        let ours = message.from.some().zip(self.reader.number.display_phone()).is_some_and(|(from, own)| from == own);
        if ours || message.to.some().is_some() || message.to_user_id.some().is_some() {
            return self.outgoing(ids);
        }
        MessageScene { conversation_id: ids.id().to_owned(), sender: self.customer(ids), receiver: None, room: None }
    }

    /// A file that the history left out; it replaces its placeholder.
    pub(super) fn history_file(&mut self, message: &Message) -> Vec<InboundEvent> {
        let ids = PersonIds::receiver(message).or_else(|| PersonIds::sender(message));
        let Some(ids) = ids.filter(|_| message.id.some().is_some()) else {
            return vec![InboundEvent::Unknown("history")];
        };
        let written = self.earlier(message, &ids).into_iter();
        let events: Vec<InboundEvent> = written
            .map(|written| {
                let key = format!("history:{}", written.external_id);
                InboundEvent::Changed(Box::new(EditedMessage { written, key, at: None }))
            })
            .collect();
        if events.is_empty() { vec![InboundEvent::Nothing("history")] } else { events }
    }
}
