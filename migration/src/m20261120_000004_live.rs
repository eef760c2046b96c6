//! Reactions as they stand on a message, and when a channel was connected anew because of a dead hook.

use sea_orm_migration::prelude::*;

use crate::table::run;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in COLUMNS {
            run(manager, statement).await?;
        }
        Ok(())
    }
}

const COLUMNS: &[&str] = &[
    "ALTER TABLE message ADD COLUMN client_reaction text NOT NULL DEFAULT ''",
    "ALTER TABLE message ADD COLUMN manager_reaction text NOT NULL DEFAULT ''",
    "ALTER TABLE message ADD COLUMN reacted_at bigint NOT NULL DEFAULT 0",
    "ALTER TABLE tenant_channel ADD COLUMN renewed_at bigint",
];
