//! Commits that wait for one another on PostgreSQL: what the first stored is seen by the second, and none waits for a
//! row that the other one locks later.

use base::message::LetterKind;
use entity::parked_status;
use parom_tests::office::{Desk, LEASE, Office, settlement};
use parom_tests::on_postgres;
use queue::Settled;
use queue::accept_batch::ItemOutcome;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

/// Stores a status of a message whose id is not known yet, as the intake does after it has locked the turn.
async fn park(office: &Office, db: &impl ConnectionTrait, desk: &Desk, payload: &str) {
    let row = parked_status::Model {
        tenant_id: desk.tenant_id,
        source_id: desk.source_id,
        external_id: format!("sent {payload}"),
        id: office.clock.uuid_v7(),
        payload: format!("early status of {payload}"),
        expires_at: office.clock.millis() + 86_400_000,
        kind: LetterKind::Status.number(),
    };
    parked_status::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
}

/// A status that is stored while the settlement that learns its message's id waits for the turn is reported, though it
/// was not visible when the settlement's statement began.
async fn a_status_that_comes_while_its_id_is_learned_is_reported(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_messenger("chat", "1", "one", 0)).await;
    let claim = office.claims(&desk, desk.source_id, 1).await.remove(0);
    let tx = office.store.write_tx().await.unwrap();
    office.queue.wake(&tx, desk.tenant_id, desk.source_id, "webhooks").await.unwrap();
    park(office, &tx, &desk, "one").await;
    let mut done = settlement(&claim, Settled::Delivered);
    done.learned.external_id = Some("sent one".to_owned());
    done.crm = Some((desk.channel_id, "amojo:main".to_owned()));
    let (queue, done) = (office.queue.clone(), [done]);
    let settling = tokio::spawn(async move { queue.settle(&done).await });
    office.until_waiting(1).await;
    tx.commit().await.unwrap();
    assert_eq!(settling.await.unwrap().unwrap(), [true]);
    let letters: Vec<String> = office.letters(&desk).await.into_iter().map(|letter| letter.payload).collect();
    assert_eq!(letters, ["early status of one"]);
    assert!(parked_status::Entity::of_tenant(desk.tenant_id).all(office.store.read()).await.unwrap().is_empty());
}

/// A claim, which found nothing due, puts the turn to sleep until the lease of its lane ends, while the settlement that
/// ends this lease waits for the turn. It was awake when the settlement's statement began, and has to be woken.
async fn a_turn_that_falls_asleep_while_a_settlement_waits_is_woken(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    office.accepts(desk.to_crm("chat", "2", "two")).await;
    let other = office.connect().await;
    let end = office.clock.millis() + LEASE;
    other.execute_unprepared(&format!("BEGIN; UPDATE turn SET ready_at = {end}")).await.unwrap();
    let (queue, done) = (office.queue.clone(), [settlement(&claim, Settled::Delivered)]);
    let settling = tokio::spawn(async move { queue.settle(&done).await });
    office.until_waiting(1).await;
    other.execute_unprepared("COMMIT").await.unwrap();
    assert_eq!(settling.await.unwrap().unwrap(), [true]);
    office.assert_awake().await;
    let claim = office.claims_one(&desk).await;
    assert!(office.settles(&claim, Settled::Delivered).await);
}

/// Otherwise a settlement, which has the turn and needs the ledger, and an accept would wait for each other: a
/// second, until PostgreSQL notices, and the batch is repeated.
async fn an_accept_that_waits_for_a_turn_has_locked_nothing_that_comes_after_turns(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.opened(&desk, 1).await;
    let first = desk.hook(&conversations[0], "first");
    office.queue.accept(&[&first], false).await.unwrap();
    let holder = office.connect().await;
    holder.execute_unprepared("BEGIN; SELECT 1 FROM turn FOR NO KEY UPDATE").await.unwrap();
    let (queue, second) = (office.queue.clone(), desk.hook(&conversations[0], "second"));
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

on_postgres!(
    a_status_that_comes_while_its_id_is_learned_is_reported,
    a_turn_that_falls_asleep_while_a_settlement_waits_is_woken,
    an_accept_that_waits_for_a_turn_has_locked_nothing_that_comes_after_turns
);
