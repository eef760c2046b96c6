//! What the server itself answers: `/`, `/healthz`, `/readyz` and `/metrics`, unknown addresses, and the headers of all
//! answers.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::guard::GuardContext;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};
use base::config::{Server, base};
use base::error::Error;
use base::i18n::{CRM, Language, Words};
use base::request_id::{self, RequestId};
use chrono::TimeDelta;
use domain::own_address;
use futures_util::FutureExt;
use ipnet::IpNet;
use sea_orm::{ConnectionTrait, Statement};
use serde::Deserialize;

use crate::app::App;
use crate::http_workers::HttpWorkers;

/// The server's own address leads to the panel: it has the reader's language and the brand that this browser knows.
pub async fn home() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, "/panel")).finish()
}

/// Days for which an answer of [`security_contact`] says that it holds.
const CONTACT_DAYS: i64 = 180;

/// RFC 9116: whom to tell of a vulnerability. 404 without `vendor.security_contact`.
pub async fn security_contact(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let Some(contact) = app.config.vendor.security_address() else { return domain::public_page::nothing(&request) };
    let until = (app.clock.now() + TimeDelta::days(CONTACT_DAYS)).format("%Y-%m-%dT00:00:00Z");
    let url = base(&app.config.server.public_url);
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(format!(
        "Contact: {contact}\nExpires: {until}\nPreferred-Languages: en, ru\nCanonical: {url}/.well-known/security.txt\n"
    ))
}

/// 404 in the format that the caller expects.
pub async fn nothing_here(request: HttpRequest) -> HttpResponse {
    if request.match_info().as_str().starts_with("/api") {
        return Error::NotFound.answer(Words::new(Language::accepted(request.headers())), CRM);
    }
    domain::public_page::nothing(&request)
}

/// Does a request under its id, which every answer has in `X-Request-Id`, also the one to a failure or a panic, beside
/// the headers that every response has unless its handler sets them.
pub async fn with_common_headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let id = RequestId::of(request.headers());
    let only_https = request.app_data::<web::Data<App>>().and_then(|app| only_https(&app.config.server));
    let work = id.during(async { next.call(request).await });
    let error = match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(mut response)) => {
            let (asked, status) = (response.request(), response.status());
            tracing::debug!(
                request.id = %id,
                method = asked.method().as_str(),
                route = asked.match_pattern(),
                status = status.as_u16(),
                "request answered"
            );
            add_common_headers(&id, only_https, status, response.headers_mut());
            return Ok(response);
        }
        Ok(Err(error)) => error,
        // The text of a panic is logged by its hook.
        Err(_) => Error::Internal(anyhow::anyhow!("its handler panicked")).into(),
    };
    let mut answer = id.while_doing(|| error.error_response());
    let status = answer.status();
    add_common_headers(&id, only_https, status, answer.headers_mut());
    Err(InternalError::from_response(error, answer).into())
}

fn add_common_headers(id: &RequestId, only_https: Option<HeaderValue>, status: StatusCode, headers: &mut HeaderMap) {
    headers.insert(request_id::HEADER, id.header());
    // Browsers and proxies must not cache an answer unless it allows it. A 304 refers to a cached copy.
    if status != StatusCode::NOT_MODIFIED && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Some(line) = only_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, line);
    }
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    for (name, value) in defaults {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// The HSTS header. Without subdomains: others of this domain may not be ours.
fn only_https(server: &Server) -> Option<HeaderValue> {
    if server.public_url.scheme() != "https" || server.hsts_days == 0 {
        return None;
    }
    HeaderValue::from_str(&format!("max-age={}", u64::from(server.hsts_days) * 86_400)).ok()
}

/// Time limit of the readiness check.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// 200. With a nonce it proves that the address leads to this service.
pub async fn health(app: web::Data<App>, query: web::Query<HealthQuery>) -> HttpResponse {
    let proof = query.nonce.as_deref().and_then(|nonce| own_address::proof(&app.vault, nonce));
    HttpResponse::Ok().body(format!("{}\n", proof.as_deref().unwrap_or("ok")))
}

/// The query of `/healthz`.
#[derive(Deserialize)]
pub struct HealthQuery {
    nonce: Option<String>,
}

/// 200 while the threads that answer the public address live, however many connections strangers hold there.
pub async fn workers_live(workers: web::Data<HttpWorkers>) -> HttpResponse {
    match tokio::time::timeout(ANSWERS_WITHIN, workers.answer()).await {
        Ok(true) => HttpResponse::Ok().body("ok\n"),
        Ok(false) | Err(_) => HttpResponse::ServiceUnavailable().body("the threads that answer requests hang\n"),
    }
}

/// 200 while requests should come here: the process is not stopping, its background tasks run, and amoCRM's hooks can
/// be stored in the database or on disk. A proxy that skipped this process only because of the database would lose
/// hooks.
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    if app.stop.is_cancelled() {
        return HttpResponse::ServiceUnavailable().body("stopping\n");
    }
    let failing = app.supervisor.failing();
    if !failing.is_empty() {
        let tasks: Vec<&str> = failing.iter().map(|one| one.task).collect();
        let given = format!("background tasks keep failing: {}; the log says why\n", tasks.join(", "));
        return HttpResponse::ServiceUnavailable().body(given);
    }
    let reads = answers(&app).await;
    if reads && !app.is_read_only() {
        let refused = app.load_shedding.load.refused_for_disk();
        if !refused.is_empty() {
            return HttpResponse::Ok().body(format!(
                "degraded: the disk is nearly full, what is to be stored is refused to: {}; amoCRM's hooks are taken\n",
                refused.join(", ")
            ));
        }
        return match nodes_away(&app).await {
            0 => HttpResponse::Ok().body("ready\n"),
            away => HttpResponse::Ok().body(format!(
                "degraded: database nodes that do not answer: {away}; their accounts wait, the others are served\n"
            )),
        };
    }
    let what = if reads { "the database accepts no writes" } else { "the database does not answer" };
    if app.spool.takes().await {
        return HttpResponse::Ok().body(format!("degraded: {what}, hooks of amoCRM wait on the disk\n"));
    }
    HttpResponse::ServiceUnavailable().body(format!("{what}, and no disk takes hooks of amoCRM\n"))
}

async fn answers(app: &App) -> bool {
    if !app.store.is_open() {
        return false;
    }
    let question = Statement::from_string(app.store.backend(), "SELECT 1");
    match tokio::time::timeout(ANSWERS_WITHIN, app.store.read().query_one_raw(question)).await {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer");
            false
        }
        Err(_) => {
            tracing::warn!("the database does not answer in time");
            false
        }
    }
}

/// The number of a distributed database's nodes that do not answer.
async fn nodes_away(app: &App) -> i64 {
    match tokio::time::timeout(ANSWERS_WITHIN, app.store.nodes_away()).await {
        Ok(Ok(away)) => away,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database's nodes could not be asked");
            1
        }
        // A node that is unreachable lets the coordinator wait.
        Err(_) => 1,
    }
}

pub async fn metrics(app: web::Data<App>) -> HttpResponse {
    app.store.measure_connections();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(app.metrics.render())
}

/// Whether the peer is on this machine or a trusted proxy, and does not forward another client's request.
pub fn is_near(context: &GuardContext<'_>) -> bool {
    let head = context.head();
    let Some(app) = context.app_data::<web::Data<App>>() else { return false };
    is_own_call(head.peer_addr.map(|peer| peer.ip()), &app.config.server.trusted_proxies, head.headers())
}

fn is_own_call(peer: Option<IpAddr>, proxies: &[IpNet], headers: &HeaderMap) -> bool {
    const SPEAKS_FOR: [&str; 4] = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];
    let peer = peer.map(|peer| peer.to_canonical());
    let near = peer.is_some_and(|peer| peer.is_loopback() || proxies.iter().any(|net| net.contains(&peer)));
    near && !SPEAKS_FOR.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use actix_web::App as HttpApp;
    use actix_web::dev::Service;
    use actix_web::http::header::{HeaderName, HeaderValue};
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service};

    use super::*;

    /// The id in the header of an answer and in its problem document.
    async fn ids(path: &str, given: &str) -> [String; 2] {
        async fn panics() -> HttpResponse {
            panic!("on purpose")
        }
        async fn stops(
            _: ServiceRequest,
            _: Next<impl MessageBody + 'static>,
        ) -> Result<ServiceResponse, actix_web::Error> {
            Err(Error::NotFound.into())
        }
        let app = HttpApp::new()
            .wrap(from_fn(with_common_headers))
            .route("/panics", web::get().to(panics))
            .route("/fails", web::get().to(|| async { Err::<HttpResponse, Error>(Error::Unauthorized) }))
            .service(web::scope("/stopped").wrap(from_fn(stops)))
            .default_service(web::to(nothing_here));
        let service = init_service(app).await;
        let request = TestRequest::with_uri(path).insert_header((request_id::HEADER, given)).to_request();
        let answer = match service.call(request).await {
            Ok(answer) => answer.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let headers = answer.headers().clone();
        assert!(headers.contains_key(header::CONTENT_SECURITY_POLICY), "{path}");
        let body = actix_web::body::to_bytes(answer.into_body()).await.unwrap_or_default();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let named = problem["request_id"].as_str().unwrap_or_default().to_owned();
        [headers.get(request_id::HEADER).unwrap().to_str().unwrap().to_owned(), named]
    }

    #[actix_web::test]
    async fn every_answer_has_the_id_of_its_request() {
        for path in ["/panics", "/fails", "/stopped/x", "/api/nothing"] {
            assert_eq!(ids(path, "0193-a").await, ["0193-a", "0193-a"], "{path}");
            let [header, named] = ids(path, "not well-formed").await;
            assert!(header == named && header.len() == 32, "{path}: {header} {named}");
        }
        let [header, named] = ids("/nothing", "0193-a").await;
        assert_eq!((header.as_str(), named.as_str()), ("0193-a", ""), "it is a page");
    }

    #[test]
    fn l3_operators_routes_are_open_to_this_machine_and_to_proxies_themselves() {
        let proxies: Vec<IpNet> = vec!["10.89.77.0/24".parse().unwrap()];
        let own = |peer: &str, header: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(name) = header {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static("192.0.2.1"));
            }
            is_own_call(peer.parse().ok(), &proxies, &headers)
        };
        for near in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.89.77.5"] {
            assert!(own(near, None), "{near}");
            assert!(!own(near, Some("x-forwarded-for")) && !own(near, Some("via")), "{near}");
        }
        for far in ["192.0.2.1", "10.89.78.5", "2001:db8::1", "nowhere"] {
            assert!(!own(far, None), "{far}");
        }
    }
}
