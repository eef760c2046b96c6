//! The API of the widget in amoCRM (docs/widget.md).
//!
//! ```text
//! amoCRM's page ─ X-Auth-Token ─▶ POST session ─▶ session token, half an hour at most
//!               ─ Bearer ───────▶ sources, card, ticket: all users of the account read, administrators change
//!               ─ frame ────────▶ preview of a new web chat, without data of the account
//! ```
//!
//! [`door`] precedes every route: it admits only pages of account hosts, adds the CORS headers and renders errors in
//! the reader's language. [`door::Caller`] identifies the caller; nothing is read without one.

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, web};
use base::error::Error;
use domain::identity::IdentityContext;
use domain::platform::{PlatformContext, stands_on};
use domain::source::SourceContext;
use domain::tenant::TenantContext;
use domain::usage::UsageContext;

pub use sight::CallerMemory;

mod account;
mod card;
mod door;
mod session;
mod sight;
mod sources;

/// The shared state, as handlers get it.
type AppData = web::Data<WidgetContext>;
/// What a handler answers.
type Answer = door::Result<HttpResponse>;

/// Mounts `/widget`. The application provides its `WidgetContext` to handlers as `web::Data<WidgetContext>`.
pub fn routes(config: &mut web::ServiceConfig) {
    let scope = web::scope("/widget")
        .wrap(from_fn(door::guard))
        .app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .route("/v1/session", web::post().to(session::exchange))
        .route("/v1/connect", web::post().to(account::connect))
        .route("/v1/consent", web::post().to(account::consent))
        .route("/v1/disconnect", web::post().to(account::disconnect))
        .route("/preview", web::get().to(sources::preview))
        .route("/v1/kinds", web::get().to(sources::kinds))
        .route("/v1/pipelines", web::get().to(sources::pipelines))
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
        .route("/v1/strays/{amocrm_source_id}/adopt", web::post().to(sources::adopt_stray))
        .route("/v1/strays/{amocrm_source_id}/remove", web::post().to(sources::remove_stray))
        .route("/v1/card", web::get().to(card::get))
        .route("/v1/ticket", web::post().to(card::post_ticket))
        .default_service(web::to(unknown));
    config.service(scope);
}

async fn unknown() -> door::Result<HttpResponse> {
    Err(Error::NotFound.into())
}

/// The context of the widget's API.
pub struct WidgetContext {
    pub platform: Arc<PlatformContext>,
    pub tenants: Arc<TenantContext>,
    pub sources: Arc<SourceContext>,
    pub usage: Arc<UsageContext>,
    pub identity: Arc<IdentityContext>,
    /// In-memory state about the widget's callers.
    pub widget: CallerMemory,
}

stands_on!(WidgetContext);
