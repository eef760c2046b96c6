//! Refused sign-ins, for the audit log. Recording one neither reads nor writes the database, so that a page takes equal
//! time for every login.

use uuid::Uuid;

use super::throttle::AttemptOrigin;
use crate::audit::{AuditLogKind, RefusedAction};
use crate::identity::IdentityContext;

/// The reason for too many attempts, valid or not.
pub const TOO_MANY: &str = "too_many_tries";

/// Notes a refused sign-in at an entrance (`panel`, `admin`, `code` …). `login`: what was typed, or the id of the
/// person.
pub fn sign_in(app: &IdentityContext, door: &str, login: &str, why: &'static str, origin: &AttemptOrigin) {
    let action = match door {
        "connect" | "connect_login" => "account.connected",
        "admin" | "admin-code" | "admin-link" => "operator.signed_in",
        _ => "member.signed_in",
    };
    let whose = origin.account().map_or(AuditLogKind::Person(login), |account| AuditLogKind::Account(account, ""));
    note(app, action, whose, why, origin);
}

/// Notes a wrong password or code given in an open session before a change of credentials.
pub fn change(app: &IdentityContext, action: &'static str, person_id: Uuid, why: &'static str, origin: &AttemptOrigin) {
    note(app, action, AuditLogKind::Person(&person_id.to_string()), why, origin);
}

/// Notes an invalid ticket or link, whose owner is unknown. A value that does not look like a token is not noted.
pub fn token(app: &IdentityContext, action: &'static str, why: &'static str, token: &str, origin: &AttemptOrigin) {
    if !super::token::looks_right(token) {
        return;
    }
    note(app, action, AuditLogKind::Account(base::store::VENDOR, ""), why, origin);
}

fn note(
    app: &IdentityContext,
    action: &'static str,
    whose: AuditLogKind<'_>,
    why: &'static str,
    origin: &AttemptOrigin,
) {
    let place = origin.network();
    app.refusals.note(RefusedAction { whose, action, why, place: &place }, &app.clock);
}
