//! SQLite's write-ahead log is folded back by a task of ours: automatic checkpoints would stall a commit, and one
//! long reader would let the log grow without end.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbErr, Statement};
use tokio_util::sync::CancellationToken;

use super::Store;

const EVERY: Duration = Duration::from_millis(250);

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
        let done = match std::fs::metadata(&wal) {
            Ok(log) if log.len() > LIMIT_BYTES => truncate(&store).await,
            Ok(log) if log.len() > 0 => pragma(&connection, "PASSIVE").await,
            _ => Ok(()),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the database log could not be folded back; it is tried again");
        }
    }
}

/// On the write connection itself, so that no commit runs meanwhile.
async fn truncate(store: &Store) -> Result<(), DbErr> {
    pragma(store.write(), "TRUNCATE").await
}

async fn pragma(connection: &impl ConnectionTrait, mode: &str) -> Result<(), DbErr> {
    let text = format!("PRAGMA wal_checkpoint({mode})");
    connection.query_one_raw(Statement::from_string(sea_orm::DbBackend::Sqlite, text)).await.map(|_| ())
}
