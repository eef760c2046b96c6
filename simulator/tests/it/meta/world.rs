//! A Meta with an app, an account of each platform, a person and a frozen clock.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::DateTime;
use reqwest::Method;
use serde_json::{Value, json};
use simulator::meta::{AccountView, AppView, Customer, Meta, NewAccount, NewApp, NewPerson, Options, Platform};

use super::receiver::Receiver;

/// Where the clock begins: 2026-11-20, in milliseconds.
pub const START: i64 = 1_795_168_800_000;
pub const DAY: i64 = 86_400;

/// Every field that a subscription can name.
pub const ALL: &[&str] = &[
    "messages",
    "message_echoes",
    "message_edits",
    "message_edit",
    "message_reactions",
    "message_reads",
    "messaging_seen",
    "message_deliveries",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_referral",
    "comments",
    "live_comments",
    "feed",
];

pub struct World {
    pub meta: Meta,
    pub app: AppView,
    pub instagram: AccountView,
    pub page: AccountView,
    pub anna: i64,
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
        let meta = Meta::start(options).await.unwrap();
        let app = meta.add_app(NewApp::default());
        let instagram = meta.add_account(&app, NewAccount::instagram());
        let page = meta.add_account(&app, NewAccount::facebook());
        let anna = meta.add_person(NewPerson::default());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { meta, app, instagram, page, anna, http, clock }
    }

    /// Both accounts subscribed to a callback.
    pub async fn hooked(&self) -> Receiver {
        let receiver = Receiver::start(&self.app.secret);
        for (platform, account) in [(Platform::Instagram, &self.instagram), (Platform::Facebook, &self.page)] {
            self.meta.set_callback(&self.app, platform, &receiver.url, ALL);
            let of = |one: &&&str| {
                let is_instagrams =
                    ["messaging_seen", "message_edit", "messaging_referral", "comments", "live_comments"];
                let is_both = ["messages", "message_reactions", "messaging_postbacks"];
                is_both.contains(*one) || (platform == Platform::Instagram) == is_instagrams.contains(*one)
            };
            let fields: Vec<&str> = ALL.iter().filter(of).copied().collect();
            let done =
                self.ok(account, Method::POST, "me/subscribed_apps", json!({ "subscribed_fields": fields.join(",") }));
            assert_eq!(done.await, json!({ "success": true }));
        }
        receiver
    }

    pub fn anna<'a>(&'a self, account: &'a AccountView) -> Customer<'a> {
        self.meta.customer(self.anna, &account.id)
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.meta.tick();
    }

    pub async fn call(&self, token: &str, method: Method, path: &str, params: Value) -> (u16, Value) {
        let url = format!("{}/v26.0/{path}", self.meta.base_url());
        let call = self.http.request(method.clone(), url).bearer_auth(token);
        let call = if method == Method::GET {
            let pairs = params.as_object().unwrap().iter();
            let pairs: Vec<(String, String)> =
                pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
            let url =
                reqwest::Url::parse_with_params(&format!("{}/v26.0/{path}", self.meta.base_url()), pairs).unwrap();
            self.http.get(url).bearer_auth(token)
        } else {
            call.json(&params)
        };
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The answer of a call that goes well.
    pub async fn ok(&self, account: &AccountView, method: Method, path: &str, params: Value) -> Value {
        let (status, answer) = self.call(&account.token, method, path, params).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Code and subcode of a call that is refused.
    pub async fn refused(&self, account: &AccountView, method: Method, path: &str, params: Value) -> (i64, i64) {
        let (status, answer) = self.call(&account.token, method, path, params).await;
        assert!(status >= 400, "{path}: {answer}");
        codes(&answer)
    }

    /// A text for Anna.
    pub fn text(&self, account: &AccountView, text: &str) -> Value {
        json!({ "recipient": { "id": self.meta.scoped(&account.id, self.anna) }, "message": { "text": text } })
    }

    /// Sends a text to Anna; returns its mid.
    pub async fn says(&self, account: &AccountView, text: &str) -> String {
        let answer = self.ok(account, Method::POST, "me/messages", self.text(account, text)).await;
        answer["message_id"].as_str().unwrap().to_owned()
    }
}

pub fn codes(answer: &Value) -> (i64, i64) {
    (answer["error"]["code"].as_i64().unwrap(), answer["error"]["error_subcode"].as_i64().unwrap_or(0))
}
