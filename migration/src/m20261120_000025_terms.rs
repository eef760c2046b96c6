//! How long an account keeps the texts of its messages, where it chose something else than usual.

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
    "ALTER TABLE tenant ADD COLUMN texts_days INTEGER",
    "ALTER TABLE tenant ADD COLUMN texts_days_at BIGINT NOT NULL DEFAULT 0",
];
