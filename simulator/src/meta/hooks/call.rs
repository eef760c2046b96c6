//! One POST to an app.

use std::time::Duration;

use super::{Parcel, sign};
use crate::meta::{core::Core, faults::HookFault};

/// Time limit for an answer.
const LIMIT: Duration = Duration::from_secs(20);

/// Delivers a body, twice if a fault requires it; returns the status, none if there was no answer.
pub(super) async fn deliver(core: &Core, parcel: &Parcel) -> Option<u16> {
    let status = post(core, parcel).await;
    match parcel.fault {
        Some(HookFault::Doubled) => post(core, parcel).await,
        Some(HookFault::LostAnswer) => None,
        _ => status,
    }
}

async fn post(core: &Core, parcel: &Parcel) -> Option<u16> {
    let body = sign::written(&parcel.body);
    let secret = if parcel.fault == Some(HookFault::Forged) { "somebody else's" } else { &parcel.secret };
    let request = core
        .client
        .post(&parcel.url)
        .header("Content-Type", "application/json")
        .header("User-Agent", "facebookexternalua")
        .header("X-Hub-Signature-256", sign::signature(secret, &body))
        .timeout(LIMIT)
        .body(body);
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    // The outcome does not depend on the answer's body.
    let _body = response.bytes().await;
    Some(status)
}
