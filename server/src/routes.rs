//! The table of contents of everything that can be called.

use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};
use sea_orm::{ConnectionTrait, Statement};

use crate::app::App;
use crate::config::Server;
use crate::error::Error;
use crate::words::{CRM, Language, Words};
use crate::{api, chat, intake, oauth};

/// Whoever asks whether requests should come here does not wait long for the answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// Routes of the public address.
pub fn public(config: &mut web::ServiceConfig) {
    config
        .route("/location/{scope_id}", web::post().to(intake::chats::hook))
        .route("/crm/hooks/{token}", web::post().to(intake::crm::hook))
        .route("/hooks/{kind}/{source_id}", web::post().to(intake::connector::hook))
        .route("/healthz", web::get().to(health))
        .configure(oauth::routes)
        .configure(chat::routes)
        .configure(crate::media::routes)
        .configure(crate::widget_api::routes)
        .configure(crate::panel::routes)
        .configure(crate::admin::routes)
        .configure(api::routes);
}

/// Routes for those who operate the server.
pub fn operators(config: &mut web::ServiceConfig) {
    config.route("/readyz", web::get().to(ready)).route("/metrics", web::get().to(metrics));
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().body("ok\n")
}

/// 200 while requests should come here: no stop was asked for, and there is a place for amoCRM's hooks, the database or the
/// disk. A proxy that passes this process by because of the database alone would lose hooks.
async fn ready(app: web::Data<App>) -> HttpResponse {
    if app.stop.is_cancelled() {
        return HttpResponse::ServiceUnavailable().body("stopping\n");
    }
    if answers(&app).await {
        return HttpResponse::Ok().body("ready\n");
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

async fn metrics(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(app.metrics.render())
}

/// 404 in the form that the caller expects.
pub async fn nothing_here(request: HttpRequest) -> HttpResponse {
    if request.path().starts_with("/api") {
        return Error::NotFound.answer(Words::new(Language::accepted(request.headers())), CRM);
    }
    HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("There is nothing at this address.\n")
}

/// What every answer carries unless it says otherwise.
pub async fn secure_headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let only_https = request.app_data::<web::Data<App>>().and_then(|app| only_https(&app.config.server));
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if let Some(line) = only_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, line);
    }
    let wanted = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    for (name, value) in wanted {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    Ok(response)
}

/// What tells browsers to come by https alone. Without subdomains: the others of this name may not be ours.
fn only_https(server: &Server) -> Option<HeaderValue> {
    if server.public_url.scheme() != "https" || server.hsts_days == 0 {
        return None;
    }
    HeaderValue::from_str(&format!("max-age={}", u64::from(server.hsts_days) * 86_400)).ok()
}
