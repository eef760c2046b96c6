//! When accounts are visited next (`watch`): scheduled in the commit of the change that needs a visit.

use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::job::{NewJob, schedule, schedule_by};

/// The kind of the jobs.
pub const KIND: &str = "accounts";

/// Schedules the next visit of an account.
pub(super) async fn visit_at(db: &impl ConnectionTrait, tenant_id: Uuid, at: i64) -> Result<(), DbErr> {
    schedule(db, at, NewJob::new(tenant_id, KIND, "", at)).await
}

/// Schedules a visit of an account no later than `at`.
pub(super) async fn visit_by(db: &impl ConnectionTrait, tenant_id: Uuid, at: i64) -> Result<(), DbErr> {
    schedule_by(db, at, NewJob::new(tenant_id, KIND, "", at)).await
}
