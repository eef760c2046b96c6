//! Hooks of the Chats API, version 2 (chats-api §4): managers' messages, typing, reactions.

use serde_json::Value;

use super::content::milliseconds;
pub use super::content::{
    Button, Card, ChatPerson, HookForwards, HookPost, ListMessage, ListRow, ListSection, Markup, MessageContent,
    PastMessage, Place, Template, TemplateParam,
};
use crate::lenient;

/// One hook.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Hook {
    /// The account's amojo id. The signature does not cover the address, so compare it with the part of the scope after
    /// `_` (chats-api §2.2).
    pub account_id: String,
    /// When the hook was created, Unix seconds.
    pub time: Option<i64>,
    /// What happened.
    pub event: HookEvent,
}

/// An event in amoCRM.
#[derive(Clone, Debug, PartialEq)]
pub enum HookEvent {
    /// A manager, a bot or a template wrote to the customer; also an answer to a comment.
    Message(Box<HookMessage>),
    /// A manager is typing.
    Typing(HookTyping),
    /// A manager set or cleared a reaction.
    Reaction(HookReaction),
    /// A genuine hook of a kind that this crate does not know: store it and answer with 200.
    Unknown,
}

impl HookEvent {
    /// amojo's id of the chat; none for a kind that this crate does not know.
    pub fn conversation_id(&self) -> Option<&str> {
        match self {
            Self::Message(message) => Some(&message.conversation_id),
            Self::Typing(typing) => Some(&typing.conversation_id),
            Self::Reaction(reaction) => Some(&reaction.conversation_id),
            Self::Unknown => None,
        }
    }
}

/// A body that is not a usable hook. Answer 200 nevertheless and store the bytes for a person: amoCRM does not repeat
/// hooks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// Not a JSON object, or nested more than 127 levels deep.
    #[error("the hook is not a JSON object: {reason}")]
    Malformed {
        /// Where and why parsing stopped; contains nothing of the body.
        reason: String,
    },
    /// The obsolete first version: a flat body without account (chats-api §4.8). The account must be connected again.
    #[error("the hook is of the dead version 1")]
    Version1,
    /// A required id is missing.
    #[error("the hook lacks {what}")]
    Incomplete {
        /// The missing member, e.g. `message.conversation.id`.
        what: &'static str,
    },
}

/// Parses the raw body of a hook; verify its signature first.
///
/// Only `account_id` and the ids of chat and message are required. Everything else is optional, unknown fields are
/// ignored, numbers may be texts or floats, and missing, `null` and empty values are equivalent (chats-api §4.2). Texts
/// are returned unchanged, including NUL characters: a caller that cannot store these must check. A body with broken
/// characters (invalid UTF-8, unpaired surrogates) is malformed: replace them before, so that the rest is not lost.
///
/// ```
/// use amocrm::chats::sign::{hook_signature, verify_hook};
/// use amocrm::hooks::chats::{HookEvent, Markup, parse};
///
/// let body = br#"{"account_id":"3c7a9e84","time":1788254001,"message":{
///     "conversation":{"id":"5e4d3c2b","client_id":"acme-conv-77"},"receiver":{"client_id":"acme-user-77"},
///     "message":{"id":"7b0d2c1e","type":"text","text":"See the shop",
///         "markup":{"mode":"inline","buttons":[[{"text":"Open","url":"https://acme.test"}]]}}}}"#;
/// let secret = "channel secret".into();
/// assert!(verify_hook(&secret, body, &hook_signature(&secret, body)));
///
/// let hook = parse(body)?;
/// let HookEvent::Message(message) = hook.event else { panic!("no message") };
/// assert_eq!(message.receiver.client_id.as_deref(), Some("acme-user-77"));
/// assert_eq!(message.message.text, "See the shop");
/// assert!(matches!(message.message.markup, Some(Markup::Buttons { rows, .. }) if rows[0][0].url.is_some()));
/// # Ok::<(), amocrm::hooks::chats::HookError>(())
/// ```
pub fn parse(raw_body: &[u8]) -> Result<Hook, HookError> {
    let body: Value =
        serde_json::from_slice(raw_body).map_err(|error| HookError::Malformed { reason: describe(&error) })?;
    if !body.is_object() {
        return Err(HookError::Malformed { reason: "another JSON value".to_owned() });
    }
    if body.get("receiver").is_some_and(Value::is_string) && body.get("message").is_none() {
        return Err(HookError::Version1);
    }
    let account_id = lenient::text(&body, "account_id").ok_or(HookError::Incomplete { what: "account_id" })?;
    let event = if let Some(message) = lenient::present(&body, "message") {
        HookEvent::Message(Box::new(HookMessage::read(message)?))
    } else if let Some(action) = lenient::present(&body, "action") {
        if let Some(reaction) = lenient::present(action, "reaction") {
            HookEvent::Reaction(HookReaction::read(reaction)?)
        } else if let Some(typing) = lenient::present(action, "typing") {
            HookEvent::Typing(HookTyping::read(action, typing)?)
        } else {
            HookEvent::Unknown
        }
    } else {
        HookEvent::Unknown
    };
    Ok(Hook { account_id, time: lenient::number(&body, "time"), event })
}

/// A field that may be missing, which counts as `null`.
pub(super) fn member<'value>(value: &'value Value, key: &str) -> &'value Value {
    value.get(key).unwrap_or(&Value::Null)
}

/// The required field `id`; `what` is its full name.
pub(super) fn id(value: &Value, what: &'static str) -> Result<String, HookError> {
    lenient::text(value, "id").ok_or(HookError::Incomplete { what })
}

fn describe(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        _ => "it can't be read",
    };
    format!("{kind} at line {} column {}", error.line(), error.column())
}

/// A message to the customer.
#[derive(Clone, Debug, PartialEq)]
pub struct HookMessage {
    /// amojo's id of the chat.
    pub conversation_id: String,
    /// Our id of the chat; absent while a chat started by amoCRM is not bound (chats-api §5.4).
    pub conversation_client_id: Option<String>,
    /// Our id of the source; may be unknown to us.
    pub source_external_id: Option<String>,
    /// The manager or bot; usually only with an id.
    pub sender: ChatPerson,
    /// The customer.
    pub receiver: ChatPerson,
    /// When it was written, Unix seconds.
    pub timestamp: Option<i64>,
    /// When it was written, Unix milliseconds: hooks come in no guaranteed order, so sort by it.
    pub msec_timestamp: Option<i64>,
    /// Its content.
    pub message: MessageContent,
}

impl HookMessage {
    /// When it was written, Unix milliseconds, from whichever of the two times is present.
    pub fn at_milliseconds(&self) -> Option<i64> {
        milliseconds(self.timestamp, self.msec_timestamp)
    }

    pub(super) fn read(hook: &Value) -> Result<Self, HookError> {
        let conversation = member(hook, "conversation");
        let conversation_id = id(conversation, "message.conversation.id")?;
        let message = member(hook, "message");
        id(message, "message.message.id")?;
        Ok(Self {
            conversation_id,
            conversation_client_id: lenient::text(conversation, "client_id"),
            source_external_id: lenient::text(member(hook, "source"), "external_id"),
            sender: ChatPerson::read(member(hook, "sender")),
            receiver: ChatPerson::read(member(hook, "receiver")),
            timestamp: lenient::number(hook, "timestamp"),
            msec_timestamp: lenient::number(hook, "msec_timestamp"),
            message: MessageContent::read(message),
        })
    }
}

/// A manager is typing. amoCRM sends it at most once in five seconds, to channels for which support has enabled it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HookTyping {
    /// amojo's id of the chat.
    pub conversation_id: String,
    /// Our id of the chat; absent until a chat started by amoCRM is bound.
    pub conversation_client_id: Option<String>,
    /// amojo's id of the manager.
    pub user_id: Option<String>,
    /// When the indication expires, Unix seconds.
    pub expired_at: Option<i64>,
    /// Our id of the post, if the manager is typing an answer to a comment.
    pub post_id: Option<String>,
}

/// A manager set or cleared a reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HookReaction {
    /// amojo's id of the message.
    pub message_id: String,
    /// amojo's id of the chat.
    pub conversation_id: String,
    /// Our id of the chat; absent until a chat started by amoCRM is bound.
    pub conversation_client_id: Option<String>,
    /// amojo's id of the manager.
    pub user_id: Option<String>,
    /// The emoji, code point by code point; `None` if the reaction was cleared.
    pub emoji: Option<String>,
}

impl HookTyping {
    pub(super) fn read(action: &Value, typing: &Value) -> Result<Self, HookError> {
        let conversation = member(typing, "conversation");
        Ok(Self {
            conversation_id: id(conversation, "action.typing.conversation.id")?,
            conversation_client_id: lenient::text(conversation, "client_id"),
            // The user may be one level higher (chats-api §7 row 15).
            user_id: lenient::text(member(typing, "user"), "id")
                .or_else(|| lenient::text(member(action, "user"), "id")),
            expired_at: lenient::number(typing, "expired_at"),
            post_id: lenient::text(typing, "post_id"),
        })
    }
}

impl HookReaction {
    pub(super) fn read(reaction: &Value) -> Result<Self, HookError> {
        let (message, conversation) = (member(reaction, "message"), member(reaction, "conversation"));
        let emoji = lenient::text(reaction, "emoji");
        let kind = lenient::text(reaction, "type");
        if kind.as_deref() == Some("react") && emoji.is_none() {
            return Err(HookError::Incomplete { what: "action.reaction.emoji" });
        }
        Ok(Self {
            // The sample has the message's fields without an object around them (chats-api §7 row 16).
            message_id: lenient::text(message, "id")
                .or_else(|| lenient::text(reaction, "msgid"))
                .ok_or(HookError::Incomplete { what: "action.reaction.message.id" })?,
            conversation_id: id(conversation, "action.reaction.conversation.id")?,
            conversation_client_id: lenient::text(conversation, "client_id"),
            user_id: lenient::text(member(reaction, "user"), "id"),
            emoji: emoji.filter(|_| kind.as_deref() != Some("unreact")),
        })
    }
}
