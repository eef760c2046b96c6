//! Bringing the schema up to date, safely with several instances starting at once.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::Store;

/// Any number: the same for every instance of Parom.
const LOCK: i64 = 0x7061_726f_6d00_0001;

/// Applies what is missing. On PostgreSQL under an advisory lock held on a second connection, because two
/// migrating instances would trip over each other's tables.
pub async fn run(store: &Store) -> Result<(), DbErr> {
    if store.is_sqlite() {
        return Migrator::up(store.write(), None).await;
    }
    let guard = store.write_tx().await?;
    let lock = Statement::from_string(store.backend(), format!("SELECT pg_advisory_xact_lock({LOCK})"));
    guard.execute_raw(lock).await?;
    // The migrations may take longer than an idle transaction is allowed to sit.
    guard.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    Migrator::up(store.write(), None).await?;
    guard.rollback().await
}

/// How many migrations are missing.
pub async fn pending(store: &Store) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations(store.write()).await?.len())
}
