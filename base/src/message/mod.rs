//! Vocabulary of messages: content, people, states. The wire forms of the public API and the stored form of a message
//! body are the same types.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod body;
mod content;
mod failure;
mod ids;
mod visible;
mod visit;

pub use body::{Body, Button, List, Marker, Markup, Past, Post, Quote, Row, Section, SharedPost, Template};
pub use content::{Content, Media, Member, Person, Role};
pub use failure::{Failure, FailureCode, failure_words};
pub use ids::{CrmIds, SharedDialogue, crm_id, day_of, lane_id};
pub use visible::is_visible;
pub use visit::{Visit, Visits};

/// The direction of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the messenger into amoCRM.
    ToCrm,
    /// From amoCRM to the customer.
    ToMessenger,
}

impl Direction {
    /// Its name in metrics and on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ToCrm => "to_crm",
            Self::ToMessenger => "to_messenger",
        }
    }
}

/// The two kinds of lanes a conversation has in each direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    /// Messages and their edits.
    Messages,
    /// Statuses, typing, reactions.
    Receipts,
}

/// The kind of a letter: what it delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    Message,
    Edit,
    Status,
    Typing,
    Reaction,
    Import,
    /// A webhook once more.
    Resend,
    /// A chat without a message.
    Chat,
}

/// How far a message has come. Grows only; `Failed` is reached from below `Delivered`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Queued,
    Sent,
    Delivered,
    Read,
    Failed,
}

/// The numbers that an enumeration is stored as.
#[macro_export]
macro_rules! stored_as_small_integer {
    ($type:ty { $($variant:ident = $number:literal),+ $(,)? }) => {
        impl $type {
            /// The number it is stored as.
            pub const fn number(self) -> i16 {
                match self { $(Self::$variant => $number),+ }
            }

            /// The value stored as `number`; an unknown number is a damaged row.
            pub fn from_number(number: i16) -> anyhow::Result<Self> {
                match number {
                    $($number => Ok(Self::$variant),)+
                    other => anyhow::bail!("{} is stored as the unknown number {other}", stringify!($type)),
                }
            }
        }
    };
}
pub use stored_as_small_integer;

stored_as_small_integer!(Direction { ToCrm = 1, ToMessenger = 2 });
stored_as_small_integer!(Stream { Messages = 1, Receipts = 2 });
stored_as_small_integer!(LetterKind { Message = 1, Edit = 2, Status = 3, Typing = 4, Reaction = 5, Import = 6, Resend = 7, Chat = 8 });
stored_as_small_integer!(State { Queued = 0, Sent = 1, Delivered = 2, Read = 3, Failed = 4 });

/// The payload of a status letter: the status for amoCRM (or, if parked, for the message).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    pub state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// The payload of an edit letter: the new content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edited {
    pub content: Content,
    /// When it was changed, milliseconds since 1970.
    pub at: i64,
    /// The sender deleted the message; `content` is its replacement.
    #[serde(default)]
    pub deleted: bool,
}

/// The payload of a typing letter. Never retried; worthless once `until` has passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    pub sender: Person,
    /// Milliseconds since 1970.
    pub until: i64,
}

/// The payload of a reaction letter; the letter's `message_id` names the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    pub sender: Person,
    /// Exact code points as received; none if removed.
    #[serde(default)]
    pub emoji: Option<String>,
}
