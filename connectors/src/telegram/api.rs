//! Calls to the Bot API (https://core.telegram.org/bots/api#making-requests). Every address contains the token, so no
//! address leaves this file, neither in errors nor in logs.

use std::sync::Arc;
use std::time::Duration;

use base::http_client::{HttpClients, send};
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::call::{Answer, ApiError, Refusal, answered, below};
use crate::file::{MultipartRequest, OpenFile, Whole};
use crate::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit};

/// Time limit of a call without files, including the answer.
const CALL_WITHIN: Duration = Duration::from_secs(12);
/// Time limit of a call with a file.
const UPLOAD_WITHIN: Duration = Duration::from_secs(25);
/// Maximum bytes read from an answer: a message with its keyboard and its quoted message is far smaller.
const ANSWER_BYTES: usize = 1024 * 1024;

/// A Bot API server, Telegram's own or the operator's (`telegram.api_url`). Clones share connections.
#[derive(Clone)]
pub struct BotApi {
    http: reqwest::Client,
    files: reqwest::Client,
    base: Arc<str>,
}

#[derive(Deserialize)]
struct ApiResponse<T> {
    ok: bool,
    result: Option<T>,
    error_code: Option<u16>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl BotApi {
    /// `base`: `telegram.api_url` from the configuration.
    pub fn new(http: &HttpClients, base: &Url) -> Self {
        let base = base::config::base(base).into();
        Self { http: http.trusted().clone(), files: http.files().clone(), base }
    }

    /// Whether this is Telegram's public server, whose limits on files and webhooks apply.
    pub fn is_telegrams_own(&self) -> bool {
        self.base.ends_with("//api.telegram.org")
    }

    /// Calls a method. Parameters are sent as JSON; absent ones must not be serialised.
    pub async fn call<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        method: &str,
        parameters: &(impl Serialize + Sync),
    ) -> Result<T, ApiError> {
        let request = self.http.post(self.address(token, method)?).timeout(CALL_WITHIN).json(parameters);
        called(request, token, None).await
    }

    /// Calls a method that sends a file.
    pub async fn upload<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        method: &str,
        upload: MultipartRequest,
    ) -> Result<T, ApiError> {
        let address = self.address(token, method)?;
        let (form, whole) = upload.into_form();
        let request = self.files.post(address).timeout(UPLOAD_WITHIN).multipart(form);
        called(request, token, Some(&whole)).await
    }

    /// Opens a file by the `file_path` of `getFile`.
    pub async fn file(&self, token: &SecretString, path: &str) -> Result<OpenFile, ApiError> {
        let base = Url::parse(&self.base).map_err(|_| wrong_token())?;
        let token_segment = format!("bot{}", checked(token)?);
        let address = below(&base, ["file", &token_segment].into_iter().chain(path.split('/')), &[]);
        let response = send(self.files.get(address)).await.map_err(|error| ApiError::unanswered(error, true))?;
        if !response.status().is_success() {
            // A refusal has Telegram's form here too.
            let answer = Answer::of(response, ANSWER_BYTES).await?;
            return Err(refused(&answer, token).map_or_else(wrong_token, ApiError::from));
        }
        Ok(OpenFile::of(response))
    }

    fn address(&self, token: &SecretString, method: &str) -> Result<String, ApiError> {
        Ok(format!("{}/bot{}/{method}", self.base, checked(token)?))
    }
}

/// The token, if its characters are safe in an address.
fn checked(token: &SecretString) -> Result<&str, ApiError> {
    let text = token.expose_secret();
    if bot_id(text).is_some() { Ok(text) } else { Err(wrong_token()) }
}

/// The answer that Telegram gives to a malformed token.
pub(super) fn wrong_token() -> ApiError {
    Refusal { status: 404, code: 404, text: "Not Found".to_owned(), ..Refusal::default() }.into()
}

/// Sends a request and reads its result. `whole`: whether all of its file was sent.
async fn called<T: DeserializeOwned>(
    request: RequestBuilder,
    token: &SecretString,
    whole: Option<&Whole>,
) -> Result<T, ApiError> {
    let answer = answered(request, ANSWER_BYTES, whole).await?;
    match refused(&answer, token) {
        Some(refusal) => Err(refusal.into()),
        None => answer.read::<ApiResponse<T>>()?.result.ok_or(ApiError::Unreadable { status: answer.status }),
    }
}

/// The refusal in an answer (telegram §17); none if it is a success.
fn refused(answer: &Answer, token: &SecretString) -> Option<Refusal> {
    let Ok(told) = answer.read::<ApiResponse<IgnoredAny>>() else {
        // A gateway's page, or a result of an unexpected form.
        return (answer.status >= 300).then(|| Refusal::gateways(answer.status));
    };
    (!told.ok).then(|| Refusal {
        is_gateways: told.description.is_empty(),
        text: told.description.replace(token.expose_secret(), "…"),
        retry_after: told.parameters.retry_after.map(Duration::from_secs),
        migrate_to: told.parameters.migrate_to_chat_id,
        ..Refusal::gateways(told.error_code.unwrap_or(answer.status))
    })
}

// The form of a bot's token (telegram §1): `<bot id>:<35 characters>`.

/// The bot's id, which does not change when BotFather issues a new token; none if this is not a token.
pub fn bot_id(token: &str) -> Option<i64> {
    let (id, secret) = token.split_once(':')?;
    let digits = (1..=18).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    let signs = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let secret = (20..=64).contains(&secret.len()) && secret.bytes().all(signs);
    if digits && secret { id.parse().ok().filter(|id| *id > 0) } else { None }
}

// What Telegram supports (telegram §7, §8, §14).

/// The longest text, in Telegram's units.
pub(super) const TEXT: Length = Length { most: 4096, unit: Unit::Utf16 };
/// The longest caption.
pub(super) const CAPTION: Length = Length { most: 1024, unit: Unit::Utf16 };

pub(super) const ABILITIES: Abilities = Abilities {
    content: ContentAbilities::all(Support::Native),
    features: FeatureAbilities {
        media_groups: Support::As(Stand::Apart),
        forwards: Support::As(Stand::Text),
        templates: Support::As(Stand::Text),
        comments: Support::As(Stand::Text),
        // Only the customer can start a chat with a bot; afterwards the bot can write (telegram §11).
        write_first: Support::As(Stand::Known),
        ..FeatureAbilities::all(Support::Native)
    },
    text_length: Some(TEXT),
    caption_length: Some(CAPTION),
    // A source can choose otherwise: see `setup::Options`.
    delivered_on_accept: true,
    reports_reading: false,
    after_unknown: AfterUnknown::ResendOnce,
    window: None,
    requests_per_second: 30,
    at_once: 16,
};

#[cfg(test)]
mod tests;
