//! Pages for people (customers' phones, Meta's review, fault injection), and JSON for programs.

mod bubble;
mod dialog;
mod files;
mod keys;
mod list;
mod phone;
mod programs;
mod reviews;
mod strings;
mod trouble;

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;

use strings::Words;

use crate::old::{self, Asset, is_own};
use crate::whatsapp::core::Core;

/// Adds the routes of all pages. All other paths belong to the Graph.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(list::show))
        .route("/phone", web::get().to(list::show))
        .route("/phone/{person}/{phone}", web::get().to(phone::show))
        .route("/phone/{person}/{phone}/rows", web::get().to(phone::rows))
        .route("/phone/{person}/{phone}/files/{media}", web::get().to(files::show))
        .route("/events", web::get().to(events))
        .route("/reviews", web::get().to(reviews::show))
        .route("/reviews", web::post().to(reviews::press))
        .route("/trouble", web::get().to(trouble::show))
        .route("/trouble", web::post().to(trouble::press))
        .route("/{version}/dialog/oauth", web::get().to(dialog::ask))
        .route("/{version}/dialog/oauth", web::post().to(dialog::answer))
        .route("/acts", web::post().to(programs::act))
        .route("/uploads", web::post().to(files::take))
        .route("/chats/{person}", web::get().to(programs::chat))
        .route("/templates", web::get().to(programs::templates))
        .route("/faults", web::get().to(programs::faults))
        .route("/faults", web::post().to(programs::break_it))
        .route("/faults", web::delete().to(programs::mend))
        .route("/healthz", web::get().to(HttpResponse::Ok))
        .route("/static/{file}", web::get().to(asset));
}

/// The language of a page, and how links keep it.
pub(super) type Frame = old::Frame<Words>;

#[derive(Template)]
#[template(path = "whatsapp/notice.html")]
struct Notice<'a> {
    frame: &'a Frame,
}

/// A rendered page with its headers. Its forms may lead to another host, because the dialog returns to the app.
pub(super) fn render(status: StatusCode, page: &impl Template) -> HttpResponse {
    old::render_with_forms(status, page, "'self' http: https:")
}

/// The "not found" page.
pub(super) fn missing(frame: &Frame) -> HttpResponse {
    render(StatusCode::NOT_FOUND, &Notice { frame })
}

/// `GET /events`.
async fn events(core: web::Data<Arc<Core>>) -> HttpResponse {
    old::events(core.subscribe())
}

async fn asset(file: web::Path<String>) -> HttpResponse {
    const ALL: &[Asset] = &[
        ("phone.css", include_bytes!("../../../static/phone.css")),
        ("whatsapp.css", include_bytes!("../../../static/whatsapp.css")),
        ("whatsapp.js", include_bytes!("../../../static/whatsapp.js")),
        ("whatsapp-composer.js", include_bytes!("../../../static/whatsapp-composer.js")),
        ("handset.svg", include_bytes!("../../../static/handset.svg")),
    ];
    old::asset(&file, ALL)
}
