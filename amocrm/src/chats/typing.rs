//! Showing managers that the customer is typing (chats-api §3.7).

use secrecy::SecretString;
use serde::Serialize;

use super::{Chats, Request, required};
use crate::error::Error;

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
struct Body<'typing> {
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
        let body = Body {
            conversation_id: &typing.conversation_id,
            sender: Sender { id: &typing.sender_id },
            duration_ms: typing.duration_milliseconds,
        };
        self.call(Request::post(CALL, secret, vec![scope_id, CALL], &body)?).await?.nothing_expected()
    }
}
