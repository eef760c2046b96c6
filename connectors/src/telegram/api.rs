//! Calls to the Bot API (https://core.telegram.org/bots/api#making-requests). Every address contains the token, so no
//! address leaves this file, neither in errors nor in logs.

use std::sync::Arc;
use std::time::Duration;

use base::http_client::{HttpClients, read_up_to, send};
use base::i18n::LocalizedText;
use futures_util::StreamExt;
use reqwest::{RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::file::{MultipartRequest, OpenFile};
use crate::sending::words;
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

/// Why there is no result. Contains no token and no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// The server refused. `description` is Telegram's (telegram §17), empty if the answer was not Telegram's own.
    Refused {
        /// The same as the HTTP status.
        code: u16,
        description: String,
        retry_after: Option<Duration>,
        /// The supergroup that the group became.
        migrate_to: Option<i64>,
    },
    /// The request did not reach the server completely: nothing happened there.
    NotSent(LocalizedText),
    /// The request was sent, and no complete answer came.
    Unknown(LocalizedText),
    /// An unreadable success answer: accepted, with an unknown result.
    Unreadable { status: u16 },
}

impl ApiError {
    /// Whether something before Telegram answered, whose own refusals have a description. What it says is no verdict.
    pub fn is_gateways(&self) -> bool {
        matches!(self, Self::Refused { description, .. } if description.is_empty())
    }
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
        answered(request, token, || true).await
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
        answered(request, token, || whole.is_set()).await
    }

    /// Opens a file by the `file_path` of `getFile`.
    pub async fn file(&self, token: &SecretString, path: &str) -> Result<OpenFile, ApiError> {
        let mut address = Url::parse(&self.base).map_err(|_| wrong_token())?;
        let token_segment = format!("bot{}", checked(token)?);
        if let Ok(mut segments) = address.path_segments_mut() {
            segments.pop_if_empty().extend(["file", &token_segment]).extend(path.split('/'));
        }
        let response = send(self.files.get(address)).await.map_err(|error| unanswered(error, true))?;
        if !response.status().is_success() {
            // A refusal has Telegram's form here too.
            let failed: Result<serde::de::IgnoredAny, ApiError> = read(response, token).await;
            return Err(failed.err().unwrap_or_else(wrong_token));
        }
        let announced = response.content_length();
        let bytes = response.bytes_stream().map(|chunk| chunk.map_err(|error| words(error).to_string()));
        Ok(OpenFile { announced, bytes: bytes.boxed() })
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
    ApiError::Refused { code: 404, description: "Not Found".to_owned(), retry_after: None, migrate_to: None }
}

/// A refusal without a text of Telegram's.
fn refused(code: u16) -> ApiError {
    ApiError::Refused { code, description: String::new(), retry_after: None, migrate_to: None }
}

/// Sends a request. `whole`: set when all of it was sent.
async fn answered<T: DeserializeOwned>(
    request: RequestBuilder,
    token: &SecretString,
    whole: impl Fn() -> bool + Send,
) -> Result<T, ApiError> {
    match send(request).await {
        Ok(response) => read(response, token).await,
        Err(error) => Err(unanswered(error, whole())),
    }
}

async fn read<T: DeserializeOwned>(response: Response, token: &SecretString) -> Result<T, ApiError> {
    let status = response.status().as_u16();
    let (body, _): (Vec<u8>, bool) = match read_up_to(response, ANSWER_BYTES).await {
        Ok(body) => body,
        // The status already shows a refusal; the missing body would only have given the reason.
        Err(_) if status >= 300 => return Err(refused(status)),
        Err(error) => return Err(ApiError::Unknown(words(error))),
    };
    let Ok(answer) = serde_json::from_slice::<ApiResponse<T>>(&body) else {
        // A gateway's page, or a result of an unexpected form.
        return Err(if status >= 300 { refused(status) } else { ApiError::Unreadable { status } });
    };
    match (answer.ok, answer.result) {
        (true, Some(result)) => Ok(result),
        (true, None) => Err(ApiError::Unreadable { status }),
        (false, _) => Err(ApiError::Refused {
            code: answer.error_code.unwrap_or(status),
            description: answer.description.replace(token.expose_secret(), "…"),
            retry_after: answer.parameters.retry_after.map(Duration::from_secs),
            migrate_to: answer.parameters.migrate_to_chat_id,
        }),
    }
}

fn unanswered(error: reqwest::Error, whole: bool) -> ApiError {
    let sent = whole && !error.is_connect() && !error.is_builder();
    let said = words(error);
    if sent { ApiError::Unknown(said) } else { ApiError::NotSent(said) }
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
