//! What a connector requests from its messenger by itself: receipts, earlier messages, new credentials.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::Value;

use crate::incoming::IncomingMessage;

/// A conversation that has unread messages of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenConversation {
    /// The messenger's id.
    pub id: String,
    /// The messenger's ids of these messages, oldest first.
    pub messages: Vec<String>,
}

/// New credentials of a source.
#[derive(Clone, Debug, Default)]
pub struct Renewed {
    /// Stored encrypted, by name; others are kept.
    pub secrets: BTreeMap<String, SecretString>,
    /// Stored in the public settings as `facts.<key>`; others are kept.
    pub facts: BTreeMap<&'static str, Value>,
}

/// A page of earlier messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryPage {
    pub messages: Vec<IncomingMessage>,
    /// The cursor of the next page; none if this is the last one.
    pub next: Option<String>,
}
