//! How often amoCRM lost a connected channel by itself, and the shared rate of calls to an account's REST API.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::table::{column, create, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "ALTER TABLE tenant_channel ADD COLUMN losses INTEGER NOT NULL DEFAULT 0").await?;
        create(
            manager,
            "rest_pace",
            &["tenant_id", "account"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("account").text().not_null().to_owned(),
                column("next_at").big_integer().not_null().to_owned(),
            ],
        )
        .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            // Useless after a second and written at each call, so it may be lost in a crash.
            run(manager, "ALTER TABLE rest_pace SET UNLOGGED").await?;
        }
        Ok(())
    }
}
