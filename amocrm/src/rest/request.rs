//! One request: method, path, query, body, token.

use std::time::Duration;

use http::HeaderValue;
use reqwest::{Client, Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use crate::error::Error;
use crate::lenient;
use crate::transport::{self, Answer, clean, excerpt};

/// Maximum length of a foreign id in a path.
const ID_LIMIT: usize = 64;

pub(super) type Query = Vec<(&'static str, String)>;

/// The parts of a request. Path segments are our constants, amoCRM's numbers and checked ids only.
pub(super) struct Request<'call> {
    pub(super) call: &'static str,
    method: Method,
    pub(super) path: Vec<&'call str>,
    query: Query,
    body: Option<Vec<u8>>,
}

impl<'call> Request<'call> {
    pub(super) fn get(call: &'static str, path: Vec<&'call str>, query: Query) -> Self {
        Self { query, ..Self::bare(call, Method::GET, path) }
    }

    /// Without query and body.
    pub(super) fn bare(call: &'static str, method: Method, path: Vec<&'call str>) -> Self {
        Self { call, method, path, query: Vec::new(), body: None }
    }

    pub(super) fn with_body(
        call: &'static str,
        method: Method,
        path: Vec<&'call str>,
        payload: &(impl Serialize + ?Sized),
    ) -> Result<Self, Error> {
        let body = serde_json::to_vec(payload).map_err(|error| Error::invalid(call, error.to_string()))?;
        Ok(Self { body: Some(body), ..Self::bare(call, method, path) })
    }

    /// Sends it and reads a success, or amoCRM's error.
    pub(super) async fn send(
        self,
        http: &Client,
        url: Url,
        token: &SecretString,
        total_time: Duration,
    ) -> Result<Answer, Error> {
        let call = self.call;
        let builder = self.builder(http, url, token, total_time)?;
        transport::exchange(call, http, builder).await?.success(words)
    }

    /// The same for a file of at most `limit` bytes.
    pub(super) async fn send_for_file(
        self,
        http: &Client,
        url: Url,
        token: &SecretString,
        total_time: Duration,
        limit: usize,
    ) -> Result<Answer, Error> {
        let call = self.call;
        let builder = self.builder(http, url, token, total_time)?;
        transport::exchange_up_to(call, http, builder, limit).await?.success(words)
    }

    fn builder(
        self,
        http: &Client,
        mut url: Url,
        token: &SecretString,
        total_time: Duration,
    ) -> Result<RequestBuilder, Error> {
        let call = self.call;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(self.query);
        }
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
            .map_err(|_| Error::invalid(call, "the access token is not valid in a header"))?;
        bearer.set_sensitive(true);
        let mut builder = http
            .request(self.method, url)
            .timeout(total_time)
            .header("Accept", "application/hal+json, application/json")
            .header("Authorization", bearer);
        if let Some(body) = self.body {
            builder = builder.header("Content-Type", "application/json").body(body);
        }
        Ok(builder)
    }
}

/// A foreign id that is safe in a path.
pub(super) fn path_id<'id>(call: &'static str, what: &str, id: &'id str) -> Result<&'id str, Error> {
    let fits = (1..=ID_LIMIT).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if fits {
        Ok(id)
    } else {
        Err(Error::invalid(call, format!("{what} must be 1 to {ID_LIMIT} letters, digits, '-' and '_'")))
    }
}

/// `detail`, else `title`, followed by the errors of fields; the beginning of the body if it is not a problem document.
pub(super) fn words(body: &[u8]) -> String {
    let problem = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let summary = ["detail", "title", "hint"].into_iter().find_map(|key| lenient::text(&problem, key));
    let mut words: Vec<String> = summary.into_iter().collect();
    for key in ["validation-errors", "errors"] {
        for item in lenient::list(&problem, key) {
            match item.get("errors") {
                // A batch deletion of sources has an object where others have a list.
                Some(single) if single.get("detail").is_some() || single.get("code").is_some() => {
                    words.extend(field(single));
                }
                Some(_) => words.extend(lenient::list(item, "errors").into_iter().filter_map(field)),
                None => words.extend(field(item)),
            }
        }
    }
    if words.is_empty() { excerpt(body) } else { clean(&words.join("; ")) }
}

fn field(error: &Value) -> Option<String> {
    let detail = lenient::text(error, "detail").or_else(|| lenient::text(error, "code"))?;
    Some(match lenient::text(error, "path") {
        Some(path) => format!("{path}: {detail}"),
        None => detail,
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn validation_errors_are_named() {
        let body =
            br#"{"validation-errors":[{"request_id":"0","errors":[{"code":"NotSupportedChoice","path":"0.pipeline_id",
            "detail":"No such choice."}]}],"title":"Bad Request","status":400,"detail":"Request validation failed"}"#;
        assert_eq!(words(body), "Request validation failed; 0.pipeline_id: No such choice.");
    }

    #[test]
    fn an_object_where_a_list_was_meant() {
        let body =
            br#"{"errors":[{"request_id":"0","errors":{"code":"EntityNotFound","path":"id","detail":"not found"}}],
            "title":"Bad Request","status":400,"detail":"Invalid request items"}"#;
        assert_eq!(words(body), "Invalid request items; id: not found");
    }

    #[test]
    fn anything_else_is_quoted() {
        assert_eq!(words(b"<html>\n503</html>"), "<html> 503</html>");
        assert_eq!(words(b""), "");
        assert_eq!(words(b"[]"), "[]");
        assert!(words("\u{0}\u{44f}".repeat(3000).as_bytes()).len() <= 2048);
    }
}
