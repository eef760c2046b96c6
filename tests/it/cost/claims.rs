//! Leasing what is due.

use std::collections::BTreeMap;

use base::store::{StatementsOfTask, statements_of};
use parom_tests::both;
use parom_tests::office::{LEASE, Office};
use queue::{Claim, LeaseRequest, Settled};

async fn claim(office: &Office, wish: LeaseRequest) -> (StatementsOfTask, Vec<Claim>) {
    let mut claims = Vec::new();
    let cost = statements_of(async {
        claims = office.queue.claim(&[wish], LEASE).await.unwrap();
    });
    (cost.await, claims)
}

/// Turns, due lanes, and what is written: on PostgreSQL one statement, on SQLite two.
async fn a_claim_takes_few_statements(office: &mut Office) {
    let desk = office.desk();
    for count in [1, 29] {
        for number in 0..count {
            office.accepts(desk.to_crm(&format!("chat-{number}"), &format!("{count}-{number}"), "Hello")).await;
        }
        let (cost, claims) = claim(office, desk.wish(desk.channel_id, 100)).await;
        assert_eq!(claims.len(), count);
        let statements = if office.store.is_sqlite() { 4 } else { 3 };
        assert_eq!((cost.statements.len(), cost.transactions), (statements, 1), "{:#?}", cost.statements);
        for claim in &claims {
            assert!(office.settles(claim, Settled::Delivered).await);
        }
    }
}

both!(a_claim_takes_few_statements);

fn seen(claims: &[Claim]) -> BTreeMap<String, String> {
    let one = |claim: &Claim| {
        let letter = &claim.letter;
        let head = (letter.order_key, letter.seq, letter.attempts, letter.unknown, letter.resends);
        let lease = (claim.epoch, claim.starts, claim.probe, claim.until, claim.direction);
        (letter.payload.clone(), format!("{head:?} {lease:?}"))
    };
    claims.iter().map(one).collect()
}

/// The answer to the commit is lost: what it leased is read back, and nothing else.
async fn a_claim_that_was_not_answered_is_read_back_alone(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let earlier = office.claims_one(&desk).await;
    office.accepts(desk.to_crm("other chat", "2", "two")).await;
    office.faults.add("claim.after_commit=error:1").unwrap();
    let claims = office.claims(&desk, desk.channel_id, 10).await;
    assert_eq!(seen(&claims).into_keys().collect::<Vec<_>>(), ["two"]);
    for claim in [&claims[0], &earlier] {
        assert_eq!((claim.epoch, claim.starts, claim.letter.unknown), (1, 1, false));
        assert!(office.settles(claim, Settled::Delivered).await, "the lease is ours");
    }
}

both!(a_claim_that_was_not_answered_is_read_back_alone);
