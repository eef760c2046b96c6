//! Bringing the schema up to date, safely with several instances starting at once.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::Store;

/// A table of one row that is locked while somebody migrates: also databases without advisory locks have it.
const GUARD: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS migration_guard (id integer PRIMARY KEY)",
    "INSERT INTO migration_guard (id) VALUES (1) ON CONFLICT DO NOTHING",
];
/// Instances that make the table at once may trip over each other.
const TRIES: u32 = 5;

/// Applies what is missing. On PostgreSQL under a lock held on a second connection, because two migrating instances would
/// trip over each other's tables.
pub async fn run(store: &Store) -> Result<(), DbErr> {
    if store.is_sqlite() {
        return Migrator::up(store.write(), None).await;
    }
    let mut tries = 0;
    while let Err(error) = make_guard(store).await {
        tries += 1;
        if tries >= TRIES {
            return Err(error);
        }
    }
    let guard = store.write_tx().await?;
    // The migrations may take longer than an idle transaction is allowed to sit.
    guard.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    let lock = Statement::from_string(store.backend(), "SELECT id FROM migration_guard WHERE id = 1 FOR UPDATE");
    guard.query_one_raw(lock).await?;
    Migrator::up(store.write(), None).await?;
    guard.rollback().await
}

async fn make_guard(store: &Store) -> Result<(), DbErr> {
    for statement in GUARD {
        store.write().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// How many migrations are missing.
pub async fn pending(store: &Store) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations(store.write()).await?.len())
}
