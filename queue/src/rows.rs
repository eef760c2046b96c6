//! Many rows in one statement, the same text on both engines.
//!
//! A statement is written once against a table `rows(…)` put in front of it. On SQLite that is a VALUES list of 1, 4, 16, 64
//! or 256 rows (five prepared texts), the last of them NULL and filtered out: another statement costs more than rows of
//! NULLs. On PostgreSQL it is a list of values for very few rows, and an `unnest` of one array for each column otherwise (one
//! prepared text for any number of rows): preparing an array costs as much as writing a row.
//!
//! * `{now}` is the database's time in milliseconds.
//! * `{account}` is what `tenant_id` of a table is compared with, everywhere: the column of `rows`. On a database that is
//!   distributed by account each account's rows are a statement of their own, and it is a parameter, by which that database
//!   finds the node (docs/queue.md#one-statement-for-each-account). `{of_account}` is this comparison for a DELETE, which does
//!   not see `rows`; elsewhere it is nothing.
//!
//! No value may be NULL (sea-orm's arrays cannot contain it); for a nullable column the statement uses `nullif`.

use base::store::{Executor, ResultRow, Store};
use sea_orm::sea_query::ArrayType;
use sea_orm::{DbErr, EntityTrait, IdenStatic, Iterable, Statement, Value};
use uuid::Uuid;

/// Rows of a statement on SQLite.
const SIZES: [usize; 5] = [1, 4, 16, 64, 256];
/// Variables of a statement on SQLite, of which it takes 32,766 at most.
const MOST_VARIABLES: usize = 30_000;
/// Rows that PostgreSQL gets as values: those that a message alone in its commit has in a table.
const FEW: usize = 3;

const NOW: &str = "{now}";
/// The column that names a row's account.
const TENANT: &str = "tenant_id";

/// Columns of equal length.
#[derive(Default)]
pub struct Rows {
    columns: Vec<Column>,
    length: usize,
}

struct Column {
    name: &'static str,
    cast: &'static str,
    kind: ArrayType,
    values: Vec<Value>,
}

impl Rows {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn uuid(self, name: &'static str, values: impl IntoIterator<Item = Uuid>) -> Self {
        self.column(name, "uuid", ArrayType::Uuid, values)
    }

    pub fn text(self, name: &'static str, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.column(name, "text", ArrayType::String, values.into_iter().map(Into::<String>::into))
    }

    pub fn long(self, name: &'static str, values: impl IntoIterator<Item = i64>) -> Self {
        self.column(name, "bigint", ArrayType::BigInt, values)
    }

    pub fn int(self, name: &'static str, values: impl IntoIterator<Item = i32>) -> Self {
        self.column(name, "integer", ArrayType::Int, values)
    }

    pub fn short(self, name: &'static str, values: impl IntoIterator<Item = i16>) -> Self {
        self.column(name, "smallint", ArrayType::SmallInt, values)
    }

    pub fn flag(self, name: &'static str, values: impl IntoIterator<Item = bool>) -> Self {
        self.column(name, "boolean", ArrayType::Bool, values)
    }

    pub fn bytes(self, name: &'static str, values: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.column(name, "bytea", ArrayType::Bytes, values)
    }

    fn column<T: Into<Value>>(
        mut self,
        name: &'static str,
        cast: &'static str,
        kind: ArrayType,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        debug_assert!(self.columns.is_empty() || values.len() == self.length, "column {name} has another length");
        self.length = values.len();
        self.columns.push(Column { name, cast, kind, values });
        self
    }

    /// A statement to run later, perhaps together with others.
    pub fn write(self, body: impl Into<String>) -> Write {
        Write { rows: self, body: body.into() }
    }

    /// Runs the statement; returns the number of rows it changed.
    pub async fn execute(self, db: impl Into<Executor<'_>>, store: &Store, body: &str) -> Result<u64, DbErr> {
        let db = db.into();
        let mut changed = 0;
        for statement in self.statements(store, body) {
            #[cfg(feature = "faults")]
            store.check_plan(db, body, &statement).await?;
            changed += db.execute(statement).await?;
        }
        Ok(changed)
    }

    /// Runs the statement; returns its rows.
    pub async fn fetch(self, db: impl Into<Executor<'_>>, store: &Store, body: &str) -> Result<Vec<ResultRow>, DbErr> {
        let db = db.into();
        let mut found = Vec::new();
        for statement in self.statements(store, body) {
            #[cfg(feature = "faults")]
            store.check_plan(db, body, &statement).await?;
            found.extend(db.query(statement).await?);
        }
        Ok(found)
    }

    fn statements(self, store: &Store, body: &str) -> Vec<Statement> {
        if self.length == 0 {
            return Vec::new();
        }
        if store.is_sqlite() {
            return self.for_sqlite(store, body);
        }
        if store.one_account_a_commit() {
            return self.by_account().into_iter().map(|of_one| of_one.for_account(store, body)).collect();
        }
        let mut parts = Parts::new(self.length);
        let text = parts.text(store, self, body, "");
        vec![Statement::from_sql_and_values(store.backend(), text, parts.values)]
    }

    fn names(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }

    fn for_sqlite(self, store: &Store, body: &str) -> Vec<Statement> {
        let names = self.names();
        let width = self.columns.len();
        let mut columns: Vec<_> = self.columns.into_iter().map(|column| column.values.into_iter()).collect();
        let largest = SIZES.into_iter().rfind(|size| size * width <= MOST_VARIABLES).unwrap_or(1);
        let mut left = self.length;
        let mut statements = Vec::new();
        while left > 0 {
            let size = SIZES.into_iter().find(|size| *size >= left).unwrap_or(largest).min(largest);
            let taken = size.min(left);
            left -= taken;
            let mut values = Vec::with_capacity(size * width + 1);
            for _ in 0..taken {
                values.extend(columns.iter_mut().filter_map(Iterator::next));
            }
            values.resize(size * width, Value::Bytes(None));
            let row = format!("({})", vec!["?"; width].join(","));
            let list = vec![row.as_str(); size].join(",");
            if body.contains(NOW) {
                values.push(store.clock().millis().into());
            }
            let body = filled(body, &format!("?{}", size * width + 1), "rows.tenant_id", "");
            // A statement of one row has none to filter out.
            let rows = match size {
                1 => format!("VALUES {list}"),
                _ => format!("SELECT * FROM (VALUES {list}) WHERE column1 IS NOT NULL"),
            };
            let text = format!("WITH rows({names}) AS ({rows}) {body}");
            statements.push(Statement::from_sql_and_values(store.backend(), text, values));
        }
        statements
    }

    /// The rows of each account, which is their first column, in the order in which the accounts come; all of them if they
    /// name none.
    fn by_account(mut self) -> Vec<Self> {
        let Some(place) = self.columns.iter().position(|column| column.name == TENANT) else { return vec![self] };
        let accounts = self.columns.remove(place).values;
        let mut columns: Vec<_> = self
            .columns
            .into_iter()
            .map(|column| (column.values.into_iter(), column.name, column.cast, column.kind))
            .collect();
        let mut parts: Vec<Self> = Vec::new();
        for account in accounts {
            let is_its =
                |part: &Self| part.columns.first().is_some_and(|column| column.values.first() == Some(&account));
            let place = parts.iter().position(is_its).unwrap_or_else(|| {
                let others = columns.iter().map(|(_, name, cast, kind)| Column {
                    name,
                    cast,
                    kind: kind.clone(),
                    values: Vec::new(),
                });
                let first = Column { name: TENANT, cast: "uuid", kind: ArrayType::Uuid, values: vec![account.clone()] };
                parts.push(Self { columns: std::iter::once(first).chain(others).collect(), length: 0 });
                parts.len() - 1
            });
            let part = &mut parts[place];
            part.length += 1;
            for (column, (values, ..)) in part.columns.iter_mut().skip(1).zip(&mut columns) {
                column.values.extend(values.next());
            }
        }
        parts
    }

    /// A statement that names its account as `$1`, and reads no clock in a change: the time is a column of `rows`.
    fn for_account(self, store: &Store, body: &str) -> Statement {
        let mut names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let is_of_one = names.first() == Some(&TENANT);
        let mut chosen = Vec::new();
        let mut arrays = Vec::new();
        let mut values = Vec::new();
        for (number, column) in (1..).zip(self.columns) {
            if number == 1 && is_of_one {
                chosen.push("$1::uuid".to_owned());
                values.extend(column.values);
            } else {
                arrays.push(format!("${number}::{}[]", column.cast));
                values.push(Value::Array(column.kind, Some(Box::new(column.values))));
            }
        }
        let mut from = String::new();
        if !arrays.is_empty() {
            chosen.push("given.*".to_owned());
            from = format!(" FROM unnest({}) AS given", arrays.join(", "));
        }
        if body.contains(NOW) {
            names.push("now_at");
            chosen.push(store.now_sql());
        }
        let body = filled(body, "rows.now_at", "$1::uuid", "tenant_id = $1::uuid AND ");
        let text = format!("WITH rows({}) AS (SELECT {}{from}) {body}", names.join(", "), chosen.join(", "));
        Statement::from_sql_and_values(store.backend(), text, values)
    }
}

/// A statement, not run yet.
pub struct Write {
    rows: Rows,
    body: String,
}

impl Write {
    pub fn is_empty(&self) -> bool {
        self.rows.length == 0
    }

    pub async fn run(self, db: impl Into<Executor<'_>>, store: &Store) -> Result<u64, DbErr> {
        self.rows.execute(db, store, &self.body).await
    }

    /// Runs it; returns its rows.
    pub async fn fetch(self, db: impl Into<Executor<'_>>, store: &Store) -> Result<Vec<ResultRow>, DbErr> {
        self.rows.fetch(db, store, &self.body).await
    }
}

/// Statements as expressions of one PostgreSQL statement, which is one round trip.
pub struct Parts {
    texts: Vec<String>,
    values: Vec<Value>,
    are_few: bool,
}

impl Parts {
    /// `most`: rows of the largest of them. All have the same form, so that there are few texts to prepare.
    pub fn new(most: usize) -> Self {
        Self { texts: Vec::new(), values: Vec::new(), are_few: most <= FEW }
    }

    /// Those of statements whose largest has as many rows as the largest of these.
    pub fn of<'a>(writes: impl IntoIterator<Item = &'a Write>) -> Self {
        Self::new(writes.into_iter().map(|write| write.rows.length).max().unwrap_or(0))
    }

    /// Adds one. `after`: the expression that is run before it, if any.
    pub fn add(&mut self, name: &str, store: &Store, write: Write, after: Option<&str>) {
        let filter = after.map(|after| format!(" WHERE (SELECT count(*) FROM {after}) >= 0")).unwrap_or_default();
        let text = self.text(store, write.rows, &write.body, &filter);
        self.texts.push(format!("{name} AS ({text})"));
    }

    /// Runs them; returns the rows of `query`, a SELECT.
    pub async fn fetch(self, db: Executor<'_>, store: &Store, query: &str) -> Result<Vec<ResultRow>, DbErr> {
        let text = format!("WITH {} {query}", self.texts.join(", "));
        db.query(Statement::from_sql_and_values(store.backend(), text, self.values)).await
    }

    /// `filter`: a WHERE clause for all rows.
    fn text(&mut self, store: &Store, rows: Rows, body: &str, filter: &str) -> String {
        let names = rows.names();
        let given = if self.are_few { self.list(rows) } else { self.arrays(rows) };
        let body = filled(body, &store.now_sql(), "rows.tenant_id", "");
        format!("WITH rows({names}) AS (SELECT * FROM {given} AS given{filter}) {body}")
    }

    fn arrays(&mut self, rows: Rows) -> String {
        let mut arrays = Vec::with_capacity(rows.columns.len());
        for column in rows.columns {
            self.values.push(Value::Array(column.kind, Some(Box::new(column.values))));
            arrays.push(format!("${}::{}[]", self.values.len(), column.cast));
        }
        format!("unnest({})", arrays.join(", "))
    }

    fn list(&mut self, rows: Rows) -> String {
        let mut text = "(VALUES ".to_owned();
        let casts: Vec<&str> = rows.columns.iter().map(|column| column.cast).collect();
        let mut columns: Vec<_> = rows.columns.into_iter().map(|column| column.values.into_iter()).collect();
        for row in 0..rows.length {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for (place, (column, cast)) in columns.iter_mut().zip(&casts).enumerate() {
                self.values.extend(column.next());
                text.push_str(if place == 0 { "$" } else { ", $" });
                text.push_str(&self.values.len().to_string());
                text.push_str("::");
                text.push_str(cast);
            }
            text.push(')');
        }
        text.push(')');
        text
    }
}

/// A statement with what its placeholders stand for.
fn filled(body: &str, now: &str, account: &str, of_account: &str) -> String {
    let mut text = String::with_capacity(body.len() + 128);
    let mut rest = body;
    while let Some((before, from)) = rest.split_once('{') {
        text.push_str(before);
        let (name, behind) = from.split_once('}').unwrap_or((from, ""));
        rest = behind;
        match name {
            "now" => text.push_str(now),
            "account" => text.push_str(account),
            "of_account" => text.push_str(of_account),
            _ => {
                text.push('{');
                rest = from;
            }
        }
    }
    text.push_str(rest);
    text
}

/// Whether statements are run one after the other: on SQLite, which has no round trips, and on a database that is
/// distributed by account, which can't read an expression's result on other nodes.
pub fn runs_apart(store: &Store) -> bool {
    store.is_sqlite() || store.one_account_a_commit()
}

/// Runs statements that neither see each other's changes nor change the same row: in one round trip, where that can be.
pub async fn write_batch(
    db: impl Into<Executor<'_>>,
    store: &Store,
    writes: impl IntoIterator<Item = Write>,
) -> Result<(), DbErr> {
    write_batch_and_fetch(db, store, writes, None).await.map(drop)
}

/// [`write_batch`], returning the rows of `query`, which may write too.
pub async fn write_batch_and_fetch(
    db: impl Into<Executor<'_>>,
    store: &Store,
    writes: impl IntoIterator<Item = Write>,
    query: impl Into<Option<Write>>,
) -> Result<Vec<ResultRow>, DbErr> {
    let (db, query) = (db.into(), query.into().filter(|query| !query.is_empty()));
    let writes: Vec<Write> = writes.into_iter().filter(|write| !write.is_empty()).collect();
    if runs_apart(store) || writes.len() + usize::from(query.is_some()) < 2 {
        let mut found = Vec::new();
        if let Some(query) = query {
            found = query.fetch(db, store).await?;
        }
        for write in writes {
            write.run(db, store).await?;
        }
        return Ok(found);
    }
    let mut parts = Parts::of(writes.iter().chain(&query));
    for (number, write) in writes.into_iter().enumerate() {
        parts.add(&format!("w{number}"), store, write, None);
    }
    let Some(query) = query else {
        parts.fetch(db, store, "SELECT 1").await?;
        return Ok(Vec::new());
    };
    parts.add("asked", store, query, None);
    parts.fetch(db, store, "SELECT * FROM asked").await
}

/// All columns of an entity, each named with the prefix.
pub fn columns_of<E: EntityTrait>(prefix: &str) -> String {
    let table = E::default().table_name().to_owned();
    let columns = E::Column::iter().map(|column| {
        let name = column.as_str();
        format!("{table}.{name} AS {prefix}{name}")
    });
    columns.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn placeholders_are_filled_and_other_braces_stay() {
        let body = "UPDATE lane SET due_at = {now}, text = '{}' FROM rows WHERE {of_account}lane.tenant_id = {account}";
        let one = "UPDATE lane SET due_at = 7, text = '{}' FROM rows WHERE t = $1 AND lane.tenant_id = $1";
        assert_eq!(filled(body, "7", "$1", "t = $1 AND "), one);
        assert_eq!(filled("no end {", "7", "$1", ""), "no end {");
    }
}
