//! Transactions of SQLite on the thread of the queue's writer, and connections to PostgreSQL that are kept.

use base::store::{BlockingTransaction, KeptConnections, Row};
use entity::letter;
use parom_tests::office::Office;
use parom_tests::{Engine, Place, on_postgres};
use queue::accept_batch::ItemOutcome;
use queue::writer::{WriteErrorKind, kind};
use queue::{Settled, Settlement};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait, Statement};

async fn office() -> Office {
    Office::open(Engine::Sqlite).await.expect("SQLite is always there")
}

fn text(sql: &str) -> Statement {
    Statement::from_string(sea_orm::DbBackend::Sqlite, sql)
}

async fn begun(office: &Office) -> BlockingTransaction {
    office.store.blocking().expect("SQLite has one").write_tx().await.expect("it begins")
}

const INSERT: &str = "INSERT INTO directory (kind, key, tenant_id, id, note) VALUES ('test', 'k', x'00', x'00', '')";

async fn count(office: &Office) -> i64 {
    let rows = office
        .store
        .read()
        .query_all_raw(text("SELECT count(*) AS n FROM directory WHERE kind = 'test'"))
        .await
        .unwrap();
    rows[0].get("n").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_writers_wait_for_it_and_it_waits_for_them() {
    let office = office().await;
    let own = begun(&office).await;
    let mut other = Box::pin(office.store.write_tx());
    assert!(futures_util::poll!(&mut other).is_pending());
    own.execute(&text(INSERT)).unwrap();
    own.commit().unwrap();
    let other = other.await.unwrap();
    let connection = office.store.blocking().unwrap();
    let mut own = Box::pin(connection.write_tx());
    assert!(futures_util::poll!(&mut own).is_pending());
    other.rollback().await.unwrap();
    // What is not committed is undone, and the same connection goes on.
    let own = own.await.unwrap();
    own.execute(&text("DELETE FROM directory")).unwrap();
    drop(own);
    assert_eq!(count(&office).await, 1);
    let own = connection.write_tx().await.unwrap();
    assert_eq!(own.execute(&text("DELETE FROM directory WHERE kind = 'test'")).unwrap(), 1);
    own.commit().unwrap();
    assert_eq!(count(&office).await, 0);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_errors_are_classified_as_those_of_the_driver() {
    let office = office().await;
    let driver = async |sql: &str| office.store.write().execute_unprepared(sql).await.unwrap_err();
    let own = async |sql: &str| begun(&office).await.execute(&text(sql)).unwrap_err();
    let code = |error: &DbErr| match error {
        DbErr::Exec(sea_orm::RuntimeErr::SqlxError(inner)) | DbErr::Query(sea_orm::RuntimeErr::SqlxError(inner)) => {
            inner.as_database_error().and_then(|error| error.code()).map(std::borrow::Cow::into_owned)
        }
        _ => None,
    };
    office.store.write().execute_unprepared(INSERT).await.unwrap();
    for (sql, expected) in [(INSERT, WriteErrorKind::Content), ("SELECT nothing FROM nowhere", WriteErrorKind::Lasting)]
    {
        let (theirs, ours) = (driver(sql).await, own(sql).await);
        assert_eq!((code(&ours), kind(&ours)), (code(&theirs), expected), "{ours}");
        assert!(code(&ours).is_some());
    }
    office.close().await;
}

/// Its commits are as durable as those of the driver's connections, which are checked at the start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_has_the_settings_of_the_driver() {
    let office = office().await;
    let own = begun(&office).await;
    let mut ours = Vec::new();
    for (pragma, column) in SETTINGS {
        ours.push(own.query(&text(&format!("PRAGMA {pragma}"))).unwrap()[0].get::<i64>(column).unwrap());
    }
    let mode = own.query(&text("PRAGMA journal_mode")).unwrap()[0].get::<String>("journal_mode").unwrap();
    drop(own);
    let mut theirs = Vec::new();
    for (pragma, column) in SETTINGS {
        let row = office.store.write().query_all_raw(text(&format!("PRAGMA {pragma}"))).await.unwrap().remove(0);
        theirs.push(row.get::<i64>(column).unwrap());
    }
    assert_eq!((ours[0], mode.as_str()), (2, "wal"), "FULL");
    assert_eq!(ours, theirs);
    office.close().await;
}

/// Each with the name of its column.
const SETTINGS: [(&str, &str); 6] = [
    ("synchronous", "synchronous"),
    ("foreign_keys", "foreign_keys"),
    ("wal_autocheckpoint", "wal_autocheckpoint"),
    ("cache_size", "cache_size"),
    ("temp_store", "temp_store"),
    ("busy_timeout", "timeout"),
];

/// Accepts, claims and settlements hand no statement over to the driver's thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_writer_hands_over_no_statement() {
    let office = office().await;
    let desk = office.desk();
    office.store.counted().watch();
    let receipt = office.writer.accept(desk.to_crm("chat", "1", "one")).await.unwrap();
    assert!(matches!(receipt[0], ItemOutcome::New { .. }));
    let claims =
        office.writer.claim(&[desk.wish(desk.channel_id, 10)], parom_tests::office::LEASE, |_| {}).await.unwrap();
    assert!(office.writer.settle(Settlement::plain(claims[0].clone(), Settled::Delivered)).await);
    let counted = office.store.counted();
    assert!(counted.statements().len() > 15, "{:#?}", counted.statements());
    assert_eq!((counted.transactions(), counted.handed_over()), (3, 0));
    assert!(letter::Entity::find().all(office.store.read()).await.unwrap().is_empty());
    assert_eq!(counted.handed_over(), 1);
    office.close().await;
}

// Connections to PostgreSQL that are kept from one statement to the next.

fn statement(text: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, text)
}

/// The number of the connection that answers.
async fn number(kept: &KeptConnections) -> i32 {
    let rows = kept.query(statement("SELECT pg_backend_pid() AS number")).await.unwrap();
    rows[0].get("number").unwrap()
}

/// The pool of an office has five connections for writing, of which two are kept.
async fn statements_beyond_the_kept_connections_use_the_pool(office: &mut Office) {
    let kept = office.store.kept().clone();
    let waits = "SELECT pg_backend_pid() AS number, pg_advisory_xact_lock_shared(7)";
    let other = office.connect().await;
    other.execute_unprepared("SELECT pg_advisory_lock(7)").await.unwrap();
    let running: Vec<_> = (0..4)
        .map(|_| {
            let kept = kept.clone();
            tokio::spawn(async move { kept.query(statement(waits)).await.unwrap()[0].get::<i32>("number").unwrap() })
        })
        .collect();
    office.until_waiting(4).await;
    // One is left for transactions.
    let tx = office.store.write_tx().await.unwrap();
    other.execute_unprepared("SELECT pg_advisory_unlock(7)").await.unwrap();
    tx.rollback().await.unwrap();
    let mut numbers = Vec::new();
    for one in running {
        numbers.push(one.await.unwrap());
    }
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 4);
}

/// A caller that gives up leaves no answer to the next one.
async fn an_interrupted_statement_leaves_its_connection_to_the_pool(office: &mut Office) {
    let kept = office.store.kept().clone();
    let first = number(&kept).await;
    let other = office.connect().await;
    other.execute_unprepared("SELECT pg_advisory_lock(7)").await.unwrap();
    let waits = kept.clone();
    let waiting = tokio::spawn(async move { waits.query(statement("SELECT pg_advisory_xact_lock(7)")).await });
    office.until_waiting(1).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    assert_ne!(number(&kept).await, first);
    other.execute_unprepared("SELECT pg_advisory_unlock(7)").await.unwrap();
}

/// The database ends the connection: at most the statement that uses it next fails. (The end of each of these tests closes
/// the pool, which waits for the kept connections.)
async fn a_connection_that_the_database_ends_is_replaced(office: &mut Office) {
    let kept = office.store.kept();
    let first = number(kept).await;
    let other = office.connect().await;
    other.execute_unprepared(&format!("SELECT pg_terminate_backend({first}, 10000)")).await.unwrap();
    // An error, unless a second has passed, after which it is asked for a sign of life.
    let _ = kept.query(statement("SELECT 1")).await;
    assert_ne!(number(kept).await, first);
}

/// Transactions take turns on one connection. One that is given up is undone, and its connection gets no other statement.
async fn a_transaction_keeps_its_connection_only_if_it_ended(office: &mut Office) {
    let kept = office.store.kept();
    let first = number(kept).await;
    let mark = "INSERT INTO directory (kind, key, tenant_id, id, note) VALUES ('test', 'k', gen_random_uuid(), gen_random_uuid(), '')";
    let count = "SELECT count(*) AS n FROM directory WHERE kind = 'test'";
    let committed = kept.write_tx().await.unwrap();
    committed.execute(statement(mark)).await.unwrap();
    committed.commit().await.unwrap();
    let undone = kept.write_tx().await.unwrap();
    undone.execute(statement("DELETE FROM directory WHERE kind = 'test'")).await.unwrap();
    assert!(undone.execute(statement("SELECT 1 / 0")).await.is_err());
    undone.rollback().await;
    assert_eq!(number(kept).await, first, "both have ended");
    let given_up = kept.write_tx().await.unwrap();
    given_up.execute(statement("DELETE FROM directory WHERE kind = 'test'")).await.unwrap();
    drop(given_up);
    assert_ne!(number(kept).await, first);
    assert_eq!(kept.query(statement(count)).await.unwrap()[0].get::<i64>("n").unwrap(), 1);
}

on_postgres!(an_interrupted_statement_leaves_its_connection_to_the_pool);
on_postgres!(a_transaction_keeps_its_connection_only_if_it_ended, statements_beyond_the_kept_connections_use_the_pool);
on_postgres!(a_connection_that_the_database_ends_is_replaced);
