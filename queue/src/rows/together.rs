//! Several statements as one: on PostgreSQL, where each is an expression of a common statement and this is one round
//! trip.

use base::store::Store;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, RuntimeErr, Statement, Value};

use super::Write;

/// The writes as expressions `w0`, `w1`, … of one PostgreSQL statement, and their values.
pub(super) fn expressions(store: &Store, writes: impl Iterator<Item = Write>) -> (Vec<String>, Vec<Value>) {
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    for (place, write) in writes.enumerate() {
        let (text, more) = write.rows.in_postgres(store, &write.body, values.len() + 1, "");
        values.extend(more);
        parts.push(format!("w{place} AS ({text})"));
    }
    (parts, values)
}

/// Runs `keys`, which inserts as many rows as it has or none, then each of `locking` after the one before it, and
/// `others` in any order: one PostgreSQL statement, which is its own transaction. Each may read those before it as
/// `w0`, `w1`, …, and returns at least one column. False, with nothing changed, if `keys` inserted no row although it
/// has some.
///
/// # Errors
/// If the database refuses it, and if `keys` inserted some of its rows only (SQLSTATE 22012); nothing is changed then.
pub async fn write_all_or_nothing(
    db: &impl ConnectionTrait,
    store: &Store,
    keys: Write,
    locking: impl IntoIterator<Item = Write>,
    others: impl IntoIterator<Item = Write>,
) -> Result<bool, DbErr> {
    let count = keys.len();
    let mut statement = Expressions::new([count.into()]);
    statement.add(store, keys, "");
    let all_are_new = "(SELECT count(*) FROM w0) = $1::bigint";
    // Reading an expression makes PostgreSQL run it first. What none reads is run from the last to the first, so the others
    // must read the last of the locking ones: else they would lock their rows before the turns.
    let after = |place: usize| format!(" WHERE {all_are_new} AND (SELECT count(*) FROM w{place}) >= 0");
    let mut last = 0;
    for write in locking {
        statement.add(store, write, &after(last));
        last += 1;
    }
    for write in others {
        statement.add(store, write, &after(last));
    }
    let stored = format!(
        "CASE WHEN {all_are_new} THEN 1 WHEN (SELECT count(*) FROM w0) = 0 THEN 0 \
         ELSE 1 / ((SELECT count(*) FROM w0) - (SELECT count(*) FROM w0)) END"
    );
    Ok(statement.run(db, store, &stored).await? == 1)
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
}

impl Expressions {
    /// With values that all of them may read as `$1`, `$2`, ….
    pub fn new(values: impl IntoIterator<Item = Value>) -> Self {
        Self { values: values.into_iter().collect(), parts: Vec::new() }
    }

    /// Adds the next one. `filter`: a WHERE clause for all its rows; empty for none.
    pub fn add(&mut self, store: &Store, write: Write, filter: &str) {
        let (text, more) = write.rows.in_postgres(store, &write.body, self.values.len() + 1, filter);
        self.values.extend(more);
        self.parts.push(format!("w{} AS ({text})", self.parts.len()));
    }

    /// Runs them; returns the value of `result`, an integer expression.
    pub async fn run(self, db: &impl ConnectionTrait, store: &Store, result: &str) -> Result<i64, DbErr> {
        let rows = self.fetch(db, store, result, "").await?;
        rows.first().ok_or_else(|| DbErr::RecordNotFound("an answer".into()))?.try_get("", "result")
    }

    /// Runs them; returns rows with `result` and what `rest` selects beside it.
    pub async fn fetch(
        self,
        db: &impl ConnectionTrait,
        store: &Store,
        result: &str,
        rest: &str,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let text = format!("WITH {} SELECT ({result})::bigint AS result{rest}", self.parts.join(", "));
        db.query_all_raw(Statement::from_sql_and_values(store.backend(), text, self.values)).await
    }
}
