//! Calls to Meta's Graph API (whatsapp §1, §15). Tokens are sent in headers, and no address leaves this folder, because
//! some contain a secret.

mod error;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use base::http_client::{FILE_TIMEOUT, Guarded, HttpClients, read_up_to, send};
use bytes::Bytes;
use futures_util::StreamExt;
use reqwest::{RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

pub use error::{ApiError, Refused};
use error::{refused, refused_by, unanswered, unreadable_address};

use super::upload::MultipartRequest;
use crate::file::OpenFile;

/// The version in every address: the newest one (whatsapp §1).
pub const VERSION: &str = "v26.0";
/// Time limit of a call without files, including the answer.
const CALL_WITHIN: Duration = Duration::from_secs(12);
/// Time limit of a call with a file.
const UPLOAD_WITHIN: Duration = Duration::from_secs(25);
/// Maximum bytes read from an answer: a page of a hundred templates is smaller.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// Domains from which Meta serves files (whatsapp §10).
const FILE_DOMAINS: [&str; 4] = ["fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net"];

/// Meta's Graph API, or another server in its place (`whatsapp.api_url`). Clones share connections.
#[derive(Clone)]
pub struct GraphApi {
    http: reqwest::Client,
    files: reqwest::Client,
    guarded: Guarded,
    base: Arc<str>,
}

/// A request for a file, and whether it contains the token.
struct FileRequest {
    request: RequestBuilder,
    with_token: bool,
}

/// The part of an address after the version: its segments, and its query.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a>(pub &'a [&'a str], pub &'a [(&'a str, &'a str)]);

impl GraphApi {
    /// `base`: `whatsapp.api_url` from the configuration.
    pub fn new(http: &HttpClients, base: &Url) -> Self {
        let base = base::config::base(base).into();
        Self { http: http.trusted().clone(), files: http.files().clone(), guarded: http.guarded().clone(), base }
    }

    /// Reads an object.
    pub async fn get<T: DeserializeOwned>(&self, token: &SecretString, path: Path<'_>) -> Result<T, ApiError> {
        self.answered(self.http.get(self.address(path)?), token, || true).await
    }

    /// Reads an object without a token: its address contains the authorization.
    pub async fn get_openly<T: DeserializeOwned>(&self, path: Path<'_>) -> Result<T, ApiError> {
        let request = self.http.get(self.address(path)?).timeout(CALL_WITHIN);
        sent(request, "", || true).await
    }

    /// Posts JSON.
    pub async fn post<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        path: Path<'_>,
        body: &(impl Serialize + Sync),
    ) -> Result<T, ApiError> {
        self.answered(self.http.post(self.address(path)?).json(body), token, || true).await
    }

    /// Deletes an object.
    pub async fn delete<T: DeserializeOwned>(&self, token: &SecretString, path: Path<'_>) -> Result<T, ApiError> {
        self.answered(self.http.delete(self.address(path)?), token, || true).await
    }

    /// Posts a file with its parameters.
    pub async fn upload<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        path: Path<'_>,
        upload: MultipartRequest,
    ) -> Result<T, ApiError> {
        let address = self.address(path)?;
        let (form, whole) = upload.into_form();
        let request = self.files.post(address).timeout(UPLOAD_WITHIN).multipart(form);
        sent(authorized(request, token), token.expose_secret(), || whole.is_set()).await
    }

    /// Sends the bytes of a resumable upload. `session`: the id from its first call, which contains a query
    /// (whatsapp §9).
    pub async fn upload_bytes<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        session: &str,
        bytes: Bytes,
    ) -> Result<T, ApiError> {
        let is_session = session.starts_with("upload:") && !session.contains(['/', '#', '\\']);
        let address = Url::parse(&format!("{}/{VERSION}/{session}", self.base)).ok().filter(|_| is_session);
        let request = self.http.post(address.ok_or_else(unreadable_address)?).timeout(UPLOAD_WITHIN);
        let request = request.header("file_offset", "0").body(bytes);
        sent(request.header("Authorization", format!("OAuth {}", token.expose_secret())), token.expose_secret(), || {
            true
        })
        .await
    }

    /// Opens a file at an address returned by Meta.
    pub async fn open(&self, token: &SecretString, address: &str) -> Result<OpenFile, ApiError> {
        let request = self.file_request(address).ok_or_else(unreadable_address)?;
        let request = if request.with_token { authorized(request.request, token) } else { request.request };
        let response = send(request.timeout(FILE_TIMEOUT)).await.map_err(|error| unanswered(error, true))?;
        let status = response.status();
        if !status.is_success() {
            return Err(refused_by(status.as_u16()));
        }
        let announced = response.content_length();
        let bytes =
            response.bytes_stream().map(|chunk| chunk.map_err(|error| crate::unanswered::words(error).to_string()));
        Ok(OpenFile { announced, bytes: bytes.boxed() })
    }

    /// The token is sent to Meta's own hosts and to the API's host; if the API is another server than Meta's, also to
    /// the hosts that it returns. Hosts other than these must be public or listed in `network.allow_private`. None for
    /// an address that must not be called.
    fn file_request(&self, address: &str) -> Option<FileRequest> {
        let (address, own) = (Url::parse(address).ok()?, Url::parse(&self.base).ok()?);
        let host = address.host_str()?;
        let is_own = Some(host) == own.host_str() && (address.scheme() == "https" || address.scheme() == own.scheme());
        if is_own || (address.scheme() == "https" && is_metas(host)) {
            return Some(FileRequest { request: self.files.get(address), with_token: true });
        }
        let request = self.guarded.get(&address).ok()?;
        Some(FileRequest { request, with_token: !own.host_str().is_some_and(is_metas) })
    }

    /// Every segment is escaped, so that an id cannot change the path.
    fn address(&self, Path(segments, query): Path<'_>) -> Result<Url, ApiError> {
        let mut address = Url::parse(&self.base).map_err(|_| unreadable_address())?;
        if segments.iter().any(|segment| segment.is_empty() || segment.chars().all(|sign| sign == '.')) {
            return Err(unreadable_address());
        }
        if let Ok(mut path) = address.path_segments_mut() {
            path.pop_if_empty().push(VERSION).extend(segments);
        }
        if !query.is_empty() {
            address.query_pairs_mut().extend_pairs(query);
        }
        Ok(address)
    }

    async fn answered<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        token: &SecretString,
        whole: impl Fn() -> bool + Send,
    ) -> Result<T, ApiError> {
        sent(authorized(request, token).timeout(CALL_WITHIN), token.expose_secret(), whole).await
    }
}

fn is_metas(host: &str) -> bool {
    let of = |rest: &str| rest.is_empty() || rest.ends_with('.');
    FILE_DOMAINS.iter().any(|domain| host.strip_suffix(domain).is_some_and(of))
}

fn authorized(request: RequestBuilder, token: &SecretString) -> RequestBuilder {
    request.bearer_auth(token.expose_secret())
}

/// Sends a request. `whole`: set when all of it was sent.
async fn sent<T: DeserializeOwned>(
    request: RequestBuilder,
    secret: &str,
    whole: impl Fn() -> bool + Send,
) -> Result<T, ApiError> {
    match send(request).await {
        Ok(response) => read(response, secret).await,
        Err(error) => Err(unanswered(error, whole())),
    }
}

async fn read<T: DeserializeOwned>(response: Response, secret: &str) -> Result<T, ApiError> {
    let status = response.status().as_u16();
    let retry_after = error::retry_after(response.headers());
    let (body, _): (Vec<u8>, bool) = match read_up_to(response, ANSWER_BYTES).await {
        Ok(body) => body,
        // The status already shows a refusal; the missing body would only have given the reason.
        Err(_) if status >= 300 => return Err(refused_by(status)),
        Err(error) => return Err(ApiError::Unknown(crate::unanswered::words(error))),
    };
    if let Some(refused) = refused(status, &body, secret) {
        return Err(ApiError::Refused(Box::new(Refused { retry_after, ..refused })));
    }
    serde_json::from_slice(&body).map_err(|_| ApiError::Unreadable { status })
}
