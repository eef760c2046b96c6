//! Chats and their messages.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The chat of a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The private chat of a person with a bot.
    Private { bot: i64, person: i64 },
    /// A group of any kind.
    Group(i64),
    /// The chat of two people; bots see it through a business connection of one of them.
    Personal { low: i64, high: i64 },
}

impl Place {
    /// The chat of two people.
    pub(crate) fn personal(one: i64, other: i64) -> Self {
        Self::Personal { low: one.min(other), high: one.max(other) }
    }
}

/// The author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    Person(i64),
    Bot(i64),
    /// An anonymous administrator, in the name of the group.
    Group(i64),
}

/// The parts of a new message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) kind: String,
    /// Fields of `Message`, except those that depend on the place. Files are referred to by unique id only.
    pub(crate) fields: Map<String, Value>,
    pub(crate) reply_to: Option<i64>,
    pub(crate) thread: Option<i64>,
    /// Unix seconds; `None` means now.
    pub(crate) date: Option<i64>,
    /// The business bot that wrote on behalf of a person.
    pub(crate) via_bot: Option<i64>,
}

impl Draft {
    pub(crate) fn new(kind: &str, fields: Value) -> Self {
        let fields = match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        Self { kind: kind.to_owned(), fields, ..Self::default() }
    }
}

/// One message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: i64,
    /// Unix seconds.
    pub(crate) date: i64,
    pub(crate) edit_date: Option<i64>,
    pub(crate) author: Author,
    pub(crate) via_bot: Option<i64>,
    pub(crate) thread: Option<i64>,
    pub(crate) kind: String,
    pub(crate) fields: Map<String, Value>,
    pub(crate) reply_to: Option<i64>,
    /// Reactions by author.
    pub(crate) reactions: BTreeMap<i64, Vec<Value>>,
    pub(crate) is_deleted: bool,
}

impl Message {
    /// The text, or the caption.
    pub(crate) fn text(&self) -> &str {
        let text = |key: &str| self.fields.get(key).and_then(Value::as_str);
        text("text").or_else(|| text("caption")).unwrap_or_default()
    }

    /// Whether this person wrote it.
    pub(crate) fn author_is(&self, person: Option<i64>) -> bool {
        person.is_some_and(|id| self.author == Author::Person(id))
    }

    pub(crate) fn is_by_bot(&self, bot: i64) -> bool {
        self.author == Author::Bot(bot) || self.via_bot == Some(bot)
    }
}

/// One chat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conversation {
    pub(crate) messages: Vec<Message>,
    /// Ids increase by one within a chat.
    pub(crate) last_id: i64,
    /// The current keyboard below the input field.
    pub(crate) keyboard: Option<Value>,
}

impl Conversation {
    /// Messages are never removed and ids increase by one, so the index follows from the id, also for deleted ones.
    pub(crate) fn message(&self, id: i64) -> Option<&Message> {
        self.messages.get(usize::try_from(id.checked_sub(1)?).ok()?)
    }

    pub(crate) fn message_mut(&mut self, id: i64) -> Option<&mut Message> {
        self.messages.get_mut(usize::try_from(id.checked_sub(1)?).ok()?)
    }
}
