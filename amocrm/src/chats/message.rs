//! Sending, importing and changing messages (chats-api §3.4): their content, quotes and posts.

use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;

use super::{ChatUser, Chats, DeliveryStatus, MessageRef, Request, SourceRef, required};
use crate::error::Error;
use crate::lenient;
use crate::transport::{Answer, excerpt};

/// A new message. Its JSON form is the whole body of the request, `event_type` included.
///
/// Sender and receiver determine the author (chats-api §3.4.1): a customer's message has no `receiver`; one that a
/// manager or the bot wrote outside amoCRM has the customer as `receiver` and a sender with `ref_id`.
///
/// Most of it is optional:
///
/// ```
/// use amocrm::chats::{ChatUser, Content, MessageRef, NewMessage, Quote};
///
/// let message = NewMessage {
///     message_id: "acme-msg-0012".into(),
///     conversation_id: "acme-conv-77".into(),
///     at_milliseconds: 1_788_253_812_125,
///     sender: ChatUser { id: "acme-user-77".into(), name: "Maria".into(), ..ChatUser::default() },
///     content: Content::Text { text: "and the red one?".into() },
///     reply_to: Some(Quote::Known(MessageRef::Ours("acme-msg-0001".into()))),
///     ..NewMessage::default()
/// };
/// let json = serde_json::to_value(&message).unwrap();
/// assert_eq!(json["payload"]["timestamp"], 1_788_253_812);
/// assert_eq!(json["payload"]["reply_to"]["message"]["msgid"], "acme-msg-0001");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewMessage {
    /// Our id of the message (`msgid`). amoCRM accepts each id once: repeat an attempt with the same one.
    pub message_id: String,
    /// Our id of the chat; an unknown one creates a new chat.
    pub conversation_id: String,
    /// amojo's id of the chat, if the customer answers in a chat that amoCRM started.
    pub conversation_ref_id: Option<String>,
    /// When the message was written, Unix milliseconds. The seconds that amoCRM also requires are derived from it.
    pub at_milliseconds: i64,
    /// The author. A comment cannot have a bot as sender (chats-api §3.4.8).
    pub sender: ChatUser,
    /// The customer; only in imported outgoing messages.
    pub receiver: Option<ChatUser>,
    /// The source; once set, the chat stays bound to it.
    pub source: Option<SourceRef>,
    /// The content.
    pub content: Content,
    /// The `callback_data` of the row that the customer chose from a list message, byte for byte; the text is the row's
    /// title (chats-api §3.11). A pressed plain button is sent as an ordinary text.
    pub callback_data: Option<String>,
    /// A post of a social network that the customer shared.
    pub shared_post: Option<SharedPost>,
    /// The post that is commented on, which makes this message a comment.
    pub post: Option<Post>,
    /// The quoted message, of the same chat.
    pub reply_to: Option<Quote>,
    /// The forwarded message.
    pub forwards: Option<Forwards>,
    /// True: no incoming lead and no notification.
    pub silent: bool,
}

/// amoCRM accepted a message for processing; it appears a little later (chats-api §3.4.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// amojo's id of the message (the answer's `msgid`). Never empty.
    pub amojo_message_id: String,
    /// Our id of the message (the answer's `ref_id`).
    pub ref_id: Option<String>,
    /// Opaque: whether it is ours or amojo's differs between pages (chats-api §7 row 7).
    pub conversation_id: Option<String>,
    /// Opaque like `conversation_id`.
    pub sender_id: Option<String>,
    /// Opaque like `conversation_id`.
    pub receiver_id: Option<String>,
    /// HTTP status of the answer.
    pub status: u16,
    /// The beginning of the answer: at most 2 KiB bytes, control characters replaced by spaces.
    pub text: String,
}

impl NewMessage {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        required(call, "msgid", &self.message_id)?;
        required(call, "conversation_id", &self.conversation_id)?;
        required(call, "sender.id", &self.sender.id)?;
        if let Some(receiver) = &self.receiver {
            required(call, "receiver.id", &receiver.id)?;
        }
        if let Some(source) = &self.source {
            source.check(call)?;
        }
        if self.forwards.is_none() && self.content.is_empty_text() {
            return Err(Error::invalid(call, "message.text is empty"));
        }
        self.content.check(call)?;
        if let Some(post) = &self.post {
            post.check(call)?;
        }
        if let Some(post) = &self.shared_post {
            post.check(call)?;
        }
        let mut quotes = self.reply_to.iter().chain(self.forwards.iter().map(|forwards| &forwards.message));
        quotes.try_for_each(|quote| quote.check(call))
    }
}

impl Taken {
    /// The answer and its inner object; none without an id.
    pub(super) fn read(answer: &Answer, taken: &Value) -> Option<Self> {
        Some(Self {
            amojo_message_id: lenient::text(taken, "msgid")?,
            ref_id: lenient::text(taken, "ref_id"),
            conversation_id: lenient::text(taken, "conversation_id"),
            sender_id: lenient::text(taken, "sender_id"),
            receiver_id: lenient::text(taken, "receiver_id"),
            status: answer.status,
            text: excerpt(&answer.body),
        })
    }
}

impl Chats {
    /// Sends a customer's message or comment to amoCRM, or imports one that was written outside it.
    ///
    /// After an unknown outcome send again with the same `message_id`: amoCRM refuses the second one instead of
    /// duplicating it. The status of that refusal is not documented; confirm it by [`history`](Chats::history)
    /// (chats-api §3.4.5).
    pub async fn send_message(
        &self,
        secret: &SecretString,
        scope_id: &str,
        message: &NewMessage,
    ) -> Result<Taken, Error> {
        const CALL: &str = "send_message";
        message.check(CALL)?;
        let answer = self.call(Request::post(CALL, secret, vec![scope_id], message)?).await?;
        let object = answer.object()?;
        let taken = object.get("new_message").and_then(|taken| Taken::read(&answer, taken));
        taken.ok_or_else(|| answer.unreadable("new_message.msgid is missing"))
    }
}

/// A file that amojo downloads from its address.
///
/// amoCRM requires name and size of files, videos and pictures. In a [`QuotedMessage`](super::QuotedMessage) empty
/// addresses and names and a size of zero are omitted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaFile {
    /// Address from which amojo can download without signing in; must not contain secrets.
    pub url: String,
    /// File name.
    pub file_name: String,
    /// Size in bytes.
    pub file_size: u64,
}

/// The kinds of content with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    Picture,
    /// Any file.
    File,
    /// A video.
    Video,
    /// A voice message.
    Voice,
    /// Music or other sound.
    Audio,
    /// A sticker.
    Sticker,
}

impl MediaKind {
    /// amoCRM's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            MediaKind::Picture => "picture",
            MediaKind::File => "file",
            MediaKind::Video => "video",
            MediaKind::Voice => "voice",
            MediaKind::Audio => "audio",
            MediaKind::Sticker => "sticker",
        }
    }
}

/// The content of a message. Captions may be empty; durations are whole seconds, coordinates are degrees.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields say what they are; units are in their names")]
pub enum Content {
    /// A text; may be empty only if the message forwards another one.
    Text { text: String },
    /// A picture.
    Picture { file: MediaFile, caption: String },
    /// Any file.
    File { file: MediaFile, caption: String },
    /// A video.
    Video { file: MediaFile, caption: String, duration_seconds: Option<u64> },
    /// A voice message.
    Voice { file: MediaFile, caption: String, duration_seconds: Option<u64> },
    /// Music or other sound.
    Audio { file: MediaFile, caption: String, duration_seconds: Option<u64> },
    /// A sticker; its id is the same for all accounts.
    Sticker { url: String, sticker_id: Option<String>, caption: String },
    /// A place.
    Location { longitude: f64, latitude: f64, caption: String },
    /// A person's card.
    Contact { name: String, phone: String, caption: String },
}

/// An empty text, to be replaced.
impl Default for Content {
    fn default() -> Self {
        Content::Text { text: String::new() }
    }
}

impl Content {
    /// Coordinates must be finite numbers: JSON cannot represent others.
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        match self {
            Content::Location { longitude, latitude, .. } if !(longitude.is_finite() && latitude.is_finite()) => {
                Err(Error::invalid(call, "message.location is not a number"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn is_empty_text(&self) -> bool {
        matches!(self, Content::Text { text } if text.is_empty())
    }
}

/// A change of a message. Its JSON form is the whole body of the request, `event_type` included.
///
/// A change creates no lead and no notification. Sender, source and quotes cannot be changed. amoCRM has no deletion;
/// replace the text instead.
///
/// ```
/// use amocrm::chats::{Content, EditContent, EditMessage, EditTarget};
///
/// let edit = EditMessage {
///     target: EditTarget::Ours("acme-msg-0001".into()),
///     conversation_id: "acme-conv-77".into(),
///     at_milliseconds: 1_788_254_200_500,
///     content: EditContent::Whole(Content::Text { text: "Is the red one in stock?".into() }),
///     delivery_status: None,
/// };
/// let json = serde_json::to_value(&edit).unwrap();
/// assert_eq!(json["event_type"], "edit_message");
/// assert_eq!(json["payload"]["msgid"], "acme-msg-0001");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct EditMessage {
    /// Which message.
    pub target: EditTarget,
    /// Our id of the chat.
    pub conversation_id: String,
    /// When it was changed, Unix milliseconds.
    pub at_milliseconds: i64,
    /// The new content.
    pub content: EditContent,
    /// A delivery status reported with the change (chats-api §7 row 5: inside `message`, newest names).
    pub delivery_status: Option<DeliveryStatus>,
}

/// The message that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditTarget {
    /// By our id.
    Ours(String),
    /// By amojo's id.
    Amojo(String),
    /// By amojo's id; from now on the message also has an id of ours. For messages created in amoCRM.
    Bind {
        /// amojo's id of the message.
        amojo_message_id: String,
        /// Our new id of the message.
        message_id: String,
    },
}

/// The new content of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum EditContent {
    /// Everything again.
    Whole(Content),
    /// The file stays, only the caption changes.
    Caption {
        /// The kind of the message.
        kind: MediaKind,
        /// The new caption, possibly empty.
        caption: String,
    },
}

impl EditMessage {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        required(call, "conversation_id", &self.conversation_id)?;
        let (amojo, ours) = self.target.ids();
        amojo.map_or(Ok(()), |id| required(call, "id", id))?;
        ours.map_or(Ok(()), |id| required(call, "msgid", id))?;
        match &self.content {
            EditContent::Whole(content) if content.is_empty_text() => {
                Err(Error::invalid(call, "message.text is empty"))
            }
            EditContent::Whole(content) => content.check(call),
            EditContent::Caption { .. } => Ok(()),
        }
    }
}

impl EditTarget {
    /// amojo's id and ours.
    pub(super) fn ids(&self) -> (Option<&str>, Option<&str>) {
        match self {
            EditTarget::Ours(id) => (None, Some(id)),
            EditTarget::Amojo(id) => (Some(id), None),
            EditTarget::Bind { amojo_message_id, message_id } => (Some(amojo_message_id), Some(message_id)),
        }
    }
}

impl Chats {
    /// Changes a message that amoCRM has. Safe to repeat.
    ///
    /// amoCRM documents no specific answer: the returned message data is whatever the answer contains, and any 2xx with
    /// JSON or an empty body is success.
    pub async fn edit_message(
        &self,
        secret: &SecretString,
        scope_id: &str,
        edit: &EditMessage,
    ) -> Result<Option<Taken>, Error> {
        const CALL: &str = "edit_message";
        edit.check(CALL)?;
        let answer = self.call(Request::post(CALL, secret, vec![scope_id], edit)?).await?;
        answer.nothing_expected()?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        Ok([CALL, "new_message"]
            .into_iter()
            .find_map(|key| body.get(key).and_then(|taken| Taken::read(&answer, taken))))
    }
}

// Quotes and forwards (chats-api §3.4.4). amoCRM shows them only if its support has enabled them for the channel.

/// A message that another one quotes or forwards.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Quote {
    /// One that amoCRM has: its id is enough, and the manager can jump to it.
    Known(MessageRef),
    /// One that amoCRM may not have, with its content.
    Whole(Box<QuotedMessage>),
}

/// A message with its content, for a [`Quote`].
#[derive(Clone, Debug, PartialEq)]
pub struct QuotedMessage {
    /// The content. Of a file all known fields are sent; its address is not in amoCRM's documented fields here, but a
    /// community client sends it.
    pub content: Content,
    /// When it was written, Unix milliseconds.
    pub at_milliseconds: i64,
    /// Its author.
    pub sender: QuotedSender,
}

/// The author of a quoted message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum QuotedSender {
    /// A participant by our id.
    #[serde(rename = "id")]
    Ours(String),
    /// A participant by amojo's id.
    #[serde(rename = "ref_id")]
    Amojo(String),
    /// A person of whom only the name is known.
    #[serde(rename = "name")]
    Named(String),
}

/// A forwarded message. amoCRM accepts one at a time, from any chat of the same integration.
#[derive(Clone, Debug, PartialEq)]
pub struct Forwards {
    /// The forwarded message.
    pub message: Quote,
    /// Our id of the chat it comes from.
    pub conversation_id: Option<String>,
    /// amojo's id of the chat it comes from.
    pub conversation_ref_id: Option<String>,
}

impl Quote {
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        match self {
            Quote::Known(message) => message.check(call),
            Quote::Whole(message) => {
                message.content.check(call)?;
                if message.content.is_empty_text() {
                    return Err(Error::invalid(call, "the text of the quoted message is empty"));
                }
                let (QuotedSender::Ours(id) | QuotedSender::Amojo(id) | QuotedSender::Named(id)) = &message.sender;
                required(call, "the sender of the quoted message", id)
            }
        }
    }
}

/// The post that is commented on; it makes a message a comment. Each commented post has a separate talk within the
/// chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Post {
    /// Our id of the post.
    pub id: String,
    /// Address of the post.
    pub url: String,
    /// Temporary address of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview_url: Option<String>,
    /// Permanent address of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview_permalink: Option<String>,
    /// Its author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

impl Post {
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        required(call, "message.post.id", &self.id)?;
        required(call, "message.post.url", &self.url)
    }
}

/// A post that the customer shared in the chat (chats-api §3.4.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedPost {
    /// Address of the post.
    pub url: String,
    /// Name of the site.
    pub site_name: Option<String>,
    /// Temporary address of its picture, which amojo downloads.
    pub preview_link: Option<String>,
    /// Permanent address of its picture; takes precedence over `preview_link`.
    pub preview_permalink: Option<String>,
}

impl SharedPost {
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        required(call, "message.shared_post.url", &self.url)
    }
}
