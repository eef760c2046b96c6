//! Installing and disabling an integration: the changes in the account, and amoCRM's two calls about it.

use std::{sync::Arc, time::Duration};

use crate::crm::{
    config::IntegrationConfig,
    core::Core,
    exchange::{Outgoing, Then},
    log::{HookAnswer, LogDirection, RequestView},
    oauth::consent,
    outgoing, signature,
};

/// amoCRM's time limit for an answer.
const LIMIT: Duration = Duration::from_secs(3);

/// The answer of a call that was not made, with the reason.
fn not_called(reason: &str) -> HookAnswer {
    HookAnswer { status: None, millis: 0, error: Some(reason.to_owned()) }
}

/// Installs, and makes amoCRM's own call about it.
pub(crate) async fn install(core: &Core, host: &str, integration: &str) -> HookAnswer {
    let Some(known) = core.integration_named(integration) else {
        return not_called("no such integration");
    };
    let Some(code) = consent::code_for(core, host, known) else {
        return not_called("no such account");
    };
    let uri = core.redirect_uri(known);
    let path = url::Url::parse(&uri).map_or_else(|_| uri.clone(), |url| url.path().to_owned());
    let shown = format!("{path}?from_widget=1");
    if core.read(|state| state.lose_install_calls) {
        return lost(core, host, shown);
    }
    let request = core.client.get(&uri).query(&[
        ("code", code.as_str()),
        ("referer", host),
        ("client_id", &known.client_id),
        ("platform", consent::platform(host)),
        ("from_widget", "1"),
    ]);
    outgoing::call(core, Outgoing { request, method: "GET", shown, host: Some(host.to_owned()), limit: LIMIT }).await
}

/// A call that never arrives; logged, so that people see why nothing happens.
fn lost(core: &Core, host: &str, shown: String) -> HookAnswer {
    let answer = not_called("lost on purpose");
    core.change(|state| {
        state.log(RequestView {
            number: 0,
            at: core.now(),
            direction: LogDirection::Out,
            method: "GET".to_owned(),
            path: shown,
            status: None,
            millis: 0,
            note: answer.error.clone(),
            host: Some(host.to_owned()),
        });
    });
    answer
}

/// Disables an integration in an account: revokes grants, disconnects channels. Returns the account's id.
fn switch_off(core: &Core, host: &str, known: &IntegrationConfig) -> Option<i64> {
    core.change(|state| {
        let account = state.accounts.get_mut(host)?;
        if let Some(installed) = account.installed.get_mut(&known.client_id) {
            installed.active = false;
        }
        let (id, amojo_id) = (account.id, account.amojo_id.clone());
        state.grants.revoke(&known.client_id, id);
        state
            .connections
            .retain(|_, connection| connection.amojo_id != amojo_id || known.channel(&connection.channel_id).is_none());
        Some(id)
    })
}

/// Revokes an integration's access to an account without a notice.
pub(crate) fn revoke_silently(core: &Core, host: &str, integration: &str) {
    if let Some(known) = core.integration_named(integration) {
        switch_off(core, host, known);
    }
}

/// Revokes an integration's access to an account and sends the notice.
pub(crate) async fn revoke(core: &Core, host: &str, integration: &str) -> HookAnswer {
    let Some(known) = core.integration_named(integration) else {
        return not_called("no such integration");
    };
    let Some(account_id) = switch_off(core, host, known) else {
        return not_called("no such account");
    };
    let signature = signature::sign_revoke(&known.client_secret, &known.client_id, account_id);
    let request = core.client.get(format!("{}/oauth/revoked", core.parom_url())).query(&[
        ("client_uuid", known.client_id.as_str()),
        ("account_id", &account_id.to_string()),
        ("signature", &signature),
    ]);
    let call = Outgoing {
        request,
        method: "GET",
        shown: "/oauth/revoked".to_owned(),
        host: Some(host.to_owned()),
        limit: LIMIT,
    };
    outgoing::call(core, call).await
}

/// Installing and disabling do not wait for these calls: other requests may overtake them.
pub(crate) fn in_background(core: &Arc<Core>, then: Then) {
    let core = Arc::clone(core);
    actix_web::rt::spawn(async move {
        match then {
            Then::Installs { host, integration } => install(&core, &host, &integration).await,
            Then::SwitchesOff { host, integration } => revoke(&core, &host, &integration).await,
        }
    });
}
