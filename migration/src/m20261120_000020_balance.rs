//! The ledger by days, so that the latest are added up without reading the old.

use sea_orm_migration::prelude::*;

use crate::table::run;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, INDEX).await
    }
}

/// Costs accepts nothing: a row is new once a day, source, direction and process.
const INDEX: &str = "CREATE INDEX ledger_delta_day ON ledger_delta (tenant_id, day)";
