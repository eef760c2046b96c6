//! A messenger that is down for a day, with everything that managers write meanwhile: it leaves in order when the
//! messenger is back, and no other source waits for it.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use parom_tests::office::{Desk, LEASE, again, settlement};
use parom_tests::{Office, both};
use queue::accept_batch::AcceptBatch;
use queue::{Claim, LeaseRequest, Settled, Settlement, TargetRate, TurnEffect};
use uuid::Uuid;

/// What waits, in how many chats.
const MESSAGES: usize = 20_000;
const CHATS: usize = 500;
/// Slots of the source: more than any instance gives it, so that there are fewer rounds.
const AT_ONCE: u32 = 500;
/// Milliseconds for which a breaker stays open.
const OPEN: i64 = 30_000;

async fn writes(office: &Office, desk: &Desk) {
    let batches: Vec<AcceptBatch> = (0..MESSAGES)
        .map(|number| {
            let id = number.to_string();
            let at = office.clock.millis() + i64::try_from(number).unwrap();
            desk.to_messenger(&format!("chat {}", number % CHATS), &id, &id, at)
        })
        .collect();
    for part in batches.chunks(1_000) {
        let part: Vec<&AcceptBatch> = part.iter().collect();
        office.queue.accept(&part, false).await.unwrap();
    }
}

/// Settles claims at once, all in the same way.
async fn settles(office: &Office, claims: &[Claim], settled: &Settled, turn: &TurnEffect) {
    let done = claims.iter().map(|claim| {
        let settlement = settlement(claim, settled.clone());
        office.writer.settle(Settlement { turn: turn.clone(), ..settlement })
    });
    assert!(join_all(done).await.into_iter().all(|held| held));
}

/// Probes of the messenger through a day; gives how many there were.
async fn day_of_silence(office: &Office, desk: &Desk) -> usize {
    let failing = TurnEffect::Failing { open_after: 10, open_millis: OPEN };
    let first = office.claims(desk, desk.source_id, AT_ONCE).await;
    settles(office, &first, &again(1_000), &failing).await;
    let mut probes = 0;
    // A look an hour: between them it is the same every half minute.
    for _ in 0..20 {
        office.advance(3_600_000);
        let probe = office.claims(desk, desk.source_id, AT_ONCE).await;
        assert_eq!(probe.len(), 1, "one goes out to see, whatever waits behind it");
        assert!(office.claims(desk, desk.source_id, AT_ONCE).await.is_empty());
        settles(office, &probe, &again(1_000), &failing).await;
        probes += probe.len();
    }
    probes
}

/// What every target that has come up may have in one turn, as the worker asks for it: the longest waiting first.
async fn round(office: &Office, limit: u32) -> Vec<Claim> {
    let ready = office.ready(128).await;
    let rate = TargetRate::per_second(100_000);
    let wishes: Vec<LeaseRequest> = ready
        .iter()
        .map(|ready| LeaseRequest { tenant_id: ready.tenant_id, target: ready.target, limit, rate })
        .collect();
    office.queue.claim(&wishes, LEASE).await.unwrap()
}

async fn letters_that_waited_a_day_leave_in_order_and_slow_no_other_account(office: &mut Office) {
    let (down, well) = (office.desk(), office.desk());
    writes(office, &down).await;
    assert_eq!(day_of_silence(office, &down).await, 20);
    office.advance(3_600_000);
    let mut left: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
    let (mut gone, mut turns, mut asked, mut served) = (0, 0, 0, 0);
    while gone < MESSAGES {
        // Customers of other accounts are answered meanwhile.
        if turns % 4 == 0 {
            office.accepts(well.to_messenger("chat", &format!("well {turns}"), "now", office.clock.millis())).await;
            asked += 1;
        }
        let claims = round(office, AT_ONCE).await;
        assert!(!claims.is_empty(), "nothing waits for anything else: {gone} are gone");
        served += claims.iter().filter(|claim| claim.tenant_id == well.tenant_id).count();
        assert_eq!(served, asked, "the other source is served in the very next turn");
        for claim in claims.iter().filter(|claim| claim.tenant_id == down.tenant_id) {
            left.entry(claim.lane_id).or_default().push(claim.letter.payload.parse().unwrap());
            gone += 1;
        }
        settles(office, &claims, &Settled::Delivered, &TurnEffect::Healthy).await;
        turns += 1;
    }
    assert_eq!(left.len(), CHATS);
    assert!(left.values().all(|chat| chat.len() == MESSAGES / CHATS && chat.is_sorted()), "each chat in its order");
    assert!(turns < 2 * MESSAGES / usize::try_from(AT_ONCE).unwrap(), "{turns} turns");
    assert!(office.letters(&down).await.is_empty());
}

both!(letters_that_waited_a_day_leave_in_order_and_slow_no_other_account);
