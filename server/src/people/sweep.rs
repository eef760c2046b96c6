//! Takes away what nobody will ask for again: sessions that ended, tries of yesterday.

use std::sync::Arc;
use std::time::Duration;

use entity::{session, throttle};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use tokio_util::sync::CancellationToken;

use super::throttle::LONGEST_WINDOW;
use crate::app::App;
use crate::store::VENDOR;

const BETWEEN: Duration = Duration::from_secs(3600);

/// Sweeps once an hour until the server stops.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(BETWEEN) => {}
        }
        if let Err(error) = round(&app).await {
            tracing::warn!(%error, "old sessions could not be taken away");
        }
    }
}

/// One sweep; gives how many sessions went.
pub async fn round(app: &App) -> Result<u64, DbErr> {
    let now = app.clock.millis();
    let db = app.store.write();
    throttle::Entity::delete_many()
        .filter(throttle::Column::TenantId.eq(VENDOR))
        .filter(throttle::Column::WindowFrom.lt(now - LONGEST_WINDOW))
        .exec(db)
        .await?;
    // Of all tenants: what has run out is nobody's any more.
    let gone = session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(now)).exec(db).await?;
    Ok(gone.rows_affected)
}
