//! One call of a webhook.

use std::time::Duration;

use base::config::VendorWebhook;
use base::http_client::not_accepted;
use connectors::custom::{retry_after, signed};
use entity::vendor_event;

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
    let request = app.http.trusted().post(webhook.url.clone()).timeout(ANSWER_WITHIN);
    let request = signed(request, &webhook.secret, &id, timestamp, event.body.clone()).map_err(anyhow::Error::msg)?;
    let answer = request.send().await;
    let (status, after) = match &answer {
        Ok(answer) => (Some(i32::from(answer.status().as_u16())), retry_after(answer.headers(), timestamp)),
        Err(_) => (None, None),
    };
    Ok(Answer { status, error: not_accepted(answer).unwrap_or_default(), after })
}
