//! An account's country, for phone numbers that are written without one. Empty until amoCRM reports it again.

use sea_orm_migration::prelude::*;

use crate::table::text;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        text("country").default("''").add_to("tenant", manager).await
    }
}
