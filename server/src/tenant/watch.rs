//! Regular maintenance of accounts, a job of each: amoCRM is only asked what is due.
//!
//! ```text
//! due ─▶ visit: notice to confirm · channels to take off · probe of unpaid and blocked · refused channels · idle access ·
//!               credentials to erase ─▶ the next visit
//! ```

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use entity::job;

use super::status_change::AGAIN;
use crate::job::{AtOnce, JobKind, NextRun, Patience, Retry};
use crate::tenant::TenantContext;

mod janitor;
mod visit;

pub use super::visits::KIND;
pub use janitor::clean;

/// The kind of job.
pub struct VisitAccount(pub Arc<TenantContext>);

#[async_trait]
impl JobKind for VisitAccount {
    fn name(&self) -> &'static str {
        KIND
    }

    fn retry(&self) -> Retry {
        Retry { waits: const { &[TimeDelta::milliseconds(AGAIN)] }, patience: Patience::Endless }
    }

    fn at_once(&self) -> AtOnce {
        AtOnce { all: 4, of_account: 1 }
    }

    fn within(&self) -> Duration {
        Duration::from_secs(4 * 60)
    }

    async fn attempt(&self, job: &job::Model) -> anyhow::Result<NextRun> {
        visit::visit(&self.0, job.tenant_id).await
    }
}
