//! The Avito of the unit tests: calls succeed with the fixtures.

use std::collections::BTreeMap;

use base::config::{Avito as AvitoConfig, Config};
use base::http_client::HttpClients;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::Avito;
use crate::Settings;
use crate::fake::{Answer, Call, Fake, Messenger};
use crate::tests::bodies;

pub const SELLER: &str = "94235311";

pub const CHAT: &str = "u2i-AbCdEfGhIjK~LmNoPqRstU";

const AVITO: Messenger = Messenger { root: "", always: |_| None, usual };

pub async fn start() -> Fake {
    Fake::start(AVITO, []).await
}

/// A body from the fixtures.
pub fn body(name: &str) -> String {
    bodies::body("avito", name)
}

/// The same as JSON.
pub fn fixture(name: &str) -> Value {
    serde_json::from_str(&body(name)).unwrap()
}

pub fn limited(seconds: u64) -> Answer {
    Answer::Limited(seconds, fixture("api_error_429"))
}

/// The recorded calls without those for tokens.
pub fn calls(fake: &Fake) -> Vec<Call> {
    fake.calls().into_iter().filter(|call| call.path != "/token").collect()
}

/// Their lines.
pub fn lines(fake: &Fake) -> Vec<String> {
    calls(fake).iter().map(Call::line).collect()
}

pub fn config(fake: &Fake) -> AvitoConfig {
    let (client_id, client_secret) = (Some("app".to_owned()), Some("app-secret".into()));
    AvitoConfig { api_url: fake.base.clone(), proxy: None, client_id, client_secret }
}

pub fn avito(fake: &Fake) -> Avito {
    let network = Config::from_toml("[network]\nallow_private = [\"127.0.0.1/32\"]").unwrap().network;
    Avito::new(&HttpClients::new(&network).unwrap(), &config(fake))
}

fn usual(base: &Url, calls: &[Call]) -> Answer {
    let call = calls.last().unwrap();
    let is_read = call.method == "GET";
    let name = match call.name() {
        "token" => "api_token",
        "self" => "api_self",
        "chats" => "api_chats",
        "messages" if is_read => "api_messages",
        "messages" => "api_send_text",
        "image" => "api_send_image",
        "uploadImages" => "api_upload",
        "subscriptions" => "api_subscriptions",
        "getVoiceFiles" => {
            let id = "5b1e0c3a-6f2d-4d7e-9a51-0c7a2f9b1d34";
            return Answer::Json(200, json!({ "voices_urls": { id: format!("{base}voice_url") } }));
        }
        "voice_url" => return Answer::Text(200, "the bytes"),
        chat if is_read && chat.starts_with("u2") => "api_chat",
        _ => return Answer::Json(200, json!({ "ok": true })),
    };
    Answer::Json(200, fixture(name))
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
