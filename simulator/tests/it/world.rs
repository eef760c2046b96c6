//! A Telegram with a bot, a person and a frozen clock.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::DateTime;
use serde_json::{Value, json};
use simulator::telegram::{BotView, Customer, NewBot, NewPerson, Options, Telegram};

/// Where the clock begins: 2026-11-20, in milliseconds.
pub const START: i64 = 1_795_168_800_000;

pub struct World {
    pub telegram: Telegram,
    pub bot: BotView,
    pub maria: i64,
    pub http: reqwest::Client,
    clock: Arc<AtomicI64>,
}

impl World {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let _first = rustls::crypto::ring::default_provider().install_default();
        let clock = Arc::new(AtomicI64::new(START));
        let shown = Arc::clone(&clock);
        let now = Arc::new(move || DateTime::from_timestamp_millis(shown.load(Ordering::SeqCst)).unwrap());
        let mut options = Options { now, ..Options::default() };
        change(&mut options);
        let telegram = Telegram::start(options).await.unwrap();
        let bot = telegram.add_bot(NewBot::default());
        let maria = telegram.add_person(NewPerson::default());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { telegram, bot, maria, http, clock }
    }

    /// With a person who has started the bot.
    pub async fn started() -> Self {
        let world = Self::start().await;
        world.maria().starts("").unwrap();
        world
    }

    pub fn maria(&self) -> Customer<'_> {
        self.telegram.customer(self.maria, self.bot.id)
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.telegram.tick();
    }

    pub fn url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.telegram.base_url(), self.bot.token)
    }

    pub async fn call(&self, method: &str, params: Value) -> (u16, Value) {
        let answer = self.http.post(self.url(method)).json(&params).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The result of a call that goes well.
    pub async fn ok(&self, method: &str, params: Value) -> Value {
        let (status, mut answer) = self.call(method, params).await;
        assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{method}: {answer}");
        answer["result"].take()
    }

    /// Code and description of a call that is refused.
    pub async fn refused(&self, method: &str, params: Value) -> (u16, String) {
        let (status, answer) = self.call(method, params).await;
        assert_eq!((&answer["ok"], &answer["error_code"]), (&json!(false), &json!(status)), "{method}: {answer}");
        (status, answer["description"].as_str().unwrap().to_owned())
    }

    /// Updates that wait, which are not confirmed.
    pub async fn updates(&self) -> Vec<Value> {
        self.ok("getUpdates", json!({})).await.as_array().unwrap().clone()
    }

    /// The latest update.
    pub async fn latest(&self) -> Value {
        self.updates().await.pop().unwrap()
    }
}

pub fn bad(text: &str) -> (u16, String) {
    (400, format!("Bad Request: {text}"))
}
