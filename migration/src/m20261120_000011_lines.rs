//! Lines at messengers that bring messages by webhooks, and what they tell of conversations.

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

/// The index serves background work over all tenants.
const STATEMENTS: &[&str] = &[
    "ALTER TABLE source ADD COLUMN facts text NOT NULL DEFAULT '{}'",
    "ALTER TABLE source ADD COLUMN look_at bigint",
    "CREATE INDEX source_look ON source (look_at) WHERE look_at IS NOT NULL",
    "ALTER TABLE conversation ADD COLUMN visit text NOT NULL DEFAULT ''",
    "ALTER TABLE conversation ADD COLUMN shut_at bigint NOT NULL DEFAULT 0",
    "ALTER TABLE conversation ADD COLUMN reach_at bigint NOT NULL DEFAULT 0",
    "ALTER TABLE conversation ADD COLUMN moved_to text NOT NULL DEFAULT ''",
];
