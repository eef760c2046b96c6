//! Calls of functions that the migrations create in PostgreSQL.

use base::store::{Executor, Store};
use sea_orm::{DbErr, QueryResult, Statement, Value};

use super::gave_up;

/// A call with named arguments. All calls of a function have the same text, so each connection plans it once.
pub(crate) struct FunctionCall {
    function: &'static str,
    arguments: Vec<String>,
    values: Vec<Value>,
}

impl FunctionCall {
    pub fn of(function: &'static str) -> Self {
        Self { function, arguments: Vec::new(), values: Vec::new() }
    }

    /// Adds an argument. A value may be NULL.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self.arguments.push(format!("{name} => ${}", self.values.len()));
        self
    }

    /// Adds an argument that is an expression.
    pub fn with_expression(mut self, name: &'static str, expression: &str) -> Self {
        self.arguments.push(format!("{name} => {expression}"));
        self
    }

    /// Calls it in a transaction of its own and returns `columns` of its row, which is named `answer`, beside what
    /// `further` adds to the FROM clause. `None` if the function gave up: nothing is changed.
    pub async fn run(self, store: &Store, columns: &str, further: &str) -> Result<Option<QueryResult>, DbErr> {
        let text = format!("SELECT {columns} FROM {}({}) AS answer{further}", self.function, self.arguments.join(", "));
        match store.kept().query(Statement::from_sql_and_values(store.backend(), text, self.values)).await {
            Ok(rows) => match rows.into_iter().next() {
                Some(row) => Ok(Some(row)),
                None => Err(DbErr::RecordNotFound(format!("{} returned no row", self.function))),
            },
            Err(error) if gave_up(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
