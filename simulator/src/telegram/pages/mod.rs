//! Pages for people (customers' phones and fault injection), and JSON for programs.

mod bubble;
mod list;
mod media;
mod phone;
mod programs;
mod strings;
mod trouble;
mod uploads;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use strings::Words;

use crate::old::{self, Asset, is_own, render};
use crate::telegram::core::Core;

/// Adds the routes of all pages.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(list::show))
        .route("/phone", web::get().to(list::show))
        .route("/phone/{person}/{bot}", web::get().to(phone::show))
        .route("/phone/{person}/{bot}/rows", web::get().to(phone::rows))
        .route("/phone/{person}/{bot}/files/{unique}", web::get().to(media::file))
        .route("/events", web::get().to(events))
        .route("/trouble", web::get().to(trouble::show))
        .route("/trouble", web::post().to(trouble::press))
        .route("/acts", web::post().to(programs::act))
        .route("/uploads", web::post().to(uploads::take))
        .route("/chats/{chat}", web::get().to(programs::history))
        .route("/faults", web::get().to(programs::faults))
        .route("/faults", web::post().to(programs::break_it))
        .route("/faults", web::delete().to(programs::mend))
        .route("/healthz", web::get().to(HttpResponse::Ok))
        .route("/static/{file}", web::get().to(asset))
        .default_service(web::to(nothing_here));
}

/// The language of a page, and how links keep it.
pub(super) type Frame = old::Frame<Words>;

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'a> {
    frame: &'a Frame,
}

/// The "not found" page.
pub(super) fn missing(frame: &Frame) -> HttpResponse {
    render(StatusCode::NOT_FOUND, &Notice { frame })
}

async fn nothing_here(request: HttpRequest) -> HttpResponse {
    missing(&Frame::of(&request))
}

/// `GET /events`.
async fn events(core: web::Data<Arc<Core>>) -> HttpResponse {
    old::events(core.subscribe())
}

async fn asset(file: web::Path<String>) -> HttpResponse {
    const ALL: &[Asset] = &[
        ("phone.css", include_bytes!("../../../static/phone.css")),
        ("phone.js", include_bytes!("../../../static/phone.js")),
        ("composer.js", include_bytes!("../../../static/composer.js")),
        ("plane.svg", include_bytes!("../../../static/plane.svg")),
    ];
    old::asset(&file, ALL)
}
