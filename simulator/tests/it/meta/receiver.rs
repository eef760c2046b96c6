//! A callback that repeats challenges, checks signatures and answers what a test wants.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::hook::{HookServer, serve};

#[derive(Default)]
struct Seen {
    bodies: Vec<(Value, bool)>,
    answers: VecDeque<u16>,
    secret: String,
}

type Shared = web::Data<Arc<Mutex<Seen>>>;

pub struct Receiver {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
    _server: HookServer,
}

async fn shake(query: web::Query<std::collections::BTreeMap<String, String>>) -> HttpResponse {
    match (query["hub.mode"].as_str(), query["hub.verify_token"].as_str()) {
        ("subscribe", "vt-right") => HttpResponse::Ok().body(query["hub.challenge"].clone()),
        _ => HttpResponse::Forbidden().finish(),
    }
}

async fn take(seen: Shared, request: HttpRequest, body: Bytes) -> HttpResponse {
    let mut seen = seen.lock().unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(seen.secret.as_bytes()).unwrap();
    mac.update(&body);
    let wanted = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let given = request.headers().get("X-Hub-Signature-256").unwrap().to_str().unwrap();
    assert!(body.is_ascii(), "Meta escapes everything else");
    seen.bodies.push((serde_json::from_slice(&body).unwrap(), given == wanted));
    let status = seen.answers.pop_front().unwrap_or(200);
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish()
}

impl Receiver {
    pub fn start(secret: &str) -> Self {
        let seen = Arc::new(Mutex::new(Seen { secret: secret.to_owned(), ..Seen::default() }));
        let shared = web::Data::new(Arc::clone(&seen));
        let (url, server) = serve(move |app| {
            app.app_data(shared.clone());
            app.service(web::resource("/hook").route(web::get().to(shake)).route(web::post().to(take)));
        });
        Self { url, seen, _server: server }
    }

    /// The next answers; 200 after them.
    pub fn answers(&self, wanted: &[u16]) {
        self.seen.lock().unwrap().answers.extend(wanted);
    }

    pub fn bodies(&self) -> Vec<Value> {
        self.seen.lock().unwrap().bodies.iter().map(|(body, _)| body.clone()).collect()
    }

    /// Whether each body's signature was right.
    pub fn signed(&self) -> Vec<bool> {
        self.seen.lock().unwrap().bodies.iter().map(|(_, is_right)| *is_right).collect()
    }

    /// The latest event, of `messaging` or `changes`.
    pub fn latest(&self) -> Value {
        let body = self.bodies().pop().unwrap();
        let entry = &body["entry"][0];
        let list = entry.get("messaging").or(entry.get("changes")).unwrap();
        list.as_array().unwrap().last().unwrap().clone()
    }

    /// The texts that came, in order.
    pub fn texts(&self) -> Vec<String> {
        let text = |body: Value| body["entry"][0]["messaging"][0]["message"]["text"].as_str().unwrap_or("-").to_owned();
        self.bodies().into_iter().map(text).collect()
    }
}
