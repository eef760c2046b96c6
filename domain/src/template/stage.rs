//! The state of a template's review at its messenger, and the outcome to report to amoCRM.

use amocrm::rest::ReviewOutcome;
use connectors::template::TemplateStatus;
use entity::message_template;

/// The state of a review at the messenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Not submitted to the messenger yet.
    Waiting,
    InReview,
    Approved,
    Rejected,
    /// Cannot be used for now.
    Paused,
    /// Cannot be used any more.
    Disabled,
    /// Deleted at the messenger.
    Deleted,
}

impl Stage {
    const ALL: [Self; 7] =
        [Self::Waiting, Self::InReview, Self::Approved, Self::Rejected, Self::Paused, Self::Disabled, Self::Deleted];

    /// Its name in the public API, and the end of its text key: `template-stage-…`.
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

    /// The outcome to report to amoCRM, which knows three. None until there is a decision.
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
