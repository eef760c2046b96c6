//! Sending and importing messages (chats-api §3.4).

use secrecy::SecretString;
use serde_json::Value;

use super::{ChatUser, Chats, Content, Forwards, Post, Quote, Request, SharedPost, SourceRef, required};
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
