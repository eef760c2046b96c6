//! Signatures of Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; the header may have several, with
//! spaces between them, while a secret is replaced.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::kit::Call;

/// Seconds by which a webhook's time may differ from the clock.
const TOLERANCE: i64 = 300;

/// Whether a call has a signature by this secret, and a time near `now`, in seconds.
pub(super) fn is_right(secret: &str, call: &Call, now: i64) -> bool {
    let header = |name| call.header(name).unwrap_or_default();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let is_now = timestamp.parse::<i64>().is_ok_and(|at| (now - at).abs() <= TOLERANCE);
    let key = secret.strip_prefix("whsec_").and_then(|secret| STANDARD.decode(secret).ok());
    let Some(mut mac) = key.and_then(|key| Hmac::<Sha256>::new_from_slice(&key).ok()) else { return false };
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(&call.body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let is_it = |given: &str| bool::from(given.as_bytes().ct_eq(expected.as_bytes()));
    is_now && !id.is_empty() && header("webhook-signature").split(' ').any(is_it)
}
