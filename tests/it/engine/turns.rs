//! Rule 7: fairness, pauses and limits are one narrow row a target; lanes and letters are left alone.

use std::collections::BTreeSet;
use std::time::Duration;

use base::clock::Clock;
use base::store::statements_of;
use parom::delivery::slots::Slot;
use parom_tests::office::{Desk, LEASE, again, settlement};
use parom_tests::{Engine, Line, Manager, Office, Place, World, both, both_engines, once};
use queue::accept_batch::AcceptBatch;
use queue::{After, Attempt, LeaseRequest, Settled, TargetRate, TurnEffect};
use sea_orm::ConnectionTrait;
use simulator::crm::{Fault, LogDirection, Part};
use uuid::Uuid;

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

async fn sources_of_an_account_take_turns(office: &mut Office) {
    let machine = office.desk();
    let (visitor, customer) = (machine.another_source(), machine.another_source());
    flood(office, &machine, 300, 50_000).await;
    office.advance(1);
    office.accepts(visitor.to_crm("visitor", "1", "a visitor's")).await;
    office.accepts(customer.to_crm("customer", "1", "a customer's")).await;
    let mut served = BTreeSet::new();
    for _ in 0..3 {
        served.extend(office.claims(&machine, machine.channel_id, 1).await.iter().map(|claim| claim.source_id));
    }
    assert_eq!(served.len(), 3, "also one call at a time");

    office.accepts(visitor.to_crm("another visitor", "2", "another visitor's")).await;
    let claims = office.claims(&machine, machine.channel_id, 8).await;
    assert_eq!(claims.len(), 8);
    assert!(claims.iter().any(|claim| claim.source_id == visitor.source_id), "overtaken by one batch at most");
    let rest = office.claims(&machine, machine.channel_id, 400).await.len();
    office.advance(1_000);
    assert_eq!(rest + office.claims(&machine, machine.channel_id, 400).await.len(), 300 - 8, "no chat is left out");
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
async fn c12_a_turn_comes_with_its_lane(engine: Engine) {
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

// C2: what is held costs the delivery of others nothing, however much it is.

/// Where accounts that do not exist leave something.
const STRANGERS_LEAVE: [&str; 8] =
    ["letter", "lane", "turn", "message", "conversation", "conversation_alias", "dedupe", "ledger_delta"];

/// Accounts that do not exist, each with a letter and held.
async fn are_held(world: &World, count: usize) {
    let desks: Vec<Desk> = (0..count).map(|_| Desk::new(&world.clock)).collect();
    strangers_wait(world, desks.iter().map(|desk| desk.to_crm("chat", "1", "one"))).await;
    let strangers = "WHERE tenant_id NOT IN (SELECT tenant_id FROM tenant)";
    for change in ["turn SET ready_at = NULL, reason = 'held:paused'", "letter SET expires_at = 9000000000000"] {
        world.app().store.write().execute_unprepared(&format!("UPDATE {change} {strangers}")).await.unwrap();
    }
}

async fn strangers_are_removed(world: &World) {
    for table in STRANGERS_LEAVE {
        let text = format!("DELETE FROM {table} WHERE tenant_id NOT IN (SELECT tenant_id FROM tenant)");
        world.app().store.write().execute_unprepared(&text).await.unwrap();
    }
}

async fn statements_of_a_round(world: &mut World) -> usize {
    world.advance(Duration::from_secs(60));
    let round = statements_of(async {
        world.deliver_all().await;
    });
    round.await.statements.len()
}

async fn c2_held_targets_cost_no_statement_each(world: &mut World) {
    let mut counts = Vec::new();
    for more in [1, 99, 900] {
        are_held(world, more).await;
        counts.push(statements_of_a_round(world).await);
    }
    assert!(counts.iter().all(|count| (1..20).contains(count)), "with 1, 100 and 1,000 held: {counts:?}");
    strangers_are_removed(world).await;
}

/// Of all accounts together, and each once.
async fn c2_letters_that_are_too_old_end_with_any_number_of_held_targets(world: &mut World) {
    let lines = [world.line("support").await, world.line_at("other.amocrm.ru", "support").await];
    for line in &lines {
        world.customer(line, "anna").writes("Hello").await;
    }
    world.deliver_all().await;
    are_held(world, 30).await;
    for line in &lines {
        world.api.patch(&line.path(""), &serde_json::json!({"paused": true})).await.is(200);
        for text in ["one", "two"] {
            world.manager(line).answers("anna", text).await;
        }
    }
    world.advance(Duration::from_secs(25 * 3_600));
    world.deliver_all().await;
    for line in &lines {
        let dead = world.api.get(&line.dead_letters()).await.is(200);
        let items = dead.json["items"].as_array().unwrap();
        assert_eq!(items.len(), 2, "{}", dead.text);
        assert!(items.iter().all(|item| item["reason"] == "too_old"), "{}", dead.text);
    }
    assert!(world.messenger.texts().is_empty());
    strangers_are_removed(world).await;
    for line in &lines {
        world.api.patch(&line.path(""), &serde_json::json!({"paused": false})).await.is(200);
    }
    world.deliver_to_the_end().await;
}

// C1, C10: targets without room hide none that have room: full and closed pools, accounts at their limit, many
// turns of one moment.

/// More than one scan looks at.
const MANY: usize = 129;

/// Letters of accounts that do not exist, one each.
async fn strangers_wait(world: &World, letters: impl IntoIterator<Item = AcceptBatch>) {
    let letters: Vec<AcceptBatch> = letters.into_iter().collect();
    for part in letters.chunks(250) {
        let part: Vec<&AcceptBatch> = part.iter().collect();
        world.app().queue.accept(&part, false).await.unwrap();
    }
    // Later ones have waited for a shorter time.
    world.advance(Duration::from_millis(1));
}

/// Removes the strangers' rest and delivers the others, so that the final checks pass.
async fn strangers_go(world: &mut World) {
    strangers_are_removed(world).await;
    // The host that was left alone is tried again.
    world.advance(Duration::from_secs(31));
    world.deliver_to_the_end().await;
}

async fn answer_leaves(world: &mut World, manager: &Manager) {
    manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"], "it does not wait for a slot of another account");
}

async fn c1_a_closed_pool_hides_no_other_target(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let now = world.clock.millis();
    for account in 0..40 {
        world.app().delivery.slots.note("amojo:main", Uuid::from_u128(account), false, now);
    }
    assert_eq!(world.app().delivery.slots.closed(now).len(), 1, "amojo is left alone");
    strangers_wait(world, (0..MANY).map(|_| Desk::new(&world.clock).to_crm("chat", "1", "one"))).await;
    answer_leaves(world, &manager).await;
    strangers_go(world).await;
}

async fn c1_a_pool_full_of_hanging_calls_hides_no_other_target(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let desks: Vec<Desk> = (0..MANY).map(|_| Desk::new(&world.clock)).collect();
    let slots = &world.app().delivery.slots;
    let hanging: Vec<Slot> =
        desks[..128].iter().map(|desk| slots.take("amojo:main", desk.tenant_id, desk.channel_id)).collect();
    strangers_wait(world, desks.iter().map(|desk| desk.to_crm("chat", "1", "one"))).await;
    answer_leaves(world, &manager).await;
    drop(hanging);
    strangers_go(world).await;
}

async fn c1_an_account_with_many_due_targets_hides_no_other_account(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let first = Desk::new(&world.clock);
    let slots = &world.app().delivery.slots;
    let hanging: Vec<Slot> =
        (0..8).map(|_| slots.take("webhooks", first.tenant_id, first.another().source_id)).collect();
    let now = world.clock.millis();
    strangers_wait(world, (0..2 * MANY).map(|_| first.another().to_messenger("chat", "1", "one", now))).await;
    answer_leaves(world, &manager).await;
    drop(hanging);
    strangers_go(world).await;
}

/// Turns of one moment are more than a page.
async fn c1_turns_of_one_moment_are_all_read(office: &mut Office) {
    let desks: Vec<Desk> = (0..300).map(|_| office.desk()).collect();
    let letters: Vec<AcceptBatch> = desks.iter().map(|desk| desk.to_crm("chat", "1", "one")).collect();
    for part in letters.chunks(100) {
        office.queue.accept(&part.iter().collect::<Vec<_>>(), false).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut page = office.ready(128).await;
    while let Some(last) = page.last() {
        let after = After::turn(last);
        seen.extend(page.iter().map(|ready| ready.tenant_id));
        page = office.queue.ready_without(&after, &[], 128).await.unwrap();
    }
    let mut all: Vec<_> = desks.iter().map(|desk| desk.tenant_id).collect();
    all.sort();
    assert_eq!(seen, all, "each once, in the order of their keys");
    let [one, two] = [all[0], all[1]];
    let others = office.queue.ready_without(&After::time("amojo:main", 0), &[one, two], 3).await.unwrap();
    assert_eq!(others.iter().map(|ready| ready.tenant_id).collect::<Vec<_>>(), all[2..5]);
}

/// What a scan costs that finds nothing.
async fn c1_an_idle_scan_is_one_statement(world: &mut World) {
    let mut worker = world.another_worker();
    let counted = world.app().store.counted().clone();
    let mut statements = Vec::new();
    let mut round = async || {
        counted.watch();
        assert_eq!(worker.round().await.unwrap(), 0);
        // What other tasks do meanwhile is not the scan's.
        statements.push(counted.statements().iter().filter(|text| text.contains("turn")).count());
    };
    round().await;
    round().await;
    let desk = Desk::new(&world.clock);
    let fill = |pool: &str, count| -> Vec<Slot> {
        (0..count).map(|_| world.app().delivery.slots.take(pool, desk.tenant_id, desk.source_id)).collect()
    };
    let connectors = &world.app().connectors;
    let pools = connectors.kinds().filter_map(|kind| connectors.get(kind)).map(|connector| connector.pool());
    let full: Vec<Slot> = pools.chain(["amojo:main"]).flat_map(|pool| fill(pool, 1_024)).collect();
    round().await;
    assert_eq!(statements, [2, 1, 0], "with a sweep, without one, and when there is no room anywhere");
    drop(full);
}

/// C10: sixteen accounts of which each has as many calls under way as it may have.
async fn c10_hanging_endpoints_of_many_accounts_delay_no_other_account(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let slots = world.app().delivery.slots.clone();
    let mut hanging: Vec<Slot> = Vec::new();
    for _ in 0..16 {
        let desk = Desk::new(&world.clock);
        hanging.extend((0..8).map(|_| slots.take("webhooks", desk.tenant_id, desk.another().source_id)));
    }
    answer_leaves(world, &manager).await;
    drop(hanging);
    strangers_go(world).await;
}

// A destination host that fails for all accounts, and an account that fails alone.

const BROKEN: Fault = Fault::Status { code: 500, retry_after: None };

/// Messages that were posted to amojo so far, taken or not.
fn posted(world: &World) -> usize {
    let is_message = |path: &str| path.strip_prefix("/v2/origin/custom/").is_some_and(|rest| !rest.contains('/'));
    let requests = world.sandbox.requests();
    let messages = requests.iter().filter(|request| request.direction == LogDirection::In && request.method == "POST");
    messages.filter(|request| is_message(&request.path)).count()
}

async fn lines(world: &World, accounts: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for account in 0..accounts {
        lines.push(world.line_at(&format!("account-{account}.amocrm.ru"), "support").await);
    }
    lines
}

async fn o1_ten_failing_chats_of_one_account_hold_no_other_account(world: &mut World) {
    let sick = world.line_at("sick.amocrm.ru", "support").await;
    let well = world.line("support").await;
    world.sandbox.faults().until_cleared_with(Part::Message, "sick", BROKEN);
    for chat in 0..10 {
        world.customer(&sick, &format!("c{chat}")).writes("sick").await;
    }
    let anna = world.customer(&well, "anna");
    for second in 0..60 {
        anna.writes(&format!("{second}")).await;
        world.deliver_all().await;
        assert_eq!(world.texts_at_crm(&well).len(), second + 1, "nothing is held in second {second}");
        world.advance(Duration::from_secs(1));
    }
    assert_eq!(world.app().delivery.slots.closed(world.clock.millis()), []);
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&sick).len(), 10);
}

async fn o1_a_host_that_is_down_for_all_is_left_alone_soon_and_opened_by_one_probe(world: &mut World) {
    let lines = lines(world, 4).await;
    world.sandbox.faults().until_cleared(Part::Message, BROKEN);
    for line in &lines[..3] {
        for chat in 0..8 {
            world.customer(line, &format!("c{chat}")).writes("first").await;
        }
    }
    world.deliver_all().await;
    assert_eq!(posted(world), 24, "what was on its way at once");
    assert_eq!(world.app().delivery.slots.closed(world.clock.millis()).len(), 1);
    for line in &lines {
        world.customer(line, "late").writes("late").await;
    }
    world.advance(Duration::from_millis(29_999));
    world.deliver_all().await;
    assert_eq!(posted(world), 24, "no call is made meanwhile, not even for an account that has not failed");
    for probes in 1..=3 {
        world.advance(Duration::from_secs(30));
        world.deliver_all().await;
        assert_eq!(posted(world), 24 + probes, "one goes first");
    }
    world.sandbox.faults().clear();
    world.advance(Duration::from_secs(30));
    world.deliver_to_the_end().await;
    let taken: usize = lines.iter().map(|line| world.texts_at_crm(line).len()).sum();
    assert_eq!((posted(world), taken), (27 + 28, 28), "and all others follow, each once");
}

both!(o1_a_host_that_is_down_for_all_is_left_alone_soon_and_opened_by_one_probe, a_flood_does_not_keep_others_waiting);
both!(c2_letters_that_are_too_old_end_with_any_number_of_held_targets, a_due_time_too_far_ahead_is_brought_back);
both!(c1_an_account_with_many_due_targets_hides_no_other_account, holding_touches_one_row_and_resuming_sends_one_probe);
both!(o1_ten_failing_chats_of_one_account_hold_no_other_account, c1_a_pool_full_of_hanging_calls_hides_no_other_target);
both!(being_asked_to_slow_down_counts_against_no_letter, sources_of_an_account_take_turns);
both!(many_failures_in_a_row_open_the_breaker);
both!(c1_a_closed_pool_hides_no_other_target, c2_held_targets_cost_no_statement_each, c1_an_idle_scan_is_one_statement);
both!(a_rate_admits_as_many_as_configured, c1_turns_of_one_moment_are_all_read);
once!(c10_hanging_endpoints_of_many_accounts_delay_no_other_account);
both_engines!(c12_a_turn_comes_with_its_lane);
