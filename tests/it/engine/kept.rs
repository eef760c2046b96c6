//! Connections to PostgreSQL that are kept from one statement to the next.

use base::store::{KeptConnections, Row};
use parom_tests::office::Office;
use parom_tests::on_postgres;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

fn statement(text: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, text)
}

/// The number of the connection that answers.
async fn number(kept: &KeptConnections) -> i32 {
    let rows = kept.query(statement("SELECT pg_backend_pid() AS number")).await.unwrap();
    rows[0].get("number").unwrap()
}

async fn statements_share_a_connection(office: &mut Office) {
    let kept = office.store.kept();
    let first = number(kept).await;
    for _ in 0..10 {
        assert_eq!(number(kept).await, first);
    }
    let refused = kept.query(statement("SELECT 1 / 0")).await.unwrap_err();
    assert!(refused.to_string().contains("division by zero"), "{refused}");
    assert_eq!(number(kept).await, first, "a refusal is an answer");
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

on_postgres!(
    a_transaction_keeps_its_connection_only_if_it_ended,
    statements_share_a_connection,
    statements_beyond_the_kept_connections_use_the_pool,
    an_interrupted_statement_leaves_its_connection_to_the_pool,
    a_connection_that_the_database_ends_is_replaced,
);
