//! The runner: finds what is due, works on it within the limits of each kind and account, and stores the outcome.
//!
//! ```text
//! search: due jobs of kinds and accounts that have room ─▶ claim ─▶ attempt ─▶ settle ─┐
//!    ▲                                                                                 │
//!    └────── an attempt has ended, or a second has passed ◀────────────────────────────┘
//! ```

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use base::due;
use base::store::{VENDOR, in_transaction};
use chrono::TimeDelta;
use entity::job::{self, Column};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{JobContext, JobEnd, JobKind, NewJob, NextRun, Patience, schedule_new};
use crate::platform::PlatformContext;

/// Interval between searches.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How much longer than its attempt a job is claimed.
const MARGIN: TimeDelta = TimeDelta::minutes(1);
/// Jobs read in one search.
const READ: u64 = 200;

/// The background task. Ends when `stop` is cancelled and attempts in progress have ended.
pub async fn run(app: Arc<JobContext>, stop: CancellationToken) {
    for kind in &app.kinds {
        app.supervisor.announce(kind.name());
    }
    let has_chores = std::sync::atomic::AtomicBool::new(false);
    due::every(LOOK_EVERY, &stop, async || {
        if !has_chores.load(Relaxed) {
            has_chores.store(chores(&app).await, Relaxed);
        }
        due_now(&app).await;
        app.kinds.iter().for_each(|kind| app.supervisor.well(kind.name()));
    })
    .await;
}

/// Schedules the work for all accounts that is not scheduled yet. False if that has to be tried again.
pub async fn chores(app: &JobContext) -> bool {
    let now = app.clock.millis();
    for kind in app.kinds.iter().filter(|kind| kind.is_chore()) {
        let chore = NewJob::new(VENDOR, kind.name(), "", now);
        if let Err(error) = schedule_new(app.store.write(), now, chore).await {
            tracing::warn!(job.kind = kind.name(), %error, "regular work could not be scheduled; it will be retried");
            return false;
        }
    }
    true
}

/// Works on what is due, until nothing is; returns the number of attempts.
pub async fn due_now(app: &JobContext) -> usize {
    work(app, &app.kinds).await
}

/// The same for one kind: for tests and tools.
pub async fn due_of(app: &JobContext, name: &str) -> usize {
    let kinds: Vec<_> = app.kinds.iter().filter(|kind| kind.name() == name).cloned().collect();
    work(app, &kinds).await
}

/// Works on one job at once, whenever it is due, unless another process is working on it.
pub async fn now(app: &PlatformContext, kind: &Arc<dyn JobKind>, job: job::Model) {
    let (tenant_id, name) = (job.tenant_id, kind.name());
    if let Err(error) = claim_and_try(app, kind, job).await {
        tracing::warn!(tenant.id = %tenant_id, job.kind = name, %error, "a job could not be claimed; it is tried when it is due");
    }
}

/// Attempts in progress: how many of each kind and account.
#[derive(Default)]
struct InProgress(BTreeMap<&'static str, HashMap<Uuid, usize>>);

impl InProgress {
    fn room(&self, kind: &Arc<dyn JobKind>) -> usize {
        let used = self.0.get(kind.name()).map_or(0, |accounts| accounts.values().sum::<usize>());
        kind.at_once().all.saturating_sub(used)
    }

    /// Counts an attempt; false if there is no room for it.
    fn begin(&mut self, kind: &Arc<dyn JobKind>, tenant_id: Uuid) -> bool {
        if self.room(kind) == 0 {
            return false;
        }
        let used = self.0.entry(kind.name()).or_default().entry(tenant_id).or_default();
        let has_room = *used < kind.at_once().of_account;
        *used += usize::from(has_room);
        has_room
    }

    fn end(&mut self, kind: &'static str, tenant_id: Uuid) {
        let Some(accounts) = self.0.get_mut(kind) else { return };
        let left = accounts.get_mut(&tenant_id).map_or(0, |used| {
            *used = used.saturating_sub(1);
            *used
        });
        if left == 0 {
            accounts.remove(&tenant_id);
        }
    }

    /// Jobs for which there is room; none if there is none at all.
    fn wanted(&self, kinds: &[Arc<dyn JobKind>]) -> Option<Condition> {
        let with_room = kinds.iter().filter(|kind| self.room(kind) > 0).map(|kind| {
            let of_kind = Condition::all().add(Column::Kind.eq(kind.name()));
            let full = self.0.get(kind.name()).into_iter().flatten();
            let full: Vec<Uuid> =
                full.filter(|(_, used)| **used >= kind.at_once().of_account).map(|(account, _)| *account).collect();
            if full.is_empty() { of_kind } else { of_kind.add(Column::TenantId.is_not_in(full)) }
        });
        let wanted = with_room.fold(Condition::any(), Condition::add);
        (!wanted.is_empty()).then_some(wanted)
    }
}

async fn work(app: &JobContext, kinds: &[Arc<dyn JobKind>]) -> usize {
    let mut working = FuturesUnordered::new();
    let mut progress = InProgress::default();
    // Jobs that could not be claimed are left alone until the next tick.
    let mut alone = Vec::new();
    // Due jobs for which there is no room yet. If another process takes one meanwhile, our claim fails.
    let mut waiting: Vec<job::Model> = Vec::new();
    let (mut attempts, mut reads) = (0, true);
    let (mut looked, mut may_be_more) = (Instant::now(), true);
    loop {
        while !app.stop.is_cancelled() {
            let before = working.len();
            waiting.retain(|row| {
                let Some(kind) = kinds.iter().find(|kind| kind.name() == row.kind) else { return false };
                let has_room = progress.begin(kind, row.tenant_id);
                if has_room {
                    let (name, tenant_id) = (kind.name(), row.tenant_id);
                    working.push(claim_and_try(app, kind, row.clone()).map(move |tried| (name, tenant_id, tried)));
                }
                !has_room
            });
            // The search leaves out kinds and accounts without room, so it does not find these again.
            let has_begun = working.len() > before;
            if !reads || (has_begun && !may_be_more && looked.elapsed() < LOOK_EVERY) {
                break;
            }
            let Some(wanted) = progress.wanted(kinds) else { break };
            looked = Instant::now();
            match due::rows(&app.store, job::Entity::find().filter(wanted), Column::NextTryAt, READ).await {
                Ok(found) => {
                    may_be_more = u64::try_from(found.len()).is_ok_and(|found| found == READ);
                    if found.is_empty() {
                        break;
                    }
                    waiting.extend(found);
                }
                Err(error) => {
                    tracing::warn!(%error, "due jobs could not be read; it will be retried");
                    reads = false;
                    break;
                }
            }
        }
        if working.is_empty() {
            return attempts;
        }
        tokio::select! {
            Some((kind, tenant_id, tried)) = working.next() => match tried {
                Ok(tried) => {
                    attempts += usize::from(tried);
                    progress.end(kind, tenant_id);
                }
                Err(error) => {
                    tracing::warn!(tenant.id = %tenant_id, job.kind = kind, %error, "a job could not be claimed; it will be retried");
                    alone.push((kind, tenant_id));
                }
            },
            () = tokio::time::sleep(LOOK_EVERY) => {
                alone.drain(..).for_each(|(kind, tenant_id)| progress.end(kind, tenant_id));
                reads = true;
            }
        }
    }
}

/// False if another process has it, or it changed.
async fn claim_and_try(app: &PlatformContext, kind: &Arc<dyn JobKind>, job: job::Model) -> Result<bool, DbErr> {
    let within = TimeDelta::from_std(kind.within()).unwrap_or(TimeDelta::zero());
    let until = app.clock.millis() + (within + MARGIN).num_milliseconds();
    if !due::claim(&app.store, &job, Column::NextTryAt, until).await? {
        return Ok(false);
    }
    attempt(app, kind, job::Model { next_try_at: Some(until), ..job }).await;
    Ok(true)
}

/// One attempt of a claimed job.
async fn attempt(app: &PlatformContext, kind: &Arc<dyn JobKind>, held: job::Model) {
    let working = base::supervisor::detach("job", {
        let (kind, job) = (kind.clone(), held.clone());
        async move { kind.attempt(&job).await }
    });
    let abort = working.abort_handle();
    let tried = match tokio::time::timeout(kind.within(), working).await {
        Ok(Ok(tried)) => tried,
        Ok(Err(panicked)) => {
            app.supervisor.panicked(kind.name(), &panicked.to_string());
            Err(anyhow::Error::new(panicked))
        }
        Err(_) => {
            abort.abort();
            Err(anyhow::anyhow!("it took too long"))
        }
    };
    if let Err(error) = settle(app, kind, &held, tried).await {
        tracing::warn!(tenant.id = %held.tenant_id, job.kind = kind.name(), %error, "the outcome of a job could not be stored; it is repeated when its claim ends");
    }
}

/// Stores the outcome of an attempt, if the job is still this worker's.
async fn settle(
    app: &PlatformContext,
    kind: &Arc<dyn JobKind>,
    held: &job::Model,
    tried: anyhow::Result<NextRun>,
) -> Result<(), DbErr> {
    let (now, name) = (app.clock.millis(), kind.name());
    let outcome = match tried {
        Ok(NextRun::Never) => {
            end(app, kind, held, JobEnd::Done).await?;
            "done"
        }
        Ok(NextRun::Scheduled) => "done",
        Ok(NextRun::At(next)) => {
            move_to(app, held, next, 0).await?;
            "done"
        }
        Err(error) => match next_try(kind, held, now) {
            Some(next) => {
                tracing::warn!(tenant.id = %held.tenant_id, job.kind = name, job.key = held.key, error = format!("{error:#}"), "a job failed; it will be retried");
                move_to(app, held, next, held.tries.saturating_add(1)).await?;
                "failed"
            }
            None => {
                tracing::warn!(tenant.id = %held.tenant_id, job.kind = name, job.key = held.key, error = format!("{error:#}"), "a job was given up");
                end(app, kind, held, JobEnd::GivenUp).await?;
                "given_up"
            }
        },
    };
    metrics::counter!("parom_jobs_total", "kind" => name, "outcome" => outcome).increment(1);
    Ok(())
}

/// When a job that failed is tried again; none if it is given up.
fn next_try(kind: &Arc<dyn JobKind>, held: &job::Model, now: i64) -> Option<i64> {
    let retry = kind.retry();
    let failures = usize::try_from(held.tries).unwrap_or(usize::MAX);
    let wait = retry.waits.get(failures).or(retry.waits.last()).copied().unwrap_or(MARGIN);
    let next = now + wait.num_milliseconds();
    match retry.patience {
        Patience::Endless => Some(next),
        Patience::Waits => (failures < retry.waits.len()).then_some(next),
        Patience::For(patience) => {
            let last = held.created_at + patience.num_milliseconds();
            (now < last).then_some(next.min(last))
        }
    }
}

async fn move_to(app: &PlatformContext, held: &job::Model, next: i64, tries: i32) -> Result<(), DbErr> {
    let later = due::as_seen(held, Column::NextTryAt)
        .col_expr(Column::NextTryAt, Expr::value(Some(next)))
        .col_expr(Column::Tries, Expr::value(tries));
    due::update_one(&app.store, later).await.map(drop)
}

async fn end(app: &PlatformContext, kind: &Arc<dyn JobKind>, held: &job::Model, end: JobEnd) -> Result<(), DbErr> {
    in_transaction(&app.store, async |tx| end_in(tx, kind, held, end).await).await
}

async fn end_in(
    tx: &DatabaseTransaction,
    kind: &Arc<dyn JobKind>,
    held: &job::Model,
    end: JobEnd,
) -> Result<(), DbErr> {
    let rows = match end {
        JobEnd::GivenUp if kind.keeps_given_up() => {
            let row = due::as_seen(held, Column::NextTryAt)
                .col_expr(Column::NextTryAt, Expr::value(Option::<i64>::None))
                .col_expr(Column::Sealed, Expr::value(Option::<Vec<u8>>::None))
                .col_expr(Column::Tries, Expr::value(held.tries.saturating_add(1)));
            row.exec(tx).await?.rows_affected
        }
        JobEnd::Done | JobEnd::GivenUp => {
            let row = job::Entity::delete_of(held.tenant_id)
                .filter(Column::Kind.eq(held.kind.as_str()))
                .filter(Column::Key.eq(held.key.as_str()))
                .filter(Column::NextTryAt.eq(held.next_try_at));
            row.exec(tx).await?.rows_affected
        }
    };
    if rows == 1 { kind.ended(tx, held, end).await } else { Ok(()) }
}
