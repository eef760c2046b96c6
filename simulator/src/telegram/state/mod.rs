//! The state of a simulated Telegram.

mod bot;
mod call;
mod conversation;
mod files;
mod people;
mod updates;

use std::collections::BTreeMap;

pub(crate) use bot::{Answer, Bot, DAY, Query, Webhook};
pub use call::CallView;
pub(crate) use conversation::{Author, Conversation, Draft, Message, Place};
pub(crate) use files::{FileKind, Files, Stored};
pub use people::GroupKind;
pub(crate) use people::{Connection, Group, Person, Role};
pub use updates::UpdateState;
pub(crate) use updates::{Update, Updates};

use super::rates::Rates;

/// The whole state, behind one lock.
#[derive(Default)]
pub(crate) struct State {
    /// The time of the current change, in milliseconds.
    pub(crate) now: i64,
    pub(crate) bots: BTreeMap<i64, Bot>,
    pub(crate) people: BTreeMap<i64, Person>,
    pub(crate) groups: BTreeMap<i64, Group>,
    pub(crate) chats: BTreeMap<Place, Conversation>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) files: Files,
    pub(crate) rates: Rates,
    /// Messages sent by bots, in order.
    pub(crate) sent: Vec<(i64, Place, i64)>,
    serial: i64,
}

impl State {
    /// A unique number for ids of every kind.
    pub(crate) fn next_serial(&mut self) -> i64 {
        self.serial += 1;
        self.serial
    }

    /// Now in Unix seconds.
    pub(crate) fn date(&self) -> i64 {
        self.now.div_euclid(1000)
    }

    pub(crate) fn message(&self, place: &Place, id: i64) -> Option<&Message> {
        self.chats.get(place)?.message(id).filter(|message| !message.is_deleted)
    }

    pub(crate) fn message_mut(&mut self, place: &Place, id: i64) -> Option<&mut Message> {
        self.chats.get_mut(place)?.message_mut(id).filter(|message| !message.is_deleted)
    }

    /// Adds a message to a chat and returns its id. Creates no updates.
    pub(crate) fn add(&mut self, place: &Place, author: Author, draft: Draft) -> i64 {
        let date = draft.date.unwrap_or_else(|| self.date());
        let chat = self.chats.entry(place.clone()).or_default();
        chat.last_id += 1;
        let id = chat.last_id;
        chat.messages.push(Message {
            id,
            date,
            edit_date: None,
            author,
            via_bot: draft.via_bot,
            thread: draft.thread,
            kind: draft.kind,
            fields: draft.fields,
            reply_to: draft.reply_to,
            reactions: BTreeMap::new(),
            is_deleted: false,
        });
        id
    }

    /// The connection through which this bot sees the personal chat, and the other person.
    pub(crate) fn connection_of(&self, bot: i64, place: &Place) -> Option<&Connection> {
        let Place::Personal { low, high } = place else {
            return None;
        };
        let sees = |one: &&Connection| one.bot == bot && one.is_enabled && (one.owner == *low || one.owner == *high);
        self.connections.iter().find(sees)
    }

    /// The id of a chat as seen by a bot.
    pub(crate) fn chat_id(&self, bot: i64, place: &Place) -> i64 {
        match place {
            Place::Private { person, .. } => *person,
            Place::Group(id) => *id,
            Place::Personal { low, high } => match self.connections.iter().rfind(|one| one.bot == bot) {
                Some(one) if one.owner == *low => *high,
                _ => *low,
            },
        }
    }

    /// The chats with this id as seen by a bot, its own first.
    pub(crate) fn places(&self, bot: i64, chat_id: i64) -> Vec<Place> {
        let mut places = vec![match chat_id {
            0.. => Place::Private { bot, person: chat_id },
            _ => Place::Group(chat_id),
        }];
        let owners = self.connections.iter().filter(|one| one.bot == bot).map(|one| one.owner);
        places.extend(owners.map(|owner| Place::personal(owner, chat_id)));
        places.dedup();
        places
    }
}
