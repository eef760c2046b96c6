//! The rate limit in front of routes with which unknown callers can cause writes.
//!
//! amoCRM's own calls do not pass it: they come for all accounts from few addresses, each once. `oauth::callback`
//! limits install calls and still tries what exceeds the limit; notices that an account removed the integration are
//! signed.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::web;
use base::i18n::{Language, Words};

use crate::platform::PlatformContext;
use crate::unknown_callers::UnknownCallerAct;
use base::browser::client_address;

/// The rate-limited action of a request; `None` if it writes nothing for an unknown caller, or authenticates first.
pub(super) fn act_of(method: &Method, path: &str) -> Option<UnknownCallerAct> {
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
pub async fn gate(
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
