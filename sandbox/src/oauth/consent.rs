//! What the consent page leads to.

use crate::{config::IntegrationConfig, core::Core};

/// Platform parameter of a host: 1 for amocrm.ru, 2 for the other platform.
pub(crate) fn platform(host: &str) -> &'static str {
    if host.ends_with(".amocrm.ru") { "1" } else { "2" }
}

/// A code in the name of the account's administrator; none if the host is unknown.
pub(crate) fn code_for(core: &Core, host: &str, integration: &IntegrationConfig) -> Option<String> {
    let now = core.now();
    core.change(|state| {
        let account = state.accounts.get(host)?;
        let (id, user_id) = (account.id, account.administrator()?.id);
        Some(state.grants.issue_code(&integration.client_id, id, user_id, now))
    })
}

/// The address the browser goes to after "Allow"; none if the host is unknown or the redirect URI is no URL.
pub(crate) fn allowed(core: &Core, host: &str, integration: &IntegrationConfig, state: Option<&str>) -> Option<String> {
    let code = code_for(core, host, integration)?;
    let mut url = url::Url::parse(&core.redirect_uri(integration)).ok()?;
    url.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("referer", host)
        .append_pair("platform", platform(host))
        .append_pair("client_id", &integration.client_id);
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    Some(url.into())
}

/// The address the browser goes to after "Deny".
pub(crate) fn denied(core: &Core, integration: &IntegrationConfig, state: Option<&str>) -> Option<String> {
    let mut url = url::Url::parse(&core.redirect_uri(integration)).ok()?;
    url.query_pairs_mut().append_pair("error", "access_denied").append_pair("client_id", &integration.client_id);
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    Some(url.into())
}
