//! Sends alerts to people and programs: alerts that open within a minute share a notice, an account gets at most one in
//! ten minutes, an alert that stays open is reported once more, and a closing notice reports its end.
//!
//! ```text
//! alert.letter_at ─▶ claim ─▶ readers × channels · texts ─▶ alert_notice, one commit with the next letter_at
//! alert_notice    ─▶ claim ─▶ e-mail · the vendor's bot · browsers · the account's webhook ─▶ gone, or tried again later
//! ```
//!
//! Notices contain nothing of messages, only names of sources and numbers.

pub mod bot;
mod card;
pub mod channel;
mod claim;
mod context;
mod notice;
pub mod push;
pub mod readers;
pub mod remedy;
mod sections;
mod send;
pub mod webhook;
mod write;

pub use card::AlertCard;
pub use context::AlertNoticeContext;
pub use write::is_on;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::due;
use entity::alert::{self, Column};
use sea_orm::{DbErr, EntityTrait};
use uuid::Uuid;

/// Alerts per query; further ones follow in the next.
const BATCH: u64 = 200;

/// A round; an error is left to the next.
pub async fn look(app: Arc<AlertNoticeContext>) {
    if let Err(error) = round(&app).await {
        tracing::warn!(error = format!("{error:#}"), "notices about alerts are delayed; it will be retried");
    }
}

/// Writes and sends what is due now; returns the number of notices sent.
pub async fn round(app: &Arc<AlertNoticeContext>) -> anyhow::Result<usize> {
    for (tenant_id, alerts) in due(app).await? {
        if let Err(error) = Box::pin(write::notices(app, tenant_id, alerts)).await {
            // Written when the claim expires; other accounts do not wait for it.
            tracing::error!(tenant.id = %tenant_id, error = format!("{error:#}"), "notices about an account's alerts could not be written");
        }
    }
    Box::pin(send::due_now(app)).await
}

/// Due alerts by account.
async fn due(app: &AlertNoticeContext) -> Result<BTreeMap<Uuid, Vec<alert::Model>>, DbErr> {
    let rows = due::found(&app.store, alert::Entity::find(), Column::LetterAt, BATCH).await?;
    let mut found: BTreeMap<Uuid, Vec<alert::Model>> = BTreeMap::new();
    for row in rows {
        found.entry(row.tenant_id).or_default().push(row);
    }
    Ok(found)
}
