//! Hooks about a manager's actions other than messages (chats-api §4.7).

use serde_json::Value;

use super::chats::{HookError, id, member};
use crate::lenient;

/// A manager is typing. amoCRM sends it at most once in five seconds, to channels for which support has enabled it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
pub struct HookReaction {
    /// amojo's id of the message.
    pub message_id: String,
    /// Our id of the message; absent if it was created in amoCRM.
    pub message_client_id: Option<String>,
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
            message_client_id: lenient::text(message, "client_id"),
            conversation_id: id(conversation, "action.reaction.conversation.id")?,
            conversation_client_id: lenient::text(conversation, "client_id"),
            user_id: lenient::text(member(reaction, "user"), "id"),
            emoji: emoji.filter(|_| kind.as_deref() != Some("unreact")),
        })
    }
}
