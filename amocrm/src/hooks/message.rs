//! The message hook (chats-api §4.3 to §4.6).

use serde_json::Value;

use super::chats::{HookError, id, member};
use super::content::{MessageContent, milliseconds};
use super::person::ChatPerson;
use crate::lenient;

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
