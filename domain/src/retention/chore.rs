//! Claims of a chore that one process does for all.

use base::store::VENDOR;
use chrono::TimeDelta;
use entity::chore::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, UpdateMany};
use uuid::Uuid;

use crate::delivery::DeliveryContext;

/// A chore claimed by this process.
pub struct Chore {
    name: &'static str,
    owner: Uuid,
    held: TimeDelta,
    /// When it was last completed; 0 for never.
    pub done_at: i64,
}

/// Claims a chore that was last completed at least `every` ago and that is not claimed. A claim that is not renewed for
/// `held` is lost.
pub async fn claim(
    app: &DeliveryContext,
    name: &'static str,
    every: TimeDelta,
    held: TimeDelta,
) -> Result<Option<Chore>, DbErr> {
    let (db, owner) = (app.store.write(), app.clock.uuid_v7());
    let row = chore::Model { tenant_id: VENDOR, name: name.to_owned(), owner, leased_until: 0, done_at: 0 };
    let known = OnConflict::columns([Column::TenantId, Column::Name]).do_nothing().to_owned();
    chore::Entity::insert(row.into_active_model()).on_conflict(known).exec_without_returning(db).await?;
    let now = app.store.now().await?;
    let taken = of(name)
        .col_expr(Column::Owner, Expr::value(owner))
        .col_expr(Column::LeasedUntil, Expr::value(now + held.num_milliseconds()))
        .filter(Column::LeasedUntil.lt(now))
        .filter(Column::DoneAt.lte(app.clock.millis() - every.num_milliseconds()))
        .exec(db)
        .await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    let found = chore::Entity::of_tenant(VENDOR).filter(Column::Name.eq(name)).one(db).await?;
    Ok(found.map(|row| Chore { name, owner, held, done_at: row.done_at }))
}

impl Chore {
    /// Renews the claim. False if another process has it by now.
    pub async fn keep(&self, app: &DeliveryContext) -> Result<bool, DbErr> {
        let until = app.store.now().await? + self.held.num_milliseconds();
        let kept = self.mine().col_expr(Column::LeasedUntil, Expr::value(until)).exec(app.store.write()).await?;
        Ok(kept.rows_affected > 0)
    }

    /// Records the completion.
    pub async fn end(&self, app: &DeliveryContext, at: i64) -> Result<(), DbErr> {
        let done = self.mine().col_expr(Column::LeasedUntil, Expr::value(0_i64));
        done.col_expr(Column::DoneAt, Expr::value(at)).exec(app.store.write()).await?;
        Ok(())
    }

    fn mine(&self) -> UpdateMany<chore::Entity> {
        of(self.name).filter(Column::Owner.eq(self.owner))
    }
}

fn of(name: &str) -> UpdateMany<chore::Entity> {
    chore::Entity::update_many().filter(Column::TenantId.eq(VENDOR)).filter(Column::Name.eq(name))
}
