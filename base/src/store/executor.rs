//! What runs statements: a connection or transaction of the driver, or one that blocks its thread
//! ([`super::BlockingTransaction`]).

use rusqlite::types::FromSql;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, TryGetable};

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

/// Runs statements.
pub trait Executor: Sync {
    type Row: Row;

    /// Runs a statement; returns its rows.
    fn query(&self, statement: Statement) -> impl Future<Output = Result<Vec<Self::Row>, DbErr>> + Send;

    /// Runs a statement; returns the number of rows that it changed.
    fn execute(&self, statement: Statement) -> impl Future<Output = Result<u64, DbErr>> + Send;
}

impl<C: ConnectionTrait> Executor for C {
    type Row = QueryResult;

    async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.query_all_raw(statement).await
    }

    async fn execute(&self, statement: Statement) -> Result<u64, DbErr> {
        Ok(self.execute_raw(statement).await?.rows_affected())
    }
}
