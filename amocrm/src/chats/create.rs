//! Creating a chat before its first message (chats-api §3.3).

use secrecy::SecretString;
use serde::Serialize;

use super::{ChatPerson, ChatUser, Chats, Request, SourceRef, required};
use crate::error::Error;
use crate::lenient;

/// A chat to create. Its JSON form is the body of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewChat {
    /// Our id of the chat.
    pub conversation_id: String,
    /// The source of the chat; `None`: amoCRM's default source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
    /// The customer.
    pub user: ChatUser,
}

/// A chat as amojo knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// amojo's id of the chat: for history, for `conversation_ref_id`, and for linking with a contact. Never empty.
    pub id: String,
    /// The participant, if the answer contained one.
    pub user: Option<ChatPerson>,
}

impl Chats {
    /// Creates a chat, or returns the existing one with this `conversation_id`: safe to repeat. It creates no lead and
    /// no notification, and the chat stays invisible until its first message.
    pub async fn create_chat(&self, secret: &SecretString, scope_id: &str, chat: &NewChat) -> Result<Chat, Error> {
        const CALL: &str = "create_chat";
        required(CALL, "conversation_id", &chat.conversation_id)?;
        required(CALL, "user.id", &chat.user.id)?;
        if let Some(source) = &chat.source {
            source.check(CALL)?;
        }
        let answer = self.call(Request::post(CALL, secret, vec![scope_id, "chats"], chat)?).await?;
        let object = answer.object()?;
        let id = lenient::text(&object, "id").ok_or_else(|| answer.unreadable("id is missing"))?;
        Ok(Chat { id, user: lenient::present(&object, "user").map(ChatPerson::read) })
    }
}
