//! Holds everything of an account, and releases it in order: while a person has suspended it, and while its subscription
//! is over. Each of the two is a flag of the account; it is served while neither is set.

use chrono::TimeDelta;
use entity::{source, tenant, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::plan::Term;
use super::{ChannelStatus, TenantStatus};
use crate::alert::{self, WEBHOOK_SUSPENDED};
use crate::tenant::TenantContext;

/// Spreads the restart of one account's turns.
const JITTER: TimeDelta = TimeDelta::seconds(1);

/// An account before and after a change.
pub(super) struct Changed {
    pub before: tenant::Model,
    pub after: tenant::Model,
}

/// What decides on a hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Decision {
    /// A person suspends the account, or resumes it.
    Suspended(bool),
    /// The end of its subscription.
    ByDates,
}

/// Sets the two flags by a decision, and holds or releases the account's turns accordingly; `always` does the latter also if
/// no flag changes. It is decided again if the account changed meanwhile. None if there is no such account.
pub(super) async fn change(
    app: &TenantContext,
    tenant_id: Uuid,
    always: bool,
    decision: Decision,
) -> Result<Option<Changed>, DbErr> {
    let mut applies = always;
    loop {
        let Some(before) = super::load(app.store.read(), tenant_id).await? else { return Ok(None) };
        let (suspended, plan_ended) = match decision {
            Decision::Suspended(suspended) => (suspended, before.plan_ended),
            Decision::ByDates => {
                let term = Term::of(&app.config.plans.get(), &before);
                (before.suspended, term.is_some_and(|term| term.is_over(app.clock.millis())))
            }
        };
        let after = tenant::Model { suspended, plan_ended, ..before.clone() };
        let changes = (before.suspended, before.plan_ended) != (suspended, plan_ended);
        if !changes && !applies {
            return Ok(Some(Changed { before, after }));
        }
        // The flags are set after the turns, so that an interrupted change is repeated as a whole.
        apply(app, &after).await?;
        if set(app, &before, &after).await? {
            app.lookup.forget();
            if after.held().is_none() {
                // An attempt between the two may have held its turn again.
                apply(app, &after).await?;
            }
            app.writer.stored().notify_one();
            return Ok(Some(Changed { before, after }));
        }
        applies = true;
    }
}

/// Stores the flags. False if what they were decided by is no longer so.
async fn set(app: &TenantContext, before: &tenant::Model, after: &tenant::Model) -> Result<bool, DbErr> {
    use tenant::Column::{PlanEnded, Suspended, TenantId, UpdatedAt};
    let done = tenant::Entity::update_many()
        .col_expr(Suspended, Expr::value(after.suspended))
        .col_expr(PlanEnded, Expr::value(after.plan_ended))
        .col_expr(UpdatedAt, Expr::value(app.clock.millis()))
        .filter(TenantId.eq(before.tenant_id))
        .filter(Suspended.eq(before.suspended))
        .filter(PlanEnded.eq(before.plan_ended))
        .filter(has_ends_of(before))
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected > 0)
}

/// An account whose trial and payment end when this one's do.
pub(super) fn has_ends_of(seen: &tenant::Model) -> Condition {
    let is = |column: tenant::Column, value: Option<i64>| match value {
        Some(value) => column.eq(value),
        None => column.is_null(),
    };
    let trial = is(tenant::Column::TrialUntil, seen.trial_until);
    Condition::all().add(trial).add(is(tenant::Column::PaidUntil, seen.paid_until))
}

/// Holds or resumes every turn of an account, as the row says.
async fn apply(app: &TenantContext, tenant: &tenant::Model) -> Result<(), DbErr> {
    let tenant_id = tenant.tenant_id;
    let serves = TenantStatus::stored(tenant).was_connected();
    let pool = super::pool_of(&tenant.integration);
    for channel in tenant_channel::Entity::of_tenant(tenant_id).all(app.store.read()).await? {
        if let Some(reason) = tenant.held() {
            app.queue.hold(tenant_id, channel.channel_id, &pool, reason).await?;
        } else if serves && channel.status == ChannelStatus::Connected.as_str() {
            app.queue.resume(tenant_id, channel.channel_id, rand::random_range(0..=JITTER.num_milliseconds())).await?;
        }
    }
    for source in source::Entity::of_tenant(tenant_id).all(app.store.read()).await? {
        let connector = app.connectors.get(&source.kind);
        let pool = connector.map_or(source.kind.as_str(), |connector| connector.pool());
        if let Some(reason) = tenant.held() {
            app.queue.hold(tenant_id, source.id, pool, reason).await?;
        } else if source.paused {
            let suspended =
                alert::is_open(app.store.read(), tenant_id, WEBHOOK_SUSPENDED, &source.id.to_string()).await?;
            app.queue.hold(tenant_id, source.id, pool, if suspended { WEBHOOK_SUSPENDED } else { "paused" }).await?;
        } else {
            app.queue.resume(tenant_id, source.id, rand::random_range(0..=JITTER.num_milliseconds())).await?;
        }
    }
    Ok(())
}
