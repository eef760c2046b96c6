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

mod kind;
mod runner;
mod schedule;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use entity::job;
use sea_orm::{DatabaseTransaction, DbErr};

use crate::platform::{PlatformContext, stands_on};

pub use kind::{Kind, chore, kind};
pub use runner::{chores, due_now, due_of, now, run};
pub use schedule::{NewJob, cancel, place_of, remember, schedule, schedule_by, schedule_new, still_held};

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
