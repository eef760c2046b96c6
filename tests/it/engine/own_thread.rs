//! Transactions of SQLite on the thread of the queue's writer, and connections to PostgreSQL that are kept.

use base::store::{BlockingTransaction, KeptConnections, Row};
use entity::letter;
use parom_tests::office::Office;
use parom_tests::{Engine, Place, on_postgres};
use queue::accept_batch::ItemOutcome;
use queue::{Settled, Settlement};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};

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
on_postgres!(a_transaction_keeps_its_connection_only_if_it_ended);
on_postgres!(a_connection_that_the_database_ends_is_replaced);
