//! Rule 2: many share a commit, one bad batch does not spoil the others', and the queue in memory has a bound.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use parom_tests::office::{Desk, all_at_once, settlement};
use parom_tests::{Office, both};
use queue::Settled;
use queue::accept_batch::{AcceptBatch, Priority, RawHook};
use queue::writer::AcceptError;
use tokio::task::JoinSet;

const MIB: usize = 1024 * 1024;

async fn one_bad_parcel_is_found_among_many(office: &mut Office) {
    let desk = office.desk();
    let stored = office.accepts(desk.to_crm("chat", "first", "first")).await;
    let posts = (0..100).map(|number| {
        let mut batch = desk.to_crm(&format!("chat {}", number % 7), &format!("{number}"), "Hello");
        if number == 63 {
            // An id that is taken: the database will never store it.
            batch.entries[0].id = stored;
        }
        let writer = office.writer.clone();
        async move { writer.accept(batch).await }
    });
    let results = all_at_once(posts).await;
    for (number, result) in results.iter().enumerate() {
        match result {
            Ok(_) => assert_ne!(number, 63, "the bad parcel was stored"),
            Err(error) => assert!(number == 63 && matches!(error, AcceptError::Unstorable(_)), "{number}: {error}"),
        }
    }
    assert_eq!(office.letters(&desk).await.len(), 100);
}

async fn a_full_queue_refuses_batches_and_recovers(office: &mut Office) {
    let desk = office.desk();
    let blocked = office.blocked().await;
    // 48 MiB of one account may wait; of four times 15 MiB one is too many, whichever comes last.
    let mut waiting = JoinSet::new();
    for number in 0..4 {
        let (writer, batch) = (office.writer.clone(), with_bytes(&desk, number, 15 * MIB));
        waiting.spawn(async move { writer.accept(batch).await });
    }
    let refused = waiting.join_next().await.unwrap().unwrap().expect_err("stored while the database is locked");
    assert!(matches!(refused, AcceptError::Full), "{refused}");
    let other = office.desk();
    let (writer, batch) = (office.writer.clone(), with_bytes(&other, 1, 10 * MIB));
    waiting.spawn(async move { writer.accept(batch).await });
    blocked.release().await;
    while let Some(one) = waiting.join_next().await {
        one.unwrap().expect("what waited is stored");
    }
    office.accepts(with_bytes(&desk, 100, 15 * MIB)).await;
}

fn with_bytes(desk: &Desk, number: u32, bytes: usize) -> AcceptBatch {
    let mut batch = desk.to_crm("chat", &format!("{number}"), "with bytes");
    batch.raw = Some(RawHook {
        id: batch.entries[0].id,
        kind: "amocrm",
        target: String::new(),
        received_at: 0,
        headers: "{}".to_owned(),
        body: Bytes::from(vec![b'x'; bytes]),
        quarantine: String::new(),
    });
    batch
}

async fn a_settlement_waits_for_the_database(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    office.faults.add("settle.before_commit=error:3").unwrap();
    assert!(office.settles(&claim, Settled::Delivered).await, "what was sent is written down");
    assert!(office.letters(&desk).await.is_empty());
}

/// C5: errors that come immediately, as from a restarting database, use up no attempts.
async fn c5_a_settlement_is_tried_for_as_long_as_its_lease_lasts(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    office.faults.add("settle.before_commit=error:30").unwrap();
    assert!(office.settles(&claim, Settled::Delivered).await, "what was sent is written down");
    assert!(office.letters(&desk).await.is_empty());
}

/// But not longer: another process may hold the lane from then on.
async fn c5_after_its_lease_a_settlement_is_given_up(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    office.faults.add("settle.before_commit=error").unwrap();
    let (writer, late) = (office.writer.clone(), settlement(&claim, Settled::Delivered));
    let settled = tokio::spawn(async move { writer.settle(late).await });
    office.advance(60_000);
    assert!(!settled.await.unwrap());
    office.faults.clear();
    let again = office.claims_one(&desk).await;
    assert!(again.letter.unknown, "it is found out");
    assert!(office.settles(&again, Settled::Delivered).await);
}

/// C4: hooks that come faster than they are written do not delay other requests.
async fn c4_a_flood_of_hooks_is_overtaken(office: &mut Office) {
    const HOOKS: u32 = 3_000;
    let loud = office.desk();
    let door = |desk: &Desk| desk.tenant_id.as_bytes()[15] % 2;
    let quiet = std::iter::repeat_with(|| office.desk()).find(|desk| door(desk) == door(&loud)).unwrap();
    let blocked = office.blocked().await;
    let written = Arc::new(AtomicUsize::new(0));
    let mut flood = JoinSet::new();
    for number in 0..HOOKS {
        let batch = AcceptBatch { priority: Priority::High, ..with_bytes(&loud, number, 1) };
        let (writer, written) = (office.writer.clone(), written.clone());
        flood.spawn(async move {
            writer.accept(batch).await.expect("it is stored");
            written.fetch_add(1, Ordering::SeqCst);
        });
    }
    // The first of them are in the commit that cannot end, the others are in the queue.
    let stand = |count: usize| {
        let writer = office.writer.clone();
        async move {
            while writer.waiting() < count {
                tokio::task::yield_now().await;
            }
        }
    };
    stand(2_400).await;
    let (writer, seen, batch) = (office.writer.clone(), written.clone(), with_bytes(&quiet, 1, 1));
    let before = office.writer.waiting();
    let one = tokio::spawn(async move {
        writer.accept(batch).await.expect("it is stored");
        seen.load(Ordering::SeqCst)
    });
    stand(before + 1).await;
    blocked.release().await;
    let overtaken_by = one.await.unwrap();
    // The batch being written, the one with it, and what is written until this task is notified.
    assert!(overtaken_by <= 3 * 512, "of {HOOKS} hooks {overtaken_by} went before");
    while let Some(done) = flood.join_next().await {
        done.unwrap();
    }
}

both!(
    one_bad_parcel_is_found_among_many,
    a_full_queue_refuses_batches_and_recovers,
    a_settlement_waits_for_the_database,
    c4_a_flood_of_hooks_is_overtaken,
    c5_a_settlement_is_tried_for_as_long_as_its_lease_lasts,
    c5_after_its_lease_a_settlement_is_given_up,
);
