//! Converts WhatsApp's webhook calls to events (whatsapp §3 to §5, §9, §11 to §13).

use std::collections::HashMap;

use base::i18n::Words;
use base::message::{Body, Content, Person};
use serde_json::json;

use super::setup::{APP_SECRET, SourceNumber};
use super::wire::{Change, Contact, Envelope, History, HistoryThread, Message, MessagesValue, System, UserIdUpdate};
use crate::incoming::{Began, ButtonPress, EditedMessage, InboundEvent, IncomingMessage, NotReceived, Reacted};
use crate::receiving::above;
use crate::{PressedButton, Settings};
use content::{PersonIds, ReceivedContent, mark, reply_to};

mod changes;
mod content;

/// The value of `object` in every call.
const OBJECT: &str = "whatsapp_business_account";

/// The line that was called, and the language of its account.
struct Reader<'a> {
    number: SourceNumber<'a>,
    words: Words,
    /// The account has an app of its own, which calls this source's address alone. The vendor's calls one for all.
    has_own_app: bool,
}

/// A change of one number, with the people it contains.
struct NumberChange<'a> {
    reader: &'a Reader<'a>,
    contacts: &'a [Contact],
    clock: Clock,
}

/// Converts one call. Every change creates at least one event, so that nothing disappears unnoticed.
pub(super) fn receive(settings: &Settings, body: &[u8], words: Words) -> Result<Vec<InboundEvent>, NotReceived> {
    let envelope: Envelope = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let number = SourceNumber::of(settings).ok_or(NotReceived::Unreadable)?;
    if &*envelope.object != OBJECT {
        return Ok(vec![InboundEvent::Unknown("object")]);
    }
    let reader = Reader { number, words, has_own_app: settings.secrets.contains_key(APP_SECRET) };
    let changes = envelope.entry.iter().flat_map(|entry| entry.changes.iter());
    let events: Vec<InboundEvent> = changes.flat_map(|change| reader.change(change)).collect();
    Ok(if events.is_empty() { vec![InboundEvent::Unknown("empty")] } else { events })
}

impl Reader<'_> {
    fn change(&self, change: &Change) -> Vec<InboundEvent> {
        match &*change.field {
            "messages" | "smb_message_echoes" | "history" | "smb_app_state_sync" | "user_id_update"
            | "user_preferences" => self.of_number(change),
            "message_template_status_update" => changes::status(&change.read()),
            "message_template_quality_update" => changes::template_quality(&change.read()),
            "template_category_update" => changes::category(&change.read()),
            "phone_number_quality_update" => changes::quality(self, &change.read()),
            "phone_number_name_update" => changes::name(self, &change.read()),
            "account_update" => changes::account(self, &change.read()),
            "account_review_update" => changes::review(&change.read()),
            "account_alerts" => changes::alert(&change.read()),
            "business_capability_update" | "security" | "message_template_components_update" => {
                vec![InboundEvent::Nothing("account")]
            }
            _ => vec![InboundEvent::Unknown("field")],
        }
    }

    /// A change of this number. A change of another number means that its webhook points to the wrong source; one of the
    /// vendor's app that names no number belongs to no source.
    fn of_number(&self, change: &Change) -> Vec<InboundEvent> {
        let value: MessagesValue = change.read();
        match value.metadata.phone_number_id.some() {
            Some(id) if id == self.number.phone_number_id => {}
            Some(_) => return vec![InboundEvent::Unknown("other_number")],
            None if self.has_own_app => {}
            None => return vec![InboundEvent::Unknown("no_number")],
        }
        if &*change.field == "user_preferences" {
            // amoCRM cannot store an opt-out from marketing; Meta itself refuses to send it (whatsapp §15).
            return vec![InboundEvent::Nothing("user_preferences")];
        }
        let mut here = NumberChange { reader: self, contacts: &value.contacts, clock: Clock::default() };
        let mut events = Vec::new();
        for message in value.messages.iter() {
            let of_history = &*change.field == "history";
            events.extend(if of_history { here.history_file(message) } else { here.message(message) });
        }
        for message in value.message_echoes.iter() {
            events.extend(if &*change.field == "history" { here.history_file(message) } else { here.echo(message) });
        }
        events.extend(value.statuses.iter().flat_map(|status| self.status(status)));
        events.extend(value.history.iter().flat_map(|history| here.history(history)));
        events.extend(value.user_id_update.iter().map(user_id_update));
        events.extend(value.state_sync.iter().map(|_| InboundEvent::Nothing("address_book")));
        events.extend(value.errors.iter().map(|refusal| self.number_error(refusal)));
        if events.is_empty() { vec![InboundEvent::Unknown("value")] } else { events }
    }

    /// A text for the chat, with plain spaces, because people copy from it.
    fn text(&self, key: &'static str, values: &[(&'static str, &str)]) -> String {
        let sentence = self.words.text(key);
        let sentence = values.iter().fold(sentence, |sentence, (name, value)| sentence.with(name, *value));
        sentence.to_string().replace('\u{a0}', " ")
    }
}

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
            return changed(self, message, system, &ids);
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

// Messages from before the number was connected, for a number that stays in the phone app (whatsapp §13).

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
            let earlier = self.earlier(message, &ids);
            events.extend(earlier.into_iter().map(|written| InboundEvent::History(Box::new(written))));
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

// People whose ids have changed (whatsapp §12).

/// `system`: the conversation gets the new id, and a new phone is also shown to the manager. A new BSUID is not shown,
/// because it means nothing to people; a new phone number is reported in a separate message.
fn changed(here: &NumberChange<'_>, message: &Message, system: &System, ids: &PersonIds) -> Vec<InboundEvent> {
    let Some(to) = system.wa_id.some().or_else(|| system.user_id.some()) else {
        return vec![InboundEvent::Unknown("system")];
    };
    let (id, to) = (ids.id().to_owned(), to.to_owned());
    let mut events: Vec<InboundEvent> = ids.found_by_phone().collect();
    if system.wa_id.some().is_none() {
        events.extend((id != to).then_some(InboundEvent::Moved { from: id, to }));
        return events;
    }
    if &*system.r#type != "user_changed_user_id" {
        let text = match message.from.some() {
            Some(before) => here.reader.text("wa-in-number-changed", &[("before", before), ("now", &to)]),
            None => here.reader.text("wa-in-number-new", &[("now", &to)]),
        };
        events.push(InboundEvent::Wrote(Box::new(IncomingMessage {
            external_id: message.id.to_string(),
            conversation_id: id.clone(),
            sent_at: message.timestamp.millis(),
            body: Body { silent: true, ..Body::new(here.customer(ids), Content::Text { text }) },
            room: None,
        })));
    }
    let before = ids.phone().filter(|before| *before != to).map(str::to_owned);
    events.extend((id != to).then_some(InboundEvent::HasNumber { id, number: to, before }));
    events
}

/// `user_id_update`: the same as a separate field.
pub(super) fn user_id_update(update: &UserIdUpdate) -> InboundEvent {
    match (update.user_id.previous.some(), update.user_id.current.some()) {
        (Some(from), Some(to)) if from != to => InboundEvent::Moved { from: from.to_owned(), to: to.to_owned() },
        _ => InboundEvent::Unknown("user_id_update"),
    }
}

#[cfg(test)]
mod tests;
