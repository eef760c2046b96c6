//! A community: its tokens, its settings and its callback servers.

use std::collections::{BTreeMap, BTreeSet};

/// One community.
#[derive(Clone, Debug)]
pub(crate) struct Community {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) screen_name: String,
    pub(crate) tokens: Vec<Token>,
    /// Community messages are turned on.
    pub(crate) has_messages: bool,
    /// "Bot capabilities" are turned on: keyboards are allowed.
    pub(crate) has_bot: bool,
    pub(crate) confirmation_code: String,
    pub(crate) servers: BTreeMap<i64, Server>,
    pub(crate) last_server: i64,
    /// People who allowed messages.
    pub(crate) allowed: BTreeSet<i64>,
    /// Blacklisted people.
    pub(crate) blacklist: BTreeSet<i64>,
    /// Message ids are counted per community, over all its private dialogues.
    pub(crate) last_message: i64,
    /// Typing shown: peer, type, when in milliseconds.
    pub(crate) activities: Vec<(i64, String, i64)>,
    /// Answers to callback buttons: event id, data.
    pub(crate) answers: Vec<(String, String)>,
}

/// An access token of a community.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) value: String,
    pub(crate) rights: BTreeSet<String>,
    pub(crate) is_revoked: bool,
}

/// States of a callback server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerStatus {
    /// Its address was never confirmed.
    Unconfigured,
    /// It did not return the confirmation string, or failed too often.
    Failed,
    /// Its confirmation is under way.
    Wait,
    /// It is confirmed.
    Ok,
}

impl ServerStatus {
    /// Its name in the API.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Unconfigured => "unconfigured",
            Self::Failed => "failed",
            Self::Wait => "wait",
            Self::Ok => "ok",
        }
    }
}

/// A callback server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) status: ServerStatus,
    pub(crate) api_version: String,
    /// Kinds of events that are sent.
    pub(crate) kinds: BTreeSet<String>,
}

impl Community {
    /// The token with this value.
    pub(crate) fn token(&self, value: &str) -> Option<&Token> {
        self.tokens.iter().find(|one| one.value == value && !one.is_revoked)
    }
}
