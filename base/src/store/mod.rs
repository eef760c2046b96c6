//! The database: one write path, separate readers, and the checks behind the promise "stored".

mod blocking;
#[cfg(feature = "faults")]
mod counted;
pub mod directory;
mod executor;
mod kept;
pub mod like;
pub mod migrate;
mod nodes;
mod postgres;
pub mod rate_limit;
mod sqlite;
mod unavailable;

use std::fs::{File, OpenOptions};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Context;
use executor::begin;
use fs4::fs_std::FileExt;
use postgres::{READ_LIMIT, Use};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, Value,
};
use secrecy::ExposeSecret;

use crate::clock::Clock;
use crate::config;
pub use blocking::{BlockingConnection, BlockingRow, BlockingTransaction};
#[cfg(feature = "faults")]
pub use counted::{CountedStatements, StatementsOfTask, statements_of};
pub use executor::{ColumnValue, Executor, ResultRow, Row, finish_tx};
pub use kept::{KeptConnections, KeptTransaction};
pub use migrate::{MigrateError, pending as pending_migrations, run as migrate};
pub use nodes::Search;
pub use sqlite::keep_checkpointing;
pub use unavailable::{
    Durability, NodeAway, OpenError, check_durability, concerns_one_node, database_is_away, is_node_away,
    is_unavailable,
};

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
    beside: Option<sqlite::CheckpointConnection>,
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

    /// Opens a database that exists: what only reads must not leave an empty one in a folder that was the wrong one.
    pub async fn open_existing(settings: &config::Database, clock: Clock) -> anyhow::Result<Self> {
        if let Some(path) = settings.file().filter(|path| !path.exists()) {
            return Err(OpenError::Missing(std::path::absolute(&path).unwrap_or(path)).into());
        }
        Self::open(settings, clock).await
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
        let beside = sqlite::CheckpointConnection::open(path, sqlite::connect(url, 1, false).await?)
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

    /// For single statements that write. Use [`in_transaction`] for several that belong together.
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

    /// Sets the metrics of each pool: its open connections, and how many of them are idle.
    pub fn measure_connections(&self) {
        for (pool, connections, kept) in [
            ("read", &self.read, 0),
            ("by_keys", self.by_keys.pool(), self.by_keys.idle_count()),
            ("write", &self.write, self.kept.idle_count()),
        ] {
            let (open, idle) = match self.backend {
                DbBackend::Postgres => {
                    let pool = connections.get_postgres_connection_pool();
                    (pool.size(), pool.num_idle())
                }
                _ => {
                    let pool = connections.get_sqlite_connection_pool();
                    (pool.size(), pool.num_idle())
                }
            };
            let idle = u32::try_from(idle + kept).unwrap_or(u32::MAX).min(open);
            for (state, count) in [("idle", idle), ("used", open - idle)] {
                metrics::gauge!("parom_db_connections", "pool" => pool, "state" => state).set(f64::from(count));
            }
        }
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

impl Store {
    /// The database's time in milliseconds, with which leases and due times are compared: its own clock on PostgreSQL
    /// (shared by all instances), ours on SQLite.
    pub async fn now(&self) -> Result<i64, DbErr> {
        if self.is_sqlite() {
            return Ok(self.clock.millis());
        }
        let statement = Statement::from_string(self.backend, format!("SELECT {} AS now", self.now_sql()));
        let row = self.read.query_one_raw(statement).await?;
        row.ok_or_else(|| DbErr::RecordNotFound("the database returned no time".into()))?.try_get("", "now")
    }

    /// The SQL expression for "now" on PostgreSQL; constant while a test's clock is frozen.
    pub fn now_sql(&self) -> String {
        match self.clock.frozen_millis() {
            None => "(extract(epoch from clock_timestamp()) * 1000)::bigint".to_owned(),
            Some(millis) => format!("{millis}::bigint"),
        }
    }

    /// "Now" for a statement that changes rows: [`Store::now_sql`], or its parameter `number` and the value to bind to it
    /// where a change must not read a clock.
    pub async fn now_of_change(&self, number: usize) -> Result<(String, Option<Value>), DbErr> {
        if self.one_account_a_commit() {
            return Ok((format!("${number}::bigint"), Some(self.now().await?.into())));
        }
        Ok((self.now_sql(), None))
    }
}

/// Runs several statements that belong together: all of them are stored, or after an error none.
pub async fn in_transaction<T, E: From<DbErr>>(
    store: &Store,
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, E>,
) -> Result<T, E> {
    let tx = store.write_tx().await?;
    // Boxed, so that the futures of its callers don't contain it: the compiler walks through all that one contains.
    let done = Box::pin(work(&tx)).await;
    finish_tx(tx, done).await
}

/// Held while the process serves; the operating system releases it when the process dies.
pub struct ServeLock {
    _file: Option<File>,
}

impl Store {
    /// Claims the right to serve. On SQLite a second serving process is refused, because leases are voided at start; on
    /// PostgreSQL any number may serve.
    pub fn lock_for_serving(&self) -> anyhow::Result<ServeLock> {
        let Some(path) = self.file() else { return Ok(ServeLock { _file: None }) };
        let path = path.with_extension("serve-lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("cannot open the lock file {}", path.display()))?;
        let free = file.try_lock_exclusive().with_context(|| format!("cannot lock {}", path.display()))?;
        anyhow::ensure!(
            free,
            "another parom serves this database already ({} is locked); SQLite takes one serving process, use PostgreSQL for several",
            path.display()
        );
        Ok(ServeLock { _file: Some(file) })
    }
}
