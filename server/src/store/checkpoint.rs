//! SQLite's write-ahead log is folded back by a task of ours: automatic checkpoints would stall a commit, and one
//! long reader would let the log grow without end.
//!
//! The task folds beside the writer. That alone never lets the log begin anew, because the writer keeps appending while
//! it is folded; so now and then the small rest is folded on the write connection itself, between two commits.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbErr, Statement};
use tokio_util::sync::CancellationToken;

use super::Store;

const EVERY: Duration = Duration::from_millis(250);

/// Pages in the log from which on the writer is asked for a moment, so that the log begins anew: 16 MiB.
const FINISH_PAGES: i64 = 4096;

/// Above this the writer waits until the log was cut.
const LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// Folds the log back until cancelled. Returns at once on PostgreSQL.
pub async fn run(store: Store, stop: CancellationToken) {
    let (Some(connection), Some(file)) = (store.checkpoint.clone(), store.file.clone()) else { return };
    let wal = file.with_extension(match file.extension() {
        Some(extension) => format!("{}-wal", extension.to_string_lossy()),
        None => "-wal".to_owned(),
    });
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
        let started = std::time::Instant::now();
        let done = match std::fs::metadata(&wal) {
            // On the write connection, so that no commit runs meanwhile.
            Ok(log) if log.len() > LIMIT_BYTES => fold(store.write(), "TRUNCATE").await,
            Ok(log) if log.len() > 0 => match fold(&connection, "PASSIVE").await {
                Ok(pages) if pages > FINISH_PAGES => fold(store.write(), "PASSIVE").await,
                done => done,
            },
            _ => continue,
        };
        metrics::histogram!("parom_checkpoint_seconds").record(started.elapsed());
        if let Err(error) = done {
            tracing::warn!(%error, "the database log could not be folded back; it is tried again");
        }
    }
}

/// Folds what can be folded; gives how many pages the log holds.
async fn fold(connection: &impl ConnectionTrait, mode: &str) -> Result<i64, DbErr> {
    let text = format!("PRAGMA wal_checkpoint({mode})");
    let row = connection.query_one_raw(Statement::from_string(sea_orm::DbBackend::Sqlite, text)).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(1))
}
