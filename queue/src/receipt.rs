//! The outcome of an accepted request.

use uuid::Uuid;

/// The outcomes of a batch's entries, in their order.
pub type Receipt = Vec<ItemOutcome>;

/// Outcome of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemOutcome {
    New {
        message_id: Uuid,
    },
    /// A repeat. `same`: whether its fingerprint is equal.
    Duplicate {
        message_id: Uuid,
        same: bool,
    },
}

impl ItemOutcome {
    /// The message's id, whether new or known.
    pub const fn message_id(self) -> Uuid {
        match self {
            Self::New { message_id } | Self::Duplicate { message_id, .. } => message_id,
        }
    }
}
