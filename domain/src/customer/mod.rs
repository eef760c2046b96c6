//! Logins by which accounts are connected: who may use this service (docs/widget.md#who-may-connect-an-account).
//!
//! ```text
//! open: everyone who installed │ password: our own logins ─▶ logins │ remote: the vendor's own service ─▶ remote
//! ```
//!
//! A login only allows connecting an account; its holders are not members of the panel.

pub mod logins;
pub mod remote;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use base::config::CustomersMode;
use secrecy::SecretString;
use uuid::Uuid;

use crate::identity::IdentityContext;
use crate::identity::throttle::{self, AttemptOrigin};

/// The credentials entered in the widget to connect an account.
#[derive(Debug)]
pub struct Credentials {
    pub login: String,
    pub password: SecretString,
}

/// Who wants to connect which account, and from which address.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'asking> {
    pub tenant_id: Uuid,
    pub account_id: i64,
    pub amojo_id: &'asking str,
    pub address: Option<IpAddr>,
}

/// The result of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationOutcome {
    /// Accepted; with the login, if logins are ours.
    Yes(Option<Uuid>),
    /// Refused. Neither text nor time reveals whether the login exists.
    No,
    /// Too many attempts for this account, login or address: seconds to wait.
    Wait(u32),
    /// The vendor's service does not answer properly: seconds to wait.
    Away(u32),
}

/// Decides whether an account may be connected. Counts each attempt, except in mode `open`.
pub async fn decide(
    app: &IdentityContext,
    asking: Asking<'_>,
    given: Option<Credentials>,
) -> anyhow::Result<VerificationOutcome> {
    let mode = app.config.customers.mode;
    if mode == CustomersMode::Open {
        return Ok(VerificationOutcome::Yes(None));
    }
    let Some(given) = given else { return Ok(VerificationOutcome::No) };
    let (account, login) = (asking.tenant_id.to_string(), logins::key(&given.login));
    // A login is counted per account that tries it, so attempts from one account do not lock it out in another.
    let origin = AttemptOrigin::of_account(asking.tenant_id, asking.address);
    for (door, name) in [("connect", &account), ("connect_login", &login)] {
        if let Err(wait) = throttle::login(app, door, name, origin.clone()).await? {
            return Ok(VerificationOutcome::Wait(u32::try_from(wait.seconds).unwrap_or(60)));
        }
    }
    let outcome = match mode {
        CustomersMode::Remote => remote::ask(app, asking, &given).await,
        CustomersMode::Open | CustomersMode::Password => logins::check(app, given).await?,
    };
    if matches!(outcome, VerificationOutcome::Yes(_)) {
        throttle::forgive(app, "connect", &account, origin.clone()).await?;
        throttle::forgive(app, "connect_login", &login, origin).await?;
    }
    Ok(outcome)
}
