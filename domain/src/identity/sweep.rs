//! Deletes expired sessions and old counters of attempts.

use base::store::VENDOR;
use entity::{session, throttle};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::throttle::LONGEST_WINDOW;
use crate::identity::IdentityContext;

/// Runs once; returns the number of deleted sessions.
pub async fn round(app: &IdentityContext) -> Result<u64, DbErr> {
    let now = app.clock.millis();
    let db = app.store.write();
    throttle::Entity::delete_many()
        .filter(throttle::Column::TenantId.eq(VENDOR))
        .filter(throttle::Column::WindowFrom.lt(now - LONGEST_WINDOW.num_milliseconds()))
        .exec(db)
        .await?;
    // For all tenants: expired rows have no other reader.
    let gone = session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(now)).exec(db).await?;
    Ok(gone.rows_affected)
}
