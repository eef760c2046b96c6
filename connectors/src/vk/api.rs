//! Calls to VK's API (vk §1). The token is a parameter of the body, so no address contains it.

use std::sync::Arc;
use std::time::Duration;

use base::http_client::{Guarded, HttpClients, read_up_to, send};
use base::i18n::LocalizedText;
use reqwest::{Method, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use crate::file::MultipartRequest;
use crate::sending::{is_about_request, words};
use crate::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit};

/// The version whose objects this connector reads and writes.
pub const VERSION: &str = "5.199";
/// Time limit of a call. A file needs three calls and an upload within 30 seconds.
const CALL_WITHIN: Duration = Duration::from_secs(5);
const UPLOAD_WITHIN: Duration = Duration::from_secs(14);
/// Maximum bytes read from an answer: 200 messages of a history with all their contents.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// VK's API. Clones share connections.
#[derive(Clone)]
pub struct VkApi {
    http: reqwest::Client,
    files: reqwest::Client,
    guarded: Guarded,
    base: Arc<str>,
}

/// Why there is no result. Contains no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// VK refused the call: `error_code` and `error_msg`.
    Refused { code: u32, text: String },
    /// A gateway refused it with this HTTP status.
    Status(u16),
    /// The request did not reach VK completely: nothing happened there.
    NotSent(LocalizedText),
    /// The request was sent, and no complete answer came.
    Unknown(LocalizedText),
    /// A success answer that cannot be read: accepted, with an unknown result.
    Unreadable,
    /// An upload server did not accept the file.
    NotUploaded(String),
}

#[derive(Deserialize)]
struct ApiResponse {
    response: Option<Value>,
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
struct ErrorBody {
    error_code: u32,
    #[serde(default)]
    error_msg: String,
}

/// Parameters of a call; those without a value are omitted.
pub type Params = Vec<(&'static str, Option<String>)>;

impl VkApi {
    /// `base`: `vk.api_url` from the configuration.
    pub fn new(http: &HttpClients, base: &Url) -> Self {
        let (trusted, files) = (http.trusted().clone(), http.files().clone());
        Self { http: trusted, files, guarded: http.guarded().clone(), base: base::config::base(base).into() }
    }

    /// Calls a method.
    pub async fn call<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        method: &str,
        parameters: Params,
    ) -> Result<T, ApiError> {
        self.call_within(CALL_WITHIN, token, method, parameters).await
    }

    /// Calls a method with a shorter time limit.
    pub async fn call_within<T: DeserializeOwned>(
        &self,
        within: Duration,
        token: &SecretString,
        method: &str,
        parameters: Params,
    ) -> Result<T, ApiError> {
        let mut form: Vec<(&str, &str)> = vec![("access_token", token.expose_secret()), ("v", VERSION)];
        form.extend(parameters.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.http.post(format!("{}/method/{method}", self.base)).timeout(within);
        let request = request.header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let (status, body) = answered(request, || true).await?;
        let answer = read(status, &body, token)?;
        serde_json::from_value(answer).map_err(|_| ApiError::Unreadable)
    }

    /// Uploads a file to the address returned by a method, and returns the upload server's answer.
    pub async fn upload(&self, address: &str, file: MultipartRequest) -> Result<Value, ApiError> {
        let url = Url::parse(address).map_err(|_| ApiError::Unreadable)?;
        let own = Url::parse(&self.base).is_ok_and(|base| base.origin() == url.origin());
        let request = if own {
            self.files.post(url)
        } else {
            let refused = |error: base::http_client::UrlRefused| ApiError::NotUploaded(error.to_string());
            self.guarded.request(Method::POST, &url).map_err(refused)?
        };
        let (form, whole) = file.into_form();
        let request = request.timeout(UPLOAD_WITHIN).multipart(form);
        // An upload alone is not visible to anyone, so it can be repeated after any failure.
        let (status, body) = match answered(request, || whole.is_set()).await {
            Err(ApiError::Unknown(said)) => return Err(ApiError::NotSent(said)),
            other => other?,
        };
        match serde_json::from_slice::<Value>(&body) {
            Ok(answer) if answer.get("error").is_none_or(Value::is_null) && status < 300 => Ok(answer),
            Ok(answer) => {
                let text = answer["error"].as_str().map_or_else(|| answer["error"].to_string(), str::to_owned);
                Err(ApiError::NotUploaded(text))
            }
            Err(_) if is_about_request(status) => Err(ApiError::NotUploaded(status.to_string())),
            Err(_) => Err(ApiError::Status(status)),
        }
    }
}

impl ApiError {
    /// Whether the server does not implement this method. VK implements all of them; servers that imitate it may
    /// implement few.
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { code: 3 | 23, .. } | Self::Status(404 | 405 | 501) | Self::Unreadable)
    }

    /// VK's answer, for the message's page.
    pub fn answer(&self) -> Option<String> {
        match self {
            Self::Refused { code, text } => Some(json!({ "error_code": code, "error_msg": text }).to_string()),
            Self::NotUploaded(text) => Some(json!({ "error": text }).to_string()),
            _ => None,
        }
    }
}

/// Sends a request. `whole`: set when all of it was sent.
async fn answered(request: RequestBuilder, whole: impl Fn() -> bool + Send) -> Result<(u16, Vec<u8>), ApiError> {
    let response: Response = send(request).await.map_err(|error| unanswered(error, whole()))?;
    let status = response.status().as_u16();
    match read_up_to(response, ANSWER_BYTES).await {
        Ok((body, _)) => Ok((status, body)),
        Err(_) if status >= 300 => Err(ApiError::Status(status)),
        Err(error) => Err(ApiError::Unknown(words(error))),
    }
}

/// Parses an answer. VK sends refusals with status 200.
fn read(status: u16, body: &[u8], token: &SecretString) -> Result<Value, ApiError> {
    match serde_json::from_slice::<ApiResponse>(body) {
        Ok(ApiResponse { error: Some(error), .. }) => {
            let text = error.error_msg.replace(token.expose_secret(), "…");
            Err(ApiError::Refused { code: error.error_code, text })
        }
        Ok(ApiResponse { response: Some(response), .. }) if status < 300 => Ok(response),
        _ if status >= 300 => Err(ApiError::Status(status)),
        _ => Err(ApiError::Unreadable),
    }
}

fn unanswered(error: reqwest::Error, whole: bool) -> ApiError {
    let sent = whole && !error.is_connect() && !error.is_builder();
    let said = words(error);
    if sent { ApiError::Unknown(said) } else { ApiError::NotSent(said) }
}

// What VK supports for a community (vk §6, §8, §9, §11).

/// The longest text, with files or without.
pub(super) const TEXT: Length = Length { most: 9_000, unit: Unit::Characters };

pub(super) const ABILITIES: Abilities = Abilities {
    content: ContentAbilities {
        // A community's token may not upload videos or music; they can be sent as documents (vk §8).
        video: Support::As(Stand::File),
        audio: Support::As(Stand::File),
        sticker: Support::As(Stand::Picture),
        contact: Support::As(Stand::Text),
        ..ContentAbilities::all(Support::Native)
    },
    features: FeatureAbilities {
        media_groups: Support::As(Stand::Apart),
        forwards: Support::As(Stand::Text),
        templates: Support::As(Stand::Text),
        // A community may write only to people who wrote to it or allowed messages (vk §6).
        write_first: Support::As(Stand::Known),
        ..FeatureAbilities::all(Support::Native)
    },
    text_length: Some(TEXT),
    caption_length: Some(TEXT),
    // VK reports reading, but not delivery.
    delivered_on_accept: true,
    reports_reading: true,
    // VK recognises a repeat by its `random_id` (vk §6).
    after_unknown: AfterUnknown::RepeatFreely,
    window: None,
    // VK allows 20 calls a second; a message with a file needs three.
    requests_per_second: 15,
    at_once: 8,
};
