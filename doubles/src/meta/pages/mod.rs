//! Pages for people: customers' phones; JSON for programs; files.

mod phone;
mod programs;

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

/// Adds the routes that are not Graph's.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(phone::list))
        .route("/phone", web::get().to(phone::list))
        .route("/phone/{person}/{account}", web::get().to(phone::show))
        .route("/phone/{person}/{account}/rows", web::get().to(phone::rows))
        .route("/cdn/{file}", web::get().to(file))
        .route("/events", web::get().to(events))
        .route("/acts", web::post().to(programs::act))
        .route("/chats/{account}/{person}", web::get().to(programs::chat))
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

/// `GET /cdn/{file}`: as long as its address is valid.
async fn file(core: web::Data<Arc<Core>>, request: HttpRequest, id: web::Path<String>) -> HttpResponse {
    let now = core.now().timestamp_millis();
    let Some(file) = core.read(|state| state.files.get(id.as_str()).cloned()) else {
        return HttpResponse::NotFound().finish();
    };
    let is_signed = request.query_string().contains(&format!("signature=AbSig{id}"));
    if !is_signed || now >= file.expires_at {
        return HttpResponse::Forbidden().body("URL signature expired");
    }
    if file.is_lost {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::Ok()
        .content_type(file.mime)
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{}\"", file.name.replace('"', ""))))
        .body(file.bytes)
}

/// `GET /events`: "something changed", after which a page reloads its rows.
async fn events(core: web::Data<Arc<Core>>) -> HttpResponse {
    let mut changes = core.subscribe();
    changes.mark_changed();
    let body = stream::unfold(changes, |mut changes| async move {
        let text = match tokio::time::timeout(HEARTBEAT, changes.changed()).await {
            Ok(Ok(())) => format!("event: change\ndata: {}\n\n", *changes.borrow_and_update()),
            // Meta has stopped.
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
    let (kind, bytes): (_, &'static [u8]) = match file.as_str() {
        "phone.css" => ("text/css; charset=utf-8", include_bytes!("../../../static/phone.css")),
        "meta.js" => ("text/javascript; charset=utf-8", include_bytes!("../../../static/meta.js")),
        "plane.svg" => ("image/svg+xml", include_bytes!("../../../static/plane.svg")),
        "face.png" => ("image/png", include_bytes!("../../../assets/samples/picture.png")),
        _ => return HttpResponse::NotFound().finish(),
    };
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(bytes)
}
