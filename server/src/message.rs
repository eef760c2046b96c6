//! The vocabulary of what is carried: content, people, states. Wire forms of the public API (product.md §6.2, §6.3)
//! and the stored form of a message body are the same types.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a message goes.
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

/// What a letter carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    Message,
    Edit,
    Status,
    Typing,
    Reaction,
    Import,
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
pub(crate) use stored_as_small_integer;

stored_as_small_integer!(Direction { ToCrm = 1, ToMessenger = 2 });
stored_as_small_integer!(Stream { Messages = 1, Receipts = 2 });
stored_as_small_integer!(LetterKind { Message = 1, Edit = 2, Status = 3, Typing = 4, Reaction = 5, Import = 6 });
stored_as_small_integer!(State { Queued = 0, Sent = 1, Delivered = 2, Read = 3, Failed = 4 });

/// Who speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    #[default]
    Client,
    Manager,
    Bot,
}

/// A participant as the messenger or the API names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The messenger's id; for managers amojo's.
    pub id: String,
    #[serde(default)]
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_url: Option<String>,
}

/// What a message says. Closed: an unknown kind becomes a readable placeholder at the door, never nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    Text { text: String },
    Picture(Media),
    Video(Media),
    File(Media),
    Voice(Media),
    Audio(Media),
    Sticker(Media),
    Location { latitude: f64, longitude: f64 },
    Contact { name: String, phone: String },
}

impl Content {
    /// The kind's name on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Picture(_) => "picture",
            Self::Video(_) => "video",
            Self::File(_) => "file",
            Self::Voice(_) => "voice",
            Self::Audio(_) => "audio",
            Self::Sticker(_) => "sticker",
            Self::Location { .. } => "location",
            Self::Contact { .. } => "contact",
        }
    }
}

/// A file with an optional caption.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Media {
    #[serde(default)]
    pub media_url: String,
    #[serde(default)]
    pub file_name: String,
    /// Bytes; 0: not told.
    #[serde(default)]
    pub file_size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
}

/// The stored body of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub sender: Person,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<Person>,
    pub content: Content,
    #[serde(default)]
    pub silent: bool,
}

/// Why a message failed: a code of product.md §6.2 and a text for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    pub code: FailureCode,
    #[serde(default)]
    pub text: String,
}

/// The closed set of reasons a messenger or Parom may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    ConversationDeleted,
    RecipientBlocked,
    SourceDisconnected,
    Internal,
    RecipientUnreachable,
    Unsupported,
    WindowClosed,
    Rejected,
    Other,
}

impl FailureCode {
    /// amoCRM's code of a failed delivery (chats-api §5.1).
    pub const fn amocrm_code(self) -> i32 {
        match self {
            Self::ConversationDeleted | Self::RecipientBlocked => 901,
            Self::SourceDisconnected => 902,
            Self::Internal => 903,
            Self::RecipientUnreachable => 904,
            Self::Unsupported | Self::WindowClosed | Self::Rejected | Self::Other => 905,
        }
    }

    /// Words for the manager where the messenger gave none.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ConversationDeleted => "The customer deleted the conversation.",
            Self::RecipientBlocked => "The customer blocked the bot or deleted the chat.",
            Self::SourceDisconnected => "The source is disconnected.",
            Self::Internal => "Parom could not deliver the message.",
            Self::RecipientUnreachable => "The customer cannot be reached in this messenger.",
            Self::Unsupported => "The messenger does not take messages of this kind.",
            Self::WindowClosed => "The time for free messages is over.",
            Self::Rejected => "The messenger refused the message.",
            Self::Other => "The message was not delivered.",
        }
    }
}

/// A status letter's payload: what amoCRM (or, parked, the message) is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    pub state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// The id by which amoCRM knows a thing of a messenger: equal ids of two sources do not collide.
///
/// UUIDv5 over (source, part, the messenger's id); `part` is `message`, `conversation` or `person`.
pub fn crm_id(source_id: Uuid, part: &str, external_id: &str) -> Uuid {
    let space = Uuid::new_v5(&source_id, part.as_bytes());
    Uuid::new_v5(&space, external_id.as_bytes())
}

/// The lane of one direction and stream of a conversation.
pub fn lane_id(conversation_id: Uuid, direction: Direction, stream: Stream) -> Uuid {
    let name = [direction.number().to_be_bytes(), stream.number().to_be_bytes()].concat();
    Uuid::new_v5(&conversation_id, &name)
}

/// Days since 1970 of a moment in milliseconds: the ledger's day (UTC).
pub fn day_of(millis: i64) -> i32 {
    i32::try_from(millis.div_euclid(86_400_000)).unwrap_or(i32::MAX)
}
