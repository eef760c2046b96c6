//! The database: one write path, separate readers, and the checks behind the promise "stored".

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Context;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions,
};
use secrecy::ExposeSecret;

use crate::clock::Clock;
use crate::config;

mod begin;
mod blocking;
pub mod checkpoint;
#[cfg(feature = "faults")]
mod counted;
pub mod directory;
mod durability;
mod executor;
mod finish;
mod kept;
pub mod like;
pub mod lock;
pub mod migrate;
mod nodes;
mod open_error;
#[cfg(feature = "faults")]
mod plan;
mod postgres;
pub mod rate_limit;
mod reaper;
mod reserve;
mod sqlite;
mod time;
mod unavailable;

pub use blocking::{BlockingConnection, BlockingRow, BlockingTransaction};
#[cfg(feature = "faults")]
pub use counted::{CountedStatements, StatementsOfTask, statements_of};
pub use durability::{Durability, check as check_durability};
pub use executor::{ColumnValue, Executor, ResultRow, Row};
pub use finish::finish_tx;
pub use kept::{KeptConnections, KeptTransaction};
pub use lock::ServeLock;
pub use migrate::{MigrateError, pending as pending_migrations, run as migrate};
pub use nodes::Search;
pub use open_error::OpenError;
pub use unavailable::{NodeAway, concerns_one_node, database_is_away, is_node_away, is_unavailable};

use begin::begin;
use postgres::{READ_LIMIT, Use};

/// The tenant id for rows of no tenant or of the vendor: quarantined hooks, install calls, vendor keys.
pub const VENDOR: uuid::Uuid = uuid::Uuid::nil();

/// Connections to the database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    backend: DbBackend,
    write: DatabaseConnection,
    read: DatabaseConnection,
    by_keys: KeptConnections,
    /// From the same pool as `write`.
    kept: KeptConnections,
    /// On SQLite only.
    beside: Option<checkpoint::CheckpointConnection>,
    clock: Clock,
    /// False until the database was reached and checked.
    open: Arc<AtomicBool>,
    one_account_a_commit: Arc<AtomicBool>,
    /// A Citus cluster, which can be asked for its nodes.
    has_nodes: Arc<AtomicBool>,
    /// When it last warned that only a part of the accounts is found, in milliseconds.
    warned_of_a_part: Arc<AtomicI64>,
    #[cfg(feature = "faults")]
    tests: counted::StoreTests,
}

impl Store {
    /// Opens the database, creating a missing SQLite file. Refuses a database that may lose acknowledged data.
    pub async fn open(settings: &config::Database, clock: Clock) -> anyhow::Result<Self> {
        let url = settings.url.expose_secret();
        let store = if url.starts_with("sqlite:") {
            Self::open_sqlite(url, clock).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(settings, clock).await?
        } else {
            return Err(OpenError::Scheme.into());
        };
        let found = check_durability(&store).await?;
        if found.is_safe() { Ok(store) } else { Err(OpenError::Unsafe(found).into()) }
    }

    async fn open_sqlite(url: &str, clock: Clock) -> anyhow::Result<Self> {
        // Parsed like SQLite's own driver: `%20` is a space.
        let options = SqliteConnectOptions::from_str(url).context("database.url is not a valid SQLite URL")?;
        let path = options.get_filename();
        let named = !path.as_os_str().is_empty() && !url.contains(":memory:");
        anyhow::ensure!(named, OpenError::NoFile);
        sqlite::create_private(path);
        let shown_path = path.display();
        let write = sqlite::connect(url, 1, false).await.with_context(|| OpenError::Closed(path.to_owned()))?;
        let read = sqlite::connect(url, 4, true).await?;
        let beside = checkpoint::CheckpointConnection::open(path, sqlite::connect(url, 1, false).await?)
            .with_context(|| format!("cannot read the database {shown_path}"))?;
        let open = Arc::new(AtomicBool::new(true));
        Ok(Self {
            backend: DbBackend::Sqlite,
            kept: KeptConnections::of(&write),
            write,
            by_keys: KeptConnections::of(&read),
            read,
            beside: Some(beside),
            clock,
            open,
            one_account_a_commit: Arc::default(),
            has_nodes: Arc::default(),
            warned_of_a_part: Arc::default(),
            #[cfg(feature = "faults")]
            tests: counted::StoreTests::default(),
        }
        .counting())
    }

    async fn open_postgres(settings: &config::Database, clock: Clock) -> anyhow::Result<Self> {
        // A pool reports only a time-out; a single connection reports the cause.
        use sea_orm::sqlx::Connection;
        let probe = sea_orm::sqlx::PgConnection::connect(settings.url.expose_secret());
        let probe = tokio::time::timeout(Duration::from_secs(10), probe).await;
        let probe = probe.context(OpenError::NotInTime)?;
        let mut probe = probe.context(OpenError::Unreachable)?;
        let has_nodes = postgres::is_citus(&mut probe).await?;
        probe.close().await?;
        let store = Self::pools(settings, clock, settings.one_account_a_commit || has_nodes, true).await?;
        store.has_nodes.store(has_nodes, Ordering::Release);
        Ok(store)
    }

    /// A store for an unavailable PostgreSQL: connections are made on demand. Use it once it [`Store::is_open`].
    pub async fn away(settings: &config::Database, clock: Clock) -> anyhow::Result<Self> {
        Self::pools(settings, clock, settings.one_account_a_commit, false).await
    }

    #[cfg(feature = "faults")]
    fn counting(self) -> Self {
        self.with_counts()
    }

    #[cfg(not(feature = "faults"))]
    fn counting(self) -> Self {
        self
    }

    /// Whether the database is distributed by account: a commit touches the rows of one account, and so does a statement
    /// that changes rows or finds them by their keys.
    pub fn one_account_a_commit(&self) -> bool {
        self.one_account_a_commit.load(Ordering::Acquire)
    }

    async fn pools(settings: &config::Database, clock: Clock, by_account: bool, open: bool) -> anyhow::Result<Self> {
        let (url, connections) = (settings.url.expose_secret(), settings.max_connections.max(6));
        let (half, fifth) = (connections / 2, connections / 5);
        let by_account = Arc::new(AtomicBool::new(by_account));
        let write =
            postgres::connect(url, half, Use::Write, open, &by_account).await.context(OpenError::Unreachable)?;
        let by_keys = postgres::connect(url, fifth, Use::ReadByKeys, open, &by_account).await?;
        let read = postgres::connect(url, connections - half - fifth, Use::Read, open, &by_account).await?;
        let open = Arc::new(AtomicBool::new(open));
        Ok(Self {
            backend: DbBackend::Postgres,
            kept: KeptConnections::of(&write),
            write,
            read,
            by_keys: KeptConnections::of(&by_keys),
            beside: None,
            clock,
            open,
            one_account_a_commit: by_account,
            has_nodes: Arc::default(),
            warned_of_a_part: Arc::default(),
            #[cfg(feature = "faults")]
            tests: counted::StoreTests::default(),
        }
        .counting())
    }

    /// Whether it may be used: it was reached, is durable, and has our tables.
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// Marks it as reached and checked, as `seen` has found it.
    pub fn opened(&self, seen: &Self) {
        self.one_account_a_commit.store(seen.one_account_a_commit(), Ordering::Release);
        self.has_nodes.store(seen.has_nodes.load(Ordering::Acquire), Ordering::Release);
        self.open.store(true, Ordering::Release);
    }

    /// The path of an SQLite database.
    pub fn file(&self) -> Option<&std::path::Path> {
        self.beside.as_ref().map(|beside| beside.path.as_path())
    }

    /// The database engine.
    pub fn backend(&self) -> DbBackend {
        self.backend
    }

    /// True on SQLite.
    pub fn is_sqlite(&self) -> bool {
        self.backend == DbBackend::Sqlite
    }

    /// For reads outside of a write; on SQLite these connections cannot write.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For statements that read many rows by their keys: their plan is made once.
    pub fn by_keys(&self) -> &KeptConnections {
        &self.by_keys
    }

    /// For the transactions of the queue, the most frequent ones.
    pub fn kept(&self) -> &KeptConnections {
        &self.kept
    }

    /// For single statements that write. Use [`Store::write_tx`] for several that belong together.
    pub fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Begins a transaction that may write: `BEGIN IMMEDIATE` on SQLite, because a deferred transaction that reads
    /// first fails at its first write if another wrote meanwhile.
    pub async fn write_tx(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        #[cfg(feature = "faults")]
        self.tests.counted.begins();
        begin(&self.write, options).await
    }

    /// Begins a read of several statements that see one snapshot.
    pub async fn read_tx(&self) -> Result<DatabaseTransaction, DbErr> {
        if self.is_sqlite() {
            return begin(&self.read, TransactionOptions::default()).await;
        }
        let options = TransactionOptions {
            isolation_level: Some(sea_orm::IsolationLevel::RepeatableRead),
            access_mode: Some(sea_orm::AccessMode::ReadOnly),
            ..TransactionOptions::default()
        };
        // Those for reading are for single statements.
        let tx = begin(&self.write, options).await?;
        tx.execute_unprepared(&format!(
            "SET LOCAL statement_timeout = '{READ_LIMIT}'; SET LOCAL idle_in_transaction_session_timeout = '10s'"
        ))
        .await?;
        Ok(tx)
    }

    /// The clock for everything that is not compared inside the database.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Closes all connections after their current work.
    pub async fn close(&self) {
        let beside = self.beside.as_ref().map(|beside| &beside.connection);
        // A pool closes once all its connections are given back.
        self.by_keys.give_up();
        self.kept.give_up();
        for connection in [Some(&self.read), Some(self.by_keys.pool()), beside, Some(&self.write)].into_iter().flatten()
        {
            if let Err(error) = connection.clone().close().await {
                tracing::debug!(%error, "closing a database connection");
            }
        }
    }
}
