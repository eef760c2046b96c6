//! Manual actions on an open alert: taking it on, and muting it.

use chrono::TimeDelta;
use entity::alert::Column;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use uuid::Uuid;

use super::of;
use crate::platform::PlatformContext;

/// Milliseconds without reminders after an alert was taken on.
const TAKEN: TimeDelta = TimeDelta::hours(4);

/// Records that a person handles it: postpones its e-mails by four hours. False if it is not open.
pub async fn take(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    key: &str,
    name: &str,
) -> Result<bool, DbErr> {
    let done = of(tenant_id, key)
        .col_expr(Column::TakenBy, Expr::value(name))
        .col_expr(Column::LetterAt, Expr::value(Some(app.clock.millis() + TAKEN.num_milliseconds())))
        .filter(Column::ResolvedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Sends no e-mails about it until then (milliseconds since 1970), then one more if it is still open. False if it is
/// not open.
pub async fn mute(db: &impl ConnectionTrait, tenant_id: Uuid, key: &str, until: i64) -> Result<bool, DbErr> {
    let done = of(tenant_id, key)
        .col_expr(Column::MutedUntil, Expr::value(Some(until)))
        .col_expr(Column::LetterAt, Expr::value(Some(until)))
        .filter(Column::ResolvedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}
