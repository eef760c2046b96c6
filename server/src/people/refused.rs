//! Refused sign-ins, for the audit log. Recording one neither reads nor writes the database, so that a page takes equal
//! time for every login.

use uuid::Uuid;

use super::throttle::Origin;
use crate::audit::{Refusal, Whose};
use crate::people::PeopleContext;

/// The reason for too many attempts, valid or not.
pub const TOO_MANY: &str = "too_many_tries";

/// Notes a refused sign-in at an entrance (`panel`, `admin`, `code` …). `login`: what was typed, or the id of the
/// person.
pub fn sign_in(app: &PeopleContext, door: &str, login: &str, why: &'static str, origin: &Origin) {
    let action = match door {
        "connect" | "connect_login" => "account.connected",
        "admin" | "admin-code" | "admin-link" => "operator.signed_in",
        _ => "member.signed_in",
    };
    let whose = origin.account().map_or(Whose::Person(login), |account| Whose::Account(account, ""));
    note(app, action, whose, why, origin);
}

/// Notes a wrong password or code given in an open session before a change of credentials.
pub fn change(app: &PeopleContext, action: &'static str, person_id: Uuid, why: &'static str, origin: &Origin) {
    note(app, action, Whose::Person(&person_id.to_string()), why, origin);
}

/// Notes an invalid ticket or link, whose owner is unknown. A value that does not look like a token is not noted.
pub fn token(app: &PeopleContext, action: &'static str, why: &'static str, token: &str, origin: &Origin) {
    if !super::token::looks_right(token) {
        return;
    }
    note(app, action, Whose::Account(base::store::VENDOR, ""), why, origin);
}

fn note(app: &PeopleContext, action: &'static str, whose: Whose<'_>, why: &'static str, origin: &Origin) {
    let place = origin.network();
    app.refusals.note(Refusal { whose, action, why, place: &place }, &app.clock);
}
