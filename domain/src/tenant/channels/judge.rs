//! The status of a channel by amoCRM's answer to a connect.

use std::time::Duration;

use amocrm::Error as CrmError;
use amocrm::chats::Connected;
use base::i18n::LocalizedText;

use crate::tenant::install::InstallError;
use crate::tenant::{ChannelStatus, error_text};

/// The outcome for one channel.
pub(super) struct ChannelOutcome {
    pub status: ChannelStatus,
    pub scope_id: Option<String>,
    /// Why it is not connected, in amoCRM's words or ours.
    pub detail: String,
}

/// A private channel refuses accounts that were not approved with the same statuses as a wrong secret (403) or id
/// (404), so for it these mean `not_allowed`; the answer's text is kept in the detail.
pub(super) fn judge(answer: Result<Connected, CrmError>, public: bool) -> Result<ChannelOutcome, InstallError> {
    match answer {
        Ok(connected) => {
            let version = connected.hook_api_version.unwrap_or_else(|| "v2".into());
            let works = version == "v2";
            Ok(ChannelOutcome {
                status: if works { ChannelStatus::Connected } else { ChannelStatus::Misconfigured },
                scope_id: Some(connected.scope_id),
                detail: if works {
                    String::new()
                } else {
                    LocalizedText::new("said-hook-version").with("version", version).to_string()
                },
            })
        }
        Err(ref error @ CrmError::Refused { status: 429 | 500..=599, retry_after, .. }) => {
            Err(InstallError::Later { reason: error_text(error), after: retry_after })
        }
        Err(error @ CrmError::Refused { status, .. }) => Ok(ChannelOutcome {
            status: match status {
                403 | 404 if !public => ChannelStatus::NotAllowed,
                _ => ChannelStatus::Misconfigured,
            },
            scope_id: None,
            detail: error_text(&error).to_string(),
        }),
        Err(error @ CrmError::Invalid { .. }) => Ok(ChannelOutcome {
            status: ChannelStatus::Misconfigured,
            scope_id: None,
            detail: error_text(&error).to_string(),
        }),
        Err(error) => Err(InstallError::Later { reason: error_text(&error), after: None::<Duration> }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> Result<Connected, CrmError> {
        Err(CrmError::Refused { call: "connect", address: String::new(), status, retry_after: None, text: "no".into() })
    }

    fn version(version: Option<&str>) -> Result<Connected, CrmError> {
        Ok(Connected {
            scope_id: "scope".into(),
            account_id: None,
            title: None,
            hook_api_version: version.map(str::to_owned),
            is_time_window_disabled: None,
        })
    }

    #[test]
    fn a_refusal_shows_whether_account_or_vendor_must_act() {
        let status = |answer, public| judge(answer, public).map(|outcome| outcome.status).ok();
        assert_eq!(status(refused(403), false), Some(ChannelStatus::NotAllowed));
        assert_eq!(status(refused(404), false), Some(ChannelStatus::NotAllowed));
        assert_eq!(status(refused(403), true), Some(ChannelStatus::Misconfigured));
        assert_eq!(status(refused(400), false), Some(ChannelStatus::Misconfigured));
        for later in [429, 500, 503] {
            assert_eq!(status(refused(later), false), None);
        }
        let unknown = CrmError::NoAnswer { call: "connect", address: String::new(), reason: "reset".into() };
        assert_eq!(status(Err(unknown), false), None);
    }

    #[test]
    fn only_hook_version_two_counts_as_connected() {
        assert_eq!(judge(version(Some("v2")), false).unwrap().status, ChannelStatus::Connected);
        assert_eq!(judge(version(None), false).unwrap().status, ChannelStatus::Connected);
        let old = judge(version(Some("v1")), false).unwrap();
        assert_eq!(old.status, ChannelStatus::Misconfigured);
        assert!(old.detail.contains("v1"));
    }
}
