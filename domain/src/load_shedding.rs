//! Limits of what a request may cost before its sender is known, and load shedding.
//!
//! An announced length costs nothing: memory is counted as bytes arrive ([`body`]), separately for each class of
//! callers ([`class`]), and within a class one address gets a part of what is free ([`capacity`]). Requests in progress
//! ([`requests`]), uploads and connections ([`connections`]) are limited per address.
//!
//! When the database is slow, pages are refused first, then the public API, then messengers, whose webhooks come again.
//! amoCRM's hooks come once and are never refused here (`intake::crm` keeps them), nor are installs and operators'
//! pages. A full disk is handled separately: only requests that store something are refused for it.

pub mod body;
mod capacity;
mod class;
pub mod connections;
mod load;

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};
use base::browser::client_address;
use base::i18n::{Language, Words};

use crate::platform::{PlatformContext, stands_on};
use crate::unknown_callers::UnknownCallerAct;
use body::{IncomingBody, LoadRefusal, Patience, answer};
use connections::{Connection, left_unread};

pub use capacity::{Bounds, Capacity, CapacityShare};
pub use class::{BodyKind, RequestClass};
pub use connections::counted;
pub use load::{Load, look_at_disks};

/// A commit that takes this long: only calls that are never refused are still admitted. amoCRM's hooks went to the
/// spool long before.
const SLOW: Duration = Duration::from_secs(5);
/// Whether a request is refused at this load (percent) and this much free disk.
fn turned_away(class: RequestClass, method: &Method, much: usize, free: u8) -> bool {
    // Reading fills no disk.
    let takes_in = !matches!(*method, Method::GET | Method::HEAD);
    much >= class.bound() || (takes_in && free < class.disk())
}

fn is_panel(path: &str) -> bool {
    path.split('/').nth(1) == Some("panel")
}

/// Load of the database, in percent of the limit. Reading the panel needs no commit, and the panel itself reports when
/// it is read-only.
fn much(app: &LoadSheddingContext, path: &str) -> usize {
    let running = if is_panel(path) { Duration::ZERO } else { app.writer.running_for() };
    let slow = usize::try_from(running.as_millis() * 100 / SLOW.as_millis()).unwrap_or(usize::MAX);
    app.writer.filled().max(slow).max(app.load.pressure())
}

/// Admits or refuses a request, counts it while it is in progress, and puts its body behind [`IncomingBody`].
pub async fn gate(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = request.app_data::<web::Data<LoadSheddingContext>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    if let Some(connection) = request.conn_data::<Connection>() {
        connection.speaks();
    }
    let class = RequestClass::of(request.method(), request.match_info().as_str());
    let without = !app.store.is_open() && !RequestClass::does_without_database(request.match_info().as_str());
    if without || turned_away(class, request.method(), much(&app, request.match_info().as_str()), app.load.free()) {
        metrics::counter!("parom_shed_total", "class" => class.word()).increment(1);
        return Ok(refused(request, class, LoadRefusal::Busy).await);
    }
    let caller = counted(client_address(request.request(), &app.config.server.trusted_proxies));
    let requests = app.load.requests(class);
    let under = match class {
        RequestClass::Hook => Some(requests.begin_uncounted(caller)),
        _ => requests.begin(caller),
    };
    let Some(under) = under else {
        return Ok(refused(request, class, LoadRefusal::TooMany).await);
    };
    let payload = request.take_payload();
    if matches!(payload, Payload::None) {
        return answered(next, request, class, None).await;
    }
    let kind = BodyKind::of(request.match_info().as_str());
    let upload = (kind == BodyKind::File).then(|| app.load.upload(class, caller));
    if matches!(upload, Some(None)) {
        request.set_payload(payload);
        return Ok(refused(request, class, LoadRefusal::TooMany).await);
    }
    let patience = Patience::of(class, kind, &app.config.limits, app.upload_buffer);
    let memory = app.load.memory(class, kind, caller);
    let announced = announced(request.headers());
    let watch = app.clock.stopwatch();
    let body = IncomingBody::new((payload, announced), class, patience, watch, memory, under.waits_for_body());
    request.set_payload(body.payload());
    if is_form_of_a_page(&request) {
        body.begins().await;
    }
    answered(next, request, class, Some(body)).await
}

/// The length of a body, if the caller announced it.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether only a page's handler would read the body, which refuses nothing before. Its future is large; a caller that
/// only announces a body must not cost it.
fn is_form_of_a_page(request: &ServiceRequest) -> bool {
    let is_page = matches!(request.match_info().as_str().split('/').nth(1), Some("panel" | "admin"));
    is_page && request.content_type().starts_with("application/x-www-form-urlencoded")
}

/// The handler's answer, unless reading the body failed.
async fn answered(
    next: Next<impl MessageBody + 'static>,
    request: ServiceRequest,
    class: RequestClass,
    body: Option<IncomingBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let crowded = request.conn_data::<Connection>().is_some_and(Connection::is_one_of_many);
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Some(body) = body {
        body.let_go();
        if let Some(refusal) = LoadRefusal::of(body.end()) {
            response = instead(response, class, refusal);
        }
        if body.end() != Some(body::End::Whole) {
            response = left_unread(response, body).await;
        }
    }
    if crowded {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

/// Answers a request without calling a handler. Its body is left unread, so the connection is closed.
async fn refused(mut request: ServiceRequest, class: RequestClass, refusal: LoadRefusal) -> ServiceResponse<BoxBody> {
    if refusal != LoadRefusal::Busy {
        count(class, refusal);
    }
    let payload = request.take_payload();
    let answer = answer(class, refusal, request.headers());
    let response = request.into_response(answer);
    match payload {
        Payload::None => response,
        payload => left_unread(response, payload).await,
    }
}

/// Replaces the answer that a handler gave to an incomplete body. CORS headers are kept.
fn instead(response: ServiceResponse<BoxBody>, class: RequestClass, refusal: LoadRefusal) -> ServiceResponse<BoxBody> {
    count(class, refusal);
    let mut answer = answer(class, refusal, response.request().headers());
    let shared = response.headers().iter().filter(|(name, _)| is_shared(name));
    let shared: Vec<_> = shared.map(|(name, value)| (name.clone(), value.clone())).collect();
    for (name, value) in shared {
        answer.headers_mut().append(name, value);
    }
    response.into_response(answer)
}

fn is_shared(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

fn count(class: RequestClass, refusal: LoadRefusal) {
    metrics::counter!("parom_cut_short_total", "class" => class.word(), "why" => refusal.word()).increment(1);
}

// The state that the limits of requests need.

/// The context of the limits of requests.
pub struct LoadSheddingContext {
    pub platform: Arc<PlatformContext>,
    /// Memory and slots in use by requests.
    pub load: Arc<Load>,
    /// Bytes that an upload may hold in memory.
    pub upload_buffer: usize,
}

stands_on!(LoadSheddingContext);

// The rate limit in front of routes with which unknown callers can cause writes.
//
// amoCRM's own calls do not pass it: they come for all accounts from few addresses, each once. `oauth::callback`
// limits install calls and still tries what exceeds the limit; notices that an account removed the integration are
// signed.

/// The rate-limited action of a request; `None` if it writes nothing for an unknown caller, or authenticates first.
fn act_of(method: &Method, path: &str) -> Option<UnknownCallerAct> {
    match (method.as_str(), path) {
        ("POST", "/admin/link" | "/panel/link") => Some(UnknownCallerAct::Link),
        (
            "POST",
            "/admin/sign-in" | "/admin/sign-in/link" | "/panel/sign-in" | "/panel/sign-in/link" | "/panel/sign-in/code",
        ) => Some(UnknownCallerAct::SignIn),
        ("GET" | "HEAD", "/oauth/install") => Some(UnknownCallerAct::Install),
        _ => None,
    }
}

/// Admits a request if its address is within its rate, else answers 429 with `Retry-After`.
pub async fn gate_unknown_callers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Some(act) = act_of(request.method(), request.match_info().as_str())
        && let Some(app) = request.app_data::<web::Data<PlatformContext>>().cloned()
        && let Err(seconds) = app
            .unknown_callers
            .pace(client_address(request.request(), &app.config.server.trusted_proxies), act, app.clock.millis())
            .await
    {
        let words = Words::new(Language::of_request(request.request()));
        let answer = HttpResponse::TooManyRequests()
            .insert_header((header::RETRY_AFTER, seconds.to_string()))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .content_type("text/plain; charset=utf-8")
            .body(format!("{}\n", words.text("page-too-fast").with("seconds", seconds)));
        return Ok(request.into_response(answer));
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away(much: usize, free: u8) -> Vec<RequestClass> {
        RequestClass::ALL.into_iter().filter(|class| turned_away(*class, &Method::POST, much, free)).collect()
    }

    #[test]
    fn pages_go_first_and_hooks_never() {
        assert_eq!(away(49, 100), []);
        assert_eq!(away(50, 100), [RequestClass::Page]);
        assert_eq!(away(70, 100), [RequestClass::Page, RequestClass::Api]);
        assert_eq!(away(85, 100), [RequestClass::Page, RequestClass::Api, RequestClass::Messenger]);
        assert_eq!(away(10_000, 0), [RequestClass::Page, RequestClass::Api, RequestClass::Messenger]);
    }

    #[test]
    fn a_full_disk_stops_writes_and_no_reads() {
        assert_eq!(away(0, 10), []);
        assert_eq!(away(0, 9), [RequestClass::Api]);
        assert_eq!(away(0, 4), [RequestClass::Api, RequestClass::Messenger]);
        assert!(!turned_away(RequestClass::Api, &Method::GET, 0, 0));
    }
}
