//! Takes files away for good: first the bytes, then the row, so that what broke off is found and done again.

use entity::media::{self, Column};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::files::Key;
use crate::app::App;

/// Rows of one step.
const BATCH: u64 = 200;

/// The files of these messages, faces that came with them included; gives how many.
pub async fn of_messages(app: &App, tenant_id: Uuid, messages: &[Uuid]) -> anyhow::Result<u64> {
    let mut gone = 0;
    loop {
        let some = media::Entity::of_tenant(tenant_id)
            .filter(Column::MessageId.is_in(messages.iter().copied()))
            .limit(BATCH)
            .all(app.store.write())
            .await?;
        if some.is_empty() {
            return Ok(gone);
        }
        gone += rows(app, &some).await?;
    }
}

/// Everything of an account; gives how many rows.
pub async fn of_tenant(app: &App, tenant_id: Uuid) -> anyhow::Result<u64> {
    app.media.files.remove_tenant(tenant_id).await?;
    let mut gone = 0;
    loop {
        let some =
            media::Entity::of_tenant(tenant_id).order_by_asc(Column::Id).limit(BATCH).all(app.store.write()).await?;
        if some.is_empty() {
            return Ok(gone);
        }
        // Once more by their names: one may have been written meanwhile.
        gone += rows(app, &some).await?;
    }
}

/// Rows of any accounts with their files. A fetch under way finds its row gone and takes its own file away.
pub(super) async fn rows(app: &App, some: &[media::Model]) -> anyhow::Result<u64> {
    let mut gone = 0;
    for row in some {
        let key = Key { tenant_id: row.tenant_id, id: row.id, epoch: row.epoch };
        app.media.files.remove(key).await?;
        let done = media::Entity::delete_many()
            .filter(Column::TenantId.eq(row.tenant_id))
            .filter(Column::Id.eq(row.id))
            .filter(Column::Epoch.eq(row.epoch))
            .exec(app.store.write())
            .await?;
        gone += done.rows_affected;
    }
    Ok(gone)
}
