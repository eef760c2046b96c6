//! Pages for people: customers' phones; and JSON for programs.

mod phone;
mod programs;
mod words;

use std::{convert::Infallible, sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;
use bytes::Bytes;
use futures_util::stream;

use super::core::Core;

/// Interval of comments by which closed pages are detected.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Adds the routes of all pages.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(phone::list))
        .route("/phone", web::get().to(phone::list))
        .route("/phone/{person}/{community}", web::get().to(phone::show))
        .route("/phone/{person}/{community}/rows", web::get().to(phone::rows))
        .route("/events", web::get().to(events))
        .route("/acts", web::post().to(programs::act))
        .route("/uploads", web::post().to(programs::upload))
        .route("/dialogues/{community}/{peer}", web::get().to(programs::dialogue))
        .route("/faults", web::get().to(programs::faults))
        .route("/faults", web::post().to(programs::break_it))
        .route("/faults", web::delete().to(programs::mend))
        .route("/healthz", web::get().to(HttpResponse::Ok))
        .route("/static/{file}", web::get().to(asset));
}

/// A rendered page with its headers.
fn render(page: &impl Template) -> HttpResponse {
    const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                          media-src 'self'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'";
    let Ok(text) = page.render() else {
        return HttpResponse::InternalServerError().finish();
    };
    HttpResponse::build(StatusCode::OK)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}

/// Whether a call comes from our own page or from a program: cross-site requests are refused.
fn is_own(request: &HttpRequest) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host)),
        (origin, _) => origin.is_none(),
    }
}

/// `GET /events`: tells pages that something changed.
async fn events(core: web::Data<Arc<Core>>) -> HttpResponse {
    let mut changes = core.subscribe();
    changes.mark_changed();
    let body = stream::unfold(changes, |mut changes| async move {
        let text = match tokio::time::timeout(HEARTBEAT, changes.changed()).await {
            Ok(Ok(())) => {
                let revision = *changes.borrow_and_update();
                format!("event: change\ndata: {revision}\n\n")
            }
            // VK has stopped.
            Ok(Err(_)) => return None,
            Err(_) => ": still here\n\n".to_owned(),
        };
        Some((Ok::<_, Infallible>(Bytes::from(text)), changes))
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(body)
}

async fn asset(file: web::Path<String>) -> HttpResponse {
    let (kind, text) = match file.as_str() {
        "phone.css" => ("text/css; charset=utf-8", include_str!("../../../static/phone.css")),
        "vk.js" => ("text/javascript; charset=utf-8", include_str!("../../../static/vk.js")),
        _ => return HttpResponse::NotFound().finish(),
    };
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(text)
}
