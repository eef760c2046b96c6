//! Rule 7: fairness, pauses and limits are one narrow row a target; lanes and letters are left alone.

use base::clock::Clock;
use parom_tests::office::{Desk, LEASE, again, settlement, texts};
use parom_tests::{Engine, Office, Place, both};
use queue::accept_batch::AcceptBatch;
use queue::{Attempt, LeaseRequest, Settled, TargetRate, TurnEffect};

async fn flood(office: &Office, desk: &Desk, lanes: usize, letters: usize) {
    let mut batches: Vec<AcceptBatch> = Vec::new();
    for number in 0..letters {
        let id = format!("{number}");
        batches.push(desk.to_crm(&format!("chat {}", number % lanes), &id, &id));
    }
    for part in batches.chunks(500) {
        let part: Vec<&AcceptBatch> = part.iter().collect();
        office.queue.accept(&part, false).await.unwrap();
    }
}

async fn a_flood_does_not_keep_others_waiting(office: &mut Office) {
    let (big, small) = (office.desk(), office.desk());
    flood(office, &big, 400, 10_000).await;
    office.advance(1);
    office.accepts(small.to_crm("chat", "1", "the quiet one")).await;
    let ready = office.ready(128).await;
    assert_eq!(ready.len(), 2, "a turn a target, however much waits behind it");
    let wishes: Vec<LeaseRequest> = ready
        .iter()
        .map(|ready| LeaseRequest {
            tenant_id: ready.tenant_id,
            target: ready.target,
            limit: 8,
            rate: TargetRate::per_second(1000),
        })
        .collect();
    let claims = office.queue.claim(&wishes, LEASE).await.unwrap();
    assert_eq!(claims.iter().filter(|claim| claim.tenant_id == big.tenant_id).count(), 8);
    assert!(claims.iter().any(|claim| claim.letter.payload == "the quiet one"), "the quiet tenant is served at once");
    // And the flood queues behind later accounts.
    office.advance(1);
    let late = office.desk();
    let before = office.ready(128).await;
    assert!(before.iter().all(|ready| ready.ready_at <= office.clock.millis()));
    office.accepts(late.to_crm("chat", "1", "another")).await;
    assert!(office.ready(2).await.iter().any(|ready| ready.tenant_id == late.tenant_id));
}

async fn holding_touches_one_row_and_resuming_sends_one_probe(office: &mut Office) {
    let desk = office.desk();
    flood(office, &desk, 50, 2_000).await;
    let (letters, lanes) = (office.letters(&desk).await, office.lanes(&desk).await);
    office.queue.hold(desk.tenant_id, desk.channel_id, "amojo:main", "paused").await.unwrap();
    assert_eq!(office.letters(&desk).await, letters);
    assert_eq!(office.lanes(&desk).await, lanes);
    let turn = office.turn(&desk, desk.channel_id).await;
    assert_eq!((turn.ready_at, turn.reason.as_str()), (None, "held:paused"));
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty());
    office.accepts(desk.to_crm("a new chat", "new", "new")).await;
    assert!(office.ready(10).await.is_empty(), "what arrives does not wake a held turn");
    assert_eq!(office.letters(&desk).await.len(), 2_001, "but it is taken in");

    office.queue.resume(desk.tenant_id, desk.channel_id, 250).await.unwrap();
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty(), "with jitter");
    office.advance(250);
    let probe = office.claims(&desk, desk.channel_id, 10).await;
    assert_eq!(probe.len(), 1, "one goes first");
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty(), "and alone");
    let mut answered = settlement(&probe[0], Settled::Delivered);
    answered.turn = TurnEffect::Healthy;
    assert!(office.writer.settle(answered).await);
    assert_eq!(office.claims(&desk, desk.channel_id, 10).await.len(), 10, "then the others");
}

async fn a_probe_that_fails_keeps_the_turn_closed(office: &mut Office) {
    let desk = office.desk();
    flood(office, &desk, 5, 5).await;
    office.queue.hold(desk.tenant_id, desk.channel_id, "amojo:main", "paused").await.unwrap();
    office.queue.resume(desk.tenant_id, desk.channel_id, 0).await.unwrap();
    let probe = office.claims(&desk, desk.channel_id, 10).await;
    let mut failed = settlement(&probe[0], again(0));
    failed.turn = TurnEffect::Failing { open_after: 10, open_millis: 30_000 };
    assert!(office.writer.settle(failed).await);
    office.advance(29_999);
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty());
    office.advance(1);
    assert_eq!(office.claims(&desk, desk.channel_id, 10).await.len(), 1, "the next probe");
}

async fn many_failures_in_a_row_open_the_breaker(office: &mut Office) {
    let desk = office.desk();
    flood(office, &desk, 12, 12).await;
    let claims = office.claims(&desk, desk.channel_id, 12).await;
    let failing = TurnEffect::Failing { open_after: 10, open_millis: 30_000 };
    for claim in &claims {
        let mut failed = settlement(claim, again(1_000));
        failed.turn = failing.clone();
        assert!(office.writer.settle(failed).await);
    }
    assert_eq!(office.turn(&desk, desk.channel_id).await.reason, "breaker");
    office.advance(20_000);
    office.accepts(desk.to_crm("new", "new", "new")).await;
    assert!(office.claims(&desk, desk.channel_id, 12).await.is_empty(), "what arrives does not close it");
    office.advance(10_000);
    let probe = office.claims(&desk, desk.channel_id, 12).await;
    assert_eq!(probe.len(), 1);
    let mut healthy = settlement(&probe[0], Settled::Delivered);
    healthy.turn = TurnEffect::Healthy;
    assert!(office.writer.settle(healthy).await);
    assert_eq!(office.claims(&desk, desk.channel_id, 20).await.len(), 12);
}

async fn a_target_that_asks_to_wait_is_left_alone(office: &mut Office) {
    let desk = office.desk();
    flood(office, &desk, 3, 6).await;
    let claims = office.claims(&desk, desk.channel_id, 1).await;
    let mut asked = settlement(&claims[0], again(0));
    asked.turn = TurnEffect::Wait { millis: 7_000 };
    assert!(office.writer.settle(asked).await);
    office.accepts(desk.to_crm("new", "new", "new")).await;
    office.advance(6_999);
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty());
    office.advance(1);
    let all = office.claims(&desk, desk.channel_id, 10).await;
    assert_eq!(all.len(), 4, "{:?}", texts(&all));
}

async fn a_rate_admits_as_many_as_configured(office: &mut Office) {
    let desk = office.desk();
    flood(office, &desk, 30, 30).await;
    let wish = LeaseRequest { limit: 30, rate: TargetRate::per_second(5), ..desk.wish(desk.channel_id, 30) };
    let mut leased = office.queue.claim(std::slice::from_ref(&wish), LEASE).await.unwrap().len();
    assert_eq!(leased, 3, "three at once");
    assert!(office.ready(10).await.is_empty(), "an empty bucket moves the turn");
    for _ in 0..20 {
        office.advance(100);
        if !office.ready(10).await.is_empty() {
            leased += office.queue.claim(std::slice::from_ref(&wish), LEASE).await.unwrap().len();
        }
    }
    assert!((8..=9).contains(&leased), "at most 5 in any second, the first one too: {leased}");
}

async fn being_asked_to_slow_down_counts_against_no_letter(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let tries = [(TurnEffect::Wait { millis: 0 }, 0), (TurnEffect::None, 1), (TurnEffect::Wait { millis: 0 }, 1)];
    for (turn, attempts) in tries {
        let claim = office.claims_one(&desk).await;
        let mut tried = settlement(&claim, again(0));
        tried.attempt = Some(Attempt { verdict: "retry", status: 429, ..Attempt::default() });
        tried.turn = turn;
        assert!(office.writer.settle(tried).await);
        assert_eq!(office.letters(&desk).await[0].attempts, attempts);
    }
}

async fn a_due_time_too_far_ahead_is_brought_back(office: &mut Office) {
    const HOUR: i64 = 3_600_000;
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    // As if written by a clock that was ten hours ahead.
    assert!(office.settles(&claim, again(10 * HOUR)).await);
    assert!(office.queue.clamp().await.unwrap() > 0);
    let latest = Some(office.clock.millis() + 2 * HOUR);
    assert!(office.turn(&desk, desk.channel_id).await.ready_at <= latest);
    assert_eq!(office.lanes(&desk).await[0].due_at, latest);
    assert_eq!(office.queue.clamp().await.unwrap(), 0, "what is near enough stays");
    office.advance(2 * 3_600_000);
    assert_eq!(office.claims(&desk, desk.channel_id, 1).await.len(), 1);
}

/// C12: a turn comes when its lane does, and not some milliseconds before.
async fn back_offs_end_for_turn_and_lane_at_once(engine: Engine) {
    let Some(office) = Office::on(engine, Clock::system()).await else { return };
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    for _ in 0..20 {
        let claim = office.claims_one(&desk).await;
        let leased = office.turn(&desk, desk.channel_id).await;
        assert_eq!(leased.ready_at, office.lanes(&desk).await[0].due_at, "after a claim");
        assert!(office.settles(&claim, again(5_000)).await);
        let turn = office.turn(&desk, desk.channel_id).await;
        assert_eq!(turn.ready_at, office.lanes(&desk).await[0].due_at, "after a settlement");
        assert!(office.queue.expedite_target(desk.tenant_id, desk.channel_id, "amojo:main").await.is_ok());
    }
    office.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c12_a_turn_comes_with_its_lane_on_sqlite() {
    back_offs_end_for_turn_and_lane_at_once(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c12_a_turn_comes_with_its_lane_on_postgres() {
    back_offs_end_for_turn_and_lane_at_once(Engine::Postgres).await;
}

both!(
    being_asked_to_slow_down_counts_against_no_letter,
    a_due_time_too_far_ahead_is_brought_back,
    a_flood_does_not_keep_others_waiting,
    holding_touches_one_row_and_resuming_sends_one_probe,
    a_probe_that_fails_keeps_the_turn_closed,
    many_failures_in_a_row_open_the_breaker,
    a_target_that_asks_to_wait_is_left_alone,
    a_rate_admits_as_many_as_configured,
);
