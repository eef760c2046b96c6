//! An accepted request, ready to be written: ids generated and texts checked; only whether it is a repeat remains to
//! be looked up.

use base::message::{Direction, Failure, LetterKind, State, Stream, stored_as_small_integer};
use bytes::Bytes;
use uuid::Uuid;

/// Decides which request is served first under load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// amoCRM's hooks: sent once, with a limit of five seconds.
    High,
    /// Every caller that repeats its requests.
    Normal,
}

/// One request: all of it is stored, or nothing.
#[derive(Clone, Debug)]
pub struct AcceptBatch {
    pub tenant_id: Uuid,
    pub priority: Priority,
    pub raw: Option<RawHook>,
    pub entries: Vec<AcceptItem>,
}

impl AcceptBatch {
    /// Approximate size in memory, for the memory limit of the queue.
    pub fn size(&self) -> usize {
        let raw = self.raw.as_ref().map_or(0, |raw| raw.body.len() + raw.headers.len());
        let rewritten = |entry: &AcceptItem| entry.rewrite.as_ref().map_or(0, |new| new.body.len());
        let texts: usize = self.entries.iter().map(|entry| entry.text_bytes() + rewritten(entry)).sum();
        raw + texts + 512 * self.entries.len() + 256
    }

    /// Whether it may contain files to fetch once it is stored.
    pub fn has_media(&self) -> bool {
        self.entries.iter().any(|entry| !entry.media.is_empty())
    }
}

/// The bytes as received.
#[derive(Clone, Debug)]
pub struct RawHook {
    pub id: Uuid,
    pub kind: &'static str,
    pub target: String,
    pub received_at: i64,
    pub headers: String,
    pub body: Bytes,
    /// Why it is not processed; empty if it is.
    pub quarantine: String,
}

/// The kind of event a key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    /// An incoming message, by the id of the side it came from; also amojo's id of a message we sent.
    Message,
    /// The messenger's id of a message that we sent.
    Sent,
    /// A change of a message, one key per change.
    Edit,
    /// Typing: one key per conversation and period of a few seconds.
    Typing,
    /// A reaction, one key each.
    Reaction,
    /// The messenger named the dialogue of a conversation that a manager started.
    Opened,
    /// amoCRM reported its id of a chat without a message.
    Chat,
    /// A button was pressed: one key per button and second.
    Pressed,
    /// A webhook sent once more, one key each.
    Resent,
    /// A status of one of our messages, one key per state.
    StatusSent,
    StatusDelivered,
    StatusRead,
    StatusFailed,
}

stored_as_small_integer!(EventKind {
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

impl EventKind {
    /// The event of a status.
    pub fn of_status(state: State) -> Self {
        match state {
            State::Queued | State::Sent | State::Shadow => Self::StatusSent,
            State::Delivered => Self::StatusDelivered,
            State::Read => Self::StatusRead,
            State::Failed => Self::StatusFailed,
        }
    }
}

/// The key by which a repeated entry is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DedupeKey {
    /// The channel or source that defines the id space.
    pub origin: Uuid,
    pub external_id: String,
    pub event: EventKind,
}

/// One item of a batch.
#[derive(Clone, Debug)]
pub struct AcceptItem {
    pub key: DedupeKey,
    /// Fingerprint of the parts that must be equal in a repeat.
    pub fingerprint: i64,
    /// The message's id, or an id of its own if it is not a message. Generated before storing, so that it
    /// distinguishes our own row from a duplicate after a lost COMMIT.
    pub id: Uuid,
    pub accepted_at: i64,
    pub conversation: Conversation,
    /// amojo's id of a known conversation's chat, if it was unknown until now; it also becomes an alias.
    pub crm_chat: Option<Alias>,
    pub message: Option<NewMessage>,
    /// A state that the message's receiver reported.
    pub change: Option<StateChange>,
    /// The new body of a known message.
    pub rewrite: Option<Rewrite>,
    /// A manager started the conversation.
    pub begun: Option<Begun>,
    /// The messenger named the conversation's dialogue.
    pub opened: Option<OpenedDialogue>,
    /// When the customer wrote or reacted, in milliseconds since 1970.
    pub heard_at: Option<i64>,
    /// Work to schedule if the message begins an enquiry.
    pub enquiry_job: Option<EnquiryJob>,
    /// The message was found in history, without a hook.
    pub found: Option<HistoryMessage>,
    /// The customer decided about marketing messages by it.
    pub consent: Option<NewConsent>,
    /// Files to fetch, or to keep longer.
    pub media: Vec<NewMedia>,
    pub letters: Vec<NewLetter>,
}

impl AcceptItem {
    /// An entry that so far stores nothing but its key.
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
            heard_at: None,
            enquiry_job: None,
            found: None,
            consent: None,
            media: Vec::new(),
            letters: Vec::new(),
        }
    }

    /// Bytes of the texts that it adds: a message, a change of one, a reason that was reported.
    pub fn text_bytes(&self) -> usize {
        let message = self.message.as_ref().map_or(0, |message| message.body.len());
        message + self.letters.iter().map(|letter| letter.payload.len()).sum::<usize>()
    }

    /// The same for a source that sends nothing: it is stored, and no letter will ever exist for it.
    #[must_use]
    pub fn in_shadow(mut self) -> Self {
        self.letters.clear();
        if let Some(message) = &mut self.message {
            message.state = State::Shadow;
        }
        self
    }
}

/// A manager's message found in amoCRM's history (docs/decisions/0010-lost-hooks.md).
#[derive(Clone, Debug)]
pub struct HistoryMessage {
    /// Set if it is too old to be sent automatically: the letter becomes a dead letter at once, for a person to send
    /// or drop. None: it is sent as if its hook had arrived.
    pub held: Option<NewLetter>,
}

impl HistoryMessage {
    /// Dead-letter reason of a held message.
    pub const REASON: &str = "found_in_history";
}

/// Work for a new enquiry: a row of `job`, keyed by the conversation, unless one is there already or the customer wrote
/// lately.
#[derive(Clone, Debug)]
pub struct EnquiryJob {
    pub kind: &'static str,
    pub payload: String,
    /// Milliseconds since 1970.
    pub due: i64,
    /// A customer who wrote after this goes on with the enquiry before.
    pub silent_since: i64,
}

/// What a customer decided about messages of a category; the row is `entity::marketing_consent`.
#[derive(Clone, Debug)]
pub struct NewConsent {
    pub category: &'static str,
    pub decision: &'static str,
    pub way: &'static str,
    /// The hash of the number whose other chats it counts for, empty for none; `None`: the number of the message's chat.
    pub phone_hash: Option<String>,
}

#[derive(Clone, Debug)]
pub struct NewMessage {
    pub source_id: Uuid,
    pub direction: Direction,
    pub state: State,
    pub external_id: String,
    pub amocrm_message_id: String,
    /// JSON of [`base::message::Body`].
    pub body: String,
    pub failure: Option<Failure>,
    pub sent_at: i64,
}

/// A state that the messenger reported for a message of ours.
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
    /// JSON of [`base::message::Body`].
    pub body: String,
}

/// A file stored with its message.
#[derive(Clone, Debug)]
pub struct NewMedia {
    /// The message's `media_id`.
    pub id: Uuid,
    pub source_id: Uuid,
    pub message_id: Uuid,
    pub direction: Direction,
    /// The number of its kind in `media.kind`.
    pub kind: i16,
    /// The number of its state in `media.state`: 0 is wanted, 2 is gone.
    pub state: i16,
    /// Where it is fetched from, encrypted; empty if it never will be.
    pub origin: Vec<u8>,
    pub file_name: String,
    /// Why it is not fetched; empty if it is.
    pub failure: &'static str,
    /// Milliseconds since 1970.
    pub created_at: i64,
    pub day: i32,
}

/// A letter without a position, which its lane assigns.
#[derive(Clone, Debug)]
pub struct NewLetter {
    pub id: Uuid,
    pub message_id: Uuid,
    pub source_id: Uuid,
    pub direction: Direction,
    pub stream: Stream,
    /// Whose turn it uses: the channel towards amoCRM, the source towards the messenger.
    pub target: Uuid,
    /// The pool of call slots.
    pub pool: String,
    pub kind: LetterKind,
    pub payload: String,
    /// amoCRM's `msec_timestamp`; none for the order of arrival.
    pub order_hint: Option<i64>,
    pub expires_at: i64,
    /// Day on which its message was accepted.
    pub day: i32,
    pub late: bool,
}

/// A new entry, with its existing or new conversation.
pub(crate) struct NewItem<'a> {
    pub tenant_id: Uuid,
    pub entry: &'a AcceptItem,
    pub conversation_id: Uuid,
}

impl<'a> NewItem<'a> {
    /// Without a conversation, as long as it is not known.
    pub fn of(tenant_id: Uuid, entry: &'a AcceptItem) -> Self {
        let conversation_id = match entry.conversation {
            Conversation::Known(id) => id,
            Conversation::Open(_) => Uuid::nil(),
        };
        Self { tenant_id, entry, conversation_id }
    }
}

/// The outcomes of a batch's entries, in their order.
pub type Receipt = Vec<ItemOutcome>;

/// Outcome of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemOutcome {
    New {
        message_id: Uuid,
    },
    /// A repeat. `same`: whether its fingerprint is equal.
    Duplicate {
        message_id: Uuid,
        same: bool,
    },
}

impl ItemOutcome {
    /// The message's id, whether new or known.
    pub const fn message_id(self) -> Uuid {
        match self {
            Self::New { message_id } | Self::Duplicate { message_id, .. } => message_id,
        }
    }
}

/// The conversation of an entry.
#[derive(Clone, Debug)]
pub enum Conversation {
    Known(Uuid),
    /// New: created under the first of these ids if no conversation has it; the ids' unique key settles races.
    Open(Box<NewConversation>),
}

#[derive(Clone, Debug)]
pub struct NewConversation {
    pub id: Uuid,
    pub source_id: Uuid,
    pub external_id: String,
    pub amocrm_chat_id: String,
    /// The customer as JSON.
    pub contact: String,
    /// Of the customer's phone number; empty if it is unknown.
    pub phone_hash: String,
    /// What its customer writes is not passed on until a person decides.
    pub is_held: bool,
    /// The first identifies the conversation; the others are added to it.
    pub aliases: Vec<Alias>,
}

/// Data from amoCRM about a conversation that a manager starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// amojo's id of the customer; empty if the hook contained none.
    pub person_id: String,
    /// The digits of the customer's phone; empty if unknown.
    pub phone: String,
}

/// The messenger's ids for a conversation that a manager started, from its answer, a status or its first message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedDialogue {
    pub source_id: Uuid,
    pub channel_id: Uuid,
    /// The messenger's id of the dialogue.
    pub external_id: String,
    /// amojo's id of the chat.
    pub amocrm_chat_id: String,
    /// The customer as JSON, with the messenger's id.
    pub contact: String,
    /// Of the customer's phone number; empty if it is unknown.
    pub phone_hash: String,
    /// Our id of a message in it, and the messenger's.
    pub message: Option<(Uuid, String)>,
}

/// Whose id an alias is.
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
