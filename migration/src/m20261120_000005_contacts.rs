//! Conversations that a manager begins, and the contact of the CRM that a chat hangs on.

use sea_orm_migration::prelude::*;

use crate::table::{column, create, run};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in COLUMNS {
            run(manager, statement).await?;
        }
        create(
            manager,
            "contact_task",
            &["tenant_id", "conversation_id"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("conversation_id").uuid().not_null().to_owned(),
                column("tries").integer().not_null().to_owned(),
                column("making").boolean().not_null().to_owned(),
                column("next_try_at").big_integer().not_null().to_owned(),
                column("created_at").big_integer().not_null().to_owned(),
            ],
        )
        .await?;
        for statement in INDEXES {
            run(manager, statement).await?;
        }
        Ok(())
    }
}

const COLUMNS: &[&str] = &[
    "ALTER TABLE conversation ADD COLUMN crm_person_id text NOT NULL DEFAULT ''",
    "ALTER TABLE conversation ADD COLUMN crm_unbound boolean NOT NULL DEFAULT false",
    "ALTER TABLE conversation ADD COLUMN awaited text NOT NULL DEFAULT ''",
    "ALTER TABLE conversation ADD COLUMN shared smallint NOT NULL DEFAULT 0",
    "ALTER TABLE conversation ADD COLUMN contact_id bigint NOT NULL DEFAULT 0",
    "ALTER TABLE conversation ADD COLUMN contact_name text NOT NULL DEFAULT ''",
    "ALTER TABLE conversation ADD COLUMN contact_why text NOT NULL DEFAULT ''",
    "ALTER TABLE conversation ADD COLUMN contact_seen_at bigint NOT NULL DEFAULT 0",
];

/// The last one serves background work over all tenants.
const INDEXES: &[&str] = &[
    "CREATE INDEX conversation_awaited ON conversation (tenant_id, source_id, awaited) WHERE awaited <> ''",
    "CREATE INDEX contact_task_due ON contact_task (next_try_at)",
];
