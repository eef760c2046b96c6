//! The web chat (product.md §5): the customer's own page of a source of kind `webchat`. What they write goes through
//! [`crate::intake::message::accept`] like every message; what managers answer is read from storage in the order in
//! which it was carried and pushed as server-sent events.
//!
//! ```text
//! GET  /chat/{source_id}            the page, with the conversation so far; works without script
//! POST /chat/{source_id}/messages   a message in: JSON from the script, a form without it
//! GET  /chat/{source_id}/events     answers out, resumable at any position
//! POST /chat/{source_id}/receipts   which answers arrived and were seen
//! POST /chat/{source_id}/reactions  the customer's reaction to a message
//! GET  /chat/static/{file}          script and style
//! ```
//!
//! Who writes is told by a cookie alone ([`visitor`]); a conversation can be reached by nothing else.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, web};
use entity::source;
use std::sync::Arc;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Problem, Result};

mod assets;
mod events;
mod guests;
mod history;
mod messages;
mod page;
mod reactions;
mod receipts;
mod shown;
#[cfg(test)]
mod tests;
mod visitor;
mod words;

pub use guests::Guests;

/// Mounts `/chat`. The application hands its `App` to handlers as `web::Data<App>`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/chat")
            .route("/static/{file}", web::get().to(assets::get))
            .route("/{source_id}", web::get().to(page::get))
            .route("/{source_id}/messages", web::post().to(messages::post))
            .route("/{source_id}/events", web::get().to(events::get))
            .route("/{source_id}/receipts", web::post().to(receipts::post))
            .route("/{source_id}/reactions", web::post().to(reactions::post)),
    );
}

/// The web chat that a path names; another kind's, a deleted or an unknown source is nobody's chat.
async fn source_of(app: &App, source_id: &str) -> Result<Arc<source::Model>> {
    let source_id = Uuid::try_parse(source_id).map_err(|_| Error::NotFound)?;
    let found = app.lookup.source(source_id).await.map_err(|error| {
        tracing::error!(%error, "a web chat's source cannot be read");
        Error::not_storing()
    })?;
    found.filter(|source| source.kind == "webchat" && source.deleted_at.is_none()).ok_or(Error::NotFound)
}

/// Why the script is refused, for what [`Error`] has no word.
fn refusal(status: StatusCode, name: &str, title: &str, detail: &str) -> HttpResponse {
    let problem = Problem {
        kind: crate::error::problem_type(name),
        title: title.to_owned(),
        status: status.as_u16(),
        detail: detail.to_owned(),
        errors: Vec::new(),
    };
    HttpResponse::build(status)
        .content_type("application/problem+json")
        .body(serde_json::to_string(&problem).unwrap_or_default())
}

/// Too much at once: 429, repeat after so many seconds.
fn too_fast(seconds: i64) -> HttpResponse {
    let mut answer = refusal(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "Too much at once",
        "repeat this after the time in Retry-After",
    );
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

/// Nobody's cookie: the page gives one.
fn unknown_visitor() -> HttpResponse {
    refusal(
        StatusCode::FORBIDDEN,
        "unknown_visitor",
        "Who is writing?",
        "open the chat's page first, with cookies allowed",
    )
}

/// A request that another site made the browser send.
fn foreign() -> HttpResponse {
    refusal(StatusCode::FORBIDDEN, "foreign_origin", "Another site asked for this", "write from the chat's own page")
}
