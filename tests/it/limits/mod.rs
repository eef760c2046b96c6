//! Limits of what strangers, visitors, keys and accounts may use, and that others are not affected.

mod visitors;

use std::time::Duration;

use base::config::Config;
use entity::{account_usage, audit, import, install_call, parked_status};
use parom::tenant::install::may_exchange;
use parom_tests::settings::{CLIENT_ID, HOST};
use parom_tests::{Api, Line, Reply, World, answer, both, on_postgres, once};
use reqwest::Method;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Statement};
use serde_json::json;

use crate::import::{sends, texts};

/// Rows of the audit log, once all refusals that were noted in memory are written down.
async fn noted(world: &World) -> u64 {
    parom::audit::flush(world.app(), &world.app().identity.refusals).await;
    audit::Entity::find().count(world.app().store.read()).await.expect("the audit log is counted")
}

/// Rows of all tables except the audit log, which records refusals later, and those of background work.
async fn rows(world: &World) -> i64 {
    const OWN: [&str; 12] = [
        "audit",
        "heartbeat",
        "chore",
        "job",
        "pace",
        "rest_pace",
        "vault_key",
        "account_usage",
        "account_month",
        "source_pulse",
        "migration_guard",
        "seaql_migrations",
    ];
    let store = &world.app().store;
    let names = if store.is_sqlite() {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'"
    };
    let ask = async |sql: &str| {
        store.read().query_all_raw(Statement::from_string(store.backend(), sql)).await.expect("the database answers")
    };
    let mut sum = 0;
    for row in ask(names).await {
        let name: String = row.try_get("", "name").unwrap();
        if OWN.contains(&name.as_str()) {
            continue;
        }
        let counted = ask(&format!("SELECT COUNT(*) AS count FROM \"{name}\"")).await;
        sum += counted[0].try_get::<i64>("", "count").unwrap();
    }
    sum
}

// M10: what an account may have waiting and stored, and that the disk's last room belongs to those who have less.

const OTHER: &str = "other.amocrm.ru";

/// A message of so many kilobytes.
async fn writes(world: &World, line: &Line, id: &str, kilobytes: usize) -> Reply {
    let text: String = "x".repeat(1_000);
    let message = json!({"id": id, "conversation": {"id": "c"}, "sender": {"role": "client", "id": "u", "name": "U"},
        "content": {"type": "text", "text": text.repeat(kilobytes)}});
    world.api.post(&line.path("/messages"), &message).await
}

fn few_imports(config: &mut Config) {
    config.limits.imports_waiting = 2;
    config.limits.imports_waiting_mb = 1;
}

async fn m10_imports_that_wait_are_counted_and_weighed(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at(OTHER, "support").await;
    let first = sends(world, &line, "", texts("anna", 2)).await.is(202).text_at("/id");
    sends(world, &line, "?dry_run=true", texts("bert", 2)).await.is(202);
    let many = sends(world, &line, "", texts("carl", 2)).await.is(429);
    assert_eq!(many.json["type"], "/problems/too_many_imports");
    assert_eq!(many.header("retry-after"), "60");
    sends(world, &other, "", texts("dora", 2)).await.is(202);
    world.api.post(&format!("/api/v1/imports/{first}/cancel"), &json!({})).await.is(202);
    let large = sends(world, &line, "", texts("emil", 8_000)).await.is(429);
    assert_eq!(large.json["type"], "/problems/too_many_imports", "{}", large.text);
    let all = import::Entity::find().all(world.app().store.read()).await.unwrap();
    assert_eq!(all.len(), 3, "nothing stays of what was refused");
    sends(world, &line, "", texts("fred", 2)).await.is(202);
    let page = world.panel(line.tenant_id).await.opens("/panel/account").await.is(200);
    page.says(&["2 of 2", "used up"]);
    world.leave_letters();
}

fn little_storage(config: &mut Config) {
    config.limits.stored_mb_per_account = 1;
}

async fn m10_an_account_stores_as_much_as_it_may_and_no_more(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at(OTHER, "support").await;
    for number in 0..6 {
        writes(world, &line, &number.to_string(), 200).await.is(202);
    }
    parom::usage::write_down(&world.app().usage).await.unwrap();
    let full = writes(world, &line, "7", 1).await.is(507);
    assert_eq!(full.json["type"], "/problems/account_full", "{}", full.text);
    sends(world, &line, "", texts("anna", 2)).await.is(507);
    let file = world.api.request(Method::POST, &line.path("/media")).body(crate::media::png(100));
    parom_tests::answer(file).await.is(507);
    // Existing conversations can still be answered, and others are not affected.
    world.api.get(&line.path("")).await.is(200);
    writes(world, &other, "1", 1).await.is(202);
    world.panel(line.tenant_id).await.opens("/panel/account").await.is(200).says(&["1.1 MB of 1 MB", "used up"]);
    world.leave_letters();
}

/// The messenger reports a failure for a reason of so many letters.
async fn reports(world: &World, line: &Line, id: &str, letters: usize) -> Reply {
    let error = json!({"code": "other", "text": "x".repeat(letters)});
    let path = line.path(&format!("/messages/{id}/status"));
    world.api.post(&path, &json!({"status": "failed", "error": error})).await
}

/// Changes of messages and statuses that wait for their messages are stored too.
async fn m10_changes_and_statuses_count_and_end_with_the_room(world: &mut World) {
    let line = world.line("support").await;
    writes(world, &line, "1", 1).await.is(202);
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let message = line.path("/messages/1");
    let changes = async |number: usize| {
        let text = format!("{number} {}", "x".repeat(100_000));
        world.api.patch(&message, &json!({"content": {"type": "text", "text": text}})).await
    };
    for number in 0..5 {
        changes(number).await.is(202);
    }
    for number in 0..20 {
        reports(world, &line, &format!("unknown-{number}"), 100_000).await.is(202);
    }
    let parked = parked_status::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(parked.iter().all(|row| row.payload.len() < 1_100), "a long reason is cut");
    for number in 5..11 {
        changes(number).await.is(202);
    }
    parom::usage::write_down(&world.app().usage).await.unwrap();
    let sums = account_usage::Entity::find().one(world.app().store.read()).await.unwrap().unwrap();
    assert!(sums.messages > 1_100_000 && sums.hooks > 20_000, "{sums:?}");
    changes(11).await.is(507);
    reports(world, &line, "unknown", 1).await.is(507);
    // What is known goes on.
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let known = world.messenger.received().last().unwrap().message_id();
    reports(world, &line, &known, 1).await.is(202);
    world.leave_letters();
}

async fn m10_an_account_tests_its_sources_at_a_pace(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at(OTHER, "support").await;
    let tests = async |line: &Line| world.api.post(&line.path("/test"), &json!({})).await;
    for _ in 0..50 {
        tests(&line).await.is(200);
    }
    let refused = tests(&line).await.is(429);
    assert_eq!(refused.header("retry-after"), "2");
    tests(&other).await.is(200);
    world.advance(Duration::from_secs(2));
    tests(&line).await.is(200);
    world.leave_letters();
}

async fn m10_the_disks_last_room_belongs_to_those_who_have_less(world: &mut World) {
    let line = world.line_at(HOST, "support").await;
    let other = world.line_at(OTHER, "support").await;
    for number in 0..3 {
        writes(world, &line, &number.to_string(), 200).await.is(202);
    }
    writes(world, &other, "1", 1).await.is(202);
    parom::usage::write_down(&world.app().usage).await.unwrap();
    writes(world, &line, "4", 1).await.is(202);
    world.app().usage.load.disk_has(12);
    let refused = writes(world, &line, "5", 1).await.is(507);
    assert!(refused.text.contains("stores more than others"), "{}", refused.text);
    writes(world, &other, "2", 1).await.is(202);
    world.app().usage.load.disk_has(16);
    writes(world, &line, "5", 1).await.is(202);
    world.leave_letters();
}

// M10: each API key has a pace and a day's bytes.

const KEY: &str = "prm_key-that-is-too-fast-0123456789abcdefghijk";

async fn with_key(world: &World) -> (Api, parom_tests::Line) {
    let line = world.line("support").await;
    world.add_key(line.tenant_id, KEY, "write").await;
    (world.api.with_key(KEY), line)
}

fn slow_keys(config: &mut Config) {
    config.limits.requests_per_key = 4;
    config.limits.requests_burst_per_key = 30;
}

async fn m10_a_key_that_is_too_fast_gets_the_time_to_wait(world: &mut World) {
    let (api, line) = with_key(world).await;
    let first = api.get(&line.path("")).await.is(200);
    let limits = |reply: &Reply| [reply.header("ratelimit-policy").to_owned(), reply.header("ratelimit").to_owned()];
    let day = "\"bytes\";q=10737418240;qu=\"content-bytes\";w=86400";
    let left = |requests: u32| format!("\"requests\";r={requests};t=1, \"bytes\";r=10737418240;t=54000");
    assert_eq!(limits(&first), [format!("\"requests\";q=30;w=8, {day}"), left(29)]);
    let mut answers = vec![first.status];
    for _ in 1..32 {
        answers.push(api.get(&line.path("")).await.status);
    }
    assert_eq!((&answers[..30], &answers[30..]), ([200; 30].as_slice(), [429; 2].as_slice()));
    let refused = api.get(&line.path("")).await.is(429);
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit")), ("1", left(0).as_str()));
    assert_eq!(api.anonymous(Method::GET, "/api/v1/me").send().await.unwrap().headers().get("ratelimit"), None);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_eq!(refused.json["type"], "/problems/too_many_requests");
    world.api.get(&line.path("")).await.is(200);
    world.advance(Duration::from_millis(250));
    api.get(&line.path("")).await.is(200);
    let before = rows(world).await;
    let message = json!({"id": "1", "conversation": {"id": "c"}, "sender": {"role": "client", "id": "u", "name": "U"},
        "content": {"type": "text", "text": "Hi"}});
    api.post(&line.path("/messages"), &message).await.is(429);
    assert_eq!(rows(world).await, before, "nothing is stored of it");
}

fn a_megabyte_a_key(config: &mut Config) {
    config.limits.key_mb_per_day = 1;
}

async fn m10_a_key_has_a_days_bytes(world: &mut World) {
    let (api, line) = with_key(world).await;
    let path = line.path("/media");
    let file = |bytes: usize| crate::media::png(bytes);
    let announced = async |bytes: usize| answer(api.request(Method::POST, &path).body(file(bytes))).await;
    let chunked = async |bytes: usize| {
        let chunks: Vec<Result<Vec<u8>, std::io::Error>> =
            file(bytes).chunks(64 * 1024).map(|chunk| Ok(chunk.to_vec())).collect();
        let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
        answer(api.request(Method::POST, &path).body(body)).await
    };
    let kept = announced(600 * 1024).await.is(200);
    let left = kept.header("ratelimit").split("\"bytes\";r=").nth(1).unwrap().split(';').next().unwrap();
    assert!((1..450 * 1024).contains(&left.parse::<u32>().unwrap()), "it counts what this request has sent: {left}");
    let before = rows(world).await;
    for refused in [announced(600 * 1024).await, chunked(600 * 1024).await] {
        let refused = refused.is(429);
        assert_eq!(refused.json["type"], "/problems/too_many_bytes", "{}", refused.text);
        assert_eq!(refused.header("retry-after"), "54000");
    }
    assert_eq!(rows(world).await, before, "nothing stays of them");
    api.get(&line.path("")).await.is(200);
    world.api.post(&line.path("/typing"), &json!({"conversation": {"id": "c"}, "sender": {"id": "u"}})).await;
    world.advance(Duration::from_secs(54_000));
    chunked(600 * 1024).await.is(200);
}

// M2: forged install calls do not delay genuine ones. Calls and turns are counted: the clock is frozen, so that codes
// are exchanged one by one, as time is advanced.

/// `rates.installs` of these worlds.
const SECOND: f64 = 2.0;
/// A code more may be exchanged after it.
const TURN: Duration = Duration::from_millis(501);

fn paced(config: &mut base::config::Config) {
    config.rates.installs = SECOND;
}

async fn forges(world: &World, host: &str, from: &str) -> u16 {
    let path = format!("/oauth/callback?code=forged&referer={host}&client_id={CLIENT_ID}&from_widget=1");
    answer(world.api.anonymous(Method::GET, &path).header("x-forwarded-for", from)).await.status
}

/// Hosts whose codes were tried, in their order.
fn exchanged(world: &World) -> Vec<String> {
    world.sandbox.token_calls().into_iter().map(|call| call.host).collect()
}

async fn until_exchanged(world: &World, count: usize) {
    world.until("a code is exchanged", async || (exchanged(world).len() >= count).then_some(())).await;
    assert_eq!(exchanged(world).len(), count, "amoCRM's token endpoint keeps its pace");
}

async fn waiting(world: &World) -> u64 {
    let new = install_call::Entity::find().filter(install_call::Column::Status.eq("new"));
    new.count(world.app().store.read()).await.unwrap()
}

async fn m2_a_flood_from_one_address_is_passed_by(world: &mut World) {
    world.allow_problems();
    world.owner(HOST);
    for number in 0..200 {
        let status = forges(world, &format!("h{number}.amocrm.ru"), "198.51.100.7").await;
        assert_eq!(status, if number < 15 { 200 } else { 429 }, "the {number}th");
    }
    until_exchanged(world, 1).await;
    // The one that is being exchanged has a row until it has failed, also if it was beyond the pace.
    world.until("no row beyond the pace waits", async || (waiting(world).await <= 15).then_some(())).await;
    let called = world.owner(HOST).installs_from_the_marketplace().await;
    assert_eq!(called.status, Some(200));
    for number in 0..100 {
        forges(world, &format!("late{number}.amocrm.ru"), "198.51.100.7").await;
    }
    world.advance(TURN);
    until_exchanged(world, 2).await;
    assert_eq!(exchanged(world)[1], HOST, "the very next turn is the genuine one's");
    world.active(HOST).await;
}

async fn m2_a_flood_from_everywhere_waits_behind_the_address_that_was_genuine(world: &mut World) {
    world.allow_problems();
    assert_eq!(world.owner(HOST).installs_from_the_marketplace().await.status, Some(200));
    world.active(HOST).await;
    let other = "second.amocrm.ru";
    for number in 0..60 {
        forges(world, &format!("h{number}.amocrm.ru"), &format!("198.51.100.{number}")).await;
    }
    assert_eq!(world.owner(other).installs_from_the_marketplace().await.status, Some(200));
    for number in 0..60 {
        forges(world, &format!("late{number}.amocrm.ru"), &format!("203.0.113.{number}")).await;
    }
    world.advance(TURN);
    world.active(other).await;
    let place = exchanged(world).iter().position(|host| host == other).unwrap();
    assert!(place <= 2, "{:?}", exchanged(world));
}

/// The genuine call comes from an address that was beyond its pace: nothing is stored, but it is the newest.
async fn m2_a_genuine_call_beyond_the_pace_is_tried_all_the_same(world: &mut World) {
    world.allow_problems();
    world.owner(HOST);
    for number in 0..200 {
        forges(world, &format!("h{number}.amocrm.ru"), "127.0.0.1").await;
    }
    until_exchanged(world, 1).await;
    assert_eq!(world.owner(HOST).installs_from_the_marketplace().await.status, Some(429));
    world.advance(TURN);
    until_exchanged(world, 2).await;
    assert_eq!(exchanged(world)[1], HOST, "the newest of an address goes first");
    world.active(HOST).await;
}

async fn m2_a_host_has_one_call_of_an_address_and_no_caller_replaces_anothers(world: &mut World) {
    world.allow_problems();
    // The only turn goes to another address.
    forges(world, "first.amocrm.ru", "198.51.100.1").await;
    until_exchanged(world, 1).await;
    world.until("it has failed", async || (waiting(world).await == 0).then_some(())).await;
    for _ in 0..10 {
        assert_eq!(forges(world, HOST, "198.51.100.7").await, 200);
    }
    assert_eq!(waiting(world).await, 1, "the newest replaces the older ones");
    forges(world, HOST, "198.51.100.8").await;
    assert_eq!(waiting(world).await, 2, "but not what another address said");
}

/// Two processes on one database keep one pace.
async fn m2_the_pace_of_exchanges_is_shared_by_processes(world: &mut World) {
    let other = world.another_server().await;
    let mut taken = 0;
    for _ in 0..10 {
        for app in [world.app(), &other.app] {
            taken += usize::from(may_exchange(&app.tenants, "main").await.unwrap());
        }
    }
    assert_eq!(taken, 1);
    world.advance(Duration::from_secs(10));
    assert!(may_exchange(&other.app.tenants, "main").await.unwrap());
    assert!(!may_exchange(&world.app().tenants, "main").await.unwrap());
    other.stop().await;
}

both!(m10_imports_that_wait_are_counted_and_weighed in super::few_imports);
both!(m10_an_account_stores_as_much_as_it_may_and_no_more, m10_changes_and_statuses_count_and_end_with_the_room in super::little_storage);
once!(m10_the_disks_last_room_belongs_to_those_who_have_less, m10_an_account_tests_its_sources_at_a_pace);
once!(m10_a_key_that_is_too_fast_gets_the_time_to_wait in super::slow_keys);
once!(m10_a_key_has_a_days_bytes in super::a_megabyte_a_key);
once!(m2_a_flood_from_one_address_is_passed_by, m2_a_flood_from_everywhere_waits_behind_the_address_that_was_genuine, m2_a_genuine_call_beyond_the_pace_is_tried_all_the_same in super::paced);
both!(m2_a_host_has_one_call_of_an_address_and_no_caller_replaces_anothers in super::paced);
on_postgres!(m2_the_pace_of_exchanges_is_shared_by_processes in super::paced);
