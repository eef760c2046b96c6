//! The log of webhooks, and since when an endpoint fails.

use sea_orm_migration::prelude::*;

use crate::table::{column, run};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for id in ["id", "source_id"] {
            let table = Table::alter().table(Alias::new("attempt")).add_column(column(id).uuid().null()).to_owned();
            manager.alter_table(table).await?;
        }
        for statement in STATEMENTS {
            run(manager, statement).await?;
        }
        Ok(())
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE attempt ADD COLUMN event TEXT NOT NULL DEFAULT ''",
    // Only webhooks stand in it: most attempts are none.
    "CREATE INDEX attempt_webhook ON attempt (tenant_id, source_id, id) WHERE event <> ''",
    "ALTER TABLE turn ADD COLUMN failing_since BIGINT",
    "ALTER TABLE turn ADD COLUMN failing INTEGER NOT NULL DEFAULT 0",
];
