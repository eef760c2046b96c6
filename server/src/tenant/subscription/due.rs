//! When subscriptions are checked. `next_try_at` is schedule and claim in one: of several instances one checks.

use std::sync::Arc;
use std::time::Duration;

use entity::crm_subscription::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio_util::sync::CancellationToken;

use super::check;
use crate::tenant::TenantContext;

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Subscriptions checked one after another per round, so that a restart does not query amoCRM for all of them at
/// once.
const BATCH: u64 = 20;
/// How long a check is claimed.
const CLAIMED: i64 = 5 * 60_000;

/// The background task. Ends when `stop` is cancelled.
pub async fn run(app: Arc<TenantContext>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
        due_now(&app).await;
    }
}

/// Checks what is due now; returns how many.
pub async fn due_now(app: &Arc<TenantContext>) -> usize {
    let due = crm_subscription::Entity::find()
        .filter(Column::NextTryAt.lte(app.clock.millis()))
        .order_by_asc(Column::NextTryAt)
        .limit(BATCH)
        .all(app.store.read())
        .await;
    let due = due.unwrap_or_else(|error| {
        tracing::warn!(%error, "the subscriptions that are due could not be read; it will be retried");
        Vec::new()
    });
    let mut looked = 0;
    for row in due {
        let tenant_id = row.tenant_id;
        match one(app, row).await {
            Ok(true) => looked += 1,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(tenant.id = %tenant_id, error = format!("{error:#}"), "an account's subscription could not be checked; it will be retried");
                looked += 1;
            }
        }
    }
    looked
}

/// False if another instance checks.
async fn one(app: &Arc<TenantContext>, row: crm_subscription::Model) -> anyhow::Result<bool> {
    let claimed = app.clock.millis() + CLAIMED;
    if !claim(app, &row, claimed).await? {
        return Ok(false);
    }
    check::look(app, crm_subscription::Model { next_try_at: Some(claimed), ..row }).await?;
    Ok(true)
}

async fn claim(app: &TenantContext, row: &crm_subscription::Model, until: i64) -> Result<bool, DbErr> {
    let done = crm_subscription::Entity::update_many()
        .col_expr(Column::NextTryAt, Expr::value(Some(until)))
        .filter(Column::TenantId.eq(row.tenant_id))
        .filter(Column::NextTryAt.eq(row.next_try_at))
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected == 1)
}
