//! Removes the functions of PostgreSQL that stored a message and settled a letter. No release called them. `claim_lanes` and
//! `status_waits` stay for one release more: 0.1.0, which may still run beside this version, calls them
//! (docs/decisions/0035-releases.md).

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            let unused = "DROP FUNCTION IF EXISTS accept_message, settle_message";
            manager.get_connection().execute_unprepared(unused).await?;
        }
        Ok(())
    }
}
