//! Scheduling, in the transaction of the change that causes the work.

use base::due;
use entity::job::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

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

/// Removes a job; one in progress is not stopped, but not repeated.
pub async fn cancel(db: &impl ConnectionTrait, tenant_id: Uuid, kind: &str, key: &str) -> Result<bool, DbErr> {
    let row = job::Entity::delete_many().filter(Column::TenantId.eq(tenant_id)).filter(Column::Kind.eq(kind));
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
