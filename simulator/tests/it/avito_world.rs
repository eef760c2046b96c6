//! An Avito with a seller, an advert, a buyer and a frozen clock.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::DateTime;
use serde_json::{Value, json};
use simulator::avito::{Avito, Customer, NewBuyer, NewItem, NewSeller, Options};

use crate::stage::START;

pub struct World {
    pub avito: Avito,
    pub seller: i64,
    pub maria: i64,
    pub item: i64,
    pub http: reqwest::Client,
    /// Of the seller's own credentials.
    pub token: String,
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
        let avito = Avito::start(options).await.unwrap();
        let seller = avito.add_seller(NewSeller::default());
        let maria = avito.add_buyer(NewBuyer::default());
        let item = avito.add_item(NewItem::of(seller));
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let mut world = Self { avito, seller, maria, item, http, token: String::new(), clock };
        world.token = world.granted(&world.own()).await;
        world
    }

    /// The form by which the seller gets a token.
    pub fn own(&self) -> Vec<(&'static str, String)> {
        let NewSeller { client_id, client_secret, .. } = NewSeller::default();
        vec![
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", client_id),
            ("client_secret", client_secret),
        ]
    }

    pub async fn asked(&self, form: &[(&'static str, String)]) -> (u16, Value) {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let call = self.http.post(format!("{}/token", self.avito.base_url()));
        let call = call.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn granted(&self, form: &[(&'static str, String)]) -> String {
        let (status, answer) = self.asked(form).await;
        assert_eq!(status, 200, "{answer}");
        answer["access_token"].as_str().unwrap().to_owned()
    }

    pub fn maria(&self) -> Customer<'_> {
        self.avito.customer(self.maria, self.item)
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.avito.tick();
    }

    /// A path of the messenger's API in the seller's account.
    pub fn own_path(&self, version: u8, rest: &str) -> String {
        format!("/messenger/v{version}/accounts/{}/{rest}", self.seller)
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        self.call_with(&self.token, method, path, body).await
    }

    pub async fn call_with(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.avito.base_url());
        let mut call = self.http.request(method.parse().unwrap(), url).bearer_auth(token);
        if let Some(body) = body {
            call = call.json(&body);
        }
        let answer = call.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or(Value::Null))
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call("GET", path, None).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call("POST", path, Some(body)).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Status and code of a refusal in Avito's form.
    pub async fn refused(&self, method: &str, path: &str, body: Option<Value>) -> u16 {
        let (status, answer) = self.call(method, path, body).await;
        assert_eq!(answer["error"]["code"], json!(status), "{path}: {answer}");
        assert!(answer["error"]["message"].is_string(), "{path}: {answer}");
        status
    }

    pub async fn say(&self, chat: &str, text: &str) -> (u16, Value) {
        let path = self.own_path(1, &format!("chats/{chat}/messages"));
        self.call("POST", &path, Some(json!({"type": "text", "message": {"text": text}}))).await
    }

    pub async fn upload(&self, field: &str, bytes: &[u8]) -> (u16, Value) {
        let part = [
            b"--x\r\nContent-Disposition: form-data; name=\"".as_slice(),
            field.as_bytes(),
            b"\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n",
            bytes,
            b"\r\n--x--\r\n",
        ]
        .concat();
        let url = format!("{}{}", self.avito.base_url(), self.own_path(1, "uploadImages"));
        let call = self.http.post(url).bearer_auth(&self.token);
        let call = call.header("Content-Type", "multipart/form-data; boundary=x").body(part);
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}
