//! kill -9 drills: a process dies at every fault point and at any moment; after a start without faults nothing is
//! lost, and amoCRM has every text once.

mod start;
mod takeover;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base::clock::Clock;
use base::fault::POINTS;
use base::store;
use base::store::Store;
use parom_tests::drill::{Drill, LIMIT};
use parom_tests::meddler::{Meddler, Meddling};
use parom_tests::settings::HOST;
use parom_tests::{Engine, Line, both_engines, try_answer};
use reqwest::Method;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use simulator::crm::{HookMessage, Part};

async fn prepared(engine: Engine) -> Option<(Drill, Line)> {
    let mut drill = Drill::prepare(engine, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await?;
    drill.serves("").await;
    let line = drill.line("support").await;
    drill.customer(&line, "anna").writes("opens").await;
    drill.arrives_at_crm(HOST, "opens").await;
    drill.everything_is_carried().await;
    drill.stops().await;
    Some((drill, line))
}

/// Those on the road of a text.
fn points() -> Vec<&'static str> {
    let road = ["accept.", "claim.", "deliver.", "settle."];
    POINTS.iter().copied().filter(|point| road.iter().any(|part| point.starts_with(part))).collect()
}

fn each_once(texts: Vec<String>) {
    let unique: BTreeSet<&String> = texts.iter().collect();
    assert_eq!(unique.len(), texts.len(), "something came twice: {texts:?}");
}

async fn dies_at_every_point(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    for point in points() {
        // A letter that is leased by the commit that stores it is not claimed.
        let more = if point.starts_with("claim.") { ",slots.reserve=error:1000" } else { "" };
        let plan = format!("{point}=abort{more}");

        let text = format!("to amoCRM, {point}");
        let body = drill.customer(&line, "anna").body(&text, &text);
        drill.serves(&plan).await;
        let post = |drill: &Drill| drill.api.request(reqwest::Method::POST, &line.path("/messages")).json(&body);
        let first = try_answer(post(&drill)).await.map(|reply| reply.status);
        drill.dies().await;
        drill.a_minute_passes().await;
        drill.serves("").await;
        // What was not acknowledged is written again by who wrote it, under the same id. Stored it is already unless
        // the commit did not come: the worker may pick a letter up, and die, before its sender has been answered.
        if first.is_err() {
            let again = try_answer(post(&drill)).await.expect("the server answers");
            let wanted = if point == "accept.before_commit" { 202 } else { 200 };
            assert_eq!(again.status, wanted, "{point}: {}", again.text);
        }
        drill.arrives_at_crm(HOST, &text).await;
        drill.everything_is_carried().await;
        drill.stops().await;

        let text = format!("to the messenger, {point}");
        let manager = drill.manager(&line);
        let hook = manager.prepares("anna", HookMessage::text(&text));
        drill.serves(&plan).await;
        let first = manager.posts(&hook).await;
        drill.dies().await;
        drill.a_minute_passes().await;
        drill.serves("").await;
        if first.is_none() {
            assert_eq!(manager.posts(&hook).await, Some(200));
        }
        drill.arrives_at_messenger(&text).await;
        drill.everything_is_carried().await;
        drill.stops().await;
    }
    assert_eq!(drill.texts_at_crm(&line).len(), 1 + points().len());
    assert_eq!(drill.messenger.texts().len(), points().len());
    each_once(drill.texts_at_crm(&line));
    each_once(drill.messenger.texts());
    drill.ends_well().await;
}

/// Writes numbered texts until stopped, each until it is acknowledged; returns how many.
async fn keeps_writing(drill: &Drill, line: &Line, enough: Arc<AtomicBool>) -> tokio::task::JoinHandle<usize> {
    let (api, customer, path) = (drill.api.clone(), drill.customer(line, "anna"), line.path("/messages"));
    tokio::spawn(async move {
        let mut number = 0;
        while !enough.load(Ordering::SeqCst) {
            let text = text(number);
            let request = api.request(reqwest::Method::POST, &path).json(&customer.body(&text, &text));
            match try_answer(request).await {
                Ok(reply) if reply.status < 300 => number += 1,
                _ => tokio::task::yield_now().await,
            }
        }
        number
    })
}

/// Writes numbered texts from this one on, until one is not acknowledged; returns its number.
fn writes_until_refused(drill: &Drill, line: &Line, first: usize) -> tokio::task::JoinHandle<usize> {
    let (api, customer, path) = (drill.api.clone(), drill.customer(line, "anna"), line.path("/messages"));
    tokio::spawn(async move {
        let mut number = first;
        loop {
            let text = text(number);
            let request = api.request(reqwest::Method::POST, &path).json(&customer.body(&text, &text));
            match try_answer(request).await {
                Ok(reply) if reply.status < 300 => number += 1,
                _ => return number,
            }
        }
    })
}

fn text(number: usize) -> String {
    format!("text {number}")
}

/// The texts of [`writes_until_refused`] that the database has, in the order of acceptance.
async fn stored(drill: &Drill) -> Vec<String> {
    let db = drill.connect().await;
    let text = "SELECT external_id FROM message WHERE external_id LIKE 'text %' ORDER BY id";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    db.close().await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Checks that all texts before this number, which were acknowledged, are stored once; the one that was being written
/// may be.
async fn all_are_stored(drill: &Drill, count: usize) {
    let (wanted, mut found) = ((0..count).map(text).collect::<Vec<_>>(), stored(drill).await);
    if found.len() > count && found[count] == text(count) {
        found.pop();
    }
    assert_eq!(found, wanted, "all that were acknowledged, once, in order");
}

/// Carries what waits, and checks that amoCRM has the first text and this many numbered ones.
async fn all_arrived(drill: &Drill, line: &Line, count: usize) {
    drill.everything_is_carried().await;
    let wanted: Vec<String> = std::iter::once("opens".to_owned()).chain((0..count).map(text)).collect();
    assert_eq!(drill.texts_at_crm(line), wanted, "all of them, once, in order");
}

/// Waits until amoCRM has more than so many messages.
async fn goes_on(drill: &Drill, count: usize) {
    let came = drill.sandbox.wait_for(|sandbox| (sandbox.messages(HOST).len() > count).then_some(()), LIMIT).await;
    assert!(came.is_some(), "amoCRM has no more than {count} messages");
}

async fn is_killed_at_any_moment(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let enough = Arc::new(AtomicBool::new(false));
    drill.serves("").await;
    let writing = keeps_writing(&drill, &line, enough.clone()).await;
    for life in 1..=4 {
        goes_on(&drill, 10 * life).await;
        drill.is_killed().await;
        drill.a_minute_passes().await;
        drill.serves("").await;
    }
    enough.store(true, Ordering::SeqCst);
    all_arrived(&drill, &line, writing.await.unwrap()).await;
    drill.ends_well().await;
}

async fn stops_politely_under_load(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let enough = Arc::new(AtomicBool::new(false));
    drill.serves("").await;
    let writing = keeps_writing(&drill, &line, enough.clone()).await;
    for life in 1..=3 {
        goes_on(&drill, 10 * life).await;
        drill.stops().await;
        drill.serves("").await;
    }
    enough.store(true, Ordering::SeqCst);
    let written = writing.await.unwrap();
    drill.everything_is_carried().await;
    assert_eq!(drill.texts_at_crm(&line).len(), written + 1);
    each_once(drill.texts_at_crm(&line));
    // A COMMIT that a stop breaks off is followed by a ROLLBACK; one a message would fill PostgreSQL's own log.
    let warned = drill.logged("transaction in progress");
    assert!(warned.len() < written, "PostgreSQL warns of {written} messages: {warned:?}");
    drill.ends_well().await;
}

both_engines!(dies_at_every_point, is_killed_at_any_moment, stops_politely_under_load);

// Moments at which the process dies: within a request, before its answer, between a token and its commit, in a drain.

async fn within_a_request(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let address = drill.sandbox.url().trim_start_matches("http://").to_owned();
    let meddler = Meddler::before(&address).await;
    drill.reaches_amocrm_by(&format!("http://{}", meddler.address()));
    meddler.meddles(Meddling::Half("half of this".into()));
    drill.serves("").await;
    let anna = drill.customer(&line, "anna");
    anna.writes("half of this").await;
    anna.writes("after it").await;
    meddler.has_met().await;
    drill.is_killed().await;
    drill.a_minute_passes().await;
    drill.serves("").await;
    drill.everything_is_carried().await;
    assert_eq!(drill.texts_at_crm(&line), ["opens", "half of this", "after it"]);
    drill.ends_well().await;
}

async fn before_the_answer(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    drill.serves("").await;
    let gate = drill.sandbox.faults().hold(Part::Message);
    let anna = drill.customer(&line, "anna");
    anna.writes("one").await;
    anna.writes("two").await;
    gate.until_waiting(1).await;
    drill.is_killed().await;
    gate.open();
    drill.arrives_at_crm(HOST, "one").await;
    drill.sandbox.faults().clear();
    drill.a_minute_passes().await;
    drill.serves("").await;
    drill.everything_is_carried().await;
    assert_eq!(drill.texts_at_crm(&line), ["opens", "one", "two"], "amoCRM was asked before anything was sent again");
    drill.ends_well().await;
}

async fn between_a_token_and_its_commit(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let path = format!("/api/v1/tenants/{}/pipelines", line.tenant_id);
    drill.serves("token.before_commit=abort").await;
    drill.sandbox.expire_access_tokens(HOST);
    let asked = try_answer(drill.api.request(Method::GET, &path)).await;
    assert!(asked.is_err(), "the process died under the call");
    drill.dies().await;
    drill.a_minute_passes().await;
    drill.serves("").await;
    let refused = drill.api.get(&path).await;
    assert!([409, 503].contains(&refused.status), "{}: {}", refused.status, refused.text);
    drill.becomes(HOST, "needs_reauth").await;
    drill.customer(&line, "anna").writes("messages go on").await;
    drill.arrives_at_crm(HOST, "messages go on").await;
    drill.ends_well().await;
}

async fn while_the_spool_is_drained(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let texts = ["one", "two", "three"];
    drill.serves("drain.after_commit=abort").await;
    let manager = drill.manager(&line);
    let hooks = texts.map(|text| manager.prepares("anna", HookMessage::text(text)));
    let blocked = drill.blocked().await;
    for hook in &hooks {
        assert_eq!(manager.posts(hook).await, Some(200), "the disk takes it");
    }
    blocked.release().await;
    drill.dies().await;
    drill.a_minute_passes().await;
    drill.serves("").await;
    drill.arrives_at_messenger("three").await;
    drill.everything_is_carried().await;
    assert_eq!(drill.messenger.texts(), texts, "drained again, once and in order");
    drill.ends_well().await;
}

both_engines!(within_a_request, before_the_answer, between_a_token_and_its_commit, while_the_spool_is_drained);

// A process that is killed within a migration: each migration is one transaction, so nothing of it remains, and the
// next start applies it from the beginning.

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

both_engines!(within_each_migration);
