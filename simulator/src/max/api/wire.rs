//! HTTP: identifies the caller, applies faults, sends the answer.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::{hosts, table};
use crate::kit;
use crate::max::core::Core;
use crate::max::faults::Fault;
use crate::max::state::CallView;

/// Maximum number of logged calls per bot.
const REMEMBERED: usize = 10_000;

/// Adds the routes of the API and of the file hosts.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    for path in ["/me", "/subscriptions", "/messages", "/messages/{rest:.*}", "/uploads", "/answers", "/videos/{token}"]
    {
        config.route(path, web::to(entry));
    }
    config
        .route("/chats/{rest:.*}", web::to(entry))
        .route("/upload/{id}", web::post().to(hosts::take))
        .route("/files/{id}", web::get().to(hosts::give));
}

/// A call: method, path and query, body.
pub(super) struct Call {
    /// `POST`.
    pub(super) method: String,
    /// Without the leading slash.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Value,
}

impl Call {
    /// A parameter of the query; an empty one counts as absent.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The same as a number.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.query(name)?.parse().ok()
    }
}

async fn entry(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
    let json = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&body) };
    let call = Call {
        method: request.method().as_str().to_owned(),
        path: request.path().trim_start_matches('/').to_owned(),
        query,
        body: json.as_ref().cloned().unwrap_or_default(),
    };
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bot = core.read(|state| {
        let found = state.bots.values().find(|bot| bot.token == token && !bot.is_revoked);
        found.map(|bot| bot.id)
    });
    let Some(bot) = bot else {
        return respond(&Err(Refusal::new(401, "verify.token", "Invalid access_token")), None);
    };
    let name = table::name(&call);
    let fault = core.faults.take(&name, None).await.into_iter().next();
    let answer = match (&fault, json) {
        (Some(Fault::TooMany { .. }), _) => Err(Refusal::new(429, "too.many.requests", "Too many requests")),
        (Some(Fault::HtmlPage { status }), _) => Err(Refusal::new(*status, "", "")),
        (Some(Fault::ResetBefore), _) => Err(Refusal::new(500, "", "")),
        (Some(Fault::Refuse { status, code, message }), _) => Err(Refusal::new(*status, code, message)),
        (Some(Fault::NotSuccess { message }), _) => Ok(json!({"success": false, "message": message})),
        (None | Some(Fault::ResetAfter), Err(_)) => Err(super::answer::wrong("Failed to parse JSON")),
        (None | Some(Fault::ResetAfter), Ok(_)) => {
            let local = core.options.local;
            core.change(|state| table::call(state, bot, &call, local))
        }
    };
    let is_cut = matches!(fault, Some(Fault::ResetBefore | Fault::ResetAfter));
    let status = if is_cut { 0 } else { answer.as_ref().err().map_or(200, |refusal| refusal.status) };
    core.change(|state| {
        if let Some(bot) = state.bots.get_mut(&bot) {
            let query = request.query_string().to_owned();
            kit::remember(&mut bot.calls, CallView { call: name, query, body: call.body, status }, REMEMBERED);
        }
    });
    respond(&answer, fault.as_ref())
}

fn respond(answer: &Result<Value, Refusal>, fault: Option<&Fault>) -> HttpResponse {
    let status = answer.as_ref().err().map_or(200, |refusal| refusal.status);
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    match fault {
        Some(Fault::ResetBefore | Fault::ResetAfter) => return kit::cut(response),
        Some(Fault::HtmlPage { .. }) => {
            return response.content_type("text/html").body("<html><body><h1>Bad Gateway</h1></body></html>");
        }
        Some(Fault::TooMany { retry_after: Some(seconds) }) => {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        _ => {}
    }
    let json = match answer {
        Ok(value) => value.clone(),
        Err(refusal) => refusal.json(),
    };
    response.content_type("application/json; charset=utf-8").body(json.to_string())
}
