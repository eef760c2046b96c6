//! Avito's API for unit tests: records its calls and gives scripted answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base::config::{Avito as AvitoConfig, Config};
use base::http_client::HttpClients;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::Avito;
use crate::Settings;
use crate::tests::fixtures;
use crate::tests::server::{self, Exchange};

pub const SELLER: &str = "94235311";
pub const CHAT: &str = "u2i-AbCdEfGhIjK~LmNoPqRstU";

/// A body from the fixtures.
pub fn body(name: &str) -> String {
    fixtures::body("avito", name)
}

/// The same as JSON.
pub fn fixture(name: &str) -> Value {
    serde_json::from_str(&body(name)).unwrap()
}

/// A recorded call.
#[derive(Clone, Debug)]
pub struct RecordedCall {
    /// Method and path with its query: `GET /core/v1/accounts/self`.
    pub what: String,
    pub token: Option<String>,
    pub body: Vec<u8>,
}

impl RecordedCall {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A scripted answer. None closes the connection after reading the request.
type Answer = Option<(u16, String, Option<u64>)>;

#[derive(Default)]
struct Script {
    /// Queued answers by a part of the request line.
    next: Vec<(&'static str, Answer)>,
    calls: Vec<RecordedCall>,
}

/// The server. Unscripted calls succeed with the fixtures.
#[derive(Clone)]
pub struct Fake {
    base: Url,
    script: Arc<Mutex<Script>>,
}

impl Fake {
    pub async fn start() -> Self {
        let (listener, base) = server::bind().await;
        let base = Url::parse(&base).unwrap();
        let fake = Self { base, script: Arc::default() };
        let serving = fake.clone();
        server::listen(listener, move |exchange| serving.clone().serve(exchange));
        fake
    }

    /// Sets the answer to the next call whose method and path contain `what`.
    pub fn next(&self, what: &'static str, status: u16, body: Value) {
        self.script.lock().unwrap().next.push((what, Some((status, body.to_string(), None))));
    }

    pub fn next_text(&self, what: &'static str, status: u16, body: &str) {
        self.script.lock().unwrap().next.push((what, Some((status, body.to_owned(), None))));
    }

    pub fn next_limit(&self, what: &'static str, seconds: u64) {
        let body = body("api_error_429");
        self.script.lock().unwrap().next.push((what, Some((429, body, Some(seconds)))));
    }

    pub fn next_cut(&self, what: &'static str) {
        self.script.lock().unwrap().next.push((what, None));
    }

    /// The recorded calls without those for tokens.
    pub fn calls(&self) -> Vec<RecordedCall> {
        self.all_calls().into_iter().filter(|call| call.what != "POST /token").collect()
    }

    pub fn all_calls(&self) -> Vec<RecordedCall> {
        self.script.lock().unwrap().calls.clone()
    }

    /// Method and path of each recorded call.
    pub fn whats(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.what).collect()
    }

    pub fn config(&self) -> AvitoConfig {
        let (client_id, client_secret) = (Some("app".to_owned()), Some("app-secret".into()));
        AvitoConfig { api_url: self.base.clone(), client_id, client_secret }
    }

    pub fn avito(&self) -> Avito {
        let config = Config::from_toml("[network]\nallow_private = [\"127.0.0.1/32\"]").unwrap();
        Avito::new(&HttpClients::new(&config.network).unwrap(), &self.config())
    }

    async fn serve(self, mut exchange: Exchange) -> Option<()> {
        let (method, path) = exchange.request_line().await?;
        let body = exchange.body().await?;
        let what = format!("{method} {path}");
        let token = exchange.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let token = token.map(str::to_owned);
        let answer = {
            let mut script = self.script.lock().unwrap();
            script.calls.push(RecordedCall { what: what.clone(), token, body });
            let at = script.next.iter().position(|(part, _)| what.contains(part));
            match at {
                Some(at) => script.next.remove(at).1,
                None => Some(self.usual(&what)),
            }
        };
        let (status, body, wait) = answer?;
        let wait = wait.map_or_else(String::new, |seconds| format!("retry-after: {seconds}\r\n"));
        exchange.answer(status, &wait, &body).await
    }

    fn usual(&self, what: &str) -> (u16, String, Option<u64>) {
        let (method, path) = what.split_once(' ').unwrap();
        let path = path.split('?').next().unwrap();
        let name = match path.trim_end_matches('/').rsplit('/').next().unwrap() {
            "token" => "api_token",
            "self" => "api_self",
            "chats" => "api_chats",
            "messages" if method == "GET" => "api_messages",
            "messages" => "api_send_text",
            "image" => "api_send_image",
            "uploadImages" => "api_upload",
            "subscriptions" => "api_subscriptions",
            "getVoiceFiles" => {
                let link = format!("{}voice_url", self.base);
                let id = "5b1e0c3a-6f2d-4d7e-9a51-0c7a2f9b1d34";
                return (200, json!({ "voices_urls": { id: link } }).to_string(), None);
            }
            "voice_url" => return (200, "the bytes".to_owned(), None),
            one if method == "GET" && one.starts_with("u2") => "api_chat",
            _ => return (200, r#"{"ok":true}"#.to_owned(), None),
        };
        (200, body(name), None)
    }
}

/// Settings of a source that has received messages before.
pub fn settings() -> Settings {
    let secrets = BTreeMap::from([
        ("client_id".to_owned(), SecretString::from("AcmeClientId01234567")),
        ("client_secret".to_owned(), SecretString::from("acme-canary-secret")),
        ("hook_secret".to_owned(), SecretString::from("s3cr3t")),
    ]);
    let facts = json!({ "bot": { "id": SELLER, "name": "Мебель Акме" }, "avito": { "since": 1_700_000_000 } });
    Settings { public: json!({ "facts": facts }), secrets }
}
