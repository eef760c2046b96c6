//! Answers: the result of an operation, the effect of a fault on it, and a log line.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::{Value, json};

use crate::avito::{core::Core, faults::Fault, show::CallView, state::State};
use crate::old;

/// Maximum number of logged calls.
const REMEMBERED: usize = 5_000;

/// An answer other than 200.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) retry_after: Option<i64>,
}

impl Refusal {
    /// The error format of all of Avito's files: `{"error": {"code", "message"}}`.
    pub(crate) fn new(status: u16, message: &str) -> Self {
        Self { status, body: json!({"error": {"code": status, "message": message}}), retry_after: None }
    }

    /// 429.
    pub(crate) fn too_many(seconds: i64) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(429, "Too Many Requests") }
    }
}

/// 400.
pub(super) fn bad(message: &str) -> Refusal {
    Refusal::new(400, message)
}

/// 404.
pub(super) fn missing() -> Refusal {
    Refusal::new(404, "Not found")
}

/// The seller behind the call, and the result.
pub(crate) type Outcome = (Option<i64>, Result<Value, Refusal>);

/// How an answer is sent.
enum Leaves {
    Whole,
    Html,
    Never,
}

/// Performs an operation, applies faults, and answers.
pub(crate) async fn answered(
    core: &Arc<Core>,
    operation: &str,
    path: &str,
    perform: impl FnOnce(&mut State) -> Outcome,
) -> HttpResponse {
    let (instead, leaves) = meet(core, operation).await;
    let (seller, limits, answer) = core.change(|state| {
        let (seller, answer) = match instead {
            Some(refusal) => (None, Err(refusal)),
            None => perform(state),
        };
        let limits = seller.and_then(|id| state.sellers.get(&id)).map(|seller| seller.minute.1);
        let status = match (&answer, &leaves) {
            (_, Leaves::Never) => 0,
            (Ok(_), _) => 200,
            (Err(refusal), _) => refusal.status,
        };
        old::remember(
            &mut state.calls,
            CallView { operation: operation.to_owned(), path: path.to_owned(), seller, status },
            REMEMBERED,
        );
        (seller, limits, answer)
    });
    let limits = seller.and(limits).zip(core.options.calls_per_minute);
    respond(&answer, &leaves, limits)
}

/// Applies the faults of a call: returns the replacement of the answer, and how the answer is sent.
async fn meet(core: &Core, operation: &str) -> (Option<Refusal>, Leaves) {
    let mut met = (None, Leaves::Whole);
    for fault in core.faults.take(operation, None).await {
        match fault {
            Fault::Slow { millis } => tokio::time::sleep(Duration::from_millis(millis)).await,
            Fault::TooMany { retry_after } => met.0 = Some(Refusal::too_many(retry_after)),
            Fault::ServerError { code } => met.0 = Some(Refusal::new(code, "Internal Server Error")),
            Fault::HtmlPage { code } => met = (Some(Refusal::new(code, "")), Leaves::Html),
            Fault::ResetBefore => met = (Some(Refusal::new(500, "")), Leaves::Never),
            Fault::ResetAfter => met.1 = Leaves::Never,
            Fault::Refuse { code, message } => met.0 = Some(Refusal::new(code, &message)),
        }
    }
    met
}

/// `limits`: the number of calls in this minute, and the maximum.
fn respond(answer: &Result<Value, Refusal>, leaves: &Leaves, limits: Option<(u32, u32)>) -> HttpResponse {
    let status = answer.as_ref().err().map_or(200, |refusal| refusal.status);
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    if let Some((used, allowed)) = limits {
        response.insert_header(("X-RateLimit-Limit", allowed.to_string()));
        response.insert_header(("X-RateLimit-Remaining", allowed.saturating_sub(used).to_string()));
    }
    match leaves {
        Leaves::Whole => {
            if let Some(seconds) = answer.as_ref().err().and_then(|refusal| refusal.retry_after) {
                response.insert_header(("Retry-After", seconds.to_string()));
            }
            let body = answer.as_ref().unwrap_or_else(|refusal| &refusal.body);
            response.content_type("application/json").body(body.to_string())
        }
        Leaves::Html => {
            response.content_type("text/html").body(format!("<html><body><h1>{status} Bad Gateway</h1></body></html>"))
        }
        Leaves::Never => old::cut(response),
    }
}
