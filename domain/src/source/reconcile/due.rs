//! When accounts are compared: new and reinstalled ones at once, those whose hooks named an unknown source soon, all
//! others daily. `tenant.reconciled_at` is schedule and claim in one: of several instances one compares.

use base::millis::DAY;
use std::sync::Arc;

use base::due;
use chrono::TimeDelta;
use entity::tenant::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::reconcile;
use crate::source::SourceContext;
use crate::tenant::TenantStatus;

/// Minimum interval between comparisons caused by unknown sources in hooks.
const SOON: TimeDelta = TimeDelta::minutes(10);
/// Delay after a failed comparison.
const AGAIN: TimeDelta = TimeDelta::hours(1);
/// Accounts compared at a time, so that a restart does not query amoCRM for all of them at once.
const AT_ONCE: u64 = 4;

/// Compares one batch of due accounts; returns how many.
pub async fn due_now(app: &Arc<SourceContext>) -> usize {
    let due = match due(app).await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%error, "the accounts due for a comparison of sources could not be read; it will be retried");
            return 0;
        }
    };
    let all_at_once = due.len();
    due::each(due, all_at_once, async |tenant| {
        match due::claim(&app.store, &tenant, Column::ReconciledAt, app.clock.millis()).await {
            Ok(true) => compare(app, tenant.tenant_id).await,
            Ok(false) => return 0,
            Err(error) => {
                tracing::warn!(tenant.id = %tenant.tenant_id, %error, "a comparison of sources could not be claimed");
                return 0;
            }
        }
        1
    })
    .await
}

async fn compare(app: &Arc<SourceContext>, tenant_id: Uuid) {
    let Err(error) = reconcile(app, tenant_id).await else { return };
    tracing::warn!(tenant.id = %tenant_id, %error, "an account's sources could not be compared with amoCRM's; retrying in an hour");
    let at = app.clock.millis() - DAY + AGAIN.num_milliseconds();
    if let Err(error) = super::note_compared(app, tenant_id, at).await {
        tracing::warn!(tenant.id = %tenant_id, %error, "a failed comparison could not be recorded; the next one runs tomorrow");
    }
}

/// New ones first, then those compared longest ago.
async fn due(app: &SourceContext) -> Result<Vec<tenant::Model>, DbErr> {
    for tenant_id in app.source_observations.take_strange() {
        bring_forward(app, tenant_id).await?;
    }
    let active = || tenant::Entity::find().filter(Column::Status.eq(TenantStatus::Active.as_str())).limit(AT_ONCE);
    let new = app.store.all_in_reach(active().filter(Column::ReconciledAt.is_null())).await?;
    if !new.is_empty() {
        return Ok(new);
    }
    let before = app.clock.millis() - DAY;
    let old = active().filter(Column::ReconciledAt.lte(before)).order_by_asc(Column::ReconciledAt);
    app.store.all_in_reach(old).await
}

async fn bring_forward(app: &SourceContext, tenant_id: Uuid) -> Result<(), DbErr> {
    tenant::Entity::update_many()
        .col_expr(Column::ReconciledAt, Expr::value(Option::<i64>::None))
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::ReconciledAt.lte(app.clock.millis() - SOON.num_milliseconds()))
        .exec(app.store.write())
        .await?;
    Ok(())
}
