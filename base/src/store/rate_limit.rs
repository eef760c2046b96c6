//! A rate limit shared by all processes on one database. Each step is a small write, so it suits rare events; frequent
//! ones are limited per process ([`crate::rate_limit`]).

use entity::pace::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use super::{Store, VENDOR};
use crate::rate_limit::Budget;

/// Counts one event unless the rate is exceeded; false if it was not counted.
pub async fn take(store: &Store, key: &str, budget: Budget) -> Result<bool, DbErr> {
    let now = store.now().await?;
    if step(store, key, budget, now).await? {
        return Ok(true);
    }
    let known = pace::Entity::of_tenant(VENDOR).filter(Column::Key.eq(key)).one(store.read()).await?;
    if known.is_some() {
        return Ok(false);
    }
    let row = pace::Model { tenant_id: VENDOR, key: key.to_owned(), whole_at: 0 };
    let twice = OnConflict::columns([Column::TenantId, Column::Key]).do_nothing().to_owned();
    pace::Entity::insert(row.into_active_model()).on_conflict(twice).exec_without_returning(store.write()).await?;
    step(store, key, budget, now).await
}

/// One conditional statement, so that concurrent processes each count once.
async fn step(store: &Store, key: &str, budget: Budget, now: i64) -> Result<bool, DbErr> {
    let whole_at = || Expr::col(Column::WholeAt);
    let from = Expr::case(whole_at().gt(now), whole_at()).finally(Expr::value(now));
    let done = pace::Entity::update_of(VENDOR)
        .col_expr(Column::WholeAt, Expr::expr(from).add(budget.each))
        .filter(Column::Key.eq(key))
        .filter(Column::WholeAt.lte(now.saturating_add(budget.at_once.saturating_sub(1).saturating_mul(budget.each))))
        .exec(store.write())
        .await?;
    Ok(done.rows_affected == 1)
}
