//! One POST to a callback server.

use std::time::Duration;

use super::Parcel;
use crate::vk::{core::Core, faults::EventFault};

/// Time limit for an answer.
const LIMIT: Duration = Duration::from_secs(10);
/// Maximum number of compared characters of an answer.
const LONGEST: usize = 256;

/// A server's answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// 0 if there was none.
    pub(super) status: u16,
    pub(super) text: String,
    /// Seconds to wait, if the server asked for it.
    pub(super) retry_after: Option<i64>,
}

/// Delivers an event, twice if a fault requires it.
pub(super) async fn deliver(core: &Core, parcel: &Parcel) -> Answer {
    let answer = post(core, parcel).await;
    match parcel.fault {
        Some(EventFault::Doubled) => post(core, parcel).await,
        Some(EventFault::LostAnswer) => Answer { status: 0, text: String::new(), retry_after: None },
        _ => answer,
    }
}

async fn post(core: &Core, parcel: &Parcel) -> Answer {
    let mut request = core
        .client
        .post(&parcel.url)
        .header("Content-Type", "application/json")
        .timeout(LIMIT)
        .body(parcel.body.to_string());
    if parcel.repeats > 0 {
        request = request.header("X-Retry-Counter", parcel.repeats.to_string());
    }
    let Ok(response) = request.send().await else {
        return Answer { status: 0, text: String::new(), retry_after: None };
    };
    let status = response.status().as_u16();
    let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|text| text.parse::<i64>().ok());
    let bytes = response.bytes().await.unwrap_or_default();
    let text: String = String::from_utf8_lossy(&bytes).chars().take(LONGEST).collect();
    Answer { status, text, retry_after }
}
