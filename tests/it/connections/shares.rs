//! What one address may hold, thousands of idle streams, and the headers of every answer.

use parom::load_shedding::RequestClass;
use parom_tests::settings::HOST;
use parom_tests::{World, answer, once};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::Raw;
use crate::webchat::{OnSite, SHOP, chat_of, chat_with};

/// H3: the ninth request replaces the one that has owed its body longest; other callers are not affected.
async fn h3_an_address_has_its_share_of_requests_under_way(world: &mut World) {
    let load = world.app().usage.load.clone();
    let mut held = Vec::new();
    for number in 1..=20_usize {
        let mut caller = Raw::open(world).await;
        caller.announces("/panel/sign-in", 1_000).await;
        held.push(caller);
        if number > 8 {
            let heard = held[number - 9].hears().await;
            assert!(heard.starts_with("HTTP/1.1 429 ") && heard.to_lowercase().contains("retry-after"), "{heard}");
        }
        let most = number.min(8);
        world.until("it is under way", async || (load.under_way(RequestClass::Page) == most).then_some(())).await;
    }
    let mut elsewhere = Raw::from(world, 2).await;
    elsewhere.announces("/panel/sign-in", 1_000).await;
    world.until("another address has its own", async || (load.under_way(RequestClass::Page) == 9).then_some(())).await;
    answer(world.api.anonymous(Method::GET, "/panel/sign-in")).await.is(200);
    drop((held, elsewhere));
    world.until("all is free again", async || (load.under_way(RequestClass::Page) == 0).then_some(())).await;
}

/// H3: behind a trusted proxy it is the caller's address that counts, of IPv6 its network.
async fn h3_behind_a_proxy_the_callers_own_address_counts(world: &mut World) {
    let load = world.app().usage.load.clone();
    let mut held = Vec::new();
    for (address, under_way) in [("192.0.2.1", 1), ("192.0.2.2", 2), ("2001:db8::1", 3), ("2001:db8::2", 3)] {
        let mut caller = Raw::open(world).await;
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
}

/// H3: the sixth connection of an address is ended at once.
async fn h3_an_address_has_its_share_of_connections(world: &mut World) {
    let mut held = Vec::new();
    for _ in 0..5 {
        let mut caller = Raw::from(world, 2).await;
        caller.announces("/panel/sign-in", 1_000).await;
        held.push(caller);
    }
    let load = world.app().usage.load.clone();
    world.until("they are there", async || (load.under_way(RequestClass::Page) == 5).then_some(())).await;
    let mut sixth = Raw::from(world, 2).await;
    assert_eq!(sixth.hears_to_the_end().await, "");
    let mut elsewhere = Raw::from(world, 3).await;
    elsewhere.says("GET /healthz HTTP/1.1\r\nHost: parom\r\n\r\n").await;
    assert!(elsewhere.hears().await.starts_with("HTTP/1.1 200 "));
    drop(held);
}

/// H3: connections that say nothing make room for each other, and not at the cost of one that has spoken.
async fn h3_silent_connections_end_none_that_has_spoken(world: &mut World) {
    let load = world.app().usage.load.clone();
    let mut spoken = Raw::from(world, 2).await;
    spoken.announces("/panel/sign-in", 1_000).await;
    world.until("it is under way", async || (load.under_way(RequestClass::Page) == 1).then_some(())).await;
    let mut silent = Vec::new();
    // More than are kept.
    for _ in 0..600 {
        silent.push(Raw::from(world, 2).await);
    }
    let mut newest = Raw::from(world, 2).await;
    newest.says("GET /healthz HTTP/1.1\r\nHost: parom\r\n\r\n").await;
    assert!(newest.hears().await.starts_with("HTTP/1.1 200 "));
    spoken.says([b'x'; 1_000]).await;
    assert!(spoken.hears().await.starts_with("HTTP/1.1 "), "it was ended");
    drop(silent);
}

/// L14, H3: `/panel/events` knew no limit; a stream whose other end is gone is free again.
async fn l14_an_address_has_its_share_of_the_panels_streams(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let load = world.app().usage.load.clone();
    let watches = async |last: u8| {
        let mut caller = Raw::from(world, last).await;
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
}

/// A page that was closed was noticed by the next event only, ten seconds later: twelve quick loads made a 503.
async fn a_quiet_stream_is_written_to_before_its_next_event(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let mut caller = Raw::from(world, 2).await;
    caller.says(format!("GET /panel/events HTTP/1.1\r\nHost: parom\r\nCookie: {}\r\n\r\n", owner.cookies())).await;
    let mut heard = String::new();
    while !heard.contains("\n:\n\n") {
        let more = caller.hears().await;
        assert!(!more.is_empty() && !more.contains("event: moved"), "{heard}{more}");
        heard.push_str(&more);
    }
}

// Thousands of visitors who have a chat open and say nothing. Each keeps a connection and a stream of events.

/// Streams that one address may have, and the addresses.
const OF_ADDRESS: usize = 500;

const ADDRESSES: [u8; 4] = [2, 3, 4, 5];

/// One visitor of so many is in a conversation.
const ONE_OF: usize = 50;

/// A visitor with an open stream.
struct Watcher {
    who: OnSite,
    stream: Raw,
    /// What came so far.
    came: String,
}

impl Watcher {
    /// Opens a stream from an address, and waits for its first event or a refusal.
    async fn opens(world: &World, source: &str, last: u8) -> Self {
        let who = OnSite::new(source);
        let mut stream = Raw::from(world, last).await;
        let OnSite { chat, origin, token } = &who;
        let head = format!(
            "GET {chat}/events HTTP/1.1\r\nHost: parom\r\nOrigin: {origin}\r\nSec-Fetch-Site: cross-site\r\n\
             Authorization: Bearer {token}\r\n\r\n"
        );
        stream.says(head).await;
        let mut watcher = Self { who, stream, came: String::new() };
        while !watcher.came.contains("retry: 2000") && !watcher.came.starts_with("HTTP/1.1 503 ") {
            watcher.reads().await;
        }
        watcher
    }

    async fn reads(&mut self) {
        let more = self.stream.hears().await;
        assert!(!more.is_empty(), "the stream ended: {}", self.came);
        self.came.push_str(&more);
    }
}

async fn two_thousand_idle_streams_delay_no_event_and_have_limits_of_their_own(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let tenant_id = world.active(HOST).await;
    let owner = world.panel(tenant_id).await;
    let guests = world.app().webchat.guests.clone();
    let mut watchers = Vec::new();
    for last in ADDRESSES {
        for _ in 0..OF_ADDRESS {
            watchers.push(Watcher::opens(world, &source, last).await);
        }
    }
    assert_eq!(guests.streams(), ADDRESSES.len() * OF_ADDRESS);

    // An address has its share, other addresses and other kinds of streams have theirs.
    let refused = Watcher::opens(world, &source, ADDRESSES[0]).await;
    assert!(refused.came.starts_with("HTTP/1.1 503 "), "{}", refused.came);
    let other = Watcher::opens(world, &source, 6).await;
    assert!(other.came.starts_with("HTTP/1.1 200 "), "{}", other.came);
    drop(other);
    let mut panel = Raw::from(world, ADDRESSES[0]).await;
    panel.says(format!("GET /panel/events HTTP/1.1\r\nHost: parom\r\nCookie: {}\r\n\r\n", owner.cookies())).await;
    assert!(panel.hears().await.starts_with("HTTP/1.1 200 "));

    // Visitors write and are answered: each reads their own answer, the others nothing.
    let in_conversation: Vec<usize> = (0..watchers.len()).step_by(ONE_OF).collect();
    for number in &in_conversation {
        let body = json!({"id": Uuid::new_v4(), "text": format!("question {number}.")});
        let from = format!("192.0.2.{}", number / ONE_OF);
        let request = watchers[*number].who.request(world, reqwest::Method::POST, "/messages");
        parom_tests::answer(request.header("X-Forwarded-For", from).json(&body)).await.is(202);
    }
    world.deliver_all().await;
    for number in &in_conversation {
        let chat = chat_of(world, &format!("question {number}."));
        let answer = format!("answer {number}.");
        assert_eq!(world.sandbox.manager_says(HOST, &chat, &answer).await.unwrap().answer.status, Some(200));
    }
    world.deliver_all().await;
    for number in &in_conversation {
        let watcher = &mut watchers[*number];
        while !watcher.came.contains(&format!("answer {number}.")) {
            watcher.reads().await;
        }
        assert_eq!(watcher.came.matches("answer ").count(), 1, "{}", watcher.came);
    }
}

// Headers of every answer, and addresses for operators only.

/// L8: nothing that the API says is kept on the way.
async fn l8_answers_of_the_api_are_not_cached_and_pages_are_cleared(world: &mut World) {
    let line = world.line("support").await;
    for path in [line.path(""), line.path("/webhook-attempts"), "/api/v1/tenants".to_owned(), "/api/nothing".to_owned()]
    {
        let reply = world.api.get(&path).await;
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
    }
    let refused = answer(world.api.anonymous(Method::GET, &line.path(""))).await.is(401);
    assert_eq!(refused.header("cache-control"), "no-store");
    let wrong = world.api.post(&line.path("/messages"), &json!({})).await.is(422);
    assert_eq!(wrong.header("cache-control"), "no-store");
    // ASVS 14.3.1: who signs out leaves no pages behind.
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel").await.is(200);
    assert_eq!(owner.sends("/panel/sign-out", &[]).await.is(303).header("clear-site-data"), "\"cache\"");
}

/// L3: behind a proxy that forwards everything, metrics and readiness cannot be read from outside.
async fn l3_metrics_and_readiness_are_closed_to_callers_behind_a_proxy(world: &mut World) {
    for path in ["/metrics", "/readyz"] {
        answer(world.api.anonymous(Method::GET, path)).await.is(200);
        for (name, value) in [("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=192.0.2.1"), ("Via", "1.1 proxy")] {
            answer(world.api.anonymous(Method::GET, path).header(name, value)).await.is(404);
        }
    }
    let forwarded = world.api.anonymous(Method::GET, "/healthz").header("X-Forwarded-For", "192.0.2.1");
    answer(forwarded).await.is(200);
}

/// ASVS 13.4.4: no route repeats a request.
async fn no_route_answers_trace(world: &mut World) {
    for path in [
        "/",
        "/panel",
        "/admin",
        "/api/v1/tenants",
        "/chat/static/chat.js",
        "/widget/v1/card",
        "/healthz",
        "/media/x/y",
    ] {
        for method in ["TRACE", "TRACK", "DEBUG"] {
            let request =
                format!("{method} {path} HTTP/1.1\r\nHost: parom\r\nCookie: canary=1\r\nConnection: close\r\n\r\n");
            let heard = Raw::open(world).await.says(request).await.hears_to_the_end().await;
            assert!(!heard.starts_with("HTTP/1.1 2"), "{method} {path}: {heard}");
            assert!(!heard.contains("canary"), "{method} {path}: {heard}");
        }
    }
}

/// L7: over https a choice is kept from plain http and from scripts. (A visitor's: `webchat::visitor::tests`.)
async fn l7_a_chosen_language_is_kept_from_plain_http(world: &mut World) {
    for page in ["/panel/sign-in?lang=ru", "/admin/sign-in?lang=ru"] {
        let shown = answer(world.api.anonymous(Method::GET, page)).await.is(200);
        let lines: Vec<&str> =
            shown.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect();
        let line = lines.iter().find(|line| line.contains("lang=")).expect("a language's cookie");
        assert!(line.starts_with("__Host-lang=ru; Path=/;"), "{line}");
        assert!(line.contains("; Secure") && line.contains("; HttpOnly"), "{line}");
    }
}

once!(two_thousand_idle_streams_delay_no_event_and_have_limits_of_their_own, no_route_answers_trace);
once!(l3_metrics_and_readiness_are_closed_to_callers_behind_a_proxy, h3_silent_connections_end_none_that_has_spoken);
once!(l8_answers_of_the_api_are_not_cached_and_pages_are_cleared, a_quiet_stream_is_written_to_before_its_next_event);
once!(h3_an_address_has_its_share_of_requests_under_way in |config| config.limits.requests_per_address = 8);
once!(h3_behind_a_proxy_the_callers_own_address_counts in |config| {
    config.limits.requests_per_address = 1;
    config.server.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
});
once!(h3_an_address_has_its_share_of_connections in |config| config.limits.connections_per_address = 5);
once!(l14_an_address_has_its_share_of_the_panels_streams in |config| config.limits.streams_per_address = 2);
once!(l7_a_chosen_language_is_kept_from_plain_http in |config| config.server.public_url = "https://parom.example".parse().expect("an address"));
