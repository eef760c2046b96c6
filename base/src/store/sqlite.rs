//! Connections to an SQLite file: their settings.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use super::reaper::without_reaper;

/// The settings of [`connect`] for the connection that blocks its thread.
pub(super) const BLOCKING_SETTINGS: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; \
     PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32000; PRAGMA temp_store = memory";

const READ_LIMIT: Duration = Duration::from_secs(5);

/// Creates a missing database file readable by its owner only; SQLite gives its other files the same mode. An error
/// here shows when the file is opened.
pub(super) fn create_private(path: &std::path::Path) {
    use std::os::unix::fs::OpenOptionsExt;
    let _ = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
}

/// Connections to the database file.
pub(super) async fn connect(url: &str, connections: u32, query_only: bool) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(connections)
        .acquire_timeout(Duration::from_secs(if query_only { 5 } else { 30 }))
        .sqlx_logging(false)
        // A connection of this process does not end by itself; asking first would be a hand-over to its thread and back.
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .create_if_missing(!query_only)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(false)
                .statement_cache_capacity(512)
                .pragma("wal_autocheckpoint", "0")
                .pragma("cache_size", "-32000")
                // The journals of multi-row statements; as files they are as many bytes as the log itself.
                .pragma("temp_store", "memory")
                .pragma("query_only", if query_only { "ON" } else { "OFF" })
        });
    without_reaper(&mut options);
    if query_only {
        // Counted from when the connection is lent; a reader that exceeds it is interrupted at its next step.
        options.map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_connect(|connection, _| Box::pin(cut_late(connection)))
                .before_acquire(|connection, _| Box::pin(async move { cut_late(connection).await.map(|()| true) }))
        });
    }
    Ok(Database::connect(options).await?)
}

async fn cut_late(connection: &mut sea_orm::sqlx::SqliteConnection) -> Result<(), sea_orm::sqlx::Error> {
    const STEPS_BETWEEN_LOOKS: i32 = 10_000;
    let lent = std::time::Instant::now();
    let mut handle = connection.lock_handle().await?;
    handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || lent.elapsed() < READ_LIMIT);
    Ok(())
}
