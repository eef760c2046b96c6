//! When subscriptions are checked. `next_try_at` is schedule and claim in one: of several instances one checks.

use std::sync::Arc;
use std::time::Duration;

use base::due;
use chrono::TimeDelta;
use entity::crm_subscription::{self, Column};
use sea_orm::EntityTrait;
use tokio_util::sync::CancellationToken;

use super::check;
use crate::tenant::TenantContext;

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Subscriptions checked one after another per round, so that a restart does not query amoCRM for all of them at
/// once.
const BATCH: u64 = 20;
/// How long a check is claimed.
const CLAIMED: TimeDelta = TimeDelta::minutes(5);

/// The background task. Ends when `stop` is cancelled.
pub async fn run(app: Arc<TenantContext>, stop: CancellationToken) {
    due::every(LOOK_EVERY, &stop, || due_now(&app)).await;
}

/// Checks what is due now; returns how many.
pub async fn due_now(app: &Arc<TenantContext>) -> usize {
    let due = due::found(&app.store, crm_subscription::Entity::find(), Column::NextTryAt, BATCH).await;
    let due = due.unwrap_or_else(|error| {
        tracing::warn!(%error, "the subscriptions that are due could not be read; it will be retried");
        Vec::new()
    });
    due::each(due, 1, async |row| {
        let tenant_id = row.tenant_id;
        let looked = one(app, row).await.unwrap_or_else(|error| {
            tracing::warn!(tenant.id = %tenant_id, error = format!("{error:#}"), "an account's subscription could not be checked; it will be retried");
            true
        });
        usize::from(looked)
    })
    .await
}

/// False if another instance checks.
async fn one(app: &Arc<TenantContext>, row: crm_subscription::Model) -> anyhow::Result<bool> {
    let claimed = app.clock.millis() + CLAIMED.num_milliseconds();
    if !due::claim(&app.store, &row, Column::NextTryAt, claimed).await? {
        return Ok(false);
    }
    check::look(app, crm_subscription::Model { next_try_at: Some(claimed), ..row }).await?;
    Ok(true)
}
