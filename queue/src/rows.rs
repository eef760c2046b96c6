//! Many rows in one statement, the same text on both engines.
//!
//! A statement is written once against a table `rows(…)` put in front of it: on PostgreSQL an `unnest` of one array
//! per column (one prepared text for any number of rows) or, for a single row, its values; on SQLite a VALUES list of 1, 4,
//! 16, 64 or 256 rows (five prepared texts), the last of them NULL and filtered out: another statement costs more than rows
//! of NULLs. `{now}` is the database's time in milliseconds. On a database that is distributed by account each account's rows are a statement of
//! their own (`rows/of_account.rs`).
//!
//! No value may be NULL (sea-orm's arrays cannot contain it); for a nullable column the statement uses `nullif`.

use base::store::{Executor, Store};
use sea_orm::sea_query::ArrayType;
use sea_orm::{DbErr, EntityTrait, IdenStatic, Iterable, Statement, Value};
use uuid::Uuid;

mod call;
mod form;
mod of_account;
mod together;

pub(crate) use call::FunctionCall;
pub(crate) use form::RowsForm;
use together::expressions;
pub use together::{Expressions, gave_up};

/// Rows of a statement on SQLite.
const SIZES: [usize; 5] = [1, 4, 16, 64, 256];
/// Variables of a statement on SQLite, of which it takes 32,766 at most.
const MOST_VARIABLES: usize = 30_000;

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
        self.column(name, "uuid[]", ArrayType::Uuid, values)
    }

    pub fn text(self, name: &'static str, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.column(name, "text[]", ArrayType::String, values.into_iter().map(Into::<String>::into))
    }

    pub fn long(self, name: &'static str, values: impl IntoIterator<Item = i64>) -> Self {
        self.column(name, "bigint[]", ArrayType::BigInt, values)
    }

    pub fn int(self, name: &'static str, values: impl IntoIterator<Item = i32>) -> Self {
        self.column(name, "integer[]", ArrayType::Int, values)
    }

    pub fn short(self, name: &'static str, values: impl IntoIterator<Item = i16>) -> Self {
        self.column(name, "smallint[]", ArrayType::SmallInt, values)
    }

    pub fn flag(self, name: &'static str, values: impl IntoIterator<Item = bool>) -> Self {
        self.column(name, "boolean[]", ArrayType::Bool, values)
    }

    pub fn bytes(self, name: &'static str, values: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.column(name, "bytea[]", ArrayType::Bytes, values)
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

    /// A statement to run later, together with others.
    pub fn write(self, body: impl Into<String>) -> Write {
        Write { rows: self, body: body.into() }
    }

    /// Runs the statement; returns the number of rows it changed.
    pub async fn execute(self, db: &impl Executor, store: &Store, body: &str) -> Result<u64, DbErr> {
        if store.one_account_a_commit()
            && let Some(counting) = of_account::counting(body)
        {
            let inserted = self.fetch(db, store, &counting).await?;
            return Ok(u64::try_from(inserted.len()).unwrap_or(u64::MAX));
        }
        let mut changed = 0;
        for statement in self.statements(store, body) {
            #[cfg(feature = "faults")]
            store.check_plan(db, body, &statement).await?;
            changed += db.execute(statement).await?;
        }
        Ok(changed)
    }

    /// Runs the statement; returns its rows.
    pub async fn fetch<E: Executor>(self, db: &E, store: &Store, body: &str) -> Result<Vec<E::Row>, DbErr> {
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
            self.for_sqlite(store, body)
        } else if store.one_account_a_commit() {
            self.for_accounts(store, body)
        } else {
            vec![self.for_postgres(store, body)]
        }
    }

    fn names(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }

    fn for_postgres(self, store: &Store, body: &str) -> Statement {
        let form = if self.length == 1 { RowsForm::Values } else { RowsForm::Arrays };
        let (text, values) = self.in_postgres(store, body, 1, "", form);
        Statement::from_sql_and_values(store.backend(), text, values)
    }

    /// The text and its values, numbered from `first` on; `filter` is a WHERE clause for all rows.
    fn in_postgres(
        self,
        store: &Store,
        body: &str,
        first: usize,
        filter: &str,
        form: RowsForm,
    ) -> (String, Vec<Value>) {
        let names = self.names();
        let body = body.replace("{now}", &store.now_sql());
        let (rows, values) = match form {
            RowsForm::Arrays => self.into_arrays(first, filter),
            RowsForm::Values => self.into_values(first, filter),
        };
        (format!("WITH rows({names}) AS ({rows}) {body}"), values)
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
            let filled = size.min(left);
            left -= filled;
            let mut values = Vec::with_capacity(size * width + 1);
            for _ in 0..filled {
                values.extend(columns.iter_mut().filter_map(Iterator::next));
            }
            values.resize(size * width, Value::Bytes(None));
            let row = format!("({})", vec!["?"; width].join(","));
            let list = vec![row.as_str(); size].join(",");
            let body = if body.contains("{now}") {
                values.push(store.clock().millis().into());
                body.replace("{now}", &format!("?{}", size * width + 1))
            } else {
                body.to_owned()
            };
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
}

/// A statement that changes rows, not run yet.
pub struct Write {
    rows: Rows,
    body: String,
}

impl Write {
    /// Number of rows that it is given.
    pub fn len(&self) -> i64 {
        i64::try_from(self.rows.length).unwrap_or(i64::MAX)
    }

    pub async fn run(self, db: &impl Executor, store: &Store) -> Result<(), DbErr> {
        self.rows.execute(db, store, &self.body).await.map(drop)
    }
}

/// Runs statements that neither see each other's changes nor change the same row: in one round trip on PostgreSQL,
/// where each is an expression of one statement, and one after the other on SQLite, which has no round trips, and on a
/// database that is distributed by account, which can't read an expression's result on other nodes.
pub async fn write_batch(
    db: &impl Executor,
    store: &Store,
    writes: impl IntoIterator<Item = Write>,
) -> Result<(), DbErr> {
    let writes: Vec<Write> = writes.into_iter().filter(|write| write.rows.length > 0).collect();
    if store.is_sqlite() || store.one_account_a_commit() || writes.len() < 2 {
        for write in writes {
            write.run(db, store).await?;
        }
        return Ok(());
    }
    let (parts, values) = expressions(store, writes.into_iter());
    let text = format!("WITH {} SELECT 1", parts.join(", "));
    db.execute(Statement::from_sql_and_values(store.backend(), text, values)).await?;
    Ok(())
}

/// [`write_batch`], returning the rows of `asked`, which also writes.
pub async fn write_batch_and_fetch<E: Executor>(
    db: &E,
    store: &Store,
    writes: impl IntoIterator<Item = Write>,
    asked: Write,
) -> Result<Vec<E::Row>, DbErr> {
    let writes = writes.into_iter().filter(|write| write.rows.length > 0);
    if store.is_sqlite() || store.one_account_a_commit() || asked.rows.length == 0 {
        let found = asked.rows.fetch(db, store, &asked.body).await?;
        write_batch(db, store, writes).await?;
        return Ok(found);
    }
    let (parts, values) = expressions(store, writes.chain([asked]));
    let last = parts.len() - 1;
    let text = format!("WITH {} SELECT * FROM w{last}", parts.join(", "));
    db.query(Statement::from_sql_and_values(store.backend(), text, values)).await
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
