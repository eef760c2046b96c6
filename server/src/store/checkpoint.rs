//! SQLite's write-ahead log is folded back by a task of ours: automatic checkpoints would stall a commit, and one
//! long reader would let the log grow without end.
//!
//! The task folds beside the writer. That alone never lets the log begin anew, because the writer keeps appending while
//! it is folded; so now and then the small rest is folded on the write connection itself, between two commits. SQLite
//! flushes the database's file in a fold that reaches the end alone; so what was folded before is flushed here, beside the
//! writer, or the writer would wait for all of it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use tokio_util::sync::CancellationToken;

use super::Store;

const EVERY: Duration = Duration::from_millis(250);

/// Pages in the log from which on the writer is asked for a moment, so that the log begins anew: 64 MiB.
const FINISH_PAGES: i64 = 16_384;

/// Above this the writer waits until the log was cut.
const LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// An SQLite database beside its writer.
#[derive(Clone)]
pub(super) struct Beside {
    pub connection: DatabaseConnection,
    pub path: PathBuf,
    /// Closed after the connections: whoever closes a file drops all locks that this process has on it (POSIX), SQLite's too.
    file: Arc<File>,
}

impl Beside {
    pub fn open(path: &Path, connection: DatabaseConnection) -> std::io::Result<Self> {
        Ok(Self { connection, path: path.to_owned(), file: Arc::new(File::open(path)?) })
    }

    fn log(&self) -> PathBuf {
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        log.into()
    }

    /// Flushes what was folded.
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
            tracing::warn!(%error, "the database log could not be folded back; it is tried again");
        }
    }
}

/// Folds once; when the log is long, to its end.
async fn once(store: &Store, beside: &Beside) -> anyhow::Result<i64> {
    let pages = fold(&beside.connection, "PASSIVE").await?;
    if pages <= FINISH_PAGES {
        return Ok(pages);
    }
    beside.flush().await?;
    // That took long, and much came meanwhile; the second leaves little.
    fold(&beside.connection, "PASSIVE").await?;
    beside.flush().await?;
    Ok(fold(store.write(), "PASSIVE").await?)
}

/// Folds what can be folded; gives how many pages the log holds.
async fn fold(connection: &impl ConnectionTrait, mode: &str) -> Result<i64, DbErr> {
    let text = format!("PRAGMA wal_checkpoint({mode})");
    let row = connection.query_one_raw(Statement::from_string(sea_orm::DbBackend::Sqlite, text)).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(1))
}
