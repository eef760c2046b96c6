//! Calls to MAX's Bot API (max §1) and to its file hosts (max §7). Only API calls contain the token; file hosts never
//! get it.

use std::sync::Arc;
use std::time::Duration;

use base::config;
use base::http_client::{Guarded, HttpClients, read_up_to, send};
use base::i18n::LocalizedText;
use futures_util::StreamExt;
use reqwest::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use url::Url;

use crate::file::{MultipartRequest, OpenFile};
use crate::sending::words;
use crate::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit};

/// Time limit of a call, including the answer.
const CALL_WITHIN: Duration = Duration::from_secs(8);
/// Time limit of an upload. Together with two calls it stays below the 30 seconds for a letter.
const UPLOAD_WITHIN: Duration = Duration::from_secs(20);
/// Maximum bytes read from an answer: a message with all its parts is far smaller.
const ANSWER_BYTES: usize = 1024 * 1024;
/// The message of a file host's refusal, as the error catalog has it.
const FILE_REFUSED: &str = "unsupported file";

/// A Bot API server. Clones share connections.
#[derive(Clone)]
pub(super) struct MaxApi {
    http: reqwest::Client,
    files: reqwest::Client,
    guarded: Guarded,
    base: Arc<Url>,
}

/// Why there is no result. Contains no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ApiError {
    /// The server refused. Code and message are MAX's (max §10), empty if the answer was not MAX's own
    /// ([`is_gateways`](ApiError::is_gateways)).
    Refused { status: u16, code: String, message: String, retry_after: Option<Duration> },
    /// The request did not reach the server completely: nothing happened there.
    NotSent(LocalizedText),
    /// The request was sent, and no complete answer came.
    Unknown(LocalizedText),
    /// An unreadable success answer: accepted, with an unknown result.
    Unreadable { status: u16 },
}

impl ApiError {
    /// Whether the server does not implement this call. MAX implements all of them; servers that imitate it may
    /// implement few.
    pub(super) fn is_missing(&self) -> bool {
        match self {
            Self::Refused { status, code, .. } => matches!(status, 404 | 405 | 501) && code.is_empty(),
            Self::Unreadable { .. } => true,
            Self::NotSent(_) | Self::Unknown(_) => false,
        }
    }
}

/// A call without its token.
pub(super) struct Call<'a> {
    pub method: Method,
    /// Segments of the path.
    pub path: &'a [&'a str],
    pub query: &'a [(&'a str, &'a str)],
    pub body: Option<&'a Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: String,
    message: String,
}

impl ApiError {
    /// A refusal that we generate, without an answer of a server.
    pub fn refused(status: u16) -> Self {
        Self::Refused { status, code: String::new(), message: "not sent".to_owned(), retry_after: None }
    }

    /// Whether something before MAX answered, whose own refusals have a code or a message. What it says is no verdict.
    pub fn is_gateways(&self) -> bool {
        matches!(self, Self::Refused { status: 300.., code, message, .. } if code.is_empty() && message.is_empty())
    }

    /// A failed upload. The file hosts refuse without the API's code and message: a 4xx about neither access nor load
    /// refuses the file. 413 says enough by itself.
    fn of_upload(self) -> Self {
        match self {
            Self::Refused { status: status @ 400..=499, retry_after, .. }
                if self.is_gateways() && !matches!(status, 401 | 403 | 408 | 413 | 429) =>
            {
                Self::Refused { status, code: String::new(), message: FILE_REFUSED.to_owned(), retry_after }
            }
            other => other,
        }
    }
}

impl MaxApi {
    /// An unreadable root certificate is already refused with the configuration; if the file disappeared since, the
    /// calls fail with that reason.
    pub fn new(http: &HttpClients, config: &config::Max) -> Self {
        let trusting = config.root().map(|file| http.trusting(&config.api_url, file)).transpose();
        let own = trusting.unwrap_or_else(|error| {
            tracing::error!(%error, "the root certificate of max.ca_file is not used");
            None
        });
        let own = own.as_ref().unwrap_or(http);
        Self {
            http: own.trusted().clone(),
            files: own.files().clone(),
            guarded: http.guarded().clone(),
            base: Arc::new(config.api_url.clone()),
        }
    }

    /// Whether this is MAX's public server, whose webhook rules apply.
    pub fn is_maxs_own(&self) -> bool {
        self.base.host_str().is_some_and(|host| host == "max.ru" || host.ends_with(".max.ru"))
    }

    /// Calls a method.
    pub async fn call<T: DeserializeOwned>(&self, token: &SecretString, call: Call<'_>) -> Result<T, ApiError> {
        let mut address = Url::clone(&self.base);
        if let Ok(mut segments) = address.path_segments_mut() {
            segments.pop_if_empty().extend(call.path);
        }
        let mut secret = HeaderValue::from_str(token.expose_secret()).map_err(|_| ApiError::refused(401))?;
        secret.set_sensitive(true);
        let mut request = self.http.request(call.method, address).timeout(CALL_WITHIN).header(AUTHORIZATION, secret);
        if !call.query.is_empty() {
            request = request.query(call.query);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let (status, answer) = answered(request, token).await?;
        let value: Value = serde_json::from_slice(&answer).map_err(|_| ApiError::Unreadable { status })?;
        if value.get("success") == Some(&Value::Bool(false)) {
            let Refusal { message, .. } = serde_json::from_value(value).unwrap_or_default();
            return Err(ApiError::Refused { status, code: String::new(), message, retry_after: None });
        }
        serde_json::from_value(value).map_err(|_| ApiError::Unreadable { status })
    }

    /// Calls a method whose answer contains no data: any success counts, also one without a body.
    pub async fn done(&self, token: &SecretString, call: Call<'_>) -> Result<(), ApiError> {
        match self.call::<IgnoredAny>(token, call).await {
            Ok(_) | Err(ApiError::Unreadable { .. }) => Ok(()),
            Err(failed) => Err(failed),
        }
    }

    /// Uploads a file to an address returned by MAX; returns the body of the answer.
    pub async fn upload(
        &self,
        token: &SecretString,
        address: &str,
        file: MultipartRequest,
    ) -> Result<Vec<u8>, ApiError> {
        let (form, _) = file.into_form();
        let request = self.at(Method::POST, address)?.timeout(UPLOAD_WITHIN).multipart(form);
        let (_, answer) = answered(request, token).await.map_err(ApiError::of_upload)?;
        Ok(answer)
    }

    /// Opens a file by a public address.
    pub async fn open(&self, address: &str) -> Result<OpenFile, ApiError> {
        let response = send(self.at(Method::GET, address)?).await.map_err(unanswered)?;
        let status = response.status();
        if !status.is_success() {
            return Err(ApiError::refused(status.as_u16()));
        }
        let announced = response.content_length();
        let bytes = response.bytes_stream().map(|chunk| chunk.map_err(|error| words(error).to_string()));
        Ok(OpenFile { announced, bytes: bytes.boxed() })
    }

    /// A request to an address returned by MAX. On the API's own host it is trusted like the configuration; any other
    /// host must be public.
    fn at(&self, method: Method, address: &str) -> Result<RequestBuilder, ApiError> {
        let url = Url::parse(address).map_err(|_| ApiError::refused(404))?;
        if url.origin() == self.base.origin() {
            return Ok(self.files.request(method, url));
        }
        self.guarded.request(method, &url).map_err(|_| ApiError::refused(404))
    }
}

/// Sends a request; returns status and body of a success.
async fn answered(request: RequestBuilder, token: &SecretString) -> Result<(u16, Vec<u8>), ApiError> {
    let response = send(request).await.map_err(unanswered)?;
    let status = response.status().as_u16();
    let retry_after = seconds(&response);
    let body = match read_up_to(response, ANSWER_BYTES).await {
        Ok((body, _)) => body,
        // The status already shows a refusal; the missing body would only have given the reason.
        Err(_) if status >= 300 => Vec::new(),
        Err(error) => return Err(ApiError::Unknown(words(error))),
    };
    if status < 300 {
        return Ok((status, body));
    }
    let Refusal { code, message } = serde_json::from_slice(&body).unwrap_or_default();
    let message = message.replace(token.expose_secret(), "…");
    Err(ApiError::Refused { status, code, message, retry_after })
}

fn seconds(response: &Response) -> Option<Duration> {
    let header = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    header.trim().parse().ok().map(Duration::from_secs)
}

fn unanswered(error: reqwest::Error) -> ApiError {
    let sent = !error.is_connect() && !error.is_builder();
    let said = words(error);
    if sent { ApiError::Unknown(said) } else { ApiError::NotSent(said) }
}

// What MAX supports (max §6, §7, §9, §13).

/// The longest text, also next to files. No document names the unit; counting UTF-16 units is safe, because it never
/// gives less than counting characters.
pub(super) const TEXT: Length = Length { most: 4000, unit: Unit::Utf16 };

pub(super) const ABILITIES: Abilities = Abilities {
    content: ContentAbilities {
        // Bots can send only MAX's own stickers.
        sticker: Support::As(Stand::Picture),
        ..ContentAbilities::all(Support::Native)
    },
    features: FeatureAbilities {
        media_groups: Support::As(Stand::Apart),
        // A forward cannot have a text and refers to a message at MAX.
        forwards: Support::As(Stand::Text),
        templates: Support::As(Stand::Text),
        reactions: Support::Refused,
        // Only the customer can start a dialog with a bot; afterwards the bot can write (max §11).
        write_first: Support::As(Stand::Known),
        ..FeatureAbilities::all(Support::Native)
    },
    text_length: Some(TEXT),
    caption_length: Some(TEXT),
    // A source can choose otherwise: see `setup::BotOptions`.
    delivered_on_accept: true,
    reports_reading: false,
    after_unknown: AfterUnknown::ResendOnce,
    window: None,
    requests_per_second: 30,
    at_once: 16,
};

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use serde_json::json;

    use super::*;
    use crate::max::fake;

    fn token() -> SecretString {
        SecretString::from("CANARY-token")
    }

    fn get<'a>(path: &'a [&'a str]) -> Call<'a> {
        Call { method: Method::GET, path, query: &[], body: None }
    }

    #[tokio::test]
    async fn the_token_is_a_header_and_nothing_else() {
        let fake = fake::start([]).await;
        let body = json!({ "text": "Hi" });
        let query = [("chat_id", "5")];
        let call =
            Call { method: Method::POST, path: &["messages", "a/b", "comments"], query: &query, body: Some(&body) };
        fake::api(&fake.base).call::<Value>(&token(), call).await.unwrap();
        let call = fake.call();
        assert_eq!(call.line(), "POST /messages/a%2Fb/comments?chat_id=5");
        assert_eq!((call.authorization.as_deref(), call.body()), (Some("CANARY-token"), body));
        let wrong = SecretString::from("two\nlines");
        assert_eq!(fake::api(&fake.base).call::<Value>(&wrong, get(&["me"])).await, Err(ApiError::refused(401)));
    }

    #[test]
    fn addresses_of_others_are_public() {
        let api = fake::api("http://127.0.0.1:1");
        for wrong in ["http://127.0.0.2:80/x", "https://10.0.0.1/x", "file:///etc/passwd", "nothing", ""] {
            let opened = api.open(wrong).now_or_never().expect("nothing is called");
            assert_eq!(opened.map(|_| ()), Err(ApiError::refused(404)), "{wrong}");
        }
        assert!(!api.is_maxs_own());
        assert!(fake::api("https://platform-api2.max.ru").is_maxs_own());
        assert!(!fake::api("https://notmax.ru").is_maxs_own());
    }
}
