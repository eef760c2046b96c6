//! A fresh database per test, on either engine.

use std::time::Duration;

use base::clock::Clock;
use base::config;
use base::store::{self, Store};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;
use uuid::Uuid;

use crate::needed::needed;

pub mod citus;
mod schema;

/// The supported database engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A test's database: an SQLite file in its own folder, or a database in the cluster that `tests/run` started.
pub struct TestDatabase {
    engine: Engine,
    url: String,
    /// Name and cluster of a PostgreSQL database.
    created: Option<(String, String)>,
    folder: TempDir,
}

impl TestDatabase {
    /// Creates one; on PostgreSQL with all migrations applied. `None`, with a line on stdout, if there is no PostgreSQL
    /// to create it in.
    pub async fn fresh(engine: Engine) -> Option<Self> {
        let database = Self::reserved(engine)?;
        if let Some((name, cluster)) = &database.created {
            if !citus::workers().is_empty() {
                citus::create(&database, name, cluster).await;
                return Some(database);
            }
            let admin = connect(cluster).await;
            let schema = schema::in_cluster(&admin, &database).await;
            admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {schema}")).await.expect("a copy");
            admin.close().await.expect("the connection closes");
        }
        Some(database)
    }

    /// Creates one without any tables in a cluster of the test's own.
    pub async fn in_cluster(cluster: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let name = format!("parom_{}", Uuid::new_v4().simple());
        let url = address_of(cluster, &name);
        let database = Self { engine: Engine::Postgres, url, created: Some((name, cluster.to_owned())), folder };
        database.administer("CREATE DATABASE {name}").await;
        database
    }

    /// Creates one without any tables, for tests of migrations.
    pub async fn empty(engine: Engine) -> Option<Self> {
        let database = Self::reserved(engine)?;
        if database.created.is_some() {
            database.administer("CREATE DATABASE {name}").await;
        }
        Some(database)
    }

    /// A folder, and a name that is free in the cluster.
    fn reserved(engine: Engine) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        if engine == Engine::Sqlite {
            let url = format!("sqlite://{}", folder.path().join("parom.db").display());
            return Some(Self { engine, url, created: None, folder });
        }
        let cluster = needed("PAROM_TEST_POSTGRES")?;
        let name = format!("parom_{}", Uuid::new_v4().simple());
        let url = address_of(&cluster, &name);
        Some(Self { engine, url, created: Some((name, cluster)), folder })
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The test's folder; the SQLite file is `parom.db` in it.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The server's settings for it.
    pub fn settings(&self) -> config::Database {
        config::Database {
            url: self.url.clone().into(),
            migrate: true,
            max_connections: 10,
            one_account_a_commit: false,
        }
    }

    /// A migrated store with a frozen clock, without a server.
    pub async fn store(&self, clock: &Clock) -> Store {
        let store = Store::open(&self.settings(), clock.clone()).await.expect("the database opens");
        store::migrate(&store).await.expect("the migrations run");
        store
    }

    /// A plain connection, as of another program.
    pub async fn connect(&self) -> DatabaseConnection {
        connect(&self.url).await
    }

    /// Blocks all writers until released.
    pub async fn blocked(&self) -> Blocked {
        let connection = self.connect().await;
        let text = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN; LOCK TABLE raw_hook IN EXCLUSIVE MODE",
        };
        connection.execute_unprepared(text).await.expect("the lock is free");
        Blocked(connection)
    }

    /// Runs a statement as the cluster's administrator, outside this database.
    pub async fn administer(&self, statement: &str) {
        let Some((name, cluster)) = &self.created else { panic!("only PostgreSQL has an administrator") };
        let admin = connect(cluster).await;
        admin.execute_unprepared(&statement.replace("{name}", name)).await.expect(statement);
        admin.close().await.expect("the connection closes");
    }

    /// Destroys everything in it: a new, empty database has its address.
    pub async fn empty_again(&self) {
        match self.engine {
            Engine::Sqlite => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(self.folder().join(format!("parom.db{end}")));
                }
            }
            Engine::Postgres => {
                self.administer("DROP DATABASE {name} WITH (FORCE)").await;
                self.administer("CREATE DATABASE {name}").await;
            }
        }
    }

    /// Drops it. One left behind by a panic is removed with its cluster.
    pub async fn remove(self) {
        if let Some((name, cluster)) = self.created.as_ref().filter(|_| !citus::workers().is_empty()) {
            return citus::remove(name, cluster).await;
        }
        if self.created.is_some() {
            self.administer("DROP DATABASE {name} WITH (FORCE)").await;
        }
    }
}

/// A database whose writers are blocked.
pub struct Blocked(DatabaseConnection);

impl Blocked {
    /// Unblocks them.
    pub async fn release(self) {
        self.0.execute_unprepared("ROLLBACK").await.expect("the lock is let go");
        self.0.close().await.expect("the connection closes");
    }
}

fn address_of(cluster: &str, name: &str) -> String {
    let (server, _) = cluster.rsplit_once('/').expect("PAROM_TEST_POSTGRES ends with /DATABASE");
    format!("{server}/{name}")
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    // Without sqlx's task, which can loop for ever (`base::store::postgres`).
    options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    Database::connect(options).await.expect("the database answers")
}
