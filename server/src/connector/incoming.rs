//! What a messenger's call tells, in the house's words: what [`super::Connector::receive`] returns. The door
//! (`intake::connector`) stores it; which tables that takes, connectors do not know.

use serde_json::Value;
use uuid::Uuid;

use crate::message::{Body, Person};
use crate::words::Said;

/// A call of the messenger as it came.
pub struct Call<'a> {
    /// A header's value, the name in lower case.
    pub header: &'a (dyn Fn(&str) -> Option<String> + Sync),
    pub body: &'a [u8],
}

/// One thing that happened in the messenger.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// Somebody wrote.
    Wrote(Box<Written>),
    /// What was written says this from now on. One that nobody knows is taken as if it were new.
    Changed(Box<Changed>),
    /// These messages were taken back; what is not known is nothing.
    TookBack {
        messages: Vec<String>,
    },
    Reacted(Box<Reacted>),
    /// A button of a message was pressed.
    Pressed(Box<Pressed>),
    /// A conversation has begun, and nothing was said yet.
    Began(Box<Began>),
    /// The customer has shut us out, or let us in again.
    Reach {
        conversation_id: String,
        reachable: bool,
        at: i64,
    },
    /// A conversation has another id from now on; the old one stays known.
    Moved {
        from: String,
        to: String,
    },
    /// Something to remember of the line: `facts.<part>.<key>`, for the connector's settings. Null takes it away.
    Learned {
        part: &'static str,
        key: String,
        value: Value,
    },
    /// Known, and of no interest; the word is counted.
    Nothing(&'static str),
    /// Nobody knows what it means: its bytes are kept, and it is counted.
    Unknown(&'static str),
}

/// A message on its way in.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The messenger's id of the message, unique for the source.
    pub external_id: String,
    pub conversation_id: String,
    /// Milliseconds since 1970 by the messenger's clock.
    pub sent_at: Option<i64>,
    pub body: Body,
    /// Whose conversation it is where that is not the sender: a group.
    pub room: Option<Person>,
}

/// A message that says something else from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// As it reads now.
    pub written: Written,
    /// Of a repeat this is equal; of another change it is not.
    pub key: String,
}

/// A reaction that was set, or taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Reacted {
    /// The messenger's id of the message.
    pub message: String,
    pub sender: Person,
    /// None: taken back.
    pub emoji: Option<String>,
    /// Of a repeat this is equal.
    pub key: String,
}

/// A button that was pressed. What it says is looked up in the message below which it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Pressed {
    /// What the press becomes; its text is the button's label as far as the messenger told it, else empty.
    pub written: Written,
    /// Ours, of the message with the button.
    pub message_id: Option<Uuid>,
    pub data: String,
    /// By which the messenger is told that the press has come, see [`super::Connector::acknowledge`].
    pub acknowledge: String,
}

/// A conversation without words.
#[derive(Clone, Debug, PartialEq)]
pub struct Began {
    pub conversation_id: String,
    pub customer: Person,
    /// What a link, a page or an advertisement told of where the customer came from.
    pub mark: Option<String>,
}

/// What a button says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub text: String,
    /// The id of a list's row (chats-api §3.11).
    pub callback_data: Option<String>,
}

/// Why a call could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReceived {
    /// Nobody can read it, now or later: its bytes are kept, and the messenger is told that all is well.
    Unreadable,
    /// Something had to be asked first and was not told: the messenger calls again.
    Later(Said),
}
