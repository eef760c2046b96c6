//! Common work of every entrance for webhooks: it counts the request, reads the body up to a limit, finishes the work
//! of a caller that disconnects, decides between "retry" and "never", and keeps the bytes of requests that could not be
//! processed.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use base::error::Error;
use base::json::mended;
use base::store::{NodeAway, concerns_one_node, is_node_away};
use base::worded::worded;
use bytes::{Bytes, BytesMut};
use entity::source;
use futures_util::StreamExt;
use queue::accept_batch::{AcceptBatch, AcceptItem, ItemOutcome, Priority, RawHook};
use queue::writer::{AcceptError, WriteErrorKind, kind};
use sea_orm::DbErr;
use serde_json::json;
use uuid::Uuid;

use super::IntakeContext;
use crate::load_shedding::body::End;

worded! {
    /// Why the bytes of a genuine request are kept without being processed. The word is a metric's label and is shown by
    /// `doctor`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum QuarantineReason, word {
        UnknownScope = "unknown_scope",
        /// A line of the vendor's app that no account has.
        UnknownLine = "unknown_line",
        ForeignAccount = "foreign_account",
        Version1 = "version_1",
        Unreadable = "unreadable",
        /// An event of amoCRM's that we do not know.
        UnknownEvent = "unknown_event",
        /// An event of a messenger's that we do not know.
        UnknownUpdate = "unknown_update",
        UnknownConversation = "unknown_conversation",
        UnknownMessage = "unknown_message",
        /// Older than the ids by which a repeat would be recognised: a captured hook was replayed.
        Stale = "stale",
        /// The message or conversation of the event does not exist.
        Unknown = "unknown",
        /// The event's change is no longer possible.
        Conflict = "conflict",
        Invalid = "invalid",
        /// The database accepts nothing of its content, or it is damaged.
        Unstorable = "unstorable",
        /// Its processing panicked.
        BrokeOff = "broke_off",
    }
}

/// Why something was not stored. Whether a sender is asked to repeat is decided here and nowhere else.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not now. The cause is logged by the entrance that answers "retry".
    #[error("{0:#}")]
    Retry(anyhow::Error),
    /// Never, so a repeat would only block what follows; the bytes go to quarantine.
    #[error("it can never be stored: {}", .0.word())]
    Permanent(QuarantineReason),
}

impl StoreError {
    /// Whether only the accounts of one node of the database are concerned.
    pub fn concerns_one_node(&self) -> bool {
        matches!(self, Self::Retry(cause) if concerns_one_node(cause))
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            error if error.is_node_away() => Self::Retry(NodeAway.into()),
            Error::TooMany { .. } | Error::Full(_) | Error::Unavailable { .. } => {
                Self::Retry(anyhow::anyhow!("{}: nothing was stored", error.name()))
            }
            Error::Internal(cause) => cause.into(),
            Error::NotFound => Self::Permanent(QuarantineReason::Unknown),
            Error::Conflict { .. } => Self::Permanent(QuarantineReason::Conflict),
            _ => Self::Permanent(QuarantineReason::Invalid),
        }
    }
}

/// A database error is worth repeating unless a value caused it; any other internal error would come again.
impl From<anyhow::Error> for StoreError {
    fn from(cause: anyhow::Error) -> Self {
        match cause.chain().find_map(|cause| cause.downcast_ref::<DbErr>()) {
            Some(error) if kind(error) != WriteErrorKind::Content => Self::Retry(cause),
            _ => {
                tracing::error!(error = format!("{cause:#}"), "a webhook can never be stored");
                Self::Permanent(QuarantineReason::Unstorable)
            }
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        anyhow::Error::new(error).into()
    }
}

impl From<AcceptError> for StoreError {
    fn from(refused: AcceptError) -> Self {
        match refused {
            AcceptError::Unavailable(ref cause) if is_node_away(cause) => Self::Retry(NodeAway.into()),
            AcceptError::Full | AcceptError::Unavailable(_) => Self::Retry(refused.into()),
            AcceptError::Unstorable(_) => Self::Permanent(QuarantineReason::Unstorable),
        }
    }
}

/// Why a kept call that is processed again still cannot be; empty if it can.
pub(super) type StillUnusable = Arc<OnceLock<QuarantineReason>>;

/// The bytes of a request, and what is stored with them.
pub(super) struct RawCall {
    pub id: Uuid,
    pub tenant_id: Uuid,
    /// None for amoCRM's hooks.
    pub source_id: Option<Uuid>,
    /// The entrance, as metrics name it.
    pub kind: &'static str,
    pub target: String,
    /// Milliseconds since 1970.
    pub received_at: i64,
    pub body: Bytes,
    pub priority: Priority,
    /// Whose daily limit of unreadable bytes applies; none for hooks with amoCRM's signature.
    pub limit_of: Option<Uuid>,
    /// Present for a call from the quarantine, whose bytes are stored already.
    pub again: Option<StillUnusable>,
}

impl RawCall {
    /// The body as parsers read it ([`mended`]). If a character was broken, the log names the entrance and the byte.
    pub fn text(&self) -> Cow<'_, [u8]> {
        let text = mended(&self.body);
        if matches!(text, Cow::Owned(_)) {
            let byte = self.body.iter().zip(text.iter()).take_while(|(one, other)| one == other).count();
            let source = self.source_id.map(tracing::field::display);
            tracing::info!(tenant.id = %self.tenant_id, source.id = source, door = self.kind, byte, "a webhook contained broken characters; the rest of it is used");
        }
        text
    }

    /// As stored together with what was made of it.
    pub fn raw(&self) -> RawHook {
        self.row("")
    }

    /// Stores the bytes alone. Durable on return.
    pub async fn keep(&self, app: &IntakeContext) -> Result<(), AcceptError> {
        self.accept(app, "").await
    }

    /// Stores the bytes for inspection, within the daily limit; of calls that belong to no account here, that they came. The
    /// sender gets a success answer.
    pub async fn quarantine(&self, app: &IntakeContext, why: QuarantineReason) -> Result<(), StoreError> {
        if let Some(still) = &self.again {
            still.get_or_init(|| why);
            return Ok(());
        }
        let source = self.source_id.map(tracing::field::display);
        tracing::warn!(tenant.id = %self.tenant_id, source.id = source, door = self.kind, reason = why.word(), "a webhook was quarantined");
        metrics::counter!("parom_quarantined_total", "reason" => why.word(), "door" => self.kind).increment(1);
        if let Some(whose) = self.limit_of
            && !app.unknown_callers.keeps_unreadable(whose, self.body.len(), app.clock.millis()).await
        {
            let source = self.source_id.map(tracing::field::display);
            tracing::warn!(tenant.id = %self.tenant_id, source.id = source, door = self.kind, "today's unreadable webhooks exceed the limit; this one is counted but not stored");
            return Ok(());
        }
        match self.accept(app, why.word()).await {
            Err(AcceptError::Unstorable(error)) => {
                tracing::error!(tenant.id = %self.tenant_id, %error, "the bytes of a webhook were skipped: the database rejects them permanently");
                Ok(())
            }
            done => Ok(done?),
        }
    }

    async fn accept(&self, app: &IntakeContext, quarantine: &str) -> Result<(), AcceptError> {
        let (tenant_id, raw) = (self.tenant_id, Some(self.row(quarantine)));
        let batch = AcceptBatch { tenant_id, priority: self.priority, raw, entries: Vec::new() };
        app.writer.accept(batch).await.map(|_| ())
    }

    fn row(&self, quarantine: &str) -> RawHook {
        // A text that belongs to no account here has no one who could ask for its erasure: only its size is stored. What
        // cannot be read may be of accounts here, and is kept for the version that can.
        let of_no_account =
            [QuarantineReason::UnknownLine, QuarantineReason::UnknownScope, QuarantineReason::ForeignAccount];
        let is_of_no_account = of_no_account.iter().any(|why| why.word() == quarantine);
        let (headers, body) = match is_of_no_account {
            true => (json!({ "content-length": self.body.len() }), Bytes::new()),
            false => (json!({}), self.body.clone()),
        };
        RawHook {
            id: self.id,
            kind: self.kind,
            target: super::clean(&self.target),
            received_at: self.received_at,
            headers: headers.to_string(),
            body,
            quarantine: quarantine.to_owned(),
        }
    }
}

/// Counts and times a request. `door`: the entrance, a metric's label.
pub(super) async fn measure(door: &'static str, answer: impl Future<Output = HttpResponse>) -> HttpResponse {
    let started = Instant::now();
    let answer = answer.await;
    let status = answer.status().as_u16();
    metrics::counter!("parom_hooks_total", "door" => door, "status" => status.to_string()).increment(1);
    metrics::histogram!("parom_hook_accept_seconds", "door" => door).record(started.elapsed());
    answer
}

/// Reads a body up to a limit, or returns the error response: 415 for an encoded one, because signatures and limits are
/// about the bytes as sent. The gate enforces the deadline ([`crate::load_shedding`]).
pub(super) async fn read(
    request: &HttpRequest,
    mut payload: web::Payload,
    limit: usize,
) -> Result<Bytes, HttpResponse> {
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(HttpResponse::UnsupportedMediaType().body("send the body as it is, without Content-Encoding"));
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| match End::of(&error) {
            End::Slow => HttpResponse::RequestTimeout().body("the body took too long"),
            End::NoRoom => later(1),
            _ => HttpResponse::BadRequest().body("the body broke off"),
        })?;
        if body.len() + chunk.len() > limit {
            return Err(HttpResponse::PayloadTooLarge().body(format!("the body is larger than {limit} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// 503: the sender should repeat after this many seconds.
pub(super) fn later(seconds: u32) -> HttpResponse {
    HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, seconds.to_string())).finish()
}

/// Runs the work to its end, even if the caller hangs up. A panic is [`QuarantineReason::BrokeOff`].
pub(super) async fn finish<T: Send + 'static>(
    task: &'static str,
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    base::supervisor::detach(task, work).await.unwrap_or_else(|panicked| {
        tracing::error!(task, error = %panicked, "processing a webhook was interrupted");
        Err(StoreError::Permanent(QuarantineReason::BrokeOff))
    })
}

/// Stores one event of a messenger. Durable on return. What a shadow receives is settled by the same commit: nothing is sent
/// of it.
pub(super) async fn store(
    app: &IntakeContext,
    source: &source::Model,
    raw: Option<RawHook>,
    entry: AcceptItem,
) -> base::error::Result<ItemOutcome> {
    store_all(app, source, raw, entry, Vec::new()).await
}

/// The same with what follows from the event, in one commit. The outcome is that of the event.
pub(super) async fn store_all(
    app: &IntakeContext,
    source: &source::Model,
    raw: Option<RawHook>,
    entry: AcceptItem,
    following: Vec<AcceptItem>,
) -> base::error::Result<ItemOutcome> {
    let entry = if source.is_shadow() { entry.in_shadow() } else { entry };
    let entries = std::iter::once(entry).chain(following).collect();
    let batch = AcceptBatch { tenant_id: source.tenant_id, priority: Priority::Normal, raw, entries };
    let outcomes = app.writer.accept(batch).await?;
    Ok(outcomes.into_iter().next().context("a batch of one item has one outcome")?)
}
