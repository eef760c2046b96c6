//! A WhatsApp with an app, an account, a number, a token, a person and a frozen clock.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::DateTime;
use serde_json::{Value, json};
use simulator::whatsapp::{AppView, Customer, NewApp, NewPerson, NewPhone, Options, WhatsApp};

use super::receiver::{Receiver, VERIFY};

/// Where the clock begins: 2026-11-20, in milliseconds.
pub const START: i64 = 1_795_168_800_000;
pub const WABA: &str = "220011223344556";
pub const PHONE: &str = "330022334455667";
pub const MARIA: &str = "77010001122";
pub const MARIAS_ID: &str = "KZ.1234567890123456789";

pub struct World {
    pub whatsapp: WhatsApp,
    pub app: AppView,
    pub token: String,
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
        let whatsapp = WhatsApp::start(options).await.unwrap();
        let app = whatsapp.add_app(NewApp::default());
        assert_eq!(whatsapp.add_waba(WABA, "Acme"), WABA);
        assert_eq!(whatsapp.add_phone(NewPhone::of(WABA)), PHONE);
        whatsapp.subscribe(&app.id, WABA);
        let token = whatsapp.add_token(&app.id, &[WABA]);
        let maria = whatsapp.add_person(NewPerson { name: "Мария К.".to_owned(), ..NewPerson::default() });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { whatsapp, app, token, maria, http, clock }
    }

    /// With a callback, and a person who has written: the window is open, and nothing waits.
    pub async fn open() -> (Self, Receiver) {
        let world = Self::start().await;
        let receiver = world.hears().await;
        world.maria().writes("Здравствуйте!").unwrap();
        world.whatsapp.deliver_all().await;
        (world, receiver)
    }

    /// The app's callback.
    pub async fn hears(&self) -> Receiver {
        let receiver = Receiver::start();
        self.whatsapp.set_callback(&self.app.id, &receiver.url, VERIFY).await.unwrap();
        receiver
    }

    pub fn maria(&self) -> Customer<'_> {
        self.whatsapp.customer(self.maria, PHONE)
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.whatsapp.tick();
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/v26.0/{path}", self.whatsapp.base_url())
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut call = self.http.request(method, self.url(path)).bearer_auth(&self.token);
        if !body.is_null() {
            call = call.json(&body);
        }
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ok("GET", path, Value::Null).await
    }

    /// The result of a call that goes well.
    pub async fn ok(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Status and error of a call that is refused.
    pub async fn refused(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let (status, answer) = self.call(method, path, body).await;
        let error = answer["error"].clone();
        assert!(status >= 400 && error["message"].is_string() && error["fbtrace_id"].is_string(), "{path}: {answer}");
        (status, error)
    }

    /// Sends a message of this kind to Maria; the answer.
    pub async fn send(&self, kind: &str, content: Value) -> Value {
        self.ok("POST", &format!("{PHONE}/messages"), to_maria(kind, content)).await
    }

    /// The same; its wamid.
    pub async fn sent(&self, kind: &str, content: Value) -> String {
        self.send(kind, content).await["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Code and details, or words, of a message that is refused.
    pub async fn not_sent(&self, kind: &str, content: Value) -> (i64, String) {
        let (_, error) = self.refused("POST", &format!("{PHONE}/messages"), to_maria(kind, content)).await;
        let words = error["error_data"]["details"].as_str().or(error["message"].as_str()).unwrap();
        (error["code"].as_i64().unwrap(), words.to_owned())
    }

    /// Uploads a file; its id.
    pub async fn upload(&self, name: &str, mime: &str, bytes: Vec<u8>) -> String {
        let (status, answer) = self.try_upload(name, mime, bytes).await;
        assert_eq!(status, 200, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    pub async fn try_upload(&self, name: &str, mime: &str, bytes: Vec<u8>) -> (u16, Value) {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned()).mime_str(mime).unwrap();
        let form = reqwest::multipart::Form::new()
            .text("messaging_product", "whatsapp")
            .text("type", mime.to_owned())
            .part("file", part);
        let call = self.http.post(self.url(&format!("{PHONE}/media"))).bearer_auth(&self.token).multipart(form);
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Creates a template and approves it; its id.
    pub async fn approved(&self, template: Value) -> String {
        let made = self.ok("POST", &format!("{WABA}/message_templates"), template).await;
        let id = made["id"].as_str().unwrap().to_owned();
        self.whatsapp.approve(&id).unwrap();
        id
    }
}

pub fn to_maria(kind: &str, content: Value) -> Value {
    json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": MARIA, "type": kind, kind: content})
}

/// A file of the double's samples.
pub fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/assets/samples/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A sticker of the right dimensions.
pub fn sticker() -> Vec<u8> {
    let mut bytes = b"RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0".to_vec();
    bytes.extend_from_slice(&[0, 0, 0, 0, 0xFF, 0x01, 0x00, 0xFF, 0x01, 0x00]);
    bytes
}
