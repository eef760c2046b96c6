//! What one address may hold, and that others find room.

use base::config::Config;
use parom::load_shedding::RequestClass;
use parom_tests::{Engine, Place, Setup, World, answer};
use reqwest::Method;

use super::Raw;

fn few_requests(config: &mut Config) {
    config.limits.requests_per_address = 8;
}

/// H3: the ninth request replaces the one that has owed its body longest; other callers are not affected.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h3_an_address_has_its_share_of_requests_under_way() {
    let setup = Setup { change: few_requests, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let load = world.app().usage.load.clone();
    let mut held = Vec::new();
    for number in 1..=20_usize {
        let mut caller = Raw::open(&world).await;
        caller.announces("/panel/sign-in", 1_000).await;
        held.push(caller);
        if number > 8 {
            let heard = held[number - 9].hears().await;
            assert!(heard.starts_with("HTTP/1.1 429 ") && heard.to_lowercase().contains("retry-after"), "{heard}");
        }
        let most = number.min(8);
        world.until("it is under way", async || (load.under_way(RequestClass::Page) == most).then_some(())).await;
    }
    let mut elsewhere = Raw::from(&world, 2).await;
    elsewhere.announces("/panel/sign-in", 1_000).await;
    world.until("another address has its own", async || (load.under_way(RequestClass::Page) == 9).then_some(())).await;
    answer(world.api.anonymous(Method::GET, "/panel/sign-in")).await.is(200);
    drop((held, elsewhere));
    world.until("all is free again", async || (load.under_way(RequestClass::Page) == 0).then_some(())).await;
    world.close().await;
}

fn few_requests_behind_a_proxy(config: &mut Config) {
    config.limits.requests_per_address = 1;
    config.server.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
}

/// H3: behind a trusted proxy it is the caller's address that counts, of IPv6 its network.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h3_behind_a_proxy_the_callers_own_address_counts() {
    let setup = Setup { change: few_requests_behind_a_proxy, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let load = world.app().usage.load.clone();
    let mut held = Vec::new();
    for (address, under_way) in [("192.0.2.1", 1), ("192.0.2.2", 2), ("2001:db8::1", 3), ("2001:db8::2", 3)] {
        let mut caller = Raw::open(&world).await;
        let headers = [
            ("X-Forwarded-For", address),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Content-Length", "1000"),
        ];
        caller.posts("/panel/sign-in", &headers).await;
        held.push(caller);
        world.until("it is under way", async || (load.under_way(RequestClass::Page) == under_way).then_some(())).await;
    }
    assert!(held[2].hears().await.starts_with("HTTP/1.1 429 "), "its network began another");
    drop(held);
    world.close().await;
}

fn few_connections(config: &mut Config) {
    config.limits.connections_per_address = 5;
}

/// H3: the sixth connection of an address is ended at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h3_an_address_has_its_share_of_connections() {
    let setup = Setup { change: few_connections, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let mut held = Vec::new();
    for _ in 0..5 {
        let mut caller = Raw::from(&world, 2).await;
        caller.announces("/panel/sign-in", 1_000).await;
        held.push(caller);
    }
    let load = world.app().usage.load.clone();
    world.until("they are there", async || (load.under_way(RequestClass::Page) == 5).then_some(())).await;
    let mut sixth = Raw::from(&world, 2).await;
    assert_eq!(sixth.hears_to_the_end().await, "");
    let mut elsewhere = Raw::from(&world, 3).await;
    elsewhere.says("GET /healthz HTTP/1.1\r\nHost: parom\r\n\r\n").await;
    assert!(elsewhere.hears().await.starts_with("HTTP/1.1 200 "));
    drop(held);
    world.close().await;
}

/// H3: connections that say nothing make room for each other, and not at the cost of one that has spoken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h3_silent_connections_end_none_that_has_spoken() {
    let world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let load = world.app().usage.load.clone();
    let mut spoken = Raw::from(&world, 2).await;
    spoken.announces("/panel/sign-in", 1_000).await;
    world.until("it is under way", async || (load.under_way(RequestClass::Page) == 1).then_some(())).await;
    let mut silent = Vec::new();
    // More than are kept.
    for _ in 0..600 {
        silent.push(Raw::from(&world, 2).await);
    }
    let mut newest = Raw::from(&world, 2).await;
    newest.says("GET /healthz HTTP/1.1\r\nHost: parom\r\n\r\n").await;
    assert!(newest.hears().await.starts_with("HTTP/1.1 200 "));
    spoken.says([b'x'; 1_000]).await;
    assert!(spoken.hears().await.starts_with("HTTP/1.1 "), "it was ended");
    drop(silent);
    world.close().await;
}

fn few_streams(config: &mut Config) {
    config.limits.streams_per_address = 2;
}

/// L14, H3: `/panel/events` knew no limit; a stream whose other end is gone is free again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l14_an_address_has_its_share_of_the_panels_streams() {
    let setup = Setup { change: few_streams, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let load = world.app().usage.load.clone();
    let watches = async |last: u8| {
        let mut caller = Raw::from(&world, last).await;
        caller.says(format!("GET /panel/events HTTP/1.1\r\nHost: parom\r\nCookie: {}\r\n\r\n", owner.cookies())).await;
        caller
    };
    let mut held = Vec::new();
    for number in 1..=2 {
        held.push(watches(2).await);
        world.until("it is open", async || (load.streams() == number).then_some(())).await;
    }
    let refused = watches(2).await.hears().await;
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    held.push(watches(3).await);
    world.until("another address has its own", async || (load.streams() == 3).then_some(())).await;
    // Nothing of them was read, so the system resets the connections.
    drop(held);
    world.until("they are free again", async || (load.streams() == 0).then_some(())).await;
    world.close().await;
}

/// A page that was closed was noticed by the next event only, ten seconds later: twelve quick loads made a 503.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_stream_is_written_to_before_its_next_event() {
    let world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let mut caller = Raw::from(&world, 2).await;
    caller.says(format!("GET /panel/events HTTP/1.1\r\nHost: parom\r\nCookie: {}\r\n\r\n", owner.cookies())).await;
    let mut heard = String::new();
    while !heard.contains("\n:\n\n") {
        let more = caller.hears().await;
        assert!(!more.is_empty() && !more.contains("event: moved"), "{heard}{more}");
        heard.push_str(&more);
    }
    world.close().await;
}
