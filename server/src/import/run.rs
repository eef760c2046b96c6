//! The background task: processes due imports of all accounts, one page each.

use std::sync::Arc;
use std::time::Duration;

use entity::import::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio_util::sync::CancellationToken;

use super::{HELD_MILLIS, queries, step};
use crate::usage::UsageContext;

const LOOK_EVERY: Duration = Duration::from_secs(1);
const BATCH: u64 = 50;

/// Runs imports until `stop` is cancelled.
pub async fn run(app: Arc<UsageContext>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
        step_all(&app).await;
    }
}

/// One step of every due import; returns how many.
pub async fn step_all(app: &Arc<UsageContext>) -> usize {
    let due = import::Entity::find()
        .filter(Column::NextAt.lte(app.clock.millis()))
        .order_by_asc(Column::NextAt)
        .limit(BATCH)
        .all(app.store.read())
        .await;
    let due = due.unwrap_or_else(|error| {
        tracing::warn!(%error, "the imports that are due could not be read; it will be retried");
        Vec::new()
    });
    let mut stepped = 0;
    for row in due {
        let (tenant_id, id) = (row.tenant_id, row.id);
        match held(app, row).await {
            Ok(Some(row)) => {
                stepped += 1;
                if let Err(error) = step::step(app, row).await {
                    tracing::error!(tenant.id = %tenant_id, import.id = %id, error = format!("{error:#}"), "an import was interrupted; it will continue automatically");
                }
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(tenant.id = %tenant_id, import.id = %id, %error, "an import could not be claimed")
            }
        }
    }
    stepped
}

/// Claims an import for a while. None if another instance has it.
async fn held(app: &UsageContext, row: import::Model) -> Result<Option<import::Model>, DbErr> {
    let until = Some(app.clock.millis() + HELD_MILLIS);
    let done = queries::one(row.tenant_id, row.id)
        .col_expr(Column::Epoch, Expr::col(Column::Epoch).add(1))
        .col_expr(Column::NextAt, Expr::value(until))
        .filter(Column::Epoch.eq(row.epoch))
        .filter(Column::NextAt.eq(row.next_at))
        .exec(app.store.write())
        .await?;
    Ok((done.rows_affected == 1).then(|| import::Model { epoch: row.epoch + 1, next_at: until, ..row }))
}
