//! Hooks of the Chats API, version 2 (chats-api §4): messages of managers, typing, reactions.

use serde_json::Value;

pub use super::message::{HookContent, HookMessage, HookReceiver, HookSender};
use crate::lenient;

/// One hook.
#[derive(Clone, Debug, PartialEq)]
pub struct Hook {
    /// The account's amojo id. The signature does not cover the address, so compare it with the part of the scope after
    /// `_` (chats-api §2.2).
    pub account_id: String,
    /// When the hook was made, Unix seconds.
    pub time: Option<i64>,
    /// What happened.
    pub event: HookEvent,
}

/// What happened in amoCRM.
#[derive(Clone, Debug, PartialEq)]
pub enum HookEvent {
    /// A manager, a bot or a template wrote to the customer; an answer to a comment too.
    Message(Box<HookMessage>),
    /// A manager is typing.
    Typing(HookTyping),
    /// A manager set or cleared a reaction.
    Reaction(HookReaction),
    /// An authentic hook of a kind this crate does not know: to be stored and answered with 200.
    Unknown,
}

/// A manager is typing (chats-api §4.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookTyping {
    /// amojo's id of the chat.
    pub conversation_id: String,
    /// Our id of the chat; absent until a chat that amoCRM began is bound.
    pub conversation_client_id: Option<String>,
    /// amojo's id of the manager.
    pub user_id: Option<String>,
    /// When typing counts as over, Unix seconds.
    pub expired_at: Option<i64>,
    /// Our id of the post, when an answer to a comment is typed.
    pub post_id: Option<String>,
}

/// A manager set or cleared a reaction (chats-api §4.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookReaction {
    /// amojo's id of the message.
    pub message_id: String,
    /// Our id of the message; absent if it was born in amoCRM.
    pub message_client_id: Option<String>,
    /// amojo's id of the chat.
    pub conversation_id: String,
    /// Our id of the chat.
    pub conversation_client_id: Option<String>,
    /// amojo's id of the manager.
    pub user_id: Option<String>,
    /// The emoji that was set; `None` when the reaction was cleared.
    pub emoji: Option<String>,
}

/// A body that is no usable hook. Answer 200 all the same and keep the bytes for a person: amoCRM does not repeat hooks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// Not a JSON object. Bodies with a lone surrogate (`"\ud800"`), invalid UTF-8 or more than 127 levels of nesting
    /// are malformed too: they have no faithful form as Rust text, and guessing one would alter a person's words.
    #[error("the hook is no JSON object: {reason}")]
    Malformed {
        /// Where and why reading stopped; no piece of the body.
        reason: String,
    },
    /// The dead first version: a flat body without account (chats-api §4.8). The account must be connected anew.
    #[error("the hook is of the dead version 1")]
    Version1,
    /// An id without which nothing can be done is missing.
    #[error("the hook lacks {what}")]
    Incomplete {
        /// The missing member, e.g. `message.conversation.id`.
        what: &'static str,
    },
}

/// Reads the raw body of a hook; verify its signature first.
///
/// Required are only `account_id` and the ids of chat and message. Everything else is optional, unknown members are
/// ignored, numbers may come as text or floats, and missing, `null` and empty values read alike (chats-api §4.2). Texts
/// are handed over as they are, NUL characters included: a caller that can't store them must check.
pub fn parse(raw_body: &[u8]) -> Result<Hook, HookError> {
    let body: Value =
        serde_json::from_slice(raw_body).map_err(|error| HookError::Malformed { reason: describe(&error) })?;
    if !body.is_object() {
        return Err(HookError::Malformed { reason: "another JSON value".to_owned() });
    }
    let account_id = match lenient::text(&body, "account_id") {
        Some(account_id) => account_id,
        None if body.get("receiver").is_some_and(Value::is_string) => {
            return Err(HookError::Version1);
        }
        None => return Err(HookError::Incomplete { what: "account_id" }),
    };
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

impl HookTyping {
    fn read(action: &Value, typing: &Value) -> Result<Self, HookError> {
        let conversation = member(typing, "conversation");
        Ok(Self {
            conversation_id: id(conversation, "action.typing.conversation.id")?,
            conversation_client_id: lenient::text(conversation, "client_id"),
            user_id: lenient::text(member(typing, "user"), "id")
                .or_else(|| lenient::text(member(action, "user"), "id")),
            expired_at: lenient::number(typing, "expired_at"),
            post_id: lenient::text(typing, "post_id"),
        })
    }
}

impl HookReaction {
    fn read(reaction: &Value) -> Result<Self, HookError> {
        let (message, conversation) = (member(reaction, "message"), member(reaction, "conversation"));
        let emoji = lenient::text(reaction, "emoji");
        let kind = lenient::text(reaction, "type");
        if kind.as_deref() == Some("react") && emoji.is_none() {
            return Err(HookError::Incomplete { what: "action.reaction.emoji" });
        }
        Ok(Self {
            message_id: lenient::text(message, "id")
                .or_else(|| lenient::text(reaction, "msgid"))
                .ok_or(HookError::Incomplete { what: "action.reaction.message.id" })?,
            message_client_id: lenient::text(message, "client_id"),
            conversation_id: id(conversation, "action.reaction.conversation.id")?,
            conversation_client_id: lenient::text(conversation, "client_id"),
            user_id: lenient::text(member(reaction, "user"), "id"),
            emoji: emoji.filter(|_| kind.as_deref() != Some("unreact")),
        })
    }
}

/// A member that may be missing; `null` stands for it then.
pub(super) fn member<'value>(value: &'value Value, key: &str) -> &'value Value {
    value.get(key).unwrap_or(&Value::Null)
}

/// The member `id`, which must be there; `what` is its full name.
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
