//! Regular maintenance of accounts: one worker over all instances, because each visit is claimed by one conditional
//! update of `tenant.probe_at`. amoCRM is only asked what is due.
//!
//! ```text
//! probe_at ─▶ claim ─▶ visit: notice to confirm · channels to take off · probe of unpaid and blocked ·
//!                             refused channels · idle access · credentials to erase ─▶ next probe_at
//! ```

use std::sync::Arc;
use std::time::Duration;

use entity::tenant::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
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
const CLAIMED: i64 = 5 * 60_000;
/// Interval between removals of expired rows.
const CLEAN_EVERY: i64 = 3_600_000;
/// Accounts that were never scheduled are spread over this time.
const SPREAD: i64 = 3_600_000;

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
        if now - cleaned_at >= CLEAN_EVERY || now < cleaned_at {
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
    let due = tenant::Entity::find()
        .filter(Column::ProbeAt.lte(now))
        .order_by_asc(Column::ProbeAt)
        .limit(BATCH)
        .all(app.store.read())
        .await?;
    let mut visits = tokio::task::JoinSet::new();
    let mut visited = 0;
    for tenant in due {
        if visits.len() >= AT_ONCE {
            visits.join_next().await;
        }
        if let Some(claimed_at) = claim(app, &tenant, now).await? {
            visited += 1;
            visits.spawn(visit::visit(app.clone(), tenant.tenant_id, claimed_at));
        }
    }
    while visits.join_next().await.is_some() {}
    Ok(visited)
}

/// The `probe_at` under which the visit is ours. None if another instance makes it.
async fn claim(app: &TenantContext, tenant: &tenant::Model, now: i64) -> Result<Option<i64>, DbErr> {
    let until = now + CLAIMED;
    let done = tenant::Entity::update_many()
        .col_expr(Column::ProbeAt, Expr::value(Some(until)))
        .filter(Column::TenantId.eq(tenant.tenant_id))
        .filter(Column::ProbeAt.eq(tenant.probe_at))
        .exec(app.store.write())
        .await?;
    Ok((done.rows_affected == 1).then_some(until))
}

/// Schedules accounts that predate the schedule.
async fn adopt(app: &TenantContext) -> Result<(), DbErr> {
    let left =
        Condition::any().add(Column::Status.ne(TenantStatus::Uninstalled.as_str())).add(Column::ErasedAt.is_null());
    tenant::Entity::update_many()
        .col_expr(Column::ProbeAt, Expr::value(Some(app.clock.millis() + rand::random_range(0..SPREAD))))
        .filter(Column::ProbeAt.is_null())
        .filter(left)
        .exec(app.store.write())
        .await?;
    Ok(())
}
