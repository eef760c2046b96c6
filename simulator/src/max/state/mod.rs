//! The state of a simulated MAX.

mod bot;
mod call;
mod files;
mod message;

use std::{collections::BTreeMap, sync::Arc};

pub(crate) use bot::{Answer, Bot, Subscription, Update};
pub use call::CallView;
pub(crate) use files::{Upload, UploadKind};
pub(crate) use message::Message;
use serde_json::{Value, json};

/// The whole state, behind one lock.
#[derive(Default)]
pub(crate) struct State {
    /// The time of the current change, in milliseconds.
    pub(crate) now: i64,
    /// The address of this MAX, which is also its file host.
    pub(crate) base: String,
    /// Milliseconds for which an uploaded file is processed.
    pub(crate) processing: i64,
    pub(crate) bots: BTreeMap<i64, Bot>,
    pub(crate) people: BTreeMap<i64, Person>,
    pub(crate) rooms: BTreeMap<i64, Room>,
    /// Ids of dialogs by bot and person.
    pub(crate) dialogs: BTreeMap<(i64, i64), i64>,
    /// All messages and comments, in order, with the removed ones.
    pub(crate) messages: Vec<Message>,
    pub(crate) files: BTreeMap<String, Upload>,
    pub(crate) serial: i64,
    /// Held by the single delivery in progress.
    pub(crate) delivering: Arc<tokio::sync::Mutex<()>>,
}

/// A person with a phone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) username: Option<String>,
    pub(crate) phone: String,
}

/// A group or a channel.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    pub(crate) title: String,
    pub(crate) kind: RoomKind,
    pub(crate) bot: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoomKind {
    Group,
    Channel,
}

impl State {
    /// A unique number for ids of every kind.
    pub(crate) fn next_serial(&mut self) -> i64 {
        self.serial += 1;
        self.serial
    }

    /// The id of a dialog; created on first use.
    pub(crate) fn dialog(&mut self, bot: i64, person: i64) -> i64 {
        if let Some(id) = self.dialogs.get(&(bot, person)) {
            return *id;
        }
        let id = 442_209_500 + self.next_serial();
        self.dialogs.insert((bot, person), id);
        id
    }

    /// The bot and the person of a dialog.
    pub(crate) fn in_dialog(&self, chat: i64) -> Option<(i64, i64)> {
        self.dialogs.iter().find(|(_, id)| **id == chat).map(|(both, _)| *both)
    }

    pub(crate) fn message(&self, mid: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.mid == mid && !message.is_removed)
    }

    pub(crate) fn message_mut(&mut self, mid: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.mid == mid && !message.is_removed)
    }

    /// Adds a message; returns its `mid`. Creates no updates.
    pub(crate) fn add(&mut self, chat: i64, sender: Option<i64>, draft: Message) -> String {
        let seq = (self.now << 16) + (self.next_serial() & 0xffff);
        let mid = format!("mid.{chat:016x}{seq:016x}");
        self.messages.push(Message { mid: mid.clone(), seq, chat, sender, timestamp: self.now, ..draft });
        mid
    }

    /// A person or a bot as `User` of the API.
    pub(crate) fn user(&self, id: i64) -> Value {
        if let Some(bot) = self.bots.get(&id) {
            return json!({
                "user_id": bot.id, "first_name": bot.name, "username": bot.username, "is_bot": true,
                "last_activity_time": self.now, "name": bot.name,
            });
        }
        let unknown = Person { id, ..Person::default() };
        let person = self.people.get(&id).unwrap_or(&unknown);
        json!({
            "user_id": person.id, "first_name": person.first_name, "last_name": person.last_name,
            "username": person.username, "is_bot": false, "last_activity_time": self.now, "name": person.name(),
        })
    }
}

impl Person {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// The card that the button `request_contact` sends.
    pub(crate) fn vcard(&self) -> String {
        let (phone, name) = (&self.phone, self.name());
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:{phone}\r\nFN:{name}\r\nEND:VCARD\r\n")
    }
}
