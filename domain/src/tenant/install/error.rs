//! Why an installation is not complete yet.

use std::time::Duration;

use amocrm::Error as CrmError;
use base::i18n::LocalizedText;
use sea_orm::DbErr;

use crate::tenant::error_text;

/// Why an account is not installed yet. Texts are for people and contain no secret; internal causes are logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstallError {
    /// Retry, after the delay that amoCRM requested, if any.
    #[error("{reason}")]
    Later { reason: LocalizedText, after: Option<Duration> },
    /// Retrying with the same code is pointless.
    #[error("{0}")]
    Never(LocalizedText),
}

impl InstallError {
    pub(super) fn later(reason: LocalizedText) -> Self {
        Self::Later { reason, after: None }
    }
}

impl From<DbErr> for InstallError {
    fn from(error: DbErr) -> Self {
        anyhow::Error::from(error).into()
    }
}

/// A fault of our own database, configuration or code; stored calls wait until it is repaired.
impl From<anyhow::Error> for InstallError {
    fn from(error: anyhow::Error) -> Self {
        tracing::error!(
            cause = format!("{error:#}"),
            "an installation waits for a problem on the server to be resolved"
        );
        Self::later(LocalizedText::new("said-install-ours"))
    }
}

impl From<CrmError> for InstallError {
    fn from(error: CrmError) -> Self {
        let reason = error_text(&error);
        match error {
            CrmError::Refused { retry_after, .. } => Self::Later { reason, after: retry_after },
            CrmError::Invalid { .. } => Self::Never(reason),
            _ => Self::later(reason),
        }
    }
}
