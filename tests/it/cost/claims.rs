//! Leasing what is due.

use base::clock::Clock;
use base::store::{StatementsOfTask, statements_of};
use entity::{lane, letter, turn};
use parom_tests::office::{Desk, LEASE, Office, again, settlement, texts};
use parom_tests::settings::START;
use parom_tests::{Place, both, on_postgres};
use queue::{After, Claim, LeaseRequest, Peek, Settled, Settlement, TurnEffect};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const POOLS: [&str; 2] = ["amojo:main", "webhooks"];

fn afters() -> Vec<After> {
    POOLS.iter().map(|pool| After::time(pool, 0)).collect()
}

async fn peeks(office: &Office) -> Peek {
    office.queue.peek(&afters()).await.unwrap().expect("little is due")
}

/// As the worker looks for work: peeks where the database lets it, and leases.
pub(super) async fn works(office: &Office, wishes: &[LeaseRequest]) -> (StatementsOfTask, Vec<Claim>) {
    let mut claims = Vec::new();
    let cost = statements_of(async {
        claims = match office.queue.peek(&afters()).await.unwrap() {
            Some(peek) => office.queue.claim_peeked(peek, wishes, LEASE, |_| {}).await.unwrap(),
            None => {
                office.queue.ready(afters(), 128).await.unwrap();
                office.queue.claim(wishes, LEASE, |_| {}).await.unwrap()
            }
        };
    });
    (cost.await, claims)
}

/// From the commit of a message to its lease: two statements on PostgreSQL.
async fn a_claim_of_a_lone_message_is_two_statements(office: &mut Office) {
    let desk = office.desk();
    for number in 0..3 {
        office.advance(5);
        office.accepts(desk.to_crm("chat", &format!("{number}"), "Hello")).await;
        let (cost, claims) = works(office, &[desk.wish(desk.channel_id, 8)]).await;
        assert_eq!(claims.len(), 1);
        let counts = if office.store.is_sqlite() { (5, 1) } else { (2, 0) };
        assert_eq!((cost.statements.len(), cost.transactions), counts, "{:#?}", cost.statements);
        assert!(office.settles(&claims[0], Settled::Delivered).await);
    }
}

both!(a_claim_of_a_lone_message_is_two_statements);

async fn a_message_that_comes_after_the_peek_is_not_slept_over(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let peek = peeks(office).await;
    office.accepts(desk.to_crm("other chat", "2", "two")).await;
    let claims = office.queue.claim_peeked(peek, &[desk.wish(desk.channel_id, 8)], LEASE, |_| {}).await.unwrap();
    let mut both = texts(&claims);
    both.sort_unstable();
    assert_eq!(both, ["one", "two"], "the turn has changed, so it is locked first");
    // Of one that comes while the claim is written the turn is locked.
    let peek = peeks(office).await;
    assert!(peek.ready().is_empty());
}

async fn a_turn_that_is_locked_is_left_to_its_holder(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let peek = peeks(office).await;
    let tx = office.store.write_tx().await.unwrap();
    office.queue.wake(&tx, desk.tenant_id, desk.channel_id, "amojo:main").await.unwrap();
    let wishes = [desk.wish(desk.channel_id, 8)];
    assert!(office.queue.claim_peeked(peek, &wishes, LEASE, |_| {}).await.unwrap().is_empty());
    tx.commit().await.unwrap();
    assert_eq!(works(office, &wishes).await.1.len(), 1);
}

async fn two_that_have_peeked_lease_a_lane_once(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let (first, second, other) = (peeks(office).await, peeks(office).await, office.another_instance());
    let wishes = [desk.wish(desk.channel_id, 8)];
    let mine = office.queue.claim_peeked(first, &wishes, LEASE, |_| {}).await.unwrap();
    assert_eq!((mine.len(), mine[0].starts, mine[0].letter.unknown), (1, 1, false));
    assert!(other.claim_peeked(second, &wishes, LEASE, |_| {}).await.unwrap().is_empty());
    assert!(office.settles(&mine[0], Settled::Delivered).await);
}

/// A lease that ended before its settlement came: the settlement is written between the peek and the claim.
async fn a_letter_settled_after_the_peek_is_not_sent_again(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    office.advance(60_000);
    let peek = peeks(office).await;
    assert!(office.settles(&claim, Settled::Delivered).await);
    let wishes = [desk.wish(desk.channel_id, 8)];
    assert!(office.queue.claim_peeked(peek, &wishes, LEASE, |_| {}).await.unwrap().is_empty());
    assert!(office.letters(&desk).await.is_empty());
}

async fn a_claim_whose_commit_was_not_answered_is_read_back(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    office.faults.add("claim.after_commit=error:1").unwrap();
    let (_, claims) = works(office, &[desk.wish(desk.channel_id, 8)]).await;
    assert_eq!((claims.len(), claims[0].starts, claims[0].letter.unknown), (1, 1, false));
    assert!(office.settles(&claims[0], Settled::Delivered).await, "the lease is ours");
}

/// Lanes, turns and letters of a desk, without ids.
async fn rows(office: &Office, desk: &Desk) -> Vec<String> {
    let (db, mine) = (office.store.read(), desk.tenant_id);
    let mut all = Vec::new();
    for row in lane::Entity::of_tenant(mine).all(db).await.unwrap() {
        let leased = (row.owner.is_some(), row.leased_until, row.epoch, row.starts);
        all.push(format!("lane {} {} {:?} {leased:?}", row.next_seq, row.waiting, row.due_at));
    }
    for row in turn::Entity::of_tenant(mine).all(db).await.unwrap() {
        let of = (row.ready_at, row.reason, row.tokens, row.refilled_at, row.rate, row.rate_at);
        all.push(format!("turn {} {of:?}", row.pool));
    }
    for row in letter::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("letter {} {} {}", row.payload, row.seq, row.unknown));
    }
    all.sort();
    all
}

/// Messages come and fail and are leased in any order. `peeking`: as the worker does it, or always under lock. Returns
/// what was leased each time, and the rows at the end.
async fn lives(office: &Office, seed: u64, peeking: bool) -> Vec<Vec<String>> {
    let (desk, mut random) = (office.desk(), StdRng::seed_from_u64(seed));
    let (mut told, mut held) = (Vec::new(), Vec::new());
    for number in 0..60 {
        if random.random_range(0..3) > 0 {
            let (chat, text) = (format!("chat {}", random.random_range(0..5)), format!("text {number:02}"));
            let to_crm = random.random_range(0..2) == 0;
            let batch =
                if to_crm { desk.to_crm(&chat, &text, &text) } else { desk.to_messenger(&chat, &text, &text, 1) };
            office.accepts(batch).await;
        }
        let limit = random.random_range(1..5);
        let wishes = [desk.wish(desk.channel_id, limit), desk.wish(desk.source_id, 1)];
        let mut claims = if peeking {
            works(office, &wishes).await.1
        } else {
            office.queue.claim(&wishes, LEASE, |_| {}).await.unwrap()
        };
        claims.sort_by(|one, other| one.letter.payload.cmp(&other.letter.payload));
        told.push(claims.iter().map(|claim| format!("{} {}", claim.letter.payload, claim.letter.unknown)).collect());
        held.extend(claims);
        for claim in held.extract_if(.., |_| random.random_range(0..3) == 0).collect::<Vec<_>>() {
            let done = match random.random_range(0..4) {
                0 => settlement(&claim, again(700)),
                1 => Settlement { turn: TurnEffect::Wait { millis: 900 }, ..settlement(&claim, again(0)) },
                _ => settlement(&claim, Settled::Delivered),
            };
            // No two lanes come due in one millisecond: which of them is first is not said.
            office.advance(1);
            office.queue.settle(&[done]).await.unwrap();
        }
        // Some leases end before they are settled.
        office.advance([1, 300, 2_000, 61_000][if number % 20 == 19 { 3 } else { random.random_range(0..3) }]);
    }
    told.push(rows(office, &desk).await);
    told
}

/// What is peeked at is leased as it is under lock, for any history.
async fn a_peek_leases_what_a_lock_leases(office: &mut Office) {
    let other = Office::on(office.database().engine(), Clock::frozen(START)).await.unwrap();
    for seed in 0..8 {
        let (peeked, locked) = (lives(office, seed, true).await, lives(&other, seed, false).await);
        assert_eq!(peeked, locked, "seed {seed}");
    }
    other.close().await;
}

on_postgres!(
    a_message_that_comes_after_the_peek_is_not_slept_over,
    a_turn_that_is_locked_is_left_to_its_holder,
    two_that_have_peeked_lease_a_lane_once,
    a_letter_settled_after_the_peek_is_not_sent_again,
    a_claim_whose_commit_was_not_answered_is_read_back,
    a_peek_leases_what_a_lock_leases,
);
