//! Connections to an SQLite file: their settings.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use tokio_util::sync::CancellationToken;

use super::Store;
use super::postgres::without_reaper;

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
    options.map_sqlx_sqlite_pool_opts(move |pool| {
        let pool = pool.after_release(|connection, _| Box::pin(is_outside(connection)));
        if !query_only {
            return pool;
        }
        // Counted from when the connection is lent; a reader that exceeds it is interrupted at its next step.
        pool.after_connect(|connection, _| Box::pin(cut_late(connection)))
            .before_acquire(|connection, _| Box::pin(async move { cut_late(connection).await.map(|()| true) }))
    });
    Ok(Database::connect(options).await?)
}

/// Whether a connection that was given back is outside of a transaction; else it is closed. SQLite itself ends a transaction after
/// some errors, such as a full disk. The driver's ROLLBACK then fails, and it goes on counting one: what it begins next is a
/// savepoint, which no ROLLBACK ends, so that it would keep all others from writing, and its own writes from being committed.
async fn is_outside(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // The rollback of a dropped transaction may be on its way to the connection's thread.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

async fn cut_late(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    const STEPS_BETWEEN_LOOKS: i32 = 10_000;
    let lent = std::time::Instant::now();
    let mut handle = connection.lock_handle().await?;
    handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || lent.elapsed() < READ_LIMIT);
    Ok(())
}

// Checkpoints SQLite's write-ahead log in a background task: automatic checkpoints would stall a commit, and one long
// reader would let the log grow without limit.
//
// The task checkpoints while the writer works. That alone never restarts the log, because the writer keeps appending;
// so now and then the small rest is checkpointed on the write connection itself, between two commits. SQLite syncs the
// database file only in a checkpoint that reaches the end; so earlier progress is synced here, while the writer works,
// or the writer would wait for all of it.

const EVERY: Duration = Duration::from_millis(250);

/// Pages in the log from which the checkpoint is finished on the write connection, so that the log restarts: 64 MiB.
const FINISH_PAGES: i64 = 16_384;

/// Above this the writer waits until the log is truncated.
const LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// A second connection to an SQLite database, for checkpoints.
#[derive(Clone)]
pub(super) struct CheckpointConnection {
    pub connection: DatabaseConnection,
    pub path: PathBuf,
    /// Closed after the connections: closing a file drops all locks that this process has on it (POSIX), SQLite's too.
    file: Arc<File>,
}

impl CheckpointConnection {
    pub fn open(path: &Path, connection: DatabaseConnection) -> std::io::Result<Self> {
        Ok(Self { connection, path: path.to_owned(), file: Arc::new(File::open(path)?) })
    }

    fn log(&self) -> PathBuf {
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        log.into()
    }

    /// Syncs checkpointed pages to disk.
    async fn flush(&self) -> anyhow::Result<()> {
        let file = self.file.clone();
        Ok(tokio::task::spawn_blocking(move || file.sync_data()).await??)
    }
}

/// Checkpoints the log until cancelled. Does nothing on PostgreSQL.
pub async fn keep_checkpointing(store: Store, stop: CancellationToken) {
    let Some(beside) = store.beside.clone() else {
        stop.cancelled().await;
        return;
    };
    let log = beside.log();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
        let started = std::time::Instant::now();
        let done = match std::fs::metadata(&log) {
            // On the write connection, so that no commit runs meanwhile.
            Ok(log) if log.len() > LIMIT_BYTES => fold(store.write(), "TRUNCATE").await.map_err(Into::into),
            Ok(log) if log.len() > 0 => once(&store, &beside).await,
            _ => continue,
        };
        metrics::histogram!("parom_checkpoint_seconds").record(started.elapsed());
        if let Err(error) = done {
            tracing::warn!(%error, "the database's write-ahead log could not be checkpointed; it will be retried");
        }
    }
}

/// Checkpoints once; a long log completely. Returns the pages left in the log.
async fn once(store: &Store, beside: &CheckpointConnection) -> anyhow::Result<i64> {
    let pages = fold(&beside.connection, "PASSIVE").await?;
    if pages <= FINISH_PAGES {
        return Ok(pages);
    }
    beside.flush().await?;
    // That took long, and more was written meanwhile; a second pass leaves little.
    fold(&beside.connection, "PASSIVE").await?;
    beside.flush().await?;
    Ok(fold(store.write(), "PASSIVE").await?)
}

/// Checkpoints what is possible; returns the number of pages in the log.
async fn fold(connection: &impl ConnectionTrait, mode: &str) -> Result<i64, DbErr> {
    let text = format!("PRAGMA wal_checkpoint({mode})");
    let row = connection.query_one_raw(Statement::from_string(sea_orm::DbBackend::Sqlite, text)).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(1))
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, StatementStatus};
    use sea_orm::{ConnectionTrait, DbErr};

    use crate::clock::Clock;
    use crate::config;
    use crate::store::{Store, in_transaction};

    #[tokio::test]
    async fn a_full_disk_leaves_no_transaction_open() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("parom.db").display());
        let settings =
            config::Database { url: url.into(), migrate: true, max_connections: 4, one_account_a_commit: false };
        let store = Store::open(&settings, Clock::system()).await.unwrap();
        store.write().execute_unprepared("CREATE TABLE note (text TEXT)").await.unwrap();
        store.write().execute_unprepared("PRAGMA max_page_count = 4").await.unwrap();
        let writes = async |text: &str, fails: bool| {
            in_transaction(&store, async |tx| {
                tx.execute_unprepared(&format!("INSERT INTO note VALUES ({text})")).await?;
                if fails { Err(DbErr::Custom("changed its mind".to_owned())) } else { Ok(()) }
            })
            .await
        };
        // SQLite ends this transaction itself.
        let full = writes("hex(randomblob(100000))", false).await.unwrap_err();
        assert!(full.to_string().contains("full"), "{full}");
        // A connection that still counted it would not end this one.
        store.write().execute_unprepared("PRAGMA max_page_count = 1000000").await.unwrap();
        writes("'rolled back'", true).await.unwrap_err();
        writes("'kept'", false).await.unwrap();
        let other = Connection::open(store.file().unwrap()).unwrap();
        other.execute("INSERT INTO note VALUES ('of another connection')", []).unwrap();
        let kept: i64 = other.query_row("SELECT count(*) FROM note", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 2);
    }

    /// Of this build of SQLite: `.cargo/config.toml`.
    #[test]
    fn a_read_is_prepared_once_whatever_its_limit() {
        let db = Connection::open_in_memory().unwrap();
        let mut read = db.prepare("SELECT 1 LIMIT ?1").unwrap();
        for limit in 1..=3 {
            read.query_row([limit], |_| Ok(())).unwrap();
        }
        assert_eq!(read.get_status(StatementStatus::RePrepare), 0);
    }
}
