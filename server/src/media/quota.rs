//! How much an account keeps. Counted anew every half minute and added to in between, so several instances may together
//! go over it by what they fetch in that time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use entity::media::{self, Column};
use sea_orm::sea_query::{Alias, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::State;
use crate::app::App;

/// Bytes that may still be kept.
pub(super) async fn room(app: &App, tenant_id: Uuid) -> Result<u64, Arc<DbErr>> {
    let used = used(app, tenant_id).await?.load(Ordering::Relaxed);
    Ok(u64::try_from(most(app) - used).unwrap_or(0))
}

fn most(app: &App) -> i64 {
    i64::from(app.config.media.tenant_mb) * 1024 * 1024
}

/// After a file was kept.
pub(super) async fn add(app: &App, tenant_id: Uuid, bytes: u64) {
    if let Some(used) = app.media.used.get(&tenant_id).await {
        used.fetch_add(i64::try_from(bytes).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}

async fn used(app: &App, tenant_id: Uuid) -> Result<Arc<AtomicI64>, Arc<DbErr>> {
    let count = async {
        let sum = media::Entity::of_tenant(tenant_id)
            .select_only()
            .column_as(Column::Size.sum().cast_as(Alias::new("bigint")), "used")
            .filter(Column::State.eq(State::Kept.number()))
            .into_tuple::<Option<i64>>()
            .one(app.store.read())
            .await?;
        let used = sum.flatten().unwrap_or(0);
        if used / 9 >= most(app) / 10 {
            tracing::warn!(tenant.id = %tenant_id, bytes = used, "an account's files fill its room (media.tenant_mb)");
        }
        Ok(Arc::new(AtomicI64::new(used)))
    };
    app.media.used.try_get_with(tenant_id, count).await
}
