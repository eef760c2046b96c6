//! Work that must be done even if the process ends first: one table, one runner, any number of kinds.
//!
//! ```text
//! plan (in the commit of the change) ─▶ due ─▶ claimed ─▶ attempt ─▶ done: the row is deleted
//!                                        ▲                   └─▶ failed ─▶ later, slower each time
//!                                        └──────────────────────────┘  └─▶ too long: given up, its secrets are erased
//! ```
//!
//! `next_try_at` is schedule and claim in one ([`base::due`]): a worker whose claim has ended changes nothing, and a plan
//! made during an attempt stays. A job that panics has failed like any other. Accounts take turns, one job of each.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base::due::{self, DueOfAccounts};
use base::store::finish_tx;
use chrono::TimeDelta;
use entity::job::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::platform::{PlatformContext, stands_on};

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Accounts at a time.
const AT_ONCE: usize = 8;
/// Time limit of an attempt; less than its claim.
const WITHIN: Duration = Duration::from_secs(60);
/// How long an attempt is claimed.
const CLAIMED: TimeDelta = TimeDelta::minutes(2);

/// A kind of job.
#[async_trait]
pub trait JobKind: Send + Sync {
    /// Its name in the table, in metrics and in the log.
    fn name(&self) -> &'static str;

    /// Delays after the first, second, … failure; the last one repeats.
    fn back_off(&self) -> &'static [TimeDelta];

    /// How long a job is retried.
    fn patience(&self) -> TimeDelta;

    /// Does the work. It may be repeated after it has succeeded, because a process can end before that is stored.
    async fn attempt(&self, job: &job::Model) -> anyhow::Result<()>;

    /// Called in the commit that ends a job.
    async fn ended(&self, _tx: &DatabaseTransaction, _job: &job::Model, _end: JobEnd) -> Result<(), DbErr> {
        Ok(())
    }
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEnd {
    Done,
    GivenUp,
}

/// The context of jobs.
pub struct JobContext {
    pub platform: Arc<PlatformContext>,
    /// All kinds that this process works on; jobs of others wait for a process that knows them.
    pub kinds: Vec<Arc<dyn JobKind>>,
}

stands_on!(JobContext, platform: PlatformContext);

/// A job to be planned.
pub struct NewJob {
    pub tenant_id: Uuid,
    pub kind: &'static str,
    pub key: String,
    pub payload: Value,
    pub sealed: Option<Vec<u8>>,
    /// None plans a job that cannot even be tried: it is only recorded.
    pub due: Option<i64>,
}

/// Plans a job, due at once unless `due` says otherwise. It replaces an earlier one with the same key.
pub async fn plan(db: &impl ConnectionTrait, now: i64, new: NewJob) -> Result<(), DbErr> {
    let row = job::Model {
        tenant_id: new.tenant_id,
        kind: new.kind.to_owned(),
        key: new.key,
        payload: new.payload.to_string(),
        sealed: new.sealed,
        tries: 0,
        next_try_at: new.due,
        created_at: now,
    };
    let all = [Column::Payload, Column::Sealed, Column::Tries, Column::NextTryAt, Column::CreatedAt];
    job::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([Column::TenantId, Column::Kind, Column::Key]).update_columns(all).to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The row of a job as the vault names it.
pub fn place_of(kind: &str, key: &str) -> String {
    format!("{kind}\n{key}")
}

/// The background task. Ends when `stop` is cancelled.
pub async fn run(app: Arc<JobContext>, stop: CancellationToken) {
    due::every(LOOK_EVERY, &stop, || due_now(&app)).await;
}

/// Works on what is due; returns how many jobs were tried.
pub async fn due_now(app: &JobContext) -> usize {
    let due = DueOfAccounts {
        rows: job::Entity::find().filter(Column::Kind.is_in(app.kinds.iter().map(|kind| kind.name()))),
        at: Column::NextTryAt,
        account: Column::TenantId,
        claimed: CLAIMED,
        at_once: AT_ONCE,
        pause: LOOK_EVERY,
    };
    let worked = due.work(&app.store, &app.stop, async |job, claimed| {
        let Some(kind) = app.kinds.iter().find(|kind| kind.name() == job.kind) else { return 0 };
        carry_out(app, kind, job::Model { next_try_at: Some(claimed), ..job }).await;
        1
    });
    worked.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "due jobs could not be read; it will be retried");
        0
    })
}

/// Works on one planned job at once, whenever it is due, unless another process is working on it.
pub async fn now(app: &PlatformContext, kind: &Arc<dyn JobKind>, planned: job::Model) {
    let claimed = app.clock.millis() + CLAIMED.num_milliseconds();
    match due::claim(&app.store, &planned, Column::NextTryAt, claimed).await {
        Ok(true) => carry_out(app, kind, job::Model { next_try_at: Some(claimed), ..planned }).await,
        Ok(false) => {}
        Err(error) => {
            tracing::warn!(tenant.id = %planned.tenant_id, job.kind = kind.name(), %error, "a job could not be claimed; it is tried when it is due");
        }
    }
}

/// One attempt of a claimed job.
async fn carry_out(app: &PlatformContext, kind: &Arc<dyn JobKind>, held: job::Model) {
    let working = base::supervisor::detach("job", {
        let (kind, job) = (kind.clone(), held.clone());
        async move { kind.attempt(&job).await }
    });
    let abort = working.abort_handle();
    let failed = match tokio::time::timeout(WITHIN, working).await {
        Ok(Ok(Ok(()))) => None,
        Ok(Ok(Err(error))) => Some(format!("{error:#}")),
        Ok(Err(panicked)) => Some(panicked.to_string()),
        Err(_) => {
            abort.abort();
            Some("it took too long".to_owned())
        }
    };
    if let Err(error) = settle(app, kind, &held, failed).await {
        tracing::warn!(tenant.id = %held.tenant_id, job.kind = kind.name(), %error, "the outcome of a job could not be stored; it is repeated when its claim ends");
    }
}

/// Stores the outcome of an attempt, if the job is still this worker's.
async fn settle(
    app: &PlatformContext,
    kind: &Arc<dyn JobKind>,
    held: &job::Model,
    failed: Option<String>,
) -> Result<(), DbErr> {
    let (now, name) = (app.clock.millis(), kind.name());
    let outcome = match failed {
        None => {
            end(app, kind, held, JobEnd::Done).await?;
            "done"
        }
        Some(error) if now - held.created_at >= kind.patience().num_milliseconds() => {
            tracing::warn!(tenant.id = %held.tenant_id, job.kind = name, job.key = held.key, error, "a job was given up");
            end(app, kind, held, JobEnd::GivenUp).await?;
            "given_up"
        }
        Some(error) => {
            tracing::warn!(tenant.id = %held.tenant_id, job.kind = name, job.key = held.key, error, "a job failed; it will be retried");
            put_off(app, kind, held, now).await?;
            "failed"
        }
    };
    metrics::counter!("parom_jobs_total", "kind" => name, "outcome" => outcome).increment(1);
    Ok(())
}

/// The last attempt is made when the kind's patience ends.
async fn put_off(app: &PlatformContext, kind: &Arc<dyn JobKind>, held: &job::Model, now: i64) -> Result<(), DbErr> {
    let waits = kind.back_off();
    let step = usize::try_from(held.tries).unwrap_or(usize::MAX).min(waits.len().saturating_sub(1));
    let wait = waits.get(step).map_or(CLAIMED, |wait| *wait).num_milliseconds();
    let last = held.created_at + kind.patience().num_milliseconds();
    let later = due::as_seen(held, Column::NextTryAt)
        .col_expr(Column::NextTryAt, Expr::value(Some((now + wait).min(last))))
        .col_expr(Column::Tries, Expr::value(held.tries.saturating_add(1)));
    due::moved(&app.store, later).await?;
    Ok(())
}

async fn end(app: &PlatformContext, kind: &Arc<dyn JobKind>, held: &job::Model, end: JobEnd) -> Result<(), DbErr> {
    let tx = app.store.write_tx().await?;
    let done = end_in(&tx, kind, held, end).await;
    finish_tx(tx, done).await
}

async fn end_in(
    tx: &DatabaseTransaction,
    kind: &Arc<dyn JobKind>,
    held: &job::Model,
    end: JobEnd,
) -> Result<(), DbErr> {
    let rows = match end {
        JobEnd::Done => {
            let row = job::Entity::delete_many()
                .filter(Column::TenantId.eq(held.tenant_id))
                .filter(Column::Kind.eq(held.kind.as_str()))
                .filter(Column::Key.eq(held.key.as_str()))
                .filter(Column::NextTryAt.eq(held.next_try_at));
            row.exec(tx).await?.rows_affected
        }
        JobEnd::GivenUp => {
            let row = due::as_seen(held, Column::NextTryAt)
                .col_expr(Column::NextTryAt, Expr::value(Option::<i64>::None))
                .col_expr(Column::Sealed, Expr::value(Option::<Vec<u8>>::None))
                .col_expr(Column::Tries, Expr::value(held.tries.saturating_add(1)));
            row.exec(tx).await?.rows_affected
        }
    };
    if rows == 1 { kind.ended(tx, held, end).await } else { Ok(()) }
}
