//! Data passed to a connector for sending.

use base::i18n::Words;
use base::message::{Content, Markup, Person, Post, Quote, Template};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::file::SharedShelf;
use super::template::RegisteredTemplate;

/// An event for the customer's conversation.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The same in every attempt.
    pub letter_id: Uuid,
    pub source_id: Uuid,
    /// The messenger's id of the conversation; empty if there is none yet.
    pub conversation_id: String,
    /// The customer's last message in it, for messengers that need to know what is answered or read.
    pub last_incoming: Option<LastIncoming>,
    pub event: Event,
    /// What earlier attempts have done of the message, as the connector wrote it (`base::verdict::Taken::onward`); empty at
    /// its beginning.
    pub begun: String,
    /// An earlier attempt may have arrived.
    pub repeat: bool,
    pub now: DateTime<Utc>,
    /// The language in which errors are explained to the account's people.
    pub words: Words,
    /// Access to the messages' files, by `media_id`.
    pub files: SharedShelf,
}

impl Outgoing {
    /// The id by which the receiver recognises a repeat: `{letter_id}`, for a message in parts `{letter_id}:{part}`.
    pub fn id(&self) -> String {
        match &self.event {
            Event::Created(message) | Event::Started(message) | Event::Edited(message) if message.part.of > 1 => {
                format!("{}:{}", self.letter_id, message.part.number)
            }
            _ => self.letter_id.to_string(),
        }
    }
}

/// The customer's last message in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastIncoming {
    /// The messenger's id.
    pub external_id: String,
    /// When it was sent, by the messenger's clock.
    pub at: DateTime<Utc>,
}

/// What happened in amoCRM.
#[derive(Clone, Debug)]
pub enum Event {
    /// A manager, a bot or a template wrote.
    Created(Box<Message>),
    /// The same without an existing conversation: the connector starts one by the receiver's phone.
    Started(Box<Message>),
    /// A message was edited. amoCRM reports no edits today.
    Edited(Box<Message>),
    /// Someone is typing, at most until then. Sent once, never retried.
    Typing { sender: Person, until: DateTime<Utc> },
    /// A reaction was set; `emoji` none: removed.
    Reaction { message: MessageIds, sender: Person, emoji: Option<String> },
}

/// The ids of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageIds {
    pub id: Uuid,
    /// The messenger's; none if it never reported one.
    pub external_id: Option<String>,
}

/// A message, or one part of a message that is too long for the messenger.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub id: Uuid,
    /// The messenger's id, if it already has the message; of a split message, the id of the last part.
    pub external_id: Option<String>,
    pub part: PartNumber,
    pub sender: Person,
    pub receiver: Person,
    /// Files are links to Parom.
    pub content: Content,
    pub markup: Option<Markup>,
    /// The label of a button that shares the customer's phone number; ignored by messengers without such buttons.
    pub ask_phone: Option<String>,
    pub template: Option<Template>,
    /// The same template as approved by the messenger; none for templates without a review, which are sent as their
    /// final text.
    pub registered_template: Option<RegisteredTemplate>,
    pub reply_to: Option<Quote>,
    pub forward: Option<Quote>,
    pub post: Option<Post>,
    pub sent_at: DateTime<Utc>,
}

impl Message {
    /// A whole message that has only content.
    pub fn of(id: Uuid, content: Content, sent_at: DateTime<Utc>) -> Self {
        Self {
            id,
            external_id: None,
            part: PartNumber::WHOLE,
            sender: Person::default(),
            receiver: Person::default(),
            content,
            markup: None,
            ask_phone: None,
            template: None,
            registered_template: None,
            reply_to: None,
            forward: None,
            post: None,
            sent_at,
        }
    }
}

/// Part number, counted from 1, and number of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartNumber {
    pub number: usize,
    pub of: usize,
}

impl PartNumber {
    /// A message that is not split.
    pub const WHOLE: Self = Self { number: 1, of: 1 };
}

/// A change of a source itself.
#[derive(Clone, Debug)]
pub struct SourceNotice {
    /// The same in every attempt.
    pub id: Uuid,
    /// The webhook's type, e.g. `source.updated`.
    pub kind: &'static str,
    /// The webhook's `data`.
    pub data: serde_json::Value,
    /// An earlier attempt may have arrived.
    pub repeat: bool,
    pub now: DateTime<Utc>,
}
