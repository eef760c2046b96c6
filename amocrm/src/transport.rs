//! One request and its answer, and the errors of the transport.

use std::error::Error as _;
use std::time::Duration;

use chrono::DateTime;
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use reqwest::{Client, Request, RequestBuilder};
use serde_json::Value;
use url::Url;

use crate::error::{Error, TEXT_LIMIT};
use crate::lenient;

/// Maximum number of bytes read of one answer (1 MiB). A longer 2xx answer is unreadable, a longer refusal is cut.
pub const ANSWER_LIMIT: usize = 1 << 20;

/// The default time limit of one call (chats-api §6.2).
pub const TOTAL_TIME: Duration = Duration::from_secs(15);

/// The longest delay that is accepted from amoCRM (a day).
pub const RETRY_AFTER_LIMIT: Duration = Duration::from_secs(86_400);

/// A whole answer, or one that was cut at its limit.
pub(crate) struct Answer {
    pub(crate) call: &'static str,
    pub(crate) address: String,
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    cut: bool,
}

/// Sends the request and reads its answer.
pub(crate) async fn exchange(call: &'static str, http: &Client, request: RequestBuilder) -> Result<Answer, Error> {
    exchange_up_to(call, http, request, ANSWER_LIMIT).await
}

/// The same with another limit of the answer in bytes.
pub(crate) async fn exchange_up_to(
    call: &'static str,
    http: &Client,
    request: RequestBuilder,
    limit: usize,
) -> Result<Answer, Error> {
    exchange_built(call, http, built(call, request)?, limit).await
}

/// The request as it will be sent.
pub(crate) fn built(call: &'static str, request: RequestBuilder) -> Result<Request, Error> {
    request.build().map_err(|error| failure(call, "", error))
}

/// Sends a request that was built and reads its answer, up to `limit` bytes.
pub(crate) async fn exchange_built(
    call: &'static str,
    http: &Client,
    request: Request,
    limit: usize,
) -> Result<Answer, Error> {
    let address = address(request.url());
    let mut response = http.execute(request).await.map_err(|error| failure(call, &address, error))?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let mut body = Vec::new();
    let mut cut = false;
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(call, &address, error))? {
        let room = limit.saturating_sub(body.len());
        cut = chunk.len() > room;
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if cut {
            break;
        }
    }
    Ok(Answer { call, address, status, headers, body, cut })
}

/// Host and path, which identify the account or scope. The query is omitted.
fn address(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    clean(&format!("{}{port}{}", url.host_str().unwrap_or_default(), url.path()))
}

fn failure(call: &'static str, address: &str, error: reqwest::Error) -> Error {
    let address = address.to_owned();
    let (unusable, unconnected) = (error.is_builder(), error.is_connect());
    let error = error.without_url();
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        reason = format!("{reason}: {inner}");
        cause = inner.source();
    }
    let reason = clean(&reason);
    if unusable {
        Error::Invalid { call, what: reason }
    } else if unconnected {
        Error::NotSent { call, address, reason }
    } else {
        Error::NoAnswer { call, address, reason }
    }
}

impl Answer {
    /// The answer itself if its status is 2xx and it was read completely; `words` extracts the text of a refusal.
    pub(crate) fn success(self, words: fn(&[u8]) -> String) -> Result<Self, Error> {
        if !self.is_success() {
            let (call, address, status, retry_after) =
                (self.call, self.address.clone(), self.status, self.retry_after());
            return Err(match self.is_page() {
                true => Error::Gateway { call, address, status, retry_after, text: excerpt(&self.body) },
                false => Error::Refused { call, address, status, retry_after, text: words(&self.body) },
            });
        }
        if self.cut { Err(self.unreadable("the answer is too long")) } else { Ok(self) }
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether a refusal is a page of something before amoCRM, whose own refusals are JSON or empty. 429 and 5xx mean
    /// the same, whichever of the two sends them; so do 413 to 415, which are about the request's size or type.
    pub(crate) fn is_page(&self) -> bool {
        !matches!(self.status, 413..=415 | 429 | 500..=599) && !self.is_blank() && !self.is_json()
    }

    fn is_blank(&self) -> bool {
        self.body.iter().all(u8::is_ascii_whitespace)
    }

    fn is_json(&self) -> bool {
        serde_json::from_slice::<serde::de::IgnoredAny>(&self.body).is_ok()
    }

    /// When it was sent, by the other side's clock.
    pub(crate) fn date(&self) -> Option<DateTime<chrono::FixedOffset>> {
        self.headers.get(DATE)?.to_str().ok().and_then(date)
    }

    /// The body as a JSON object; anything else, including an empty body, is unreadable.
    pub(crate) fn object(&self) -> Result<Value, Error> {
        serde_json::from_slice(&self.body)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| self.unreadable("the answer is not a JSON object"))
    }

    /// For calls without data in the answer: an empty body or any JSON is accepted (chats-api §7 row 26), an HTML page
    /// of an intermediary is not.
    pub(crate) fn nothing_expected(&self) -> Result<(), Error> {
        if self.is_blank() || self.is_json() { Ok(()) } else { Err(self.unreadable("the answer is not JSON")) }
    }

    pub(crate) fn unreadable(&self, what: &str) -> Error {
        let text = clean(&format!("{what}: {}", excerpt(&self.body)));
        Error::Unreadable { call: self.call, address: self.address.clone(), status: self.status, text }
    }

    /// The delay to wait: header in seconds, header as a date (relative to the answer's own `Date`), else the body.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let header = |name| self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let asked = header(RETRY_AFTER);
        let seconds = || asked.and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let until = || {
            let (until, from) = (asked.and_then(date)?, header(DATE).and_then(date)?);
            Some((until - from).to_std().unwrap_or_default())
        };
        let body = || {
            let body = serde_json::from_slice::<Value>(&self.body).ok()?;
            lenient::size(&body, "retry_after").map(Duration::from_secs)
        };
        seconds().or_else(until).or_else(body).map(|wait| wait.min(RETRY_AFTER_LIMIT))
    }
}

fn date(text: &str) -> Option<DateTime<chrono::FixedOffset>> {
    DateTime::parse_from_rfc2822(text).ok()
}

/// The beginning of a body as a text for logs and tables.
pub(crate) fn excerpt(body: &[u8]) -> String {
    clean(&String::from_utf8_lossy(body.get(..TEXT_LIMIT).unwrap_or(body)))
}

/// At most [`TEXT_LIMIT`] bytes, without control characters and surrounding blanks.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::new();
    for character in text.trim().chars() {
        let character = if character.is_control() { ' ' } else { character };
        if clean.len() + character.len_utf8() > TEXT_LIMIT {
            break;
        }
        clean.push(character);
    }
    clean
}

/// A base address: http or https with a host, without user name, query and fragment.
pub(crate) fn base_url(call: &'static str, text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|error| Error::invalid(call, format!("the base address: {error}")))?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if plain {
        Ok(url)
    } else {
        Err(Error::invalid(call, "the base address must be http(s)://host[:port][/path] and nothing more"))
    }
}

/// The base address with more path segments, percent-encoded where necessary. The caller must exclude dot segments.
pub(crate) fn join<'segment>(base: &Url, segments: impl IntoIterator<Item = &'segment str>) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
