//! A process that is killed within a migration: each migration is one transaction, so nothing of it remains, and the
//! next start applies it from the beginning.

use std::path::Path;
use std::process::Stdio;

use base::clock::Clock;
use base::store::{self, Store};
use parom_tests::Engine;
use parom_tests::drill::Drill;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// The migration waits for a lock when it is recorded: after its last step, before its commit.
const STOP_POSTGRES: &str = "SELECT pg_advisory_lock(1); \
    CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_lock(1); RETURN NEW; END'; \
    CREATE TRIGGER stop BEFORE INSERT ON seaql_migrations FOR EACH ROW EXECUTE FUNCTION stop()";
const GO_ON_POSTGRES: &str =
    "SELECT pg_advisory_unlock(1); DROP TRIGGER stop ON seaql_migrations; DROP FUNCTION stop()";
/// It writes rows without end instead, which SQLite begins to store before the commit.
const STOP_SQLITE: &str = "CREATE TABLE ballast (row BLOB); \
    CREATE VIEW endless AS WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT n FROM numbers; \
    CREATE TRIGGER stop BEFORE INSERT ON seaql_migrations BEGIN INSERT INTO ballast SELECT zeroblob(4000) FROM endless; END";
const GO_ON_SQLITE: &str = "DROP TRIGGER stop; DROP VIEW endless; DROP TABLE ballast";
/// Bytes of SQLite's log, many more than a migration without the trigger writes.
const STORED: u64 = 64 * 1024 * 1024;

async fn open(drill: &Drill) -> Store {
    Store::open(&drill.database_settings(), Clock::system()).await.unwrap()
}

async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// The names of the applied migrations, and everything that the schema consists of.
async fn state(drill: &Drill) -> (Vec<String>, Vec<String>) {
    let db = drill.connect().await;
    let schema = match db.get_database_backend() {
        DbBackend::Sqlite => "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name",
        _ => {
            "SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type, column_default, is_nullable) AS line \
             FROM information_schema.columns WHERE table_schema = 'public' UNION ALL \
             SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL \
             SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY line"
        }
    };
    let found = (texts(&db, "SELECT version FROM seaql_migrations ORDER BY version").await, texts(&db, schema).await);
    db.close().await.unwrap();
    found
}

/// Runs `parom migrate` and kills it within the transaction of the next migration.
async fn dies_within(drill: &Drill, engine: Engine) {
    let db = drill.connect().await;
    let (stop, go_on) = match engine {
        Engine::Sqlite => (STOP_SQLITE, GO_ON_SQLITE),
        Engine::Postgres => (STOP_POSTGRES, GO_ON_POSTGRES),
    };
    db.execute_unprepared(stop).await.unwrap();
    let mut process = drill.command(&["migrate"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let log = drill.config_file().with_file_name("parom.db-wal");
    drill
        .until("the migration is about to be recorded", async || {
            let is_there = match engine {
                Engine::Sqlite => std::fs::metadata(&log).is_ok_and(|log| log.len() > STORED),
                Engine::Postgres => !texts(
                    &db,
                    "SELECT locktype FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                )
                .await
                .is_empty(),
            };
            is_there.then_some(())
        })
        .await;
    process.start_kill().unwrap();
    process.wait().await.unwrap();
    db.execute_unprepared(go_on).await.unwrap();
    db.close().await.unwrap();
}

async fn within_each_migration(engine: Engine) {
    let Some(mut drill) = Drill::prepare(engine, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await else { return };
    drill.loses_its_database().await;
    let store = open(&drill).await;
    store::migrate(&store).await.unwrap();
    store.close().await;
    let (all, schema) = state(&drill).await;
    assert!(all.len() > 1, "{all:?}");
    for earlier in 0..all.len() {
        drill.loses_its_database().await;
        let store = open(&drill).await;
        store::migrate::run_to(&store, &all[..earlier]).await.unwrap();
        store.close().await;
        let before = state(&drill).await;
        assert_eq!(before.0, all[..earlier]);
        dies_within(&drill, engine).await;
        assert_eq!(state(&drill).await, before, "nothing of {} remains", all[earlier]);
        drill.serves("").await;
        drill.stops().await;
        assert_eq!(state(&drill).await, (all.clone(), schema.clone()), "the next start applies it");
    }
    drill.ends_well().await;
}

on_both!(within_each_migration);
