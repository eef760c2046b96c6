//! The databases: what must be set, who may serve, how the schema comes in.

use std::os::unix::fs::PermissionsExt;

use base::clock::Clock;
use base::config::{self, Config, Secrets};
use base::store::{self, Store};
use base::vault::Vault;
use parom::server::{self, ServerOptions};
use parom_tests::database::TestDatabase;
use parom_tests::office::all_at_once;
use parom_tests::settings::{START, config_text, free_port};
use parom_tests::{Engine, Office, both};
use sea_orm::{ConnectionTrait, Statement};

async fn pragma(db: &impl ConnectionTrait, name: &str) -> String {
    let statement = Statement::from_string(sea_orm::DbBackend::Sqlite, format!("PRAGMA {name}"));
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index::<String>(0).unwrap_or_else(|_| row.try_get_by_index::<i64>(0).unwrap().to_string())
}

#[tokio::test]
async fn sqlite_keeps_what_it_acknowledged() {
    let database = TestDatabase::fresh(Engine::Sqlite).await.unwrap();
    let store = database.store(&Clock::frozen(START)).await;
    assert_eq!(pragma(store.write(), "journal_mode").await, "wal");
    assert_eq!(pragma(store.write(), "synchronous").await, "2", "FULL");
    assert_eq!(pragma(store.write(), "wal_autocheckpoint").await, "0");
    assert_eq!(pragma(store.read(), "query_only").await, "1");
    let refused = store.read().execute_unprepared("DELETE FROM tenant").await;
    assert!(refused.is_err(), "readers must not write");
    assert!(store::check_durability(&store).await.unwrap().is_safe());
}

#[tokio::test]
async fn an_sqlite_file_has_the_name_that_its_url_says() {
    let folder = tempfile::tempdir().unwrap();
    let settings = |name: &str| config::Database {
        url: format!("sqlite://{}/{name}", folder.path().display()).into(),
        migrate: true,
        max_connections: 10,
        one_account_a_commit: false,
    };
    let store = Store::open(&settings("a%20name.db?mode=rwc"), Clock::system()).await.unwrap();
    assert_eq!(store.file(), Some(folder.path().join("a name.db").as_path()));
    assert!(folder.path().join("a name.db-wal").exists(), "the log that is folded lies beside it");
    store.close().await;

    for (wrong, why) in
        [(settings("no/such/folder.db"), "cannot open the database"), (settings(":memory:"), "name a file")]
    {
        let words = Store::open(&wrong, Clock::system()).await.err().expect("it must not open").to_string();
        assert!(words.contains(why), "{words}");
    }
}

#[tokio::test]
async fn postgres_that_may_lose_commits_is_refused() {
    let Some(database) = TestDatabase::fresh(Engine::Postgres).await else { return };
    for value in ["off", "local"] {
        database.administer(&format!("ALTER DATABASE {{name}} SET synchronous_commit = {value}")).await;
        let opened = Store::open(&database.settings(), Clock::system()).await;
        let words = opened.err().expect("it must not open").to_string();
        assert!(words.contains("may lose accepted messages"), "{words}");
        assert!(words.contains(&format!("synchronous_commit is {value}, set it to on")), "{words}");
    }
    database.administer("ALTER DATABASE {name} SET synchronous_commit = remote_write").await;
    let store = Store::open(&database.settings(), Clock::system()).await.unwrap();
    assert!(store::check_durability(&store).await.unwrap().summary().contains("fsync on"));
    store.close().await;
    database.remove().await;
}

#[test]
fn the_key_file_is_made_for_sqlite_alone_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = Secrets { key_file: folder.path().join("parom.key"), key: None };
    let refused = Vault::open(&secrets, false).expect_err("PostgreSQL needs a key that instances share").to_string();
    assert!(refused.contains("parom.key"), "{refused}");
    assert!(!secrets.key_file.exists());
    Vault::open(&secrets, true).unwrap();
    let mode = std::fs::metadata(&secrets.key_file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let made = std::fs::read_to_string(&secrets.key_file).unwrap();
    Vault::open(&secrets, true).unwrap();
    assert_eq!(std::fs::read_to_string(&secrets.key_file).unwrap(), made, "a second start keeps the key");
}

async fn config(database: &TestDatabase) -> Config {
    Config::from_toml(&config_text(free_port(), database.url(), "http://127.0.0.1:9")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_serves_an_sqlite_file() {
    let database = TestDatabase::fresh(Engine::Sqlite).await.unwrap();
    let quiet = || ServerOptions { deliver: false, threads: 1, ..ServerOptions::default() };
    let first = server::start(config(&database).await, quiet()).await.unwrap();
    let second = server::start(config(&database).await, quiet()).await;
    let words = format!("{:#}", second.err().expect("a second one must be refused"));
    assert!(words.contains("another parom serves this database already"), "{words}");
    first.stop().await;
    server::start(config(&database).await, quiet()).await.expect("the lock was let go").stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_serve_one_postgres() {
    let Some(database) = TestDatabase::fresh(Engine::Postgres).await else { return };
    let quiet = || ServerOptions { deliver: false, threads: 1, ..ServerOptions::default() };
    let first = server::start(config(&database).await, quiet()).await.unwrap();
    let second = server::start(config(&database).await, quiet()).await.unwrap();
    first.stop().await;
    second.stop().await;
    database.remove().await;
}

async fn migrations_run_twice_harmlessly(office: &mut Office) {
    let batch = office.desk().to_crm("chat", "1", "Hello");
    office.accepts(batch).await;
    store::migrate(&office.store).await.unwrap();
    assert_eq!(store::pending_migrations(&office.store).await.unwrap(), 0);
    let kept = Statement::from_string(office.store.backend(), "SELECT count(*) AS n FROM letter");
    let row = office.store.read().query_one_raw(kept).await.unwrap().unwrap();
    assert_eq!(row.try_get::<i64>("", "n").unwrap(), 1);
}

/// A database from before the first release, or from a later version, is refused.
async fn migrations_of_another_version_are_refused(office: &mut Office) {
    let db = office.store.write();
    db.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_next', 0)")
        .await
        .unwrap();
    let words = store::migrate(&office.store).await.expect_err("it is newer").to_string();
    assert!(words.contains("a newer version of parom (its migration m20990101_000001_next"), "{words}");
    assert!(words.contains("run that version, or restore the backup"), "{words}");
    assert_eq!(store::pending_migrations(&office.store).await.expect_err("it is newer").to_string(), words);

    db.execute_unprepared("DELETE FROM seaql_migrations").await.unwrap();
    db.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20261120_000001_first', 0)")
        .await
        .unwrap();
    let words = store::migrate(&office.store).await.expect_err("it is older than all releases").to_string();
    assert!(words.contains("before the first release"), "{words}");
    assert!(words.contains("set database.url to a new, empty database"), "{words}");
    assert_eq!(store::pending_migrations(&office.store).await.expect_err("it is older").to_string(), words);
}
both!(migrations_run_twice_harmlessly, migrations_of_another_version_are_refused);

/// As after a process that died in the middle of it: the next one finds no half of a schema.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_breaks_off_leaves_nothing() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = TestDatabase::empty(engine).await else { continue };
        let store = Store::open(&database.settings(), Clock::system()).await.unwrap();
        store.write().execute_unprepared("CREATE TABLE media (id integer)").await.unwrap();
        store::migrate(&store).await.expect_err("a table is in the way");
        store.write().execute_unprepared("DROP TABLE media").await.unwrap();
        store::migrate(&store).await.expect("nothing is in the way any more");
        store.close().await;
        database.remove().await;
    }
}

/// Other transactions end when they pause for a second; a migration may do so on a busy machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_may_pause_between_its_statements() {
    let Some(database) = TestDatabase::empty(Engine::Postgres).await else { return };
    let store = Store::open(&database.settings(), Clock::system()).await.unwrap();
    store::migrate::run_to(&store, &[]).await.unwrap();
    let note = "CREATE TABLE noted (value text); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS \
        'BEGIN INSERT INTO noted VALUES (current_setting(''idle_in_transaction_session_timeout'')); RETURN NEW; END'; \
        CREATE TRIGGER note BEFORE INSERT ON seaql_migrations FOR EACH ROW EXECUTE FUNCTION note()";
    store.write().execute_unprepared(note).await.unwrap();
    store::migrate(&store).await.unwrap();
    let noted = Statement::from_string(store.backend(), "SELECT DISTINCT value FROM noted");
    let noted = store.read().query_all_raw(noted).await.unwrap();
    let noted: Vec<String> = noted.iter().map(|row| row.try_get("", "value").unwrap()).collect();
    assert_eq!(noted, ["0"]);
    store.close().await;
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn four_instances_migrate_one_postgres_at_once() {
    let Some(database) = TestDatabase::empty(Engine::Postgres).await else { return };
    let mut stores = Vec::new();
    for _ in 0..4 {
        stores.push(Store::open(&database.settings(), Clock::system()).await.unwrap());
    }
    let done = all_at_once(stores.iter().cloned().map(|store| async move { store::migrate(&store).await })).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    for store in stores {
        assert_eq!(store::pending_migrations(&store).await.unwrap(), 0);
        store.close().await;
    }
    database.remove().await;
}

#[tokio::test]
async fn a_database_that_is_behind_is_refused_when_migrating_is_off() {
    let database = TestDatabase::fresh(Engine::Sqlite).await.unwrap();
    let mut config = config(&database).await;
    config.database.migrate = false;
    let words = server::start(config, ServerOptions::default()).await.err().expect("it must not serve").to_string();
    assert!(words.contains("parom migrate"), "{words}");
}
