//! The regular look at accounts whose subscription is about to end, or has ended: one process, by `tenant.plan_at`.

use std::sync::Arc;
use std::time::Duration;

use base::config::PlansConfig;
use base::due;
use chrono::TimeDelta;
use entity::tenant::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use tokio_util::sync::CancellationToken;

use super::settle::settle;
use super::term::days;
use crate::tenant::TenantContext;

/// Interval between searches for due accounts.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Accounts per search.
const BATCH: u64 = 100;
/// Accounts looked at together.
const AT_ONCE: usize = 4;
/// How long a look is claimed; an interrupted one is repeated then.
const CLAIMED: TimeDelta = TimeDelta::minutes(5);

/// Plan, end of the trial and time of the first look of an account that is installed at `now`.
pub(in crate::tenant) fn beginning(plans: &PlansConfig, now: i64) -> (Option<String>, Option<i64>, Option<i64>) {
    let plan = Some(plans.default.clone()).filter(|name| !name.is_empty());
    let trial = (plans.trial_days > 0).then(|| now.saturating_add(days(plans.trial_days)));
    // The first look finds the first warning.
    (plan, trial, trial.map(|_| now))
}

/// The background task. Ends when `stop` is cancelled.
pub async fn run(app: Arc<TenantContext>, stop: CancellationToken) {
    if let Err(error) = look_again(&app).await {
        tracing::warn!(%error, "accounts could not be scheduled");
    }
    due::every(LOOK_EVERY, &stop, async || {
        if let Err(error) = round(&app).await {
            tracing::warn!(%error, "ends of subscriptions could not be checked; it will be retried");
        }
    })
    .await;
}

/// Looks at all accounts that are due now; returns how many there were.
pub async fn round(app: &Arc<TenantContext>) -> Result<usize, DbErr> {
    let mut looked = 0;
    loop {
        let rows = due::found(&app.store, tenant::Entity::find(), Column::PlanAt, BATCH).await?;
        let until = app.clock.millis() + CLAIMED.num_milliseconds();
        let done = due::each(rows, AT_ONCE, async |tenant| {
            match due::claim(&app.store, &tenant, Column::PlanAt, until).await {
                Ok(true) => {}
                Ok(false) => return 0,
                Err(error) => {
                    tracing::warn!(tenant.id = %tenant.tenant_id, %error, "the end of a subscription could not be checked; it will be retried");
                    return 0;
                }
            }
            if let Err(error) = settle(app, tenant.tenant_id, false).await {
                tracing::warn!(tenant.id = %tenant.tenant_id, %error, "the end of a subscription could not be checked; it will be retried");
            }
            1
        });
        match done.await {
            0 => return Ok(looked),
            more => looked += more,
        }
    }
}

/// Makes every account with an end due: days of grace and of warnings may have changed since the last start.
async fn look_again(app: &TenantContext) -> Result<(), DbErr> {
    let has_end = Condition::any().add(Column::TrialUntil.is_not_null()).add(Column::PaidUntil.is_not_null());
    tenant::Entity::update_many()
        .col_expr(Column::PlanAt, Expr::value(Some(app.clock.millis())))
        .filter(has_end)
        .exec(app.store.write())
        .await?;
    Ok(())
}
