//! The chat on a site: the page, what is written in it, answers as server-sent events, one visitor's alone; the same on
//! other people's sites, with files, questions, and customers whom a site names.

mod by_email;
pub mod files;
pub mod sites;
mod told;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt;
use parom_tests::settings::{HOST, PATIENCE};
use parom_tests::{Reply, World, answer, once};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// A visitor with their cookie.
struct Visitor<'a> {
    world: &'a World,
    page: String,
    cookie: String,
}

/// A web chat with these settings, by its source's id.
pub async fn chat_with(world: &World, settings: Value) -> String {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let source = json!({"kind": "webchat", "name": "Site", "external_id": "site", "settings": settings});
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &source).await.is(201).text_at("/id")
}

async fn site(world: &World) -> String {
    chat_with(world, json!({})).await
}

/// A site of the list.
pub const SHOP: &str = "https://shop.example";

/// A visitor on a page of a site, with the chat script's stored data.
#[derive(Clone)]
pub struct OnSite {
    pub chat: String,
    pub origin: String,
    /// A secret, or the site's token.
    pub token: String,
}

impl OnSite {
    /// A new visitor on a page of the shop.
    pub fn new(source_id: &str) -> Self {
        let secret: [u8; 32] = rand::random();
        let token = URL_SAFE_NO_PAD.encode(secret);
        Self { chat: format!("/chat/{source_id}"), origin: SHOP.to_owned(), token }
    }

    /// A request as the browser sends it.
    pub fn request(&self, world: &World, method: Method, rest: &str) -> reqwest::RequestBuilder {
        let request = world.api.anonymous(method, &format!("{}{rest}", self.chat));
        let request = request.header("Origin", &self.origin).header("Sec-Fetch-Site", "cross-site");
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    pub async fn gets(&self, world: &World, rest: &str) -> Reply {
        answer(self.request(world, Method::GET, rest)).await
    }

    pub async fn posts(&self, world: &World, rest: &str, body: Value) -> Reply {
        answer(self.request(world, Method::POST, rest).json(&body)).await
    }

    pub async fn writes(&self, world: &World, text: &str) -> Reply {
        self.posts(world, "/messages", json!({"id": Uuid::new_v4(), "text": text})).await
    }

    /// The messages so far, of both sides.
    pub async fn texts(&self, world: &World) -> Vec<String> {
        let told = self.gets(world, "/history").await.is(200);
        let lines = told.json["lines"].as_array().expect("lines").iter();
        lines.map(|line| line["text"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl<'a> Visitor<'a> {
    async fn comes(world: &'a World, source_id: &str) -> Self {
        let page = format!("/chat/{source_id}");
        let shown = answer(world.api.anonymous(Method::GET, &page)).await.is(200);
        let cookie = shown.header("set-cookie").split(';').next().unwrap().to_owned();
        assert!(shown.header("set-cookie").contains("HttpOnly"), "{}", shown.header("set-cookie"));
        assert!(shown.header("content-security-policy").contains("default-src 'none'"));
        Self { world, page, cookie }
    }

    fn request(&self, method: Method, rest: &str) -> reqwest::RequestBuilder {
        let request = self.world.api.anonymous(method, &format!("{}{rest}", self.page));
        request.header("Cookie", &self.cookie).header("Origin", self.world.api.base())
    }

    async fn writes(&self, id: Uuid, text: &str) -> Reply {
        answer(self.request(Method::POST, "/messages").json(&json!({"id": id, "text": text}))).await
    }

    async fn page(&self) -> String {
        answer(self.request(Method::GET, "")).await.is(200).text
    }

    /// Reads the event stream after a position until it has shown so many answers; gives the raw events.
    async fn hears(&self, after: u32, count: usize) -> String {
        let response = self.request(Method::GET, &format!("/events?after={after}")).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let mut stream = response.bytes_stream();
        let mut heard = String::new();
        let reading = async {
            while heard.lines().filter(|line| line.starts_with("id:")).count() < count || !heard.ends_with("\n\n") {
                heard.push_str(std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap());
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("the answers are streamed");
        heard
    }
}

pub fn chat_of(world: &World, text: &str) -> String {
    world.sandbox.messages(HOST).into_iter().find(|message| message.text == text).unwrap().chat_id
}

async fn a_visitor_writes_and_is_answered(world: &mut World) {
    let source = site(world).await;
    let anna = Visitor::comes(world, &source).await;
    let id = Uuid::new_v4();
    anna.writes(id, "Hello <script>").await.is(202);
    anna.writes(id, "Hello <script>").await.is(200);
    anna.writes(id, "another text").await.is(409);
    let cookie = anna.cookie.clone();
    world.deliver_all().await;
    let chat = chat_of(world, "Hello <script>");
    for text in ["one", "two", "three & <b>"] {
        world.advance(Duration::from_millis(5));
        assert_eq!(world.sandbox.manager_says(HOST, &chat, text).await.unwrap().answer.status, Some(200));
    }
    world.deliver_all().await;
    let anna = Visitor { world, page: format!("/chat/{source}"), cookie };
    let heard = anna.hears(0, 3).await;
    let places: Vec<_> = ["one", "two", "three"].iter().map(|text| heard.find(text).expect(text)).collect();
    assert!(places.is_sorted(), "{heard}");
    assert!(anna.hears(2, 1).await.contains("three"), "it resumes where it broke off");
    let page = anna.page().await;
    assert!(page.contains("Hello &#60;script&#62;") || page.contains("Hello &lt;script&gt;"), "{page}");
    for text in ["one", "two"] {
        assert_eq!(page.matches(&format!(">{text}<")).count(), 1, "{page}");
    }
}

async fn a_visitor_sees_only_their_own_chat(world: &mut World) {
    let source = site(world).await;
    let (anna, boris) = (Visitor::comes(world, &source).await, Visitor::comes(world, &source).await);
    assert_ne!(anna.cookie, boris.cookie);
    anna.writes(Uuid::new_v4(), "I am Anna").await.is(202);
    boris.writes(Uuid::new_v4(), "I am Boris").await.is(202);
    let (annas, boriss) = (anna.cookie.clone(), boris.cookie.clone());
    world.deliver_all().await;
    for (text, answer) in [("I am Anna", "for Anna"), ("I am Boris", "for Boris")] {
        world.sandbox.manager_says(HOST, &chat_of(world, text), answer).await.unwrap();
    }
    world.deliver_all().await;
    for (cookie, own, other) in [(annas, "Anna", "Boris"), (boriss, "Boris", "Anna")] {
        let visitor = Visitor { world, page: format!("/chat/{source}"), cookie };
        let (page, heard) = (visitor.page().await, visitor.hears(0, 1).await);
        assert!(page.contains(own) && !page.contains(other), "{page}");
        assert!(heard.contains(own) && !heard.contains(other), "{heard}");
    }
    let stranger = world.api.anonymous(Method::GET, &format!("/chat/{source}/events"));
    assert!((400..500).contains(&answer(stranger).await.status), "without a cookie there is no chat");
}

async fn other_sites_cannot_write_in_a_visitors_name(world: &mut World) {
    let source = site(world).await;
    let anna = Visitor::comes(world, &source).await;
    let body = json!({"id": Uuid::new_v4(), "text": "forged"});
    let request = world.api.anonymous(Method::POST, &format!("{}/messages", anna.page)).header("Cookie", &anna.cookie);
    let refused = answer(request.header("Origin", "https://evil.example").json(&body)).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(world.messages().await.is_empty());
}

async fn a_chat_ends_with_its_source(world: &mut World) {
    let source = site(world).await;
    let anna = Visitor::comes(world, &source).await;
    let cookie = anna.cookie.clone();
    world.api.delete(&format!("/api/v1/sources/{source}")).await.is(204);
    let anna = Visitor { world, page: format!("/chat/{source}"), cookie };
    anna.writes(Uuid::new_v4(), "too late").await.is(404);
    let custom = world.line("support").await;
    answer(world.api.anonymous(Method::GET, &format!("/chat/{}", custom.source_id))).await.is(404);
}

once!(other_sites_cannot_write_in_a_visitors_name, a_visitor_sees_only_their_own_chat, a_chat_ends_with_its_source);
once!(a_visitor_writes_and_is_answered);
