//! Letters about alerts: when the next one is due, who takes an alert on, and who wants letters.

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
            "alert_reader",
            &["tenant_id", "person_id"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("person_id").uuid().not_null().to_owned(),
                column("wants_letters").boolean().not_null().to_owned(),
                column("without").text().not_null().to_owned(),
                column("email").text().not_null().to_owned(),
                column("updated_at").big_integer().not_null().to_owned(),
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
    "ALTER TABLE alert ADD COLUMN letter_at BIGINT",
    "ALTER TABLE alert ADD COLUMN letters INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE alert ADD COLUMN lettered_at BIGINT",
    "ALTER TABLE alert ADD COLUMN taken_by TEXT NOT NULL DEFAULT ''",
    // The worker of letters looks for what is due in all accounts.
    "CREATE INDEX alert_letter ON alert (letter_at) WHERE letter_at IS NOT NULL",
];
