//! The pages of every simulator: the list of customers, their phones, the page with faults; and JSON for programs.

mod frame;
mod list;
mod phone;
mod programs;
mod trouble;

pub(crate) use frame::events;
pub use frame::{Frame, page_of};

use std::sync::Arc;

use actix_web::{HttpResponse, web};

use super::serve::serve;
use super::wire::{Core, Wire};

/// The routes of the kit. Everything else is a call of a program.
pub(crate) fn routes<W: Wire>(config: &mut web::ServiceConfig) {
    if W::TAKES_UPLOADS {
        config.route("/uploads", web::post().to(programs::upload::<W>));
    }
    config
        .route("/", web::get().to(list::show::<W>))
        .route("/phone", web::get().to(list::show::<W>))
        .route("/phone/{person}/{place}", web::get().to(phone::show::<W>))
        .route("/phone/{person}/{place}", web::post().to(phone::press::<W>))
        .route("/phone/{person}/{place}/files/{file}", web::get().to(phone::file::<W>))
        .route("/acts", web::post().to(programs::act::<W>))
        .route("/faults", web::get().to(programs::faults::<W>))
        .route("/faults", web::post().to(programs::break_it::<W>))
        .route("/faults", web::delete().to(programs::mend::<W>))
        .route("/trouble", web::get().to(trouble::show::<W>))
        .route("/trouble", web::post().to(trouble::press::<W>))
        .route("/events", web::get().to(changes::<W>))
        .route("/healthz", web::get().to(HttpResponse::Ok))
        .route("/static/{file}", web::get().to(frame::asset))
        .default_service(web::to(serve::<W>));
}

/// `GET /events`.
async fn changes<W: Wire>(core: web::Data<Arc<Core<W>>>) -> HttpResponse {
    events(core.subscribe())
}
