//! Vocabulary of messages: content, people, states. The wire forms of the public API and the stored form of a message
//! body are the same types.

mod content;
mod visit;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::i18n::Words;
pub use content::{
    Body, Button, Content, List, Marker, Markup, Media, Member, Past, Person, Post, Quote, Role, Row, Section,
    SharedPost, Template,
};
pub use visit::{CLICKS, TalkRating, TalkScore, Visit, VisitorAnswer, Visits, is_visible};

crate::worded! {
    /// The direction of a message.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum Direction, word {
        /// From the messenger into amoCRM.
        ToCrm = "to_crm",
        /// From amoCRM to the customer.
        ToMessenger = "to_messenger",
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

/// How far a message has come. Grows only; `Failed` is reached from below `Delivered`, and `Shadow` is left only by a
/// takeover: a source saw it that sends nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Queued,
    Sent,
    Delivered,
    Read,
    Failed,
    #[serde(skip)]
    Shadow,
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
stored_as_small_integer!(State { Queued = 0, Sent = 1, Delivered = 2, Read = 3, Failed = 4, Shadow = 5 });

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
    pub emoji: Option<String>,
}

/// The id by which amoCRM knows a messenger's object: equal ids of two sources do not collide.
///
/// UUIDv5 over (source, part, the messenger's id); `part` is `message`, `conversation` or `person`.
pub fn crm_id(source_id: Uuid, part: &str, external_id: &str) -> Uuid {
    let space = Uuid::new_v5(&source_id, part.as_bytes());
    Uuid::new_v5(&space, external_id.as_bytes())
}

/// Our ids by which amoCRM knows a conversation and the people in it.
#[derive(Clone, Copy, Debug)]
pub struct CrmIds<'a> {
    source_id: Uuid,
    /// The messenger's id of the conversation.
    external_id: &'a str,
    /// amojo's id of the chat, if the dialogue has another chat there and this one needs separate ids; else empty.
    apart: &'a str,
}

impl<'a> CrmIds<'a> {
    /// `apart`: see [`SharedDialogue::Apart`].
    pub fn new(source_id: Uuid, external_id: &'a str, apart: &'a str) -> Self {
        Self { source_id, external_id, apart }
    }

    /// The conversation's id.
    pub fn conversation(&self) -> String {
        self.of("conversation", self.external_id)
    }

    /// A person's id, by the messenger's id.
    pub fn person(&self, external_id: &str) -> String {
        self.of("person", external_id)
    }

    fn of(&self, part: &str, external_id: &str) -> String {
        let id = match self.apart {
            "" => crm_id(self.source_id, part, external_id),
            apart => crm_id(self.source_id, &format!("{part} of {apart}"), external_id),
        };
        id.to_string()
    }
}

/// Whether a conversation shares its dialogue in the messenger: when a manager writes first to someone who already
/// has a chat, amoCRM has two chats for one dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedDialogue {
    Not,
    /// Its ids at amoCRM are the dialogue's.
    First,
    /// Its ids at amoCRM are derived from amojo's id of the chat as well.
    Apart,
}

stored_as_small_integer!(SharedDialogue { Not = 0, First = 1, Apart = 2 });

/// The lane of one direction and stream of a conversation.
pub fn lane_id(conversation_id: Uuid, direction: Direction, stream: Stream) -> Uuid {
    let name = [direction.number().to_be_bytes(), stream.number().to_be_bytes()].concat();
    Uuid::new_v5(&conversation_id, &name)
}

/// Days since 1970 of a moment in milliseconds: the ledger's day (UTC).
pub fn day_of(millis: i64) -> i32 {
    i32::try_from(millis.div_euclid(86_400_000)).unwrap_or(i32::MAX)
}

/// Why a message failed: a code of the public API and a text for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    pub code: FailureCode,
    #[serde(default)]
    pub text: String,
}

crate::worded! {
    /// The fixed set of reasons for a failure.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum FailureCode, word {
        ConversationDeleted = "conversation_deleted",
        RecipientBlocked = "recipient_blocked",
        SourceDisconnected = "source_disconnected",
        Internal = "internal",
        RecipientUnreachable = "recipient_unreachable",
        Unsupported = "unsupported",
        /// Nobody can write first there: the customer has to begin.
        WritingFirst = "writing_first",
        WindowClosed = "window_closed",
        /// The customer stopped marketing messages.
        MarketingStopped = "marketing_stopped",
        Rejected = "rejected",
        Other = "other",
    }
}

impl Failure {
    /// JSON, as `message.error` keeps it; empty for none.
    pub fn stored(failure: Option<&Self>) -> String {
        failure.and_then(|failure| serde_json::to_string(failure).ok()).unwrap_or_default()
    }

    /// The text for the manager, in the account's language: the given one, else that of the code.
    pub fn text_in(&self, words: Words) -> String {
        if self.text.is_empty() { failure_words(self.code, words) } else { self.text.clone() }
    }
}

/// The text for the manager if none was given.
pub fn failure_words(code: FailureCode, words: Words) -> String {
    words.text_of("failure-", code.word()).to_string()
}

impl FailureCode {
    /// amoCRM's code of a failed delivery (chats-api §5.1).
    pub const fn amocrm_code(self) -> i32 {
        match self {
            Self::ConversationDeleted | Self::RecipientBlocked => 901,
            Self::SourceDisconnected => 902,
            Self::Internal => 903,
            Self::RecipientUnreachable => 904,
            Self::Unsupported
            | Self::WritingFirst
            | Self::WindowClosed
            | Self::MarketingStopped
            | Self::Rejected
            | Self::Other => 905,
        }
    }
}
