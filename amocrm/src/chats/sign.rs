//! Signatures of the Chats API: of our requests (chats-api §2.1) and of amoCRM's hooks (chats-api §2.2).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;

use crate::transport::Answer;

/// The only content type of the Chats API; its text is part of the signature.
pub const CONTENT_TYPE: &str = "application/json";

/// The four headers of every request, in the order in which they are signed; `signature` is `X-Signature`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedHeaders {
    /// `Date`.
    pub date: String,
    /// `Content-Type`, always [`CONTENT_TYPE`].
    pub content_type: String,
    /// `Content-MD5`.
    pub content_md5: String,
    /// `X-Signature`.
    pub signature: String,
}

/// MD5 of the exact body bytes as 32 lower-case hex digits (not the Base64 form of RFC 1864).
pub fn content_md5(body: &[u8]) -> String {
    hex::encode(Md5::digest(body))
}

/// The date in the format of amoCRM's samples: `Tue, 01 Sep 2026 09:05:07 +0000`, two-digit day, always UTC.
pub fn rfc2822_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// The five signed parts, joined by LF, without a trailing LF. `method` in upper case, `path` without scheme, host and
/// query, the others exactly as in their headers.
pub fn string_to_sign(method: &str, content_md5: &str, content_type: &str, date: &str, path: &str) -> String {
    [method, content_md5, content_type, date, path].join("\n")
}

/// HMAC-SHA1 of the text as 40 lower-case hex digits. The key is the secret's characters, not decoded from hex.
pub fn sign(secret: &SecretString, string_to_sign: &str) -> String {
    hex::encode(keyed(secret, string_to_sign.as_bytes()).finalize().into_bytes())
}

/// All headers of one request, for the exact bytes that will be sent. Valid for 15 minutes from `date`: sign again for
/// every attempt.
pub fn signed_headers(
    secret: &SecretString,
    method: &str,
    path: &str,
    date: DateTime<Utc>,
    body: &[u8],
) -> SignedHeaders {
    let (date, content_md5) = (rfc2822_date(date), content_md5(body));
    let signature = sign(secret, &string_to_sign(method, &content_md5, CONTENT_TYPE, &date, path));
    SignedHeaders { date, content_type: CONTENT_TYPE.to_owned(), content_md5, signature }
}

/// amoCRM's signature of a hook: HMAC-SHA1 of the raw body with the channel secret, lower-case hex.
///
/// Requests of version 1 used the same formula (chats-api §2.3).
pub fn hook_signature(secret: &SecretString, raw_body: &[u8]) -> String {
    hex::encode(keyed(secret, raw_body).finalize().into_bytes())
}

/// Whether `header_value` (`X-Signature`) is the signature of this hook.
///
/// `raw_body` is the body as received, before parsing. Hex digits of either case are accepted, and the comparison takes
/// constant time. If it fails and the body begins or ends with LF, it is repeated without those LFs (chats-api §7 row
/// 32). An empty secret never verifies. The signature covers the body only: the caller must still compare the account
/// in the body with the one in the address.
pub fn verify_hook(secret: &SecretString, raw_body: &[u8], header_value: &str) -> bool {
    let Ok(claimed) = hex::decode(header_value) else {
        return false;
    };
    if secret.expose_secret().is_empty() {
        return false;
    }
    if keyed(secret, raw_body).verify_slice(&claimed).is_ok() {
        return true;
    }
    let trimmed = trim_line_feeds(raw_body);
    trimmed.len() != raw_body.len() && keyed(secret, trimmed).verify_slice(&claimed).is_ok()
}

fn trim_line_feeds(body: &[u8]) -> &[u8] {
    let mut trimmed = body;
    while let Some(rest) = trimmed.strip_prefix(b"\n") {
        trimmed = rest;
    }
    while let Some(rest) = trimmed.strip_suffix(b"\n") {
        trimmed = rest;
    }
    trimmed
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length, the error can't occur")]
fn keyed(secret: &SecretString, message: &[u8]) -> Hmac<Sha1> {
    Hmac::<Sha1>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes a key of any length")
        .chain_update(message)
}

// The difference between our clock and amojo's: a signature is valid for 15 minutes around its date.

/// Differences up to this are attributed to transmission.
const NOTABLE_SECONDS: i64 = 60;

/// The learned difference in seconds; clones share it. All clients of one machine can use the same one.
#[derive(Clone, Debug, Default)]
pub struct Skew(Arc<AtomicI64>);

impl Skew {
    /// Seconds by which amojo's clock is ahead of ours.
    pub fn seconds(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn learn(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }

    /// The clock difference, if it may be the reason why amojo refused the signature dated `dated`; `now` is our time.
    pub(super) fn blamed(answer: &Answer, now: DateTime<Utc>, dated: DateTime<Utc>) -> Option<i64> {
        if !matches!(answer.status, 401 | 403) || answer.is_page() {
            return None;
        }
        let theirs = answer.date()?.with_timezone(&Utc);
        let off = (theirs - dated).num_seconds().abs() > NOTABLE_SECONDS;
        off.then(|| (theirs - now).num_seconds())
    }
}

/// `now` by amojo's clock.
pub(super) fn corrected(now: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
    TimeDelta::try_seconds(seconds).and_then(|skew| now.checked_add_signed(skew)).unwrap_or(now)
}
