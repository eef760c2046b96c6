//! The message hook (chats-api §4.3 to §4.6).

use serde_json::Value;

use super::chats::{HookError, id, member};
use crate::lenient;

/// A message on its way to the customer.
#[derive(Clone, Debug, PartialEq)]
pub struct HookMessage {
    /// amojo's id of the chat.
    pub conversation_id: String,
    /// Our id of the chat; absent while a chat that amoCRM began is not bound (chats-api §5.4).
    pub conversation_client_id: Option<String>,
    /// Our id of the source; may be one that we do not know.
    pub source_external_id: Option<String>,
    /// The manager or bot.
    pub sender: HookSender,
    /// The customer.
    pub receiver: HookReceiver,
    /// When it was written, Unix seconds.
    pub timestamp: Option<i64>,
    /// When it was written, Unix milliseconds: hooks come in no promised order, sort by it.
    pub msec_timestamp: Option<i64>,
    /// What it says.
    pub message: HookContent,
}

/// Who wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookSender {
    /// amojo's id, opaque: bots and templates write too.
    pub id: Option<String>,
    /// Display name.
    pub name: Option<String>,
}

/// Who it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookReceiver {
    /// amojo's id of the customer.
    pub id: Option<String>,
    /// Our id of the customer; absent when amoCRM wrote first to a stranger.
    pub client_id: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// Phone, with or without `+`; when amoCRM writes first, the chosen one.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// What a message says. Text, file and buttons can come together; empty texts and sizes of zero read as `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct HookContent {
    /// amojo's id of the message, for its delivery status and against doubles.
    pub id: String,
    /// `text`, `picture`, `file`, … : any text may come, empty if there was none.
    pub kind: String,
    /// The text, possibly empty.
    pub text: String,
    /// Address of the file.
    pub media: Option<String>,
    /// Address of a small picture of the file.
    pub thumbnail: Option<String>,
    /// File name; often missing.
    pub file_name: Option<String>,
    /// Size in bytes; often missing.
    pub file_size: Option<u64>,
    /// Common to attachments that were sent at once, each in a hook of its own.
    pub media_group_id: Option<String>,
    /// Not meant for integrations; kept as it came.
    pub tag: Option<Value>,
    /// The commented post, when this is an answer to a comment; see [`post_id`](HookContent::post_id).
    pub post: Option<Value>,
    /// Buttons or a list (chats-api §4.4).
    pub markup: Option<Value>,
    /// The template it was made from (chats-api §4.5).
    pub template: Option<Value>,
    /// The quoted message (chats-api §4.6).
    pub reply_to: Option<Value>,
    /// The forwarded messages (chats-api §4.6).
    pub forwards: Option<Value>,
}

impl HookMessage {
    /// When it was written, Unix milliseconds, from whichever of the two times came.
    pub fn at_milliseconds(&self) -> Option<i64> {
        self.msec_timestamp.or_else(|| self.timestamp.and_then(|seconds| seconds.checked_mul(1000)))
    }

    pub(super) fn read(hook: &Value) -> Result<Self, HookError> {
        let (conversation, message) = (member(hook, "conversation"), member(hook, "message"));
        let (sender, receiver) = (member(hook, "sender"), member(hook, "receiver"));
        let kept = |key| lenient::present(message, key).cloned();
        Ok(Self {
            conversation_id: id(conversation, "message.conversation.id")?,
            conversation_client_id: lenient::text(conversation, "client_id"),
            source_external_id: lenient::text(member(hook, "source"), "external_id"),
            sender: HookSender { id: lenient::text(sender, "id"), name: lenient::text(sender, "name") },
            receiver: HookReceiver {
                id: lenient::text(receiver, "id"),
                client_id: lenient::text(receiver, "client_id"),
                name: lenient::text(receiver, "name"),
                phone: lenient::text(receiver, "phone"),
                email: lenient::text(receiver, "email"),
            },
            timestamp: lenient::number(hook, "timestamp"),
            msec_timestamp: lenient::number(hook, "msec_timestamp"),
            message: HookContent {
                id: id(message, "message.message.id")?,
                kind: lenient::text(message, "type").unwrap_or_default(),
                text: lenient::text(message, "text").unwrap_or_default(),
                media: lenient::text(message, "media"),
                thumbnail: lenient::text(message, "thumbnail"),
                file_name: lenient::text(message, "file_name"),
                file_size: lenient::size(message, "file_size"),
                media_group_id: lenient::text(message, "media_group_id"),
                tag: kept("tag"),
                post: kept("post"),
                markup: kept("markup"),
                template: kept("template"),
                reply_to: kept("reply_to"),
                forwards: kept("forwards"),
            },
        })
    }
}

impl HookContent {
    /// Our id of the commented post. A message with `post` is an answer to a comment, whether or not it has this id.
    pub fn post_id(&self) -> Option<String> {
        lenient::text(self.post.as_ref()?, "id")
    }
}
