//! The conversation of a request: known, new, or one that a manager started.

use base::message::stored_as_small_integer;
use uuid::Uuid;

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
