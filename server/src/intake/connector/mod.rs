//! `POST /hooks/{kind}/{source_id}`: webhooks of messengers. Each connector authenticates and parses its own calls;
//! the resulting events are stored the same way for all.
//!
//! ```text
//! source ─▶ secret in a header ─▶ body ─▶ authenticate ─▶ receive ─▶ events.rs (one commit each) ─▶ 200
//!    404, 410     401           413       401          └─ unreadable: its bytes are kept ─▶ 200: a bad call never
//!    blocks a chat
//! ```

mod buttons;
mod conversations;
mod events;
mod quarantine;

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base::i18n::{Language, Words};
use bytes::Bytes;
use connectors::incoming::{IncomingCall, NotReceived};
use connectors::{Connector, Settings};
use entity::source;
use uuid::Uuid;

use super::chats::read;
use crate::intake::IntakeContext;
use crate::settings;
use crate::tenant;

/// Larger bodies are refused (docs/reliability.md#inputs).
pub const BODY_BYTES: usize = 1024 * 1024;

/// Not stored; the messenger should call again.
struct RetryLater;

/// The called source.
struct CalledSource {
    app: Arc<IntakeContext>,
    source: Arc<source::Model>,
    connector: Arc<dyn Connector>,
    settings: Settings,
    words: Words,
}

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
    let started = std::time::Instant::now();
    let answer = answer(&app, kind, &source_id, &request, payload).await;
    let status = answer.status().as_u16();
    metrics::counter!("parom_hooks_total", "door" => kind, "status" => status.to_string()).increment(1);
    metrics::histogram!("parom_hook_accept_seconds", "door" => kind).record(started.elapsed());
    answer
}

async fn answer(
    app: &Arc<IntakeContext>,
    kind: &'static str,
    source_id: &str,
    request: &HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let line = match CalledSource::find(app, kind, source_id).await {
        Ok(line) => line,
        Err(answer) => return answer,
    };
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return HttpResponse::UnsupportedMediaType().finish();
    }
    let headers = request.headers();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    // If a header is sufficient proof, the body of an unauthenticated call is not read.
    let by_header = line.connector.authenticates_by_header();
    if by_header
        && !line.connector.authenticate(&line.settings, &IncomingCall { header: &header, path_secret: "", body: &[] })
    {
        return HttpResponse::Unauthorized().finish();
    }
    let body = match read(payload, BODY_BYTES).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    if !by_header
        && !line.connector.authenticate(&line.settings, &IncomingCall { header: &header, path_secret: "", body: &body })
    {
        return HttpResponse::Unauthorized().finish();
    }
    // Detached: a caller that hangs up must not stop the processing of its call.
    let line = Arc::new(line);
    let storing = base::supervisor::detach("messenger_hook", {
        let (line, body) = (line.clone(), body.clone());
        async move { line.store(body).await }
    });
    let stored = match storing.await {
        Ok(stored) => stored,
        Err(panicked) => {
            tracing::error!(source.id = %line.source.id, error = %panicked, "reading a messenger's webhook was interrupted; the bytes received are stored");
            quarantine::keep(&line, body, "broke_off").await
        }
    };
    match stored {
        Ok(()) => HttpResponse::Ok().finish(),
        Err(RetryLater) => HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, "2")).finish(),
    }
}

impl CalledSource {
    /// The error is the response: 404 for an unknown source, 410 for a deleted one, so that a messenger that still
    /// calls stops.
    async fn find(app: &Arc<IntakeContext>, kind: &str, source_id: &str) -> Result<Self, HttpResponse> {
        let unavailable = || HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, "2")).finish();
        let source_id = Uuid::try_parse(source_id).map_err(|_| HttpResponse::NotFound().finish())?;
        let found = app.lookup.source(source_id).await.map_err(|error| {
            tracing::error!(source.id = %source_id, %error, "the source of a messenger's webhook could not be looked up");
            unavailable()
        })?;
        let source = found.filter(|source| source.kind == kind).ok_or_else(|| HttpResponse::NotFound().finish())?;
        if source.deleted_at.is_some() || source.secrets.is_none() {
            return Err(HttpResponse::Gone().finish());
        }
        let tenant = app.lookup.tenant(source.tenant_id).await.map_err(|_| unavailable())?;
        let language = tenant.map_or(Language::En, |tenant| tenant::language(&app.config, &tenant));
        let settings = settings::open(app, &source).map_err(|error| {
            tracing::error!(source.id = %source_id, error = format!("{error:#}"), "a source's settings cannot be read");
            unavailable()
        })?;
        let connector = app.connectors.get(kind).cloned().ok_or_else(|| HttpResponse::NotFound().finish())?;
        Ok(Self { app: app.clone(), source, connector, settings, words: Words::new(language) })
    }

    /// Stores a call's events, or its bytes. Durable on return.
    async fn store(&self, body: Bytes) -> Result<(), RetryLater> {
        let call = IncomingCall { header: &|_| None, path_secret: "", body: &body };
        match self.connector.receive(&self.settings, &call, self.words).await {
            Ok(event) => events::take(self, body, event).await,
            Err(NotReceived::Unreadable) => quarantine::keep(self, body, "unreadable").await,
            Err(NotReceived::Later(said)) => {
                tracing::warn!(source.id = %self.source.id, reason = %said, "a messenger's webhook waits for a look-up that failed");
                Err(RetryLater)
            }
        }
    }
}
