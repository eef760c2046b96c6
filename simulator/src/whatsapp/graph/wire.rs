//! Connects actix with the calls: reads one, applies faults, sends the answer, logs one line.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use multer::Multipart;
use serde_json::{Map, Value};

use super::{
    call::{Call, File},
    error::{Answered, GraphError},
    files, table,
};
use crate::old;
use crate::whatsapp::{core::Core, faults::Fault, look, view::CallView};

/// Largest body in bytes; a document has 100 MB plus overhead.
const BODY_LIMIT: usize = 101 * 1024 * 1024;
/// Maximum number of logged calls.
const REMEMBERED: usize = 5_000;

/// Adds the Graph's routes: every path that is not a page.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/whatsapp_business/attachments/", web::get().to(files::download)).default_service(web::to(serve));
}

/// Handles one call.
async fn serve(core: web::Data<Arc<Core>>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let call = read(&request, payload).await;
    // In its own task: a caller that disconnects must not cancel the operation.
    let task = actix_web::rt::spawn(handle(Arc::clone(&core), call));
    task.await.unwrap_or_else(|_| HttpResponse::InternalServerError().finish())
}

async fn body(mut payload: web::Payload) -> Result<Bytes, GraphError> {
    let mut body = BytesMut::new();
    let mut is_too_large = false;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| GraphError::new(400, 100, "The body broke off"))?;
        // The rest is read and discarded, so that the caller can read the answer.
        is_too_large |= body.len() + chunk.len() > BODY_LIMIT;
        if !is_too_large {
            body.extend_from_slice(&chunk);
        }
    }
    if is_too_large { Err(GraphError::new(413, 1, "Request Entity Too Large")) } else { Ok(body.freeze()) }
}

async fn read(request: &HttpRequest, payload: web::Payload) -> Result<Call, GraphError> {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let mut call = Call { method: request.method().to_string(), ..Call::default() };
    let parts = request.path().split('/').filter(|part| !part.is_empty());
    call.path = parts.map(str::to_owned).collect();
    // A version that is no longer or not yet supported is answered by a supported one.
    if call.path.first().is_some_and(|part| is_version(part)) {
        call.path.remove(0);
    }
    let pairs = |bytes: &[u8], into: &mut Map<String, Value>| {
        for (key, value) in url::form_urlencoded::parse(bytes) {
            into.insert(key.into_owned(), Value::String(value.into_owned()));
        }
    };
    pairs(request.query_string().as_bytes(), &mut call.values);
    let kind = text("content-type").unwrap_or_default();
    call.offset = text("file_offset").and_then(|offset| offset.parse().ok());
    let bytes = body(payload).await?;
    match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => pairs(&bytes, &mut call.values),
        "application/json" if !bytes.is_empty() => {
            let wrong = |_| GraphError::parameter("Body is not a valid JSON object.");
            let values: Map<String, Value> = serde_json::from_slice(&bytes).map_err(wrong)?;
            call.values.extend(values);
        }
        "multipart/form-data" => multipart(&mut call, kind, bytes).await?,
        _ => call.raw = bytes,
    }
    let given = text(header::AUTHORIZATION.as_str()).unwrap_or_default();
    let given = given.strip_prefix("Bearer ").or_else(|| given.strip_prefix("OAuth "));
    call.token = given.map(|token| token.trim().to_owned()).or_else(|| call.text("access_token"));
    Ok(call)
}

fn is_version(part: &str) -> bool {
    let number = part.strip_prefix('v').unwrap_or_default();
    number.split_once('.').is_some_and(|(one, two)| one.parse::<u16>().is_ok() && two.parse::<u16>().is_ok())
}

async fn multipart(call: &mut Call, kind: &str, body: Bytes) -> Result<(), GraphError> {
    let wrong = |_| GraphError::parameter("Body is not valid multipart/form-data.");
    let boundary = multer::parse_boundary(kind).map_err(wrong)?;
    let mut parts = Multipart::new(stream::once(async move { Ok::<_, std::io::Error>(body) }), boundary);
    while let Some(field) = parts.next_field().await.map_err(wrong)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let mime = field.content_type().map(ToString::to_string);
        let bytes = field.bytes().await.map_err(wrong)?;
        if file_name.is_some() {
            call.files.insert(name, File { name: file_name, mime, bytes });
        } else {
            call.values.insert(name, Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(())
}

/// The effect of faults on a call.
#[derive(Default)]
pub(super) struct Met {
    /// Replaces the answer.
    pub(super) instead: Option<GraphError>,
    is_html: bool,
    is_cut: bool,
    is_last: bool,
}

impl Met {
    /// The connection is dropped.
    pub(super) fn is_lost(&self) -> bool {
        self.is_cut
    }
}

/// Applies the faults of a call.
pub(super) async fn meet(core: &Core, operation: &str, to: Option<&str>) -> Met {
    let mut met = Met::default();
    for fault in core.faults.take(operation, to).await {
        match fault {
            Fault::Slow { millis } => tokio::time::sleep(Duration::from_millis(millis)).await,
            Fault::Error { code } => met.instead = Some(GraphError::known(code)),
            Fault::Refuse { status, code, message, subcode, details } => {
                met.instead = Some(GraphError { subcode, details, ..GraphError::new(status, code, message) });
            }
            Fault::HtmlPage { status } => {
                met.instead = Some(GraphError::new(status, 0, ""));
                met.is_html = true;
            }
            Fault::ResetBefore => {
                met.instead = Some(GraphError::new(500, 0, ""));
                met.is_cut = true;
            }
            Fault::ResetAfter => met.is_cut = true,
            Fault::AnswerLast => met.is_last = true,
        }
    }
    met
}

async fn handle(core: Arc<Core>, call: Result<Call, GraphError>) -> HttpResponse {
    let call = match call {
        Ok(call) => call,
        Err(error) => return respond(&core, &Err(error), &Met::default()),
    };
    let operation = core.read(|state| table::operation(state, &call));
    let to = call.text("to").or_else(|| call.text("recipient"));
    let met = meet(&core, &operation, to.as_deref()).await;
    let answer = match &met.instead {
        Some(error) => Err(error.clone()),
        None => table::run(&core, &call).await,
    };
    if met.is_last {
        look::settled(&core).await;
    }
    let status = match &answer {
        _ if met.is_cut => 0,
        Ok(_) => 200,
        Err(error) => error.status,
    };
    let code = answer.as_ref().err().map(|error| error.code);
    core.change(|state| {
        let (method, path) = (call.method.clone(), call.path.clone());
        old::remember(
            &mut state.calls,
            CallView { operation, method, path, parameters: call.shown(), status, code },
            REMEMBERED,
        );
    });
    respond(&core, &answer, &met)
}

/// A status code of the answer.
pub(super) fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn respond(core: &Core, answer: &Answered, met: &Met) -> HttpResponse {
    let status = answer.as_ref().err().map_or(200, |error| error.status);
    let mut response = HttpResponse::build(code(status));
    if met.is_cut {
        return old::cut(response);
    }
    if met.is_html {
        let page =
            format!("<html><head><title>{status}</title></head><body>Sorry, something went wrong.</body></html>");
        return response.content_type("text/html").body(page);
    }
    let trace = core.change(crate::whatsapp::state::State::next_trace);
    let body = match answer {
        Ok(value) => value.clone(),
        Err(error) => error.json(&trace),
    };
    response
        .insert_header(("facebook-api-version", "v26.0"))
        .insert_header(("x-fb-trace-id", trace))
        .content_type("application/json; charset=UTF-8")
        .body(body.to_string())
}
