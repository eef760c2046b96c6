//! When subscriptions are checked. `next_try_at` is schedule and claim in one: of several instances one checks.

use std::sync::Arc;
use std::time::Duration;

use base::due::{self, DueOfAccounts};
use chrono::TimeDelta;
use entity::crm_subscription::{self, Column};
use sea_orm::EntityTrait;
use tokio_util::sync::CancellationToken;

use super::check;
use crate::tenant::TenantContext;

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Few, so that a restart does not query amoCRM for all accounts at once.
const AT_ONCE: usize = 4;
/// How long a check is claimed.
const CLAIMED: TimeDelta = TimeDelta::minutes(5);

/// The background task. Ends when `stop` is cancelled.
pub async fn run(app: Arc<TenantContext>, stop: CancellationToken) {
    due::every(LOOK_EVERY, &stop, || due_now(&app)).await;
}

/// Checks what is due now; returns how many.
pub async fn due_now(app: &Arc<TenantContext>) -> usize {
    let due = DueOfAccounts {
        rows: crm_subscription::Entity::find(),
        at: Column::NextTryAt,
        account: Column::TenantId,
        claimed: CLAIMED,
        at_once: AT_ONCE,
        pause: LOOK_EVERY,
    };
    let worked = due.work(&app.store, &app.stop, async |row, claimed| {
        let tenant_id = row.tenant_id;
        let row = crm_subscription::Model { next_try_at: Some(claimed), ..row };
        if let Err(error) = check::look(app, row).await {
            tracing::warn!(tenant.id = %tenant_id, error = format!("{error:#}"), "an account's subscription could not be checked; it will be retried");
        }
        1
    });
    worked.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the subscriptions that are due could not be read; it will be retried");
        0
    })
}
