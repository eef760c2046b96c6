//! The disposable tokens with which the widget shows who is looking at it (crm-api §2).
//!
//! `$authorizedAjax` puts one into the header `X-Auth-Token`. It is a JWT signed by HMAC-SHA256 under the client secret
//! of the integration, lives half an hour and, its name notwithstanding, comes many times: the page of the CRM keeps it
//! for about 25 minutes (crm-api §2.3). [`verify`] tells who it speaks of; whether it was there before is the caller's
//! business ([`DisposableToken::jti`]).
//!
//! ```text
//! size, three parts ─▶ alg is HS256 ─▶ client_uuid picks the secrets ─▶ HMAC ─▶ times ─▶ aud, iss, ids
//! ```
//!
//! Tokens of Salesbot steps are signed by HS512 and are refused here (crm-api §2.5).

mod provider;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::lenient;
use crate::{Host, HostRules};

pub use provider::install as install_crypto_provider;

/// Longer tokens are not looked at.
pub const MOST_BYTES: usize = 8 * 1024;
/// How far the clocks of amoCRM and this machine may differ, in seconds.
pub const LEEWAY: i64 = 30;
/// A token that claims to live longer is refused; amoCRM's live 1800 seconds.
pub const MOST_SECONDS: i64 = 3600;

/// A longer `jti` is not kept by anybody.
const JTI_BYTES: usize = 255;

/// What a token of one integration must fit.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The client secret and, while it is being replaced, the one before it. Empty ones verify nothing.
    pub secrets: Vec<SecretString>,
    /// The integration's Redirect URI, whose origin is the audience.
    pub redirect_uri: String,
    /// Where its accounts may live.
    pub hosts: HostRules,
}

/// Whom a genuine token speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisposableToken {
    /// The integration (`client_id`).
    pub client_uuid: String,
    /// The account's CRM id.
    pub account_id: i64,
    /// The CRM id of the user who acts.
    pub user_id: i64,
    /// Where the account lives now: allow-listed, but not always the host it was installed from, for accounts get
    /// renamed.
    pub host: Host,
    /// Names the token; the same token comes many times.
    pub jti: String,
    /// Unix seconds.
    pub issued_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
    /// Whether the user administers the account. None: amoCRM did not say (it is not in the documents), ask the users'
    /// API.
    pub is_admin: Option<bool>,
}

/// Why a token is refused. For logs: whoever sent it is told only that it was. Never repeats the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Above [`MOST_BYTES`].
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of base64 with JSON in them, or a claim stands twice.
    #[error("the token is no JWT")]
    Malformed,
    /// Signed in another way than by HS256, or not at all.
    #[error("the token is not signed by HS256")]
    Algorithm,
    /// Of an unknown integration, or the signature is not of any of its secrets.
    #[error("the token's signature is not that of a known integration")]
    Signature,
    /// This claim is missing or says nothing.
    #[error("the token has no usable claim {0}")]
    Claim(&'static str),
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` lies in the future. Are both clocks right?
    #[error("the token is from the future")]
    Future,
    /// `exp` is further from `iat` than [`MOST_SECONDS`], or before it.
    #[error("the token claims a life that none has")]
    Life,
    /// `aud` is not the origin of the Redirect URI.
    #[error("the token was made for another address")]
    Audience,
    /// `iss` is not https with an allow-listed account host.
    #[error("the token comes from a host that is not allowed")]
    Issuer,
}

/// The claims as they stand: PHP writes numbers as text now and then. A claim that stands twice is an error of serde's.
#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    iss: Value,
    #[serde(default)]
    aud: Value,
    #[serde(default)]
    jti: Value,
    #[serde(default)]
    iat: Value,
    #[serde(default)]
    nbf: Value,
    #[serde(default)]
    exp: Value,
    #[serde(default)]
    account_id: Value,
    #[serde(default)]
    user_id: Value,
    #[serde(default)]
    client_uuid: Value,
    #[serde(default)]
    is_admin: Value,
}

/// Tells whom a token speaks of, or why it is worth nothing.
///
/// `expected` gives what tokens of an integration must fit, by `client_id`; it is asked once, with a claim that nobody
/// has verified yet, so it must do nothing but look up. An unknown integration costs as much time as a wrong signature
/// and looks the same. `kid`, `jku`, `x5u` and `jwk` of the header are never followed.
///
/// ```
/// use amocrm::HostRules;
/// use amocrm::disposable_token::{Expected, TokenError, verify};
///
/// let expected = |client_uuid: &str| {
///     (client_uuid == "11111111-2222-3333-4444-555555555555").then(|| Expected {
///         secrets: vec!["the client secret".into()],
///         redirect_uri: "https://bridge.example.com/oauth".into(),
///         hosts: HostRules::new(["amocrm.ru"]),
///     })
/// };
/// let claimed = "what $authorizedAjax put into X-Auth-Token";
/// assert_eq!(verify(claimed, chrono::Utc::now(), expected), Err(TokenError::Malformed));
/// ```
pub fn verify(
    token: &str,
    now: DateTime<Utc>,
    expected: impl FnOnce(&str) -> Option<Expected>,
) -> Result<DisposableToken, TokenError> {
    if token.len() > MOST_BYTES {
        return Err(TokenError::TooLong);
    }
    if token.split('.').count() != 3 {
        return Err(TokenError::Malformed);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Algorithm)?;
    // A header that names extensions as critical must be refused by whoever does not know them (RFC 7515 §4.1.11).
    if header.alg != Algorithm::HS256 || header.crit.is_some() {
        return Err(TokenError::Algorithm);
    }
    let claimed: Claims = jsonwebtoken::dangerous::insecure_decode(token).map_err(|_| TokenError::Malformed)?.claims;
    let expected = claimed.client_uuid.as_str().and_then(expected);
    let claims = signed_by(token, expected.as_ref())?;
    let expected = expected.ok_or(TokenError::Signature)?;
    check(&claims, &expected, now.timestamp())
}

/// The claims of a token under one of the secrets.
fn signed_by(token: &str, expected: Option<&Expected>) -> Result<Claims, TokenError> {
    provider::install();
    let mut validation = Validation::new(Algorithm::HS256);
    // Times are checked against the caller's clock, names by rules of our own.
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
    let nobody = [SecretString::from("nobody signs with this")];
    let secrets = expected.map_or(nobody.as_slice(), |expected| expected.secrets.as_slice());
    let mut found = Err(TokenError::Signature);
    for secret in secrets.iter().filter(|secret| !secret.expose_secret().is_empty()) {
        let key = DecodingKey::from_secret(secret.expose_secret().as_bytes());
        if let Ok(data) = jsonwebtoken::decode::<Claims>(token, &key, &validation) {
            found = Ok(data.claims);
        }
    }
    found.and_then(|claims| if expected.is_some() { Ok(claims) } else { Err(TokenError::Signature) })
}

fn check(claims: &Claims, expected: &Expected, now: i64) -> Result<DisposableToken, TokenError> {
    let moment = |name, claim| number(claim).ok_or(TokenError::Claim(name));
    let (issued_at, from, expires_at) =
        (moment("iat", &claims.iat)?, moment("nbf", &claims.nbf)?, moment("exp", &claims.exp)?);
    if now >= expires_at.saturating_add(LEEWAY) {
        return Err(TokenError::Expired);
    }
    if from.max(issued_at) > now.saturating_add(LEEWAY) {
        return Err(TokenError::Future);
    }
    if !(1..=MOST_SECONDS).contains(&expires_at.saturating_sub(issued_at)) {
        return Err(TokenError::Life);
    }
    let id = |name, claim| number(claim).filter(|id| *id > 0).ok_or(TokenError::Claim(name));
    let text = |name, claim: &Value| {
        let text = claim.as_str().filter(|text| !text.is_empty() && text.len() <= JTI_BYTES);
        text.map(str::to_owned).ok_or(TokenError::Claim(name))
    };
    let issuer = text("iss", &claims.iss)?;
    let audience = match claims.aud.as_array().map(Vec::as_slice) {
        Some([one]) => text("aud", one)?,
        _ => text("aud", &claims.aud)?,
    };
    if !is_origin_of(&audience, &expected.redirect_uri) {
        return Err(TokenError::Audience);
    }
    let host = expected.hosts.parse(&issuer).ok().filter(|_| issuer.starts_with("https://"));
    Ok(DisposableToken {
        client_uuid: text("client_uuid", &claims.client_uuid)?,
        account_id: id("account_id", &claims.account_id)?,
        user_id: id("user_id", &claims.user_id)?,
        host: host.ok_or(TokenError::Issuer)?,
        jti: text("jti", &claims.jti)?,
        issued_at,
        expires_at,
        is_admin: claims.is_admin.as_bool(),
    })
}

fn number(claim: &Value) -> Option<i64> {
    lenient::number(&json!({ "claim": claim }), "claim")
}

/// Scheme and host must be equal; the port may be left out, as amoCRM's own SDK leaves it out (crm-api §2.1).
fn is_origin_of(audience: &str, redirect_uri: &str) -> bool {
    let (Ok(audience), Ok(ours)) = (Url::parse(audience), Url::parse(redirect_uri)) else { return false };
    let bare = audience.path() == "/"
        && audience.query().is_none()
        && audience.fragment().is_none()
        && audience.username().is_empty()
        && audience.password().is_none();
    bare && audience.has_host()
        && audience.scheme() == ours.scheme()
        && audience.host() == ours.host()
        && (audience.port().is_none() || audience.port() == ours.port_or_known_default())
}
