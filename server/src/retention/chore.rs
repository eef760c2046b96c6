//! Who does a work that one process does for all.

use entity::chore::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, UpdateMany};
use uuid::Uuid;

use crate::app::App;
use crate::store::VENDOR;

/// A holder that says nothing for so long has lost it.
const HELD: i64 = 10 * 60_000;

/// A work that is ours for now.
pub(super) struct Chore {
    name: &'static str,
    owner: Uuid,
    /// When it was last done to its end; 0: never.
    pub done_at: i64,
}

/// Takes a work that was last done at least `every` milliseconds ago and that nobody holds.
pub(super) async fn claim(app: &App, name: &'static str, every: i64) -> Result<Option<Chore>, DbErr> {
    let (db, owner) = (app.store.write(), app.clock.uuid_v7());
    let row = chore::Model { tenant_id: VENDOR, name: name.to_owned(), owner, leased_until: 0, done_at: 0 };
    let known = OnConflict::columns([Column::TenantId, Column::Name]).do_nothing().to_owned();
    chore::Entity::insert(row.into_active_model()).on_conflict(known).exec_without_returning(db).await?;
    let now = app.store.now().await?;
    let taken = of(name)
        .col_expr(Column::Owner, Expr::value(owner))
        .col_expr(Column::LeasedUntil, Expr::value(now + HELD))
        .filter(Column::LeasedUntil.lt(now))
        .filter(Column::DoneAt.lte(app.clock.millis() - every))
        .exec(db)
        .await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    let found = chore::Entity::of_tenant(VENDOR).filter(Column::Name.eq(name)).one(db).await?;
    Ok(found.map(|row| Chore { name, owner, done_at: row.done_at }))
}

impl Chore {
    /// Says that it is still being done. False: it is somebody else's by now.
    pub async fn keep(&self, app: &App) -> Result<bool, DbErr> {
        let until = app.store.now().await? + HELD;
        let kept = self.mine().col_expr(Column::LeasedUntil, Expr::value(until)).exec(app.store.write()).await?;
        Ok(kept.rows_affected > 0)
    }

    /// It is done to its end.
    pub async fn end(&self, app: &App, at: i64) -> Result<(), DbErr> {
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
