//! Asks the vendor's own service (mode `remote`) at `customers.verify_url`, with requests signed by the Standard
//! Webhooks scheme.

use std::time::Duration;

use connectors::custom::signed;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

use super::{Asking, Credentials, VerificationOutcome};
use crate::identity::IdentityContext;

/// A person is waiting in the widget.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Seconds that the widget waits before it retries if the service does not answer.
const WAIT_SECONDS: u32 = 10;

/// 200 means yes, 401 and 403 no, anything else "try again later".
pub(super) async fn ask(app: &IdentityContext, asking: Asking<'_>, given: &Credentials) -> VerificationOutcome {
    let customers = &app.config.customers;
    let (Some(url), Some(secret)) = (&customers.verify_url, &customers.verify_secret) else {
        tracing::error!("customers.mode is remote, but customers.verify_url or customers.verify_secret is not set");
        return VerificationOutcome::Away(WAIT_SECONDS);
    };
    match call(app, asking, given, url, secret).await {
        Ok(200) => VerificationOutcome::Yes(None),
        Ok(401 | 403) => VerificationOutcome::No,
        Ok(status) => {
            tracing::warn!(tenant.id = %asking.tenant_id, status, "customers.verify_url answered neither 200 nor 401 nor 403");
            VerificationOutcome::Away(WAIT_SECONDS)
        }
        Err(error) => {
            tracing::warn!(tenant.id = %asking.tenant_id, error = format!("{error:#}"), "customers.verify_url could not be reached");
            VerificationOutcome::Away(WAIT_SECONDS)
        }
    }
}

async fn call(
    app: &IdentityContext,
    asking: Asking<'_>,
    given: &Credentials,
    url: &Url,
    secret: &SecretString,
) -> anyhow::Result<u16> {
    let body = json!({
        "login": given.login,
        "password": given.password.expose_secret(),
        "amojo_id": asking.amojo_id,
        "account_id": asking.account_id.to_string(),
    });
    let body = body.to_string();
    // A configured address, so it is trusted.
    let request = app.http.trusted().post(url.clone()).timeout(ANSWER_WITHIN);
    let (id, sent_at) = (app.clock.uuid_v7().to_string(), app.clock.now().timestamp());
    let request = signed(request, secret, &id, sent_at, body).map_err(anyhow::Error::msg)?;
    let answer = request.send().await.map_err(reqwest::Error::without_url)?;
    Ok(answer.status().as_u16())
}
