//! Why a message failed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a message failed: a code of product.md §6.2 and a text for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    pub code: FailureCode,
    #[serde(default)]
    pub text: String,
}

/// The closed set of reasons a messenger or Parom may give.
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

impl FailureCode {
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

    /// Words for the manager where the messenger gave none.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ConversationDeleted => "The customer deleted the conversation.",
            Self::RecipientBlocked => "The customer blocked the bot or deleted the chat.",
            Self::SourceDisconnected => "The source is disconnected.",
            Self::Internal => "Parom could not deliver the message.",
            Self::RecipientUnreachable => "The customer cannot be reached in this messenger.",
            Self::Unsupported => "The messenger does not take messages of this kind.",
            Self::WindowClosed => "The time for free messages is over.",
            Self::Rejected => "The messenger refused the message.",
            Self::Other => "The message was not delivered.",
        }
    }
}
