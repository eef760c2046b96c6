//! The API of the widget in amoCRM (docs/widget.md).
//!
//! ```text
//! amoCRM's page ─ X-Auth-Token ─▶ POST session ─▶ session token, half an hour at most
//!               ─ Bearer ───────▶ sources, card, ticket: all users of the account read, administrators change
//!               ─ frame ────────▶ preview of a new web chat, without data of the account
//! ```
//!
//! [`door`] precedes every route: it admits only pages of account hosts, adds the CORS headers and renders errors in
//! the reader's language. [`caller::Caller`] identifies the caller; nothing is read without one.

mod caller;
mod card;
mod connect;
mod consent;
mod context;
mod door;
mod kinds;
mod memory;
mod origin;
mod pipelines;
mod preview;
mod refusal;
mod rights;
mod session;
mod sight;
mod source_out;
mod sources;
mod strays;
mod tenant_out;
mod ticket;

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, web};
use base::error::Error;

pub use context::WidgetContext;
pub use memory::CallerMemory;

/// The shared state, as handlers get it.
type AppData = web::Data<WidgetContext>;
/// What a handler answers.
type Answer = refusal::Result<HttpResponse>;

/// Mounts `/widget`. The application provides its `WidgetContext` to handlers as `web::Data<WidgetContext>`.
pub fn routes(config: &mut web::ServiceConfig) {
    let scope = web::scope("/widget")
        .wrap(from_fn(door::guard))
        .app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .route("/v1/session", web::post().to(session::exchange))
        .route("/v1/connect", web::post().to(connect::connect))
        .route("/v1/consent", web::post().to(consent::give))
        .route("/v1/disconnect", web::post().to(connect::disconnect))
        .route("/preview", web::get().to(preview::get))
        .route("/v1/kinds", web::get().to(kinds::list))
        .route("/v1/pipelines", web::get().to(pipelines::list))
        .service(
            web::resource("/v1/sources").route(web::get().to(sources::list)).route(web::post().to(sources::create)),
        )
        .service(
            web::resource("/v1/sources/{source_id}")
                .route(web::patch().to(sources::patch))
                .route(web::delete().to(sources::delete)),
        )
        .route("/v1/sources/{source_id}/test", web::post().to(sources::test))
        .route("/v1/sources/{source_id}/restore", web::post().to(sources::restore))
        .route("/v1/strays/{amocrm_source_id}/adopt", web::post().to(strays::adopt))
        .route("/v1/strays/{amocrm_source_id}/remove", web::post().to(strays::remove))
        .route("/v1/card", web::get().to(card::get))
        .route("/v1/ticket", web::post().to(ticket::post))
        .default_service(web::to(unknown));
    config.service(scope);
}

async fn unknown() -> refusal::Result<HttpResponse> {
    Err(Error::NotFound.into())
}
