//! Calls to MAX's Bot API (max §1) and to its file hosts (max §7). Only API calls contain the token; file hosts never
//! get it.

use std::sync::Arc;
use std::time::Duration;

use base::config;
use base::http_client::{Guarded, HttpClients, send};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use url::Url;

use crate::call::{Answer, ApiError, Refusal, answered, below};
use crate::file::{MultipartRequest, OpenFile};
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

/// Whether the server does not implement this call.
pub(super) fn is_missing(failed: &ApiError) -> bool {
    failed.is_unimplemented(|refusal| refusal.word.is_empty())
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
struct ErrorBody {
    code: String,
    message: String,
}

/// A refusal that we generate, without an answer of a server.
fn not_called(status: u16) -> ApiError {
    Refusal { status, code: status.into(), text: "not sent".to_owned(), ..Refusal::default() }.into()
}

/// The refusal in an answer (max §10); none if it is a success.
fn refused(answer: &Answer, token: &SecretString) -> Option<Refusal> {
    if answer.status < 300 {
        return None;
    }
    let ErrorBody { code: word, message } = answer.read().unwrap_or_default();
    let is_gateways = word.is_empty() && message.is_empty();
    Some(Refusal { word, text: message.replace(token.expose_secret(), "…"), is_gateways, ..answer.gateways() })
}

/// A failed upload. The file hosts refuse without the API's code and message: a 4xx about neither access nor load refuses the
/// file. 413 says enough by itself.
fn of_upload(failed: ApiError) -> ApiError {
    match failed {
        ApiError::Refused(refusal)
            if refusal.is_gateways
                && matches!(refusal.status, 400..=499)
                && !matches!(refusal.status, 401 | 403 | 408 | 413 | 429) =>
        {
            Refusal { text: FILE_REFUSED.to_owned(), is_gateways: false, ..refusal }.into()
        }
        other => other,
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
        let mut secret = HeaderValue::from_str(token.expose_secret()).map_err(|_| not_called(401))?;
        secret.set_sensitive(true);
        let address = below(&self.base, call.path.iter().copied(), call.query);
        let mut request = self.http.request(call.method, address).timeout(CALL_WITHIN).header(AUTHORIZATION, secret);
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let answer = success(request, token).await?;
        let value: Value = answer.read()?;
        let status = answer.status;
        if value.get("success") == Some(&Value::Bool(false)) {
            let ErrorBody { message: text, .. } = serde_json::from_value(value).unwrap_or_default();
            return Err(Refusal { status, code: status.into(), text, ..Refusal::default() }.into());
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
        Ok(success(request, token).await.map_err(of_upload)?.body)
    }

    /// Opens a file by a public address.
    pub async fn open(&self, address: &str) -> Result<OpenFile, ApiError> {
        let response = send(self.at(Method::GET, address)?).await.map_err(|error| ApiError::unanswered(error, true))?;
        let status = response.status();
        if !status.is_success() {
            return Err(not_called(status.as_u16()));
        }
        Ok(OpenFile::of(response))
    }

    /// A request to an address returned by MAX. On the API's own host it is trusted like the configuration; any other
    /// host must be public.
    fn at(&self, method: Method, address: &str) -> Result<RequestBuilder, ApiError> {
        let url = Url::parse(address).map_err(|_| not_called(404))?;
        if url.origin() == self.base.origin() {
            return Ok(self.files.request(method, url));
        }
        self.guarded.request(method, &url).map_err(|_| not_called(404))
    }
}

/// Sends a request; returns a success.
async fn success(request: RequestBuilder, token: &SecretString) -> Result<Answer, ApiError> {
    let answer = answered(request, ANSWER_BYTES, None).await?;
    refused(&answer, token).map_or(Ok(answer), |refusal| Err(refusal.into()))
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
        assert_eq!(fake::api(&fake.base).call::<Value>(&wrong, get(&["me"])).await, Err(not_called(401)));
    }

    #[test]
    fn addresses_of_others_are_public() {
        let api = fake::api("http://127.0.0.1:1");
        for wrong in ["http://127.0.0.2:80/x", "https://10.0.0.1/x", "file:///etc/passwd", "nothing", ""] {
            let opened = api.open(wrong).now_or_never().expect("nothing is called");
            assert_eq!(opened.map(|_| ()), Err(not_called(404)), "{wrong}");
        }
        assert!(!api.is_maxs_own());
        assert!(fake::api("https://platform-api2.max.ru").is_maxs_own());
        assert!(!fake::api("https://notmax.ru").is_maxs_own());
    }
}
