//! Checkpoints SQLite's write-ahead log in a background task: automatic checkpoints would stall a commit, and one long
//! reader would let the log grow without limit.
//!
//! The task checkpoints while the writer works. That alone never restarts the log, because the writer keeps appending;
//! so now and then the small rest is checkpointed on the write connection itself, between two commits. SQLite syncs the
//! database file only in a checkpoint that reaches the end; so earlier progress is synced here, while the writer works,
//! or the writer would wait for all of it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use tokio_util::sync::CancellationToken;

use super::Store;

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
pub async fn run(store: Store, stop: CancellationToken) {
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
