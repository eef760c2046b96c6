//! What runs statements. One type, so that what uses it is compiled once.

use rusqlite::types::FromSql;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult, RuntimeErr, Statement,
    TransactionOptions, TransactionTrait, TryGetable,
};

use super::{BlockingRow, BlockingTransaction, KeptConnections, KeptTransaction};
use crate::supervisor::detach;

/// A value of a column, whichever way its row was read.
pub trait ColumnValue: TryGetable + FromSql {}

impl<T: TryGetable + FromSql> ColumnValue for T {}

/// A row that was read.
pub trait Row: Send {
    /// The value of the column with this name.
    fn get<T: ColumnValue>(&self, column: &str) -> Result<T, DbErr>;
}

impl Row for QueryResult {
    fn get<T: ColumnValue>(&self, column: &str) -> Result<T, DbErr> {
        self.try_get("", column)
    }
}

/// A row that an [`Executor`] read.
pub enum ResultRow {
    Driver(QueryResult),
    Blocking(BlockingRow),
}

impl Row for ResultRow {
    fn get<T: ColumnValue>(&self, column: &str) -> Result<T, DbErr> {
        match self {
            Self::Driver(row) => row.get(column),
            Self::Blocking(row) => row.get(column),
        }
    }
}

impl ResultRow {
    /// The row as the driver read it, for entities.
    ///
    /// # Errors
    /// If it was read on the writer's thread.
    pub fn of_driver(self) -> Result<QueryResult, DbErr> {
        match self {
            Self::Driver(row) => Ok(row),
            Self::Blocking(_) => Err(DbErr::Type("the writer's thread reads no entities".into())),
        }
    }
}

/// Runs statements: over any connection of the driver, one that is kept, in a transaction of either, or in one that blocks
/// its thread.
#[derive(Clone, Copy)]
pub enum Executor<'a> {
    Connection(&'a DatabaseConnection),
    Kept(&'a KeptConnections),
    Transaction(&'a DatabaseTransaction),
    KeptTransaction(&'a KeptTransaction),
    Blocking(&'a BlockingTransaction),
}

impl Executor<'_> {
    /// Runs a statement; returns its rows.
    pub async fn query(self, statement: Statement) -> Result<Vec<ResultRow>, DbErr> {
        let rows = match self {
            Self::Connection(db) => db.query_all_raw(statement).await?,
            Self::Kept(db) => db.query(statement).await?,
            Self::Transaction(tx) => tx.query_all_raw(statement).await?,
            Self::KeptTransaction(tx) => tx.query(statement).await?,
            Self::Blocking(tx) => return Ok(tx.query(&statement)?.into_iter().map(ResultRow::Blocking).collect()),
        };
        Ok(rows.into_iter().map(ResultRow::Driver).collect())
    }

    /// Runs a statement; returns the number of rows that it changed.
    pub async fn execute(self, statement: Statement) -> Result<u64, DbErr> {
        match self {
            Self::Connection(db) => Ok(db.execute_raw(statement).await?.rows_affected()),
            Self::Kept(db) => db.execute(statement).await,
            Self::Transaction(tx) => Ok(tx.execute_raw(statement).await?.rows_affected()),
            Self::KeptTransaction(tx) => tx.execute(statement).await,
            Self::Blocking(tx) => tx.execute(&statement),
        }
    }
}

macro_rules! executors {
    ($($variant:ident of $type:ty),+ $(,)?) => {$(
        impl<'a> From<&'a $type> for Executor<'a> {
            fn from(db: &'a $type) -> Self {
                Self::$variant(db)
            }
        }
    )+};
}

executors!(
    Connection of DatabaseConnection,
    Kept of KeptConnections,
    Transaction of DatabaseTransaction,
    KeptTransaction of KeptTransaction,
    Blocking of BlockingTransaction,
);

/// Begins a transaction. The caller may give up at any time: on PostgreSQL a cancelled BEGIN would return its connection to the
/// pool inside a transaction that is never ended (sqlx#4393), so it is always completed there, and rolled back if it is no
/// longer wanted.
#[expect(clippy::disallowed_methods, reason = "the one home of begin")]
pub(super) async fn begin(
    connections: &DatabaseConnection,
    options: TransactionOptions,
) -> Result<DatabaseTransaction, DbErr> {
    if connections.get_database_backend() == DbBackend::Sqlite {
        return connections.begin_with_options(options).await;
    }
    let connections = connections.clone();
    let begun = detach("begin", async move { connections.begin_with_options(options).await }).await;
    begun.unwrap_or_else(|ended| Err(DbErr::Conn(RuntimeErr::Internal(ended.to_string()))))
}

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
