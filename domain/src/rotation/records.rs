//! Rows of `vault_key`: the record of a rotation in progress, and replaced keys.

use std::sync::Arc;

use base::store::VENDOR;
use base::vault::{KeyId, MasterKey};
use entity::vault_key::{self, Column};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use crate::platform::PlatformContext;

/// Loads the replaced keys: links that they signed may never expire.
pub async fn load(app: &PlatformContext) -> Result<(), DbErr> {
    for row in vault_key::Entity::of_tenant(VENDOR).all(app.store.write()).await? {
        if row.sealed.is_empty() {
            continue;
        }
        if let Err(error) = app.vault.remember_key(&row.id, &row.sealed) {
            tracing::error!(%error, key = row.id, "a replaced key cannot be decrypted; links signed with it do not work");
        }
    }
    Ok(())
}

/// Keys that are to become the first.
pub(super) async fn marked(app: &PlatformContext) -> Result<Vec<String>, DbErr> {
    let rows = vault_key::Entity::of_tenant(VENDOR).all(app.store.write()).await?;
    Ok(rows.into_iter().filter(|row| row.sealed.is_empty()).map(|row| row.id).collect())
}

pub(super) async fn mark(app: &PlatformContext, key: KeyId) -> Result<(), DbErr> {
    unmark(app).await?;
    insert(app, key, Vec::new()).await
}

pub(super) async fn unmark(app: &PlatformContext) -> Result<(), DbErr> {
    vault_key::Entity::delete_of(VENDOR).filter(Column::Sealed.eq(Vec::<u8>::new())).exec(app.store.write()).await?;
    Ok(())
}

/// Stores keys that are about to leave the file, encrypted with the first.
pub(super) async fn keep(app: &PlatformContext, keys: &[Arc<MasterKey>]) -> Result<(), DbErr> {
    for key in keys {
        insert(app, key.id(), app.vault.seal_key(key)).await?;
    }
    Ok(())
}

async fn insert(app: &PlatformContext, key: KeyId, sealed: Vec<u8>) -> Result<(), DbErr> {
    let row = vault_key::Model { tenant_id: VENDOR, id: key.to_string(), sealed, noted_at: app.clock.millis() };
    let known = OnConflict::columns([Column::TenantId, Column::Id])
        .update_columns([Column::Sealed, Column::NotedAt])
        .to_owned();
    vault_key::Entity::insert(row.into_active_model())
        .on_conflict(known)
        .exec_without_returning(app.store.write())
        .await?;
    Ok(())
}
