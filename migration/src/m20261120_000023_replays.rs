//! Undelivered letters that somebody sends again, or gives up, in great numbers.

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
            "replay",
            &["tenant_id", "id"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("id").uuid().not_null().to_owned(),
                column("action").text().not_null().to_owned(),
                column("source_id").uuid().null().to_owned(),
                column("reason").text().not_null().to_owned(),
                column("since").big_integer().not_null().to_owned(),
                column("state").text().not_null().to_owned(),
                column("total").big_integer().not_null().to_owned(),
                column("done").big_integer().not_null().to_owned(),
                column("started_by").text().not_null().to_owned(),
                column("created_at").big_integer().not_null().to_owned(),
                column("finished_at").big_integer().null().to_owned(),
                column("next_at").big_integer().null().to_owned(),
            ],
        )
        .await?;
        run(manager, INDEX).await
    }
}

const INDEX: &str = "CREATE INDEX replay_due ON replay (next_at) WHERE next_at IS NOT NULL";
