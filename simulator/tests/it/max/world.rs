//! A MAX with a bot, a person and a frozen clock.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::DateTime;
use reqwest::Method;
use serde_json::{Value, json};
use simulator::max::{BotView, Customer, Max, NewBot, NewPerson, Options};

use crate::hook::{HookServer, serve};

/// Where the clock begins: 2026-11-20, in milliseconds.
const START: i64 = 1_795_168_800_000;

pub struct World {
    pub max: Max,
    pub bot: BotView,
    pub maria: i64,
    pub http: reqwest::Client,
    clock: Arc<AtomicI64>,
}

impl World {
    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let _first = rustls::crypto::ring::default_provider().install_default();
        let clock = Arc::new(AtomicI64::new(START));
        let shown = Arc::clone(&clock);
        let now = Arc::new(move || DateTime::from_timestamp_millis(shown.load(Ordering::SeqCst)).unwrap());
        let mut options = Options { now, ..Options::default() };
        change(&mut options);
        let max = Max::start(options).await.unwrap();
        let bot = max.add_bot(NewBot::default());
        let maria = max.add_person(NewPerson::default());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { max, bot, maria, http, clock }
    }

    /// With a person who has started the bot.
    pub async fn started() -> Self {
        let world = Self::with(|_| {}).await;
        world.maria().starts("").unwrap();
        world
    }

    pub fn maria(&self) -> Customer<'_> {
        self.max.customer(self.maria, self.bot.id)
    }

    pub fn dialog(&self) -> i64 {
        self.max.dialog(self.bot.id, self.maria)
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.max.tick();
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}{path}", self.max.base_url());
        let mut request = self.http.request(method, url).header("Authorization", &self.bot.token);
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The answer of a call that goes well.
    pub async fn ok(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Status, code and message of a refusal.
    pub async fn refused(&self, method: Method, path: &str, body: Value) -> (u16, String, String) {
        let (status, answer) = self.call(method, path, body).await;
        assert_ne!(status, 200, "{path}: {answer}");
        let part = |name: &str| answer[name].as_str().unwrap().to_owned();
        (status, part("code"), part("message"))
    }

    /// Sends to the dialog; the `mid`.
    pub async fn sent(&self, body: Value) -> String {
        let answer = self.ok(Method::POST, &format!("/messages?chat_id={}", self.dialog()), body).await;
        answer["message"]["body"]["mid"].as_str().unwrap().to_owned()
    }

    pub async fn subscribe(&self, url: &str) {
        let body = json!({"url": url, "secret": "s3cr3t-of-ours"});
        assert_eq!(self.ok(Method::POST, "/subscriptions", body).await, json!({"success": true}));
    }
}

#[derive(Default)]
struct Seen {
    updates: Vec<Value>,
    secrets: Vec<String>,
    status: u16,
}

/// A webhook that answers what a test wants.
pub struct Webhook {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
    _server: HookServer,
}

async fn take(seen: web::Data<Arc<Mutex<Seen>>>, request: HttpRequest, body: web::Json<Value>) -> HttpResponse {
    let mut seen = seen.lock().unwrap();
    seen.updates.push(body.into_inner());
    let secret = request.headers().get("X-Max-Bot-Api-Secret").map(|value| value.to_str().unwrap().to_owned());
    seen.secrets.push(secret.unwrap_or_default());
    HttpResponse::build(StatusCode::from_u16(seen.status).unwrap()).finish()
}

impl Webhook {
    pub fn start() -> Self {
        let seen = Arc::new(Mutex::new(Seen { status: 200, ..Seen::default() }));
        let shared = web::Data::new(Arc::clone(&seen));
        let (url, server) = serve(move |app| {
            app.app_data(shared.clone()).default_service(web::to(take));
        });
        Self { url, seen, _server: server }
    }

    pub fn always(&self, status: u16) {
        self.seen.lock().unwrap().status = status;
    }

    pub fn updates(&self) -> Vec<Value> {
        self.seen.lock().unwrap().updates.clone()
    }

    pub fn kinds(&self) -> Vec<String> {
        self.updates().iter().map(|update| update["update_type"].as_str().unwrap().to_owned()).collect()
    }

    pub fn secrets(&self) -> Vec<String> {
        self.seen.lock().unwrap().secrets.clone()
    }
}
