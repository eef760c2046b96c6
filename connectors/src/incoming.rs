//! Events in a messenger's call, in Parom's terms: what [`super::Connector::receive`] returns. `intake::messenger`
//! stores them; connectors know no tables.

use base::i18n::LocalizedText;
use base::message::{Body, Failure, Person, State};
use serde_json::Value;
use uuid::Uuid;

use crate::template::TemplateState;

/// A messenger's call as received.
pub struct IncomingCall<'a> {
    /// A header's value, by its lower-case name.
    pub header: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// The last segment of the URL, for kinds whose secret is there ([`super::Connector::secret_in_path`]); otherwise
    /// empty.
    pub path_secret: &'a str,
    pub body: &'a [u8],
}

/// One event in the messenger.
#[derive(Clone, Debug, PartialEq)]
pub enum InboundEvent {
    /// A message was written.
    Wrote(Box<IncomingMessage>),
    /// A message was edited. An unknown one is stored as new.
    Changed(Box<EditedMessage>),
    /// These messages were deleted; unknown ones are ignored.
    TookBack {
        messages: Vec<String>,
    },
    Reacted(Box<Reacted>),
    /// A button of a message was pressed.
    Pressed(Box<ButtonPress>),
    /// A conversation started, without a message yet.
    Began(Box<Began>),
    /// A group has a new title, which is its person's name.
    Titled {
        conversation_id: String,
        group: Box<Person>,
    },
    /// The customer blocked or unblocked us.
    Reach {
        conversation_id: String,
        reachable: bool,
        /// Milliseconds since 1970 by the messenger's clock; 0 if it reports no time.
        at: i64,
    },
    /// The delivery status of one of our messages.
    Status(Box<StatusReport>),
    /// A delivery status of all our messages in a conversation, up to a certain message or time.
    StatusUpTo(Box<StatusUpTo>),
    /// The customer is typing.
    Typing {
        conversation_id: String,
        sender: Box<Person>,
    },
    /// A message from before the source was connected: stored in order of its time, without creating a lead or a
    /// notification. A known one is ignored.
    History(Box<IncomingMessage>),
    /// The messenger extends the time for free answers in this conversation, until this time in milliseconds since
    /// 1970.
    WindowOpen {
        conversation_id: String,
        until: i64,
    },
    /// The messenger reports the state of a template.
    Template(Box<TemplateState>),
    /// The messenger reports a problem of the line itself. It is shown at the source until the messenger reports none.
    LineTrouble {
        /// The aspect concerned, e.g. `quality`. An aspect has at most one problem.
        aspect: &'static str,
        trouble: Option<LocalizedText>,
    },
    /// A conversation has an additional id; messages are still sent to the one used so far.
    AlsoKnown {
        id: String,
        also: String,
    },
    /// A conversation has a new id; the old one stays known.
    Moved {
        from: String,
        to: String,
    },
    /// A fact about the account at the messenger, stored as `facts.<part>.<key>` in the connector's settings. Null
    /// removes it.
    Learned {
        part: &'static str,
        key: String,
        value: Value,
    },
    /// Understood, but irrelevant; the word is a metric's label.
    Nothing(&'static str),
    /// Not understood: its bytes are stored, and it is counted.
    Unknown(&'static str),
}

/// Longest id that is stored, in bytes.
const LONGEST_ID: usize = 255;
/// Longest key by which a repeat is recognised, in bytes: an id with a time and a digest.
const LONGEST_KEY: usize = 1024;

/// Whether a text can be stored as an id or a key: databases refuse NUL, and long texts in an index.
fn fits(text: &str, longest: usize) -> bool {
    text.len() <= longest && !text.contains('\0')
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && fits(id, LONGEST_ID)
}

impl InboundEvent {
    /// Whether all its ids can be stored: not empty, at most 255 bytes, without NUL. What else comes will never be stored,
    /// so the messenger need not repeat it.
    pub fn has_storable_ids(&self) -> bool {
        let person = |person: &Person| fits(&person.id, LONGEST_ID);
        match self {
            Self::Wrote(written) | Self::History(written) => written.has_storable_ids(),
            Self::Changed(edit) => edit.written.has_storable_ids() && fits(&edit.key, LONGEST_KEY),
            Self::Pressed(press) => press.written.has_storable_ids(),
            Self::TookBack { messages } => messages.iter().all(|id| is_id(id)),
            Self::Reacted(reacted) => {
                is_id(&reacted.message) && person(&reacted.sender) && fits(&reacted.key, LONGEST_KEY)
            }
            Self::Began(began) => is_id(&began.conversation_id) && person(&began.customer),
            Self::Titled { conversation_id, group } => is_id(conversation_id) && person(group),
            Self::Typing { conversation_id, sender } => is_id(conversation_id) && person(sender),
            Self::Reach { conversation_id, .. } | Self::WindowOpen { conversation_id, .. } => is_id(conversation_id),
            Self::Status(report) => fits(&report.message, LONGEST_ID),
            Self::StatusUpTo(report) => {
                is_id(&report.conversation_id) && report.message.as_deref().is_none_or(|id| fits(id, LONGEST_ID))
            }
            Self::AlsoKnown { id: one, also: other } | Self::Moved { from: one, to: other } => {
                is_id(one) && is_id(other)
            }
            Self::Learned { key, .. } => fits(key, LONGEST_KEY),
            Self::Template(_) | Self::LineTrouble { .. } | Self::Nothing(_) | Self::Unknown(_) => true,
        }
    }
}

impl IncomingMessage {
    fn has_storable_ids(&self) -> bool {
        let people = [Some(&self.body.sender), self.body.receiver.as_ref(), self.room.as_ref()];
        let quoted = self.body.reply_to.as_ref().and_then(|quote| quote.external_id.as_deref());
        is_id(&self.external_id)
            && is_id(&self.conversation_id)
            && people.into_iter().flatten().all(|person| fits(&person.id, LONGEST_ID))
            && quoted.is_none_or(|id| fits(id, LONGEST_KEY))
    }
}

/// An incoming message.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingMessage {
    /// The messenger's id of the message, unique in the source.
    pub external_id: String,
    pub conversation_id: String,
    /// Milliseconds since 1970 by the messenger's clock.
    pub sent_at: Option<i64>,
    pub body: Body,
    /// The other side of the conversation, if the message does not name it: a group, or a chat that the messenger does
    /// not describe.
    pub room: Option<Person>,
}

/// An edited message.
#[derive(Clone, Debug, PartialEq)]
pub struct EditedMessage {
    /// Its new content.
    pub written: IncomingMessage,
    /// Equal if the same change is reported again, different for another change.
    pub key: String,
}

/// The delivery status of one of our messages, as reported by the messenger.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusReport {
    /// The letter that sent it, if the messenger returns it.
    pub letter_id: Option<Uuid>,
    /// The messenger's id of the message.
    pub message: String,
    pub state: State,
    /// The reason, if it failed.
    pub failure: Option<Failure>,
    /// Milliseconds since 1970 by the messenger's clock.
    pub at: Option<i64>,
}

/// The delivery status of several of our messages in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusUpTo {
    pub conversation_id: String,
    /// The messenger's id of the last of them.
    pub message: Option<String>,
    /// The time up to which they were sent, in milliseconds since 1970 by the messenger's clock. If both are none, all
    /// messages.
    pub until: Option<i64>,
    /// `Delivered` or `Read`.
    pub state: State,
}

/// A reaction that was set or removed.
#[derive(Clone, Debug, PartialEq)]
pub struct Reacted {
    /// The messenger's id of the message.
    pub message: String,
    pub sender: Person,
    /// None if removed.
    pub emoji: Option<String>,
    /// Equal if the same reaction is reported again.
    pub key: String,
}

/// A pressed button. Its text is looked up in the message that contained it.
#[derive(Clone, Debug, PartialEq)]
pub struct ButtonPress {
    /// The message that the press creates; its text is the button's label if the messenger reported it, otherwise
    /// empty.
    pub written: IncomingMessage,
    /// Our id of the message with the button.
    pub message_id: Option<Uuid>,
    pub data: String,
    /// The id for acknowledging the press, see [`super::Connector::acknowledge`].
    pub acknowledge: String,
}

/// A conversation without messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Began {
    pub conversation_id: String,
    pub customer: Person,
    /// Where the customer came from: the payload of a link, a page or an advertisement.
    pub mark: Option<String>,
    /// A customer started it themself, so that the source's greeting is due ([`super::Connector::greeting`]).
    pub greets: bool,
}

/// What a source's bot says to a customer who starts a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// `{name}` is replaced by the customer's name.
    pub text: String,
    /// The label of a button that shares the customer's phone number; none asks for no number.
    pub ask_phone: Option<String>,
}

/// The text of a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ButtonText {
    pub text: String,
    /// The id of a list row (chats-api §3.11).
    pub callback_data: Option<String>,
}

/// Why a call could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReceived {
    /// It can never be read: its bytes are stored, and the messenger gets a success answer.
    Unreadable,
    /// Required information is not available yet; the messenger should repeat the call later.
    Later(LocalizedText),
}

#[cfg(test)]
mod tests {
    use base::message::Content;

    use super::*;

    fn wrote(external_id: &str, sender: &str) -> InboundEvent {
        let sender = Person { id: sender.to_owned(), ..Person::default() };
        InboundEvent::Wrote(Box::new(IncomingMessage {
            external_id: external_id.to_owned(),
            conversation_id: "7".to_owned(),
            sent_at: None,
            body: Body::new(sender, Content::Text { text: String::new() }),
            room: None,
        }))
    }

    #[test]
    fn ids_that_no_database_takes_are_noticed() {
        let long = "y".repeat(LONGEST_ID + 1);
        assert!(wrote("m-1", "7").has_storable_ids() && wrote(&long[1..], "").has_storable_ids());
        for (message, person) in [("", "7"), ("m\0", "7"), (&long, "7"), ("m-1", "7\0"), ("m-1", &long)] {
            assert!(!wrote(message, person).has_storable_ids(), "{message:?} of {person:?}");
        }
        let moved = |to: &str| InboundEvent::Moved { from: "1".to_owned(), to: to.to_owned() };
        assert!(moved("2").has_storable_ids() && !moved("2\0").has_storable_ids());
        let seen = |message: Option<&str>| {
            InboundEvent::StatusUpTo(Box::new(StatusUpTo {
                conversation_id: "7".to_owned(),
                message: message.map(str::to_owned),
                until: None,
                state: State::Read,
            }))
        };
        assert!(seen(None).has_storable_ids() && !seen(Some("\0")).has_storable_ids());
        assert!(InboundEvent::Unknown("update").has_storable_ids());
    }
}
