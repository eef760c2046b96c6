//! What was released stays as it was: the migrations of a release still make the schema that its fixture has, and the
//! fixtures in `released.sha256` are not written again (docs/decisions/0035-releases.md).

use std::path::PathBuf;

use base::clock::Clock;
use base::store::{Store, migrate};
use parom_tests::{Engine, TestDatabase};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use sha2::{Digest, Sha256};

use super::fixture::{self, file, pg_dump};

/// Statements that make the schema of a database, in one order.
async fn schema(database: &TestDatabase, db: &DatabaseConnection) -> String {
    if database.engine() == Engine::Postgres {
        return pg_dump(database, &["--schema-only"]).await;
    }
    let all = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), all)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap() + ";\n").collect()
}

/// Names of the migrations that a database has, oldest first.
async fn applied(db: &DatabaseConnection) -> Vec<String> {
    let all = "SELECT version FROM seaql_migrations ORDER BY version";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), all)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
}

async fn migrations_make_what_they_made(engine: Engine) {
    let (Some(old), Some(new)) = (TestDatabase::empty(engine).await, TestDatabase::empty(engine).await) else { return };
    fixture::fill(&old, &std::fs::read_to_string(file(engine)).unwrap()).await;
    let db = old.connect().await;
    let store = Store::open(&new.settings(), Clock::system()).await.unwrap();
    migrate::run_to(&store, &applied(&db).await).await.unwrap();
    let (then, now) = (schema(&old, &db).await, schema(&new, store.write()).await);
    let differ = then.lines().zip(now.lines()).find(|(then, now)| then != now);
    assert!(
        then == now,
        "the schema of the release and the one that its migrations make differ, first in {differ:?}. Before the release: \
         make the fixture again with UPDATE_UPGRADE=1. After it: add a migration instead of changing a released one"
    );
    db.close().await.unwrap();
    store.close().await;
    old.remove().await;
    new.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrations_make_what_they_made_on_sqlite() {
    migrations_make_what_they_made(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrations_make_what_they_made_on_postgres() {
    migrations_make_what_they_made(Engine::Postgres).await;
}

/// Names and checksums of the fixtures of releases, as `sha256sum` prints them.
fn released() -> Vec<(String, String)> {
    let list = include_str!("released.sha256").lines().filter(|line| !line.is_empty());
    list.map(|line| line.split_once("  ").expect("a checksum and a name"))
        .map(|(sum, name)| (name.into(), sum.into()))
        .collect()
}

/// Whether the fixture of a release belongs to a version that is out.
pub(super) fn is_released(path: &std::path::Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    released().iter().any(|(known, _)| known == name)
}

#[test]
fn fixtures_of_releases_are_as_they_were() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("it/upgrade");
    for (name, sum) in released() {
        let bytes = std::fs::read(folder.join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(hex::encode(Sha256::digest(bytes)), sum, "{name} is of a release and must not change");
    }
}
