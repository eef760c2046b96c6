//! The schema as the databases have it, not as the migrations say: it can be distributed by tenant, and hands out
//! no numbers of its own.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use base::clock::Clock;
use base::config::{self, Config, Secrets};
use base::store::{self, Store};
use base::vault::Vault;
use parom::server::{self, ServerOptions};
use parom_tests::database::TestDatabase;
use parom_tests::office::all_at_once;
use parom_tests::settings::{START, config_text, free_port};
use parom_tests::{Engine, Office, both, on_postgres};
use sea_orm::{ConnectionTrait, Statement};

/// Read without a tenant, by design.
const WITHOUT_TENANT: [&str; 3] = ["directory", "migration_guard", "seaql_migrations"];

/// Scans over all tenants: the queue's timer, accounts' scheduled work, the accounts of a login of the vendor's, files
/// that are due to be fetched or deleted, alerts and notices about them, running imports, lines at messengers that are
/// to be checked, reviews of templates, letters about answers in chats, and jobs. Nothing else may be searched without a
/// tenant.
const SCANS: [&str; 23] = [
    "ledger_delta_all_day",
    "source_poll",
    "source_renew",
    "turn_pool",
    "tenant_probe",
    "tenant_plan",
    "tenant_reconciled",
    "tenant_customer",
    "media_wanted",
    "media_day",
    "alert_letter",
    "alert_notice_due",
    "import_due",
    "job_due",
    "contact_task_due",
    "origin_task_due",
    "history_look_due",
    "source_look",
    "crm_subscription_due",
    "source_notice_due",
    "message_template_due",
    "replay_due",
    "chat_email_due",
];

#[derive(Debug, Default)]
struct Table {
    /// Name and type.
    columns: BTreeMap<String, String>,
    primary: Vec<String>,
    /// Name, unique, columns; primary keys are not among them.
    indexes: Vec<(String, bool, Vec<String>)>,
    foreign: Vec<Vec<String>>,
}

type Schema = BTreeMap<String, Table>;

async fn rows(office: &Office, sql: &str) -> Vec<Vec<String>> {
    let statement = Statement::from_string(office.store.backend(), sql);
    let found = office.store.read().query_all_raw(statement).await.expect(sql);
    found
        .into_iter()
        .map(|row| {
            let names = row.column_names();
            names.iter().map(|name| row.try_get::<String>("", name).expect(name)).collect()
        })
        .collect()
}

async fn read(office: &Office) -> Schema {
    let mut schema = Schema::new();
    let sql = "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns \
               WHERE table_schema = 'public'";
    for row in rows(office, sql).await {
        schema.entry(row[0].clone()).or_default().columns.insert(row[1].clone(), row[2].clone());
    }
    let sql = "SELECT i.indrelid::regclass::text AS t, c.relname::text AS i, i.indisunique::text AS u, \
               i.indisprimary::text AS p, (SELECT string_agg(pg_get_indexdef(i.indexrelid, n, true), ',' ORDER BY n) \
               FROM generate_series(1, i.indnkeyatts) AS n) AS columns FROM pg_index i \
               JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace s ON s.oid = c.relnamespace \
               WHERE s.nspname = 'public'";
    for row in rows(office, sql).await {
        let columns: Vec<String> = row[4].split(',').map(str::to_owned).collect();
        let table = schema.entry(row[0].clone()).or_default();
        if row[3] == "true" {
            table.primary = columns;
        } else {
            table.indexes.push((row[1].clone(), row[2] == "true", columns));
        }
    }
    let sql = "SELECT conrelid::regclass::text AS t, (SELECT string_agg(attname::text, ',' ORDER BY n) FROM \
               unnest(conkey) WITH ORDINALITY AS k(num, n) JOIN pg_attribute ON attrelid = conrelid AND attnum = num) \
               AS columns FROM pg_constraint WHERE contype = 'f'";
    for row in rows(office, sql).await {
        schema.entry(row[0].clone()).or_default().foreign.push(row[1].split(',').map(str::to_owned).collect());
    }
    schema
}

async fn every_key_begins_with_the_tenant(office: &mut Office) {
    let schema = read(office).await;
    for (name, table) in schema.iter().filter(|(name, _)| !WITHOUT_TENANT.contains(&name.as_str())) {
        let first = |columns: &[String]| columns.first().cloned().unwrap_or_default();
        assert_eq!(first(&table.primary), "tenant_id", "the primary key of {name}: {:?}", table.primary);
        for (index, unique, columns) in &table.indexes {
            let scan = SCANS.contains(&index.as_str()) && !unique;
            assert!(scan || first(columns) == "tenant_id", "index {index} of {name}: {columns:?}");
        }
        for columns in &table.foreign {
            assert_eq!(first(columns), "tenant_id", "a foreign key of {name}: {columns:?}");
        }
    }
}

async fn no_numbers_are_handed_out(office: &mut Office) {
    let sql = "SELECT c.relname::text AS name FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace \
               WHERE c.relkind = 'S' AND s.nspname = 'public'";
    assert_eq!(rows(office, sql).await, Vec::<Vec<String>>::new(), "sequences");
    let sql = "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns WHERE \
               table_schema = 'public' AND (is_identity = 'YES' OR column_default LIKE '%nextval%')";
    assert_eq!(rows(office, sql).await, Vec::<Vec<String>>::new(), "identity columns");
}

/// `deploy/citus.sql` names each table once, and each in the way that it is read.
async fn the_sql_for_citus_names_every_table_once(office: &mut Office) {
    let sql = include_str!("../../deploy/citus.sql");
    let statements: Vec<&str> = sql.lines().filter(|line| !line.is_empty() && !line.starts_with("--")).collect();
    let mut named = BTreeMap::new();
    for statement in &statements {
        let (function, rest) = statement.strip_prefix("SELECT ").and_then(|rest| rest.split_once('(')).unwrap();
        let mut quoted = rest.split('\'').skip(1).step_by(2);
        let table = quoted.next().unwrap();
        let by = quoted.next();
        assert!(statement.ends_with(");"), "{statement}");
        assert!(named.insert(table, (function, by)).is_none(), "{table} twice");
        let together = quoted.next();
        assert!(
            by.is_none() || table == "tenant" || together == Some("tenant"),
            "an account's rows lie together: {statement}"
        );
    }
    assert!(statements[0].contains("'tenant', 'tenant_id'"), "the others lie where the first does");
    for (name, table) in read(office).await {
        let wanted = match name.as_str() {
            "seaql_migrations" | "migration_guard" => None,
            "directory" => Some(("create_reference_table", None)),
            _ => Some(("create_distributed_table", Some("tenant_id"))),
        };
        assert_eq!(named.remove(name.as_str()), wanted, "{name}");
        assert!(wanted.is_none_or(|(_, by)| by.is_none()) || table.columns.contains_key("tenant_id"), "{name}");
    }
    assert!(named.is_empty(), "tables that are not there: {named:?}");
}

async fn hot_tables_have_room_and_an_eager_vacuum(office: &mut Office) {
    for table in ["lane", "letter", "turn"] {
        let sql = format!("SELECT array_to_string(reloptions, ' ') AS options FROM pg_class WHERE relname = '{table}'");
        let options = rows(office, &sql).await.concat().concat();
        assert!(
            options.contains("fillfactor=70") && options.contains("autovacuum_vacuum_scale_factor"),
            "{table}: {options}"
        );
    }
}

// The databases: what must be set, who may serve, how the schema comes in.

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

on_postgres!(every_key_begins_with_the_tenant, hot_tables_have_room_and_an_eager_vacuum, no_numbers_are_handed_out);
on_postgres!(the_sql_for_citus_names_every_table_once);
both!(migrations_of_another_version_are_refused, migrations_run_twice_harmlessly);
