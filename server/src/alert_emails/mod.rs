//! E-mails about alerts to those who subscribed: alerts that open within a minute share an e-mail, an account gets at
//! most one in ten minutes, an alert that stays open is reminded of once, and a closing e-mail reports its end.
//!
//! ```text
//! alert.letter_at ─▶ claim ─▶ readers · text ─▶ SMTP ─▶ next letter_at
//! ```
//!
//! E-mails contain nothing of messages, only names of sources and numbers.

mod claim;
mod context;
pub mod readers;
mod section;
mod send;

pub use context::AlertEmailContext;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base::due;
use entity::alert::{self, Column};
use sea_orm::{DbErr, EntityTrait};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::identity::mail;

const LOOK_EVERY: Duration = Duration::from_secs(15);
/// Alerts per query; further ones follow in the next.
const BATCH: u64 = 200;

/// The background task. Ends when `stop` is cancelled.
pub async fn run(app: Arc<AlertEmailContext>, stop: CancellationToken) {
    let tell = async || {
        if let Err(error) = round(&app).await {
            tracing::warn!(error = format!("{error:#}"), "alert e-mails are delayed; it will be retried");
        }
    };
    due::every(LOOK_EVERY, &stop, tell).await;
}

/// Sends what is due now; returns the number of e-mails sent. Without `[mail]` everything waits.
pub async fn round(app: &AlertEmailContext) -> anyhow::Result<usize> {
    if !mail::is_on(&app.identity) {
        return Ok(0);
    }
    let mut sent = 0;
    for (tenant_id, alerts) in due(app).await? {
        sent += send::tell(app, tenant_id, alerts).await?;
    }
    Ok(sent)
}

/// Due alerts by account.
async fn due(app: &AlertEmailContext) -> Result<BTreeMap<Uuid, Vec<alert::Model>>, DbErr> {
    let rows = due::found(&app.store, alert::Entity::find(), Column::LetterAt, BATCH).await?;
    let mut found: BTreeMap<Uuid, Vec<alert::Model>> = BTreeMap::new();
    for row in rows {
        found.entry(row.tenant_id).or_default().push(row);
    }
    Ok(found)
}
