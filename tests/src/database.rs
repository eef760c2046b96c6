//! A fresh database per test, on either engine.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base::clock::Clock;
use base::config::variable;
use base::store::Store;
use base::{config, store};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use crate::people::Customer;
use crate::settings::needed;

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
            if !workers().is_empty() {
                create(&database, name, cluster).await;
                return Some(database);
            }
            let admin = connect(cluster).await;
            let schema = in_cluster(&admin, &database).await;
            admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {schema}")).await.expect("a copy");
            admin.close().await.expect("the connection closes");
        }
        Some(database)
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
        if let Some((name, cluster)) = self.created.as_ref().filter(|_| !workers().is_empty()) {
            return remove(name, cluster).await;
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

// A migrated PostgreSQL database that tests copy: a copy takes a fifth of the time of the migrations.

/// The name of the database to copy. The first test that needs it creates it; the others wait.
async fn in_cluster(admin: &DatabaseConnection, like: &TestDatabase) -> String {
    let number = fingerprint();
    let name = format!("parom_schema_{number:016x}");
    if is_there(admin, &name).await {
        return name;
    }
    let key = number.cast_signed();
    admin.execute_unprepared(&format!("SELECT pg_advisory_lock({key})")).await.expect("a lock");
    if !is_there(admin, &name).await {
        let draft = format!("{name}_draft");
        for statement in [format!("DROP DATABASE IF EXISTS {draft}"), format!("CREATE DATABASE {draft}")] {
            admin.execute_unprepared(&statement).await.expect("a database for the schema");
        }
        let (_, cluster) = like.created.as_ref().expect("only PostgreSQL databases are copied");
        let settings = config::Database { url: address_of(cluster, &draft).into(), ..like.settings() };
        let store = Store::open(&settings, Clock::system()).await.expect("the database opens");
        store::migrate(&store).await.expect("the migrations run");
        store.close().await;
        // The name appears only when all of it is there.
        admin.execute_unprepared(&format!("ALTER DATABASE {draft} RENAME TO {name}")).await.expect("a new name");
    }
    admin.execute_unprepared(&format!("SELECT pg_advisory_unlock({key})")).await.expect("the lock is released");
    name
}

async fn is_there(admin: &DatabaseConnection, name: &str) -> bool {
    let asked = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    let asked = Statement::from_string(admin.get_database_backend(), asked);
    admin.query_one_raw(asked).await.expect("the cluster answers").is_some()
}

/// Changes with the migrations' source, so that a cluster can serve several builds.
fn fingerprint() -> u64 {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../migration/src"), &mut files);
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(&file).expect("a migration can be read").hash(&mut hasher);
    }
    hasher.finish()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder of migrations") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { collect(&path, into) } else { into.push(path) }
    }
}

// Databases on a Citus cluster instead of a single PostgreSQL: `PAROM_TEST_CITUS` has the addresses of its workers
// (`host:port`, separated by commas), `PAROM_TEST_POSTGRES` that of its coordinator (`deploy/demo-citus` sets both).

const VARIABLE: &str = "PAROM_TEST_CITUS";
const FOLDER: &str = "PAROM_TEST_CITUS_FOLDER";

/// The addresses of the workers; empty without a cluster.
pub fn workers() -> Vec<String> {
    let all = variable(VARIABLE).unwrap_or_default();
    all.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

/// The address of a database on each node, the coordinator first.
fn nodes(cluster: &str, name: &str) -> Vec<String> {
    let mut address = Url::parse(cluster).expect("PAROM_TEST_POSTGRES is an address");
    address.set_path(name);
    let mut all = vec![address.to_string()];
    for worker in workers() {
        let (host, port) = host_and_port(&worker);
        address.set_host(Some(&host)).expect("a host");
        address.set_port(Some(port)).expect("a port");
        all.push(address.to_string());
    }
    all
}

fn host_and_port(worker: &str) -> (String, u16) {
    let (host, port) = worker.rsplit_once(':').expect("a worker is host:port");
    (host.to_owned(), port.parse().expect("a port"))
}

async fn run(address: &str, statements: &[String]) {
    let node = connect(address).await;
    for statement in statements {
        node.execute_unprepared(statement).await.expect(statement);
    }
    node.close().await.expect("the connection closes");
}

/// Creates the database on all nodes, with its tables distributed.
async fn create(database: &TestDatabase, name: &str, cluster: &str) {
    let statements = [format!("CREATE DATABASE {name}")];
    for node in nodes(cluster, "postgres") {
        run(&node, &statements).await;
    }
    for node in nodes(cluster, name) {
        run(&node, &["CREATE EXTENSION citus".to_owned()]).await;
    }
    let coordinator = Url::parse(cluster).expect("PAROM_TEST_POSTGRES is an address");
    let (host, port) = (coordinator.host_str().expect("a host"), coordinator.port().expect("a port"));
    let mut joined = vec![format!("SELECT citus_set_coordinator_host('{host}', {port})")];
    for worker in workers() {
        let (host, port) = host_and_port(&worker);
        joined.push(format!("SELECT citus_add_node('{host}', {port})"));
    }
    run(database.url(), &joined).await;
    let store = Store::open(&database.settings(), Clock::system()).await.expect("the database opens");
    store::migrate(&store).await.expect("the migrations run");
    store.close().await;
    let script = include_str!("../../deploy/citus.sql");
    let statements: Vec<String> =
        script.lines().filter(|line| line.starts_with("SELECT create_")).map(str::to_owned).collect();
    run(database.url(), &statements).await;
}

/// Drops the database on all nodes.
async fn remove(name: &str, cluster: &str) {
    for node in nodes(cluster, "postgres") {
        run(&node, &[format!("DROP DATABASE {name} WITH (FORCE)")]).await;
    }
}

/// The nodes of a test's database.
impl TestDatabase {
    /// The number of the worker that has an account's rows.
    pub async fn worker_of(&self, tenant_id: Uuid) -> usize {
        let text = format!(
            "SELECT nodename || ':' || nodeport AS node FROM pg_dist_shard_placement \
             WHERE shardid = get_shard_id_for_distribution_column('message', '{tenant_id}'::uuid)"
        );
        let db = self.connect().await;
        let asked = Statement::from_string(db.get_database_backend(), text);
        let found = db.query_one_raw(asked).await.expect("the cluster answers").expect("a shard");
        let node: String = found.try_get("", "node").expect("a node");
        db.close().await.expect("the connection closes");
        workers().iter().position(|worker| *worker == node).expect("a worker")
    }
}

/// Ends a worker as a crash would, until [`starts`].
pub fn kills(worker: usize) {
    switch("kill", worker);
}

/// Starts a worker again.
pub fn starts(worker: usize) {
    switch("start", worker);
}

/// Runs a script of `deploy/demo-citus`, in whose folder the coordinator is node 0.
fn switch(script: &str, worker: usize) {
    let folder = variable(FOLDER).expect("deploy/demo-citus sets PAROM_TEST_CITUS_FOLDER");
    let program = std::path::Path::new(&folder).join(script);
    let done = std::process::Command::new(program).arg((worker + 1).to_string()).status();
    assert!(done.expect("a script of deploy/demo-citus").success(), "{script} {worker}");
}

impl Customer {
    /// The same with another key of the messenger.
    pub fn with_key(mut self, key: &str) -> Self {
        self.api = self.api.with_key(key);
        self
    }
}
