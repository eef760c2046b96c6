//! A caller that signs for itself, and a receiver that shows what arrived.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha1::Sha1;
use simulator::crm::{ChannelConfig, IntegrationConfig, Sandbox, SandboxConfig};

pub const HOST: &str = "acme.amocrm.ru";
pub const CHANNEL: &str = "344a5002-f8ca-454d-af3d-396180102ac7";
pub const SECRET: &str = "test-channel-secret";
pub const CLIENT: &str = "11111111-2222-3333-4444-555555555555";
pub const CLIENT_SECRET: &str = "test-client-secret";
pub const REDIRECT: &str = "http://127.0.0.1:9/oauth/callback";
pub const BOT: &str = "e1f2a3b4-c5d6-47e8-99fa-0b1c2d3e4f50";

/// A sandbox with one account and a clock that can be moved.
pub struct World {
    pub sandbox: Sandbox,
    pub client: reqwest::Client,
    pub scope: String,
    clock: Arc<Mutex<DateTime<Utc>>>,
}

/// Status and JSON (or text) of an answer.
pub type Answer = (u16, Value);

impl World {
    pub async fn new() -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        let clock = Arc::new(Mutex::new(Utc::now()));
        let seen = Arc::clone(&clock);
        let sandbox = Sandbox::start(SandboxConfig {
            listen: "127.0.0.1:0".to_owned(),
            parom_url: "http://127.0.0.1:9".to_owned(),
            integrations: vec![IntegrationConfig {
                name: "main".to_owned(),
                client_id: CLIENT.to_owned(),
                client_secret: CLIENT_SECRET.to_owned(),
                redirect_uri: REDIRECT.to_owned(),
                channels: vec![ChannelConfig {
                    id: CHANNEL.to_owned(),
                    code: "amo.ext.30490163".to_owned(),
                    secret: SECRET.to_owned(),
                    title: "Parom".to_owned(),
                    bot: Some((BOT.to_owned(), "Parom".to_owned())),
                }],
            }],
            now: Arc::new(move || *seen.lock().unwrap()),
        })
        .await
        .unwrap();
        let account = sandbox.add_account(HOST);
        Self {
            client: reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
            scope: format!("{CHANNEL}_{}", account.amojo_id),
            sandbox,
            clock,
        }
    }

    /// A world whose channel is connected.
    pub async fn connected() -> Self {
        let world = Self::new().await;
        let (status, _) = world.connect().await;
        assert_eq!(status, 200);
        world
    }

    pub fn now(&self) -> DateTime<Utc> {
        *self.clock.lock().unwrap()
    }

    pub fn advance(&self, time: TimeDelta) {
        *self.clock.lock().unwrap() += time;
    }

    pub async fn connect(&self) -> Answer {
        let amojo_id = &self.scope[37..];
        let body = json!({"account_id": amojo_id, "title": "Acme", "hook_api_version": "v2", "is_time_window_disabled": false});
        self.signed("POST", &format!("{CHANNEL}/connect"), Some(body)).await
    }

    pub fn request(&self, method: &str, path: &str, body: &[u8]) -> reqwest::RequestBuilder {
        let path = format!("/v2/origin/custom/{path}");
        let bare = path.split('?').next().unwrap();
        let md5 = hex::encode(Md5::digest(body));
        let date = self.now().format("%a, %d %b %Y %H:%M:%S +0000").to_string();
        let text = format!("{method}\n{md5}\napplication/json\n{date}\n{bare}");
        let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        self.client
            .request(method.parse().unwrap(), format!("{}{path}", self.sandbox.url()))
            .header("Date", date)
            .header("Content-Type", "application/json")
            .header("Content-MD5", md5)
            .header("X-Signature", hex::encode(mac.finalize().into_bytes()))
            .body(body.to_vec())
    }

    /// A signed call of the Chats API.
    pub async fn signed(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let bytes = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        read(self.request(method, path, &bytes)).await
    }

    /// A signed message.
    pub async fn message(&self, payload: Value) -> Answer {
        let body = json!({"event_type": "new_message", "payload": payload});
        self.signed("POST", &self.scope, Some(body)).await
    }

    /// Any JSON call below `/accounts/{host}`.
    pub async fn json(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Answer {
        let mut request = self
            .client
            .request(method.parse().unwrap(), format!("{}/accounts/{HOST}{path}", self.sandbox.url()))
            .bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request).await
    }

    /// A call of a method of REST.
    pub async fn api(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.json(method, &format!("/api/v4/{path}"), token, body).await
    }

    /// A `POST` to another account's REST API.
    pub async fn post_of(&self, host: &str, path: &str, token: &str, body: &Value) -> Answer {
        let url = format!("{}/accounts/{host}{path}", self.sandbox.url());
        read(self.client.post(url).bearer_auth(token).json(body)).await
    }

    pub async fn token(&self, fields: Value) -> Answer {
        let mut body = json!({"client_id": CLIENT, "client_secret": CLIENT_SECRET, "redirect_uri": REDIRECT});
        for (key, value) in fields.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.json("POST", "/oauth2/access_token", "", Some(body)).await
    }

    /// An access token of the administrator.
    pub async fn access(&self) -> String {
        self.access_at(REDIRECT).await
    }

    /// The same of an integration with another redirect URI.
    pub async fn access_at(&self, redirect: &str) -> String {
        let code = self.sandbox.issue_code(HOST, "main");
        let grant = json!({"grant_type": "authorization_code", "code": code, "redirect_uri": redirect});
        let (status, body) = self.token(grant).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }
}

/// An account of the other platform: its host, and an access token of its administrator.
pub async fn kommo(world: &World) -> (String, String) {
    let host = "acme.kommo.com".to_owned();
    world.sandbox.add_account(&host);
    let code = world.sandbox.issue_code(&host, "main");
    let body = json!({"client_id": CLIENT, "client_secret": CLIENT_SECRET, "redirect_uri": REDIRECT,
        "grant_type": "authorization_code", "code": code});
    let (status, pair) = world.post_of(&host, "/oauth2/access_token", "", &body).await;
    assert_eq!(status, 200, "{pair}");
    (host, pair["access_token"].as_str().unwrap().to_owned())
}

pub async fn read(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// A client's text message.
pub fn text(msgid: &str, words: &str) -> Value {
    json!({"timestamp": 1_788_253_800, "msec_timestamp": 1_788_253_800_125_i64, "msgid": msgid,
        "conversation_id": "conv-77",
        "sender": {"id": "user-77", "name": "Maria", "profile": {"phone": "+79990001122", "email": "maria@acme.test"}},
        "message": {"type": "text", "text": words}, "silent": false})
}
