//! Calls to the Graph API (instagram-and-facebook §1, §17). Tokens are sent in a header; where Meta requires one in the
//! address, that address appears in no error and no log.

use std::sync::Arc;
use std::time::Duration;

use base::http_client::{Guarded, HttpClients};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::settings::Account;
use crate::call::{Answer, ApiError, Refusal, answered, below};
use crate::file::{MultipartRequest, Whole};

/// Graph's name for the account of the token.
pub(super) const ME: &str = "me";
/// The version in every address.
pub(super) const VERSION: &str = "v26.0";
/// Time limit of a call without files, including the answer.
const CALL_WITHIN: Duration = Duration::from_secs(12);
/// Time limit of requests for what a message can do without.
const ASK_WITHIN: Duration = Duration::from_secs(4);
/// Time limit of a call with a file.
const UPLOAD_WITHIN: Duration = Duration::from_secs(25);
/// Graph's codes for an object or a call that does not exist or that the token has no access to.
const NO_SUCH_OBJECT: [u32; 3] = [100, 803, 2500];
/// Maximum bytes read from an answer: a page of a conversation with its addresses is smaller.
const ANSWER_BYTES: usize = 2 * 1024 * 1024;

/// A Graph server: Meta's, or the configured one. Clones share connections.
#[derive(Clone)]
pub(super) struct Graph {
    http: reqwest::Client,
    files: reqwest::Client,
    pub guarded: Guarded,
    base: Arc<str>,
}

/// A call to an edge of the account: by its id, or by `me` on a server that does not know the id.
#[derive(Clone, Debug)]
pub(super) struct Edge<'a> {
    pub method: Method,
    pub name: &'a str,
    pub query: &'a [(&'a str, &'a str)],
    pub body: Option<&'a Value>,
}

impl<'a> Edge<'a> {
    pub const fn get(name: &'a str) -> Self {
        Self { method: Method::GET, name, query: &[], body: None }
    }

    pub const fn delete(name: &'a str) -> Self {
        Self { method: Method::DELETE, name, query: &[], body: None }
    }

    pub const fn post(name: &'a str, body: &'a Value) -> Self {
        Self { method: Method::POST, name, query: &[], body: Some(body) }
    }
}

/// Whether the server reports that there is no such object or call.
pub(super) fn is_no_object(failed: &ApiError) -> bool {
    failed.refusal().is_some_and(|refusal| NO_SUCH_OBJECT.contains(&refusal.code))
}

/// Whether this read is not implemented: Meta's own refusals about an object have a subcode.
pub(super) fn is_not_read(failed: &ApiError) -> bool {
    is_missing(failed) || is_no_object(failed) && failed.refusal().is_some_and(|refusal| refusal.subcode == 0)
}

/// Whether the server does not implement this call.
pub(super) fn is_missing(failed: &ApiError) -> bool {
    failed.is_unimplemented(|refusal| refusal.is_gateways || NO_SUCH_OBJECT.contains(&refusal.code))
}

/// The text that the catalog matches: the message and `#subcode`.
pub(super) fn spoken(refusal: &Refusal) -> String {
    if refusal.subcode == 0 { refusal.text.clone() } else { format!("{} #{}", refusal.text, refusal.subcode) }
}

#[derive(Deserialize)]
struct Failed {
    error: ErrorBody,
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default)]
    message: String,
    code: u32,
    #[serde(default)]
    error_subcode: Option<u32>,
}

impl Graph {
    /// `base`: the kind's `api_url` from the configuration.
    pub fn new(http: &HttpClients, base: &Url) -> Self {
        let base = base::config::base(base).into();
        let (trusted, files, guarded) = (http.trusted().clone(), http.files().clone(), http.guarded().clone());
        Self { http: trusted, files, guarded, base }
    }

    /// Reads a node or an edge.
    pub async fn get(&self, token: &SecretString, path: &str, query: &[(&str, &str)]) -> Result<Value, ApiError> {
        self.call(token, path, Edge { query, ..Edge::get("") }).await
    }

    /// The same for what a message can do without.
    pub async fn ask(&self, token: &SecretString, path: &str, query: &[(&str, &str)]) -> Result<Value, ApiError> {
        self.call_within(ASK_WITHIN, token, path, Edge { query, ..Edge::get("") }).await
    }

    /// Calls an edge with parameters as JSON.
    pub async fn post(&self, token: &SecretString, path: &str, body: &Value) -> Result<Value, ApiError> {
        self.call(token, path, Edge::post("", body)).await
    }

    /// Removes an edge.
    pub async fn delete(&self, token: &SecretString, path: &str, query: &[(&str, &str)]) -> Result<Value, ApiError> {
        self.call(token, path, Edge { query, ..Edge::delete("") }).await
    }

    /// Calls an edge of the account itself.
    pub async fn call_edge(&self, account: &Account<'_>, edge: Edge<'_>) -> Result<Value, ApiError> {
        let of = async |node: &str| self.call(account.token, &format!("{node}/{}", edge.name), edge.clone()).await;
        match of(account.id).await {
            Err(failed @ ApiError::Refused(_)) if is_missing(&failed) => of(ME).await,
            done => done,
        }
    }

    async fn call(&self, token: &SecretString, path: &str, edge: Edge<'_>) -> Result<Value, ApiError> {
        self.call_within(CALL_WITHIN, token, path, edge).await
    }

    async fn call_within(
        &self,
        within: Duration,
        token: &SecretString,
        path: &str,
        Edge { method, query, body, .. }: Edge<'_>,
    ) -> Result<Value, ApiError> {
        let mut request = self.http.request(method, self.address(path, query)?).timeout(within);
        if let Some(body) = body {
            request = request.json(body);
        }
        called(request.bearer_auth(token.expose_secret()), token, None).await
    }

    /// Calls an edge with a file.
    pub async fn upload(&self, token: &SecretString, path: &str, upload: MultipartRequest) -> Result<Value, ApiError> {
        let (form, whole) = upload.into_form();
        let request = self.files.post(self.address(path, &[])?).timeout(UPLOAD_WITHIN).multipart(form);
        called(request.bearer_auth(token.expose_secret()), token, Some(&whole)).await
    }

    /// A token for 60 more days. Meta requires the old one in the address, which has no version
    /// (instagram-and-facebook §1).
    pub async fn refresh(&self, token: &SecretString) -> Result<Value, ApiError> {
        self.token("refresh_access_token", token, &[("grant_type", "ig_refresh_token")]).await
    }

    /// A token for 60 days instead of one for an hour. Meta requires it and the app's secret in the address, which has no
    /// version (instagram-and-facebook §19).
    pub async fn long_lived(&self, secret: &SecretString, token: &SecretString) -> Result<Value, ApiError> {
        let query = [("grant_type", "ig_exchange_token"), ("client_secret", secret.expose_secret())];
        self.token("access_token", token, &query).await
    }

    async fn token(&self, path: &str, token: &SecretString, query: &[(&str, &str)]) -> Result<Value, ApiError> {
        let base = Url::parse(&self.base).map_err(|_| wrong_path())?;
        let mut address = below(&base, [path], query);
        address.query_pairs_mut().append_pair("access_token", token.expose_secret());
        called(self.http.get(address).timeout(CALL_WITHIN), token, None).await
    }

    /// Escaped, because parts of a path are ids from outside.
    fn address(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, ApiError> {
        let base = Url::parse(&self.base).map_err(|_| wrong_path())?;
        Ok(below(&base, [VERSION].into_iter().chain(path.split('/')), query))
    }
}

fn wrong_path() -> ApiError {
    Refusal::gateways(404).into()
}

/// Sends a request and reads its result (instagram-and-facebook §17). `whole`: whether all of its file was sent.
async fn called(request: RequestBuilder, token: &SecretString, whole: Option<&Whole>) -> Result<Value, ApiError> {
    let answer = answered(request, ANSWER_BYTES, whole).await?;
    let plain = || Refusal { retry_after: retry_after(&answer), ..answer.gateways() };
    match answer.read() {
        Ok(Failed { error }) => Err(ApiError::Refused(Refusal {
            code: error.code,
            subcode: error.error_subcode.unwrap_or_default(),
            is_gateways: error.code == u32::from(answer.status) && error.message.is_empty(),
            text: error.message.replace(token.expose_secret(), "…"),
            ..plain()
        })),
        Err(_) if answer.status >= 300 => Err(plain().into()),
        Err(_) => answer.read(),
    }
}

/// The wait that Meta asks for: seconds, or the minutes in its usage header (instagram-and-facebook §16).
fn retry_after(answer: &Answer) -> Option<Duration> {
    let text = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(seconds) = text("retry-after").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_secs(seconds));
    }
    let usage: Value = serde_json::from_str(text("x-business-use-case-usage")?).ok()?;
    let all = usage.as_object()?.values().filter_map(Value::as_array).flatten();
    let minutes = all.filter_map(|one| one.get("estimated_time_to_regain_access")?.as_u64()).max()?;
    (minutes > 0).then(|| Duration::from_secs(minutes.saturating_mul(60)))
}

/// A field as text, also if it is a number, because ids come as both.
pub(super) fn text_of(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The prefix of a comment's id in the source.
pub(super) const COMMENT: &str = "comment:";

/// The mark of our own messages, which their echo returns (instagram-and-facebook §5).
pub(super) const MARK: &str = "parom:";

/// The letter of a mark; none if it is not ours. `Some(None)`: ours, but only a part of a letter.
pub(super) fn letter_of(metadata: &str) -> Option<Option<Uuid>> {
    Some(metadata.strip_prefix(MARK)?.parse().ok())
}
