//! Answers by e-mail: a visitor who leaves the chat gets the answers they have not read as a letter with a link back
//! (docs/decisions/0029-answers-by-e-mail.md).
//!
//! ```text
//! visitor: POST email ─▶ chat_email, unconfirmed ─▶ letter with a link ─▶ page with a button ─▶ confirmed
//! manager's answer ─▶ next_at ─▶ claim ─▶ unread, and the visitor is not here? ─▶ letter: answers, link back, link to end
//! ```
//!
//! Routes below `/chat/{source_id}/email`:
//!
//! ```text
//! POST           an address, from the chat
//! GET, POST /confirm  the page of the first letter's link, and its button
//! GET, POST /back     the link back: opens the same conversation in this browser; the button of the page that asks first
//! GET, POST /end      the page that ends the letters, its button, and one click in a mail program (RFC 8058)
//! ```
//!
//! With a confirmed address the visitor can also have the whole conversation as a letter ([`transcript`]).

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use base::due;
use entity::chat_email::{self, Column};
use sea_orm::EntityTrait;

use crate::webchat::WebchatContext;

mod pages;
mod send;
mod transcript;

/// Letters per query; further ones follow in the next.
const BATCH: u64 = 50;
/// Letters that are sent at once.
const AT_ONCE: usize = 8;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/{source_id}/email", web::post().to(self::pages::post_address))
        .route("/{source_id}/transcript", web::post().to(self::transcript::post))
        .route("/{source_id}/email/confirm", web::get().to(self::pages::confirm))
        .route("/{source_id}/email/confirm", web::post().to(self::pages::confirmed))
        .route("/{source_id}/email/back", web::get().to(self::pages::back))
        .route("/{source_id}/email/back", web::post().to(self::pages::back_confirmed))
        .route("/{source_id}/email/end", web::get().to(self::pages::end))
        .route("/{source_id}/email/end", web::post().to(self::pages::ended));
}

/// A round; an error is left to the next.
pub async fn look(app: Arc<WebchatContext>) {
    if let Err(error) = round(&app).await {
        tracing::warn!(error = format!("{error:#}"), "letters about answers in chats are delayed; it will be retried");
    }
}

/// Sends what is due now; returns the number of letters.
pub async fn round(app: &Arc<WebchatContext>) -> anyhow::Result<usize> {
    let mut sent = 0;
    loop {
        let rows = due::rows(&app.store, chat_email::Entity::find(), Column::NextAt, BATCH).await?;
        if rows.is_empty() {
            return Ok(sent);
        }
        sent += due::each(rows, AT_ONCE, async |row: chat_email::Model| {
            let (tenant_id, conversation_id) = (row.tenant_id, row.conversation_id);
            match send::one(app, row).await {
                Ok(sent) => usize::from(sent),
                Err(error) => {
                    tracing::warn!(tenant.id = %tenant_id, conversation.id = %conversation_id, %error, "a letter about answers in a chat is delayed; it will be retried");
                    0
                }
            }
        })
        .await;
    }
}
