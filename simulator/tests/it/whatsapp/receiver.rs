//! A callback that takes webhooks, checks their signatures and answers what a test wants.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde_json::Value;
use simulator::whatsapp::sign;

use crate::hook::{HookServer, serve};

pub const VERIFY: &str = "vt_64_random";
pub const SECRET: &str = "test-app-secret";

#[derive(Default)]
struct Seen {
    bodies: Vec<Value>,
    raw: Vec<String>,
    signed: Vec<bool>,
    handshakes: Vec<String>,
    answers: VecDeque<u16>,
}

pub struct Receiver {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
    _server: HookServer,
}

async fn verify(seen: web::Data<Arc<Mutex<Seen>>>, request: HttpRequest) -> HttpResponse {
    let query = request.query_string();
    seen.lock().unwrap().handshakes.push(query.to_owned());
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap();
    match (value("hub.mode").as_str(), value("hub.verify_token").as_str()) {
        ("subscribe", VERIFY) => HttpResponse::Ok().body(value("hub.challenge")),
        _ => HttpResponse::Forbidden().finish(),
    }
}

async fn take(seen: web::Data<Arc<Mutex<Seen>>>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let mut seen = seen.lock().unwrap();
    let header = request.headers().get("X-Hub-Signature-256").map(|value| value.to_str().unwrap().to_owned());
    seen.signed.push(header == Some(format!("sha256={}", sign(SECRET, &body))));
    seen.raw.push(String::from_utf8(body.to_vec()).unwrap());
    seen.bodies.push(serde_json::from_slice(&body).unwrap());
    let status = seen.answers.pop_front().unwrap_or(200);
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish()
}

impl Receiver {
    pub fn start() -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = web::Data::new(Arc::clone(&seen));
        let (url, server) = serve(move |app| {
            app.app_data(shared.clone()).app_data(web::PayloadConfig::new(4 << 20));
            app.route("/hook", web::get().to(verify)).route("/hook", web::post().to(take));
        });
        Self { url, seen, _server: server }
    }

    /// The next answers; 200 after them.
    pub fn answers(&self, wanted: &[u16]) {
        self.seen.lock().unwrap().answers.extend(wanted);
    }

    pub fn bodies(&self) -> Vec<Value> {
        self.seen.lock().unwrap().bodies.clone()
    }

    pub fn raw(&self) -> Vec<String> {
        self.seen.lock().unwrap().raw.clone()
    }

    /// Whether each body bore the right signature.
    pub fn signed(&self) -> Vec<bool> {
        self.seen.lock().unwrap().signed.clone()
    }

    /// Queries of handshakes.
    pub fn handshakes(&self) -> Vec<String> {
        self.seen.lock().unwrap().handshakes.clone()
    }

    /// The texts of messages, in the order in which they came.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for message in self.all("messages") {
            texts.push(message["text"]["body"].as_str().unwrap().to_owned());
        }
        texts
    }

    /// The elements of a list of `value` in all bodies.
    pub fn all(&self, list: &str) -> Vec<Value> {
        let mut found = Vec::new();
        for body in self.bodies() {
            for entry in body["entry"].as_array().unwrap() {
                for change in entry["changes"].as_array().unwrap() {
                    found.extend(change["value"][list].as_array().cloned().unwrap_or_default());
                }
            }
        }
        found
    }
}
