//! What is handed to a connector.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::file::Files;
use crate::message::{Content, Markup, Person, Post, Quote, Template};
use crate::words::Words;

/// Something on its way to the customer.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Stays the same in every try.
    pub letter_id: Uuid,
    pub source_id: Uuid,
    /// The messenger's id of the conversation; empty: there is none yet.
    pub conversation_id: String,
    pub event: Event,
    /// An earlier try may have arrived.
    pub repeat: bool,
    pub now: DateTime<Utc>,
    /// In which the account's people are told what went wrong.
    pub words: Words,
    /// Where the files of messages are: `media_id` names them.
    pub files: Files,
}

impl Outgoing {
    /// By which the receiver recognises a repeat: `{letter_id}`, of a message in parts `{letter_id}:{part}`.
    pub fn id(&self) -> String {
        match &self.event {
            Event::Created(message) | Event::Started(message) | Event::Edited(message) if message.part.of > 1 => {
                format!("{}:{}", self.letter_id, message.part.number)
            }
            _ => self.letter_id.to_string(),
        }
    }
}

/// What happened in amoCRM.
#[derive(Clone, Debug)]
pub enum Event {
    /// A manager, a bot or a template wrote.
    Created(Box<Message>),
    /// The same to somebody with whom there is no dialogue yet: the connector opens one by the receiver's phone.
    Started(Box<Message>),
    /// A message says something else from now on. amoCRM tells of none today.
    Edited(Box<Message>),
    /// Somebody types, until then at the latest. Worth one try.
    Typing { sender: Person, until: DateTime<Utc> },
    /// A reaction was set; `emoji` none: taken back.
    Reaction { message: Named, sender: Person, emoji: Option<String> },
}

/// A message by the ids it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub id: Uuid,
    /// The messenger's; none: it never told one.
    pub external_id: Option<String>,
}

/// A message, or a part of one that is too long for the messenger.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub id: Uuid,
    /// The messenger's, of a message that it has already; of one in parts, the last one's.
    pub external_id: Option<String>,
    pub part: Part,
    pub sender: Person,
    pub receiver: Person,
    /// Files by links of ours.
    pub content: Content,
    pub markup: Option<Markup>,
    pub template: Option<Template>,
    pub reply_to: Option<Quote>,
    pub forward: Option<Quote>,
    pub post: Option<Post>,
    pub sent_at: DateTime<Utc>,
}

/// Which of how many, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub number: usize,
    pub of: usize,
}

impl Part {
    /// All there is.
    pub const WHOLE: Self = Self { number: 1, of: 1 };
}
