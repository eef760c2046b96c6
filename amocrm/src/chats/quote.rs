//! Quotes and forwards (chats-api §3.4.4). amoCRM shows them only if its support has enabled them for the channel.

use serde::Serialize;

use super::{Content, MessageRef, required};
use crate::error::Error;

/// A message that another one quotes or forwards.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Quote {
    /// One that amoCRM has: its id is enough, and the manager can jump to it.
    Known(MessageRef),
    /// One that amoCRM may not have, with its content.
    Whole(Box<QuotedMessage>),
}

/// A message with its content, for a [`Quote`].
#[derive(Clone, Debug, PartialEq)]
pub struct QuotedMessage {
    /// The content. Of a file all known fields are sent; its address is not in amoCRM's documented fields here, but a
    /// community client sends it.
    pub content: Content,
    /// When it was written, Unix milliseconds.
    pub at_milliseconds: i64,
    /// Its author.
    pub sender: QuotedSender,
}

/// The author of a quoted message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum QuotedSender {
    /// A participant by our id.
    #[serde(rename = "id")]
    Ours(String),
    /// A participant by amojo's id.
    #[serde(rename = "ref_id")]
    Amojo(String),
    /// A person of whom only the name is known.
    #[serde(rename = "name")]
    Named(String),
}

/// A forwarded message. amoCRM accepts one at a time, from any chat of the same integration.
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
