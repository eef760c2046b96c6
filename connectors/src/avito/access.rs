//! Tokens (avito §2). Those of a seller's own credentials are requested when needed and cached in memory; those of the
//! vendor's application are stored with the source, because each refresh token can be used only once.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::config::Avito as AvitoConfig;
use base::i18n::LocalizedText;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::api::{ApiError, AvitoApi, CALL_WITHIN, answered};
use super::setup::{Account, Credentials};

/// Maximum number of cached tokens.
const TOKENS: u64 = 20_000;
/// A token is replaced this long before it expires.
const SPARE: Duration = Duration::from_secs(600);
/// The lifetime assumed if Avito does not report one.
const DAY: u64 = 86_400;

/// The vendor's application.
#[derive(Clone)]
pub struct App {
    pub client_id: String,
    pub client_secret: SecretString,
}

impl App {
    /// None if no application is configured.
    pub fn of(config: &AvitoConfig) -> Option<Self> {
        let (client_id, client_secret) = (config.client_id.clone()?, config.client_secret.clone()?);
        Some(Self { client_id, client_secret })
    }
}

/// An answer of the OAuth server.
#[derive(Deserialize)]
pub(super) struct Granted {
    #[serde(default)]
    pub access_token: SecretString,
    #[serde(default)]
    pub refresh_token: Option<SecretString>,
    #[serde(default)]
    pub expires_in: Option<f64>,
    /// Set if no token was issued.
    #[serde(default)]
    error: Option<String>,
}

impl Granted {
    /// The lifetime of the token.
    pub fn life(&self) -> Duration {
        self.expires_in
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .unwrap_or(Duration::from_secs(DAY))
    }
}

/// A token for a call.
pub(super) struct Token {
    pub value: SecretString,
    /// It comes from the cache, not from a new request.
    pub is_kept: bool,
}

struct KeptToken {
    value: SecretString,
    life: Duration,
}

/// A digest of the credentials, so that changed credentials never match an old token.
type Key = [u8; 32];

/// The token cache.
#[derive(Clone)]
pub(super) struct Tokens(Cache<Key, Arc<KeptToken>>);

impl Default for Tokens {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(TOKENS).time_to_live_by(until_shortly_before_its_end).build())
    }
}

fn until_shortly_before_its_end(token: &Arc<KeptToken>) -> Duration {
    token.life.saturating_sub(SPARE.min(token.life / 2))
}

impl AvitoApi {
    /// The token of an account.
    pub(super) async fn token(&self, account: &Account<'_>) -> Result<Token, ApiError> {
        match account.credentials {
            Credentials::OfApp { access_token } => Ok(Token { value: access_token.clone(), is_kept: false }),
            Credentials::Own { client_id, client_secret } => {
                let key = key(client_id, client_secret);
                let making = self.made(client_id, client_secret);
                // Concurrent calls wait for the same request.
                let entry = self.tokens.0.try_entry(key, making).await;
                let (token, is_fresh) = entry.map_err(|failed| failed.as_ref().clone())?;
                Ok(Token { value: token.value.clone(), is_kept: !is_fresh })
            }
        }
    }

    /// Removes the cached token of an account.
    pub(super) async fn forget(&self, account: &Account<'_>) {
        if let Credentials::Own { client_id, client_secret } = account.credentials {
            self.tokens.0.invalidate(&key(client_id, client_secret)).await;
        }
    }

    async fn made(&self, client_id: &SecretString, client_secret: &SecretString) -> Result<Arc<KeptToken>, ApiError> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id.expose_secret()),
            ("client_secret", client_secret.expose_secret()),
        ];
        let granted = self.granted(&form).await?;
        Ok(Arc::new(KeptToken { life: granted.life(), value: granted.access_token }))
    }

    /// Calls the OAuth server. Rejected credentials are reported as 401, whatever the status was.
    pub(super) async fn granted(&self, form: &[(&str, &str)]) -> Result<Granted, ApiError> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.http.post(self.address(&["token"], &[])?).timeout(CALL_WITHIN);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let answer: Result<Granted, ApiError> = answered(request, || true).await;
        match answer {
            Ok(granted) if !granted.access_token.expose_secret().is_empty() => Ok(granted),
            Ok(granted) => Err(refused(granted.error.unwrap_or_default())),
            Err(ApiError::Refused { code: 400 | 401 | 403, message, .. }) => Err(refused(message)),
            // Only the token request is uncertain; no message was sent.
            Err(ApiError::Unknown(said)) => Err(ApiError::NotSent(said)),
            Err(ApiError::Unreadable { status }) => {
                Err(ApiError::NotSent(LocalizedText::new("said-server-answered").with("status", status)))
            }
            Err(other) => Err(other),
        }
    }
}

fn refused(message: String) -> ApiError {
    ApiError::Refused { code: 401, message, retry_after: None }
}

fn key(client_id: &SecretString, client_secret: &SecretString) -> Key {
    let mut digest = Sha256::new();
    digest.update(client_id.expose_secret());
    digest.update([0]);
    digest.update(client_secret.expose_secret());
    digest.finalize().into()
}
