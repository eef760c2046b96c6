//! Several statements in one round trip.

use base::store::Store;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};

use super::Write;

/// Runs statements that neither see each other's changes nor change the same row: in one round trip on PostgreSQL,
/// where each is an expression of one statement, and one after the other on SQLite, which has no round trips.
pub async fn write_batch(
    db: &impl ConnectionTrait,
    store: &Store,
    writes: impl IntoIterator<Item = Write>,
) -> Result<(), DbErr> {
    let writes: Vec<Write> = writes.into_iter().filter(|write| write.rows.length > 0).collect();
    if store.is_sqlite() || writes.len() < 2 {
        for write in writes {
            write.run(db, store).await?;
        }
        return Ok(());
    }
    let (parts, values) = expressions(store, writes.into_iter());
    let text = format!("WITH {} SELECT 1", parts.join(", "));
    db.execute_raw(Statement::from_sql_and_values(store.backend(), text, values)).await?;
    Ok(())
}

/// [`write_batch`], returning the rows of `asked`, which also writes.
pub async fn write_batch_and_fetch(
    db: &impl ConnectionTrait,
    store: &Store,
    writes: impl IntoIterator<Item = Write>,
    asked: Write,
) -> Result<Vec<QueryResult>, DbErr> {
    let writes = writes.into_iter().filter(|write| write.rows.length > 0);
    if store.is_sqlite() || asked.rows.length == 0 {
        let found = asked.rows.fetch(db, store, &asked.body).await?;
        write_batch(db, store, writes).await?;
        return Ok(found);
    }
    let (parts, values) = expressions(store, writes.chain([asked]));
    let last = parts.len() - 1;
    let text = format!("WITH {} SELECT * FROM w{last}", parts.join(", "));
    db.query_all_raw(Statement::from_sql_and_values(store.backend(), text, values)).await
}

/// The writes as expressions `w0`, `w1`, … of one PostgreSQL statement, and their values.
fn expressions(store: &Store, writes: impl Iterator<Item = Write>) -> (Vec<String>, Vec<Value>) {
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
    let count = i64::try_from(keys.rows.length).unwrap_or(i64::MAX);
    let mut values: Vec<Value> = vec![count.into()];
    let mut parts = Vec::new();
    let mut add = |write: Write, filter: &str| {
        let (text, more) = write.rows.in_postgres(store, &write.body, values.len() + 1, filter);
        values.extend(more);
        parts.push(format!("w{} AS ({text})", parts.len()));
    };
    add(keys, "");
    let all_are_new = "(SELECT count(*) FROM w0) = $1::bigint";
    for (place, write) in locking.into_iter().enumerate() {
        // Reading the previous one makes PostgreSQL run that first.
        add(write, &format!(" WHERE {all_are_new} AND (SELECT count(*) FROM w{place}) >= 0"));
    }
    for write in others {
        add(write, &format!(" WHERE {all_are_new}"));
    }
    let text = format!(
        "WITH {} SELECT CASE WHEN {all_are_new} THEN 1 WHEN (SELECT count(*) FROM w0) = 0 THEN 0 \
         ELSE 1 / ((SELECT count(*) FROM w0) - (SELECT count(*) FROM w0)) END AS stored",
        parts.join(", ")
    );
    let row = db.query_one_raw(Statement::from_sql_and_values(store.backend(), text, values)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("an answer".into()))?;
    Ok(row.try_get::<i64>("", "stored")? == 1)
}

/// Runs each of `locking` after the one before it, then `others` in any order: one PostgreSQL statement, which is its
/// own transaction. Each may read those before it as `w0`, `w1`, …; each of `locking` returns at least one column.
/// Returns the rows of the expression `asked`.
pub async fn write_in_order(
    db: &impl ConnectionTrait,
    store: &Store,
    locking: impl IntoIterator<Item = Write>,
    others: impl IntoIterator<Item = Write>,
    asked: &str,
) -> Result<Vec<QueryResult>, DbErr> {
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    let mut add = |write: Write, before: Option<usize>| {
        // Reading the previous one makes PostgreSQL run that first.
        let after = before.map(|place| format!("(SELECT count(*) FROM w{place}) >= 0"));
        let only = Some(write.only).filter(|only| !only.is_empty());
        let conditions: Vec<String> = after.into_iter().chain(only).collect();
        let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let (text, more) = write.rows.in_postgres(store, &write.body, values.len() + 1, &filter);
        values.extend(more);
        parts.push(format!("w{} AS ({text})", parts.len()));
    };
    for (place, write) in locking.into_iter().enumerate() {
        add(write, place.checked_sub(1));
    }
    for write in others {
        add(write, None);
    }
    let text = format!("WITH {} SELECT * FROM {asked}", parts.join(", "));
    db.query_all_raw(Statement::from_sql_and_values(store.backend(), text, values)).await
}
