//! Work that must be done even if the process ends first: one table, one runner, any number of kinds.
//!
//! ```text
//! schedule (in the commit of the change) ─▶ due ─▶ claimed ─▶ attempt ─▶ done: the row is deleted
//!                                            ▲                  ├─▶ due again at a time that the kind names
//!                                            │                  └─▶ failed ─▶ later, slower each time
//!                                            └──────────────────────────────┘  └─▶ too often or too long: given up
//! ```
//!
//! `next_try_at` is schedule and claim in one ([`base::due`]): a worker whose claim has ended changes nothing, and what is
//! scheduled during an attempt stays. A job that panics has failed like any other. A kind has a limit of attempts at a time,
//! in all and for one account, so that a kind or an account whose other side hangs delays no other.

mod runner;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base::due;
use chrono::TimeDelta;
use entity::job::{self, Column};
use futures_util::future::BoxFuture;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::platform::{PlatformContext, stands_on};

pub use runner::{chores, due_now, due_of, now, run};

/// A kind of job.
#[async_trait]
pub trait JobKind: Send + Sync {
    /// Its name in the table, in metrics and in the log.
    fn name(&self) -> &'static str;

    /// How it goes on after a failure.
    fn retry(&self) -> Retry;

    /// How many attempts run at a time.
    fn at_once(&self) -> AtOnce {
        AtOnce { all: 8, of_account: 1 }
    }

    /// Time limit of an attempt.
    fn within(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// Whether what is given up keeps its row, without its secrets, until its kind or the account's erasure removes it.
    fn keeps_given_up(&self) -> bool {
        false
    }

    /// Whether it is one job for all accounts that is there from the first start on, with an empty key.
    fn is_chore(&self) -> bool {
        false
    }

    /// Does the work. It may be repeated after it has succeeded, because a process can end before that is stored.
    async fn attempt(&self, job: &job::Model) -> anyhow::Result<NextRun>;

    /// Called in the commit that ends a job.
    async fn ended(&self, _tx: &DatabaseTransaction, _job: &job::Model, _end: JobEnd) -> Result<(), DbErr> {
        Ok(())
    }
}

/// What follows from an attempt that succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextRun {
    /// The job is done.
    Never,
    /// The attempt has scheduled or ended the job itself.
    Scheduled,
    /// It is due again then (milliseconds since 1970); earlier failures are forgotten.
    At(i64),
}

/// How a kind goes on after failures.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Waits after the first, second, … failure in a row; the last one repeats.
    pub waits: &'static [TimeDelta],
    pub patience: Patience,
}

/// When a job that fails is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// After this long since it was scheduled; the last attempt is made then.
    For(TimeDelta),
    /// When it fails after the last of its waits.
    Waits,
    Endless,
}

/// A limit of attempts in progress in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtOnce {
    pub all: usize,
    pub of_account: usize,
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

stands_on!(JobContext);

/// One of them.
pub struct Kind {
    name: &'static str,
    retry: Retry,
    at_once: AtOnce,
    within: Duration,
    is_chore: bool,
    attempt: Box<dyn Fn(job::Model) -> BoxFuture<'static, anyhow::Result<NextRun>> + Send + Sync>,
}

/// A kind whose attempts call this function. One that fails is tried again after five minutes, without end.
pub fn kind<Context, Attempt>(
    name: &'static str,
    context: &Arc<Context>,
    attempt: impl Fn(Arc<Context>, job::Model) -> Attempt + Send + Sync + 'static,
) -> Kind
where
    Context: Send + Sync + 'static,
    Attempt: Future<Output = anyhow::Result<NextRun>> + Send + 'static,
{
    let context = context.clone();
    Kind {
        name,
        retry: Retry { waits: const { &[TimeDelta::minutes(5)] }, patience: Patience::Endless },
        at_once: AtOnce { all: 8, of_account: 1 },
        within: Duration::from_secs(60),
        is_chore: false,
        attempt: Box::new(move |job| -> BoxFuture<'static, anyhow::Result<NextRun>> {
            Box::pin(attempt(context.clone(), job))
        }),
    }
}

/// Work for all accounts that one process does, so long after the beginning of the one before.
pub fn chore<Context, Work>(
    name: &'static str,
    every: TimeDelta,
    platform: &Arc<PlatformContext>,
    context: &Arc<Context>,
    work: impl Fn(Arc<Context>) -> Work + Send + Sync + 'static,
) -> Kind
where
    Context: Send + Sync + 'static,
    Work: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let context = context.clone();
    let attempt = move |app: Arc<PlatformContext>, _: job::Model| {
        let work = work(context.clone());
        async move {
            let now = app.clock.millis();
            match app.stop.run_until_cancelled(work).await {
                Some(done) => done.map(|()| NextRun::At(now + every.num_milliseconds())),
                // Another process goes on.
                None => Ok(NextRun::At(now)),
            }
        }
    };
    kind(name, platform, attempt).once_for_all().waits(const { &[TimeDelta::minutes(1)] }).within(10)
}

impl Kind {
    /// Waits after the first, second, … failure in a row; the last one repeats.
    pub fn waits(self, waits: &'static [TimeDelta]) -> Self {
        Self { retry: Retry { waits, ..self.retry }, ..self }
    }

    /// Gives up after the last wait.
    pub fn gives_up(self) -> Self {
        Self { retry: Retry { patience: Patience::Waits, ..self.retry }, ..self }
    }

    /// How many attempts run at a time, in all and for one account.
    pub fn at_once(self, all: usize, of_account: usize) -> Self {
        Self { at_once: AtOnce { all, of_account }, ..self }
    }

    /// Time limit of an attempt.
    pub fn within(self, minutes: u64) -> Self {
        Self { within: Duration::from_secs(60 * minutes), ..self }
    }

    /// There is one job of it, from the first start on.
    pub fn once_for_all(self) -> Self {
        Self { is_chore: true, ..self }
    }
}

#[async_trait]
impl JobKind for Kind {
    fn name(&self) -> &'static str {
        self.name
    }

    fn retry(&self) -> Retry {
        self.retry
    }

    fn at_once(&self) -> AtOnce {
        self.at_once
    }

    fn within(&self) -> Duration {
        self.within
    }

    fn is_chore(&self) -> bool {
        self.is_chore
    }

    async fn attempt(&self, job: &job::Model) -> anyhow::Result<NextRun> {
        (self.attempt)(job.clone()).await
    }
}

/// A job to be scheduled.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub tenant_id: Uuid,
    pub kind: &'static str,
    /// What it is about; unique in its kind and account.
    pub key: String,
    pub payload: Value,
    pub sealed: Option<Vec<u8>>,
    /// None schedules a job that cannot even be tried: it is only recorded.
    pub due: Option<i64>,
}

impl NewJob {
    /// A job that needs to know nothing but its key.
    pub fn new(tenant_id: Uuid, kind: &'static str, key: impl ToString, due: i64) -> Self {
        Self { tenant_id, kind, key: key.to_string(), payload: json!({}), sealed: None, due: Some(due) }
    }

    fn row(self, now: i64) -> job::ActiveModel {
        let row = job::Model {
            tenant_id: self.tenant_id,
            kind: self.kind.to_owned(),
            key: self.key,
            payload: self.payload.to_string(),
            sealed: self.sealed,
            tries: 0,
            next_try_at: self.due,
            created_at: now,
        };
        row.into_active_model()
    }
}

fn same_job() -> OnConflict {
    OnConflict::columns([Column::TenantId, Column::Kind, Column::Key])
}

/// Schedules a job. It replaces an earlier one with the same key.
pub async fn schedule(db: &impl ConnectionTrait, now: i64, new: NewJob) -> Result<(), DbErr> {
    let all = [Column::Payload, Column::Sealed, Column::Tries, Column::NextTryAt, Column::CreatedAt];
    let replaced = same_job().update_columns(all).to_owned();
    job::Entity::insert(new.row(now)).on_conflict(replaced).exec_without_returning(db).await?;
    Ok(())
}

/// Schedules a job unless there is one with the same key; false if there is.
pub async fn schedule_new(db: &impl ConnectionTrait, now: i64, new: NewJob) -> Result<bool, DbErr> {
    let kept = same_job().do_nothing().to_owned();
    Ok(job::Entity::insert(new.row(now)).on_conflict(kept).exec_without_returning(db).await? > 0)
}

/// Schedules a job, or brings one with the same key forward: it is due at this time at the latest.
pub async fn schedule_by(db: &impl ConnectionTrait, now: i64, new: NewJob) -> Result<(), DbErr> {
    let earlier = "CASE WHEN job.next_try_at < excluded.next_try_at THEN job.next_try_at ELSE excluded.next_try_at END";
    let forward = same_job().value(Column::NextTryAt, Expr::cust(earlier)).to_owned();
    job::Entity::insert(new.row(now)).on_conflict(forward).exec_without_returning(db).await?;
    Ok(())
}

/// Makes a job due at once, if there is one.
pub async fn hasten(db: &impl ConnectionTrait, now: i64, tenant_id: Uuid, kind: &str, key: &str) -> Result<(), DbErr> {
    let row = job::Entity::update_of(tenant_id).filter(Column::Kind.eq(kind)).filter(Column::Key.eq(key));
    row.col_expr(Column::NextTryAt, Expr::value(now)).exec(db).await.map(drop)
}

/// Removes a job; one in progress is not stopped, but not repeated.
pub async fn cancel(db: &impl ConnectionTrait, tenant_id: Uuid, kind: &str, key: &str) -> Result<bool, DbErr> {
    let row = job::Entity::delete_of(tenant_id).filter(Column::Kind.eq(kind));
    Ok(row.filter(Column::Key.eq(key)).exec(db).await?.rows_affected > 0)
}

/// Replaces what a job in progress knows. False if it is no longer this worker's.
pub async fn remember(db: &impl ConnectionTrait, held: &job::Model, payload: &Value) -> Result<bool, DbErr> {
    let update = due::as_seen(held, Column::NextTryAt).col_expr(Column::Payload, Expr::value(payload.to_string()));
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// Whether a job in progress is still this worker's: a claim that has ended, or what was scheduled meanwhile, ends that.
pub async fn still_held(db: &impl ConnectionTrait, held: &job::Model) -> Result<bool, DbErr> {
    let row = job::Entity::find_by_id((held.tenant_id, held.kind.clone(), held.key.clone()));
    Ok(row.filter(Column::NextTryAt.eq(held.next_try_at)).one(db).await?.is_some())
}

/// The row of a job as the vault names it.
pub fn place_of(kind: &str, key: &str) -> String {
    format!("{kind}\n{key}")
}
