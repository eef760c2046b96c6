//! The web chat (docs/webchat.md): the page of a source of kind `webchat`, and the same embedded in other sites.
//! Customers' messages go through [`domain::intake::messenger::message::accept`] like all others; managers' answers are
//! read from storage in order of delivery and pushed as server-sent events.
//!
//! ```text
//! GET  /chat/{source_id}            the page, with the conversation so far; works without script
//! GET  /chat/{source_id}/embed.js   the same for other sites: one script with a button and the chat
//! GET  /chat/{source_id}/look       appearance and texts for that script
//! GET  /chat/{source_id}/logo       the picture in the header
//! GET  /chat/{source_id}/team/{place}  the photo of someone who answers
//! GET  /chat/{source_id}/history    the conversation so far
//! POST /chat/{source_id}/messages   a message in: JSON from the script, a form without it
//! POST /chat/{source_id}/files      a file in, with a caption
//! POST /chat/{source_id}/edits      a correction of a text
//! GET  /chat/{source_id}/events     answers out, resumable at any position
//! POST /chat/{source_id}/receipts   which answers arrived and were seen
//! POST /chat/{source_id}/reactions  the customer's reaction to a message
//! POST /chat/{source_id}/typing     the customer is typing
//! POST /chat/{source_id}/rating     what the customer thinks of the talk
//! …    /chat/{source_id}/email…      answers by e-mail ([`by_email`])
//! GET  /chat/static/{file}          scripts and styles
//! ```
//!
//! [`access`] identifies the visitor and the requesting page; nothing else gives access to a conversation. See
//! `docs/decisions/0017-web-chat-on-other-sites.md`.

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, web};
use domain::identity::IdentityContext;
use domain::intake::IntakeContext;
use domain::media::MediaContext;
use domain::platform::{PlatformContext, stands_on};
use domain::tenant::TenantContext;
use domain::usage::UsageContext;

pub use guests::Guests;

mod access;
mod appearance;
mod assets;
pub mod by_email;
mod edits;
mod emails;
mod events;
mod guests;
mod history;
mod messages;
mod page;
mod submit;
mod visitor;

/// The shared state, as handlers get it.
type AppData = web::Data<WebchatContext>;
/// What a handler answers.
type Answer = access::Result<HttpResponse>;

/// Mounts `/chat`. The application provides its `WebchatContext` to handlers as `AppData`.
pub fn routes(config: &mut web::ServiceConfig) {
    amocrm::disposable_token::install_crypto_provider();
    config.service(
        web::scope("/chat")
            .wrap(from_fn(access::guard))
            .app_data(web::Data::new(assets::EmbedScript::made()))
            .route("/static/{file}", web::get().to(assets::get))
            .route("/{source_id}", web::get().to(page::get))
            .route("/{source_id}", web::head().to(page::get))
            .route("/{source_id}/embed.js", web::get().to(assets::embed))
            .route("/{source_id}/embed.js", web::head().to(assets::embed))
            .route("/{source_id}/look", web::get().to(appearance::get))
            .route("/{source_id}/logo", web::get().to(appearance::logo))
            .route("/{source_id}/team/{place}", web::get().to(appearance::photo))
            .route("/{source_id}/history", web::get().to(history::get))
            .route("/{source_id}/messages", web::post().to(messages::post))
            .route("/{source_id}/files", web::post().to(messages::post_file))
            .route("/{source_id}/edits", web::post().to(edits::post))
            .route("/{source_id}/events", web::get().to(events::get))
            .route("/{source_id}/receipts", web::post().to(events::receipts))
            .route("/{source_id}/reactions", web::post().to(events::reactions))
            .route("/{source_id}/typing", web::post().to(events::typing))
            .route("/{source_id}/rating", web::post().to(messages::rate))
            .configure(by_email::routes),
    );
}

/// The context of the web chat.
pub struct WebchatContext {
    pub platform: Arc<PlatformContext>,
    pub files: Arc<MediaContext>,
    pub tenants: Arc<TenantContext>,
    pub intake: Arc<IntakeContext>,
    pub usage: Arc<UsageContext>,
    pub identity: Arc<IdentityContext>,
    /// Visitors connected to a web chat.
    pub guests: Guests,
}

stands_on!(WebchatContext);
