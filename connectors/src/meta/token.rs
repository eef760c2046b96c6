//! Renews Instagram's tokens, which are valid for 60 days (instagram-and-facebook §1). A page's token does not expire.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::graph::{GraphError, Refusal};
use super::settings::{ACCESS_TOKEN, Account};
use super::{Meta, line};
use crate::poll::Renewed;
use crate::{Denied, Settings};

/// A token is renewed when less than this is left: half of its lifetime, so that there is a month to
/// repair what prevents the renewal.
const SPARE: TimeDelta = TimeDelta::days(30);

/// A new token if the current one expires soon or its end is unknown. Meta refuses to renew a token that is less than a
/// day old; the next try is an hour later.
pub(super) async fn renew(meta: &Meta, settings: &Settings, now: DateTime<Utc>) -> Result<Option<Renewed>, Denied> {
    let account = line::account(meta, settings)?;
    if !meta.platform.is_instagram() || !ends_soon(&account, now) {
        return Ok(None);
    }
    let answer = match meta.graph.refresh(account.token).await {
        Ok(answer) => answer,
        Err(GraphError::Refused(Refusal { code: 10 | 100, .. })) => return Ok(None),
        Err(failed) if failed.is_missing() => return Ok(None),
        Err(failed) => return Err(line::denied(meta.platform, &failed)),
    };
    let (Some(token), Some(seconds)) =
        (answer.get("access_token").and_then(Value::as_str), answer.get("expires_in").and_then(Value::as_i64))
    else {
        return Ok(None);
    };
    let ends_at = now.timestamp_millis().saturating_add(seconds.saturating_mul(1000));
    let token = SecretString::from(token);
    let fact = json!({ "ends_at": ends_at, "of": mark(&token) });
    Ok(Some(Renewed {
        secrets: BTreeMap::from([(ACCESS_TOKEN.to_owned(), token)]),
        facts: BTreeMap::from([("token", fact)]),
    }))
}

fn ends_soon(account: &Account<'_>, now: DateTime<Utc>) -> bool {
    let is_this = account.fact("/token/of").and_then(Value::as_str) == Some(mark(account.token).as_str());
    let ends_at = account.fact("/token/ends_at").and_then(Value::as_i64).filter(|_| is_this);
    ends_at.is_none_or(|ends_at| ends_at.saturating_sub(now.timestamp_millis()) < SPARE.num_milliseconds())
}

/// A fingerprint that distinguishes tokens without revealing them.
fn mark(token: &SecretString) -> String {
    let digest = Sha256::digest(token.expose_secret().as_bytes());
    hex::encode(digest.get(..6).unwrap_or_default())
}
