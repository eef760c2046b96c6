//! The one way by which requests reach the local amoCRM: read, broken by faults, answered, logged. Pages are for people:
//! they have no faults and are not logged.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, body::SizedStream, web};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use uuid::Uuid;

use super::core::Core;
use super::exchange::{Answer, HostKind, Target, host_kind, segments};
use super::faults::{Fault, Part};
use super::log::{LogDirection, RequestView, millis};
use super::{amojo, drive, oauth, pages, rest};
use crate::kit::{self, Call, cut};

/// Largest body in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

pub(crate) async fn serve(core: web::Data<Arc<Core>>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Some(mut call) = Call::read(&request, payload, LARGEST).await else { return cut() };
    if call.json.is_null() {
        // amoCRM does not ask for the media type of JSON: axios, for one, calls a text a form.
        call.json = serde_json::from_slice(&call.body).unwrap_or_default();
    }
    if call.is_too_large {
        return HttpResponse::PayloadTooLarge().finish();
    }
    let own = Arc::clone(&core);
    // In its own task: a caller that disconnects must not cancel work that amoCRM would have done.
    let task = actix_web::rt::spawn(async move {
        match part_of(&call) {
            Some(part) => handled(&own, part, &call).await,
            None => pages::page(&own, &call).await,
        }
    });
    let mut answer = task.await.unwrap_or_else(|_| HttpResponse::InternalServerError().finish());
    // By amoCRM's own clock.
    if let Ok(date) = HeaderValue::from_str(&core.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}

/// The part of the protocol that a request belongs to, below `/accounts/{host}` or at the root, where the header `Host`
/// decides; `None`: it is for a page.
fn part_of(call: &Call) -> Option<Part> {
    let (method, segments) = (call.method.as_str(), segments(call));
    let rest = match segments.as_slice() {
        ["accounts", _, rest @ ..] => rest,
        rest => rest,
    };
    match (segments.as_slice(), rest) {
        (["v2", "origin", "custom", rest @ ..], _) => Some(match rest {
            [_] => Part::Message,
            [_, "connect"] => Part::Connect,
            [_, "disconnect"] => Part::Disconnect,
            [_, "chats"] if method == "POST" => Part::CreateChat,
            [_, "typing"] => Part::Typing,
            [_, "react"] => Part::Reaction,
            [_, _, "delivery_status"] => Part::Status,
            _ => Part::History,
        }),
        (_, ["oauth2", _, ..]) => Some(Part::Token),
        (_, ["api" | "v3" | "v1.0" | "download", _, ..]) | (["v2", ..], _) => Some(Part::Rest),
        _ => None,
    }
}

fn answer(core: &Arc<Core>, call: &Call) -> Answer {
    let own_url = core.own_url();
    let target = Target::of(&own_url, call);
    let kind = host_kind(&target.host);
    match (segments(call).as_slice(), target.rest.as_slice()) {
        (["v2", "origin", "custom", rest @ ..], _) => amojo::answer(core, call, rest),
        _ if kind == HostKind::Drive => drive::answer(core, call, &target),
        (_, ["oauth2", rest @ ..]) => oauth::answer(core, call, &target.host, rest),
        (_, ["v3", "user"]) if kind == HostKind::Account => rest::who(core, call, &target),
        (_, ["api", "v4", rest @ ..]) if kind == HostKind::Account => rest::answer(core, call, &target, rest),
        _ => Answer::problem(404, "Not Found", "no such method"),
    }
}

/// amoCRM's own refusal of this status, in the form of the API that is asked; without a body below 400 and from 500 on.
fn refusal(part: Part, status: u16) -> Answer {
    match (status, part) {
        (400..=499, Part::Token | Part::Rest) => Answer::problem(status, "Refused", "refused on purpose"),
        (400..=499, _) => amojo::refusal(status, "refused on purpose"),
        _ => Answer::empty(status),
    }
}

/// How an answer breaks off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Broken {
    No,
    Silent,
    Half,
}

async fn handled(core: &Arc<Core>, part: Part, call: &Call) -> HttpResponse {
    let started = Instant::now();
    let (mut instead, mut met) = (None, Vec::new());
    for fault in core.faults.take_of(part, &call.body).await {
        match fault {
            Fault::Delay(time) => {
                met.push(format!("fault: {} ms later", time.as_millis()));
                tokio::time::sleep(time).await;
            }
            other => instead = Some(other),
        }
    }
    let (mut answer, broken, fault) = match instead {
        None => (answer(core, call), Broken::No, ""),
        Some(Fault::LostAnswer) => (answer(core, call), Broken::Silent, "fault: processed, answer lost"),
        Some(Fault::HalfBody) => (answer(core, call), Broken::Half, "fault: half of the answer"),
        Some(Fault::Status { code, retry_after }) => {
            let answer = retry_after.into_iter().fold(refusal(part, code), Answer::retry_after);
            (answer, Broken::No, "fault: this status")
        }
        Some(Fault::Html200) => (Answer::page(200), Broken::No, "fault: HTML instead of JSON"),
        Some(Fault::Page(code)) => (Answer::page(code), Broken::No, "fault: a gateway's page"),
        Some(_) => (Answer::empty(0), Broken::Silent, "fault: connection dropped unprocessed"),
    };
    met.extend(
        Some(fault.to_owned())
            .filter(|fault| !fault.is_empty())
            .into_iter()
            .chain(answer.note.take().map(String::from)),
    );
    log(core, call, &answer, &met, broken, started);
    respond(answer.answer, broken)
}

fn log(core: &Core, call: &Call, answer: &Answer, notes: &[String], broken: Broken, started: Instant) {
    let segments = segments(call);
    let at = core.now();
    let named = Target::of("", call).host;
    let path = format!("/{}", call.path);
    let path = if call.query_string.is_empty() { path } else { format!("{path}?{}", call.query_string) };
    core.change(|state| {
        let host = answer.host.clone().or_else(|| match segments.as_slice() {
            ["accounts", host, ..] => Some((*host).to_owned()),
            ["v2", "origin", "custom", scope, ..] => state.account_of_scope(scope).map(|one| one.host.clone()),
            _ => Some(named).filter(|host| state.accounts.contains_key(host)),
        });
        state.log(RequestView {
            number: 0,
            at,
            direction: LogDirection::In,
            method: call.method.clone(),
            path,
            status: (broken != Broken::Silent).then_some(answer.answer.status),
            millis: millis(started.elapsed()),
            note: (!notes.is_empty()).then(|| notes.join("; ")),
            host,
        });
    });
}

fn respond(answer: kit::Answer, broken: Broken) -> HttpResponse {
    // Support finds a request by it; SDKs keep the last one.
    let answer = answer.with("x-request-id", Uuid::new_v4());
    match broken {
        Broken::No => answer.respond(),
        Broken::Silent => cut(),
        Broken::Half => {
            let length = u64::try_from(answer.body.len()).unwrap_or(u64::MAX);
            let mut half = answer.body.clone();
            half.truncate(answer.body.len() / 2);
            // The pause lets actix send the first half before the connection is dropped.
            let rest = stream::once(async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err::<Bytes, _>(std::io::Error::other("cut on purpose"))
            });
            let body = SizedStream::new(length.max(1), stream::once(async { Ok(half) }).chain(rest));
            answer.respond().set_body(body).map_into_boxed_body()
        }
    }
}
