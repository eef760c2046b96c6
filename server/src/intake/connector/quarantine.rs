//! Quarantine: calls that cannot be processed are stored as bytes for investigation, and the messenger gets a success
//! answer.

use base::error::Error;
use bytes::Bytes;
use queue::accept_batch::{AcceptBatch, Priority, RawHook};
use queue::writer::AcceptError;
use sea_orm::DbErr;
use serde_json::json;

use super::{CalledSource, RetryLater};

/// Stores a call's bytes in quarantine. `why` is a metric's label.
pub(super) async fn keep(line: &CalledSource, body: Bytes, why: &'static str) -> Result<(), RetryLater> {
    let kind = line.connector.kind();
    tracing::warn!(tenant.id = %line.source.tenant_id, source.id = %line.source.id, reason = why, "a webhook from a messenger was quarantined");
    metrics::counter!("parom_quarantined_total", "reason" => why, "door" => kind).increment(1);
    if !line.app.unknown_callers.keeps_unreadable(line.source.id, body.len(), line.app.clock.millis()).await {
        tracing::warn!(source.id = %line.source.id, "the source's unreadable webhooks of today exceed the limit; this one is counted but not stored");
        return Ok(());
    }
    let raw = Some(raw_of(line, body, why));
    let batch = AcceptBatch { tenant_id: line.source.tenant_id, priority: Priority::Normal, raw, entries: Vec::new() };
    match line.app.writer.accept(batch).await {
        Ok(_) => Ok(()),
        // The database will never accept these bytes either.
        Err(AcceptError::Unstorable(_)) => Ok(()),
        Err(refused) => {
            tracing::error!(error = %refused, "a webhook from a messenger could not be stored");
            Err(RetryLater)
        }
    }
}

/// The bytes as received.
pub(super) fn raw_of(line: &CalledSource, body: Bytes, quarantine: &str) -> RawHook {
    RawHook {
        id: line.app.clock.uuid_v7(),
        kind: line.connector.kind(),
        target: line.source.id.to_string(),
        received_at: line.app.clock.millis(),
        headers: json!({}).to_string(),
        body,
        quarantine: quarantine.to_owned(),
    }
}

/// Why something was not stored: retry later, or never.
pub(super) enum StoreError {
    Retry,
    /// The word is a metric's label.
    Permanent(&'static str),
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::TooMany { .. } | Error::Full(_) | Error::Unavailable { .. } => Self::Retry,
            Error::Internal(cause) if cause.chain().any(|cause| cause.is::<DbErr>()) => {
                tracing::error!(error = format!("{cause:#}"), "a messenger's webhook could not be stored");
                Self::Retry
            }
            Error::Internal(cause) => {
                tracing::error!(error = format!("{cause:#}"), "a messenger's webhook can never be stored");
                Self::Permanent("unstorable")
            }
            Error::NotFound => Self::Permanent("unknown"),
            Error::Conflict { .. } => Self::Permanent("conflict"),
            _ => Self::Permanent("invalid"),
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        Error::from(error).into()
    }
}
