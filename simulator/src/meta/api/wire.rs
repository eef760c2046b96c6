//! Connects actix with the calls: reads a call, applies faults, sends the answer, logs it.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web,
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use multer::Multipart;
use serde_json::{Map, Value};

use super::{
    answer::{Answered, Refusal, bad},
    params::{Params, Upload},
    table,
};
use crate::meta::{core::Core, faults::Fault, look::CallView};
use crate::old;

/// Largest body in bytes; a file has 25 MB plus overhead.
const BODY_LIMIT: usize = 27 * 1024 * 1024;
/// Maximum number of logged calls.
const REMEMBERED: usize = 5_000;

/// Handles one call.
pub(crate) async fn serve(core: web::Data<Arc<Core>>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bearer = text(header::AUTHORIZATION).strip_prefix("Bearer ").map(str::to_owned);
    let kind = text(header::CONTENT_TYPE).to_owned();
    let params = match read(payload).await {
        Ok(body) => params(request.query_string(), &kind, body).await,
        Err(refusal) => Err(refusal),
    };
    let params = params.map(|mut params| {
        params.token = bearer.or_else(|| params.text("access_token")).unwrap_or_default();
        params
    });
    let parts: Vec<String> = request.path().split('/').filter(|one| !one.is_empty()).map(str::to_owned).collect();
    let is_version =
        |one: &String| one.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let parts = if parts.first().is_some_and(is_version) { parts[1..].to_vec() } else { parts };
    // In its own task: a caller that disconnects must not cancel the operation.
    let task = actix_web::rt::spawn(handle(Arc::clone(&core), request.method().clone(), parts, params));
    task.await.unwrap_or_else(|_| HttpResponse::InternalServerError().finish())
}

async fn read(mut payload: web::Payload) -> Result<Bytes, Refusal> {
    let mut body = BytesMut::new();
    let mut is_too_large = false;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| bad("the body broke off"))?;
        // The rest is read and discarded, so that the caller can read the answer.
        is_too_large |= body.len() + chunk.len() > BODY_LIMIT;
        if !is_too_large {
            body.extend_from_slice(&chunk);
        }
    }
    if is_too_large { Err(super::attachments::too_large()) } else { Ok(body.freeze()) }
}

async fn params(query: &str, kind: &str, body: Bytes) -> Result<Params, Refusal> {
    let mut params = Params::default();
    let mut pairs = |text: &[u8]| {
        for (key, value) in url::form_urlencoded::parse(text) {
            params.values.insert(key.into_owned(), Value::String(value.into_owned()));
        }
    };
    pairs(query.as_bytes());
    let plain = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match plain.as_str() {
        "application/x-www-form-urlencoded" => pairs(&body),
        "application/json" if !body.is_empty() => {
            let values: Map<String, Value> =
                serde_json::from_slice(&body).map_err(|_| bad("The parameters are not valid JSON"))?;
            params.values.extend(values);
        }
        "multipart/form-data" => multipart(&mut params, kind, body).await?,
        _ => {}
    }
    Ok(params)
}

async fn multipart(params: &mut Params, kind: &str, body: Bytes) -> Result<(), Refusal> {
    let wrong = |_| bad("The multipart body can't be read");
    let boundary = multer::parse_boundary(kind).map_err(wrong)?;
    let mut parts = Multipart::new(stream::once(async move { Ok::<_, std::io::Error>(body) }), boundary);
    while let Some(field) = parts.next_field().await.map_err(wrong)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let mime = field.content_type().map(ToString::to_string).unwrap_or_default();
        let bytes = field.bytes().await.map_err(wrong)?;
        match file_name {
            Some(file_name) if name == "filedata" => params.file = Some(Upload { name: file_name, mime, bytes }),
            _ => {
                params.values.insert(name, Value::String(String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    Ok(())
}

/// How an answer is sent.
enum Leaves {
    Whole,
    Html(u16),
    Never,
}

async fn handle(core: Arc<Core>, method: Method, parts: Vec<String>, params: Result<Params, Refusal>) -> HttpResponse {
    let edge = parts.last().cloned().unwrap_or_default();
    let (instead, leaves) = meet(&core, &edge).await;
    let shown = params.as_ref().map(Params::shown).unwrap_or_default();
    let answer = match (instead, params) {
        (Some(refusal), _) => Err(refusal),
        (None, Ok(params)) => table::call(&core, &method, &parts, &params).await,
        (None, Err(refusal)) => Err(refusal),
    };
    let status = match (&answer, &leaves) {
        (_, Leaves::Never) => 0,
        (_, Leaves::Html(status)) => *status,
        (Ok(_), Leaves::Whole) => 200,
        (Err(refusal), Leaves::Whole) => refusal.status,
    };
    core.change(|state| {
        let call = CallView { method: method.to_string(), path: parts.join("/"), params: shown, status };
        old::remember(&mut state.calls, call, REMEMBERED);
    });
    respond(&answer, &leaves)
}

/// Waits for gates and returns the replacement of the call's answer.
async fn meet(core: &Core, edge: &str) -> (Option<Refusal>, Leaves) {
    let mut met = (None, Leaves::Whole);
    for fault in core.faults.take(edge, None).await {
        match fault {
            Fault::HtmlPage { status } => met = (Some(Refusal::new(status, 2, None, "")), Leaves::Html(status)),
            Fault::ResetBefore => met = (Some(Refusal::new(500, 2, None, "")), Leaves::Never),
            Fault::ResetAfter => met.1 = Leaves::Never,
            Fault::Refuse { status, code, subcode, message } => {
                met.0 = Some(Refusal::new(status, code, subcode, message));
            }
        }
    }
    met
}

fn respond(answer: &Answered, leaves: &Leaves) -> HttpResponse {
    let status = answer.as_ref().err().map_or(200, |refusal| refusal.status);
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    match (leaves, answer) {
        (Leaves::Html(_), _) => {
            response.content_type("text/html").body("<html><body>Sorry, something went wrong.</body></html>")
        }
        (Leaves::Never, _) => old::cut(response),
        (Leaves::Whole, Ok(value)) => response.json(value),
        (Leaves::Whole, Err(refusal)) => response.json(refusal.json()),
    }
}
