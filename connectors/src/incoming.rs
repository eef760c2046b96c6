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
    /// The last part of the address, for kinds whose secret is there ([`super::Connector::secret_in_path`]); else empty.
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
    /// The customer blocked or unblocked us.
    Reach {
        conversation_id: String,
        reachable: bool,
        /// Milliseconds since 1970 by the messenger's clock; 0 if it reports no time.
        at: i64,
    },
    /// How far a message of ours has come.
    Status(Box<StatusReport>),
    /// All messages of ours in a conversation, up to one of them or a time, have come this far.
    StatusUpTo(Box<StatusUpTo>),
    /// The customer is typing.
    Typing {
        conversation_id: String,
        sender: Box<Person>,
    },
    /// A message from before the source was connected: stored without a lead and a notification, in the order of its
    /// time. One that is known is ignored.
    History(Box<IncomingMessage>),
    /// The messenger lets us write freely in this conversation until then, in milliseconds since 1970, longer than its
    /// abilities say.
    WindowOpen {
        conversation_id: String,
        until: i64,
    },
    /// The messenger reports the state of a template.
    Template(Box<TemplateState>),
    /// The messenger reports a problem of the line itself, shown at the source until it reports the end by none.
    LineTrouble {
        /// Which aspect: one has one problem at most, e.g. `quality`.
        aspect: &'static str,
        trouble: Option<LocalizedText>,
    },
    /// A conversation has another id besides; messages still go to where they went.
    AlsoKnown {
        id: String,
        also: String,
    },
    /// A conversation has a new id; the old one stays known.
    Moved {
        from: String,
        to: String,
    },
    /// Something to store about the account at the messenger: `facts.<part>.<key>` in the connector's settings. Null
    /// removes it.
    Learned {
        part: &'static str,
        key: String,
        value: Value,
    },
    /// Understood and irrelevant; the word is a metric's label.
    Nothing(&'static str),
    /// Not understood: its bytes are stored, and it is counted.
    Unknown(&'static str),
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
    /// Who the conversation is with if the message does not say: a group, or a chat that the messenger does not describe.
    pub room: Option<Person>,
}

/// An edited message.
#[derive(Clone, Debug, PartialEq)]
pub struct EditedMessage {
    /// Its new content.
    pub written: IncomingMessage,
    /// Equal in a repeat of the same change, different in another change.
    pub key: String,
}

/// How far a message of ours has come, by the messenger's report.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusReport {
    /// The letter that sent it, if the messenger returns it.
    pub letter_id: Option<Uuid>,
    /// The messenger's id of the message.
    pub message: String,
    pub state: State,
    /// Why, if it failed.
    pub failure: Option<Failure>,
    /// Milliseconds since 1970 by the messenger's clock.
    pub at: Option<i64>,
}

/// How far our messages in a conversation have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusUpTo {
    pub conversation_id: String,
    /// The messenger's id of the last of them.
    pub message: Option<String>,
    /// The time up to which they were sent, in milliseconds since 1970 by the messenger's clock; without both, all.
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
    /// Equal in a repeat of the same reaction.
    pub key: String,
}

/// A pressed button. Its text is looked up in the message that contains it.
#[derive(Clone, Debug, PartialEq)]
pub struct ButtonPress {
    /// The message that results; its text is the button's label if the messenger reported it, else empty.
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
    /// Where the customer came from, as reported by a link, a page or an advertisement.
    pub mark: Option<String>,
}

/// The text of a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ButtonText {
    pub text: String,
    /// The id of a list's row (chats-api §3.11).
    pub callback_data: Option<String>,
}

/// Why a call could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReceived {
    /// It can never be read: its bytes are stored, and the messenger gets a success answer.
    Unreadable,
    /// Required information is not available yet; the messenger should call again.
    Later(LocalizedText),
}
