//! The disposable tokens by which the widget identifies its user (crm-api §2).
//!
//! `$authorizedAjax` sends one in the header `X-Auth-Token`. It is a JWT signed by HMAC-SHA256 with the client secret
//! of the integration and valid for half an hour. Despite its name it is sent many times: amoCRM's page keeps it for
//! about 25 minutes (crm-api §2.3). [`verify`] returns its user; detecting repeats is up to the caller
//! ([`DisposableToken::jti`]).
//!
//! ```text
//! size, three parts ─▶ alg is HS256 ─▶ client_uuid picks the secrets ─▶ HMAC ─▶ times ─▶ aud, iss, ids
//! ```
//!
//! Tokens of Salesbot steps are signed by HS512 (crm-api §2.5): [`verify_bot`] accepts nothing else, and [`verify`] refuses them.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};
use signature::{Signer, Verifier};
use url::Url;

use crate::{Host, HostRules, lenient};

/// Longer tokens are refused unread.
pub const MOST_BYTES: usize = 8 * 1024;
/// How far the clocks of amoCRM and this machine may differ, in seconds.
pub const LEEWAY: i64 = 30;
/// Tokens with a longer lifetime are refused; amoCRM's are valid for 1800 seconds.
pub const MOST_SECONDS: i64 = 3600;

/// A longer `jti` is refused.
const JTI_BYTES: usize = 255;

/// What a token of one integration must match.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The client secret and, during its replacement, the previous one. Empty ones never verify.
    pub secrets: Vec<SecretString>,
    /// The integration's Redirect URI, whose origin is the audience.
    pub redirect_uri: String,
    /// The hosts that its accounts may have.
    pub hosts: HostRules,
}

/// The account and user of a genuine token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DisposableToken {
    /// The integration (`client_id`).
    pub client_uuid: String,
    /// The account's CRM id.
    pub account_id: i64,
    /// The CRM id of the user who acts.
    pub user_id: i64,
    /// The account's current host: allow-listed, but not always the one it was installed from, because accounts can be
    /// renamed.
    pub host: Host,
    /// Id of the token; the same token is sent many times.
    pub jti: String,
    /// Unix seconds.
    pub issued_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
    /// Whether the user administers the account. None: the token does not contain it (the claim is undocumented); ask
    /// the users' API.
    pub is_admin: Option<bool>,
}

/// Why a token is refused. For logs only: the sender should just learn that it was refused. Never contains the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Above [`MOST_BYTES`].
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of base64 with JSON in them, or a claim occurs twice.
    #[error("the token is not a JWT")]
    Malformed,
    /// Signed by another algorithm than the one of its kind, or not at all.
    #[error("the token is not signed by the algorithm of its kind")]
    Algorithm,
    /// Of an unknown integration, or not signed with any of its secrets.
    #[error("the token's signature is not that of a known integration")]
    Signature,
    /// This claim is missing or empty.
    #[error("the token has no usable claim {0}")]
    Claim(&'static str),
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` is in the future. Check both clocks.
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

/// The claims of both kinds as received: PHP sometimes writes numbers as text. serde reports a claim that occurs twice.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Claims {
    iss: Value,
    aud: Value,
    jti: Value,
    iat: Value,
    nbf: Value,
    exp: Value,
    account_id: Value,
    user_id: Value,
    client_uuid: Value,
    is_admin: Value,
    /// Kommo's pages name a Salesbot's integration so, the SDK `client_uuid`.
    client_uid: Value,
    entity_type: Value,
    entity_id: Value,
}

impl Claims {
    fn client_of_widget(&self) -> Option<&str> {
        self.client_uuid.as_str()
    }

    /// A token that names it twice names none.
    fn client_of_bot(&self) -> Option<&str> {
        self.client_uuid.as_str().xor(self.client_uid.as_str())
    }
}

/// Returns the account and user of a token, or why it is refused.
///
/// `expected` returns what tokens of an integration must match, by `client_id`. It is called once, with a claim that is
/// not verified yet, so it must only look up. An unknown integration takes as much time as a wrong signature and gives
/// the same error. `kid`, `jku`, `x5u` and `jwk` of the header are never followed.
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
    let (claims, expected) = opened(token, Algorithm::HS256, Claims::client_of_widget, expected)?;
    check(&claims, &expected, now.timestamp())
}

/// The claims of a token that is signed by exactly this algorithm, with what they must match. `client` reads the integration's
/// `client_id`, before the signature is verified.
fn opened(
    token: &str,
    algorithm: Algorithm,
    client: fn(&Claims) -> Option<&str>,
    expected: impl FnOnce(&str) -> Option<Expected>,
) -> Result<(Claims, Expected), TokenError> {
    if token.len() > MOST_BYTES {
        return Err(TokenError::TooLong);
    }
    if token.split('.').count() != 3 {
        return Err(TokenError::Malformed);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Algorithm)?;
    // A recipient that does not know the extensions listed as critical must reject the token (RFC 7515 §4.1.11).
    if header.alg != algorithm || header.crit.is_some() {
        return Err(TokenError::Algorithm);
    }
    let claimed: Claims = jsonwebtoken::dangerous::insecure_decode(token).map_err(|_| TokenError::Malformed)?.claims;
    let expected = client(&claimed).and_then(expected);
    let claims = signed_by(token, algorithm, expected.as_ref())?;
    Ok((claims, expected.ok_or(TokenError::Signature)?))
}

/// The claims of a token, verified with one of the secrets.
fn signed_by(token: &str, algorithm: Algorithm, expected: Option<&Expected>) -> Result<Claims, TokenError> {
    install_crypto_provider();
    let mut validation = Validation::new(algorithm);
    // Times are checked against the caller's clock, the other claims below.
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
    let placeholder = [SecretString::from("a secret that signs nothing")];
    let secrets = expected.map_or(placeholder.as_slice(), |expected| expected.secrets.as_slice());
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
    let (issued_at, from, expires_at) =
        (moment("iat", &claims.iat)?, moment("nbf", &claims.nbf)?, moment("exp", &claims.exp)?);
    in_time(now, Some(from.max(issued_at)), expires_at)?;
    if !(1..=MOST_SECONDS).contains(&expires_at.saturating_sub(issued_at)) {
        return Err(TokenError::Life);
    }
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

fn moment(name: &'static str, claim: &Value) -> Result<i64, TokenError> {
    number(claim).ok_or(TokenError::Claim(name))
}

fn id(name: &'static str, claim: &Value) -> Result<i64, TokenError> {
    number(claim).filter(|id| *id > 0).ok_or(TokenError::Claim(name))
}

/// Whether a token counts now (Unix seconds).
fn in_time(now: i64, from: Option<i64>, expires_at: i64) -> Result<(), TokenError> {
    if now >= expires_at.saturating_add(LEEWAY) {
        return Err(TokenError::Expired);
    }
    if from.is_some_and(|from| from > now.saturating_add(LEEWAY)) {
        return Err(TokenError::Future);
    }
    Ok(())
}

fn number(claim: &Value) -> Option<i64> {
    lenient::number(&json!({ "claim": claim }), "claim")
}

/// Scheme and host must be equal; the port may be missing, because amoCRM's own SDK omits it (crm-api §2.1).
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

/// What a Salesbot works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BotEntity {
    /// A lead, by its CRM id.
    Lead(i64),
    /// A customer of the CRM ("покупатель"), by its CRM id.
    Customer(i64),
}

/// What a genuine token of a Salesbot's step says (crm-api §2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BotToken {
    /// The integration (`client_id`).
    pub client_uuid: String,
    /// The account's CRM id.
    pub account_id: i64,
    /// The account's current host, allow-listed.
    pub host: Host,
    /// What the bot works on.
    pub entity: BotEntity,
}

/// amoCRM's numbers of what a bot works on.
const LEADS: i64 = 2;
const CUSTOMERS: i64 = 12;

/// Returns what a token of a Salesbot's step says, or why it is refused. `expected` as in [`verify`]. Its audience is not
/// checked: no page names it.
pub fn verify_bot(
    token: &str,
    now: DateTime<Utc>,
    expected: impl FnOnce(&str) -> Option<Expected>,
) -> Result<BotToken, TokenError> {
    let (claims, expected) = opened(token, Algorithm::HS512, Claims::client_of_bot, expected)?;
    in_time(now.timestamp(), number(&claims.nbf), moment("exp", &claims.exp)?)?;
    let entity_id = id("entity_id", &claims.entity_id)?;
    let entity = match (number(&claims.entity_type), claims.entity_type.as_str()) {
        (Some(LEADS), _) | (_, Some("leads" | "lead")) => BotEntity::Lead(entity_id),
        (Some(CUSTOMERS), _) | (_, Some("customers" | "customer")) => BotEntity::Customer(entity_id),
        _ => return Err(TokenError::Claim("entity_type")),
    };
    let issuer = claims.iss.as_str().ok_or(TokenError::Claim("iss"))?;
    Ok(BotToken {
        client_uuid: claims.client_of_bot().unwrap_or_default().to_owned(),
        account_id: id("account_id", &claims.account_id)?,
        host: expected.hosts.parse(issuer).map_err(|_| TokenError::Issuer)?,
        entity,
    })
}

/// Makes HS256 and HS512 the only algorithms of `jsonwebtoken` in this process; repeated calls change nothing.
///
/// [`verify`](verify) calls it. Call it first in `main` nevertheless: `jsonwebtoken` panics if it is used
/// without a provider, and the first provider stays.
pub fn install_crypto_provider() {
    // An error means that one is installed already.
    let _ = HMAC_ONLY.install_default();
}

static HMAC_ONLY: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(HmacKey::<Sha256>::new(*algorithm, key.as_bytes()))),
        Algorithm::HS512 => Ok(Box::new(HmacKey::<Sha512>::new(*algorithm, key.as_bytes()))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(HmacKey::<Sha256>::new(*algorithm, key.try_get_as_bytes()?))),
        Algorithm::HS512 => Ok(Box::new(HmacKey::<Sha512>::new(*algorithm, key.try_get_as_bytes()?))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct HmacKey<Hash> {
    algorithm: Algorithm,
    key: Vec<u8>,
    hash: PhantomData<fn() -> Hash>,
}

impl<Hash: EagerHash> HmacKey<Hash> {
    fn new(algorithm: Algorithm, key: &[u8]) -> Self {
        Self { algorithm, key: key.to_vec(), hash: PhantomData }
    }

    fn over(&self, message: &[u8]) -> Result<Hmac<Hash>, signature::Error> {
        let mac = Hmac::<Hash>::new_from_slice(&self.key).map_err(|_| signature::Error::new())?;
        Ok(mac.chain_update(message))
    }
}

impl<Hash: EagerHash> Signer<Vec<u8>> for HmacKey<Hash> {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.over(message)?.finalize().into_bytes().to_vec())
    }
}

impl<Hash: EagerHash> Verifier<Vec<u8>> for HmacKey<Hash> {
    /// In constant time.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.over(message)?.verify_slice(signature).map_err(|_| signature::Error::new())
    }
}

impl<Hash: EagerHash> JwtSigner for HmacKey<Hash> {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl<Hash: EagerHash> JwtVerifier for HmacKey<Hash> {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
