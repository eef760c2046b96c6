//! Calls to VK's API (vk §1). The token is a parameter of the body, so no address contains it.

use std::sync::Arc;
use std::time::Duration;

use base::http_client::{Guarded, HttpClients};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::call::{Answer, ApiError, Refusal, answered};
use crate::file::MultipartRequest;
use crate::sending::is_about_request;
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

#[derive(Deserialize)]
struct ApiResponse<T> {
    response: Option<T>,
}

#[derive(Deserialize)]
struct Failed {
    error: ErrorBody,
}

#[derive(Deserialize)]
struct ErrorBody {
    error_code: u32,
    #[serde(default)]
    error_msg: String,
}

/// An answer that cannot be read. VK sends refusals with status 200, so the status says nothing.
pub(super) const UNREADABLE: ApiError = ApiError::Unreadable { status: 0 };
/// The catalog's row, as a word, of a file that an upload server did not accept.
pub(super) const NOT_UPLOADED: &str = "upload";

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
        let answer = answered(request, ANSWER_BYTES, None).await?;
        if let Some(refusal) = refused(&answer, token) {
            return Err(refusal.into());
        }
        answer.read::<ApiResponse<T>>().ok().and_then(|told| told.response).ok_or(UNREADABLE)
    }

    /// Uploads a file to the address returned by a method, and returns the upload server's answer.
    pub async fn upload(&self, address: &str, file: MultipartRequest) -> Result<Value, ApiError> {
        let url = Url::parse(address).map_err(|_| UNREADABLE)?;
        let own = Url::parse(&self.base).is_ok_and(|base| base.origin() == url.origin());
        let request = if own {
            self.files.post(url)
        } else {
            self.guarded.request(Method::POST, &url).map_err(|refused| not_uploaded(refused.to_string()))?
        };
        let (form, whole) = file.into_form();
        let request = request.timeout(UPLOAD_WITHIN).multipart(form);
        // An upload alone is not visible to anyone, so it can be repeated after any failure.
        let answer = answered(request, ANSWER_BYTES, Some(&whole)).await.map_err(ApiError::invisible)?;
        match answer.read::<Value>() {
            Ok(told) if told.get("error").is_none_or(Value::is_null) && answer.status < 300 => Ok(told),
            Ok(told) => {
                Err(not_uploaded(told["error"].as_str().map_or_else(|| told["error"].to_string(), str::to_owned)))
            }
            Err(_) if is_about_request(answer.status) => Err(not_uploaded(answer.status.to_string())),
            Err(_) => Err(gateways(answer.status).into()),
        }
    }
}

/// Why an upload server, or this connector, did not accept a file.
pub(super) fn not_uploaded(text: String) -> ApiError {
    Refusal { status: 200, word: NOT_UPLOADED.to_owned(), text, ..Refusal::default() }.into()
}

/// A refusal without a number of VK's.
fn gateways(status: u16) -> Refusal {
    Refusal { code: 0, ..Refusal::gateways(status) }
}

/// The refusal in an answer; none if it is a success. VK sends refusals with status 200.
fn refused(answer: &Answer, token: &SecretString) -> Option<Refusal> {
    match answer.read::<Failed>() {
        Ok(Failed { error }) => {
            let text = error.error_msg.replace(token.expose_secret(), "…");
            Some(Refusal { status: 200, code: error.error_code, text, ..Refusal::default() })
        }
        Err(_) => (answer.status >= 300).then(|| gateways(answer.status)),
    }
}

/// Whether the server does not implement this method.
pub(super) fn is_missing(failed: &ApiError) -> bool {
    failed.is_unimplemented(|refusal| refusal.is_gateways)
        || matches!(failed, ApiError::Refused(Refusal { code: 3 | 23, .. }))
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
