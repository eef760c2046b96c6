//! The web chat (docs/webchat.md): the page of a source of kind `webchat`, and the same embedded in other sites.
//! Customers' messages go through [`domain::intake::messenger::message::accept`] like all others; managers' answers are
//! read from storage in order of delivery and pushed as server-sent events.
//!
//! ```text
//! GET  /chat/{source_id}            the page, with the conversation so far; works without script
//! GET  /chat/{source_id}/embed.js   the same for other sites: one script with a button and the chat
//! GET  /chat/{source_id}/look       appearance and texts for that script
//! GET  /chat/{source_id}/logo       the picture in the header
//! GET  /chat/{source_id}/history    the conversation so far
//! POST /chat/{source_id}/messages   a message in: JSON from the script, a form without it
//! POST /chat/{source_id}/files      a file in, with a caption
//! GET  /chat/{source_id}/events     answers out, resumable at any position
//! POST /chat/{source_id}/receipts   which answers arrived and were seen
//! POST /chat/{source_id}/reactions  the customer's reaction to a message
//! POST /chat/{source_id}/typing     the customer is typing
//! …    /chat/{source_id}/email…      answers by e-mail ([`by_email`])
//! GET  /chat/static/{file}          scripts and styles
//! ```
//!
//! [`access`] identifies the visitor and the requesting page; nothing else gives access to a conversation. See
//! `docs/decisions/0017-web-chat-on-other-sites.md`.

use actix_web::middleware::from_fn;
use actix_web::web;

mod access;
mod appearance;
mod assets;
mod begin;
mod body;
pub mod by_email;
mod card;
mod context;
mod customer;
mod events;
mod files;
mod form;
mod guests;
mod history;
mod links;
mod logo;
mod message_view;
mod messages;
mod page;
mod reactions;
mod receipts;
mod seen;
mod sites;
mod submit;
#[cfg(test)]
mod tests;
mod typing;
mod visitor;
mod words;

pub use context::WebchatContext;
pub use guests::Guests;

/// Mounts `/chat`. The application provides its `WebchatContext` to handlers as `web::Data<WebchatContext>`.
pub fn routes(config: &mut web::ServiceConfig) {
    amocrm::disposable_token::install_crypto_provider();
    config.service(
        web::scope("/chat")
            .wrap(from_fn(sites::guard))
            .app_data(web::Data::new(assets::EmbedScript::made()))
            .route("/static/{file}", web::get().to(assets::get))
            .route("/{source_id}", web::get().to(page::get))
            .route("/{source_id}", web::head().to(page::get))
            .route("/{source_id}/embed.js", web::get().to(assets::embed))
            .route("/{source_id}/embed.js", web::head().to(assets::embed))
            .route("/{source_id}/look", web::get().to(appearance::get))
            .route("/{source_id}/logo", web::get().to(logo::get))
            .route("/{source_id}/history", web::get().to(history::get))
            .route("/{source_id}/messages", web::post().to(messages::post))
            .route("/{source_id}/files", web::post().to(files::post))
            .route("/{source_id}/events", web::get().to(events::get))
            .route("/{source_id}/receipts", web::post().to(receipts::post))
            .route("/{source_id}/reactions", web::post().to(reactions::post))
            .route("/{source_id}/typing", web::post().to(typing::post))
            .configure(by_email::routes),
    );
}
