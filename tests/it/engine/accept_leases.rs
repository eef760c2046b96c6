//! Leases written by the commit that stores the letters.

use std::collections::BTreeMap;
use std::sync::Arc;

use parom_tests::office::{Desk, LEASE, Office};
use parom_tests::settings::PATIENCE;
use parom_tests::{KeptStarts, both};
use queue::accept_batch::AcceptBatch;
use queue::{Claim, LeaseRequest, Settled, TargetRate};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Stores a commit's batches; returns what it leased.
async fn accept(office: &Office, batches: &[AcceptBatch], wishes: &[LeaseRequest]) -> Vec<Claim> {
    let batches: Vec<&AcceptBatch> = batches.iter().collect();
    let call = office.queue.lease_call(wishes, LEASE);
    office.queue.accept_leasing(&batches, &call).await.unwrap().claims
}

/// Claims by their text, without ids.
fn seen(claims: &[Claim]) -> BTreeMap<String, String> {
    let one = |claim: &Claim| {
        let letter = &claim.letter;
        let head = (letter.order_key, letter.seq, letter.attempts, letter.unknown, letter.resends, letter.late);
        let times = (letter.accepted_at, letter.expires_at, letter.day, letter.kind);
        let lease = (claim.epoch, claim.starts, claim.probe, claim.until, claim.direction, claim.stream);
        (letter.payload.clone(), format!("{head:?} {times:?} {lease:?}"))
    };
    claims.iter().map(one).collect()
}

/// Lanes and letters of a desk, without ids.
async fn rows(office: &Office, desk: &Desk) -> Vec<String> {
    let mut all = Vec::new();
    for row in office.letters(desk).await {
        all.push(format!("letter {} {} {} {}", row.payload, row.order_key, row.seq, row.unknown));
    }
    for row in office.lanes(desk).await {
        let lease = (row.owner, row.epoch, row.leased_until, row.starts);
        let places = (row.next_seq, row.last_key, row.max_key);
        all.push(format!("lane {} {:?} {lease:?} {places:?} {}", row.waiting, row.due_at, row.carried));
    }
    all.sort();
    all
}

/// The leases of an accept, together with those of a claim of the rest, are the leases of an accept and a claim, and leave the same
/// rows.
async fn accept_and_lease_is_accept_and_claim(office: &mut Office) {
    let desks = [office.desk(), office.desk()];
    let mut conversations = Vec::new();
    for desk in &desks {
        conversations.push(office.quiet(desk, 6, 2).await);
    }
    let mut random = StdRng::seed_from_u64(7);
    let (mut at_once, mut later) = (0, 0);
    for round in 0..150 {
        office.advance(random.random_range(1..3_000));
        let chosen: Vec<(usize, i64)> =
            (0..random.random_range(1..6)).map(|_| (random.random_range(0..6), random.random_range(0..50))).collect();
        let mut of_desks = Vec::new();
        for (number, desk) in desks.iter().enumerate() {
            let batch = |(place, (chat, hint)): (usize, &(usize, i64))| {
                let mut batch = desk.hook(&conversations[number][*chat], &format!("{round}-{place}"));
                batch.entries[0].letters[0].payload = format!("{round}-{place}");
                batch.entries[0].letters[0].order_hint = Some(*hint).filter(|hint| *hint > 9);
                batch
            };
            let batches: Vec<AcceptBatch> = chosen.iter().enumerate().map(batch).collect();
            let wishes = [desk.wish(desk.source_id, 100)];
            let mut claims = Vec::new();
            if number == 0 {
                claims = accept(office, &batches, &wishes).await;
                at_once += claims.len();
            } else {
                office.queue.accept(&batches.iter().collect::<Vec<_>>(), false).await.unwrap();
            }
            office.assert_awake().await;
            let rest = office.queue.claim(&wishes, LEASE).await.unwrap();
            later += if number == 0 { rest.len() } else { 0 };
            claims.extend(rest);
            claims.sort_by_key(|claim| claim.letter.payload.clone());
            of_desks.push(claims);
        }
        assert_eq!(seen(&of_desks[0]), seen(&of_desks[1]), "round {round}");
        assert_eq!(rows(office, &desks[0]).await, rows(office, &desks[1]).await, "round {round}");
        // Some stay leased, some come back.
        for (one, other) in of_desks[0].iter().zip(&of_desks[1]) {
            let settled = match random.random_range(0..64) {
                0 => continue,
                1..5 => Settled::Retry { millis: 400, unknown: false, resent: false },
                _ => Settled::Delivered,
            };
            for claim in [one, other] {
                assert!(office.settles(claim, settled.clone()).await);
            }
        }
    }
    assert!(at_once > 30 && later > 20, "{at_once} {later}");
}

/// What waits goes first, a rate holds, and a target that is held starts nothing.
async fn an_accept_leases_no_more_than_a_claim_would(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 4, 1).await;
    let slow = LeaseRequest { rate: TargetRate::per_second(1), ..desk.wish(desk.source_id, 10) };
    office.advance(10_000);
    let hooks: Vec<_> = (0..3).map(|number| desk.hook(&conversations[number], &format!("slow {number}"))).collect();
    let leased = accept(office, &hooks, &[slow]).await;
    assert_eq!(leased.len(), 1, "the bucket holds one call");
    office.assert_awake().await;
    let wishes = [desk.wish(desk.source_id, 10)];
    office.advance(10_000);
    let leased = accept(office, &[desk.hook(&conversations[3], "newest")], &wishes).await;
    assert!(leased.is_empty(), "others wait for this target already");
    office.claims(&desk, desk.source_id, 10).await;
    office.advance(61_000);
    for claim in office.claims(&desk, desk.source_id, 10).await {
        assert!(claim.letter.unknown && office.settles(&claim, Settled::Delivered).await);
    }
    office.queue.hold(desk.tenant_id, desk.source_id, "webhooks", "paused").await.unwrap();
    let leased = accept(office, &[desk.hook(&conversations[0], "held")], &wishes).await;
    assert!(leased.is_empty());
    assert_eq!(office.letters(&desk).await.len(), 1, "it waits");
}

/// The process dies between the commit and the call: the lease ends, and the outcome is unknown.
async fn a_letter_leased_at_acceptance_by_a_dead_process_returns_as_unknown(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 1, 1).await;
    let wishes = [desk.wish(desk.source_id, 1)];
    let leased = accept(office, &[desk.hook(&conversations[0], "1")], &wishes).await;
    assert_eq!(leased.len(), 1);
    office.advance(u64::try_from(LEASE).unwrap() - 1);
    assert!(office.claims(&desk, desk.source_id, 1).await.is_empty());
    office.advance(2);
    let again = office.claims(&desk, desk.source_id, 1).await.remove(0);
    assert!(again.letter.unknown);
    assert_eq!((again.starts, again.epoch), (2, leased[0].epoch + 1));
    assert!(!office.settles(&leased[0], Settled::Delivered).await, "its lease is lost");
    assert!(office.settles(&again, Settled::Delivered).await);
}

/// The answer to the commit is lost: the letter is stored once, and its lease is found and used.
async fn a_lease_of_an_accept_that_was_not_answered_is_read_back(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 2, 1).await;
    let kept = Arc::new(KeptStarts::default());
    office.writer.start_with(Some(kept.clone()));
    for (number, fault) in ["accept.before_commit=error:1", "accept.after_commit=error:1"].iter().enumerate() {
        office.faults.add(fault).unwrap();
        office.accepts(desk.hook(&conversations[number], &number.to_string())).await;
        // Until the search for leases ends it holds the turn's lock, which a claim does not wait for.
        tokio::time::timeout(PATIENCE, kept.ended.notified()).await.expect("the search ends");
        if number == 0 {
            // Stored by a second attempt, which leases nothing.
            assert!(kept.take().is_empty());
            let claim = office.claims(&desk, desk.source_id, 10).await.remove(0);
            assert!(office.settles(&claim, Settled::Delivered).await);
        }
    }
    office.writer.start_with(None);
    assert_eq!(office.letters(&desk).await.len(), 1);
    let leased = kept.take();
    assert_eq!(leased.len(), 1);
    assert_eq!((leased[0].starts, leased[0].letter.unknown), (1, false));
    assert!(office.settles(&leased[0], Settled::Delivered).await);
}

/// Under load a claim of many letters costs less than the leases of many commits.
async fn a_commit_of_many_letters_leases_none_of_them_on_postgres(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 9, 9).await;
    let kept = Arc::new(KeptStarts::default());
    office.writer.start_with(Some(kept.clone()));
    for (count, leased) in [(8, 8), (9, if office.store.is_sqlite() { 9 } else { 0 })] {
        let mut hooks = conversations[..count].iter().map(|one| desk.hook(one, &format!("{count} {}", one.name)));
        let mut batch = hooks.next().unwrap();
        batch.entries.extend(hooks.flat_map(|hook| hook.entries));
        office.accepts(batch).await;
        if leased > 0 {
            tokio::time::timeout(PATIENCE, kept.ended.notified()).await.expect("the reservation ends");
        }
        let mut claims = kept.take();
        assert_eq!(claims.len(), leased);
        claims.extend(office.claims(&desk, desk.source_id, 9).await);
        assert_eq!(claims.len(), count);
        for claim in &claims {
            assert!(office.settles(claim, Settled::Delivered).await);
        }
    }
    office.writer.start_with(None);
}

both!(
    accept_and_lease_is_accept_and_claim,
    an_accept_leases_no_more_than_a_claim_would,
    a_letter_leased_at_acceptance_by_a_dead_process_returns_as_unknown,
    a_lease_of_an_accept_that_was_not_answered_is_read_back,
    a_commit_of_many_letters_leases_none_of_them_on_postgres,
);
