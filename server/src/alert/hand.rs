//! What a person does with an open alert: takes it on, or wants to hear nothing of it for a while.

use entity::alert::Column;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use uuid::Uuid;

use super::of;
use crate::app::App;

/// Whoever takes an alert on is not reminded of it for so long.
const TAKEN: i64 = 4 * 3_600_000;

/// Somebody is on it: its letters are put off by four hours. False: it is not open.
pub async fn take(app: &App, db: &impl ConnectionTrait, tenant_id: Uuid, key: &str, name: &str) -> Result<bool, DbErr> {
    let done = of(tenant_id, key)
        .col_expr(Column::TakenBy, Expr::value(name))
        .col_expr(Column::LetterAt, Expr::value(Some(app.clock.millis() + TAKEN)))
        .filter(Column::ResolvedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Nothing is told of it until then (milliseconds since 1970); if it is still open, once more. False: it is not open.
pub async fn mute(db: &impl ConnectionTrait, tenant_id: Uuid, key: &str, until: i64) -> Result<bool, DbErr> {
    let done = of(tenant_id, key)
        .col_expr(Column::MutedUntil, Expr::value(Some(until)))
        .col_expr(Column::LetterAt, Expr::value(Some(until)))
        .filter(Column::ResolvedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}
