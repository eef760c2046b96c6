//! What amoCRM and an account's standing are called before people: with amoCRM's own words as they are.

use amocrm::Error as CrmError;

use crate::words::Said;

/// Why a call of amoCRM did not succeed.
pub fn said_of(error: &CrmError) -> Said {
    match error {
        CrmError::Refused { status, text, .. } if text.is_empty() => {
            Said::new("said-crm-answered-mute").with("status", *status)
        }
        CrmError::Refused { status, text, .. } => {
            Said::new("said-crm-answered").with("status", *status).with("text", text.as_str())
        }
        CrmError::NotSent { reason, .. } => Said::new("said-crm-unreached").with("reason", reason.as_str()),
        CrmError::NoAnswer { reason, .. } => Said::new("said-crm-unknown").with("reason", reason.as_str()),
        CrmError::Unreadable { status, .. } => Said::new("said-crm-unreadable").with("status", *status),
        CrmError::Invalid { what, .. } => Said::new("said-crm-invalid").with("reason", what.as_str()),
    }
}

/// The status of an account or of its channel, within a sentence.
pub fn said_status(status: &str) -> Said {
    Said::new(format!("said-status-{status}"))
}
