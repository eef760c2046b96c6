//! Regular maintenance of accounts: one worker over all instances, because each visit is claimed by one conditional
//! update of `tenant.probe_at`. amoCRM is only asked what is due.
//!
//! ```text
//! probe_at ─▶ claim ─▶ visit: notice to confirm · channels to take off · probe of unpaid and blocked ·
//!                             refused channels · idle access · credentials to erase ─▶ next probe_at
//! ```

use std::sync::Arc;
use std::time::Duration;

use base::due;
use chrono::TimeDelta;
use entity::tenant::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::TenantStatus;
use crate::tenant::TenantContext;

mod janitor;
mod visit;

/// Interval between searches for due accounts.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Accounts visited per search.
const BATCH: u64 = 20;
/// Accounts visited at once.
const AT_ONCE: usize = 4;
/// How long a visit is claimed; an interrupted one is repeated then.
const CLAIMED: TimeDelta = TimeDelta::minutes(5);
/// Interval between removals of expired rows.
const CLEAN_EVERY: TimeDelta = TimeDelta::hours(1);
/// Accounts that were never scheduled are spread over this time.
const SPREAD: TimeDelta = TimeDelta::hours(1);

/// The background task. Ends when `stop` is cancelled, after the current visits.
pub async fn run(app: Arc<TenantContext>, stop: CancellationToken) {
    let mut cleaned_at = 0;
    if let Err(error) = adopt(&app).await {
        tracing::warn!(%error, "accounts could not be scheduled");
    }
    while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
        if let Err(error) = look(&app).await {
            tracing::warn!(error = format!("{error:#}"), "the accounts could not be checked; it will be retried");
        }
        let now = app.clock.millis();
        if now - cleaned_at >= CLEAN_EVERY.num_milliseconds() || now < cleaned_at {
            cleaned_at = now;
            clean(&app).await;
        }
    }
}

/// Does everything that is due now: visits and removal of expired rows. Returns how many accounts were visited. For
/// tests and tools.
pub async fn round(app: &Arc<TenantContext>) -> anyhow::Result<usize> {
    let mut visited = 0;
    loop {
        let found = look(app).await?;
        visited += found;
        if found == 0 {
            janitor::clean(app).await?;
            return Ok(visited);
        }
    }
}

/// Schedules a visit of an account for the next search.
pub async fn soon(app: &TenantContext, tenant_id: Uuid) -> Result<(), DbErr> {
    super::channels::look_by(app.store.write(), tenant_id, app.clock.millis()).await
}

async fn clean(app: &TenantContext) {
    match janitor::clean(app).await {
        Ok(0) => {}
        Ok(rows) => tracing::info!(rows, "expired data was deleted"),
        Err(error) => tracing::warn!(%error, "expired data could not be deleted; it will be retried"),
    }
}

/// One batch of visits.
async fn look(app: &Arc<TenantContext>) -> anyhow::Result<usize> {
    let now = app.clock.millis();
    let due = due::found(&app.store, tenant::Entity::find(), Column::ProbeAt, BATCH).await?;
    let visited = due::each(due, AT_ONCE, async |tenant| {
        let until = now + CLAIMED.num_milliseconds();
        match due::claim(&app.store, &tenant, Column::ProbeAt, until).await {
            Ok(true) => visit::visit(app.clone(), tenant.tenant_id, until).await,
            Ok(false) => return 0,
            Err(error) => {
                tracing::warn!(tenant.id = %tenant.tenant_id, %error, "the accounts could not be checked; it will be retried");
                return 0;
            }
        }
        1
    });
    Ok(visited.await)
}

/// Schedules accounts that predate the schedule.
async fn adopt(app: &TenantContext) -> Result<(), DbErr> {
    let left =
        Condition::any().add(Column::Status.ne(TenantStatus::Uninstalled.as_str())).add(Column::ErasedAt.is_null());
    tenant::Entity::update_many()
        .col_expr(
            Column::ProbeAt,
            Expr::value(Some(app.clock.millis() + rand::random_range(0..SPREAD.num_milliseconds()))),
        )
        .filter(Column::ProbeAt.is_null())
        .filter(left)
        .exec(app.store.write())
        .await?;
    Ok(())
}
