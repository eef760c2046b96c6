//! Thousands of visitors who have a chat open and say nothing. Each keeps a connection and a stream of events.

use parom_tests::settings::HOST;
use parom_tests::{Engine, Place, Setup, World};
use serde_json::json;
use uuid::Uuid;

use super::Raw;
use crate::webchat::{OnSite, SHOP, chat_of, chat_with};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_idle_streams_delay_no_event_and_have_limits_of_their_own() {
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let source = chat_with(&world, json!({"allowed_origins": [SHOP]})).await;
    let tenant_id = world.active(HOST).await;
    let owner = world.panel(tenant_id).await;
    let guests = world.app().webchat.guests.clone();
    let mut watchers = Vec::new();
    for last in ADDRESSES {
        for _ in 0..OF_ADDRESS {
            watchers.push(Watcher::opens(&world, &source, last).await);
        }
    }
    assert_eq!(guests.streams(), ADDRESSES.len() * OF_ADDRESS);

    // An address has its share, other addresses and other kinds of streams have theirs.
    let refused = Watcher::opens(&world, &source, ADDRESSES[0]).await;
    assert!(refused.came.starts_with("HTTP/1.1 503 "), "{}", refused.came);
    let other = Watcher::opens(&world, &source, 6).await;
    assert!(other.came.starts_with("HTTP/1.1 200 "), "{}", other.came);
    drop(other);
    let mut panel = Raw::from(&world, ADDRESSES[0]).await;
    panel.says(format!("GET /panel/events HTTP/1.1\r\nHost: parom\r\nCookie: {}\r\n\r\n", owner.cookies())).await;
    assert!(panel.hears().await.starts_with("HTTP/1.1 200 "));

    // Visitors write and are answered: each reads their own answer, the others nothing.
    let in_conversation: Vec<usize> = (0..watchers.len()).step_by(ONE_OF).collect();
    for number in &in_conversation {
        let body = json!({"id": Uuid::new_v4(), "text": format!("question {number}.")});
        let from = format!("192.0.2.{}", number / ONE_OF);
        let request = watchers[*number].who.request(&world, reqwest::Method::POST, "/messages");
        parom_tests::answer(request.header("X-Forwarded-For", from).json(&body)).await.is(202);
    }
    world.deliver_all().await;
    for number in &in_conversation {
        let chat = chat_of(&world, &format!("question {number}."));
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
    world.close().await;
}
