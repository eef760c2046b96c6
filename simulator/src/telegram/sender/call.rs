//! One POST to a webhook.

use std::time::Duration;

use super::pick::Parcel;
use crate::telegram::{core::Core, faults::UpdateFault};

/// Time limit for an answer.
const LIMIT: Duration = Duration::from_secs(60);
/// The longest `Retry-After` that is respected, in seconds.
const LONGEST_WAIT: i64 = 3_600;

/// The result of a delivery.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: Option<u16>,
    /// Why it was not accepted.
    pub(super) error: Option<String>,
    /// Seconds to wait, if the webhook asked for it.
    pub(super) retry_after: Option<i64>,
}

/// Delivers an update, twice if a fault requires it.
pub(super) async fn deliver(core: &Core, parcel: &Parcel) -> Answer {
    let answer = post(core, parcel).await;
    match parcel.fault {
        Some(UpdateFault::Doubled) => post(core, parcel).await,
        Some(UpdateFault::LostAnswer) => {
            Answer { status: None, error: Some("Connection reset by peer".to_owned()), retry_after: None }
        }
        _ => answer,
    }
}

async fn post(core: &Core, parcel: &Parcel) -> Answer {
    let mut request = core
        .client
        .post(&parcel.webhook.url)
        .header("Content-Type", "application/json")
        .timeout(LIMIT)
        .body(parcel.body.to_string());
    if let Some(secret) = &parcel.webhook.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    match request.send().await {
        Ok(response) => {
            let status = response.status();
            let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
            let retry_after = header.and_then(|text| text.parse::<i64>().ok());
            // The outcome does not depend on the answer's body.
            let _body = response.bytes().await;
            let words = || format!("Wrong response from the webhook: {} {}", status.as_u16(), reason(status));
            Answer {
                status: Some(status.as_u16()),
                error: (!status.is_success()).then(words),
                retry_after: retry_after.map(|seconds| seconds.clamp(0, LONGEST_WAIT)),
            }
        }
        Err(error) => {
            let words = match (error.is_timeout(), error.is_connect()) {
                (true, _) => "Read timeout expired",
                (false, true) => "Connection refused",
                _ => "Connection reset by peer",
            };
            Answer { status: None, error: Some(words.to_owned()), retry_after: None }
        }
    }
}

fn reason(status: reqwest::StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Unknown")
}
