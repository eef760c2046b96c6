//! Calls to the Graph API (instagram-and-facebook §1, §17). Tokens are sent in a header; where Meta requires one in the
//! address, that address appears in no error and no log.

use std::sync::Arc;
use std::time::Duration;

use base::http_client::{Guarded, HttpClients, read_up_to, send};
use base::i18n::LocalizedText;
use reqwest::{Method, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::settings::Account;
use crate::file::MultipartRequest;
use crate::sending::words;

/// Graph's name for the account of the token.
pub(super) const ME: &str = "me";
/// The version in every address.
const VERSION: &str = "v26.0";
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

/// Why there is no result. Contains no token and no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GraphError {
    Refused(Refusal),
    /// The request did not reach the server completely: nothing happened there.
    NotSent(LocalizedText),
    /// The request was sent, and no complete answer came.
    Unknown(LocalizedText),
    /// An unreadable success answer: accepted, with an unknown result.
    Unreadable {
        status: u16,
    },
}

/// A refusal (instagram-and-facebook §17).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: u16,
    /// `error.code`; the HTTP status if the answer is not Graph's own.
    pub code: u32,
    /// 0 if there is none.
    pub subcode: u32,
    pub message: String,
    pub retry_after: Option<Duration>,
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

impl GraphError {
    /// Whether something before Meta answered, whose own refusals have a code and a message. What it says is no verdict.
    pub fn is_gateways(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.code == u32::from(refusal.status) && refusal.message.is_empty())
    }

    /// Whether the server reports that there is no such object or call.
    pub fn is_no_object(&self) -> bool {
        matches!(self, Self::Refused(refusal) if NO_SUCH_OBJECT.contains(&refusal.code))
    }

    /// Whether this read is not implemented: Meta's own refusals about an object have a subcode.
    pub fn is_not_read(&self) -> bool {
        self.is_missing() || matches!(self, Self::Refused(refusal) if self.is_no_object() && refusal.subcode == 0)
    }

    /// Whether the server does not implement this call. Meta implements all calls; servers that imitate it may
    /// implement few.
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Refused(refusal) => {
                matches!(refusal.status, 404 | 405 | 501) && (self.is_gateways() || self.is_no_object())
            }
            Self::Unreadable { .. } => true,
            Self::NotSent(_) | Self::Unknown(_) => false,
        }
    }
}

impl Refusal {
    /// The text that the catalog matches: the message and `#subcode`.
    pub fn text(&self) -> String {
        if self.subcode == 0 { self.message.clone() } else { format!("{} #{}", self.message, self.subcode) }
    }
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
    pub async fn get(&self, token: &SecretString, path: &str, query: &[(&str, &str)]) -> Result<Value, GraphError> {
        self.call(token, path, Edge { query, ..Edge::get("") }).await
    }

    /// The same for what a message can do without.
    pub async fn ask(&self, token: &SecretString, path: &str, query: &[(&str, &str)]) -> Result<Value, GraphError> {
        self.call_within(ASK_WITHIN, token, path, Edge { query, ..Edge::get("") }).await
    }

    /// Calls an edge with parameters as JSON.
    pub async fn post(&self, token: &SecretString, path: &str, body: &Value) -> Result<Value, GraphError> {
        self.call(token, path, Edge::post("", body)).await
    }

    /// Removes an edge.
    pub async fn delete(&self, token: &SecretString, path: &str, query: &[(&str, &str)]) -> Result<Value, GraphError> {
        self.call(token, path, Edge { query, ..Edge::delete("") }).await
    }

    /// Calls an edge of the account itself.
    pub async fn call_edge(&self, account: &Account<'_>, edge: Edge<'_>) -> Result<Value, GraphError> {
        let of = async |node: &str| self.call(account.token, &format!("{node}/{}", edge.name), edge.clone()).await;
        match of(account.id).await {
            Err(failed @ GraphError::Refused(_)) if failed.is_missing() => of(ME).await,
            done => done,
        }
    }

    async fn call(&self, token: &SecretString, path: &str, edge: Edge<'_>) -> Result<Value, GraphError> {
        self.call_within(CALL_WITHIN, token, path, edge).await
    }

    async fn call_within(
        &self,
        within: Duration,
        token: &SecretString,
        path: &str,
        Edge { method, query, body, .. }: Edge<'_>,
    ) -> Result<Value, GraphError> {
        let mut request = self.http.request(method, self.address(path, query)?).timeout(within);
        if let Some(body) = body {
            request = request.json(body);
        }
        answered(request.bearer_auth(token.expose_secret()), token, || true).await
    }

    /// Calls an edge with a file.
    pub async fn upload(
        &self,
        token: &SecretString,
        path: &str,
        upload: MultipartRequest,
    ) -> Result<Value, GraphError> {
        let (form, whole) = upload.into_form();
        let request = self.files.post(self.address(path, &[])?).timeout(UPLOAD_WITHIN).multipart(form);
        answered(request.bearer_auth(token.expose_secret()), token, || whole.is_set()).await
    }

    /// A token for 60 more days. Meta requires the old one in the address, which has no version
    /// (instagram-and-facebook §1).
    pub async fn refresh(&self, token: &SecretString) -> Result<Value, GraphError> {
        let query = [("grant_type", "ig_refresh_token"), ("access_token", token.expose_secret())];
        let address = Url::parse_with_params(&format!("{}/refresh_access_token", self.base), query);
        let address = address.map_err(|_| wrong_path())?;
        answered(self.http.get(address).timeout(CALL_WITHIN), token, || true).await
    }

    /// Escaped, because parts of a path are ids from outside.
    fn address(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, GraphError> {
        let mut address = Url::parse(&self.base).map_err(|_| wrong_path())?;
        if let Ok(mut segments) = address.path_segments_mut() {
            segments.pop_if_empty().push(VERSION).extend(path.split('/'));
        }
        if !query.is_empty() {
            address.query_pairs_mut().extend_pairs(query);
        }
        Ok(address)
    }
}

fn wrong_path() -> GraphError {
    GraphError::Refused(Refusal { status: 404, code: 404, ..Refusal::default() })
}

/// Sends a request. `whole`: set when all of it was sent.
async fn answered(
    request: RequestBuilder,
    token: &SecretString,
    whole: impl Fn() -> bool + Send,
) -> Result<Value, GraphError> {
    match send(request).await {
        Ok(response) => read(response, token).await,
        Err(error) => {
            let sent = whole() && !error.is_connect() && !error.is_builder();
            let said = words(error);
            Err(if sent { GraphError::Unknown(said) } else { GraphError::NotSent(said) })
        }
    }
}

async fn read(response: Response, token: &SecretString) -> Result<Value, GraphError> {
    let status = response.status().as_u16();
    let retry_after = retry_after(&response);
    let plain = || Refusal { status, code: u32::from(status), retry_after, ..Refusal::default() };
    let (body, _): (Vec<u8>, bool) = match read_up_to(response, ANSWER_BYTES).await {
        Ok(body) => body,
        // The status already shows a refusal; the missing body would only have given the reason.
        Err(_) if status >= 300 => return Err(GraphError::Refused(plain())),
        Err(error) => return Err(GraphError::Unknown(words(error))),
    };
    if let Ok(Failed { error }) = serde_json::from_slice(&body) {
        return Err(GraphError::Refused(Refusal {
            status,
            code: error.code,
            subcode: error.error_subcode.unwrap_or_default(),
            message: error.message.replace(token.expose_secret(), "…"),
            retry_after,
        }));
    }
    match serde_json::from_slice(&body) {
        _ if status >= 300 => Err(GraphError::Refused(plain())),
        Ok(answer) => Ok(answer),
        Err(_) => Err(GraphError::Unreadable { status }),
    }
}

/// The wait that Meta asks for: seconds, or the minutes in its usage header (instagram-and-facebook §16).
fn retry_after(response: &Response) -> Option<Duration> {
    let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
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
