//! A webhook that answers what a test wants.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde_json::Value;

use crate::hook::{HookServer, serve};

/// An answer: status, and `Retry-After`.
pub type Wanted = (u16, Option<u64>);

#[derive(Default)]
struct Seen {
    updates: Vec<Value>,
    secrets: Vec<Option<String>>,
    answers: VecDeque<Wanted>,
    always: Option<u16>,
}

pub struct Receiver {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
    _server: HookServer,
}

async fn take(seen: web::Data<Arc<Mutex<Seen>>>, request: HttpRequest, body: web::Json<Value>) -> HttpResponse {
    let mut seen = seen.lock().unwrap();
    seen.updates.push(body.into_inner());
    let secret = request.headers().get("X-Telegram-Bot-Api-Secret-Token");
    seen.secrets.push(secret.map(|value| value.to_str().unwrap().to_owned()));
    let (status, wait) = match (seen.answers.pop_front(), seen.always) {
        (Some(wanted), _) => wanted,
        (None, always) => (always.unwrap_or(200), None),
    };
    let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    if let Some(seconds) = wait {
        answer.insert_header(("Retry-After", seconds.to_string()));
    }
    answer.insert_header(("Location", "/elsewhere")).finish()
}

impl Receiver {
    pub fn start() -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = web::Data::new(Arc::clone(&seen));
        let (url, server) = serve(move |app| {
            app.app_data(shared.clone()).default_service(web::to(take));
        });
        Self { url, seen, _server: server }
    }

    /// The next answers; 200 after them.
    pub fn answers(&self, wanted: &[Wanted]) {
        self.seen.lock().unwrap().answers.extend(wanted);
    }

    pub fn always(&self, status: Option<u16>) {
        self.seen.lock().unwrap().always = status;
    }

    pub fn updates(&self) -> Vec<Value> {
        self.seen.lock().unwrap().updates.clone()
    }

    /// The texts that came, in order.
    pub fn texts(&self) -> Vec<String> {
        let text = |update: Value| update["message"]["text"].as_str().unwrap_or_default().to_owned();
        self.updates().into_iter().map(text).collect()
    }

    pub fn secrets(&self) -> Vec<Option<String>> {
        self.seen.lock().unwrap().secrets.clone()
    }
}
