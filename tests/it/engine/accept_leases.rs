//! Leases written by the commit that stores the letters.

use std::sync::Arc;

use parom_tests::office::{LEASE, Office};
use parom_tests::settings::PATIENCE;
use parom_tests::{KeptStarts, both};
use queue::accept_batch::AcceptBatch;
use queue::{Claim, LeaseRequest, Settled, TargetRate};

/// Stores a commit's batches; returns what it leased.
async fn accept(office: &Office, batches: &[AcceptBatch], wishes: &[LeaseRequest]) -> Vec<Claim> {
    let batches: Vec<&AcceptBatch> = batches.iter().collect();
    let call = office.queue.lease_call(wishes, LEASE);
    office.queue.accept_leasing(&batches, &call).await.unwrap().claims
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
    an_accept_leases_no_more_than_a_claim_would,
    a_letter_leased_at_acceptance_by_a_dead_process_returns_as_unknown,
    a_lease_of_an_accept_that_was_not_answered_is_read_back,
    a_commit_of_many_letters_leases_none_of_them_on_postgres
);
