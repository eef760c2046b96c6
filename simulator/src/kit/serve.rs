//! The one way in: pages are the kit's, everything else is a call of a program – read, named, broken by faults, executed,
//! logged, answered.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use super::call::{Answer, Call, CallView, Named, cut};
use super::faults::Fault;
use super::wire::{Core, Wire};
use super::{pages, sender};

/// Maximum number of logged calls.
const REMEMBERED: usize = 10_000;

pub(crate) async fn serve<W: Wire>(
    core: web::Data<Arc<Core<W>>>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let is_ours = request.path().starts_with("/phone/") || (W::TAKES_UPLOADS && request.path() == "/uploads");
    let largest = if is_ours { W::LARGEST.max(pages::LARGEST) } else { W::LARGEST };
    let Some(call) = Call::read(&request, payload, largest).await else { return cut() };
    if (call.method.as_str(), call.path.as_str()) == ("GET", "events") {
        return pages::events(core.shared.subscribe());
    }
    let core = Arc::clone(&core);
    // In its own task: a caller that disconnects must not cancel the call.
    let task = actix_web::rt::spawn(async move {
        match pages::answer(&core, &call) {
            None => handled(&core, &call).await,
            answer => answer,
        }
    });
    match task.await {
        Ok(Some(answer)) => answer.respond(),
        Ok(None) => cut(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// The answer; `None` if the connection is dropped.
async fn handled<W: Wire>(core: &Arc<Core<W>>, call: &Call) -> Option<Answer> {
    let named = match core.read(|state| core.wire.name(state, call)) {
        Ok(named) => named,
        Err(answer) => return Some(answer),
    };
    if named.call.is_empty() {
        return Some(W::answer(core, &named, call).await);
    }
    let answer = broken(core, &named, call).await;
    log(core, named, call, answer.as_ref().map_or(0, |answer| answer.status));
    answer
}

async fn broken<W: Wire>(core: &Arc<Core<W>>, named: &Named, call: &Call) -> Option<Answer> {
    let (mut is_cut, mut is_last) = (false, false);
    for fault in core.faults.take(&named.call, named.to.as_deref()).await {
        match fault {
            Fault::Slow { millis } => tokio::time::sleep(Duration::from_millis(millis)).await,
            Fault::AnswerLast => is_last = true,
            Fault::ResetAfter => is_cut = true,
            Fault::ResetBefore => return None,
            Fault::HtmlPage { status } => return Some(Answer::html_page(status)),
            other => return Some(core.wire.refuse(named, call, &other)),
        }
    }
    let answer = W::answer(core, named, call).await;
    if is_last {
        core.shared.first(|| (!sender::is_busy(core)).then_some(())).await;
    }
    if is_cut { None } else { Some(answer) }
}

fn log<W: Wire>(core: &Core<W>, named: Named, call: &Call, status: u16) {
    let form = || call.form.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    let body = if call.form.is_empty() { call.json.clone() } else { Value::Object(form().collect()) };
    let (path, query) = (call.path.clone(), call.query_string.clone());
    core.change(|state| {
        state.calls.push(CallView { line: named.line, call: named.call, path, query, body, status });
        if state.calls.len() > REMEMBERED {
            state.calls.remove(0);
        }
    });
}
