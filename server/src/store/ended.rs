//! How a transaction ends: as its work did.

use sea_orm::{DatabaseTransaction, DbErr};

/// Commits what went well; rolls back what did not and gives its error. Work that broke off half-way leaves nothing.
pub async fn ended<T, E: From<DbErr>>(tx: DatabaseTransaction, done: Result<T, E>) -> Result<T, E> {
    match done {
        Ok(value) => {
            tx.commit().await?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one worth telling; a failed rollback ends the connection anyway.
            let _ = tx.rollback().await;
            Err(error)
        }
    }
}
