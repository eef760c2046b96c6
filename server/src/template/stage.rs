//! How far a template's review is at its messenger, and what amoCRM has to be told of it.

use amocrm::rest::ReviewOutcome;
use connectors::template::TemplateStatus;
use entity::message_template;

/// How far a review is at the messenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The messenger does not have it yet.
    Waiting,
    InReview,
    Approved,
    Rejected,
    /// May not be used for now.
    Paused,
    /// May not be used any more.
    Disabled,
    /// Deleted at the messenger.
    Deleted,
}

impl Stage {
    const ALL: [Self; 7] =
        [Self::Waiting, Self::InReview, Self::Approved, Self::Rejected, Self::Paused, Self::Disabled, Self::Deleted];

    /// Its word in the public API, and the end of its text key: `template-stage-…`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::InReview => "review",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
        }
    }

    /// The tone of its badge.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Approved => "ok",
            Self::Waiting | Self::InReview => "wait",
            Self::Paused => "warn",
            Self::Rejected | Self::Disabled => "bad",
            Self::Deleted => "off",
        }
    }

    /// The stage of a row.
    pub fn of(row: &message_template::Model) -> Self {
        Self::ALL.into_iter().find(|stage| stage.word() == row.stage).unwrap_or(Self::Waiting)
    }

    /// What amoCRM is told: it knows three outcomes. None while nothing is decided.
    pub const fn outcome(self) -> Option<&'static str> {
        match self {
            Self::Waiting | Self::InReview => None,
            Self::Approved => Some("approved"),
            Self::Paused => Some("paused"),
            Self::Rejected | Self::Disabled | Self::Deleted => Some("rejected"),
        }
    }

    pub(super) fn report(self, reason: &str) -> Option<ReviewOutcome> {
        Some(match self.outcome()? {
            "approved" => ReviewOutcome::Approved,
            "paused" => ReviewOutcome::Paused(reason.to_owned()),
            _ => ReviewOutcome::Rejected(reason.to_owned()),
        })
    }
}

impl From<TemplateStatus> for Stage {
    fn from(status: TemplateStatus) -> Self {
        match status {
            TemplateStatus::InReview => Self::InReview,
            TemplateStatus::Approved => Self::Approved,
            TemplateStatus::Rejected => Self::Rejected,
            TemplateStatus::Paused => Self::Paused,
            TemplateStatus::Disabled => Self::Disabled,
            TemplateStatus::Deleted => Self::Deleted,
        }
    }
}
