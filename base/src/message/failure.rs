//! Why a message failed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::i18n::Words;

/// Why a message failed: a code of the public API and a text for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    pub code: FailureCode,
    #[serde(default)]
    pub text: String,
}

/// The fixed set of reasons for a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    ConversationDeleted,
    RecipientBlocked,
    SourceDisconnected,
    Internal,
    RecipientUnreachable,
    Unsupported,
    WindowClosed,
    Rejected,
    Other,
}

impl Failure {
    /// JSON, as `message.error` keeps it; empty for none.
    pub fn stored(failure: Option<&Self>) -> String {
        failure.and_then(|failure| serde_json::to_string(failure).ok()).unwrap_or_default()
    }

    /// The text for the manager, in the account's language: the given one, else that of the code.
    pub fn text_in(&self, words: Words) -> String {
        if self.text.is_empty() { failure_words(self.code, words) } else { self.text.clone() }
    }
}

/// The text for the manager if none was given.
pub fn failure_words(code: FailureCode, words: Words) -> String {
    words.text_of("failure-", code.word()).to_string()
}

impl FailureCode {
    pub const ALL: [Self; 9] = [
        Self::ConversationDeleted,
        Self::RecipientBlocked,
        Self::SourceDisconnected,
        Self::Internal,
        Self::RecipientUnreachable,
        Self::Unsupported,
        Self::WindowClosed,
        Self::Rejected,
        Self::Other,
    ];

    /// amoCRM's code of a failed delivery (chats-api §5.1).
    pub const fn amocrm_code(self) -> i32 {
        match self {
            Self::ConversationDeleted | Self::RecipientBlocked => 901,
            Self::SourceDisconnected => 902,
            Self::Internal => 903,
            Self::RecipientUnreachable => 904,
            Self::Unsupported | Self::WindowClosed | Self::Rejected | Self::Other => 905,
        }
    }

    /// Its word on the wire, and the end of its text key: `failure-…`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ConversationDeleted => "conversation_deleted",
            Self::RecipientBlocked => "recipient_blocked",
            Self::SourceDisconnected => "source_disconnected",
            Self::Internal => "internal",
            Self::RecipientUnreachable => "recipient_unreachable",
            Self::Unsupported => "unsupported",
            Self::WindowClosed => "window_closed",
            Self::Rejected => "rejected",
            Self::Other => "other",
        }
    }
}
