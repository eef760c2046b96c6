//! The one thing to do about an alert: a page, and what the button that leads there says.

use entity::alert;

use crate::alert as alerts;

/// A page of the panel or the admin.
pub struct Remedy {
    pub path: String,
    /// The text is `alert-do-{button}`.
    pub button: &'static str,
}

/// The page with the remedy of an account's alert, or of one of the vendor's.
pub fn of(alert: &alert::Model, is_accounts: bool) -> Remedy {
    let page = |path: &str, button| Remedy { path: path.to_owned(), button };
    if !is_accounts {
        return page("/admin/alerts", "admin");
    }
    match (alert.kind.as_str(), alert.source_id) {
        (alerts::UNDELIVERED | "found_in_history", _) => page("/panel/undelivered", "undelivered"),
        (alerts::LATE | alerts::CRM_UNREACHABLE, _) => page("/panel", "overview"),
        ("source_stopped" | alerts::TOKEN_EXPIRING, Some(id)) => page(&format!("/panel/sources/{id}/access"), "access"),
        (alerts::WEBHOOK_SUSPENDED, Some(id)) => page(&format!("/panel/sources/{id}/resume"), "resume"),
        (_, Some(id)) => page(&format!("/panel/sources/{id}"), "source"),
        ("template_rejected" | "template_paused" | "template_changed", None) => page("/panel/templates", "templates"),
        (_, None) => page("/panel/account", "account"),
    }
}
