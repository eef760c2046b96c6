//! References to objects that exist on both sides. In our requests a plain name is our id and `…ref_id` (or a message's
//! `id`) is amojo's (chats-api §0).

use serde::Serialize;

use super::required;
use crate::error::Error;

/// A message by either side's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum MessageRef {
    /// Our id (`msgid`).
    #[serde(rename = "msgid")]
    Ours(String),
    /// amojo's id (`id`).
    #[serde(rename = "id")]
    Amojo(String),
}

/// A chat by either side's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ConversationRef {
    /// Our id (`conversation_id`).
    #[serde(rename = "conversation_id")]
    Ours(String),
    /// amojo's id (`conversation_ref_id`).
    #[serde(rename = "conversation_ref_id")]
    Amojo(String),
}

impl MessageRef {
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        match self {
            MessageRef::Ours(id) => required(call, "msgid", id),
            MessageRef::Amojo(id) => required(call, "id", id),
        }
    }
}

impl ConversationRef {
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        match self {
            ConversationRef::Ours(id) => required(call, "conversation_id", id),
            ConversationRef::Amojo(id) => required(call, "conversation_ref_id", id),
        }
    }
}

/// A source by our id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceRef {
    /// 1 to 40 printable ASCII characters and spaces; the Sources API accepts at most 36 (chats-api §7 row 23).
    pub external_id: String,
}

impl SourceRef {
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        let fits = (1..=40).contains(&self.external_id.len())
            && self.external_id.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if fits {
            Ok(())
        } else {
            Err(Error::invalid(call, "source.external_id must be 1 to 40 printable ASCII characters"))
        }
    }
}
