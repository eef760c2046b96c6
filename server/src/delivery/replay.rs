//! Bulk resending or dropping of undelivered letters: counted first, then processed at a fixed rate by whichever
//! process claims the next step, until it is done or cancelled. Repeated steps process a letter once.

use std::sync::Arc;
use std::time::Duration;

use base::due;
use chrono::TimeDelta;
use entity::replay::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, UpdateMany};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::dead;
use super::read::dead::{self as read, DeadLetterFilter};
use crate::delivery::DeliveryContext;

/// Letters per second of one replay.
pub const A_SECOND: u64 = 20;
/// Interval between two steps.
const STEP_EVERY: Duration = Duration::from_secs(1);
const STEP: TimeDelta = TimeDelta::seconds(1);
/// How long a step is claimed; after that another process may take over.
const HELD: TimeDelta = TimeDelta::minutes(1);
/// Maximum number of replays read at once.
const BATCH: u64 = 50;

/// The action on the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayAction {
    /// Append each to its conversation's queue again.
    Retry,
    /// Delete each; its message stays failed.
    Drop,
}

impl ReplayAction {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Drop => "drop",
        }
    }

    /// Parses its word.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Retry, Self::Drop].into_iter().find(|action| action.word() == word)
    }
}

/// Filter for a replay's letters: those given up by the time it began.
fn wanted(row: &replay::Model) -> DeadLetterFilter {
    DeadLetterFilter {
        source_id: row.source_id,
        reason: Some(row.reason.clone()).filter(|reason| !reason.is_empty()),
        from: Some(row.since).filter(|since| *since > 0),
        given_up_by: Some(row.created_at),
        ids: None,
    }
}

/// Starts a replay of the letters selected by `which`, whose `ids` are ignored. Returns an equal one instead if it is
/// running.
pub async fn start(
    app: &DeliveryContext,
    tenant_id: Uuid,
    action: ReplayAction,
    which: &DeadLetterFilter,
    by: &str,
) -> Result<replay::Model, DbErr> {
    let now = app.clock.millis();
    let row = replay::Model {
        tenant_id,
        id: app.clock.uuid_v7(),
        action: action.word().to_owned(),
        source_id: which.source_id,
        reason: which.reason.clone().unwrap_or_default(),
        since: which.from.unwrap_or(0),
        state: "running".to_owned(),
        total: 0,
        done: 0,
        started_by: by.to_owned(),
        created_at: now,
        finished_at: None,
        next_at: Some(now),
    };
    let same = |other: &replay::Model| {
        (&other.action, other.source_id, &other.reason, other.since)
            == (&row.action, row.source_id, &row.reason, row.since)
    };
    if let Some(running) = running(app, tenant_id).await?.into_iter().find(same) {
        return Ok(running);
    }
    let total = read::count(app.store.read(), tenant_id, &wanted(&row)).await?;
    let row = replay::Model { total: i64::try_from(total).unwrap_or(i64::MAX), ..row };
    replay::Entity::insert(row.clone().into_active_model()).exec_without_returning(app.store.write()).await?;
    tracing::info!(tenant.id = %tenant_id, replay.id = %row.id, action = row.action, total, "a replay of dead letters was started");
    Ok(row)
}

/// Running replays of an account.
pub async fn running(app: &DeliveryContext, tenant_id: Uuid) -> Result<Vec<replay::Model>, DbErr> {
    replay::Entity::of_tenant(tenant_id).filter(Column::NextAt.is_not_null()).all(app.store.read()).await
}

/// Running replays of all accounts, at most 50.
pub async fn all_running(app: &DeliveryContext) -> Result<Vec<replay::Model>, DbErr> {
    let running = replay::Entity::find().filter(Column::NextAt.is_not_null()).order_by_asc(Column::NextAt);
    app.store.all_in_reach(running.limit(BATCH)).await
}

/// Current state of a replay.
pub async fn find(app: &DeliveryContext, tenant_id: Uuid, id: Uuid) -> Result<Option<replay::Model>, DbErr> {
    replay::Entity::of_tenant(tenant_id).filter(Column::Id.eq(id)).one(app.store.read()).await
}

/// Stops a replay: letters already processed stay processed, the rest stays undelivered. False if it is not running.
pub async fn cancel(app: &DeliveryContext, tenant_id: Uuid, id: Uuid) -> Result<bool, DbErr> {
    let done = one(tenant_id, id)
        .col_expr(Column::State, Expr::value("cancelled"))
        .col_expr(Column::FinishedAt, Expr::value(Some(app.clock.millis())))
        .col_expr(Column::NextAt, Expr::value(Option::<i64>::None))
        .filter(Column::NextAt.is_not_null())
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Runs steps until the stop.
pub async fn run(app: Arc<DeliveryContext>, stop: CancellationToken) {
    let round = async || {
        if let Err(error) = step_all(&app).await {
            tracing::warn!(
                error = format!("{error:#}"),
                "a replay of dead letters was interrupted; it will be retried"
            );
        }
    };
    due::every(STEP_EVERY, &stop, round).await;
}

/// Runs one step of every due replay; returns the number of letters processed.
pub async fn step_all(app: &DeliveryContext) -> anyhow::Result<u64> {
    let mut taken = 0;
    let now = app.clock.millis();
    for row in all_running(app).await?.into_iter().filter(|row| row.next_at.is_some_and(|at| at <= now)) {
        let until = now + HELD.num_milliseconds();
        if due::claim(&app.store, &row, Column::NextAt, until).await? {
            taken += step(app, &row, Some(until)).await?;
        }
    }
    Ok(taken)
}

async fn step(app: &DeliveryContext, row: &replay::Model, held: Option<i64>) -> anyhow::Result<u64> {
    let ids = read::ids(app.store.read(), row.tenant_id, &wanted(row), A_SECOND).await?;
    let mut taken = 0;
    for id in &ids {
        let done = match ReplayAction::named(&row.action) {
            Some(ReplayAction::Retry) => dead::retry(app, row.tenant_id, *id).await?,
            Some(ReplayAction::Drop) => dead::drop(app, row.tenant_id, *id).await?,
            None => false,
        };
        taken += u64::from(done);
    }
    let now = app.clock.millis();
    let over = u64::try_from(ids.len()).unwrap_or(0) < A_SECOND;
    let count = Expr::col(Column::Done).add(i64::try_from(taken).unwrap_or(0));
    one(row.tenant_id, row.id).col_expr(Column::Done, count).exec(app.store.write()).await?;
    let next = one(row.tenant_id, row.id).filter(Column::NextAt.eq(held));
    let next = if over {
        next.col_expr(Column::State, Expr::value("done"))
            .col_expr(Column::FinishedAt, Expr::value(Some(now)))
            .col_expr(Column::NextAt, Expr::value(Option::<i64>::None))
    } else {
        next.col_expr(Column::NextAt, Expr::value(Some(now + STEP.num_milliseconds())))
    };
    next.exec(app.store.write()).await?;
    Ok(taken)
}

fn one(tenant_id: Uuid, id: Uuid) -> UpdateMany<replay::Entity> {
    replay::Entity::update_many().filter(Column::TenantId.eq(tenant_id)).filter(Column::Id.eq(id))
}
