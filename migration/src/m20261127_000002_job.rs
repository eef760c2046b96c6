//! The table of work that outlives its process, and the lines in a proof of erasure whose webhooks could not be removed. Calls
//! that belong to no account here lose their texts, which are no longer stored. The version before works beside it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::table::{Table, bigint, blob, integer, tenant_table, text};

const JOB: Table = tenant_table("job", &["kind", "key"])
    .columns(&[
        text("kind"),
        text("key"),
        text("payload"),
        blob("sealed").null(),
        integer("tries"),
        bigint("next_try_at").null(),
        bigint("created_at"),
    ])
    .indexes(&["CREATE INDEX job_due ON job (next_try_at)"]);

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        JOB.create(manager).await?;
        text("lines").null().add_to("erasure", manager).await?;
        let nothing = if manager.get_database_backend() == DbBackend::Sqlite { "x''" } else { "''::bytea" };
        let of_no_account = format!(
            "UPDATE raw_hook SET body = {nothing} \
             WHERE quarantine IN ('unknown_line', 'unknown_scope', 'foreign_account')"
        );
        manager.get_connection().execute_unprepared(&of_no_account).await?;
        Ok(())
    }
}
