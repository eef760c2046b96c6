//! Work that one process does for all, and how far it has come.

use sea_orm_migration::prelude::*;

use crate::table::{column, create};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "chore",
            &["tenant_id", "name"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("name").text().not_null().to_owned(),
                column("owner").uuid().not_null().to_owned(),
                column("leased_until").big_integer().not_null().to_owned(),
                column("done_at").big_integer().not_null().to_owned(),
            ],
        )
        .await
    }
}
