//! Connections to PostgreSQL that are kept from one statement to the next (docs/decisions/0048-kept-connections.md).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use sea_orm::error::ConnAcquireErr;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::{PgDatabaseError, PgSeverity};
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, Postgres};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;

use super::Executor;
use super::postgres::{LIFETIME, MOST_WAIT, PROVEN};

/// Runs single statements, the most frequent ones of the process: on PostgreSQL over connections that it keeps, the one that
/// was used last first; beyond them, and on SQLite, as the pool does.
#[derive(Clone)]
pub struct KeptConnections {
    connections: DatabaseConnection,
    /// How many it keeps at most.
    most: usize,
    state: Arc<Mutex<State>>,
    #[cfg(feature = "faults")]
    counted: super::CountedStatements,
}

#[derive(Default)]
struct State {
    idle: Vec<Kept>,
    /// Of the kept ones, with those that are in use.
    count: usize,
}

struct Kept {
    connection: PoolConnection<Postgres>,
    since: Instant,
    used: Instant,
}

/// A place for a kept connection, which is free again when this is dropped.
struct Place<'a>(&'a KeptConnections);

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
            state: Arc::default(),
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

    /// The pool that they come from.
    pub fn pool(&self) -> &DatabaseConnection {
        &self.connections
    }

    /// Gives the idle ones back to the pool.
    pub(super) fn give_up(&self) {
        let idle = std::mem::take(&mut self.state().idle);
        self.state().count -= idle.len();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The idle one that was used last; else a place for another one, and none if there are enough.
    fn take(&self) -> Option<(Place<'_>, Option<Kept>)> {
        let mut state = self.state();
        let idle = state.idle.pop();
        if idle.is_none() {
            if state.count >= self.most {
                return None;
            }
            state.count += 1;
        }
        Some((Place(self), idle))
    }

    fn keep(&self, place: Place<'_>, kept: Kept) {
        let is_closed = self.connections.get_postgres_connection_pool().is_closed();
        if !is_closed && kept.since.elapsed() < LIFETIME {
            self.state().idle.push(kept);
            std::mem::forget(place);
        }
    }

    async fn run<T>(
        &self,
        statement: Statement,
        run: impl AsyncFnOnce(Query<'_, Postgres, SqlxValues>, &mut PoolConnection<Postgres>) -> Result<T, sqlx::Error>,
        failed: fn(RuntimeErr) -> DbErr,
    ) -> Result<T, DbErr> {
        #[cfg(feature = "faults")]
        self.counted.handed_over_to_driver(&statement.sql);
        let values = statement.values.unwrap_or(sea_orm::Values(Vec::new()));
        let query = sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values));
        let (place, mut kept) = match self.take() {
            Some((place, idle)) => (Some(place), proven(idle).await),
            None => (None, None),
        };
        let mut kept = match kept.take() {
            Some(kept) => kept,
            None => self.connect().await?,
        };
        let done = run(query, &mut kept.connection).await;
        // Without an answer the pool looks at the connection.
        if let Some(place) = place.filter(|_| done.as_ref().err().is_none_or(is_refusal)) {
            kept.used = Instant::now();
            self.keep(place, kept);
        }
        done.map_err(|error| failed(RuntimeErr::SqlxError(Arc::new(error))))
    }

    async fn connect(&self) -> Result<Kept, DbErr> {
        let connection = self.connections.get_postgres_connection_pool().acquire().await;
        let connection = connection.map_err(|error| match error {
            sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
            sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
            error => DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))),
        })?;
        let now = Instant::now();
        Ok(Kept { connection, since: now, used: now })
    }
}

/// Whether the database refused a statement and keeps the connection.
fn is_refusal(error: &sqlx::Error) -> bool {
    let refused = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    refused.is_some_and(|error| !matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic))
}

/// None if it no longer answers: it is closed then.
async fn proven(idle: Option<Kept>) -> Option<Kept> {
    let mut kept = idle?;
    if kept.used.elapsed() < PROVEN {
        return Some(kept);
    }
    let answered = tokio::time::timeout(MOST_WAIT, kept.connection.ping()).await;
    if matches!(answered, Ok(Ok(()))) {
        return Some(kept);
    }
    kept.connection.close_on_drop();
    None
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.state().count -= 1;
    }
}

impl Drop for State {
    /// Only a task can give a connection back to its pool.
    fn drop(&mut self) {
        if tokio::runtime::Handle::try_current().is_err() {
            std::mem::forget(std::mem::take(&mut self.idle));
        }
    }
}

impl Executor for KeptConnections {
    type Row = QueryResult;

    async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if self.most == 0 {
            return self.connections.query_all_raw(statement).await;
        }
        let rows = self.run(statement, async |query, db| query.fetch_all(&mut **db).await, DbErr::Query).await?;
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    async fn execute(&self, statement: Statement) -> Result<u64, DbErr> {
        if self.most == 0 {
            return Ok(self.connections.execute_raw(statement).await?.rows_affected());
        }
        let done = self.run(statement, async |query, db| query.execute(&mut **db).await, DbErr::Exec).await?;
        Ok(done.rows_affected())
    }
}
