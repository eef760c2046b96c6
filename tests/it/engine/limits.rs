//! How fast, how often again, and when not at all: rates found by experience, breakers, second tries.

use std::time::Duration;

use futures_util::future::join_all;
use parom_tests::office::{Desk, LEASE, again, settlement};
use parom_tests::{Office, World, both};
use queue::{Attempt, Claim, LeaseRequest, Settled, TargetRate, TurnEffect};
use simulator::crm::{Fault, Part};
use uuid::Uuid;

async fn many(office: &Office, desk: &Desk, chats: std::ops::Range<usize>) {
    for chat in chats {
        let id = format!("{chat}");
        office.accepts(desk.to_crm(&id, &id, &id)).await;
    }
}

fn wish(desk: &Desk, limit: u32) -> LeaseRequest {
    LeaseRequest { rate: TargetRate::adaptive(10.0, 2.0, 50.0), ..desk.wish(desk.channel_id, limit) }
}

async fn leased(office: &Office, desk: &Desk, limit: u32) -> Vec<Claim> {
    office.queue.claim(&[wish(desk, limit)], LEASE).await.unwrap()
}

async fn answered(office: &Office, claim: &Claim, status: i32, turn: TurnEffect) {
    let settled = if status == 200 { Settled::Delivered } else { again(0) };
    let mut tried = settlement(claim, settled);
    tried.attempt = Some(Attempt { verdict: "retry", status, ..Attempt::default() });
    tried.turn = turn;
    assert!(office.writer.settle(tried).await);
}

async fn an_undocumented_rate_is_found_by_probing(office: &mut Office) {
    let desk = office.desk();
    many(office, &desk, 0..40).await;
    let rate = async |office: &Office| office.turn(&desk, desk.channel_id).await.rate;
    let claims = leased(office, &desk, 4).await;
    assert_eq!(rate(office).await, 10_000, "as configured at first");
    for claim in &claims[..2] {
        answered(office, claim, 429, TurnEffect::Wait { millis: 0 }).await;
    }
    assert_eq!(rate(office).await, 5_000, "two answers to calls of one moment are one request to slow down");
    office.advance(1);
    answered(office, &claims[2], 503, TurnEffect::Failing { open_after: 20, open_millis: 30_000 }).await;
    assert_eq!(rate(office).await, 2_500);
    for _ in 0..3 {
        office.advance(1_000);
        let claim = leased(office, &desk, 1).await.remove(0);
        answered(office, &claim, 429, TurnEffect::Wait { millis: 0 }).await;
    }
    office.advance(59_999);
    let claim = leased(office, &desk, 1).await.remove(0);
    assert_eq!(rate(office).await, 2_000, "never below the floor");
    answered(office, &claim, 200, TurnEffect::Healthy).await;
    assert_eq!(rate(office).await, 2_000, "the minute is not over");
    office.advance(1);
    let claims = leased(office, &desk, 2).await;
    for claim in &claims {
        answered(office, claim, 200, TurnEffect::Healthy).await;
    }
    assert_eq!(rate(office).await, 3_000, "one a second more for a clean minute, once");
    office.advance(60_000);
    let narrow = LeaseRequest { rate: TargetRate::adaptive(1.0, 1.0, 1.0), ..wish(&desk, 1) };
    office.queue.claim(&[narrow], LEASE).await.unwrap();
    assert_eq!(rate(office).await, 1_000, "what is configured now bounds what was found earlier");
}

async fn instances_share_what_one_account_may(office: &mut Office) {
    let desk = office.desk();
    many(office, &desk, 0..40).await;
    let queues: Vec<_> = (0..4).map(|_| office.another_instance()).collect();
    let mut leased = 0;
    // A quarter of the rate at once, then refilled by it, for all callers together.
    for wanted in [5, 5, 5] {
        let asked = queues.iter().map(|queue| {
            let wish = LeaseRequest { rate: TargetRate::per_second(20), ..desk.wish(desk.channel_id, 40) };
            async move { queue.claim(&[wish], LEASE).await.unwrap().len() }
        });
        let got: usize = join_all(asked).await.into_iter().sum();
        assert_eq!(got, wanted, "after {leased}");
        leased += got;
        office.advance(1_000);
    }
}

async fn a_breaker_opens_when_half_of_twenty_calls_fail(office: &mut Office) {
    let (desk, failing) = (office.desk(), TurnEffect::Failing { open_after: 20, open_millis: 30_000 });
    many(office, &desk, 0..60).await;
    let reason = async |office: &Office| office.turn(&desk, desk.channel_id).await.reason;
    let mut calls = 0;
    while calls < 19 {
        for claim in office.claims(&desk, desk.channel_id, 1).await {
            let turn = if calls % 2 == 0 { failing.clone() } else { TurnEffect::Healthy };
            answered(office, &claim, if calls % 2 == 0 { 500 } else { 200 }, turn).await;
            calls += 1;
        }
        office.advance(1);
    }
    assert_ne!(reason(office).await, "breaker", "nineteen calls prove nothing");
    let claim = office.claims(&desk, desk.channel_id, 1).await.remove(0);
    answered(office, &claim, 500, failing.clone()).await;
    assert_eq!(reason(office).await, "breaker");
    let letters = office.letters(&desk).await.len();
    office.advance(29_999);
    assert!(office.claims(&desk, desk.channel_id, 9).await.is_empty(), "it pauses the lanes");
    assert_eq!(office.letters(&desk).await.len(), letters, "and fails nothing");
    office.advance(1);
    let probe = office.claims(&desk, desk.channel_id, 9).await;
    assert!(probe.len() == 1 && probe[0].probe, "one goes first");
    answered(office, &probe[0], 200, TurnEffect::Healthy).await;
    assert_eq!(office.claims(&desk, desk.channel_id, 9).await.len(), 9, "then the others");
    assert_eq!(office.turn(&desk, desk.channel_id).await.calls, 0, "counted from zero");
}

async fn failures_of_an_earlier_minute_do_not_count(office: &mut Office) {
    let (desk, failing) = (office.desk(), TurnEffect::Failing { open_after: 20, open_millis: 30_000 });
    many(office, &desk, 0..30).await;
    for minute in 0..2 {
        for claim in office.claims(&desk, desk.channel_id, 19).await {
            answered(office, &claim, 500, failing.clone()).await;
        }
        assert_ne!(office.turn(&desk, desk.channel_id).await.reason, "breaker", "minute {minute}");
        office.advance(60_000);
    }
}

async fn a_retry_without_budget_is_postponed_and_costs_no_attempt(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().next_with(Part::Message, "one", 1, Fault::Status { code: 503, retry_after: None });
    world.customer(&line, "anna").writes("one").await;
    world.deliver_all().await;
    world.advance(Duration::from_millis(1_500));
    let now = world.clock.millis();
    while world.app().delivery.slots.may_try("amojo:main", Uuid::nil(), true, now) {}
    let asked = world.sandbox.requests().len();
    world.deliver_all().await;
    assert_eq!(world.sandbox.requests().len(), asked, "amoCRM was not called");
    let letters = world.letters().await;
    assert_eq!((letters.len(), letters[0].attempts), (1, 1), "and no try was counted");
    world.customer(&line, "boris").writes("two").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["two"], "first tries go always");
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line).len(), 2);
}

both!(
    an_undocumented_rate_is_found_by_probing,
    instances_share_what_one_account_may,
    a_breaker_opens_when_half_of_twenty_calls_fail,
    failures_of_an_earlier_minute_do_not_count,
    a_retry_without_budget_is_postponed_and_costs_no_attempt,
);
