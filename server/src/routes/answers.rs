//! What is common to all answers.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};
use base::config::Server;
use base::error::Error;
use base::i18n::{CRM, Language, Words};

use crate::app::App;

/// The server's own address leads to the panel: it has the reader's language and the brand that this browser knows.
pub async fn home() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, "/panel")).finish()
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

/// The HSTS header. Without subdomains: others of this domain may not be ours.
fn only_https(server: &Server) -> Option<HeaderValue> {
    if server.public_url.scheme() != "https" || server.hsts_days == 0 {
        return None;
    }
    HeaderValue::from_str(&format!("max-age={}", u64::from(server.hsts_days) * 86_400)).ok()
}
