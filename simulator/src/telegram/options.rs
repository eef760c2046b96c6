//! Options, which are Telegram's wire, and its state: what a bot, a group and a lent account have beside the kit's model.

use std::collections::{BTreeMap, BTreeSet};

use crate::kit::{Dialog, Id, Message, State};

crate::kit::options!();

#[derive(Debug, Default)]
pub struct Own {
    pub(super) bots: BTreeMap<Id, Bot>,
    pub(super) groups: BTreeMap<Id, Group>,
    pub(super) connections: Vec<Connection>,
    /// When a bot's path of a file expires, in milliseconds.
    pub(super) open: BTreeMap<(Id, String), i64>,
}

/// What a line has beside the kit's model.
#[derive(Clone, Debug, Default)]
pub(super) struct Bot {
    /// Requested kinds of updates; `None` is Telegram's default.
    pub(super) allowed: Option<Vec<String>>,
    pub(super) max_connections: i64,
    pub(super) ip_address: Option<String>,
    /// Of the webhook: time in seconds, and text.
    pub(super) last_error: Option<(i64, String)>,
    pub(super) next_update: i64,
    /// Number of getUpdates calls: a newer call ends an older one.
    pub(super) polls: u64,
    /// When each button was pressed, in milliseconds, by the id of its query.
    pub(super) queries: BTreeMap<String, i64>,
    /// Messages marked by readBusinessMessage: chat and message.
    pub(super) read_marks: Vec<(i64, i64)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupKind {
    /// A basic group, which can be upgraded.
    #[default]
    Basic,
    Super,
    Forum,
}

/// A bot's role in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Member,
    Administrator,
}

/// What the dialog of a group has beside the kit's model.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) kind: GroupKind,
    pub(super) members: BTreeSet<i64>,
    pub(super) bots: BTreeMap<Id, Role>,
    /// The supergroup it became.
    pub(super) migrated_to: Option<i64>,
    pub(super) topics: BTreeSet<i64>,
}

impl Group {
    pub(super) fn type_name(&self) -> &'static str {
        if self.kind == GroupKind::Basic { "group" } else { "supergroup" }
    }
}

/// A bot that may act on behalf of a person.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) id: String,
    pub(super) owner: i64,
    pub(super) bot: Id,
    pub(super) is_enabled: bool,
    pub(super) can_reply: bool,
    pub(super) date: i64,
}

/// What a dialog is, which follows from its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The private chat of a person with the line: `BOT/PERSON`.
    Private(i64),
    Group(i64),
    /// The chat of two people, which bots see through a business connection of one of them: `LOW:HIGH`.
    Personal(i64, i64),
}

pub(super) fn private(bot: &Id, person: i64) -> Id {
    Id::from(format!("{bot}/{person}"))
}

/// The id of the dialog of two people.
pub(super) fn personal(one: i64, other: i64) -> Id {
    Id::from(format!("{}:{}", one.min(other), one.max(other)))
}

impl Place {
    pub(super) fn of(dialog: &Dialog) -> Self {
        let number = |text: &str| text.parse().unwrap_or_default();
        match (dialog.person, dialog.id.as_str().split_once(':')) {
            (Some(person), _) => Self::Private(person),
            (None, Some((low, high))) => Self::Personal(number(low), number(high)),
            (None, None) => Self::Group(dialog.id.number()),
        }
    }
}

/// The bot that wrote a message of a line, also in the name of a person.
pub(super) fn author_bot(message: &Message) -> Option<Id> {
    let of = |key: &str| message.more.get(key).filter(|user| user["is_bot"] == true)?.get("id").and_then(Id::of);
    if message.author == crate::kit::Author::Line { of("sender_business_bot").or_else(|| of("from")) } else { None }
}

pub(super) type Telegram = State<Own>;

impl Telegram {
    /// The connection through which this bot sees a personal chat.
    pub(super) fn connection_of(&self, bot: &Id, dialog: &Dialog) -> Option<&Connection> {
        let Place::Personal(low, high) = Place::of(dialog) else { return None };
        let sees = |one: &&Connection| one.bot == *bot && one.is_enabled && [low, high].contains(&one.owner);
        self.own.connections.iter().find(sees)
    }

    /// The id of a chat as a bot sees it.
    pub(super) fn chat_id(&self, bot: &Id, dialog: &Dialog) -> i64 {
        match Place::of(dialog) {
            Place::Private(person) => person,
            Place::Group(id) => id,
            Place::Personal(low, high) => match self.own.connections.iter().rfind(|one| one.bot == *bot) {
                Some(one) if one.owner == low => high,
                _ => low,
            },
        }
    }
}
