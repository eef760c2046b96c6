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
    /// A message was deleted. A messenger does not say of how many pieces it was: these are the ids that they may have.
    /// The deletion of an unknown message waits for it.
    TookBack {
        pieces: Vec<String>,
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
    /// A conversation has an additional id; messages are still sent to the one used so far. If `id` is a phone number and
    /// its conversation has a person's id already, an `also` of another person is ignored: the number has a new owner.
    AlsoKnown {
        id: String,
        also: String,
    },
    /// The person of the conversation `id` has this phone number, and nobody else has it any more. Messages go to it from
    /// now on.
    HasNumber {
        id: String,
        number: String,
        /// The number that the messenger says they had before: it is nobody's until somebody writes from it.
        before: Option<String>,
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
    /// When it was changed, in milliseconds since 1970 by the messenger's clock: an older change that arrives later is
    /// ignored.
    pub at: Option<i64>,
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
    /// When, in milliseconds since 1970 by the messenger's clock: an older one that arrives later is ignored.
    pub at: Option<i64>,
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

/// Between the parts of an advertisement's mark.
const BETWEEN: &str = " · ";

/// The mark of an advertisement: everything by which an advertiser can find it. Its parts are read by [`AdvertIds`].
///
/// `said` is anybody's text, such as the payload of a link, which whoever writes the link chooses: it never reads as an id.
pub fn advert_mark<const IDS: usize>(said: Option<&str>, ids: [Option<&str>; IDS]) -> Option<String> {
    let said = said.unwrap_or_default().replace(BETWEEN.trim(), "-");
    let said = match said.trim() {
        id if [AdvertIds::AD, AdvertIds::CLICK].iter().any(|prefix| id.starts_with(prefix)) => format!("\"{id}\""),
        text => text.to_owned(),
    };
    let parts = std::iter::once(&*said).chain(ids.into_iter().flatten());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    Some(parts.join(BETWEEN)).filter(|mark| !mark.is_empty())
}

/// The ids in the mark of an advertisement, by which its network knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdvertIds {
    pub ad_id: Option<String>,
    /// The click that led to WhatsApp.
    pub ctwa_clid: Option<String>,
}

impl AdvertIds {
    /// Begins the part with the id of an advertisement.
    pub const AD: &str = "ad ";
    /// Begins the part with a click.
    pub const CLICK: &str = "ctwa_clid=";

    /// Splits a mark into its first part and its ids.
    pub fn split(mark: &str) -> (&str, Self) {
        let found = |prefix: &str| mark.split(BETWEEN).find_map(|part| part.strip_prefix(prefix)).map(str::to_owned);
        let first = mark.split(BETWEEN).next().unwrap_or_default();
        (first, Self { ad_id: found(Self::AD), ctwa_clid: found(Self::CLICK) })
    }
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
    use super::*;

    #[test]
    fn nobody_forges_the_ids_of_an_advertisement() {
        let mark = |said: &str, id: Option<&str>| advert_mark(Some(said), [id]).unwrap_or_default();
        let ids = |mark: &str| AdvertIds::split(mark).1;
        for said in ["shop · ad 9", "ad 9", " ad 9", "ctwa_clid=9", "· ctwa_clid=9", "a · · ad 9", "a·ad 9"] {
            assert_eq!(ids(&mark(said, None)), AdvertIds::default(), "{said}");
            assert_eq!(ids(&mark(said, Some("ad 12"))).ad_id.as_deref(), Some("12"), "{said}");
        }
        assert_eq!(mark("shop-7", Some("ad 12")), "shop-7 · ad 12");
        assert_eq!((mark("", Some("ad 12")), mark("", None)), ("ad 12".to_owned(), String::new()));
    }
}
