//! Files that messages carry.

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
            "media",
            &["tenant_id", "id"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("id").uuid().not_null().to_owned(),
                column("source_id").uuid().not_null().to_owned(),
                column("message_id").uuid().not_null().to_owned(),
                column("direction").small_integer().not_null().to_owned(),
                column("kind").small_integer().not_null().to_owned(),
                column("state").small_integer().not_null().to_owned(),
                column("origin").blob().not_null().to_owned(),
                column("file_name").text().not_null().to_owned(),
                column("mime_type").text().not_null().to_owned(),
                column("size").big_integer().not_null().to_owned(),
                column("checksum").text().not_null().to_owned(),
                column("failure").text().not_null().to_owned(),
                column("tries").integer().not_null().to_owned(),
                column("epoch").integer().not_null().to_owned(),
                column("leased").boolean().not_null().to_owned(),
                column("next_try_at").big_integer().null().to_owned(),
                column("created_at").big_integer().not_null().to_owned(),
                column("kept_at").big_integer().null().to_owned(),
                column("day").integer().not_null().to_owned(),
            ],
        )
        .await?;
        for statement in INDEXES {
            run(manager, statement).await?;
        }
        Ok(())
    }
}

/// Keys of a tenant's table begin with its id; the last two serve background work over all tenants.
const INDEXES: &[&str] = &[
    "CREATE INDEX media_message ON media (tenant_id, message_id)",
    "CREATE INDEX media_wanted ON media (next_try_at) WHERE next_try_at IS NOT NULL",
    "CREATE INDEX media_day ON media (day)",
];
