//! Pages for people (customers' phones), and JSON for programs.

mod phone;
mod programs;
mod words;

use std::sync::Arc;

use actix_web::{HttpResponse, web};

use crate::kit::{self, Asset, is_own};
use crate::max::core::Core;

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
        .route("/events", web::get().to(events))
        .route("/healthz", web::get().to(HttpResponse::Ok))
        .route("/static/{file}", web::get().to(asset));
}

/// `GET /events`.
async fn events(core: web::Data<Arc<Core>>) -> HttpResponse {
    kit::events(core.subscribe())
}

async fn asset(file: web::Path<String>) -> HttpResponse {
    const ALL: &[Asset] = &[
        ("phone.css", include_bytes!("../../../static/phone.css")),
        ("max.js", include_bytes!("../../../static/max.js")),
    ];
    kit::asset(&file, ALL)
}
