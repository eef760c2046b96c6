//! How far a message has come, in the words of the API.

use base::message::State;
use serde::Serialize;
use utoipa::ToSchema;

/// The delivery status of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    Queued,
    Sent,
    Delivered,
    Read,
    Failed,
    /// It waits until a person resumes or repairs the source or account, see `reason`.
    Held,
}

impl MessageStatus {
    pub const ALL: [Self; 6] = [Self::Queued, Self::Held, Self::Sent, Self::Delivered, Self::Read, Self::Failed];

    /// Status of a stored state; `held`: messages in its direction are held.
    pub const fn of(state: State, held: bool) -> Self {
        match state {
            State::Queued if held => Self::Held,
            State::Queued => Self::Queued,
            State::Sent => Self::Sent,
            State::Delivered => Self::Delivered,
            State::Read => Self::Read,
            State::Failed => Self::Failed,
        }
    }

    /// The API's word; texts for people are `message-state-{word}`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
            Self::Held => "held",
        }
    }

    /// Parses the API's word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_waits_is_held() {
        assert_eq!(MessageStatus::of(State::Queued, false), MessageStatus::Queued);
        assert_eq!(MessageStatus::of(State::Queued, true), MessageStatus::Held);
        assert_eq!(MessageStatus::of(State::Delivered, true), MessageStatus::Delivered);
    }

    #[test]
    fn each_status_is_parsed_from_its_word() {
        for status in MessageStatus::ALL {
            assert_eq!(MessageStatus::from_word(status.as_str()), Some(status));
        }
        assert_eq!(MessageStatus::from_word("other"), None);
    }
}
