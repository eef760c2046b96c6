//! Migrates the schema, safely with several instances starting at once.

use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::{Search, Store, finish_tx};
pub use migration::Error as MigrateError;

/// A table with one row, locked during a migration: works on databases without advisory locks too.
const GUARD: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS migration_guard (id integer PRIMARY KEY)",
    "INSERT INTO migration_guard (id) VALUES (1) ON CONFLICT DO NOTHING",
];
/// Instances that create the table concurrently may conflict.
const TRIES: u32 = 5;

/// Applies pending migrations; refuses a database that has those of another version. On PostgreSQL under a lock held on
/// a second connection, because concurrent migrations would conflict.
pub async fn run(store: &Store) -> Result<(), MigrateError> {
    up(store, None).await
}

/// Brings an empty database to the schema with these migrations, oldest first.
pub async fn run_to(store: &Store, applied: &[String]) -> Result<(), MigrateError> {
    up(store, Some(migration::steps(applied)?)).await
}

/// Errors if this version does not know one of these migrations.
pub fn check(applied: &[String]) -> Result<(), MigrateError> {
    migration::steps(applied).map(drop)
}

async fn up(store: &Store, steps: Option<u32>) -> Result<(), MigrateError> {
    if store.is_sqlite() {
        return migration::up(store.write(), steps).await;
    }
    let mut tries = 0;
    while let Err(error) = make_guard(store).await {
        tries += 1;
        if tries >= TRIES {
            return Err(error.into());
        }
    }
    let guard = store.write_tx().await?;
    // The migrations may take longer than the time limit for idle transactions.
    guard.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    let lock = Statement::from_string(store.backend(), "SELECT id FROM migration_guard WHERE id = 1 FOR UPDATE");
    guard.query_one_raw(lock).await?;
    migration::up(store.write(), steps).await?;
    Ok(guard.rollback().await?)
}

async fn make_guard(store: &Store) -> Result<(), DbErr> {
    for statement in GUARD {
        store.write().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Moves what processes of the version before left behind in columns that are jobs now: times up to this one (milliseconds
/// since 1970), which a process that still works on them would have moved on. Returns for how many accounts.
pub async fn move_jobs(store: &Store, until: i64) -> Result<usize, DbErr> {
    let mut accounts = 0;
    for moved in &migration::MOVED {
        let search = Search { tables: &[moved.table()], columns: None };
        let found = Statement::from_string(store.backend(), moved.accounts(until));
        for row in store.search(store.read(), found, search).await? {
            let which = moved.of_account(store.backend(), row.try_get("", "tenant_id")?, until);
            let tx = store.write_tx().await?;
            let done = async {
                for statement in moved.statements(store.backend(), &which) {
                    tx.execute_unprepared(&statement).await?;
                }
                Ok::<_, DbErr>(())
            };
            let done = done.await;
            finish_tx(tx, done).await?;
            accounts += 1;
        }
    }
    Ok(accounts)
}

/// The number of pending migrations.
pub async fn pending(store: &Store) -> Result<usize, MigrateError> {
    migration::pending(store.write()).await
}
