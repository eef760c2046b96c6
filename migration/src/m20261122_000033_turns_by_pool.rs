//! Turns are read pool by pool, so that a pool without room costs a scan nothing and hides no other.

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

/// One index replaces the other, because each costs an entry whenever a turn is written.
const STATEMENTS: &[&str] = &[
    "CREATE INDEX turn_pool ON turn (pool, ready_at, tenant_id, target) WHERE ready_at IS NOT NULL",
    "DROP INDEX turn_ready",
];
