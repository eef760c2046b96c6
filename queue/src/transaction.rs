//! The queue's transactions: of the driver, or, for the writer on SQLite, on the writer's own thread.

use base::store::{BlockingRow, BlockingTransaction, ColumnValue, Executor, Row};
use sea_orm::{DatabaseTransaction, DbErr, QueryResult, Statement};

use super::Queue;

/// A transaction that may write.
pub enum Transaction {
    Pooled(DatabaseTransaction),
    Blocking(Box<BlockingTransaction>),
}

/// A row that it read.
pub enum TransactionRow {
    Pooled(QueryResult),
    Blocking(BlockingRow),
}

impl Queue {
    /// Begins a transaction that may write.
    pub(crate) async fn write_tx(&self) -> Result<Transaction, DbErr> {
        Ok(match &self.blocking {
            Some(connection) => Transaction::Blocking(Box::new(connection.write_tx().await?)),
            None => Transaction::Pooled(self.store.write_tx().await?),
        })
    }
}

impl Transaction {
    /// Commits. After an error the changes may have been written.
    pub async fn commit(self) -> Result<(), DbErr> {
        match self {
            Self::Pooled(tx) => tx.commit().await,
            Self::Blocking(tx) => tx.commit(),
        }
    }

    /// Undoes the changes. A failed rollback closes the connection, which undoes them as well.
    pub async fn rollback(self) {
        if let Self::Pooled(tx) = self {
            let _ = tx.rollback().await;
        }
    }
}

impl Executor for Transaction {
    type Row = TransactionRow;

    async fn query(&self, statement: Statement) -> Result<Vec<TransactionRow>, DbErr> {
        Ok(match self {
            Self::Pooled(tx) => tx.query(statement).await?.into_iter().map(TransactionRow::Pooled).collect(),
            Self::Blocking(tx) => tx.query(statement).await?.into_iter().map(TransactionRow::Blocking).collect(),
        })
    }

    async fn execute(&self, statement: Statement) -> Result<u64, DbErr> {
        match self {
            Self::Pooled(tx) => tx.execute(statement).await,
            Self::Blocking(tx) => tx.execute(statement).await,
        }
    }
}

impl Row for TransactionRow {
    fn get<T: ColumnValue>(&self, column: &str) -> Result<T, DbErr> {
        match self {
            Self::Pooled(row) => row.get(column),
            Self::Blocking(row) => row.get(column),
        }
    }
}
