//! The schema of the first release, a file a topic.

use sea_orm_migration::prelude::*;

mod accounts;
mod history;
mod messages;
mod people;
mod processes;
mod queue;
mod sources;

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
        ];
        for table in topics.into_iter().flatten() {
            table.create(manager).await?;
        }
        Ok(())
    }

    /// On SQLite too: a process that dies meanwhile leaves no half of a schema, at which the next start would fail.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
