//! Deletes files: first the bytes, then the row, so that an interrupted deletion is found and repeated.

use entity::media::{self, Column};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::files::FileKey;
use crate::media::MediaContext;

/// Rows per step.
const BATCH: u64 = 200;

/// Deletes the files of these messages with their avatars; returns the number.
pub async fn of_messages(app: &MediaContext, tenant_id: Uuid, messages: &[Uuid]) -> anyhow::Result<u64> {
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

/// Deletes all files of an account; returns the number of rows.
pub async fn of_tenant(app: &MediaContext, tenant_id: Uuid) -> anyhow::Result<u64> {
    app.media.files.remove_tenant(tenant_id).await?;
    let mut gone = 0;
    loop {
        let some =
            media::Entity::of_tenant(tenant_id).order_by_asc(Column::Id).limit(BATCH).all(app.store.write()).await?;
        if some.is_empty() {
            return Ok(gone);
        }
        // Deletes by name again: a fetch may have written one meanwhile.
        gone += rows(app, &some).await?;
    }
}

/// Deletes rows of any accounts with their files. A fetch in progress finds its row gone and deletes its own file.
pub(super) async fn rows(app: &MediaContext, some: &[media::Model]) -> anyhow::Result<u64> {
    let mut gone = 0;
    for row in some {
        let key = FileKey { tenant_id: row.tenant_id, id: row.id, epoch: row.epoch };
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
