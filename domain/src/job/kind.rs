//! Kinds that are a function and a few numbers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use entity::job;
use futures_util::future::BoxFuture;

use super::{AtOnce, JobKind, NextRun, Patience, Retry};
use crate::platform::PlatformContext;

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
