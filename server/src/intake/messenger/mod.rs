//! `POST /hooks/{kind}/{source_id}`: webhooks of messengers. Each connector authenticates and parses its own calls;
//! the resulting events are stored the same way for all.
//!
//! ```text
//! source ─▶ secret in a header ─▶ body ─▶ authenticate ─▶ receive ─▶ events.rs (one commit each) ─▶ 200
//!    404, 410     401           413       401          └─ unreadable: its bytes are kept ─▶ 200: a bad call never
//!    blocks a chat
//! ```

mod buttons;
mod content;
mod conversations;
pub mod edit;
mod events;
pub mod message;
mod route;
mod source;
pub mod status;
mod typing_reactions;
pub mod write_first;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use connectors::incoming::{IncomingCall, NotReceived};

use super::IntakeContext;
use super::door::{self, Reason, StoreError, later};
use source::{CalledSource, RETRY_AFTER};

pub use typing_reactions::{reaction, typing};

/// Larger bodies are refused (docs/reliability.md#inputs).
pub const BODY_BYTES: usize = 1024 * 1024;

/// The route's handler.
pub async fn hook(
    app: web::Data<IntakeContext>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let (kind, source_id) = path.into_inner();
    let kind = app.connectors.get(&kind).filter(|connector| connector.has_webhook()).map(|one| one.kind());
    let Some(kind) = kind else { return HttpResponse::NotFound().finish() };
    door::measured(kind, async {
        match answer(&app, kind, &source_id, &request, payload).await {
            Ok(answer) | Err(answer) => answer,
        }
    })
    .await
}

/// The error is a refusal.
async fn answer(
    app: &Arc<IntakeContext>,
    kind: &'static str,
    source_id: &str,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpResponse> {
    let line = CalledSource::find(app, kind, source_id).await?;
    let headers = request.headers();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let is_genuine = |body: &[u8]| {
        line.connector.authenticate(&line.settings, &IncomingCall { header: &header, path_secret: "", body })
    };
    // If a header is sufficient proof, the body of an unauthenticated call is not read.
    let by_header = line.connector.authenticates_by_header();
    if by_header && !is_genuine(&[]) {
        return Err(HttpResponse::Unauthorized().finish());
    }
    let body = door::read(request, payload, BODY_BYTES).await?;
    if !by_header && !is_genuine(&body) {
        return Err(HttpResponse::Unauthorized().finish());
    }
    let line = Arc::new(line);
    let storing = door::finish("messenger_hook", {
        let (line, body) = (line.clone(), body.clone());
        async move { store(&line, body).await }
    });
    let stored = match storing.await {
        Err(StoreError::Permanent(why)) => line.call(body).quarantine(app, why).await,
        done => done,
    };
    Ok(stored.map_or_else(
        |error| {
            tracing::warn!(source.id = %line.source.id, error = %error, "a messenger's webhook was not stored; the messenger is asked to repeat it");
            later(RETRY_AFTER)
        },
        |()| HttpResponse::Ok().finish(),
    ))
}

/// Stores a call's events. Durable on return.
async fn store(line: &CalledSource, body: Bytes) -> Result<(), StoreError> {
    let call = IncomingCall { header: &|_| None, path_secret: "", body: &body };
    match line.connector.receive(&line.settings, &call, line.words).await {
        Ok(all) => events::take(line, body, all).await,
        Err(NotReceived::Unreadable) => Err(StoreError::Permanent(Reason::Unreadable)),
        Err(NotReceived::Later(said)) => Err(StoreError::Retry(anyhow::anyhow!("a look-up failed: {said}"))),
    }
}
