//! What an attempt sent last, for the page of its message. It is noted while the attempt runs, which costs a copy of the
//! address and of the list of headers, which is cleared at once, and a reference to the body. It is written as text only if
//! the attempt failed.

mod mask;
#[cfg(test)]
mod tests;

use std::cell::RefCell;

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Request, RequestBuilder, Response};
use uuid::Uuid;

use crate::rate_limit::{Budget, RateLimiter};

/// Maximum length of the text, in bytes.
const LIMIT: usize = 4096;

tokio::task_local! {
    /// The attempt in which this task is; there is none outside of attempts.
    static ATTEMPT: Attempt;
}

/// An attempt in progress.
struct Attempt {
    last: RefCell<Option<SentRequest>>,
    pace: Option<Pace>,
}

/// How fast the calls of a target's attempts may follow each other, those beside its messages too.
#[derive(Clone)]
pub struct Pace {
    pub calls: RateLimiter<Uuid>,
    pub target: Uuid,
    pub budget: Budget,
}

/// A request, without its headers.
pub struct SentRequest {
    request: Request,
    format: BodyFormat,
    is_path_kept: bool,
}

enum BodyFormat {
    None,
    Json,
    Form,
    /// Files, and anything else that is not written as text; its size, if that is known.
    Other(Option<u64>),
}

/// Runs an attempt; also returns the last request that it sent itself, also if a time limit inside ended it. Inside of an
/// attempt this keeps a look-up from being noted as what the attempt sent. Each call waits until `pace` allows it.
pub async fn recorded<T>(pace: Option<Pace>, attempt: impl Future<Output = T>) -> (T, Option<SentRequest>) {
    let recorded = async {
        let ended = attempt.await;
        (ended, ATTEMPT.with(|attempt| attempt.last.take()))
    };
    ATTEMPT.scope(Attempt { last: RefCell::default(), pace }, recorded).await
}

/// Waits until the target's limit allows one more call, and counts it.
async fn wait_for_pace() {
    let pace = ATTEMPT.try_with(|attempt| attempt.pace.clone());
    if let Ok(Some(Pace { calls, target, budget })) = pace {
        // On the heap: most calls wait for nothing, and all would hold the wait.
        Box::pin(calls.wait(target, budget)).await;
    }
}

/// Sends a request and notes it, if it belongs to an attempt. Connectors send nothing in another way.
pub async fn send(request: RequestBuilder) -> Result<Response, reqwest::Error> {
    let (client, request) = request.build_split();
    let request = request?;
    wait_for_pace().await;
    note(&request);
    client.execute(request).await
}

/// The same for an address that a tenant chose: any part of its path may be a secret, so only the host is noted.
pub async fn send_to_tenant(request: RequestBuilder) -> Result<Response, reqwest::Error> {
    let (client, request) = request.build_split();
    let request = request?;
    wait_for_pace().await;
    note_as(&request, false);
    client.execute(request).await
}

/// Notes a request that another crate is about to send.
pub fn note(request: &Request) {
    note_as(request, true);
}

fn note_as(request: &Request, is_path_kept: bool) {
    // An error means that this is no attempt.
    let _ = ATTEMPT.try_with(|attempt| attempt.last.replace(Some(SentRequest::of(request, is_path_kept))));
}

impl SentRequest {
    fn of(request: &Request, is_path_kept: bool) -> Self {
        let format = BodyFormat::of(request);
        let whole = if matches!(format, BodyFormat::Json | BodyFormat::Form) { request.try_clone() } else { None };
        let mut kept = whole.unwrap_or_else(|| Request::new(request.method().clone(), request.url().clone()));
        // Headers contain secrets. They are copied at all only because reqwest shares a body in no other way than with a
        // copy of its whole request.
        kept.headers_mut().clear();
        Self { request: kept, format, is_path_kept }
    }

    /// Method, address and body as text of at most 4 KiB, without texts, names and secrets (`sent/mask.rs`).
    pub fn masked(&self) -> String {
        let address = mask::address(self.request.url(), self.is_path_kept);
        let bytes = self.request.body().and_then(Body::as_bytes).unwrap_or_default();
        let unreadable = || format!("({} bytes)", bytes.len());
        let body = match self.format {
            BodyFormat::None => String::new(),
            BodyFormat::Json => mask::json(bytes).unwrap_or_else(unreadable),
            BodyFormat::Form => mask::form(bytes),
            BodyFormat::Other(Some(size)) => format!("({size} bytes)"),
            BodyFormat::Other(None) => "(a file)".to_owned(),
        };
        let mut text = format!("{} {address}\n{body}", self.request.method());
        text.truncate(text.trim_end().len());
        if text.len() > LIMIT {
            text.truncate(text.floor_char_boundary(LIMIT - '…'.len_utf8()));
            text.push('…');
        }
        text
    }
}

impl BodyFormat {
    fn of(request: &Request) -> Self {
        let Some(body) = request.body() else { return Self::None };
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = header(CONTENT_TYPE);
        match body.as_bytes() {
            Some(_) if kind.contains("json") => Self::Json,
            Some(_) if kind.starts_with("application/x-www-form-urlencoded") => Self::Form,
            Some(bytes) => Self::Other(u64::try_from(bytes.len()).ok()),
            None => Self::Other(header(CONTENT_LENGTH).parse().ok()),
        }
    }
}
