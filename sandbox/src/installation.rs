//! The two calls amoCRM makes about an integration: installed, and switched off.

use std::time::Duration;

use crate::{
    core::Core,
    oauth::consent,
    outgoing::{self, Call, HookAnswer},
    signature,
};

/// amoCRM waits this long for an answer.
const LIMIT: Duration = Duration::from_secs(3);

fn nobody(reason: &str) -> HookAnswer {
    HookAnswer { status: None, millis: 0, error: Some(reason.to_owned()) }
}

/// Makes amoCRM's own call after an installation.
pub(crate) async fn install(core: &Core, host: &str, integration: &str) -> HookAnswer {
    let Some(known) = core.integration_named(integration) else {
        return nobody("no such integration");
    };
    let Some(code) = consent::code_for(core, host, known) else {
        return nobody("no such account");
    };
    let uri = core.redirect_uri(known);
    let request = core.client.get(&uri).query(&[
        ("code", code.as_str()),
        ("referer", host),
        ("client_id", &known.client_id),
        ("platform", consent::platform(host)),
        ("from_widget", "1"),
    ]);
    let path = url::Url::parse(&uri).map_or_else(|_| uri.clone(), |url| url.path().to_owned());
    let call = Call {
        request,
        method: "GET",
        shown: format!("{path}?from_widget=1"),
        host: Some(host.to_owned()),
        limit: LIMIT,
    };
    outgoing::call(core, call).await
}

/// Takes an integration's access to an account away and tells it so.
pub(crate) async fn revoke(core: &Core, host: &str, integration: &str) -> HookAnswer {
    let Some(known) = core.integration_named(integration) else {
        return nobody("no such integration");
    };
    let account_id = core.change(|state| {
        let (id, amojo_id) = state.accounts.get(host).map(|account| (account.id, account.amojo_id.clone()))?;
        state.grants.revoke(&known.client_id, id);
        state
            .connections
            .retain(|_, connection| connection.amojo_id != amojo_id || known.channel(&connection.channel_id).is_none());
        Some(id)
    });
    let Some(account_id) = account_id else {
        return nobody("no such account");
    };
    let signature = signature::sign_revoke(&known.client_secret, &known.client_id, account_id);
    let request = core.client.get(format!("{}/oauth/revoked", core.parom_url())).query(&[
        ("client_uuid", known.client_id.as_str()),
        ("account_id", &account_id.to_string()),
        ("signature", &signature),
    ]);
    let call =
        Call { request, method: "GET", shown: "/oauth/revoked".to_owned(), host: Some(host.to_owned()), limit: LIMIT };
    outgoing::call(core, call).await
}
