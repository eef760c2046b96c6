//! Databases on a Citus cluster instead of a single PostgreSQL: `PAROM_TEST_CITUS` has the addresses of its workers
//! (`host:port`, separated by commas), `PAROM_TEST_POSTGRES` that of its coordinator (`deploy/demo-citus` sets both).

use base::clock::Clock;
use base::config::variable;
use base::store::{self, Store};
use sea_orm::{ConnectionTrait, Statement};
use url::Url;
use uuid::Uuid;

use super::{TestDatabase, connect};
use crate::people::Customer;

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
pub(super) async fn create(database: &TestDatabase, name: &str, cluster: &str) {
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
    let script = include_str!("../../../deploy/citus.sql");
    let statements: Vec<String> =
        script.lines().filter(|line| line.starts_with("SELECT create_")).map(str::to_owned).collect();
    run(database.url(), &statements).await;
}

/// Drops the database on all nodes.
pub(super) async fn remove(name: &str, cluster: &str) {
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
