//! The results of the consent page.

use crate::crm::{config::IntegrationConfig, core::Core, single_source::SingleSource};

/// Platform parameter of a host: 1 for amocrm.ru, 2 for Kommo.
pub(crate) fn platform(host: &str) -> &'static str {
    if host.ends_with(".amocrm.ru") { "1" } else { "2" }
}

/// A code for the account's administrator, who thereby installs the integration; `None` if the host is unknown.
pub(crate) fn code_for(core: &Core, host: &str, integration: &IntegrationConfig) -> Option<String> {
    let user_id = core.read(|state| Some(state.accounts.get(host)?.administrator()?.id))?;
    code_of(core, host, integration, user_id)
}

/// A code for this user. An administrator installs the integration by it; others can only add their grant to an
/// installed one.
fn code_of(core: &Core, host: &str, integration: &IntegrationConfig, user_id: i64) -> Option<String> {
    let now = core.now();
    let widget = SingleSource::of(core, integration);
    core.change(|state| {
        let account = state.accounts.get_mut(host)?;
        let user = account.users.iter().find(|user| user.id == user_id)?;
        if user.is_admin {
            widget.activate(account);
        } else if !account.has_active(&integration.client_id) {
            return None;
        }
        let id = account.id;
        Some(state.grants.issue_code(&integration.client_id, id, user_id, now))
    })
}

/// The redirect address after "Allow" by this user, by default the administrator. `None` if anything is unknown, the
/// redirect URI is no URL, or the user may not install.
pub(crate) fn allowed(
    core: &Core,
    host: &str,
    integration: &IntegrationConfig,
    state: Option<&str>,
    user_id: Option<i64>,
) -> Option<String> {
    let code = match user_id {
        Some(user_id) => code_of(core, host, integration, user_id)?,
        None => code_for(core, host, integration)?,
    };
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

/// The redirect address after "Deny".
pub(crate) fn denied(core: &Core, integration: &IntegrationConfig, state: Option<&str>) -> Option<String> {
    let mut url = url::Url::parse(&core.redirect_uri(integration)).ok()?;
    url.query_pairs_mut().append_pair("error", "access_denied").append_pair("client_id", &integration.client_id);
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    Some(url.into())
}
