//! Connects actix with the protocol: reads a request, applies faults, sends the answer, logs one line.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::{StatusCode, header},
    web,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use uuid::Uuid;

use crate::crm::{
    amojo,
    core::Core,
    drive,
    exchange::{Answer, Incoming},
    faults::{Fault, Part},
    hosts::{Kind, Target},
    installation,
    log::{LogDirection, RequestView, millis},
    oauth, rest, trouble,
};

/// The header with the request's id in amoCRM's own log.
const REQUEST_ID: header::HeaderName = header::HeaderName::from_static("x-request-id");

/// Largest body in bytes.
pub(crate) const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// Adds the routes of the protocol, each below `/accounts/{host}` and at the root, where the header `Host` decides.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/v2/{rest:.*}", web::to(serve));
    for part in ["oauth2", "api", "v3", "v1.0", "download"] {
        config
            .route(&format!("/accounts/{{host}}/{part}/{{rest:.*}}"), web::to(serve))
            .route(&format!("/{part}/{{rest:.*}}"), web::to(serve));
    }
}

/// The part of the protocol that a request belongs to.
fn part_of(method: &str, segments: &[&str]) -> Part {
    match segments {
        ["v2", "origin", "custom", _] => Part::Message,
        ["v2", "origin", "custom", _, "connect"] => Part::Connect,
        ["v2", "origin", "custom", _, "disconnect"] => Part::Disconnect,
        ["v2", "origin", "custom", _, "chats"] if method == "POST" => Part::CreateChat,
        ["v2", "origin", "custom", _, "typing"] => Part::Typing,
        ["v2", "origin", "custom", _, "react"] => Part::Reaction,
        ["v2", "origin", "custom", _, _, "delivery_status"] => Part::Status,
        ["v2", "origin", "custom", ..] => Part::History,
        ["accounts", _, "oauth2", ..] | ["oauth2", ..] => Part::Token,
        _ => Part::Rest,
    }
}

fn route(core: &Core, request: &Incoming) -> Answer {
    if let ["v2", "origin", "custom", rest @ ..] = request.segments().as_slice() {
        return amojo::answer(core, request, rest);
    }
    let target = Target::of(core, request);
    match (target.rest.as_slice(), target.kind()) {
        (_, Kind::Drive) => drive::answer(core, request, &target),
        (["oauth2", rest @ ..], _) => oauth::answer(core, request, &target, rest),
        (["v3", "user"], Kind::Account) => rest::who(core, request, &target),
        (["api", "v4", rest @ ..], Kind::Account) => rest::answer(core, request, &target, rest),
        _ => Answer::empty(404).noted("no such method"),
    }
}

/// Handles one request.
pub(crate) async fn serve(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let incoming = Incoming {
        method: request.method().as_str().to_owned(),
        path: request.uri().path().to_owned(),
        query: request.query_string().to_owned(),
        body,
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| {
                let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), text)
            })
            .collect(),
    };
    // In its own task: a caller that disconnects must not cancel work that amoCRM would have done.
    let task = actix_web::rt::spawn(handle(Arc::clone(&core), incoming));
    task.await.unwrap_or_else(|_| HttpResponse::InternalServerError().finish())
}

async fn handle(core: Arc<Core>, request: Incoming) -> HttpResponse {
    let started = Instant::now();
    let part = part_of(&request.method, &request.segments());
    let mut instead: Option<Fault> = None;
    let mut later = Duration::ZERO;
    let mut met = Vec::new();
    for fault in core.faults.take(part, &request.body) {
        match fault {
            Fault::Delay(time) => {
                met.push(format!("fault: {} ms later", time.as_millis()));
                tokio::time::sleep(time).await;
            }
            Fault::Hold(gate) => gate.pass().await,
            Fault::DelayAnswer(time) => {
                met.push(format!("fault: answer {} ms later", time.as_millis()));
                later = time;
            }
            other => instead = Some(other),
        }
    }
    let (mut answer, broken) = match instead {
        None => (route(&core, &request), Broken::No),
        Some(Fault::LostAnswer) => {
            met.push("fault: processed, answer lost".to_owned());
            (route(&core, &request), Broken::Silent)
        }
        Some(Fault::HalfBody) => {
            met.push("fault: half of the answer".to_owned());
            (route(&core, &request), Broken::Half)
        }
        Some(Fault::Status { code, retry_after }) => {
            met.push("fault: this status".to_owned());
            (Answer { retry_after, ..trouble::refused(part, code) }, Broken::No)
        }
        Some(Fault::Html200) => {
            met.push("fault: HTML instead of JSON".to_owned());
            (trouble::page(200), Broken::No)
        }
        Some(Fault::Page(code)) => {
            met.push("fault: a gateway's page".to_owned());
            (trouble::page(code), Broken::No)
        }
        Some(_) => {
            met.push("fault: connection dropped unprocessed".to_owned());
            (Answer::empty(0), Broken::Silent)
        }
    };
    if let Some(then) = answer.then.take() {
        installation::in_background(&core, *then);
    }
    write_log(&core, &request, &answer, &met, matches!(broken, Broken::Silent), started);
    if !later.is_zero() {
        tokio::time::sleep(later).await;
    }
    respond(answer, broken)
}

enum Broken {
    No,
    Silent,
    Half,
}

fn write_log(core: &Core, request: &Incoming, answer: &Answer, met: &[String], silent: bool, started: Instant) {
    let mut notes = met.to_vec();
    notes.extend(answer.note.clone());
    let host = answer.host.clone().or_else(|| match request.segments().as_slice() {
        ["accounts", host, ..] => Some((*host).to_owned()),
        ["v2", "origin", "custom", scope, ..] => core.read(|state| {
            let amojo_id = scope.get(37..)?;
            state.account_by_amojo(amojo_id).map(|one| one.host.clone())
        }),
        _ => Some(Target::of(core, request).host).filter(|host| core.read(|state| state.accounts.contains_key(host))),
    });
    let path =
        if request.query.is_empty() { request.path.clone() } else { format!("{}?{}", request.path, request.query) };
    core.change(|state| {
        state.log(RequestView {
            number: 0,
            at: core.now(),
            direction: LogDirection::In,
            method: request.method.clone(),
            path,
            status: (!silent).then_some(answer.status),
            millis: millis(started.elapsed()),
            note: (!notes.is_empty()).then(|| notes.join("; ")),
            host,
        });
    });
}

fn respond(answer: Answer, broken: Broken) -> HttpResponse {
    let cut = || std::io::Error::other("cut on purpose");
    let length = u64::try_from(answer.body.len()).unwrap_or(u64::MAX);
    match broken {
        // The body fails before the head is written to the socket, so the caller sees an empty answer.
        Broken::Silent => {
            HttpResponse::Ok().body(SizedStream::new(1, stream::once(async move { Err::<Bytes, _>(cut()) })))
        }
        Broken::Half => {
            let half = Bytes::from(answer.body).split_to(usize::try_from(length / 2).unwrap_or(0));
            let first = stream::once(async move { Ok(half) });
            // The pause lets actix send the first half before the connection is dropped.
            let second = stream::once(async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err::<Bytes, _>(cut())
            });
            builder(answer.status, answer.content_type).body(SizedStream::new(length.max(1), first.chain(second)))
        }
        Broken::No => {
            let mut response = builder(answer.status, answer.content_type);
            if let Some(seconds) = answer.retry_after {
                response.insert_header((header::RETRY_AFTER, seconds.to_string()));
            }
            response.body(answer.body)
        }
    }
}

fn builder(status: u16, content_type: &'static str) -> actix_web::HttpResponseBuilder {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if !content_type.is_empty() {
        response.content_type(content_type);
    }
    // Support finds a request by it; SDKs keep the last one.
    response.insert_header((REQUEST_ID, Uuid::new_v4().to_string()));
    response
}
