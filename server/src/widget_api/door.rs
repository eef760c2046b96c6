//! Middleware before every route of the widget: CORS, and errors in the reader's language.
//!
//! Browsers hide answers without CORS headers from pages, so they are on every answer, errors included.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use base::error::Error;
use base::i18n::{Language, Words, Zone};

use super::origin;
use super::refusal::{WidgetError, WidgetReader, answer_to};
use crate::widget_api::AppData;

const METHODS: &str = "GET, POST, PATCH, DELETE";
const HEADERS: &str = "X-Auth-Token, Content-Type, Authorization, Idempotency-Key, If-Match";
const EXPOSED: &str = "Retry-After, ETag";
/// Seconds for which a browser keeps a preflight's answer.
const MAX_AGE: &str = "600";

/// Admits requests from pages of account hosts, and from no page at all; answers preflights.
pub(super) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.as_ref().is_none_or(|origin| is_allowed(request.request(), origin));
    let mut response = if !allowed {
        let refused = WidgetError::ForeignPage.answer(&reader(request.request()));
        request.into_response(refused)
    } else if is_preflight(&request) {
        request.into_response(preflight())
    } else {
        in_words(next.call(request).await?)
    };
    let headers = response.headers_mut();
    // One header line: some clients ignore a second one. Answers with a `Vary` already vary by language.
    let vary = if headers.contains_key(header::VARY) { "Origin, Accept-Language" } else { "Origin" };
    headers.insert(header::VARY, HeaderValue::from_static(vary));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(origin) = origin.filter(|_| allowed) {
        let_read(headers, origin);
    }
    Ok(response)
}

fn is_allowed(request: &HttpRequest, origin: &HeaderValue) -> bool {
    let app = request.app_data::<AppData>();
    app.zip(origin.to_str().ok()).is_some_and(|(app, origin)| origin::is_allowed(&app.integrations, origin))
}

fn is_preflight(request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, MAX_AGE))
        .finish()
}

/// Without credentials: sessions are identified by a header, never by a cookie.
fn let_read(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

/// Renders an error again in the caller's language.
fn in_words<B: MessageBody + 'static>(response: ServiceResponse<B>) -> ServiceResponse<BoxBody> {
    let reader = reader(response.request());
    let error = response.response().error();
    let failure = match error.and_then(|error| error.as_error::<WidgetError>()) {
        Some(refusal) => Some(refusal.answer(&reader)),
        None => error.and_then(|error| error.as_error::<Error>()).map(|error| answer_to(error, &reader)),
    };
    match failure {
        Some(failure) => response.into_response(failure),
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            let allowed = response.headers().get(header::ALLOW).cloned();
            let mut answer = WidgetError::Method.answer(&reader);
            if let Some(allowed) = allowed {
                answer.headers_mut().insert(header::ALLOW, allowed);
            }
            response.into_response(answer)
        }
        None => response.map_into_boxed_body(),
    }
}

/// The reader found by [`super::caller`], else what the request alone reveals.
pub(super) fn reader(request: &HttpRequest) -> WidgetReader {
    if let Some(known) = request.extensions().get::<WidgetReader>() {
        return *known;
    }
    let app = request.app_data::<AppData>();
    let shared = app.and_then(|app| app.integrations.of_one_brand());
    let first = app.and_then(|app| app.integrations.all().first().cloned());
    WidgetReader {
        words: Words::named(Language::of_request(request), shared.and_then(|integration| integration.product())),
        crm: first.map_or("amoCRM", |integration| integration.platform.brand()),
        zone: Zone::UTC,
        now: app.map_or(0, |app| app.clock.millis()),
    }
}

/// Runs work in a caller's language: for stored answers that are repeated ([`crate::api::idempotency`]).
pub(super) async fn spoken(
    reader: WidgetReader,
    work: impl Future<Output = super::refusal::Result<HttpResponse>>,
) -> base::error::Result<HttpResponse> {
    Ok(work.await.unwrap_or_else(|refusal| {
        if let WidgetError::Known(Error::Internal(cause)) = &refusal {
            tracing::error!(cause = format!("{cause:#}"), "a widget request failed with an internal error");
        }
        refusal.answer(&reader)
    }))
}
