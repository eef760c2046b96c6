//! Pages for people (customers' phones), JSON for programs, and files.

mod phone;
mod programs;

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;

use super::core::Core;
use crate::old::{self, Asset, is_own};

/// Adds the routes that are not part of Graph.
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
    old::render(StatusCode::OK, page)
}

/// `GET /cdn/{file}`: while its address is valid.
async fn file(core: web::Data<Arc<Core>>, request: HttpRequest, id: web::Path<String>) -> HttpResponse {
    let now = core.millis();
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

/// `GET /events`: notifies pages of changes.
async fn events(core: web::Data<Arc<Core>>) -> HttpResponse {
    old::events(core.subscribe())
}

async fn asset(file: web::Path<String>) -> HttpResponse {
    const ALL: &[Asset] = &[
        ("phone.css", include_bytes!("../../../static/phone.css")),
        ("meta.js", include_bytes!("../../../static/meta.js")),
        ("plane.svg", include_bytes!("../../../static/plane.svg")),
        ("face.png", include_bytes!("../../../assets/samples/picture.png")),
    ];
    old::asset(&file, ALL)
}
