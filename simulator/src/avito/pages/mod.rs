//! Pages for people – buyers' phones, and fault injection – and JSON for programs.

mod list;
mod phone;
mod programs;
mod trouble;
mod words;

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;

use words::Words;

use crate::avito::core::Core;
pub(crate) use crate::old::is_own;
use crate::old::{self, Asset};

/// Adds the routes of all pages.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(list::show))
        .route("/phone", web::get().to(list::show))
        .route("/phone/{buyer}/{place}", web::get().to(phone::show))
        .route("/phone/{buyer}/{place}", web::post().to(phone::write))
        .route("/phone/{buyer}/{place}/picture", web::post().to(phone::picture))
        .route("/phone/{buyer}/{place}/rows", web::get().to(phone::rows))
        .route("/events", web::get().to(events))
        .route("/trouble", web::get().to(trouble::show))
        .route("/trouble", web::post().to(trouble::press))
        .route("/acts", web::post().to(programs::act))
        .route("/chats/{chat}", web::get().to(programs::history))
        .route("/faults", web::get().to(programs::faults))
        .route("/faults", web::post().to(programs::break_it))
        .route("/faults", web::delete().to(programs::mend))
        .route("/healthz", web::get().to(HttpResponse::Ok))
        .route("/static/{file}", web::get().to(asset))
        .default_service(web::to(HttpResponse::NotFound));
}

/// The language of a page, and how links keep it.
pub(super) type Frame = old::Frame<Words>;

/// A rendered page with its headers. Its forms may lead to another host, because the consent page returns to the
/// application.
pub(crate) fn render(status: StatusCode, page: &impl Template) -> HttpResponse {
    old::render_with_forms(status, page, "'self' http: https:")
}

/// Redirects the browser to one of our pages.
pub(super) fn back_to(frame: &Frame, path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, frame.link(path))).finish()
}

/// `GET /events`.
async fn events(core: web::Data<Arc<Core>>) -> HttpResponse {
    old::events(core.subscribe())
}

async fn asset(file: web::Path<String>) -> HttpResponse {
    const ALL: &[Asset] = &[
        ("phone.css", include_bytes!("../../../static/phone.css")),
        ("avito.js", include_bytes!("../../../static/avito.js")),
        ("picture.jpg", include_bytes!("../../../assets/samples/picture.jpg")),
    ];
    old::asset(&file, ALL)
}
