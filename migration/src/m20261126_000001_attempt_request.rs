//! What a failed attempt sent, masked. The version before leaves it out of its rows.

use sea_orm_migration::prelude::*;

use crate::table::text;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        text("request").null().add_to("attempt", manager).await
    }
}
