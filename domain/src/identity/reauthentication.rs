//! Re-authentication before a password or an authenticator is changed: a session that was left open is not enough. For
//! ten minutes a one-time link is, because that is how a forgotten password is replaced; the first password set with it
//! uses it up.

use std::net::IpAddr;
use std::sync::Arc;

use base::error::Result;
use chrono::TimeDelta;
use entity::{person, session};
use secrecy::{ExposeSecret, SecretString};

use super::second_step::{self, CodeResult};
use super::{credentials, password, session as sessions, throttle};
use crate::identity::IdentityContext;

/// The name under which a session stores until when its link counts as proof, in milliseconds since 1970.
const UNTIL: &str = "link_until";
/// The name under which it stores that a password was set with the link.
const SPENT: &str = "link_spent";
/// For how long it does.
const LIFE: TimeDelta = TimeDelta::minutes(10);

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reauthentication {
    Yes,
    Wrong,
    /// Too many attempts: seconds to wait.
    Wait(i64),
    /// Too many wrong codes: the caller ends the session.
    TooManyWrong,
}

/// Notes that a session was just opened by a one-time link.
pub async fn by_link(app: &IdentityContext, row: &session::Model) -> Result<()> {
    sessions::set_data(app, row, UNTIL, Some(&(app.clock.millis() + LIFE.num_milliseconds()))).await
}

/// Copies what [`by_link`] stored to the session that replaces another.
pub async fn move_proof(app: &IdentityContext, from: &session::Model, to: &session::Model) -> Result<()> {
    if let Some(until) = sessions::data::<i64>(app, from, UNTIL) {
        sessions::set_data(app, to, UNTIL, Some(&until)).await?;
    }
    if is_spent(app, from) { sessions::set_data(app, to, SPENT, Some(&true)).await } else { Ok(()) }
}

/// Notes that the session's link sets a password now: it replaces the current one only once.
pub async fn spend(app: &IdentityContext, row: &session::Model) -> Result<()> {
    if is_fresh(app, row) { sessions::set_data(app, row, SPENT, Some(&true)).await } else { Ok(()) }
}

fn is_spent(app: &IdentityContext, row: &session::Model) -> bool {
    sessions::data::<bool>(app, row, SPENT).unwrap_or(false)
}

/// Whether the session was opened by a one-time link within the last minutes.
pub fn is_fresh(app: &IdentityContext, row: &session::Model) -> bool {
    sessions::data::<i64>(app, row, UNTIL).is_some_and(|until| until > app.clock.millis())
}

/// Whether the current password or a code is required. Not while there is neither.
pub fn is_needed(app: &IdentityContext, row: &session::Model, person: &person::Model) -> bool {
    credentials::any(person) && (!is_fresh(app, row) || is_spent(app, row))
}

/// Checks the input against the password or, if it is six digits, against the authenticator. A wrong one is noted in
/// the audit log as a refused `action`.
pub async fn check(
    app: &Arc<IdentityContext>,
    person: &person::Model,
    typed: SecretString,
    address: Option<IpAddr>,
    action: &'static str,
) -> Result<Reauthentication> {
    let (shown, why) = compare(app, person, typed, address).await?;
    if matches!(shown, Reauthentication::Wrong | Reauthentication::TooManyWrong) {
        throttle::change_refused(app, action, person.id, why, &address.into());
    }
    Ok(shown)
}

/// The kind of credential compared: `password` or `code`.
async fn compare(
    app: &Arc<IdentityContext>,
    person: &person::Model,
    typed: SecretString,
    address: Option<IpAddr>,
) -> Result<(Reauthentication, &'static str)> {
    if let Err(wait) = throttle::login(app, "password", &person.id.to_string(), address).await? {
        return Ok((Reauthentication::Wait(wait.seconds), "password"));
    }
    let code: String = typed.expose_secret().chars().filter(|sign| !sign.is_whitespace()).collect();
    let is_code = code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit());
    if is_code && person.totp_secret.is_some() {
        let shown = match second_step::check(app, person, &code).await? {
            CodeResult::Right => Reauthentication::Yes,
            CodeResult::Wrong => Reauthentication::Wrong,
            CodeResult::TooManyWrong => Reauthentication::TooManyWrong,
        };
        return Ok((shown, "code"));
    }
    let right = password::check(app, typed, person.password_hash.as_deref()).await?;
    Ok((if right { Reauthentication::Yes } else { Reauthentication::Wrong }, "password"))
}
