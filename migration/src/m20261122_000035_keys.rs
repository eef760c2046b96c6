//! Replaced keys, encrypted with their successor, and the keys that each serving process knows.

use sea_orm_migration::prelude::*;

use crate::table::{column, create, run};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "vault_key",
            &["tenant_id", "id"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("id").text().not_null().to_owned(),
                column("sealed").blob().not_null().to_owned(),
                column("noted_at").big_integer().not_null().to_owned(),
            ],
        )
        .await?;
        run(manager, "ALTER TABLE heartbeat ADD COLUMN keys TEXT").await
    }
}
