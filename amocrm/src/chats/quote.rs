//! Quotes and forwards (chats-api §3.4.4). amoCRM shows them only where its support has switched them on.

use serde::Serialize;

use super::{Content, MessageRef, required};
use crate::error::Error;

/// A message that another one quotes or forwards.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Quote {
    /// One that amoCRM has: nothing else is needed, and the manager can jump to it.
    Known(MessageRef),
    /// One that amoCRM may not have, in whole.
    Whole(Box<QuotedMessage>),
}

/// A message in whole, for a [`Quote`].
#[derive(Clone, Debug, PartialEq)]
pub struct QuotedMessage {
    /// What it says. Of a file whatever is known is sent; its address is not in amoCRM's own list of fields here, a
    /// community client sends it.
    pub content: Content,
    /// When it was written, Unix milliseconds.
    pub at_milliseconds: i64,
    /// Who wrote it.
    pub sender: QuotedSender,
}

/// Who wrote a quoted message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum QuotedSender {
    /// A participant by our id.
    #[serde(rename = "id")]
    Ours(String),
    /// A participant by amojo's id.
    #[serde(rename = "ref_id")]
    Amojo(String),
    /// Somebody of whom only the name is known.
    #[serde(rename = "name")]
    Named(String),
}

/// A forwarded message. amoCRM takes one at a time, from any chat of the same integration.
#[derive(Clone, Debug, PartialEq)]
pub struct Forwards {
    /// The forwarded message.
    pub message: Quote,
    /// Our id of the chat it comes from.
    pub conversation_id: Option<String>,
    /// amojo's id of the chat it comes from.
    pub conversation_ref_id: Option<String>,
}

impl Quote {
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        match self {
            Quote::Known(message) => message.check(call),
            Quote::Whole(message) => {
                message.content.check(call)?;
                if message.content.is_empty_text() {
                    return Err(Error::invalid(call, "the text of the quoted message is empty"));
                }
                let (QuotedSender::Ours(id) | QuotedSender::Amojo(id) | QuotedSender::Named(id)) = &message.sender;
                required(call, "the sender of the quoted message", id)
            }
        }
    }
}
