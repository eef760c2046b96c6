//! A VK with a community, a person, a frozen clock, and a callback server.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::DateTime;
use serde_json::{Value, json};
use simulator::vk::{CommunityView, NewCommunity, NewPerson, Options, Vk};

use crate::hook::{HookServer, serve};

/// Where the clock begins: 2026-11-20, in milliseconds.
pub const START: i64 = 1_795_168_800_000;

pub struct Stage {
    pub vk: Vk,
    pub acme: CommunityView,
    pub maria: i64,
    pub http: reqwest::Client,
    clock: Arc<AtomicI64>,
}

impl Stage {
    pub async fn start() -> Self {
        let _first = rustls::crypto::ring::default_provider().install_default();
        let clock = Arc::new(AtomicI64::new(START));
        let shown = Arc::clone(&clock);
        let now = Arc::new(move || DateTime::from_timestamp_millis(shown.load(Ordering::SeqCst)).unwrap());
        let vk = Vk::start(Options { now, ..Options::default() }).await.unwrap();
        let acme = vk.add_community(NewCommunity::default());
        let maria = vk.add_person(NewPerson::default());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { vk, acme, maria, http, clock }
    }

    /// With a person who has written.
    pub async fn met() -> Self {
        let stage = Self::start().await;
        stage.vk.writes(stage.maria, stage.acme.id, "Hello").unwrap();
        stage
    }

    /// With a callback server that wants these kinds, confirmed.
    pub async fn called(receiver: &Receiver, kinds: &[&str]) -> Self {
        let stage = Self::start().await;
        receiver.confirms(&stage.acme.confirmation_code);
        let group = stage.acme.id.to_string();
        let added = stage
            .ok(
                "groups.addCallbackServer",
                &[("group_id", &group), ("url", &receiver.url), ("title", "Parom"), ("secret_key", "s3cr3t")],
            )
            .await;
        let server = added["server_id"].to_string();
        let mut settings = vec![("group_id", group.as_str()), ("server_id", &server), ("api_version", "5.199")];
        settings.extend(kinds.iter().map(|kind| (*kind, "1")));
        stage.ok("groups.setCallbackSettings", &settings).await;
        stage.vk.deliver_all().await;
        stage
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.vk.tick();
    }

    pub async fn call(&self, method: &str, params: &[(&str, &str)]) -> Value {
        let mut form = vec![("access_token", self.acme.token.as_str()), ("v", "5.199")];
        form.extend(params);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let url = format!("{}/method/{method}", self.vk.base_url());
        let request = self.http.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The answer of a call that goes well.
    pub async fn ok(&self, method: &str, params: &[(&str, &str)]) -> Value {
        let mut answer = self.call(method, params).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["response"].take()
    }

    /// The code of a call that is refused.
    pub async fn refused(&self, method: &str, params: &[(&str, &str)]) -> i64 {
        let answer = self.call(method, params).await;
        let shown = answer["error"]["request_params"].to_string();
        assert!(!shown.contains(&self.acme.token), "a refusal contains no token");
        let code = answer["error"]["error_code"].as_i64();
        assert!(code.is_some(), "{method}: {answer}");
        code.unwrap_or_default()
    }

    /// Sends a text with this `random_id`; answers its id.
    pub async fn send(&self, random_id: &str, text: &str) -> i64 {
        let peer = self.maria.to_string();
        let sent = self.ok("messages.send", &[("peer_id", &peer), ("random_id", random_id), ("message", text)]).await;
        sent.as_i64().unwrap()
    }

    /// Uploads a file to an upload server.
    pub async fn upload(&self, url: &str, field: &'static str, name: &'static str, bytes: &'static [u8]) -> Value {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name);
        let form = reqwest::multipart::Form::new().part(field, part);
        self.http.post(url).multipart(form).send().await.unwrap().json().await.unwrap()
    }
}

/// An answer: status, text, `Retry-After`.
pub type Wanted = (u16, &'static str, Option<u64>);

#[derive(Default)]
struct Seen {
    events: Vec<Value>,
    retries: Vec<Option<String>>,
    answers: VecDeque<Wanted>,
    code: String,
}

/// A callback server that answers what a test wants.
pub struct Receiver {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
    _server: HookServer,
}

async fn take(seen: web::Data<Arc<Mutex<Seen>>>, request: HttpRequest, body: web::Json<Value>) -> HttpResponse {
    let mut seen = seen.lock().unwrap();
    let retry = request.headers().get("X-Retry-Counter").map(|value| value.to_str().unwrap().to_owned());
    seen.retries.push(retry);
    let is_confirmation = body["type"] == "confirmation";
    seen.events.push(body.into_inner());
    if is_confirmation {
        return HttpResponse::Ok().body(seen.code.clone());
    }
    let (status, text, wait) = seen.answers.pop_front().unwrap_or((200, "ok", None));
    let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    if let Some(seconds) = wait {
        answer.insert_header(("Retry-After", seconds.to_string()));
    }
    answer.body(text)
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

    pub fn confirms(&self, code: &str) {
        code.clone_into(&mut self.seen.lock().unwrap().code);
    }

    /// The next answers; `ok` after them.
    pub fn answers(&self, wanted: &[Wanted]) {
        self.seen.lock().unwrap().answers.extend(wanted);
    }

    /// Everything that came but confirmations.
    pub fn events(&self) -> Vec<Value> {
        let all = self.seen.lock().unwrap().events.clone();
        all.into_iter().filter(|one| one["type"] != "confirmation").collect()
    }

    /// Kinds of events, in order.
    pub fn kinds(&self) -> Vec<String> {
        self.events().iter().map(|one| one["type"].as_str().unwrap().to_owned()).collect()
    }

    /// `X-Retry-Counter` of all calls, confirmations too.
    pub fn retries(&self) -> Vec<Option<String>> {
        self.seen.lock().unwrap().retries.clone()
    }

    /// The confirmations that came.
    pub fn confirmations(&self) -> Vec<Value> {
        let all = self.seen.lock().unwrap().events.clone();
        all.into_iter().filter(|one| one["type"] == "confirmation").collect()
    }
}

/// An inline keyboard with these buttons in one row.
pub fn keyboard(actions: &[Value]) -> String {
    let buttons: Vec<Value> = actions.iter().map(|one| json!({"action": one, "color": "secondary"})).collect();
    json!({"inline": true, "buttons": [buttons]}).to_string()
}
