//! What a connector asks of its messenger by itself: receipts, earlier messages, new credentials.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::Value;

use crate::incoming::IncomingMessage;

/// A conversation with messages of ours that were not read yet.
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
    /// Stored sealed, by name; others stay.
    pub secrets: BTreeMap<String, SecretString>,
    /// Stored in the public settings as `facts.<key>`; others stay.
    pub facts: BTreeMap<&'static str, Value>,
}

/// A page of earlier messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryPage {
    pub messages: Vec<IncomingMessage>,
    /// For the next page; none if this is the last one.
    pub next: Option<String>,
}
