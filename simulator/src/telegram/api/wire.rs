//! Connects actix with the methods: reads a call, applies faults, sends the answer, logs one line.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use multer::Multipart;
use serde_json::{Map, Value, json};

use super::{
    answer::Refusal,
    files,
    params::{Params, Upload},
    table::{self, Reply},
};
use crate::old;
use crate::telegram::{core::Core, faults::Fault, state::CallView};

/// Largest body in bytes; an upload has 50 MB plus overhead.
const BODY_LIMIT: usize = 51 * 1024 * 1024;
/// Maximum number of logged calls per bot.
const REMEMBERED: usize = 5_000;

/// Adds the routes of the protocol.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/bot{token}/{method}", web::to(serve)).route("/file/bot{token}/{path:.*}", web::to(files::download));
}

/// The bot of a token. A malformed token gets 404, an invalid one 401.
pub(super) fn bot_of(core: &Core, token: &str) -> Result<i64, Refusal> {
    let is_of_form = token.split_once(':').is_some_and(|(id, secret)| {
        let plain = |one: char| one.is_ascii_alphanumeric() || one == '_' || one == '-';
        id.parse::<i64>().is_ok() && secret.len() == 35 && secret.chars().all(plain)
    });
    if !is_of_form {
        return Err(Refusal::new(404, "Not Found"));
    }
    let now = core.millis();
    core.read(|state| {
        let bot = state.bots.values().find(|bot| bot.token == token && !bot.is_revoked);
        let bot = bot.ok_or_else(|| Refusal::new(401, "Unauthorized"))?;
        if bot.logged_out_until > now {
            return Err(Refusal::new(400, "Logged out"));
        }
        Ok(bot.id)
    })
}

/// Handles one call.
async fn serve(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> HttpResponse {
    let (token, method) = path.into_inner();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let body = read(payload).await;
    let params = match body {
        Ok(body) => params(request.query_string(), kind, body).await,
        Err(refusal) => Err(refusal),
    };
    // In its own task: a caller that disconnects must not cancel the operation.
    let task = actix_web::rt::spawn(handle(Arc::clone(&core), token, method, params));
    task.await.unwrap_or_else(|_| HttpResponse::InternalServerError().finish())
}

async fn read(mut payload: web::Payload) -> Result<Bytes, Refusal> {
    let mut body = BytesMut::new();
    let mut is_too_large = false;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Refusal::new(400, "Bad Request: the body broke off"))?;
        // The rest is read and discarded, so that the caller can read the answer.
        is_too_large |= body.len() + chunk.len() > BODY_LIMIT;
        if !is_too_large {
            body.extend_from_slice(&chunk);
        }
    }
    if is_too_large { Err(Refusal::new(413, "Request Entity Too Large")) } else { Ok(body.freeze()) }
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
            let wrong = || Refusal::new(400, "Bad Request: can't parse request JSON object");
            let values: Map<String, Value> = serde_json::from_slice(&body).map_err(|_| wrong())?;
            params.values.extend(values);
        }
        "multipart/form-data" => multipart(&mut params, kind, body).await?,
        _ => {}
    }
    Ok(params)
}

async fn multipart(params: &mut Params, kind: &str, body: Bytes) -> Result<(), Refusal> {
    let wrong = |_| Refusal::new(400, "Bad Request: can't parse multipart body");
    let boundary = multer::parse_boundary(kind).map_err(wrong)?;
    let mut parts = Multipart::new(stream::once(async move { Ok::<_, std::io::Error>(body) }), boundary);
    while let Some(field) = parts.next_field().await.map_err(wrong)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let mime = field.content_type().map(ToString::to_string);
        let bytes = field.bytes().await.map_err(wrong)?;
        if file_name.is_some() {
            params.files.insert(name, Upload { name: file_name, mime, bytes });
        } else {
            params.values.insert(name, Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(())
}

/// How an answer is sent.
enum Leaves {
    Whole,
    Html,
    Never,
}

async fn handle(core: Arc<Core>, token: String, method: String, params: Result<Params, Refusal>) -> HttpResponse {
    let bot = match bot_of(&core, &token) {
        Ok(bot) => bot,
        Err(refusal) => return respond(&Err(refusal), &Leaves::Whole),
    };
    let chat = params.as_ref().ok().and_then(|params| params.int("chat_id"));
    let (instead, leaves) = meet(&core, &method, chat).await;
    let shown = params.as_ref().map(Params::shown).unwrap_or_default();
    let answer = match (instead, params) {
        (Some(refusal), _) => Err(refusal),
        (None, Ok(params)) => table::call(&core, bot, &method, params).await,
        (None, Err(refusal)) => Err(refusal),
    };
    let status = match (&answer, &leaves) {
        (_, Leaves::Never) => 0,
        (Ok(_), _) => 200,
        (Err(refusal), _) => refusal.code,
    };
    let description = answer.as_ref().err().map(|refusal| refusal.description.clone()).unwrap_or_default();
    core.change(|state| {
        if let Some(bot) = state.bots.get_mut(&bot) {
            old::remember(
                &mut bot.calls,
                CallView { method, parameters: shown, status, description, chat },
                REMEMBERED,
            );
        }
    });
    respond(&answer, &leaves)
}

/// Applies the faults of a call: returns the replacement of the answer, and how the answer is sent.
async fn meet(core: &Core, method: &str, chat: Option<i64>) -> (Option<Refusal>, Leaves) {
    let mut met = (None, Leaves::Whole);
    for fault in core.faults.take(method, chat.map(|chat| chat.to_string()).as_deref()).await {
        match fault {
            Fault::Slow { millis } => tokio::time::sleep(Duration::from_millis(millis)).await,
            Fault::TooMany { retry_after } => met.0 = Some(Refusal::too_many(retry_after)),
            Fault::ServerError { code } => {
                let words = if code == 500 { "Internal Server Error: restart" } else { "Bad Gateway" };
                met.0 = Some(Refusal::new(code, words));
            }
            Fault::HtmlPage { code } => met = (Some(Refusal::new(code, "")), Leaves::Html),
            Fault::ResetBefore => met = (Some(Refusal::new(500, "")), Leaves::Never),
            Fault::ResetAfter => met.1 = Leaves::Never,
            Fault::Refuse { code, description, migrate_to } => {
                met.0 = Some(Refusal { migrate_to, ..Refusal::new(code, description) });
            }
        }
    }
    met
}

fn respond(answer: &Result<Reply, Refusal>, leaves: &Leaves) -> HttpResponse {
    let code = answer.as_ref().err().map_or(200, |refusal| refusal.code);
    let mut response = HttpResponse::build(StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    match leaves {
        Leaves::Whole => {
            let body = match answer {
                Ok(Reply { result, description: None }) => json!({"ok": true, "result": result}),
                Ok(Reply { result, description: Some(words) }) => {
                    json!({"ok": true, "result": result, "description": words})
                }
                Err(refusal) => refusal.json(),
            };
            response.content_type("application/json").body(body.to_string())
        }
        Leaves::Html => response
            .content_type("text/html")
            .body(format!("<html><head><title>{code} Bad Gateway</title></head><body>nginx</body></html>")),
        Leaves::Never => old::cut(response),
    }
}
