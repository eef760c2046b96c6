//! History imports: their rows, the messages that wait, and the lines that were not taken.

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
            "import",
            &["tenant_id", "id"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("id").uuid().not_null().to_owned(),
                column("source_id").uuid().not_null().to_owned(),
                column("target").uuid().not_null().to_owned(),
                column("state").small_integer().not_null().to_owned(),
                column("dry_run").boolean().not_null().to_owned(),
                column("newest_loud").boolean().not_null().to_owned(),
                column("file_name").text().not_null().to_owned(),
                column("total").big_integer().not_null().to_owned(),
                column("chats").big_integer().not_null().to_owned(),
                column("leads_expected").big_integer().not_null().to_owned(),
                column("done").big_integer().not_null().to_owned(),
                column("duplicates").big_integer().not_null().to_owned(),
                column("skipped").big_integer().not_null().to_owned(),
                column("tokens").big_integer().not_null().to_owned(),
                column("refilled_at").big_integer().not_null().to_owned(),
                column("gives_way").boolean().not_null().to_owned(),
                column("epoch").big_integer().not_null().to_owned(),
                column("next_at").big_integer().null().to_owned(),
                column("failure").text().not_null().to_owned(),
                column("created_at").big_integer().not_null().to_owned(),
                column("finished_at").big_integer().null().to_owned(),
            ],
        )
        .await?;
        create(
            manager,
            "import_line",
            &["tenant_id", "import_id", "external_id"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("import_id").uuid().not_null().to_owned(),
                column("external_id").text().not_null().to_owned(),
                column("line").big_integer().not_null().to_owned(),
                column("conversation_id").text().not_null().to_owned(),
                column("sent_at").big_integer().not_null().to_owned(),
                column("message_id").uuid().not_null().to_owned(),
                column("text").text().not_null().to_owned(),
                column("accepted").boolean().not_null().to_owned(),
            ],
        )
        .await?;
        create(
            manager,
            "import_skip",
            &["tenant_id", "import_id", "line"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("import_id").uuid().not_null().to_owned(),
                column("line").big_integer().not_null().to_owned(),
                column("reason").text().not_null().to_owned(),
            ],
        )
        .await?;
        for statement in INDEXES {
            run(manager, statement).await?;
        }
        Ok(())
    }
}

const INDEXES: &[&str] = &[
    // Chat by chat, oldest first: what the next page is read by, however large the file.
    "CREATE INDEX import_line_order ON import_line (tenant_id, import_id, accepted, conversation_id, sent_at, line)",
    // One import a channel runs at a time (2 is `running`).
    "CREATE UNIQUE INDEX import_running ON import (tenant_id, target) WHERE state = 2",
    // The worker looks for what is due in all accounts.
    "CREATE INDEX import_due ON import (next_at) WHERE next_at IS NOT NULL",
];
