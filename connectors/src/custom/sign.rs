//! Signatures of the Standard Webhooks scheme, and their secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{RequestBuilder, header};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::OLD_SECRET;
use crate::Settings;

/// `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body` under the decoded `whsec_…` secret.
pub fn sign(secret: &SecretString, id: &str, timestamp: i64, body: &[u8]) -> Result<String, &'static str> {
    let encoded = secret.expose_secret().strip_prefix("whsec_").ok_or("the webhook secret has no whsec_ in front")?;
    let key = STANDARD.decode(encoded).map_err(|_| "the webhook secret is not base64")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| "the webhook secret is empty")?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// Adds a body with its id, its timestamp and its signature to a request. Fails as [`sign`].
pub fn signed(
    request: RequestBuilder,
    secret: &SecretString,
    (id, timestamp): (&str, i64),
    body: String,
) -> Result<RequestBuilder, &'static str> {
    let signature = sign(secret, id, timestamp, body.as_bytes())?;
    Ok(unsigned(request, (id, timestamp), body).header("webhook-signature", signature))
}

/// The same without a signature.
pub(super) fn unsigned(request: RequestBuilder, (id, timestamp): (&str, i64), body: String) -> RequestBuilder {
    request
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .body(body)
}

/// The signature; while an old secret is valid, followed by a space and that secret's signature, so that receivers may
/// accept either.
pub(super) fn signatures(
    settings: &Settings,
    secret: &SecretString,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> Result<String, &'static str> {
    let signature = sign(secret, id, timestamp, body)?;
    let old = settings.secrets.get(OLD_SECRET).and_then(|old| old.expose_secret().split_once(' '));
    let valid = old.filter(|(until, _)| until.parse::<i64>().is_ok_and(|until| until > timestamp.saturating_mul(1000)));
    match valid.and_then(|(_, old)| sign(&SecretString::from(old), id, timestamp, body).ok()) {
        Some(old) => Ok(format!("{signature} {old}")),
        None => Ok(signature),
    }
}

/// Stored form of a replaced secret: with the time (milliseconds since 1970) until which it also signs.
pub fn retired(secret: &str, until: i64) -> SecretString {
    SecretString::from(format!("{until} {secret}"))
}

/// A new secret: 24 random bytes.
pub fn new_secret() -> SecretString {
    let bytes: [u8; 24] = rand::random();
    SecretString::from(format!("whsec_{}", STANDARD.encode(bytes)))
}
