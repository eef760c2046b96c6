//! The schema of the first release, one file per topic.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

mod accounts;
mod history;
mod messages;
mod people;
mod processes;
mod queue;
mod sources;
mod vendor;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let topics = [
            accounts::TABLES,
            people::TABLES,
            sources::TABLES,
            messages::TABLES,
            queue::TABLES,
            history::TABLES,
            processes::TABLES,
            vendor::TABLES,
        ];
        for table in topics.into_iter().flatten() {
            table.create(manager).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            for function in [include_str!("claim_lanes.sql"), include_str!("status_waits.sql")] {
                manager.get_connection().execute_unprepared(function).await?;
            }
        }
        Ok(())
    }
}
