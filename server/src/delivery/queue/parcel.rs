//! What comes through the door, ready to be written: ids made, texts checked, nothing to look up but whether it
//! came before.

use bytes::Bytes;
use uuid::Uuid;

use crate::media::NewMedia;
use crate::message::{Direction, Failure, LetterKind, State, Stream, stored_as_small_integer};

/// Whose request it is decides who is served first when the door is crowded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hurry {
    /// amoCRM's hooks: sent once, five seconds.
    Hook,
    /// Everybody who repeats.
    Other,
}

/// One request: all of it is stored, or nothing.
#[derive(Clone, Debug)]
pub struct Parcel {
    pub tenant_id: Uuid,
    pub hurry: Hurry,
    pub raw: Option<RawHook>,
    pub entries: Vec<Entry>,
}

impl Parcel {
    /// Rough size in memory, for the bound of the queue.
    pub fn size(&self) -> usize {
        let raw = self.raw.as_ref().map_or(0, |raw| raw.body.len() + raw.headers.len());
        let bodies: usize =
            self.entries.iter().filter_map(|entry| entry.message.as_ref()).map(|message| message.body.len()).sum();
        raw + bodies + 512 * self.entries.len() + 256
    }

    /// Whether there may be files to be fetched once it is stored.
    pub fn has_media(&self) -> bool {
        self.entries.iter().any(|entry| !entry.media.is_empty())
    }
}

/// The bytes as they came.
#[derive(Clone, Debug)]
pub struct RawHook {
    pub id: Uuid,
    pub kind: &'static str,
    pub target: String,
    pub received_at: i64,
    pub headers: String,
    pub body: Bytes,
    /// Why it is not worked on; empty: it is.
    pub quarantine: String,
}

/// What kind of event a key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// A message that came to us, by the id of the side it came from; also amojo's id of one we sent.
    Message,
    /// The messenger's id of a message that we sent.
    Sent,
    /// A change of a message, one key a change.
    Edit,
    /// Somebody types: one key a conversation and few seconds.
    Typing,
    /// A reaction, one key each.
    Reaction,
    /// The messenger named the dialogue of a conversation that a manager began.
    Opened,
    /// amoCRM told its id of a chat without saying anything in it.
    Chat,
    /// A button was pressed: one key a button and second.
    Pressed,
    /// A webhook that goes out once more, one key each.
    Resent,
    /// A status of one of our messages, one key a state.
    StatusSent,
    StatusDelivered,
    StatusRead,
    StatusFailed,
}

stored_as_small_integer!(Event {
    Message = 1,
    Sent = 2,
    Edit = 3,
    Typing = 4,
    Reaction = 5,
    Opened = 6,
    Chat = 7,
    Pressed = 8,
    Resent = 9,
    StatusSent = 11,
    StatusDelivered = 12,
    StatusRead = 13,
    StatusFailed = 14,
});

impl Event {
    /// The key's event of a status.
    pub fn of_status(state: State) -> Self {
        match state {
            State::Queued | State::Sent => Self::StatusSent,
            State::Delivered => Self::StatusDelivered,
            State::Read => Self::StatusRead,
            State::Failed => Self::StatusFailed,
        }
    }
}

/// What an entry is recognised by when it comes again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DedupeKey {
    /// Channel or source, whose id space it is.
    pub origin: Uuid,
    pub external_id: String,
    pub event: Event,
}

/// One thing of a parcel.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: DedupeKey,
    /// Of what a repeat must have equal.
    pub fingerprint: i64,
    /// The message's id, or one of its own for what is no message. Made before storing, so that it tells "mine" from
    /// "duplicate" after a lost COMMIT.
    pub id: Uuid,
    pub accepted_at: i64,
    pub conversation: Conversation,
    /// amojo's id of a known conversation's chat, when it was not known yet: also an alias from now on.
    pub crm_chat: Option<Alias>,
    pub message: Option<NewMessage>,
    /// A state that the message's receiver told.
    pub change: Option<StateChange>,
    /// What a known message says from now on.
    pub rewrite: Option<Rewrite>,
    /// A manager began the conversation.
    pub begun: Option<Begun>,
    /// The messenger named the conversation's dialogue.
    pub opened: Option<Opened>,
    /// No hook told the message.
    pub found: Option<Found>,
    /// Files to be fetched, or to be kept longer.
    pub media: Vec<NewMedia>,
    pub letters: Vec<NewLetter>,
}

impl Entry {
    /// One that stores nothing yet but its key.
    pub fn bare(key: DedupeKey, id: Uuid, accepted_at: i64, conversation: Conversation) -> Self {
        Self {
            key,
            fingerprint: 0,
            id,
            accepted_at,
            conversation,
            crm_chat: None,
            message: None,
            change: None,
            rewrite: None,
            begun: None,
            opened: None,
            found: None,
            media: Vec::new(),
            letters: Vec::new(),
        }
    }
}

/// A manager's message that amoCRM's history showed (docs/decisions/0010-lost-hooks.md).
#[derive(Clone, Debug)]
pub struct Found {
    /// Too old to go by itself: a dead letter from the first moment, which a person sends or drops. None: it goes as if its
    /// hook had come.
    pub held: Option<NewLetter>,
}

impl Found {
    /// The reason of a held one, as a dead letter.
    pub const REASON: &str = "found_in_history";
}

/// Which conversation.
#[derive(Clone, Debug)]
pub enum Conversation {
    Known(Uuid),
    /// Not seen yet: made with the first of these ids that nobody holds; a race is settled by the ids' key.
    Open(Box<NewConversation>),
}

#[derive(Clone, Debug)]
pub struct NewConversation {
    pub id: Uuid,
    pub source_id: Uuid,
    pub external_id: String,
    pub amocrm_chat_id: String,
    /// JSON of the customer.
    pub contact: String,
    /// The first decides which conversation it is; the others follow it.
    pub aliases: Vec<Alias>,
}

/// What amoCRM tells of a conversation that a manager begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// amojo's id of the customer; empty: the hook named none.
    pub person_id: String,
    /// The digits of the customer's phone; empty: none was told.
    pub phone: String,
}

/// The messenger's names for a conversation that a manager began, as its answer, a status or its first message tells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub source_id: Uuid,
    pub channel_id: Uuid,
    /// The messenger's id of the dialogue.
    pub external_id: String,
    /// amojo's id of the chat.
    pub amocrm_chat_id: String,
    /// JSON of the customer, with the messenger's id of them.
    pub contact: String,
    /// Our id of a message in it, and the messenger's.
    pub message: Option<(Uuid, String)>,
}

/// Which side's id an alias is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The messenger's own.
    Messenger,
    /// Ours, as amoCRM knows it (`conversation_id`, `client_id`).
    OursAtCrm,
    /// amojo's own.
    Crm,
}

stored_as_small_integer!(Side { Messenger = 1, OursAtCrm = 2, Crm = 3 });

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Alias {
    pub side: Side,
    /// Source or channel.
    pub origin: Uuid,
    pub external_id: String,
}

#[derive(Clone, Debug)]
pub struct NewMessage {
    pub source_id: Uuid,
    pub direction: Direction,
    pub state: State,
    pub external_id: String,
    pub amocrm_message_id: String,
    /// JSON of [`crate::message::Body`].
    pub body: String,
    pub failure: Option<Failure>,
    pub sent_at: i64,
}

/// A state told by the messenger for a message of ours.
#[derive(Clone, Debug)]
pub struct StateChange {
    pub message_id: Uuid,
    pub state: State,
    pub failure: Option<Failure>,
}

/// A known message's new body.
#[derive(Clone, Debug)]
pub struct Rewrite {
    pub message_id: Uuid,
    /// JSON of [`crate::message::Body`].
    pub body: String,
}

/// A letter without its place; the lane gives it one.
#[derive(Clone, Debug)]
pub struct NewLetter {
    pub id: Uuid,
    pub message_id: Uuid,
    pub source_id: Uuid,
    pub direction: Direction,
    pub stream: Stream,
    /// Whose turn: channel towards amoCRM, source towards the messenger.
    pub target: Uuid,
    /// Whose slots.
    pub pool: String,
    pub kind: LetterKind,
    pub payload: String,
    /// amoCRM's `msec_timestamp`; none: the order of arrival.
    pub order_hint: Option<i64>,
    pub expires_at: i64,
    /// Day on which its message was accepted.
    pub day: i32,
    pub late: bool,
}

/// What became of a parcel's entries, in their order.
pub type Receipt = Vec<Outcome>;

/// What became of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    New {
        message_id: Uuid,
    },
    /// It came before; `same` tells whether what must be equal is.
    Duplicate {
        message_id: Uuid,
        same: bool,
    },
}

impl Outcome {
    /// The message's id, old or new.
    pub const fn message_id(self) -> Uuid {
        match self {
            Self::New { message_id } | Self::Duplicate { message_id, .. } => message_id,
        }
    }
}
