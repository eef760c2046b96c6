//! Ends a transaction by the result of its work.

use sea_orm::{DatabaseTransaction, DbErr};

/// Commits on success; rolls back on an error and returns it. Interrupted work leaves nothing.
pub async fn finish_tx<T, E: From<DbErr>>(tx: DatabaseTransaction, done: Result<T, E>) -> Result<T, E> {
    match done {
        Ok(value) => {
            tx.commit().await?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the relevant one; a failed rollback closes the connection anyway.
            let _ = tx.rollback().await;
            Err(error)
        }
    }
}
