//! What the server itself answers: `/`, `/healthz`, `/readyz` and `/metrics`, unknown addresses, and the headers of all
//! answers.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::guard::GuardContext;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};
use base::config::{Server, base};
use base::error::Error;
use base::i18n::{CRM, Language, Words};
use chrono::TimeDelta;
use domain::own_address;
use ipnet::IpNet;
use sea_orm::{ConnectionTrait, Statement};
use serde::Deserialize;

use crate::app::App;

/// The server's own address leads to the panel: it has the reader's language and the brand that this browser knows.
pub async fn home() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, "/panel")).finish()
}

/// Days for which an answer of [`security_contact`] says that it holds.
const CONTACT_DAYS: i64 = 180;

/// RFC 9116: whom to tell of a vulnerability. 404 without `vendor.security_contact`.
pub async fn security_contact(app: web::Data<App>) -> HttpResponse {
    let Some(contact) = app.config.vendor.security_address() else { return domain::public_page::nothing() };
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
    domain::public_page::nothing()
}

/// Headers that every response has unless its handler sets them.
pub async fn secure_headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let only_https = request.app_data::<web::Data<App>>().and_then(|app| only_https(&app.config.server));
    let mut response = next.call(request).await?;
    let is_new = response.status() != StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    // Browsers and proxies must not cache an answer unless it allows it. A 304 refers to a cached copy.
    if is_new && !headers.contains_key(header::CACHE_CONTROL) {
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
    Ok(response)
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
    if answers(&app).await {
        return match nodes_away(&app).await {
            0 => HttpResponse::Ok().body("ready\n"),
            away => HttpResponse::Ok().body(format!(
                "degraded: database nodes that do not answer: {away}; their accounts wait, the others are served\n"
            )),
        };
    }
    if app.spool.is_there() {
        return HttpResponse::Ok().body("degraded: the database does not answer, hooks of amoCRM wait on the disk\n");
    }
    HttpResponse::ServiceUnavailable().body("the database does not answer\n")
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
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

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
