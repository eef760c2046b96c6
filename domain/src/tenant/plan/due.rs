//! When accounts are looked at whose subscription is about to end, or has ended.

use std::sync::Arc;

use base::config::PlansConfig;
use entity::tenant::{self, Column};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::term::days;
use crate::job::{NewJob, cancel, schedule};
use crate::tenant::TenantContext;

/// The kind of the jobs.
pub const KIND: &str = "plans";

/// Plan and end of the trial of an account that is installed at `now`.
pub(in crate::tenant) fn beginning(plans: &PlansConfig, now: i64) -> (Option<String>, Option<i64>) {
    let plan = Some(plans.default.clone()).filter(|name| !name.is_empty());
    let trial = (plans.trial_days > 0).then(|| now.saturating_add(days(plans.trial_days)));
    (plan, trial)
}

/// Schedules the next look at an account.
pub(in crate::tenant) async fn look_at(db: &impl ConnectionTrait, tenant_id: Uuid, at: i64) -> Result<(), DbErr> {
    schedule(db, at, NewJob::new(tenant_id, KIND, "", at)).await
}

/// The same; none: nothing follows from its end any more.
pub(super) async fn next_look(db: &impl ConnectionTrait, tenant_id: Uuid, at: Option<i64>) -> Result<(), DbErr> {
    match at {
        Some(at) => look_at(db, tenant_id, at).await,
        None => cancel(db, tenant_id, KIND, "").await.map(drop),
    }
}

/// Makes every account with an end due: days of grace and of warnings may have changed since the last start.
pub async fn look_again(app: Arc<TenantContext>) {
    let looked = async {
        let has_end = Condition::any().add(Column::TrialUntil.is_not_null()).add(Column::PaidUntil.is_not_null());
        for tenant in app.store.all_in_reach(tenant::Entity::find().filter(has_end)).await? {
            look_at(app.store.write(), tenant.tenant_id, app.clock.millis()).await?;
        }
        Ok::<_, DbErr>(())
    };
    if let Err(error) = looked.await {
        tracing::warn!(%error, "the ends of subscriptions could not be scheduled");
    }
}
