//! Bulk resending or dropping of undelivered letters: counted first, then processed at a fixed rate by a job of
//! each, until it is done or cancelled. Repeated steps process a letter once.

use std::sync::Arc;

use base::store::in_transaction;
use base::worded::worded;
use chrono::TimeDelta;
use entity::replay::{self, Column};
use entity::{dead_letter, job, letter};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};
use uuid::Uuid;

use super::dead_letters;
use super::read::dead::{self as read, DeadLetterFilter};
use super::read::first_id_at;
use crate::delivery::DeliveryContext;
use crate::job::{NewJob, NextRun, schedule};

/// Letters per second of one replay.
pub const A_SECOND: u64 = 20;
/// Interval between two steps.
const STEP: TimeDelta = TimeDelta::seconds(1);
/// The kind's name.
pub const KIND: &str = "replays";
const RUNNING: &str = "running";

worded! {
    /// The action on the letters.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ReplayAction, word {
        /// Append each to its conversation's queue again.
        Retry = "retry",
        /// Delete each; its message stays failed.
        Drop = "drop",
    }
}

impl ReplayAction {
    /// Its action in the audit log.
    pub const fn noted(self) -> &'static str {
        match self {
            Self::Retry => "undelivered.retried",
            Self::Drop => "undelivered.dropped",
        }
    }
}

/// Filter for a replay's letters: those given up by the time it began.
fn filter_of(row: &replay::Model) -> DeadLetterFilter {
    DeadLetterFilter {
        source_id: row.source_id,
        reason: Some(row.reason.clone()).filter(|reason| !reason.is_empty()),
        kind: None,
        from: Some(row.since).filter(|since| *since > 0),
        given_up_by: Some(row.created_at),
        ids: None,
        messages: None,
    }
}

/// One that has just begun, of letters that are not counted yet.
fn new(
    app: &DeliveryContext,
    tenant_id: Uuid,
    action: ReplayAction,
    which: &DeadLetterFilter,
    by: &str,
    created_at: i64,
) -> replay::Model {
    replay::Model {
        tenant_id,
        id: app.clock.uuid_v7(),
        action: action.word().to_owned(),
        source_id: which.source_id,
        reason: which.reason.clone().unwrap_or_default(),
        since: which.from.unwrap_or(0),
        state: RUNNING.to_owned(),
        total: 0,
        done: 0,
        started_by: by.to_owned(),
        created_at,
        finished_at: None,
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
    let row = new(app, tenant_id, action, which, by, now);
    let same = |other: &replay::Model| {
        (&other.action, other.source_id, &other.reason, other.since)
            == (&row.action, row.source_id, &row.reason, row.since)
    };
    if let Some(running) = running(app, tenant_id).await?.into_iter().find(same) {
        return Ok(running);
    }
    let total = read::count(app.store.read(), tenant_id, &filter_of(&row)).await?;
    let row = replay::Model { total: i64::try_from(total).unwrap_or(i64::MAX), ..row };
    in_transaction(&app.store, async |tx| {
        replay::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx).await?;
        schedule(tx, now, NewJob::new(tenant_id, KIND, row.id, now)).await
    })
    .await?;
    tracing::info!(tenant.id = %tenant_id, replay.id = %row.id, action = row.action, total, "a replay of dead letters was started");
    Ok(row)
}

/// Stores that a person sent these again, or removed them, one by one: begun at `created_at`, and over. So what came of them
/// can be seen as of any replay.
pub async fn note(
    app: &DeliveryContext,
    tenant_id: Uuid,
    action: ReplayAction,
    done: u64,
    by: &str,
    created_at: i64,
) -> Result<(), DbErr> {
    let done = i64::try_from(done).unwrap_or(i64::MAX);
    let row = replay::Model {
        state: "done".to_owned(),
        total: done,
        done,
        finished_at: Some(app.clock.millis()),
        ..new(app, tenant_id, action, &DeadLetterFilter::default(), by, created_at)
    };
    replay::Entity::insert(row.into_active_model()).exec_without_returning(app.store.write()).await.map(drop)
}

/// For how long [`outcome`] says what came of a replay: other reasons remove letters later.
const OUTCOME_KEPT: TimeDelta = TimeDelta::hours(1);

/// What came of the letters that were sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayOutcome {
    /// When they were, milliseconds since 1970.
    pub at: i64,
    pub delivered: u64,
    pub failed: u64,
    pub waiting: u64,
}

/// What came of the last replay of an account; none unless it sent letters again, is over, and is of the last hour.
pub async fn outcome(app: &DeliveryContext, tenant_id: Uuid) -> Result<Option<ReplayOutcome>, DbErr> {
    let db = app.store.read();
    let last = replay::Entity::of_tenant(tenant_id).order_by_desc(Column::Id).limit(1).one(db).await?;
    let from = app.clock.millis() - OUTCOME_KEPT.num_milliseconds();
    let is_told = |row: &replay::Model| {
        row.action == ReplayAction::Retry.word() && row.state != RUNNING && row.done > 0 && row.created_at > from
    };
    let Some(row) = last.filter(is_told) else { return Ok(None) };
    // A letter that is sent again keeps its id, which is older than the replay; its first attempt is a new one.
    let failed = dead_letter::Entity::of_tenant(tenant_id)
        .filter(dead_letter::Column::Id.lt(first_id_at(row.created_at)))
        .filter(dead_letter::Column::FirstAt.gte(row.created_at))
        .count(db)
        .await?;
    let waiting = letter::Entity::of_tenant(tenant_id)
        .filter(letter::Column::Late.eq(true))
        .filter(letter::Column::AcceptedAt.gte(row.created_at))
        .count(db)
        .await?;
    let done = u64::try_from(row.done).unwrap_or(0);
    let delivered = done.saturating_sub(failed).saturating_sub(waiting);
    Ok(Some(ReplayOutcome { at: row.created_at, delivered, failed, waiting }))
}

/// Running replays of an account.
pub async fn running(app: &DeliveryContext, tenant_id: Uuid) -> Result<Vec<replay::Model>, DbErr> {
    replay::Entity::of_tenant(tenant_id).filter(Column::State.eq(RUNNING)).all(app.store.read()).await
}

/// Running replays of all accounts, at most 50.
pub async fn all_running(app: &DeliveryContext) -> Result<Vec<replay::Model>, DbErr> {
    let running = replay::Entity::find().filter(Column::State.eq(RUNNING)).order_by_asc(Column::Id);
    app.store.all_in_reach(running.limit(50)).await
}

/// Current state of a replay.
pub async fn find(app: &DeliveryContext, tenant_id: Uuid, id: Uuid) -> Result<Option<replay::Model>, DbErr> {
    replay::Entity::find_by_id((tenant_id, id)).one(app.store.read()).await
}

/// Stops a replay: letters already processed stay processed, the rest stays undelivered. False if it is not running.
pub async fn cancel(app: &DeliveryContext, tenant_id: Uuid, id: Uuid) -> Result<bool, DbErr> {
    let done = one(tenant_id, id)
        .col_expr(Column::State, Expr::value("cancelled"))
        .col_expr(Column::FinishedAt, Expr::value(Some(app.clock.millis())))
        .filter(Column::State.eq(RUNNING))
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected > 0)
}

/// A step of a replay.
pub async fn go_on(app: Arc<DeliveryContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let row = find(app, job.tenant_id, job.key.parse()?).await?;
    let Some(row) = row.filter(|row| row.state == RUNNING) else { return Ok(NextRun::Never) };
    let is_over = step(app, &row).await?;
    let next = app.clock.millis() + STEP.num_milliseconds();
    Ok(if is_over { NextRun::Never } else { NextRun::At(next) })
}

/// True if no letter is left.
async fn step(app: &DeliveryContext, row: &replay::Model) -> anyhow::Result<bool> {
    let ids = read::ids(app.store.read(), row.tenant_id, &filter_of(row), A_SECOND).await?;
    let mut taken = 0_i64;
    for id in &ids {
        let done = match ReplayAction::parse(&row.action) {
            Some(ReplayAction::Retry) => dead_letters::retry(app, row.tenant_id, *id).await?,
            Some(ReplayAction::Drop) => dead_letters::drop(app, row.tenant_id, *id).await?,
            None => false,
        };
        taken += i64::from(done);
    }
    let is_over = u64::try_from(ids.len()).unwrap_or(0) < A_SECOND;
    let count = Expr::col(Column::Done).add(taken);
    one(row.tenant_id, row.id).col_expr(Column::Done, count).exec(app.store.write()).await?;
    if is_over {
        one(row.tenant_id, row.id)
            .col_expr(Column::State, Expr::value("done"))
            .col_expr(Column::FinishedAt, Expr::value(Some(app.clock.millis())))
            .filter(Column::State.eq(RUNNING))
            .exec(app.store.write())
            .await?;
    }
    Ok(is_over)
}

fn one(tenant_id: Uuid, id: Uuid) -> UpdateMany<replay::Entity> {
    replay::Entity::update_by_id((tenant_id, id))
}
