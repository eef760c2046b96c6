//! Texts for people about amoCRM's errors and an account's status; amoCRM's own text is quoted unchanged.

use amocrm::Error as CrmError;
use amocrm::oauth::OAuthError;
use base::http_client;
use base::i18n::LocalizedText;

/// Why a call to amoCRM failed.
pub fn error_text(error: &CrmError) -> LocalizedText {
    match error {
        CrmError::Refused { status, text, .. } if text.is_empty() => {
            LocalizedText::new("said-crm-answered-mute").with("status", *status)
        }
        CrmError::Refused { status, text, .. } => {
            LocalizedText::new("said-crm-answered").with("status", *status).with("text", text.as_str())
        }
        CrmError::Gateway { status, .. } => LocalizedText::new("said-crm-answered-mute").with("status", *status),
        CrmError::NotSent { reason, .. } => {
            LocalizedText::new("said-crm-unreached").with("reason", http_client::explain_failure(reason))
        }
        CrmError::NoAnswer { reason, .. } => {
            LocalizedText::new("said-crm-unknown").with("reason", http_client::explain_failure(reason))
        }
        CrmError::Unreadable { status, .. } => LocalizedText::new("said-crm-unreadable").with("status", *status),
        CrmError::Invalid { what, .. } => LocalizedText::new("said-crm-invalid").with("reason", what.as_str()),
    }
}

/// Why a token call failed, for people; amoCRM's text is quoted.
pub fn oauth_error_text(error: &OAuthError) -> LocalizedText {
    let answered = |status: u16, hint: &str| {
        let key = if hint.is_empty() { "said-crm-answered-mute" } else { "said-crm-answered" };
        LocalizedText::new(key).with("status", status).with("text", hint)
    };
    match error {
        OAuthError::Rejected { hint, .. } => answered(400, hint),
        OAuthError::HostChanged { status, hint, .. } | OAuthError::Refused { status, hint, .. } => {
            answered(*status, hint)
        }
        OAuthError::Unpaid { .. } => LocalizedText::new("said-account-unpaid"),
        OAuthError::Blocked { .. } => LocalizedText::new("said-account-blocked"),
        OAuthError::Busy { .. } => LocalizedText::new("said-crm-busy"),
        OAuthError::Unavailable { status, .. } => answered(*status, ""),
        OAuthError::NotSent { reason, .. } => {
            LocalizedText::new("said-crm-unreached").with("reason", http_client::explain_failure(reason))
        }
        OAuthError::NoAnswer { reason, .. } => {
            LocalizedText::new("said-crm-unknown").with("reason", http_client::explain_failure(reason))
        }
        OAuthError::Unreadable { status, .. } => LocalizedText::new("said-crm-unreadable").with("status", *status),
        OAuthError::Invalid { what, .. } => LocalizedText::new("said-crm-invalid").with("reason", what.as_str()),
    }
}

/// The status of an account or of its channel, for use within a sentence.
pub fn status_text(status: &str) -> LocalizedText {
    LocalizedText::new(format!("said-status-{status}"))
}
