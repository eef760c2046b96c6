//! One call of a webhook.

use std::time::Duration;

use base::config::VendorWebhook;
use base::http_client::reason::explain;
use base::i18n::LocalizedText;
use connectors::custom::sign;
use entity::vendor_event;
use reqwest::header;

use crate::platform::PlatformContext;

/// Shorter than the claim of an event.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// What a call led to.
#[derive(Debug)]
pub(super) struct Answer {
    /// HTTP status; none if there was no answer.
    pub status: Option<i32>,
    /// Why the event was not taken, in English; empty if it was.
    pub error: String,
    /// The pause that the receiver asked for.
    pub after: Option<Duration>,
}

/// Sends an event. The address is the vendor's own and is called as it is.
pub(super) async fn call(
    app: &PlatformContext,
    webhook: &VendorWebhook,
    event: &vendor_event::Model,
) -> anyhow::Result<Answer> {
    let (id, timestamp) = (event.id.to_string(), app.clock.now().timestamp());
    let signature = sign(&webhook.secret, &id, timestamp, event.body.as_bytes()).map_err(anyhow::Error::msg)?;
    let answer = app
        .http
        .trusted()
        .post(webhook.url.clone())
        .timeout(ANSWER_WITHIN)
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body(event.body.clone())
        .send()
        .await;
    Ok(match answer {
        Ok(answer) => {
            let status = i32::from(answer.status().as_u16());
            let said = LocalizedText::new("said-server-answered").with("status", i64::from(status));
            let error = if answer.status().is_success() { String::new() } else { said.to_string() };
            let after =
                answer.headers().get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
            Answer { status: Some(status), error, after: after.map(Duration::from_secs) }
        }
        // The address may contain a token.
        Err(error) => {
            let error = explain(&format!("{:#}", anyhow::Error::from(error.without_url()))).to_string();
            Answer { status: None, error, after: None }
        }
    })
}
