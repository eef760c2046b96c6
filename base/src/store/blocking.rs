//! Transactions of SQLite whose statements run on the calling thread.
//!
//! The driver has a thread for each connection: a statement wakes that thread, and its result wakes the caller's. A
//! commit of the queue is a dozen statements, so these hand-overs were a fifth of a lone message's processor time
//! (docs/queue.md#sqlite-on-a-thread-of-its-own). The thread that writes the queue has a connection of its own
//! instead, and waits for it.
//!
//! There is one writer at a time all the same: a transaction holds the connection of [`Store::write`].

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, Sqlite};
use sea_orm::{DbErr, RuntimeErr, Statement};
use tokio::sync::OwnedMutexGuard;

use super::Store;
use super::executor::{ColumnValue, Row};

/// Prepared statements that are kept.
const KEPT_STATEMENTS: usize = 512;
/// How long a statement waits for another process.
const BUSY: Duration = Duration::from_secs(5);

/// A connection for transactions that block their thread. Clones share it.
#[derive(Clone)]
pub struct BlockingConnection {
    /// None before its first use, and after a transaction could be neither committed nor rolled back.
    connection: Arc<tokio::sync::Mutex<Option<Connection>>>,
    path: PathBuf,
    /// Dropped after the connection: it has a descriptor of the file (see `sqlite.rs`).
    store: Store,
}

impl Store {
    /// A connection for a thread that may block; none on PostgreSQL.
    pub fn blocking(&self) -> Option<BlockingConnection> {
        let path = self.file()?.to_owned();
        Some(BlockingConnection { store: self.clone(), path, connection: Arc::default() })
    }
}

impl BlockingConnection {
    /// Begins a transaction that may write, once nothing else writes. Its statements, and this one, block the thread until
    /// the disk has answered.
    pub async fn write_tx(&self) -> Result<BlockingTransaction, DbErr> {
        let only_writer = self.store.write.get_sqlite_connection_pool().acquire().await.map_err(acquiring)?;
        let mut connection = self.connection.clone().lock_owned().await;
        if connection.is_none() {
            *connection = Some(open(&self.path).map_err(asking)?);
        }
        #[cfg(feature = "faults")]
        self.prepared(&connection)?;
        let transaction = BlockingTransaction {
            connection: Mutex::new(connection),
            is_ended: false,
            #[cfg(feature = "faults")]
            counted: self.store.tests.counted.clone(),
            _only_writer: only_writer,
        };
        transaction.control("BEGIN IMMEDIATE")?;
        Ok(transaction)
    }
}

#[cfg(feature = "faults")]
impl BlockingConnection {
    fn prepared(&self, connection: &Option<Connection>) -> Result<(), DbErr> {
        self.store.tests.counted.begins();
        let limit = self.store.tests.page_limit.load(std::sync::atomic::Ordering::SeqCst);
        if let Some(connection) = connection
            && limit > 0
        {
            connection.execute_batch(&format!("PRAGMA max_page_count = {limit}")).map_err(asking)?;
        }
        Ok(())
    }
}

#[cfg(feature = "faults")]
impl Store {
    /// Limits the file to this number of pages, as a full disk does, for transactions of all connections.
    pub async fn limit_pages(&self, pages: i64) -> Result<(), DbErr> {
        use sea_orm::ConnectionTrait;
        self.tests.page_limit.store(pages, std::sync::atomic::Ordering::SeqCst);
        self.write.execute_unprepared(&format!("PRAGMA max_page_count = {pages}")).await.map(drop)
    }
}

/// With the settings of the driver's connections (`sqlite.rs`).
fn open(path: &std::path::Path) -> rusqlite::Result<Connection> {
    use rusqlite::OpenFlags;
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch(super::sqlite::BLOCKING_SETTINGS)?;
    connection.set_prepared_statement_cache_capacity(KEPT_STATEMENTS);
    Ok(connection)
}

/// A transaction that writes, on the calling thread. Rolled back when it is dropped before its commit.
pub struct BlockingTransaction {
    connection: Mutex<OwnedMutexGuard<Option<Connection>>>,
    is_ended: bool,
    #[cfg(feature = "faults")]
    counted: super::CountedStatements,
    /// The connection of all other writes, held so that they wait.
    _only_writer: PoolConnection<Sqlite>,
}

impl BlockingTransaction {
    /// Commits. After an error the changes may have been written.
    pub fn commit(mut self) -> Result<(), DbErr> {
        self.control("COMMIT")?;
        self.is_ended = true;
        Ok(())
    }

    fn opened(&self) -> MutexGuard<'_, OwnedMutexGuard<Option<Connection>>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let opened = self.opened();
        work(opened.as_ref().ok_or(rusqlite::Error::InvalidQuery)?)
    }

    fn control(&self, text: &str) -> Result<(), DbErr> {
        self.with(|connection| connection.prepare_cached(text)?.raw_execute().map(drop)).map_err(asking)
    }

    /// Runs a statement to its end; returns what `read` makes of its rows, and the rows it changed.
    fn run<T>(
        &self,
        statement: &Statement,
        mut read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<(Vec<T>, u64), DbErr> {
        #[cfg(feature = "faults")]
        self.counted.asked(&statement.sql);
        let values = statement.values.as_ref().map(|values| values.0.as_slice()).unwrap_or_default();
        let values: Vec<ValueRef<'_>> = values.iter().map(bound).collect::<Result<_, _>>()?;
        let done = self.with(|connection| {
            let mut prepared = connection.prepare_cached(&statement.sql)?;
            for (place, value) in (1..).zip(values) {
                prepared.raw_bind_parameter::<usize, _>(place, ToSqlOutput::Borrowed(value))?;
            }
            let mut rows = prepared.raw_query();
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(row)?);
            }
            drop(rows);
            Ok((found, connection.changes()))
        });
        done.map_err(asking)
    }
}

impl Drop for BlockingTransaction {
    fn drop(&mut self) {
        if self.is_ended {
            return;
        }
        let mut opened = self.opened();
        let Some(connection) = opened.as_ref() else { return };
        // SQLite itself rolls back after some errors.
        if !connection.is_autocommit()
            && let Err(error) = connection.execute_batch("ROLLBACK")
        {
            tracing::warn!(%error, "a transaction could not be rolled back; its connection is closed");
            **opened = None;
        }
    }
}

impl BlockingTransaction {
    /// Runs a statement; returns its rows.
    pub fn query(&self, statement: &Statement) -> Result<Vec<BlockingRow>, DbErr> {
        let mut names: Option<Arc<[String]>> = None;
        let (rows, _) = self.run(statement, |row| {
            let columns = row.as_ref();
            let names = names.get_or_insert_with(|| columns.column_names().into_iter().map(Into::into).collect());
            let values = (0..names.len()).map(|place| row.get(place)).collect::<rusqlite::Result<_>>()?;
            Ok(BlockingRow { names: names.clone(), values, next: Cell::new(0) })
        })?;
        Ok(rows)
    }

    /// Runs a statement; returns the number of rows that it changed.
    pub fn execute(&self, statement: &Statement) -> Result<u64, DbErr> {
        Ok(self.run(statement, |_| Ok(()))?.1)
    }
}

/// A row that was read on the calling thread.
pub struct BlockingRow {
    names: Arc<[String]>,
    values: Vec<Value>,
    /// The column after the last one that was read: they are mostly read in order.
    next: Cell<usize>,
}

impl Row for BlockingRow {
    fn get<T: ColumnValue>(&self, column: &str) -> Result<T, DbErr> {
        let next = self.next.get();
        let place = (next..self.names.len()).chain(0..next).find(|place| self.names[*place] == column);
        self.next.set(place.map_or(0, |place| place + 1));
        let value = place.and_then(|place| self.values.get(place));
        let value = value.ok_or_else(|| DbErr::Type(format!("no column {column}")))?;
        T::column_result(value.into()).map_err(|error| DbErr::Type(format!("column {column}: {error}")))
    }
}

/// A value as the driver would bind it.
fn bound(value: &sea_orm::Value) -> Result<ValueRef<'_>, DbErr> {
    use sea_orm::Value as Given;
    Ok(match value {
        Given::Uuid(value) => value.as_ref().map_or(ValueRef::Null, |id| ValueRef::Blob(id.as_bytes())),
        Given::String(value) => value.as_ref().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())),
        Given::Bytes(value) => value.as_ref().map_or(ValueRef::Null, |bytes| ValueRef::Blob(bytes)),
        Given::BigInt(value) => value.map_or(ValueRef::Null, ValueRef::Integer),
        Given::Int(value) => value.map_or(ValueRef::Null, |number| ValueRef::Integer(number.into())),
        Given::SmallInt(value) => value.map_or(ValueRef::Null, |number| ValueRef::Integer(number.into())),
        Given::Bool(value) => value.map_or(ValueRef::Null, |flag| ValueRef::Integer(flag.into())),
        // Without the value, which may be a text of a message.
        _ => return Err(DbErr::Type("a value of this type is not bound here".into())),
    })
}

fn acquiring(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)))
}

/// As the driver reports it: callers distinguish errors by its codes.
fn asking(error: rusqlite::Error) -> DbErr {
    let error = match error {
        rusqlite::Error::SqliteFailure(code, message) => {
            let text = message.unwrap_or_else(|| code.to_string());
            sqlx::Error::Database(Box::new(SqliteFailure { code: code.extended_code.to_string(), text }))
        }
        other => sqlx::Error::Configuration(Box::new(other)),
    };
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

/// An error with SQLite's extended result code.
#[derive(Debug, thiserror::Error)]
#[error("(code: {code}) {text}")]
struct SqliteFailure {
    code: String,
    text: String,
}

impl sqlx::error::DatabaseError for SqliteFailure {
    fn message(&self) -> &str {
        &self.text
    }

    fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
        Some(self.code.as_str().into())
    }

    fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> sqlx::error::ErrorKind {
        sqlx::error::ErrorKind::Other
    }
}
