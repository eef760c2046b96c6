//! Due times of many tables become rows of `job` (`moved.rs`). The version before works beside it: what it writes into its
//! columns is moved as well, once no process of that version works on it.

use sea_orm_migration::prelude::*;

use crate::moved::MOVED;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for moved in &MOVED {
            for statement in moved.statements(manager.get_database_backend(), &moved.any()) {
                manager.get_connection().execute_unprepared(&statement).await?;
            }
        }
        Ok(())
    }
}
