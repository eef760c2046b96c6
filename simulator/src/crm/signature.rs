//! Signatures: those of the Chats API, as documented – five parts for requests, only the body for hooks –, and tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha512;
use subtle::ConstantTimeEq;

use crate::kit;

/// Validity of a signature, from the time in its `Date`.
const LIFE_MINUTES: i64 = 15;

/// The signed parts of a request, as received.
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) date: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) content_md5: &'a str,
    pub(crate) signature: &'a str,
    pub(crate) body: &'a [u8],
    /// The scheme of before autumn 2019 is good too: the body alone, without date and checksum.
    pub(crate) may_be_old: bool,
}

/// Checks a request; the error says which part of the scheme was violated. Dates may end in variants that clients send,
/// `+0000`, `-0000` or `GMT`; everything else is compared byte for byte.
pub(crate) fn check(request: &Signed<'_>, secret: &str, now: DateTime<Utc>) -> Result<(), String> {
    if request.date.is_empty()
        && request.content_md5.is_empty()
        && equal(&hmac_sha1(secret, request.body)?, request.signature)
    {
        if request.may_be_old {
            return Ok(());
        }
        return Err(
            "signed by the scheme of before autumn 2019, the body alone: only channels of that time have it".to_owned()
        );
    }
    let date = DateTime::parse_from_rfc2822(request.date)
        .map_err(|_| format!("Date header is not an RFC 2822 date: {:?}", request.date))?;
    let age = now.signed_duration_since(date);
    if age.abs() > TimeDelta::minutes(LIFE_MINUTES) {
        return Err(format!("Date header is {} s away from the clock", age.num_seconds()));
    }
    let md5 = hex::encode(Md5::digest(request.body));
    if !equal(&md5, request.content_md5) {
        return Err("Content-MD5 is not the lower-case hex MD5 of the body's bytes".to_owned());
    }
    let text = [request.method, request.content_md5, request.content_type, request.date, request.path].join("\n");
    if equal(&hmac_sha1(secret, text.as_bytes())?, request.signature) {
        Ok(())
    } else {
        Err("X-Signature does not match".to_owned())
    }
}

/// The signature of a hook: covers only its body.
pub(crate) fn sign_hook(secret: &str, body: &[u8]) -> String {
    hmac_sha1(secret, body).unwrap_or_default()
}

/// The signature of the revoke hook: `client_uuid|account_id` under the client secret.
pub(crate) fn sign_revoke(client_secret: &str, client_id: &str, account_id: i64) -> String {
    kit::signature(client_secret, &format!("{client_id}|{account_id}"))
}

/// Base64 with the URL alphabet and without padding.
pub(crate) fn base64_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A JSON web token over these claims, signed with HMAC-SHA512: what a Salesbot's step sends.
pub(crate) fn hs512(claims: &str, secret: &str) -> String {
    let signed = format!("{}.{}", base64_url(br#"{"typ":"JWT","alg":"HS512"}"#), base64_url(claims.as_bytes()));
    let mac = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).map(|mac| mac.chain_update(signed.as_bytes()));
    let signature = mac.map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default();
    format!("{signed}.{}", base64_url(&signature))
}

/// A JSON web token over these claims, signed with HMAC-SHA256 under the secret's bytes.
pub(crate) fn hs256(claims: &str, secret: &str) -> String {
    // With the fields in amoCRM's order.
    let signed = format!("{}.{}", base64_url(br#"{"typ":"JWT","alg":"HS256"}"#), base64_url(claims.as_bytes()));
    let signature = hex::decode(kit::signature(secret, &signed)).unwrap_or_default();
    format!("{signed}.{}", base64_url(&signature))
}

/// Compares two texts in constant time.
pub(crate) fn equal(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

fn hmac_sha1(secret: &str, text: &[u8]) -> Result<String, String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes())
        .map_err(|_| "the channel's secret can't be used as a key".to_owned())?;
    mac.update(text);
    Ok(hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests;
