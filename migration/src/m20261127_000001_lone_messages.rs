//! Functions of PostgreSQL that store a message and settle a letter (docs/decisions/0047-a-lone-message-calls-a-function.md).
//! The version before does without them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            for function in [include_str!("accept_message.sql"), include_str!("settle_message.sql")] {
                manager.get_connection().execute_unprepared(function).await?;
            }
        }
        Ok(())
    }
}
