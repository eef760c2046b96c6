//! Rule 2: many share a commit, one bad parcel does not spoil the others', and the queue in memory has a bound.

use bytes::Bytes;
use parom::delivery::queue::parcel::RawHook;
use parom::delivery::queue::writer::Refused;
use parom_tests::office::all_at_once;
use parom_tests::{Office, both};
use tokio::task::JoinSet;

async fn one_bad_parcel_is_found_among_many(office: &mut Office) {
    let desk = office.desk();
    let stored = office.accepts(desk.to_crm("chat", "first", "first")).await;
    let posts = (0..100).map(|number| {
        let mut parcel = desk.to_crm(&format!("chat {}", number % 7), &format!("{number}"), "Hello");
        if number == 63 {
            // An id that is taken: the database will never store it.
            parcel.entries[0].id = stored;
        }
        let writer = office.writer.clone();
        async move { writer.accept(parcel).await }
    });
    let results = all_at_once(posts).await;
    for (number, result) in results.iter().enumerate() {
        match result {
            Ok(_) => assert_ne!(number, 63, "the bad parcel was stored"),
            Err(error) => assert!(number == 63 && matches!(error, Refused::Unstorable(_)), "{number}: {error}"),
        }
    }
    assert_eq!(office.letters(&desk).await.len(), 100);
}

async fn a_full_queue_says_so_and_goes_on(office: &mut Office) {
    let desk = office.desk();
    let blocked = office.blocked().await;
    // 64 MiB may wait; of five times 15 MiB one is too many, whichever comes last.
    let mut waiting = JoinSet::new();
    for number in 0..5 {
        let (writer, parcel) = (office.writer.clone(), with_bytes(&desk, number));
        waiting.spawn(async move { writer.accept(parcel).await });
    }
    let refused = waiting.join_next().await.unwrap().unwrap().expect_err("stored while the database is locked");
    assert!(matches!(refused, Refused::Full), "{refused}");
    blocked.release().await;
    while let Some(one) = waiting.join_next().await {
        one.unwrap().expect("what waited is stored");
    }
    office.accepts(with_bytes(&desk, 100)).await;
}

fn with_bytes(desk: &parom_tests::office::Desk, number: u32) -> parom::delivery::queue::parcel::Parcel {
    let mut parcel = desk.to_crm("chat", &format!("{number}"), "with bytes");
    parcel.raw = Some(RawHook {
        id: parcel.entries[0].id,
        kind: "amocrm",
        target: String::new(),
        received_at: 0,
        headers: "{}".to_owned(),
        body: Bytes::from(vec![b'x'; 15 * 1024 * 1024]),
        quarantine: String::new(),
    });
    parcel
}

async fn a_settlement_waits_for_the_database(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    office.faults.add("settle.before_commit=error:3").unwrap();
    assert!(office.settles(&claim, parom::delivery::queue::Settled::Carried).await, "what was sent is written down");
    assert!(office.letters(&desk).await.is_empty());
}

both!(one_bad_parcel_is_found_among_many, a_full_queue_says_so_and_goes_on, a_settlement_waits_for_the_database);
