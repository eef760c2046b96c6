//! Handles a call: checks token, version and rate, applies faults, then runs its method.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use bytes::Bytes;
use serde_json::Value;

use super::{
    answer::{self, Answer, Refusal, refused, refused_for},
    params::Params,
    table,
};
use crate::old;
use crate::vk::{
    core::Core,
    faults::Fault,
    state::{CallView, State},
};

/// Events and objects of older versions have a different structure.
const OLDEST: (u32, u32) = (5, 131);

/// `/method/{name}`.
pub(super) async fn call(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    name: web::Path<String>,
    body: Bytes,
) -> HttpResponse {
    let mut params = Params::read(request.query_string(), &body);
    let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(token) = bearer.and_then(|text| text.strip_prefix("Bearer ")) {
        params.0.push(("access_token".to_owned(), token.to_owned()));
    }
    let mut is_lost = false;
    for fault in core.faults.take(&name, None).await {
        match fault {
            Fault::Slow { millis } => tokio::time::sleep(std::time::Duration::from_millis(millis)).await,
            Fault::ResetBefore => return dropped(&core, &name, &params),
            Fault::ResetAfter => is_lost = true,
            Fault::HtmlPage { status } => return page(status),
            Fault::Refuse { code, text } => {
                let words = if text.is_empty() { refused(code) } else { Refusal { code, text } };
                return finish(&core, &name, &params, &Err(words));
            }
        }
    }
    let answer = core.change(|state| perform(state, &name, &params));
    if is_lost {
        return dropped(&core, &name, &params);
    }
    finish(&core, &name, &params, &answer)
}

fn perform(state: &mut State, name: &str, params: &Params) -> Answer {
    let Some(method) = table::find(name) else { return Err(refused(3)) };
    let version = params.text("v").and_then(|text| text.split_once('.'));
    let version = version.and_then(|(major, minor)| Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?)));
    if version.is_none_or(|version| version < OLDEST) {
        return Err(refused_for(8, "v parameter is missing or deprecated"));
    }
    let given = params.text("access_token").unwrap_or_default().to_owned();
    let owner = state.communities.values().find(|one| one.token(&given).is_some());
    let Some(owner) = owner else {
        return Err(refused_for(5, "invalid access_token (4)."));
    };
    let (community, rights) = (owner.id, owner.token(&given).map(|token| token.rights.clone()).unwrap_or_default());
    if !state.rates.allows(&given, state.now) {
        return Err(refused(6));
    }
    match method.right {
        table::Right::Never => Err(refused_for(27, "method is unavailable with group auth.")),
        table::Right::Needs(right) if !rights.contains(right) => {
            Err(refused_for(15, &format!("group key doesn't have {right} permission")))
        }
        table::Right::Needs(_) | table::Right::None => (method.run)(state, community, params),
    }
}

/// Sends the answer; refusals have HTTP status 200 too.
fn finish(core: &Core, name: &str, params: &Params, answer: &Answer) -> HttpResponse {
    note(core, name, params.shown(), answer.as_ref().map_or_else(|refusal| refusal.code, |_| 0));
    let shown = answer::body(answer, name, &params.0);
    HttpResponse::Ok().content_type("application/json; charset=utf-8").body(shown.to_string())
}

/// A gateway's page.
pub(super) fn page(status: u16) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    HttpResponse::build(status).content_type("text/html").body("<html><body><h1>Bad Gateway</h1></body></html>")
}

/// Closes the connection without an answer.
fn dropped(core: &Core, name: &str, params: &Params) -> HttpResponse {
    note(core, name, params.shown(), -1);
    old::cut(HttpResponse::Ok())
}

/// Records a call.
pub(super) fn note(core: &Core, method: &str, parameters: Value, code: i64) {
    core.change(|state| state.calls.push(CallView { method: method.to_owned(), parameters, code }));
}
