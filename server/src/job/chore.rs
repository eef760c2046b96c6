//! Work for all accounts that one process does at an interval.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use entity::job;
use futures_util::future::BoxFuture;

use super::{JobKind, NextRun, Patience, Retry};
use crate::platform::PlatformContext;

/// After a failure.
const AGAIN: [TimeDelta; 1] = [TimeDelta::minutes(1)];

/// A kind of which there is one job, from the first start on.
struct Chore {
    name: &'static str,
    every: TimeDelta,
    platform: Arc<PlatformContext>,
    work: Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>,
}

/// Work that is repeated so long after the beginning of the one before.
pub fn chore<Context, Work>(
    name: &'static str,
    every: TimeDelta,
    platform: &Arc<PlatformContext>,
    context: &Arc<Context>,
    work: impl Fn(Arc<Context>) -> Work + Send + Sync + 'static,
) -> Arc<dyn JobKind>
where
    Context: Send + Sync + 'static,
    Work: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let context = context.clone();
    let work = Box::new(move || -> BoxFuture<'static, anyhow::Result<()>> { Box::pin(work(context.clone())) });
    Arc::new(Chore { name, every, platform: platform.clone(), work })
}

#[async_trait]
impl JobKind for Chore {
    fn name(&self) -> &'static str {
        self.name
    }

    fn retry(&self) -> Retry {
        Retry { waits: &AGAIN, patience: Patience::Endless }
    }

    fn within(&self) -> Duration {
        Duration::from_secs(10 * 60)
    }

    fn is_chore(&self) -> bool {
        true
    }

    async fn attempt(&self, _job: &job::Model) -> anyhow::Result<NextRun> {
        let now = self.platform.clock.millis();
        match self.platform.stop.run_until_cancelled((self.work)()).await {
            Some(done) => done.map(|()| NextRun::At(now + self.every.num_milliseconds())),
            // Another process goes on.
            None => Ok(NextRun::At(now)),
        }
    }
}
