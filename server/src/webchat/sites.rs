//! CORS: the sites of the source's list may call a chat and read its answers. The headers are on every answer, errors
//! included, because browsers hide answers without them.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;
use base::i18n::{CRM, Language, Words};
use connectors::webchat::WebChatSettings;

use super::access::{self, ChatRefusal};
use crate::webchat::WebchatContext;

const METHODS: &str = "GET, POST";
const HEADERS: &str = "Authorization, Content-Type";
const EXPOSED: &str = "Retry-After";
/// Seconds for which a browser keeps a preflight's answer.
const MAX_AGE: &str = "7200";

/// Answers preflights of allowed sites, and adds CORS headers to every answer.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let origin = allowed(&request).await;
    let mut response = if origin.is_some() && is_preflight(&request) {
        request.into_response(preflight())
    } else {
        let words = Words::new(Language::of_request(request.request()));
        in_words(next.call(request).await?.map_into_boxed_body(), words)
    };
    if let Some(origin) = origin {
        let_read(response.headers_mut(), origin);
    }
    Ok(response)
}

/// Errors are read by visitors: above the form, in their language.
fn in_words(response: ServiceResponse<BoxBody>, words: Words) -> ServiceResponse<BoxBody> {
    let answer = match response.response().error().and_then(|error| error.as_error::<ChatRefusal>()) {
        Some(ChatRefusal::Known(error)) => error.answer(words, CRM),
        _ => return response,
    };
    response.into_response(answer)
}

/// The origin of the requesting page, if its site may embed this chat.
async fn allowed(request: &ServiceRequest) -> Option<HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?.clone();
    let app = request.app_data::<web::Data<WebchatContext>>()?;
    let source_id = request.match_info().as_str().split('/').nth(2)?;
    let source = access::source_of(app, source_id).await.ok()?;
    WebChatSettings::stored(&source.settings).allows(origin.to_str().ok()?).then_some(origin)
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

/// Without credentials: visitors on other sites are identified by a header, never by a cookie.
fn let_read(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    // One header line: some clients ignore a second one.
    let vary = match headers.get(header::VARY).and_then(|value| value.to_str().ok()) {
        Some(others) => {
            HeaderValue::from_str(&format!("{others}, Origin")).unwrap_or(HeaderValue::from_static("Origin"))
        }
        None => HeaderValue::from_static("Origin"),
    };
    headers.insert(header::VARY, vary);
}
