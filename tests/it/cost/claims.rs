//! Leasing what is due.

use std::collections::BTreeMap;

use base::store::{StatementsOfTask, statements_of};
use parom_tests::office::{Desk, LEASE, Office, settlement};
use parom_tests::{both, on_postgres};
use queue::{Claim, LeaseRequest, Settled, Settlement, TargetRate, TurnEffect};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

async fn claim(office: &Office, wish: LeaseRequest) -> (StatementsOfTask, Vec<Claim>) {
    let mut claims = Vec::new();
    let cost = statements_of(async {
        claims = office.queue.claim(&[wish], LEASE, |_| {}).await.unwrap();
    });
    (cost.await, claims)
}

/// On PostgreSQL one statement, which is its own transaction, for a lone message and for a batch.
async fn a_claim_is_one_statement(office: &mut Office) {
    let desk = office.desk();
    for count in [1, 29] {
        for number in 0..count {
            office.accepts(desk.to_crm(&format!("chat-{number}"), &format!("{count}-{number}"), "Hello")).await;
        }
        let (cost, claims) = claim(office, desk.wish(desk.channel_id, 100)).await;
        assert_eq!(claims.len(), count);
        let (statements, transactions) = if office.store.is_sqlite() { (4, 1) } else { (1, 0) };
        assert_eq!((cost.statements.len(), cost.transactions), (statements, transactions), "{:#?}", cost.statements);
        for claim in &claims {
            assert!(office.settles(claim, Settled::Delivered).await);
        }
    }
}

both!(a_claim_is_one_statement);

/// All lanes and turns of a desk, without ids.
async fn rows(office: &Office, desk: &Desk) -> Vec<String> {
    let letters = office.letters(desk).await;
    let first = |lane| letters.iter().find(|letter| letter.lane_id == lane).map(|letter| letter.payload.clone());
    let mut all: Vec<String> = office
        .lanes(desk)
        .await
        .into_iter()
        .map(|row| {
            let (owner, until) = (row.owner.is_some(), row.leased_until);
            let (due, head, key) = (row.due_at, first(row.lane_id), row.last_key);
            format!("{} {head:?} {due:?} {owner} {} {until} {} {key}", row.direction, row.epoch, row.starts)
        })
        .collect();
    for target in [desk.channel_id, desk.source_id] {
        let turn = office.turn(desk, target).await;
        let (filled, rate) = ((turn.tokens, turn.refilled_at), (turn.rate, turn.rate_at));
        all.push(format!("turn {:?} {filled:?} {rate:?} {} {}", turn.ready_at, turn.reason, turn.failing));
    }
    all.sort();
    all
}

fn seen(claims: &[Claim]) -> BTreeMap<String, String> {
    let one = |claim: &Claim| {
        let letter = &claim.letter;
        let head = (letter.order_key, letter.seq, letter.attempts, letter.unknown, letter.resends);
        let lease = (claim.epoch, claim.starts, claim.probe, claim.until, claim.direction);
        (letter.payload.clone(), format!("{head:?} {lease:?}"))
    };
    claims.iter().map(one).collect()
}

fn random_wish(random: &mut StdRng, desk: &Desk) -> LeaseRequest {
    let target = if random.random() { desk.channel_id } else { desk.source_id };
    let rate = match random.random_range(0..4) {
        0 => TargetRate::per_second(random.random_range(1..5)),
        1 => TargetRate::of(0.5),
        2 => TargetRate::adaptive(f64::from(random.random_range(1..9)), 1.0, 6.0),
        _ => TargetRate::per_second(1000),
    };
    LeaseRequest { rate, ..desk.wish(target, random.random_range(0..6)) }
}

fn random_outcome(random: &mut StdRng, claim: &Claim) -> Settlement {
    let settled = match random.random_range(0..6) {
        0 => Settled::Retry { millis: random.random_range(0..5_000), unknown: random.random(), resent: false },
        1 => Settled::GivenBack,
        2 => Settled::Buried { reason: "refused".to_owned(), detail: String::new() },
        _ => Settled::Delivered,
    };
    let turn = match random.random_range(0..9) {
        0 => TurnEffect::Failing { open_after: 2, open_millis: 3_000 },
        1 => TurnEffect::Wait { millis: 1_500 },
        2 => TurnEffect::Slowed,
        3 => TurnEffect::Hold { reason: "access".to_owned() },
        _ => TurnEffect::Healthy,
    };
    Settlement { turn, rest: random.random_range(0..3) * 700, ..settlement(claim, settled) }
}

/// One statement leases the same lanes as a transaction, and leaves the same rows, for any state. Time passes between
/// any two changes, because lanes that are due at the same moment have no order.
async fn one_statement_leases_what_a_transaction_leases(office: &mut Office) {
    let desks = [office.desk(), office.desk()];
    let accept = async |name: usize, to_crm: bool, id: &str| {
        office.advance(1);
        for desk in &desks {
            let chat = format!("chat-{name}");
            let batch = if to_crm { desk.to_crm(&chat, id, id) } else { desk.to_messenger(&chat, id, id, 0) };
            office.accepts(batch).await;
        }
    };
    for name in 0..5 {
        accept(name, true, &format!("first-{name}")).await;
        accept(name, false, &format!("answer-{name}")).await;
    }
    let mut random = StdRng::seed_from_u64(1);
    let (mut leased, mut probes, mut unknown) = (0, 0, 0);
    for round in 0..400 {
        office.advance(random.random_range(0..2_000));
        for number in 0..random.random_range(0..4) {
            accept(random.random_range(0..5), random.random(), &format!("{round}-{number}")).await;
        }
        let seed = random.random();
        let wishes = desks.each_ref().map(|desk| random_wish(&mut StdRng::seed_from_u64(seed), desk));
        let one = office.queue.claim(&wishes[..1], LEASE, |_| {}).await.unwrap();
        let other = office.queue.claim_in_transaction(&wishes[1..], LEASE, |_| {}).await.unwrap();
        assert_eq!(seen(&one), seen(&other), "round {round}");
        assert_eq!(rows(office, &desks[0]).await, rows(office, &desks[1]).await, "round {round}");
        leased += one.len();
        probes += one.iter().filter(|claim| claim.probe).count();
        unknown += one.iter().filter(|claim| claim.letter.unknown).count();
        // A lone lease may expire.
        let expires = one.len() == 1 && random.random_range(0..5) == 0;
        let sorted = |mut claims: Vec<Claim>| {
            claims.sort_by_key(|claim| claim.letter.payload.clone());
            claims
        };
        for (one, other) in sorted(one).iter().zip(sorted(other)).filter(|_| !expires) {
            office.advance(1);
            let seed = random.random();
            for claim in [one, &other] {
                office.writer.settle(random_outcome(&mut StdRng::seed_from_u64(seed), claim)).await;
            }
        }
        if round % 15 == 14 {
            office.advance(61_000);
            for (desk, target) in desks.iter().flat_map(|desk| [(desk, desk.channel_id), (desk, desk.source_id)]) {
                office.queue.resume(desk.tenant_id, target, 0).await.unwrap();
            }
        }
    }
    assert!(leased > 200 && probes > 4 && unknown > 4, "{leased} {probes} {unknown}");
}

/// The answer to the statement is lost: what it leased is read back, and nothing else.
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

on_postgres!(one_statement_leases_what_a_transaction_leases, a_claim_that_was_not_answered_is_read_back_alone);
