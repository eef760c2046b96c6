//! E-mails to all operators about a change of what the whole service depends on: an operator who did not agree to it sees it.

use base::i18n::Words;
use chrono::DateTime;
use domain::identity::mail::{self, Email};
use sea_orm::DbErr;

use super::operator::AdminVisitor;
use super::operators::actions;
use super::sign_in::language_of;
use crate::panel::PanelContext;

/// Sends them in the background, to the acting operator too: another person may use their session. `object`: a name that
/// says what was changed.
pub(super) async fn tell(
    app: &PanelContext,
    visitor: &AdminVisitor,
    action: &'static str,
    object: &str,
) -> Result<(), DbErr> {
    if !mail::is_on(&app.identity) {
        return Ok(());
    }
    let at = DateTime::from_timestamp_millis(app.clock.millis()).unwrap_or_default();
    let address = visitor.address.map(|address| address.to_string()).unwrap_or_default();
    for operator in actions::list(app).await? {
        let words = Words::new(language_of(&operator.person));
        let did = words.text_of("audit-did-", action.replace('.', "-")).to_string();
        let subject = words.text("admin-told-subject").with("did", did.as_str()).with("object", object);
        let text = words
            .text("admin-told-body")
            .with("did", did.as_str())
            .with("object", object)
            .with("name", visitor.name.as_str())
            .with("email", visitor.person.email.as_str())
            .with("time", at.format("%Y-%m-%d %H:%M UTC").to_string())
            .with("address", address.as_str())
            .with("server", app.public_url());
        let letter =
            Email { to: operator.person.email, subject: subject.to_string(), text: text.to_string(), sender: None };
        mail::send_later(&app.identity, letter);
    }
    Ok(())
}
