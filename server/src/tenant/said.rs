//! Texts for people about amoCRM's errors and an account's status; amoCRM's own text is quoted unchanged.

use amocrm::Error as CrmError;
use amocrm::oauth::OAuthError;
use base::http_client::reason;
use base::words::Said;

/// Why a call to amoCRM failed.
pub fn said_of(error: &CrmError) -> Said {
    match error {
        CrmError::Refused { status, text, .. } if text.is_empty() => {
            Said::new("said-crm-answered-mute").with("status", *status)
        }
        CrmError::Refused { status, text, .. } => {
            Said::new("said-crm-answered").with("status", *status).with("text", text.as_str())
        }
        CrmError::NotSent { reason, .. } => Said::new("said-crm-unreached").with("reason", reason::said(reason)),
        CrmError::NoAnswer { reason, .. } => Said::new("said-crm-unknown").with("reason", reason::said(reason)),
        CrmError::Unreadable { status, .. } => Said::new("said-crm-unreadable").with("status", *status),
        CrmError::Invalid { what, .. } => Said::new("said-crm-invalid").with("reason", what.as_str()),
    }
}

/// Why a token call failed, for people; amoCRM's text is quoted.
pub fn said_of_oauth(error: &OAuthError) -> Said {
    let answered = |status: u16, hint: &str| {
        let key = if hint.is_empty() { "said-crm-answered-mute" } else { "said-crm-answered" };
        Said::new(key).with("status", status).with("text", hint)
    };
    match error {
        OAuthError::Rejected { hint, .. } => answered(400, hint),
        OAuthError::HostChanged { status, hint, .. } | OAuthError::Refused { status, hint, .. } => {
            answered(*status, hint)
        }
        OAuthError::Unpaid { .. } => Said::new("said-account-unpaid"),
        OAuthError::Blocked { .. } => Said::new("said-account-blocked"),
        OAuthError::Busy { .. } => Said::new("said-crm-busy"),
        OAuthError::Unavailable { status, .. } => answered(*status, ""),
        OAuthError::NotSent { reason, .. } => Said::new("said-crm-unreached").with("reason", reason::said(reason)),
        OAuthError::NoAnswer { reason, .. } => Said::new("said-crm-unknown").with("reason", reason::said(reason)),
        OAuthError::Unreadable { status, .. } => Said::new("said-crm-unreadable").with("status", *status),
        OAuthError::Invalid { what, .. } => Said::new("said-crm-invalid").with("reason", what.as_str()),
    }
}

/// The status of an account or of its channel, for use within a sentence.
pub fn said_status(status: &str) -> Said {
    Said::new(format!("said-status-{status}"))
}
