//! In a serving process: the key file is checked every second, and the known keys are published for the rotation.

use std::sync::Arc;
use std::time::Duration;

use base::store::VENDOR;
use entity::heartbeat::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use tokio_util::sync::CancellationToken;

use super::reported_ids;
use crate::platform::PlatformContext;

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Follows the key file until the server stops. Each heartbeat publishes the keys as well.
pub async fn run(app: Arc<PlatformContext>, stop: CancellationToken) {
    // The first heartbeat publishes the keys known at the start.
    let mut reported = reported_ids(&app.vault);
    while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
        let now = reported_ids(&app.vault);
        if now == reported {
            continue;
        }
        match tell(&app, &now).await {
            Ok(()) => reported = now,
            Err(error) => {
                tracing::warn!(%error, "this process's key ids could not be stored; it will be retried")
            }
        }
    }
}

async fn tell(app: &PlatformContext, keys: &str) -> Result<(), DbErr> {
    heartbeat::Entity::update_many()
        .col_expr(Column::Keys, Expr::value(keys))
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::Instance.eq(app.queue.instance()))
        .exec(app.store.write())
        .await?;
    Ok(())
}
