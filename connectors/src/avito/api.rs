//! Calls to Avito's API (avito §1, §9), the tokens that they need, which stay in this file, and what Avito supports.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::config::Avito as AvitoConfig;
use base::http_client::{Guarded, HttpClients};
use base::i18n::LocalizedText;
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::Form;
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use super::settings::{Account, Credentials};
use crate::call::{ApiError, Refusal, answered, below, messenger_answered};
use crate::consent::OAuthApp;
use crate::error_catalog::AVITO;
use crate::file::Whole;
use crate::{Abilities, AfterUnknown, ContentAbilities, Denied, FeatureAbilities, Length, Stand, Support, Unit};

/// Time limit of a call, including the answer. A message needs at most five calls and an upload.
const CALL_WITHIN: Duration = Duration::from_secs(4);
/// Time limit of an upload.
const UPLOAD_WITHIN: Duration = Duration::from_secs(10);
/// Maximum bytes read from an answer: a hundred messages with the links of their pictures.
const ANSWER_BYTES: usize = 2 * 1024 * 1024;

/// Avito's API. Clones share connections and tokens.
#[derive(Clone)]
pub struct AvitoApi {
    pub(super) http: reqwest::Client,
    /// For links from its answers.
    pub(super) guarded: Guarded,
    pub(super) base: Url,
    pub(super) tokens: Tokens,
    /// The vendor's application.
    pub(super) app: Option<OAuthApp>,
}

/// A call without a file.
#[derive(Clone, Debug)]
pub(super) struct Call<'a> {
    pub method: Method,
    /// Parts of the path, unencoded.
    pub path: &'a [&'a str],
    pub query: &'a [(&'a str, &'a str)],
    pub body: Option<Value>,
}

impl<'a> Call<'a> {
    pub fn get(path: &'a [&'a str], query: &'a [(&'a str, &'a str)]) -> Self {
        Self { method: Method::GET, path, query, body: None }
    }

    pub fn post(path: &'a [&'a str], body: Value) -> Self {
        Self { method: Method::POST, path, query: &[], body: Some(body) }
    }
}

impl AvitoApi {
    pub fn new(http: &HttpClients, config: &AvitoConfig) -> Self {
        Self {
            http: http.trusted().clone(),
            guarded: http.guarded().clone(),
            base: config.api_url.clone(),
            tokens: Tokens::default(),
            app: OAuthApp::of(http, config.client_id.as_ref(), config.client_secret.as_ref()),
        }
    }

    /// Calls with a token of the account. If Avito rejects the token, it is replaced once, because it may have expired
    /// early (avito §2).
    pub(super) async fn call<T: DeserializeOwned>(&self, account: &Account<'_>, call: Call<'_>) -> Result<T, ApiError> {
        let token = self.token(account).await?;
        match self.sent(&token.value, &call).await {
            Err(failed) if is_outdated(&failed) && token.is_kept => {
                self.forget(account).await;
                let token = self.token(account).await?;
                self.sent(&token.value, &call).await
            }
            answer => answer,
        }
    }

    async fn sent<T: DeserializeOwned>(&self, token: &SecretString, call: &Call<'_>) -> Result<T, ApiError> {
        let mut request = self.http.request(call.method.clone(), self.address(call.path, call.query)?);
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        called(request.bearer_auth(token.expose_secret()).timeout(CALL_WITHIN), None).await
    }

    /// Uploads a file.
    pub(super) async fn upload<T: DeserializeOwned>(
        &self,
        account: &Account<'_>,
        path: &[&str],
        form: Form,
        whole: &Whole,
    ) -> Result<T, ApiError> {
        let token = self.token(account).await?;
        let request = self.http.post(self.address(path, &[])?).bearer_auth(token.value.expose_secret());
        let answer = called(request.timeout(UPLOAD_WITHIN).multipart(form), Some(whole)).await;
        if token.is_kept && answer.as_ref().is_err_and(is_outdated) {
            // The stream is consumed; the next attempt gets a new token.
            self.forget(account).await;
            return Err(ApiError::NotSent(LocalizedText::new("said-avito-token-ended")));
        }
        answer
    }

    pub(super) fn address(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, ApiError> {
        // A chat id of nothing but dots would lead to another path.
        if path.iter().any(|part| matches!(*part, "." | "..")) {
            return Err(refusal(404, String::new()));
        }
        Ok(below(&self.base, path.iter().copied(), query))
    }
}

/// Sends a request and reads its result. `whole`: whether all of its file was sent.
async fn called<T: DeserializeOwned>(request: RequestBuilder, whole: Option<&Whole>) -> Result<T, ApiError> {
    let answer = answered(request, ANSWER_BYTES, whole).await?;
    if answer.status < 300 {
        return answer.read();
    }
    let body: Value = answer.read().unwrap_or_default();
    // Its documents list statuses, but not the forms of all bodies (avito §9).
    Err(Refusal { text: message_of(&body), is_gateways: !body.is_object(), ..answer.gateways() }.into())
}

/// Whether the server does not implement this call.
pub(super) fn is_missing(failed: &ApiError) -> bool {
    failed.is_unimplemented(|_| true)
}

/// The message of a refusal (avito §9): `{"error": {"message"}}`, or `{"error": "…"}` from the OAuth server.
fn message_of(body: &Value) -> String {
    let places = ["/error/message", "/result/message", "/error_description", "/error", "/message"];
    let found = places.iter().find_map(|place| body.pointer(place).and_then(Value::as_str));
    found.unwrap_or_default().chars().take(300).collect()
}

/// Why a call other than sending a message failed, as a text for the account's people.
pub(super) fn explain(failed: &ApiError) -> LocalizedText {
    failed.explained(|refusal| match AVITO.find(refusal.code, &refusal.text) {
        Some(row) if !refusal.is_gateways => LocalizedText::new(row.key()),
        _ => messenger_answered(refusal.status),
    })
}

/// The same as a refusal of the line.
pub(super) fn denied(failed: &ApiError) -> Denied {
    let said = explain(failed);
    match failed {
        ApiError::Refused(Refusal { code: 401..=403, is_gateways: false, .. }) => Denied::Access(said),
        ApiError::Refused(Refusal { code: 408 | 425 | 429, .. }) => Denied::Away(said),
        ApiError::Refused(Refusal { code: 300..=499, is_gateways: false, .. }) => Denied::Refused(said),
        _ => Denied::Away(said),
    }
}

// Tokens (avito §2). Those of a seller's own credentials are requested when needed and cached in memory; those of the
// vendor's application are stored with the source, because each refresh token can be used only once.

/// Maximum number of cached tokens.
const TOKENS: u64 = 20_000;
/// A token is replaced this long before it expires.
const SPARE: Duration = Duration::from_secs(600);
/// The lifetime assumed if Avito does not report one.
const DAY: u64 = 86_400;

/// An answer of the OAuth server.
#[derive(Deserialize)]
pub(super) struct Granted {
    #[serde(default)]
    pub access_token: SecretString,
    #[serde(default)]
    pub refresh_token: Option<SecretString>,
    #[serde(default)]
    pub expires_in: Option<f64>,
    /// What an application was granted, separated by commas or spaces.
    #[serde(default)]
    pub scope: Option<String>,
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
        let answer: Result<Granted, ApiError> = called(request, None).await;
        match answer {
            Ok(granted) if !granted.access_token.expose_secret().is_empty() => Ok(granted),
            Ok(granted) => Err(refusal(401, granted.error.unwrap_or_default())),
            Err(ApiError::Refused(Refusal { code: 400 | 401 | 403, is_gateways: false, text, .. })) => {
                Err(refusal(401, text))
            }
            // Only the token request is uncertain; no message was sent.
            Err(ApiError::Unreadable { status }) => Err(ApiError::NotSent(messenger_answered(status))),
            Err(other) => Err(other.invisible()),
        }
    }
}

/// A refusal of Avito's.
fn refusal(status: u16, text: String) -> ApiError {
    Refusal { text, is_gateways: false, ..Refusal::gateways(status) }.into()
}

/// Whether Avito does not accept the token.
fn is_outdated(failed: &ApiError) -> bool {
    matches!(failed, ApiError::Refused(Refusal { code: 401 | 403, is_gateways: false, .. }))
}

fn key(client_id: &SecretString, client_secret: &SecretString) -> Key {
    let mut digest = Sha256::new();
    digest.update(client_id.expose_secret());
    digest.update([0]);
    digest.update(client_secret.expose_secret());
    digest.finalize().into()
}

// What Avito supports (avito §6): text and pictures. Everything else becomes text with a link.

/// The longest text (avito §6).
const TEXT: Length = Length { most: 1000, unit: Unit::Characters };

pub(super) const ABILITIES: Abilities = Abilities {
    content: ContentAbilities {
        text: Support::Native,
        picture: Support::Native,
        sticker: Support::As(Stand::Picture),
        ..ContentAbilities::all(Support::As(Stand::Text))
    },
    features: FeatureAbilities {
        captions: Support::As(Stand::Apart),
        media_groups: Support::As(Stand::Apart),
        reactions: Support::Refused,
        typing: Support::Refused,
        edits: Support::Refused,
        // A chat always begins with a buyer's message about an advert (avito §6).
        write_first: Support::As(Stand::Known),
        ..FeatureAbilities::all(Support::As(Stand::Text))
    },
    text_length: Some(TEXT),
    caption_length: None,
    // Avito reports reading, not delivery (avito §8).
    delivered_on_accept: true,
    reports_reading: true,
    // The webhook reports our own messages too, which shows whether one arrived (avito §5).
    after_unknown: AfterUnknown::AwaitStatus,
    window: None,
    // Avito does not publish its rate limits (avito §9).
    requests_per_second: 4,
    at_once: 4,
};

#[cfg(test)]
mod tests;
