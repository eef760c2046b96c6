//! Undelivered letters sent again, or given up, in great numbers: counted first, then so many a second, by whichever process
//! takes it up, until it is done or somebody stops it. A letter is done once, whoever repeats what.

use std::sync::Arc;
use std::time::Duration;

use entity::replay::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, UpdateMany};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::dead;
use super::read::dead::{self as read, Wanted};
use crate::app::App;

/// Letters a second of one replay.
pub const A_SECOND: u64 = 20;
/// Between two steps.
const STEP: Duration = Duration::from_secs(1);
const STEP_MILLIS: i64 = 1_000;
/// Who takes a step has it for so long; one that broke off is taken by another.
const HELD_MILLIS: i64 = 60_000;
/// Replays of one look.
const BATCH: u64 = 50;

/// What becomes of the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Each goes to the end of its conversation's queue again.
    Retry,
    /// Each is removed; its message stays failed.
    Drop,
}

impl Action {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Drop => "drop",
        }
    }

    /// By its word.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Retry, Self::Drop].into_iter().find(|action| action.word() == word)
    }
}

/// A replay's letters: those that were given up by the time it began.
fn wanted(row: &replay::Model) -> Wanted {
    Wanted {
        source_id: row.source_id,
        reason: Some(row.reason.clone()).filter(|reason| !reason.is_empty()),
        from: Some(row.since).filter(|since| *since > 0),
        given_up_by: Some(row.created_at),
        ids: None,
    }
}

/// Begins a replay of what is wanted; its ids are not looked at. One that is equal and still runs is given instead.
pub async fn start(
    app: &App,
    tenant_id: Uuid,
    action: Action,
    which: &Wanted,
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
    tracing::info!(tenant.id = %tenant_id, replay.id = %row.id, action = row.action, total, "undelivered letters are taken up again");
    Ok(row)
}

/// Replays of an account that still run.
pub async fn running(app: &App, tenant_id: Uuid) -> Result<Vec<replay::Model>, DbErr> {
    replay::Entity::of_tenant(tenant_id).filter(Column::NextAt.is_not_null()).all(app.store.read()).await
}

/// Replays of all accounts that still run, at most 50.
pub async fn all_running(app: &App) -> Result<Vec<replay::Model>, DbErr> {
    let running = replay::Entity::find().filter(Column::NextAt.is_not_null()).order_by_asc(Column::NextAt);
    running.limit(BATCH).all(app.store.read()).await
}

/// A replay as it stands now.
pub async fn find(app: &App, tenant_id: Uuid, id: Uuid) -> Result<Option<replay::Model>, DbErr> {
    replay::Entity::of_tenant(tenant_id).filter(Column::Id.eq(id)).one(app.store.read()).await
}

/// Stops a replay: what it has done stays done, the rest stays undelivered. False: it does not run.
pub async fn cancel(app: &App, tenant_id: Uuid, id: Uuid) -> Result<bool, DbErr> {
    let done = one(tenant_id, id)
        .col_expr(Column::State, Expr::value("cancelled"))
        .col_expr(Column::FinishedAt, Expr::value(Some(app.clock.millis())))
        .col_expr(Column::NextAt, Expr::value(Option::<i64>::None))
        .filter(Column::NextAt.is_not_null())
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Takes steps until the stop.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(STEP)).await.is_some() {
        if let Err(error) = step_all(&app).await {
            tracing::warn!(error = format!("{error:#}"), "undelivered letters wait to be taken up; it is tried again");
        }
    }
}

/// One step of every replay that is due; gives how many letters were taken up.
pub async fn step_all(app: &App) -> anyhow::Result<u64> {
    let mut taken = 0;
    let now = app.clock.millis();
    for row in all_running(app).await?.into_iter().filter(|row| row.next_at.is_some_and(|at| at <= now)) {
        let until = Some(now + HELD_MILLIS);
        let claimed = one(row.tenant_id, row.id).col_expr(Column::NextAt, Expr::value(until));
        let claimed = claimed.filter(Column::NextAt.eq(row.next_at)).exec(app.store.write()).await?;
        if claimed.rows_affected == 1 {
            taken += step(app, &row, until).await?;
        }
    }
    Ok(taken)
}

async fn step(app: &App, row: &replay::Model, held: Option<i64>) -> anyhow::Result<u64> {
    let ids = read::ids(app.store.read(), row.tenant_id, &wanted(row), A_SECOND).await?;
    let mut taken = 0;
    for id in &ids {
        let done = match Action::named(&row.action) {
            Some(Action::Retry) => dead::retry(app, row.tenant_id, *id).await?,
            Some(Action::Drop) => dead::drop(app, row.tenant_id, *id).await?,
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
        next.col_expr(Column::NextAt, Expr::value(Some(now + STEP_MILLIS)))
    };
    next.exec(app.store.write()).await?;
    Ok(taken)
}

fn one(tenant_id: Uuid, id: Uuid) -> UpdateMany<replay::Entity> {
    replay::Entity::update_many().filter(Column::TenantId.eq(tenant_id)).filter(Column::Id.eq(id))
}
