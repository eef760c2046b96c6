//! Limits that protect others from one caller: shared rate limits, what accounts store, the trust in an install call, and
//! the size of an import's file.

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
            "pace",
            &["tenant_id", "key"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("key").text().not_null().to_owned(),
                column("whole_at").big_integer().not_null().to_owned(),
            ],
        )
        .await?;
        create(
            manager,
            "account_usage",
            &["tenant_id", "day"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("day").integer().not_null().to_owned(),
                column("messages").big_integer().not_null().to_owned(),
                column("hooks").big_integer().not_null().to_owned(),
            ],
        )
        .await?;
        for statement in STATEMENTS {
            run(manager, statement).await?;
        }
        Ok(())
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE install_call ADD COLUMN trust SMALLINT NOT NULL DEFAULT 0",
    "ALTER TABLE install_call ADD COLUMN network TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX install_call_due ON install_call (tenant_id, status, next_at)",
    "ALTER TABLE import ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0",
];
