//! The first schema: tenants and their sources, what was said, and the queue.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::table::run;

mod messages;
mod queue;
mod tenants;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tenants::create_all(manager).await?;
        messages::create_all(manager).await?;
        queue::create_all(manager).await?;
        for index in INDEXES {
            run(manager, index).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            for table in HOT {
                run(manager, &format!("ALTER TABLE {table} SET ({STORAGE})")).await?;
            }
        }
        Ok(())
    }
}

/// At most four growing B-trees lie on the accept path: the keys of `dedupe`, `raw_hook` and `message`, and
/// `message_conversation`. Those of the queue stay small, because settled rows are deleted.
const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX source_external_id ON source (tenant_id, external_id) WHERE deleted_at IS NULL",
    "CREATE INDEX conversation_source ON conversation (tenant_id, source_id, id)",
    "CREATE INDEX message_conversation ON message (tenant_id, conversation_id, id)",
    "CREATE INDEX lane_due ON lane (tenant_id, target, due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX turn_ready ON turn (ready_at) WHERE ready_at IS NOT NULL",
];

/// Rows that are updated all the time.
const HOT: &[&str] = &["lane", "letter", "turn"];

/// Room for updates in place, and a vacuum that comes before the dead rows hurt.
const STORAGE: &str = "fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0";
