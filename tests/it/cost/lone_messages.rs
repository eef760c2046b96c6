//! A message alone in its commit: on PostgreSQL a call of a function.

use base::store::statements_of;
use parom_tests::office::{Desk, LEASE, Office};
use parom_tests::on_postgres;
use queue::accept_batch::{AcceptBatch, Conversation, ItemOutcome};
use queue::{LeaseRequest, Settled, TargetRate};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::accepts::hook;
use super::leases::{quiet, seen};
use super::openings::{chat, opening};
use super::{accepts, leases};

/// A message from either side: of a known or a new conversation, with or without the bytes as received, some known already.
fn random_message(random: &mut StdRng, desk: &Desk, known: &[(String, Uuid)], round: u32) -> AcceptBatch {
    let id = if random.random_range(0..8) == 0 { round / 2 } else { round }.to_string();
    let conversation = &known[random.random_range(0..known.len())];
    let (hint, news) = (random.random_range(0..40_i64), random.random_range(0..6));
    let mut batch = match random.random_range(0..4) {
        0 => opening(desk, round, hint),
        1 => {
            let mut batch = desk.to_crm(&conversation.0, &id, "Hello");
            batch.entries[0].conversation = Conversation::Known(conversation.1);
            batch
        }
        _ => hook(desk, conversation, &id),
    };
    let entry = &mut batch.entries[0];
    entry.letters[0].payload = format!("{round} {id}");
    if entry.letters[0].order_hint.is_some() {
        entry.letters[0].order_hint = Some(hint).filter(|hint| *hint > 9);
    }
    if matches!(entry.conversation, Conversation::Known(_)) && news > 1 {
        entry.heard_at = (news % 2 == 0).then_some(hint);
        entry.crm_chat = (news > 4).then(|| chat(desk, &format!("chat of {}", conversation.0)));
    }
    if news == 1 {
        batch.raw = None;
    }
    batch
}

/// All rows of a desk but its turns, which wake at other times.
async fn rows(office: &Office, desk: &Desk) -> Vec<String> {
    let mut all = accepts::rows(office, desk).await;
    all.retain(|row| !row.starts_with("turn "));
    all.extend(leases::rows(office, desk).await);
    all
}

/// The function and a claim of what it left write the same rows, and return the same leases, as a statement for many
/// messages and a claim.
async fn a_call_stores_and_leases_what_a_statement_and_a_claim_do(office: &mut Office) {
    let desks = [office.desk(), office.desk()];
    let mut known = Vec::new();
    for desk in &desks {
        known.push(quiet(office, desk, 4, 2).await);
    }
    let mut random = StdRng::seed_from_u64(11);
    let (mut calls, mut leased, mut repeats) = (0, 0, 0);
    for round in 0..240 {
        office.advance(random.random_range(1..3_000));
        let (seed, rate) = (random.random(), random.random_range(0..6));
        let mut written = Vec::new();
        for (number, desk) in desks.iter().enumerate() {
            let batch = random_message(&mut StdRng::seed_from_u64(seed), desk, &known[number], round);
            let wishes = [desk.source_id, desk.channel_id].map(|target| match rate {
                0 => LeaseRequest { rate: TargetRate::per_second(1), ..desk.wish(target, 5) },
                1 => LeaseRequest { rate: TargetRate::adaptive(3.0, 1.0, 9.0), ..desk.wish(target, 5) },
                2 => desk.wish(target, 0),
                _ => desk.wish(target, 5),
            });
            let (mut claims, mut receipts) = (Vec::new(), Vec::new());
            if number == 0 {
                let call = office.queue.lease_call(&wishes, LEASE);
                let cost = statements_of(async {
                    let accepted = office.queue.accept_leasing(&[&batch], &call).await.unwrap();
                    (claims, receipts) = (accepted.claims, accepted.receipts);
                });
                calls += usize::from(cost.await.transactions == 0);
                leased += claims.len();
            } else {
                receipts = office.queue.accept(&[&batch], false).await.unwrap();
            }
            office.assert_awake().await;
            claims.extend(office.queue.claim(&wishes, LEASE, |_| {}).await.unwrap());
            claims.sort_by_key(|claim| claim.letter.payload.clone());
            let is_new = matches!(receipts[0][0], ItemOutcome::New { .. });
            repeats += usize::from(!is_new);
            written.push((is_new, rows(office, desk).await, claims));
        }
        let [one, other] = [&written[0], &written[1]];
        assert_eq!((one.0, &one.1, seen(&one.2)), (other.0, &other.1, seen(&other.2)), "round {round}");
        for claims in one.2.iter().zip(&other.2) {
            let settled = match random.random_range(0..32) {
                0 => continue,
                1..4 => Settled::Retry { millis: 400, unknown: false, resent: false },
                _ => Settled::Delivered,
            };
            for claim in [claims.0, claims.1] {
                assert!(office.settles(claim, settled.clone()).await);
            }
        }
    }
    assert!(calls > 150 && leased > 100 && repeats > 10, "{calls} {leased} {repeats}");
}

/// One call stores it, and one settles it; both leave nothing to a transaction, also if the message opens its conversation.
async fn a_lone_message_is_two_calls(office: &mut Office) {
    let desk = office.desk();
    let known = quiet(office, &desk, 1, 1).await;
    let wishes = [desk.source_id, desk.channel_id].map(|target| desk.wish(target, 5));
    for batch in [hook(&desk, &known[0], "hook"), opening(&desk, 1, 7)] {
        let call = office.queue.lease_call(&wishes, LEASE);
        let cost = statements_of(async {
            let accepted = office.queue.accept_leasing(&[&batch], &call).await.unwrap();
            assert_eq!((accepted.claims.len(), accepted.contexts.len()), (1, 1));
            let done = parom_tests::office::settlement(&accepted.claims[0], Settled::Delivered);
            assert_eq!(office.queue.settle(&[done]).await.unwrap(), [true]);
        });
        let cost = cost.await;
        let [accept, settlement] = cost.statements.as_slice() else { panic!("{:?}", cost.statements) };
        assert!(accept.contains(" FROM accept_message(") && settlement.contains(" FROM settle_message("), "{cost:?}");
        assert_eq!(cost.transactions, 0);
    }
    assert!(office.letters(&desk).await.is_empty());
}

on_postgres!(a_call_stores_and_leases_what_a_statement_and_a_claim_do, a_lone_message_is_two_calls);
