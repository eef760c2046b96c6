//! A pair of tokens, and the types with which the `oauth2` crate parses one.

use std::time::Duration;

use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    EndpointNotSet, EndpointSet, ExtraTokenFields, RequestTokenError, StandardRevocableToken, StandardTokenResponse,
    TokenResponse,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{Asked, OAuthError};

/// The assumed lifetime of a token if the answer has none: a day (crm-api §1.8).
pub(super) const USUAL_LIFE: u64 = 86_400;

/// The longest accepted lifetime, in seconds: five years, the longest that amoCRM issues (crm-api §1.8).
pub(super) const LONGEST_LIFE: u64 = 5 * 366 * 86_400;

/// A pair of tokens. `Debug` hides both.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For API calls; opaque, usually a JWT (see [`claims`](crate::claims)).
    pub access_token: SecretString,
    /// For the next pair; works once, within three months from issue. Never empty.
    pub refresh_token: SecretString,
    /// Lifetime of the access token, counted from `server_time`.
    pub expires_in: Duration,
    /// amoCRM's clock at issue, Unix seconds.
    pub server_time: Option<i64>,
}

/// The current host of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountAddress {
    /// The account's CRM id, to be compared with the expected one.
    pub id: i64,
    /// Its current host, e.g. `newacme.amocrm.ru`. Check it with [`HostRules`](crate::HostRules) before use.
    pub domain: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct ServerTime {
    #[serde(default)]
    pub(super) server_time: Option<i64>,
}

impl ExtraTokenFields for ServerTime {}

pub(super) type TokenAnswer = StandardTokenResponse<ServerTime, BasicTokenType>;

pub(super) type TokenClient = oauth2::Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// The pair in our form, or the error.
pub(super) fn tokens(
    asked: Asked,
    answer: Result<TokenAnswer, RequestTokenError<OAuthError, BasicErrorResponse>>,
) -> Result<Tokens, OAuthError> {
    let unreadable = |reason: &str| OAuthError::unreadable(asked.clone(), 200, reason);
    let answer = answer.map_err(|error| match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(_) | RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            unreadable("the token answer can't be read")
        }
    })?;
    let refresh_token = answer.refresh_token().ok_or_else(|| unreadable("refresh_token is missing"))?;
    Ok(Tokens {
        access_token: SecretString::from(answer.access_token().secret().as_str()),
        refresh_token: SecretString::from(refresh_token.secret().as_str()),
        expires_in: answer.expires_in().unwrap_or(Duration::from_secs(USUAL_LIFE)),
        server_time: answer.extra_fields().server_time,
    })
}
