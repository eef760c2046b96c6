//! Installing and disabling an integration: consent, the changes in the account, and amoCRM's two calls about it.

use std::sync::Arc;
use std::time::Duration;

use super::config::IntegrationConfig;
use super::core::Core;
use super::exchange::Outgoing;
use super::log::HookAnswer;
use super::signature;
use super::state::channel_of;

/// amoCRM's time limit for an answer.
const LIMIT: Duration = Duration::from_secs(3);

/// Platform parameter of a host: 1 for amocrm.ru, 2 for Kommo.
fn platform(host: &str) -> &'static str {
    if host.ends_with(".amocrm.ru") { "1" } else { "2" }
}

/// The redirect address after a decision: with a code of the account's, or without one after "Deny". `None` if the
/// redirect URI is no URL.
pub(crate) fn decided(
    core: &Core,
    integration: &IntegrationConfig,
    code: Option<(&str, &str)>,
    state: Option<&str>,
) -> Option<String> {
    let mut url = url::Url::parse(&core.redirect_uri(integration)).ok()?;
    match code {
        Some((host, code)) => url.query_pairs_mut().extend_pairs([
            ("code", code),
            ("referer", host),
            ("platform", platform(host)),
            ("client_id", &integration.client_id),
        ]),
        None => url.query_pairs_mut().extend_pairs([("error", "access_denied"), ("client_id", &integration.client_id)]),
    };
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    Some(url.into())
}

/// Installs, and makes amoCRM's own call about it.
pub(crate) async fn install(core: &Core, host: &str, integration: &str) -> HookAnswer {
    let Some(known) = core.integration_named(integration) else {
        return HookAnswer::not_called("no such integration");
    };
    let Some(code) = core.code_for(host, known, None) else {
        return HookAnswer::not_called("no such account");
    };
    let uri = core.redirect_uri(known);
    let path = url::Url::parse(&uri).map_or_else(|_| uri.clone(), |url| url.path().to_owned());
    let (shown, host_of) = (format!("{path}?from_widget=1"), Some(host.to_owned()));
    if core.read(|state| state.lose_install_calls) {
        let answer = HookAnswer::not_called("lost on purpose");
        core.log_call("GET", shown, host_of, &answer);
        return answer;
    }
    let request = core.client.get(&uri).query(&[
        ("code", code.as_str()),
        ("referer", host),
        ("client_id", &known.client_id),
        ("platform", platform(host)),
        ("from_widget", "1"),
    ]);
    core.call(Outgoing { request, method: "GET", shown, host: host_of, limit: LIMIT }).await
}

/// Disables an integration in an account without a notice: revokes grants, disconnects channels. Returns the account's
/// id.
pub(crate) fn revoke_silently(core: &Core, host: &str, known: &IntegrationConfig) -> Option<i64> {
    core.change(|state| {
        let account = state.accounts.get_mut(host)?;
        if let Some(installed) = account.installed.get_mut(&known.client_id) {
            installed.active = false;
        }
        let (id, amojo_id) = (account.id, account.amojo_id.clone());
        state.grants.revoke(&known.client_id, id);
        let is_theirs = |scope_id: &String| {
            scope_id.ends_with(&amojo_id) && known.channels.iter().any(|channel| channel.id == channel_of(scope_id))
        };
        state.connections.retain(|scope_id, _| !is_theirs(scope_id));
        Some(id)
    })
}

/// Revokes an integration's access to an account and sends the notice.
pub(crate) async fn revoke(core: &Core, host: &str, integration: &str) -> HookAnswer {
    let Some(known) = core.integration_named(integration) else {
        return HookAnswer::not_called("no such integration");
    };
    let Some(account_id) = revoke_silently(core, host, known) else {
        return HookAnswer::not_called("no such account");
    };
    let signature = signature::sign_revoke(&known.client_secret, &known.client_id, account_id);
    let request = core.client.get(format!("{}/oauth/revoked", core.parom_url())).query(&[
        ("client_uuid", known.client_id.as_str()),
        ("account_id", &account_id.to_string()),
        ("signature", &signature),
    ]);
    let (shown, host) = ("/oauth/revoked".to_owned(), Some(host.to_owned()));
    core.call(Outgoing { request, method: "GET", shown, host, limit: LIMIT }).await
}

/// The widget's button does not wait for this call: other requests may overtake it.
pub(crate) fn in_background(core: &Arc<Core>, host: &str, integration: &str, is_installed: bool) {
    let (core, host, integration) = (Arc::clone(core), host.to_owned(), integration.to_owned());
    actix_web::rt::spawn(async move {
        match is_installed {
            true => install(&core, &host, &integration).await,
            false => revoke(&core, &host, &integration).await,
        }
    });
}
