//! The order in which statements lock rows.

use parom_tests::office::Office;
use parom_tests::on_postgres;
use queue::accept_batch::ItemOutcome;
use sea_orm::ConnectionTrait;

use super::accepts::{hook, names, opened};

/// Otherwise a settlement, which has the turn and needs the ledger, and an accept would wait for each other: a
/// second, until PostgreSQL notices, and the batch is repeated.
async fn an_accept_that_waits_for_a_turn_has_locked_nothing_that_comes_after_turns(office: &mut Office) {
    let desk = office.desk();
    let conversations = opened(office, &desk, &names(1)).await;
    let first = hook(&desk, &conversations[0], "first");
    office.queue.accept(&[&first], false).await.unwrap();
    let holder = office.connect().await;
    holder.execute_unprepared("BEGIN; SELECT 1 FROM turn FOR NO KEY UPDATE").await.unwrap();
    let (queue, second) = (office.queue.clone(), hook(&desk, &conversations[0], "second"));
    let accept = tokio::spawn(async move { queue.accept(&[&second], false).await.unwrap() });
    office.until_waiting(1).await;
    let third = office.connect().await;
    for table in ["ledger_delta", "lane", "conversation"] {
        let free = third.execute_unprepared(&format!("SELECT 1 FROM {table} FOR NO KEY UPDATE NOWAIT")).await;
        assert!(free.is_ok(), "{table}: {free:?}");
    }
    holder.execute_unprepared("ROLLBACK").await.unwrap();
    let receipts = accept.await.unwrap();
    assert!(matches!(receipts[0][0], ItemOutcome::New { .. }));
}

on_postgres!(an_accept_that_waits_for_a_turn_has_locked_nothing_that_comes_after_turns);
