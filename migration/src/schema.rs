//! The tables of the first release.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

mod accounts;
mod messages;
mod queue;
mod sources;

/// Makes them.
pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for table in [accounts::TABLES, sources::TABLES, messages::TABLES, queue::TABLES].into_iter().flatten() {
        table.create(manager).await?;
    }
    if manager.get_database_backend() == DbBackend::Postgres {
        for function in [include_str!("claim_lanes.sql"), include_str!("status_waits.sql")] {
            manager.get_connection().execute_unprepared(function).await?;
        }
    }
    Ok(())
}
