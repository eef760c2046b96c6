//! OAuth 2.0: the token endpoint, the look-up of a renamed account, and consent.

pub(crate) mod consent;
mod token;

use serde_json::json;

use crate::{
    core::Core,
    exchange::{Answer, Incoming},
    trouble,
};

/// Answers a request below `/accounts/{host}/oauth2/`.
pub(crate) fn answer(core: &Core, request: &Incoming, host: &str, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("POST", ["access_token"]) => match trouble::of(core, host) {
            Some(refusal) => refusal,
            None => token::exchange(core, request, host),
        },
        ("GET", ["account", "current", "subdomain"]) => subdomain(core, request),
        (_, ["access_token"]) => Answer::empty(405),
        _ => Answer::empty(404).noted("no such method"),
    }
}

/// Where the account of a refresh token lives now; any host of the sandbox answers.
fn subdomain(core: &Core, request: &Incoming) -> Answer {
    let token = request.header("x-refresh-token");
    let now = core.now();
    let found = core.read(|state| {
        let id = state.grants.refresh_owner(token, now)?;
        let account = state.account_by_id(id)?;
        Some((id, account.host.clone()))
    });
    let Some((id, host)) = found else {
        return Answer::empty(401).noted("refresh token is not valid");
    };
    let (label, top) = (host.split('.').next().unwrap_or_default(), host.rsplit('.').next().unwrap_or_default());
    let body = json!({"id": id, "subdomain": label, "domain": host, "top_level_domain": top});
    Answer::json(200, "application/json", &body).of_host(Some(&host))
}
