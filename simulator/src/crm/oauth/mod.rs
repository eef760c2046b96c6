//! OAuth 2.0: the token endpoint, the look-up of a renamed account, and consent.

pub(crate) mod consent;
mod token;

use serde_json::json;

use crate::crm::{
    core::Core,
    exchange::{Answer, Incoming},
    hosts::{self, Kind, Target},
    trouble,
};

/// Answers a request below `/oauth2/`: tokens at the account's own host, the look-up of a renamed account at a shared
/// host.
pub(crate) fn answer(core: &Core, request: &Incoming, target: &Target<'_>, rest: &[&str]) -> Answer {
    let host = target.host.as_str();
    match (request.method.as_str(), rest, target.kind()) {
        ("POST", ["access_token"], Kind::Account) => match trouble::of(core, host) {
            Some(refusal) => refusal,
            None => token::exchange(core, request, host),
        },
        (_, ["access_token"], Kind::Account) => Answer::empty(405),
        ("GET", ["account", "current", "subdomain"], Kind::Shared) => current_subdomain(core, request, host),
        // Deprecated; the SDK calls the account's host as well as the site.
        ("GET", ["account", "subdomain"], Kind::Site | Kind::Account) => old_subdomain(core, request, host),
        _ => Answer::empty(404).noted("no such method"),
    }
}

/// The current host of a refresh token's account; does not use up the token.
fn current_subdomain(core: &Core, request: &Incoming, host: &str) -> Answer {
    let token = request.header("x-refresh-token");
    let now = core.now();
    address(core, host, core.read(|state| state.grants.refresh_owner(token, now)))
}

/// The earlier version with an access token: deprecated.
fn old_subdomain(core: &Core, request: &Incoming, host: &str) -> Answer {
    let token = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
    let now = core.now();
    address(core, host, core.change(|state| Some(state.grants.use_access(token, now)?.account_id)))
}

/// The address of an account; only known to hosts of its own platform.
fn address(core: &Core, asked: &str, id: Option<i64>) -> Answer {
    let found = core.read(|state| {
        let account = state.account_by_id(id?)?;
        (hosts::domain(&account.host) == hosts::domain(asked)).then(|| (account.id, account.host.clone()))
    });
    let Some((id, host)) = found else {
        return Answer::empty(401).noted("the token is not valid");
    };
    let (label, top) = (host.split('.').next().unwrap_or_default(), host.rsplit('.').next().unwrap_or_default());
    let body = json!({"id": id, "subdomain": label, "domain": host, "top_level_domain": top});
    Answer::json(200, "application/json", &body).of_host(Some(&host))
}
