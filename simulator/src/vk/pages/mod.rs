//! Pages for people (customers' phones), and JSON for programs.

mod phone;
mod programs;
mod words;

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;

use super::core::Core;
use crate::old::{self, Asset, is_own};

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
    old::render(StatusCode::OK, page)
}

/// `GET /events`: notifies pages of changes.
async fn events(core: web::Data<Arc<Core>>) -> HttpResponse {
    old::events(core.subscribe())
}

async fn asset(file: web::Path<String>) -> HttpResponse {
    const ALL: &[Asset] = &[
        ("phone.css", include_bytes!("../../../static/phone.css")),
        ("vk.js", include_bytes!("../../../static/vk.js")),
    ];
    old::asset(&file, ALL)
}
