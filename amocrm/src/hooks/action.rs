//! Hooks of what a manager does to a chat without writing (chats-api §4.7).

use serde_json::Value;

use super::chats::{HookError, id, member};
use crate::lenient;

/// A manager is typing. amoCRM says so at most once in five seconds, to channels that support has subscribed to it.
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

/// A manager set or cleared a reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookReaction {
    /// amojo's id of the message.
    pub message_id: String,
    /// Our id of the message; absent if it was born in amoCRM.
    pub message_client_id: Option<String>,
    /// amojo's id of the chat.
    pub conversation_id: String,
    /// Our id of the chat; absent until a chat that amoCRM began is bound.
    pub conversation_client_id: Option<String>,
    /// amojo's id of the manager.
    pub user_id: Option<String>,
    /// The emoji that was set, code point by code point; `None` when the reaction was cleared.
    pub emoji: Option<String>,
}

impl HookTyping {
    pub(super) fn read(action: &Value, typing: &Value) -> Result<Self, HookError> {
        let conversation = member(typing, "conversation");
        Ok(Self {
            conversation_id: id(conversation, "action.typing.conversation.id")?,
            conversation_client_id: lenient::text(conversation, "client_id"),
            // the user may stand one level higher (chats-api §7 row 15)
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
            // the sample names the message without an object around it (chats-api §7 row 16)
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
