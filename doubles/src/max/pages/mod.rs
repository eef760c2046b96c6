//! Pages for people: customers' phones; and JSON for programs.

mod phone;
mod programs;
mod words;

use actix_web::{HttpRequest, HttpResponse, http::header, web};

/// Adds the routes of all pages.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(phone::list))
        .route("/phone", web::get().to(phone::list))
        .route("/phone/{person}/{bot}", web::get().to(phone::show))
        .route("/phone/{person}/{bot}", web::post().to(phone::press))
        .route("/acts", web::post().to(programs::act))
        .route("/faults", web::get().to(programs::faults))
        .route("/faults", web::post().to(programs::break_it))
        .route("/faults", web::delete().to(programs::mend))
        .route("/events", web::get().to(programs::events))
        .route("/healthz", web::get().to(HttpResponse::Ok))
        .route("/static/{file}", web::get().to(asset));
}

/// Whether a call comes from our own page or from a program: cross-site requests are refused.
fn is_own(request: &HttpRequest) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host)),
        (origin, _) => origin.is_none(),
    }
}

async fn asset(file: web::Path<String>) -> HttpResponse {
    let (kind, text) = match file.as_str() {
        "phone.css" => ("text/css; charset=utf-8", include_str!("../../../static/phone.css")),
        "max.js" => ("text/javascript; charset=utf-8", include_str!("../../../static/max.js")),
        _ => return HttpResponse::NotFound().finish(),
    };
    HttpResponse::Ok().content_type(kind).insert_header((header::CACHE_CONTROL, "no-cache")).body(text)
}
