//! What else a chat shows: delivery statuses (chats-api §3.5, §5.1), reactions (chats-api §3.8), typing (chats-api §3.7).

use secrecy::SecretString;
use serde::Serialize;

use super::{Chats, ConversationRef, MessageRef, Request, required};
use crate::error::Error;

/// The delivery status of a message written in amoCRM. Send only increasing states: delivered, then read; failed only
/// if neither was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It reached the customer (1).
    Delivered,
    /// The customer opened it (2).
    Read,
    /// It was not delivered (-1).
    Failed {
        /// Why, in amoCRM's terms.
        code: FailureCode,
        /// Shown to the manager. If empty, a plain English phrase for the code is sent, because amoCRM requires a text.
        text: String,
    },
}

/// amoCRM's five codes of a failure (chats-api §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureCode {
    /// 901: the customer deleted or blocked the conversation.
    ConversationDeleted,
    /// 902: the line is disabled on the messenger's side (token revoked, unpaid).
    IntegrationOff,
    /// 903: an internal error of ours or of the messenger.
    Internal,
    /// 904: the conversation cannot be created, e.g. the number is not registered.
    ConversationImpossible,
    /// 905: any other reason, explained by the text.
    Other,
}

impl FailureCode {
    /// The number on the wire.
    pub fn number(self) -> u16 {
        match self {
            FailureCode::ConversationDeleted => 901,
            FailureCode::IntegrationOff => 902,
            FailureCode::Internal => 903,
            FailureCode::ConversationImpossible => 904,
            FailureCode::Other => 905,
        }
    }

    fn phrase(self) -> &'static str {
        match self {
            FailureCode::ConversationDeleted => "The conversation was deleted",
            FailureCode::IntegrationOff => "The messenger is switched off",
            FailureCode::Internal => "Internal error",
            FailureCode::ConversationImpossible => "The conversation can't be created",
            FailureCode::Other => "The message was not delivered",
        }
    }
}

/// A status as JSON.
#[derive(Serialize)]
pub(super) struct StatusBody<'body> {
    #[serde(skip_serializing_if = "Option::is_none")]
    msgid: Option<&'body str>,
    status_code: i8,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_status: Option<i8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'body str>,
}

impl<'body> StatusBody<'body> {
    /// The form of a status inside a change of its message: the newest names, no id (chats-api §3.4.6).
    pub(super) fn of_edit(status: &'body DeliveryStatus) -> Self {
        Self::new(None, status)
    }

    /// Of a message by its id: in the field names of both generations, which are official at the same time
    /// (chats-api §7 row 1).
    fn new(message_id: Option<&'body str>, status: &'body DeliveryStatus) -> Self {
        let (number, failure) = match status {
            DeliveryStatus::Delivered => (1, None),
            DeliveryStatus::Read => (2, None),
            DeliveryStatus::Failed { code, text } if text.is_empty() => (-1, Some((code, code.phrase()))),
            DeliveryStatus::Failed { code, text } => (-1, Some((code, text.as_str()))),
        };
        StatusBody {
            msgid: message_id,
            status_code: number,
            delivery_status: message_id.map(|_| number),
            error_code: failure.map(|(code, _)| code.number()),
            error: failure.map(|(_, text)| text),
        }
    }
}

impl Chats {
    /// Reports the status of a message by **amojo's** id of it. Safe to repeat.
    ///
    /// A refusal with 404 right after the hook may be a race, because amoCRM does not know its own message yet; retry a
    /// few times. Any 2xx is success, whatever its JSON.
    pub async fn delivery_status(
        &self,
        secret: &SecretString,
        scope_id: &str,
        amojo_message_id: &str,
        status: &DeliveryStatus,
    ) -> Result<(), Error> {
        const CALL: &str = "delivery_status";
        let body = StatusBody::new(Some(amojo_message_id), status);
        let request = Request::post(CALL, secret, vec![scope_id, amojo_message_id, CALL], &body)?;
        self.call(request).await?.nothing_expected()
    }
}

/// A reaction to a message, set or cleared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The chat.
    pub conversation: ConversationRef,
    /// The message.
    pub message: MessageRef,
    /// The author.
    pub user: ReactionUser,
    /// The emoji with exactly the messenger's code points (variation selectors included); `None` clears the reaction.
    /// Which emoji amoCRM shows was agreed when the channel was registered.
    pub emoji: Option<String>,
}

/// The author of a reaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ReactionUser {
    /// The customer, by our id.
    #[serde(rename = "id")]
    Client(String),
    /// A manager, by amojo's id of the user.
    #[serde(rename = "ref_id")]
    Manager(String),
}

#[derive(Serialize)]
struct ReactionBody<'reaction> {
    #[serde(flatten)]
    conversation: &'reaction ConversationRef,
    #[serde(flatten)]
    message: &'reaction MessageRef,
    user: &'reaction ReactionUser,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    emoji: Option<&'reaction str>,
}

impl Chats {
    /// Sets or clears a reaction. Safe to repeat. A refusal with 404 means that amoCRM does not know the message (yet).
    /// Any 2xx is success, whatever its JSON.
    pub async fn react(&self, secret: &SecretString, scope_id: &str, reaction: &Reaction) -> Result<(), Error> {
        const CALL: &str = "react";
        reaction.conversation.check(CALL)?;
        reaction.message.check(CALL)?;
        let (ReactionUser::Client(id) | ReactionUser::Manager(id)) = &reaction.user;
        required(CALL, "user.id", id)?;
        if let Some(emoji) = &reaction.emoji {
            required(CALL, "emoji", emoji)?;
        }
        let body = ReactionBody {
            conversation: &reaction.conversation,
            message: &reaction.message,
            user: &reaction.user,
            kind: if reaction.emoji.is_some() { "react" } else { "unreact" },
            emoji: reaction.emoji.as_deref(),
        };
        self.call(Request::post(CALL, secret, vec![scope_id, CALL], &body)?).await?.nothing_expected()
    }
}

/// The customer is typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typing {
    /// Our id of the chat.
    pub conversation_id: String,
    /// Our id of the customer.
    pub sender_id: String,
    /// How long managers see it; amoCRM's default is 5000 milliseconds.
    pub duration_milliseconds: Option<u32>,
}

#[derive(Serialize)]
struct TypingBody<'typing> {
    conversation_id: &'typing str,
    sender: Sender<'typing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u32>,
}

#[derive(Serialize)]
struct Sender<'typing> {
    id: &'typing str,
}

impl Chats {
    /// Shows "is typing" to managers; more than one call per five seconds and chat has no effect. Any 2xx is success,
    /// and any refusal means that it is not shown (chats-api §7 row 27): do not retry.
    pub async fn typing(&self, secret: &SecretString, scope_id: &str, typing: &Typing) -> Result<(), Error> {
        const CALL: &str = "typing";
        required(CALL, "conversation_id", &typing.conversation_id)?;
        required(CALL, "sender.id", &typing.sender_id)?;
        let body = TypingBody {
            conversation_id: &typing.conversation_id,
            sender: Sender { id: &typing.sender_id },
            duration_ms: typing.duration_milliseconds,
        };
        self.call(Request::post(CALL, secret, vec![scope_id, CALL], &body)?).await?.nothing_expected()
    }
}
