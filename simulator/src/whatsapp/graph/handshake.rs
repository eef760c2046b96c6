//! The verification of a callback address: a GET that must return the challenge.

use url::Url;

use super::error::{GraphError, ensure};
use crate::whatsapp::{core::Core, state::Override};

fn failed(words: &str) -> GraphError {
    GraphError::new(400, 2200, format!("(#2200) Callback verification failed with the following errors: {words}"))
}

/// Calls the address; succeeds if it returns the challenge.
pub(super) async fn verify(core: &Core, target: &Override) -> Result<(), GraphError> {
    let challenge = core.change(|state| (1_158_000_000 + state.next_serial()).to_string());
    let wrong = || GraphError::parameter("Param override_callback_uri must be a valid URI");
    let mut address = Url::parse(&target.url).map_err(|_| wrong())?;
    ensure(matches!(address.scheme(), "http" | "https"), wrong)?;
    address
        .query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", &target.verify_token);
    let answer = core.client.get(address).send().await;
    let answer = answer.map_err(|_| failed("Could not connect to the callback URL"))?;
    let status = answer.status();
    ensure(status.is_success(), || {
        let reason = status.canonical_reason().unwrap_or("Unknown");
        failed(&format!("HTTP Status Code = {}; HTTP Message = {reason}", status.as_u16()))
    })?;
    let body = answer.text().await.unwrap_or_default();
    ensure(body == challenge, || failed("The callback did not return the value of hub.challenge"))
}

/// The same for the dashboard, with the error as text.
pub(crate) async fn check(core: &Core, url: &str, verify_token: &str) -> anyhow::Result<()> {
    let target = Override { url: url.to_owned(), verify_token: verify_token.to_owned() };
    verify(core, &target).await.map_err(|error| anyhow::anyhow!(error.message))
}
