//! Rule 6: one holder a lane; what a lost lease would write is not written; a lease that ran out leaves an unknown
//! outcome.

use std::collections::HashSet;

use parom_tests::office::{LEASE, again, all_at_once, settlement};
use parom_tests::{Engine, Office, both};
use queue::{Settled, TurnEffect};

async fn a_lease_that_ran_out_comes_back_as_unknown(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let first = office.claims_one(&desk).await;
    assert_eq!((first.letter.unknown, first.starts), (false, 1));
    office.advance(u64::try_from(LEASE).unwrap() - 1);
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty(), "the lease still runs");
    office.advance(1);
    let second = office.claims_one(&desk).await;
    assert_eq!((second.letter.unknown, second.starts, second.epoch), (true, 2, first.epoch + 1));
    assert!(office.settles(&second, Settled::Delivered).await);
}

async fn an_old_epoch_settles_nothing(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    office.accepts(desk.to_crm("chat", "2", "two")).await;
    let old = office.claims_one(&desk).await;
    office.advance(u64::try_from(LEASE).unwrap());
    let new = office.claims_one(&desk).await;
    let (letters, lanes) = (office.letters(&desk).await, office.lanes(&desk).await);
    let buried = Settled::Buried { reason: "r".to_owned(), detail: "d".to_owned() };
    for settled in [Settled::Delivered, again(5), buried, Settled::GivenBack, Settled::Superseded] {
        let mut late = settlement(&old, settled.clone());
        late.turn = TurnEffect::Hold { reason: "never".to_owned() };
        assert!(!office.writer.settle(late).await, "{settled:?} of a lost lease");
        assert_eq!(office.letters(&desk).await, letters, "{settled:?} of a lost lease changed letters");
        assert_eq!(office.lanes(&desk).await, lanes, "{settled:?} of a lost lease changed the lane");
        assert_eq!(office.turn(&desk, desk.channel_id).await.reason, "", "{settled:?} of a lost lease held the turn");
    }
    // Another instance that guesses the epoch is no holder either.
    let stranger = office.another_instance();
    assert_eq!(stranger.settle(&[settlement(&new, Settled::Delivered)]).await.unwrap(), [false]);
    assert!(office.settles(&new, Settled::Delivered).await);
    assert!(!office.settles(&new, Settled::Delivered).await, "a lease settles once");
    let last = office.claims_one(&desk).await;
    assert_eq!(last.letter.payload, "two");
    assert!(office.settles(&last, Settled::Delivered).await);
}

async fn a_lease_given_back_counts_as_no_attempt(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let first = office.claims_one(&desk).await;
    assert!(office.settles(&first, Settled::GivenBack).await);
    let again = office.claims_one(&desk).await;
    assert_eq!((again.letter.unknown, again.starts), (false, 1));
    assert!(office.settles(&again, Settled::Delivered).await);
}

async fn starts_without_an_end_are_counted(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    for starts in 1..=4 {
        assert_eq!(office.claims_one(&desk).await.starts, starts);
        office.advance(u64::try_from(LEASE).unwrap());
    }
    let last = office.claims_one(&desk).await;
    assert!(office.settles(&last, again(0)).await);
    let fresh = office.claims_one(&desk).await;
    assert_eq!(fresh.starts, 1, "an end clears the count");
    assert!(office.settles(&fresh, Settled::Delivered).await);
}

async fn a_lane_has_one_holder_when_many_workers_claim(office: &mut Office) {
    let desk = office.desk();
    for lane in 0..40 {
        for letter in 0..3 {
            let id = format!("{lane}-{letter}");
            office.accepts(desk.to_crm(&format!("chat {lane}"), &id, &id)).await;
        }
    }
    let instances: Vec<_> = (0..8).map(|_| office.another_instance()).collect();
    let mut asked = all_at_once(instances.into_iter().map(|queue| {
        let desk = desk.clone();
        async move {
            let mut all = Vec::new();
            for _ in 0..6 {
                all.extend(queue.claim(&[desk.wish(desk.channel_id, 3)], LEASE).await.expect("the claim"));
            }
            (queue, all)
        }
    }))
    .await;
    // A claim does not wait for a turn that another one holds: the rest is left to the next claim.
    let (queue, claims) = &mut asked[0];
    claims.extend(queue.claim(&[desk.wish(desk.channel_id, 40)], LEASE).await.expect("the claim"));
    let mut holders = HashSet::new();
    for (queue, claims) in &asked {
        for claim in claims {
            assert!(holders.insert(claim.lane_id), "two hold one lane");
            assert!(claim.letter.payload.ends_with("-0"), "only heads are leased: {}", claim.letter.payload);
            assert_eq!(queue.settle(&[settlement(claim, Settled::Delivered)]).await.unwrap(), [true]);
        }
    }
    assert_eq!(holders.len(), 40, "every lane found a holder");
}

both!(
    a_lease_that_ran_out_comes_back_as_unknown,
    an_old_epoch_settles_nothing,
    a_lease_given_back_counts_as_no_attempt,
    starts_without_an_end_are_counted,
    a_lane_has_one_holder_when_many_workers_claim,
);

/// Only on SQLite a start may do so: there is one serving process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_on_sqlite_voids_leases_as_unknown() {
    parom_tests::run(Engine::Sqlite, async |office: &mut Office| {
        let desk = office.desk();
        office.accepts(desk.to_crm("chat", "1", "one")).await;
        office.accepts(desk.to_crm("quiet", "2", "two")).await;
        let claims = office.claims(&desk, desk.channel_id, 1).await;
        let started = claims[0].letter.payload.clone();
        let next = office.another_instance();
        assert_eq!(next.void_leases().await.unwrap(), 1);
        for claim in next.claim(&[desk.wish(desk.channel_id, 10)], LEASE).await.unwrap() {
            assert_eq!(claim.letter.unknown, claim.letter.payload == started);
            assert_eq!(next.settle(&[settlement(&claim, Settled::Delivered)]).await.unwrap(), [true]);
        }
        assert!(!office.settles(&claims[0], Settled::Delivered).await, "the dead process settles nothing");
    })
    .await;
}
