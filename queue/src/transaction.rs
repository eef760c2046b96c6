//! The queue's transactions: on PostgreSQL over connections that are kept, on SQLite on the writer's own thread, or, for
//! tasks, which may not block, of the driver.

use base::store::{BlockingTransaction, Executor, KeptTransaction};
use sea_orm::{DatabaseTransaction, DbErr};

use super::Queue;

/// A transaction that may write.
pub enum Transaction {
    Pooled(DatabaseTransaction),
    Kept(Box<KeptTransaction>),
    Blocking(Box<BlockingTransaction>),
}

impl Queue {
    /// Begins a transaction that may write.
    pub(crate) async fn write_tx(&self) -> Result<Transaction, DbErr> {
        Ok(match &self.blocking {
            Some(connection) => Transaction::Blocking(Box::new(connection.write_tx().await?)),
            None if self.store.is_sqlite() => Transaction::Pooled(self.store.write_tx().await?),
            None => Transaction::Kept(Box::new(self.store.kept().write_tx().await?)),
        })
    }
}

impl Transaction {
    /// Commits. After an error the changes may have been written.
    pub async fn commit(self) -> Result<(), DbErr> {
        match self {
            Self::Pooled(tx) => tx.commit().await,
            Self::Kept(tx) => tx.commit().await,
            Self::Blocking(tx) => tx.commit(),
        }
    }

    /// Undoes the changes. A failed rollback closes the connection, which undoes them as well.
    pub async fn rollback(self) {
        match self {
            Self::Pooled(tx) => drop(tx.rollback().await),
            Self::Kept(tx) => tx.rollback().await,
            Self::Blocking(tx) => drop(tx),
        }
    }
}

impl<'a> From<&'a Transaction> for Executor<'a> {
    fn from(tx: &'a Transaction) -> Self {
        match tx {
            Transaction::Pooled(tx) => tx.into(),
            Transaction::Kept(tx) => Self::KeptTransaction(tx),
            Transaction::Blocking(tx) => Self::Blocking(tx),
        }
    }
}
