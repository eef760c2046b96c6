//! Shares of accounts, the rate that each scope takes by experience, and how its last calls went.

use sea_orm_migration::prelude::*;

use crate::table::run;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in STATEMENTS {
            run(manager, statement).await?;
        }
        Ok(())
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE tenant ADD COLUMN weight INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE turn ADD COLUMN rate BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE turn ADD COLUMN rate_at BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE turn ADD COLUMN calls INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE turn ADD COLUMN errors INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE turn ADD COLUMN counted_from BIGINT NOT NULL DEFAULT 0",
];
