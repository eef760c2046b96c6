//! How fast, how often again, and when not at all: rates found by experience, breakers, second tries.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parom::app::App;
use parom::delivery::worker::Worker;
use parom::server::Running;
use parom_tests::office::{Desk, LEASE, again, settlement};
use parom_tests::settings::{HOST, VENDOR_KEY};
use parom_tests::{Api, Engine, Line, Office, Place, Setup, World, both, on_postgres, once};
use queue::{Attempt, Claim, LeaseRequest, Settled, TargetRate, TurnEffect};
use simulator::crm::{Fault, LogDirection, Part};
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
    let desk = office.desk();
    many(office, &desk, 0..30).await;
    for minute in 0..2 {
        for claim in office.claims(&desk, desk.channel_id, 19).await {
            answered(office, &claim, 500, failing.clone()).await;
        }
        let reason = office.turn(&desk, desk.channel_id).await.reason;
        assert_ne!(reason, "breaker", "failures of an earlier minute do not count: {minute}");
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

// Requirement 11 of "Trust": amoCRM's seven REST requests a second are kept by all processes together.

/// Calls of the whole test.
const CALLS: usize = 40;

/// When REST requests came to amoCRM, in milliseconds, oldest first.
fn came(world: &World) -> Vec<i64> {
    let requests = world.sandbox.requests();
    let rest = requests.iter().filter(|one| one.direction == LogDirection::In && one.path.contains("/api/v4/"));
    let mut came: Vec<i64> = rest.map(|one| one.at.timestamp_millis()).collect();
    came.sort_unstable();
    came
}

fn most_in_a_second(came: &[i64]) -> usize {
    let within = |from: i64| came.iter().filter(|at| (from..from + 1_000).contains(*at)).count();
    came.iter().map(|from| within(*from)).max().unwrap_or(0)
}

async fn processes_together(engine: Engine, processes: usize) {
    let setup = Setup { change: |config| config.rates.rest_per_account = 100_000.0, ..Setup::default() };
    let Some(mut world) = World::start(engine, setup).await else { return };
    let line = world.line("support").await;
    // From here on as in service.
    world.setup_is(|config| config.rates.rest_per_account = 5.0);
    world.restart().await;
    world.advance(Duration::from_secs(10));
    let before = came(&world).len();
    let mut others = Vec::new();
    for _ in 1..processes {
        others.push(world.another_server().await);
    }
    let mut doors = vec![world.api.clone()];
    doors.extend(others.iter().map(|other| Api::new(other.url(), VENDOR_KEY)));
    let apps: Vec<Arc<App>> = others.iter().map(|other| other.app.clone()).chain([world.app().clone()]).collect();
    let granted = || apps.iter().map(|app| app.tenants.rest_rate_limit.granted()).sum::<u64>();
    let granted_before = granted();
    let path = format!("/api/v1/tenants/{}/pipelines", line.tenant_id);
    let asked = (0..CALLS).map(|number| {
        let (door, path) = (doors[number % doors.len()].clone(), path.clone());
        async move { door.get(&path).await.status }
    });
    let mut asked = std::pin::pin!(join_all(asked));
    // How often in a row everything that was let through had arrived.
    let mut quiet = 0;
    let answers = loop {
        tokio::select! {
            answers = &mut asked => break answers,
            () = tokio::time::sleep(Duration::from_millis(10)) => {
                // Time goes on when amoCRM has answered all that was let through: each is counted where it began. On a busy
                // machine a call whose turn has come may not have noticed yet: it is looked for several times.
                let let_through = usize::try_from(granted() - granted_before).unwrap();
                quiet = if came(&world).len() == before + let_through { quiet + 1 } else { 0 };
                if quiet == 5 {
                    quiet = 0;
                    world.advance(Duration::from_millis(100));
                }
            }
        }
    };
    assert_eq!(answers, vec![200; CALLS]);
    let came = came(&world).split_off(before);
    assert_eq!(came.len(), CALLS);
    assert!(most_in_a_second(&came) <= 7, "{came:?}");
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "active");
    drop(apps);
    for other in others {
        other.stop().await;
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_keeps_the_pace() {
    processes_together(Engine::Sqlite, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_keep_one_pace() {
    processes_together(Engine::Postgres, 3).await;
}

// One account floods, others are served as if it did not: over the wire to amoCRM and to messengers, by counts.

/// So many texts of customers in so many chats, a hundred posts at a time.
async fn write(world: &World, line: &Line, texts: usize, chats: usize) {
    let customers: Vec<_> = (0..chats).map(|chat| world.customer(line, &format!("customer-{chat}"))).collect();
    let numbers: Vec<usize> = (0..texts).collect();
    for part in numbers.chunks(chats.min(100)) {
        let posts = part.iter().map(|number| {
            let customer = customers[number % chats].clone();
            async move { customer.writes(&format!("text {number}")).await }
        });
        join_all(posts).await;
    }
}

/// Whose messages came to amoCRM behind a line of its log, in their order; and the last line.
fn came_after(world: &World, number: u64) -> (Vec<String>, u64) {
    let requests = world.sandbox.requests();
    let last = requests.last().map_or(number, |request| request.number);
    let messages = requests.into_iter().filter(|request| {
        request.number > number
            && request.direction == LogDirection::In
            && request.method == "POST"
            && request.path.starts_with("/v2/origin/custom/")
    });
    (messages.filter_map(|request| request.host).collect(), last)
}

async fn a_quiet_accounts_message_overtakes_a_flood(world: &mut World) {
    let (loud, quiet) = (world.line("support").await, world.line_at("quiet.amocrm.ru", "support").await);
    write(world, &loud, 2_000, 100).await;
    world.deliver_all().await;
    let (_, before) = came_after(world, 0);
    let carried = world.texts_at_crm(&loud).len();
    assert!((1..1_500).contains(&carried), "the flood is under way: {carried}");
    world.customer(&quiet, "anna").writes("only one").await;
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    let (hosts, _) = came_after(world, before);
    let place = hosts.iter().position(|host| *host == quiet.host);
    assert!(place.is_some_and(|place| place < 16), "behind no more than was on its way: {place:?}");
    assert!(hosts.len() > 100, "and the flood went on: {}", hosts.len());
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&loud).len(), 2_000);
    assert_eq!(world.texts_at_crm(&quiet), ["only one"]);
}

/// The same towards messengers: a manager of a quiet account answers while another account's answers wait.
async fn a_quiet_accounts_answer_overtakes_a_flood_of_answers(world: &mut World) {
    const CHATS: usize = 50;
    const EACH: usize = 40;
    let (loud, quiet) = (world.line("support").await, world.line_at("quiet.amocrm.ru", "support").await);
    write(world, &loud, CHATS, CHATS).await;
    world.customer(&quiet, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    let busy = world.manager(&loud);
    for number in 0..EACH {
        let text = format!("answer {number}");
        let names: Vec<String> = (0..CHATS).map(|chat| format!("customer-{chat}")).collect();
        join_all(names.iter().map(|name| busy.answers(name, &text))).await;
    }
    world.deliver_all().await;
    let before = world.messenger.received().len();
    assert!((1..CHATS * EACH * 3 / 4).contains(&before), "the flood is under way: {before}");
    world.manager(&quiet).answers("anna", "only one").await;
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    let texts = world.messenger.texts();
    let place = texts[before..].iter().position(|text| text == "only one");
    assert!(place.is_some_and(|place| place < 16), "behind no more than was on its way: {place:?}");
    assert!(texts.len() > before + 100, "and the flood went on: {} after {before}", texts.len());
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts().len(), CHATS * EACH + 1);
}

async fn an_account_of_weight_three_gets_three_times_as_much(world: &mut World) {
    let (mut heavy, mut light) = (Vec::new(), Vec::new());
    // Together they may have twice the calls under way that the host takes at once.
    for number in 0..16 {
        heavy.push(world.line_at(&format!("heavy{number}.amocrm.ru"), "support").await);
        light.push(world.line_at(&format!("light{number}.amocrm.ru"), "support").await);
    }
    for line in &heavy {
        parom::tenant::weigh(&world.app().tenants, line.tenant_id, 3).await.unwrap();
    }
    for line in heavy.iter().chain(&light) {
        write(world, line, 30, 15).await;
    }
    let (_, before) = came_after(world, 0);
    world.deliver_to_the_end().await;
    let (hosts, _) = came_after(world, before);
    assert_eq!(hosts.len(), 32 * 30);
    // As long as all of them have something waiting.
    let first = &hosts[..400];
    let of_heavy = first.iter().filter(|host| host.starts_with("heavy")).count();
    assert!((280..=320).contains(&of_heavy), "three quarters of 400: {of_heavy}");
    // Each had its share, give or take what it may have under way at once.
    for (lines, share, more_or_less) in [(&heavy, 19, 8), (&light, 6, 4)] {
        for line in lines {
            let had = first.iter().filter(|host| **host == line.host).count();
            assert!(had.abs_diff(share) <= more_or_less, "{} had {had} instead of {share}", line.host);
        }
    }
}

// Two instances, of which one reaches the database but not amoCRM: its own breaker keeps it from most letters, and
// the other one delivers.

/// Calls of an instance in a row that open the breaker of its host, or of a target.
const OPEN_AFTER: usize = 20;

/// For how long a breaker is open.
const OPEN: u64 = 30;

/// An instance that cannot reach amoCRM, with its worker.
async fn offline(world: &mut World) -> (Running, Worker) {
    // Nothing listens there.
    world.setup_is(|config| config.integrations[0].amojo_url = "http://127.0.0.1:9".parse().unwrap());
    let running = world.another_server().await;
    world.setup_is(|_| {});
    let worker = Worker::new(running.app.delivery.clone());
    (running, worker)
}

async fn write_in_new_chats(world: &World, line: &Line, name: &str, chats: usize) {
    for chat in 0..chats {
        let id = format!("{name} {chat}");
        world.customer(line, &id).writes(&id).await;
    }
}

fn delivered(world: &World, lines: &[Line]) -> usize {
    lines.iter().map(|line| world.texts_at_crm(line).len()).sum()
}

/// How often letters that wait were tried in vain.
async fn failed_calls(world: &World) -> i32 {
    world.letters().await.iter().map(|letter| letter.attempts).sum()
}

async fn an_instance_without_internet_leaves_the_letters_to_the_other(world: &mut World) {
    let mut lines = Vec::new();
    for account in 0..4 {
        lines.push(world.line_at(&format!("account-{account}.amocrm.ru"), "support").await);
    }
    let (running, mut offline) = offline(world).await;
    for line in &lines {
        write_in_new_chats(world, line, "first", 8).await;
    }
    offline.deliver_all().await.unwrap();
    let now = world.clock.millis();
    assert_eq!(running.app.delivery.slots.closed(now).len(), 1, "its breaker for amoCRM opened");
    let in_vain = failed_calls(world).await;
    assert!((20..=32).contains(&in_vain), "{in_vain}");

    // No target is closed for the other instance: what comes now is delivered at once.
    for line in &lines {
        write_in_new_chats(world, line, "second", 8).await;
    }
    assert_eq!(offline.deliver_all().await.unwrap(), 0, "it takes no letter");
    world.deliver_all().await;
    assert!(delivered(world, &lines) >= 32, "{}", delivered(world, &lines));
    assert_eq!(world.app().delivery.slots.closed(now), []);

    // The letters that failed are repeated by the other instance within the budget for retries, although the first one
    // always looks earlier. It tries one letter each half minute.
    let mut seconds = 0;
    while !world.letters().await.is_empty() {
        world.advance(Duration::from_secs(1));
        seconds += 1;
        assert!(offline.deliver_all().await.unwrap() <= usize::from(seconds % OPEN == 0), "in second {seconds}");
        world.deliver_all().await;
        assert!(seconds < 120, "{:?}", world.letters().await);
    }
    for line in &lines {
        let texts = world.texts_at_crm(line);
        assert_eq!(texts.len(), 16, "each once: {texts:?}");
    }
    running.stop().await;
}

/// A busy target of a single account: the breaker that it opens is shared.
async fn a_target_that_it_closed_is_open_after_the_others_probe(world: &mut World) {
    let lines = [world.line("support").await];
    let (running, mut offline) = offline(world).await;
    write_in_new_chats(world, &lines[0], "first", OPEN_AFTER).await;
    offline.deliver_all().await.unwrap();
    let now = world.clock.millis();
    assert_eq!(
        running.app.delivery.slots.closed(now),
        [],
        "the failures of one account do not prove that the host is down"
    );
    assert_eq!(failed_calls(world).await, 20);
    write_in_new_chats(world, &lines[0], "second", 3).await;
    world.deliver_all().await;
    assert_eq!(delivered(world, &lines), 0, "the target is closed for both");

    world.advance(Duration::from_secs(OPEN));
    // The other instance gets the probe.
    world.deliver_all().await;
    assert!(delivered(world, &lines) > 10, "{}", delivered(world, &lines));
    world.deliver_to_the_end().await;
    assert_eq!(delivered(world, &lines), OPEN_AFTER + 3);
    assert!(world.letters().await.is_empty());
    running.stop().await;
}

both!(a_retry_without_budget_is_postponed_and_costs_no_attempt, a_breaker_opens_when_half_of_twenty_calls_fail);
both!(an_undocumented_rate_is_found_by_probing);

once!(a_quiet_accounts_answer_overtakes_a_flood_of_answers, an_account_of_weight_three_gets_three_times_as_much);
once!(a_quiet_accounts_message_overtakes_a_flood);
on_postgres!(an_instance_without_internet_leaves_the_letters_to_the_other);
on_postgres!(a_target_that_it_closed_is_open_after_the_others_probe);
