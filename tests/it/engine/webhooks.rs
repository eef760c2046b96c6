//! Rules 6 and 8 towards a messenger of one's own, and what becomes of held messages.

use std::collections::BTreeMap;
use std::time::Duration;

use entity::alert;
use futures_util::future::join_all;
use parom_tests::office::{Desk, LEASE, again, settlement};
use parom_tests::{Answer, Line, Manager, Office, World, both};
use queue::accept_batch::AcceptBatch;
use queue::{Claim, LeaseRequest, Settled, Settlement, TargetRate, TurnEffect};
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};
use uuid::Uuid;

async fn a_webhook_refused_for_now_is_repeated_with_the_same_id(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let mut written = Vec::new();
    for answer in [
        Answer::status(500),
        Answer::status(503),
        Answer::RetryAfter(503, 60),
        Answer::status(408),
        Answer::status(425),
        Answer::status(429),
        Answer::RetryAfter(429, 5),
        Answer::Cut,
    ] {
        let text = format!("{answer:?}");
        world.messenger.answers_next([answer.clone(), answer]);
        manager.answers("anna", &text).await;
        manager.answers("anna", &format!("after {text}")).await;
        world.deliver_to_the_end().await;
        written.extend([text.clone(), format!("after {text}")]);
    }
    assert_eq!(world.messenger.texts(), written);
    for one in world.messenger.received() {
        let tries = world.messenger.received().into_iter().filter(|other| other.message_id() == one.message_id());
        let ids: std::collections::BTreeSet<_> = tries.map(|other| other.webhook_id).collect();
        assert_eq!(ids.len(), 1, "one webhook-id a message");
    }
}

async fn a_refusal_fails_the_message_and_the_next_goes_on(world: &mut World) {
    let (line, manager) = world.chatting().await;
    for status in [400, 404, 409, 413, 415, 422, 418, 301, 302] {
        world.messenger.answers_next([Answer::status(status)]);
        let refused = manager.answers("anna", &format!("refused with {status}")).await;
        manager.answers("anna", &format!("after {status}")).await;
        world.deliver_all().await;
        assert_eq!(world.messenger.texts().last(), Some(&format!("after {status}")));
        assert_eq!(world.failures_at_crm(&line, &refused.message_id), [(-1, Some(905))], "{status}");
    }
}

async fn a_messenger_that_locks_us_out_pauses_its_source(world: &mut World) {
    for (number, status) in [401_u16, 403, 410].into_iter().enumerate() {
        let line = world.line(&format!("line-{status}")).await;
        world.customer(&line, "anna").writes("Hello").await;
        world.deliver_all().await;
        let manager = world.manager(&line);
        world.messenger.answers_next([Answer::status(status)]);
        manager.answers("anna", "one").await;
        manager.answers("anna", "two").await;
        world.deliver_to_the_end().await;
        assert_eq!(world.messenger.texts().len(), number * 2, "{status}: nothing more is sent");
        let source = world.api.get(&line.path("")).await.is(200);
        assert_eq!(source.json["status"], "paused", "{}", source.text);
        assert_eq!(source.json["held"]["count"], 2, "{}", source.text);
        // Repaired: the owner resumes.
        world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
        world.deliver_to_the_end().await;
        assert_eq!(world.messenger.texts()[number * 2..], ["one", "two"], "{status}");
        let source = world.api.get(&line.path("")).await.is(200);
        assert_eq!(source.json["status"], "working", "{}", source.text);
    }
}

async fn waiting_for_a_messenger_ends_after_a_day(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_by(|_| Answer::status(500));
    let said = manager.answers("anna", "too late").await;
    for seconds in [0, 60, 3_600, 82_739] {
        world.advance(Duration::from_secs(seconds));
        world.deliver_all().await;
        assert!(world.statuses_at_crm(&line, &said.message_id).is_empty());
    }
    // Found too old when its back-off ends.
    world.advance(Duration::from_secs(1_200));
    world.deliver_all().await;
    assert!(world.messenger.texts().is_empty());
    assert_eq!(world.failures_at_crm(&line, &said.message_id), [(-1, Some(902))]);
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"][0]["direction"], "to_messenger", "{}", dead.text);
    let id = dead.text_at("/items/0/id");
    world.api.delete(&format!("/api/v1/dead-letters/{id}")).await.is(204);
    world.api.delete(&format!("/api/v1/dead-letters/{id}")).await.is(404);
}

/// The manager need not believe in a failure. One whose report still waits for amoCRM when the message arrives after all is
/// not reported.
async fn an_answer_resent_after_its_failure_is_reported_as_delivered(world: &mut World) {
    let (line, manager) = world.chatting().await;
    for (late, told) in [(false, vec![-1, 1]), (true, vec![1])] {
        world.messenger.answers_by(|_| Answer::status(400));
        if late {
            world.sandbox.faults().next(Part::Status, 1, Fault::Status { code: 500, retry_after: None });
        }
        let said = manager.answers("anna", &format!("second try, {late}")).await;
        world.deliver_all().await;
        assert_eq!(world.statuses_at_crm(&line, &said.message_id), if late { vec![] } else { vec![-1] });
        world.messenger.answers_by(|_| Answer::status(200));
        let dead = world.api.get(&line.dead_letters()).await.is(200).text_at("/items/0/id");
        world.api.post(&format!("/api/v1/dead-letters/{dead}/retry"), &json!({})).await.is(202);
        world.deliver_all().await;
        let id = world.messenger.taken().last().unwrap().message_id();
        let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
        assert_eq!((&shown.json["status"], &shown.json["error"]), (&json!("sent"), &json!(null)), "{}", shown.text);
        world.customer(&line, "anna").reports_status(&id, "delivered").await.is(202);
        world.deliver_to_the_end().await;
        assert_eq!(world.statuses_at_crm(&line, &said.message_id), told);
    }
}

async fn a_worker_that_vanishes_repeats_marked(world: &mut World) {
    let (_, manager) = world.chatting().await;
    world.faults.add("deliver.after_call=error:1").unwrap();
    manager.answers("anna", "one").await;
    manager.answers("anna", "two").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(60));
    world.deliver_all().await;
    let received: Vec<_> =
        world.messenger.received().iter().map(|one| (one.text(), one.body["repeat"] == true)).collect();
    assert_eq!(received, [("one".to_owned(), false), ("one".to_owned(), true), ("two".to_owned(), false)]);
}

async fn no_more_of_an_answer_is_read_than_64_kib(world: &mut World) {
    let (line, manager) = world.chatting().await;
    for (length, known) in [(60_000, json!("theirs")), (70_000, json!(null))] {
        let long = json!({"id": "theirs", "pad": "x".repeat(length)});
        world.messenger.answers_next([Answer::Status(200, long)]);
        manager.answers("anna", &format!("answered by {length}")).await;
        world.deliver_all().await;
        let id = world.messenger.taken().last().unwrap().message_id();
        let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
        assert_eq!((&shown.json["status"], &shown.json["external_id"]), (&json!("sent"), &known), "{length}");
    }
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_messenger"]["delivered"], 2, "2xx means accepted, with any body: {}", ledger.text);
}

// A messenger that is down for a day, with everything that managers write meanwhile: it leaves in order when the
// messenger is back, and no other source waits for it.

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

// An endpoint that fails for a day: its source is paused, nothing is lost, and one probe goes before all the rest.

const HOUR: Duration = Duration::from_secs(3_600);

/// Managers write every hour; each hour all that is due is tried.
async fn hours(world: &mut World, manager: &Manager, hours: std::ops::Range<u32>) {
    for hour in hours {
        manager.answers("anna", &format!("hour {hour}")).await;
        world.deliver_all().await;
        world.advance(HOUR);
    }
}

async fn source(world: &World, line: &Line) -> Value {
    world.api.get(&line.path("")).await.is(200).json
}

async fn alerts(world: &World, line: &Line) -> Vec<(String, bool)> {
    let found = alert::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    found.into_iter().map(|alert| (alert.kind, alert.resolved_at.is_none())).collect()
}

async fn a_day_of_failures_pauses_the_source(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_by(|_| Answer::status(503));
    hours(world, &manager, 0..24).await;
    let seen = source(world, &line).await;
    assert_eq!((&seen["paused"], &seen["status_reason"]), (&json!(false), &json!("messenger_unreachable")), "{seen}");
    hours(world, &manager, 24..26).await;
    let seen = source(world, &line).await;
    let said = ["status", "status_reason", "status_action", "paused"].map(|field| seen[field].clone());
    assert_eq!(said, [json!("paused"), json!("webhook_suspended"), json!("resume"), json!(true)], "{seen}");
    assert_eq!(alerts(world, &line).await, [("webhook_suspended".to_owned(), true)]);

    // From here on it is not called; everything waits, each message for its day.
    world.deliver_all().await;
    let tries = world.messenger.received().len();
    let seen = source(world, &line).await;
    let held = seen["held"]["count"].as_u64().unwrap();
    let late = manager.answers("anna", "one more").await;
    world.customer(&line, "boris").writes("customers go on").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(600));
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), tries);
    assert_eq!(world.texts_at_crm(&line), ["Hello", "customers go on"]);
    assert_eq!(source(world, &line).await["held"]["count"], held + 1);
    let messages = world.messages().await;
    let last = messages.iter().rev().find(|one| one.direction == 2).unwrap();
    let shown = world.api.get(&format!("/api/v1/messages/{}", last.id)).await.is(200);
    assert_eq!((&shown.json["status"], world.statuses_at_crm(&line, &late.message_id).len()), (&json!("held"), 0));

    // The owner resumes too early: one probe, and the rest waits on.
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    assert_eq!(alerts(world, &line).await, [("webhook_suspended".to_owned(), false)]);
    world.deliver_all().await;
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), tries + 1, "a probe alone");
    let seen = source(world, &line).await;
    assert_eq!(seen["paused"], json!(false), "another day begins: {seen}");
    world.messenger.heals();
    world.deliver_to_the_end().await;
    let texts = world.messenger.texts();
    assert_eq!(u64::try_from(texts.len()).unwrap(), held + 1);
    assert_eq!(texts.last().unwrap(), "one more");
    let hours: Vec<_> = texts.iter().filter_map(|text| text.strip_prefix("hour ")?.parse::<u32>().ok()).collect();
    assert!(hours.is_sorted(), "in order: {hours:?}");
    assert_eq!(source(world, &line).await["status"], "working");
}

async fn resuming_a_source_may_drop_letters_that_are_too_old(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_by(|_| Answer::status(500));
    hours(world, &manager, 0..26).await;
    assert_eq!(source(world, &line).await["status_reason"], "webhook_suspended");
    let tries = world.messenger.received().len();
    let before = (world.clock.now() - Duration::from_secs(3 * 3_600 + 60)).to_rfc3339();
    world.api.patch(&line.path(""), &json!({"paused": false, "drop_before": before})).await.is(200);
    world.deliver_all().await;
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), tries + 1, "what is dropped is no probe");
    world.messenger.heals();
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["hour 23", "hour 24", "hour 25"]);
}

async fn one_answer_in_a_day_is_enough(world: &mut World) {
    let (line, manager) = world.chatting().await;
    for answer in [200, 400] {
        world.messenger.answers_by(|_| Answer::status(500));
        hours(world, &manager, 0..20).await;
        world.messenger.answers_by(move |_| Answer::status(answer));
        hours(world, &manager, 20..21).await;
        world.messenger.answers_by(|_| Answer::status(500));
        hours(world, &manager, 21..30).await;
        assert_eq!(source(world, &line).await["paused"], json!(false), "after an answer {answer}");
        world.messenger.heals();
        world.deliver_to_the_end().await;
    }
}

async fn a_quiet_endpoint_is_not_given_up_for_one_failure(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_next([Answer::status(500)]);
    manager.answers("anna", "one").await;
    world.deliver_all().await;
    world.advance(25 * HOUR);
    world.messenger.answers_next([Answer::status(500)]);
    manager.answers("anna", "two").await;
    world.deliver_all().await;
    assert_eq!(source(world, &line).await["paused"], json!(false));
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["two"], "the first one had its day");
}

async fn a_suspended_account_keeps_the_reason_of_its_source(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_by(|_| Answer::status(500));
    hours(world, &manager, 0..26).await;
    let tenant = format!("/api/v1/tenants/{}", line.tenant_id);
    for suspended in [true, false] {
        world.api.patch(&tenant, &json!({"suspended": suspended})).await.is(200);
    }
    let seen = source(world, &line).await;
    assert_eq!((&seen["status"], &seen["status_reason"]), (&json!("paused"), &json!("webhook_suspended")), "{seen}");
    world.api.delete(&line.path("")).await.is(204);
    assert_eq!(alerts(world, &line).await, [("webhook_suspended".to_owned(), false)], "nothing is left to be repaired");
    world.deliver_to_the_end().await;
}

both!(letters_that_waited_a_day_leave_in_order_and_slow_no_other_account, no_more_of_an_answer_is_read_than_64_kib);
both!(an_answer_resent_after_its_failure_is_reported_as_delivered, resuming_a_source_may_drop_letters_that_are_too_old);
both!(a_webhook_refused_for_now_is_repeated_with_the_same_id, a_suspended_account_keeps_the_reason_of_its_source);
both!(a_quiet_endpoint_is_not_given_up_for_one_failure);
both!(a_refusal_fails_the_message_and_the_next_goes_on, a_messenger_that_locks_us_out_pauses_its_source);
both!(waiting_for_a_messenger_ends_after_a_day, a_worker_that_vanishes_repeats_marked, one_answer_in_a_day_is_enough);
both!(a_day_of_failures_pauses_the_source);
