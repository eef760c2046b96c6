//! What waits in `parked_status`: not only statuses. The version before reads and writes statuses.

use sea_orm_migration::prelude::*;

use crate::table::smallint;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The number of a status letter: all rows so far.
        smallint("kind").default("3").add_to("parked_status", manager).await
    }
}
