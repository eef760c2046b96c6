//! Connections to PostgreSQL that are kept from one statement or transaction to the next (docs/queue.md#connections).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use sea_orm::error::ConnAcquireErr;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::{PgDatabaseError, PgSeverity};
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, Postgres};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;

use super::postgres::{LIFETIME, MOST_WAIT, PROVEN};

/// Runs the most frequent statements and transactions of the process: on PostgreSQL over connections that it keeps, the one
/// that was used last first; beyond them, and on SQLite, as the pool does.
#[derive(Clone)]
pub struct KeptConnections {
    connections: DatabaseConnection,
    /// How many it keeps at most.
    most: usize,
    /// Kept ones, idle or in use.
    count: Arc<AtomicUsize>,
    idle: Arc<Mutex<Idle>>,
    #[cfg(feature = "faults")]
    counted: super::CountedStatements,
}

#[derive(Default)]
struct Idle(Vec<Kept>);

struct Kept {
    connection: PoolConnection<Postgres>,
    since: Instant,
    used: Instant,
    /// None: it goes back to the pool.
    place: Option<Place>,
}

/// A place for a kept connection, which is free again when this is dropped.
struct Place(Arc<AtomicUsize>);

impl KeptConnections {
    /// `connections`: a pool of which half may be kept.
    pub(super) fn of(connections: &DatabaseConnection) -> Self {
        let size = match connections.get_database_backend() {
            DbBackend::Postgres => connections.get_postgres_connection_pool().options().get_max_connections(),
            _ => 0,
        };
        Self {
            connections: connections.clone(),
            most: usize::try_from(size / 2).unwrap_or(0),
            count: Arc::default(),
            idle: Arc::default(),
            #[cfg(feature = "faults")]
            counted: super::CountedStatements::default(),
        }
    }

    /// Counts the statements here; returns the pool, which counts its own.
    #[cfg(feature = "faults")]
    pub(super) fn counting(&mut self, counted: &super::CountedStatements) -> &mut DatabaseConnection {
        self.counted = counted.clone();
        &mut self.connections
    }

    /// Kept connections that are idle. Their pool counts them as in use.
    pub(super) fn idle_count(&self) -> usize {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).0.len()
    }

    /// The pool that they come from.
    pub fn pool(&self) -> &DatabaseConnection {
        &self.connections
    }

    /// Gives the idle ones back to the pool.
    pub(super) fn give_up(&self) {
        let idle = std::mem::take(&mut self.idle().0);
        drop(idle);
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a statement; returns its rows.
    pub async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if self.most == 0 {
            return self.connections.query_all_raw(statement).await;
        }
        self.run(async |kept| kept.query(statement).await.map_err(asking)).await
    }

    /// Runs a statement; returns the number of rows that it changed.
    pub async fn execute(&self, statement: Statement) -> Result<u64, DbErr> {
        if self.most == 0 {
            return Ok(self.connections.execute_raw(statement).await?.rows_affected());
        }
        self.run(async |kept| kept.execute(statement).await.map_err(running)).await
    }

    /// Begins a transaction that may write. PostgreSQL only.
    pub async fn write_tx(&self) -> Result<KeptTransaction, DbErr> {
        #[cfg(feature = "faults")]
        self.counted.begins();
        let kept = tokio::sync::Mutex::new(Some(self.take().await?));
        let transaction = KeptTransaction { kept, connections: self.clone() };
        transaction.control("BEGIN").await?;
        Ok(transaction)
    }

    async fn run<T>(&self, run: impl AsyncFnOnce(&mut Counting<'_>) -> Result<T, DbErr>) -> Result<T, DbErr> {
        let mut kept = self.take().await?;
        let done = run(&mut self.counting_of(&mut kept)).await;
        // Without an answer the pool looks at the connection.
        if done.as_ref().err().is_none_or(is_refusal) {
            self.keep(kept);
        }
        done
    }

    fn counting_of<'a>(&'a self, kept: &'a mut Kept) -> Counting<'a> {
        Counting {
            kept,
            #[cfg(feature = "faults")]
            counted: &self.counted,
        }
    }

    /// The idle one that was used last; else another one.
    async fn take(&self) -> Result<Kept, DbErr> {
        let idle = self.idle().0.pop();
        let place = match proven(idle).await {
            Ok(kept) => return Ok(kept),
            Err(place) => place.or_else(|| self.place()),
        };
        let connection = self.connections.get_postgres_connection_pool().acquire().await;
        let connection = connection.map_err(|error| match error {
            sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
            sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
            error => DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))),
        })?;
        let now = Instant::now();
        Ok(Kept { connection, since: now, used: now, place })
    }

    /// None if there are enough.
    fn place(&self) -> Option<Place> {
        let more = |count| (count < self.most).then_some(count + 1);
        self.count.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        Some(Place(self.count.clone()))
    }

    /// Keeps it for the next statement, if it has a place.
    fn keep(&self, mut kept: Kept) {
        kept.used = Instant::now();
        let is_closed = self.connections.get_postgres_connection_pool().is_closed();
        if kept.place.is_some() && !is_closed && kept.since.elapsed() < LIFETIME {
            self.idle().0.push(kept);
        }
    }
}

/// The connection, or its place if it no longer answers: it is closed then.
async fn proven(idle: Option<Kept>) -> Result<Kept, Option<Place>> {
    let mut kept = idle.ok_or(None)?;
    if kept.used.elapsed() < PROVEN {
        return Ok(kept);
    }
    let answered = tokio::time::timeout(MOST_WAIT, kept.connection.ping()).await;
    if matches!(answered, Ok(Ok(()))) {
        return Ok(kept);
    }
    kept.connection.close_on_drop();
    Err(kept.place.take())
}

/// A connection in use.
struct Counting<'a> {
    kept: &'a mut Kept,
    #[cfg(feature = "faults")]
    counted: &'a super::CountedStatements,
}

impl Counting<'_> {
    fn of(&self, statement: Statement) -> Query<'static, Postgres, SqlxValues> {
        #[cfg(feature = "faults")]
        self.counted.handed_over_to_driver(&statement.sql);
        let values = statement.values.unwrap_or(sea_orm::Values(Vec::new()));
        sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
    }

    async fn query(&mut self, statement: Statement) -> Result<Vec<QueryResult>, sqlx::Error> {
        let rows = self.of(statement).fetch_all(&mut *self.kept.connection).await?;
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    async fn execute(&mut self, statement: Statement) -> Result<u64, sqlx::Error> {
        Ok(self.of(statement).execute(&mut *self.kept.connection).await?.rows_affected())
    }
}

/// A transaction over such a connection. If it is dropped before its end, its connection is closed, which undoes it: no other
/// statement gets a connection inside of a transaction.
pub struct KeptTransaction {
    /// None once it has ended.
    kept: tokio::sync::Mutex<Option<Kept>>,
    connections: KeptConnections,
}

impl KeptTransaction {
    /// Commits. After an error the changes may have been written.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.control("COMMIT").await?;
        self.end().await;
        Ok(())
    }

    /// Undoes the changes. A failed rollback closes the connection, which undoes them as well.
    pub async fn rollback(self) {
        if self.control("ROLLBACK").await.is_ok() {
            self.end().await;
        }
    }

    /// Runs a statement; returns its rows.
    pub async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut kept = self.kept.lock().await;
        let kept = kept.as_mut().ok_or_else(ended)?;
        self.connections.counting_of(kept).query(statement).await.map_err(asking)
    }

    /// Runs a statement; returns the number of rows that it changed.
    pub async fn execute(&self, statement: Statement) -> Result<u64, DbErr> {
        let mut kept = self.kept.lock().await;
        let kept = kept.as_mut().ok_or_else(ended)?;
        self.connections.counting_of(kept).execute(statement).await.map_err(running)
    }

    async fn control(&self, text: &'static str) -> Result<(), DbErr> {
        let mut kept = self.kept.lock().await;
        let kept = kept.as_mut().ok_or_else(ended)?;
        sqlx::raw_sql(text).execute(&mut *kept.connection).await.map(drop).map_err(running)
    }

    async fn end(&self) {
        if let Some(kept) = self.kept.lock().await.take() {
            self.connections.keep(kept);
        }
    }
}

impl Drop for KeptTransaction {
    fn drop(&mut self) {
        if let Some(kept) = self.kept.get_mut() {
            kept.connection.close_on_drop();
        }
    }
}

fn ended() -> DbErr {
    DbErr::Custom("the transaction has ended".into())
}

fn asking(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

fn running(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error)))
}

/// Whether the database refused a statement and keeps the connection.
fn is_refusal(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error else {
        return false;
    };
    let refused = inner.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    refused.is_some_and(|error| !matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic))
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Idle {
    /// Only a task can give a connection back to its pool.
    fn drop(&mut self) {
        if tokio::runtime::Handle::try_current().is_err() {
            std::mem::forget(std::mem::take(&mut self.0));
        }
    }
}
