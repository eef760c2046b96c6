//! The claims of an access token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::lenient;

/// Claims seen in access tokens (crm-api §1.10). Only `api_domain` is documented by the platform, so all are optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessClaims {
    /// The user the grant belongs to.
    pub sub: Option<String>,
    /// The account (CRM id), to be compared with the tenant it is stored for.
    pub account_id: Option<i64>,
    /// Shared API host, e.g. `api-a.amocrm.ru`. Check it with [`HostRules`](crate::HostRules) before use.
    pub api_domain: Option<String>,
}

/// Reads the claims of an access token **without verifying its signature**.
///
/// amoCRM does not publish the signing key, so other parties cannot verify the token. Its claims can be trusted only as
/// far as the channel through which it came: read only tokens that the token endpoint returned over TLS, never one that
/// a browser sent. A token that is not a JWT gives `None` and is still usable.
pub fn read(access_token: &SecretString) -> Option<AccessClaims> {
    let mut parts = access_token.expose_secret().split('.');
    let (_, middle, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(middle.trim_end_matches('=')).ok()?;
    let claims = serde_json::from_slice::<Value>(&bytes).ok().filter(Value::is_object)?;
    Some(AccessClaims {
        sub: lenient::text(&claims, "sub"),
        account_id: lenient::number(&claims, "account_id"),
        api_domain: lenient::text(&claims, "api_domain"),
    })
}
