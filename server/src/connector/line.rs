//! A messenger's line as it lives: who it is there, and where the messenger brings what customers write.

use secrecy::SecretString;
use serde_json::Value;

use crate::words::Said;

/// The name, among a source's credentials, of what its messenger proves itself with when it calls us. We make it.
pub const HOOK_SECRET: &str = "hook_secret";

/// Who a line is at its messenger.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// Stays the same when credentials are made anew. No two sources have the same.
    pub key: String,
    /// As people know it: `@acme_support_bot`.
    pub name: String,
    /// What the messenger told of it; connectors find it in their public settings as `facts.bot`.
    pub facts: Value,
}

/// Where the messenger is to bring what customers write.
#[derive(Clone, Debug)]
pub struct Hook {
    /// An address of ours.
    pub url: String,
    pub secret: SecretString,
}

/// Why the messenger did not do what a line's life needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It does not accept the credentials any more.
    Access(Said),
    /// It does not take this, whoever asks.
    Refused(Said),
    /// It does not answer, or not now.
    Away(Said),
}

impl Denied {
    /// In words.
    pub fn said(&self) -> &Said {
        match self {
            Self::Access(said) | Self::Refused(said) | Self::Away(said) => said,
        }
    }
}

/// Where the messenger brings customers' messages, as it tells itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Here.
    Fine,
    /// Here, with trouble: its words, and how much waits there.
    Failing { words: String, waiting: u64 },
    /// To another service, on this host.
    Elsewhere { host: String },
    /// Nowhere, or not all of it: it is to be told again.
    Unset,
}
