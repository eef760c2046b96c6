//! Several statements as one: on PostgreSQL, where each is an expression of a common statement and this is one round
//! trip.

use base::store::{Executor, Row, Store};
use sea_orm::{DbErr, RuntimeErr, Statement, Value};

use super::{RowsForm, Write};

/// The writes as expressions `w0`, `w1`, … of one PostgreSQL statement, and their values.
pub(super) fn expressions(store: &Store, writes: impl Iterator<Item = Write>) -> (Vec<String>, Vec<Value>) {
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    for (place, write) in writes.enumerate() {
        let (text, more) = write.rows.in_postgres(store, &write.body, values.len() + 1, "", RowsForm::Arrays);
        values.extend(more);
        parts.push(format!("w{place} AS ({text})"));
    }
    (parts, values)
}

/// Whether a statement gave up by dividing by zero (SQLSTATE 22012), which undoes all of it.
pub fn gave_up(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error else {
        return false;
    };
    inner.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "22012")
}

/// Statements as expressions `w0`, `w1`, … of one PostgreSQL statement.
pub struct Expressions {
    values: Vec<Value>,
    parts: Vec<String>,
    /// Of those without a name of their own.
    count: usize,
    form: RowsForm,
}

impl Expressions {
    /// With values that all of them may read as `$1`, `$2`, …. `form`: of all their rows.
    pub fn new(form: RowsForm, values: impl IntoIterator<Item = Value>) -> Self {
        Self { values: values.into_iter().collect(), parts: Vec::new(), count: 0, form }
    }

    /// Adds the next one. `filter`: a WHERE clause for all its rows; empty for none.
    pub fn add(&mut self, store: &Store, write: Write, filter: &str) {
        let name = format!("w{}", self.count);
        self.count += 1;
        self.add_as(&name, store, write, filter);
    }

    /// Adds one with a name of its own.
    pub fn add_as(&mut self, name: &str, store: &Store, write: Write, filter: &str) {
        let (text, more) = write.rows.in_postgres(store, &write.body, self.values.len() + 1, filter, self.form);
        self.values.extend(more);
        self.parts.push(format!("{name} AS ({text})"));
    }

    /// Runs them; returns the value of `result`, an integer expression.
    pub async fn run(self, db: &impl Executor, store: &Store, result: &str) -> Result<i64, DbErr> {
        let rows = self.fetch(db, store, result, "").await?;
        rows.first().ok_or_else(|| DbErr::RecordNotFound("an answer".into()))?.get("result")
    }

    /// Runs them; returns rows with `result` and what `rest` selects beside it.
    pub async fn fetch<E: Executor>(
        self,
        db: &E,
        store: &Store,
        result: &str,
        rest: &str,
    ) -> Result<Vec<E::Row>, DbErr> {
        let text = format!("WITH {} SELECT ({result})::bigint AS result{rest}", self.parts.join(", "));
        db.query(Statement::from_sql_and_values(store.backend(), text, self.values)).await
    }
}
