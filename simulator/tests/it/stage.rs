//! A simulator with a frozen clock, a program that calls it, and a receiver of its webhooks: for every messenger.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, http::StatusCode, web};
use bytes::Bytes;
use chrono::DateTime;
use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};
use simulator::kit::{Now, Simulator, Wire};
use tokio::sync::Notify;

/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(20);

/// Where the clock begins: 2026-11-20, in milliseconds.
pub const START: i64 = 1_795_168_800_000;

pub struct Stage<W: Wire> {
    pub simulator: Simulator<W>,
    pub http: reqwest::Client,
    clock: Arc<AtomicI64>,
}

impl<W: Wire> Stage<W> {
    /// Starts a simulator with these options, which get the frozen clock.
    pub async fn start(options: impl FnOnce(Now) -> W) -> Self {
        let _first = rustls::crypto::ring::default_provider().install_default();
        let clock = Arc::new(AtomicI64::new(START));
        let shown = Arc::clone(&clock);
        let now = Arc::new(move || DateTime::from_timestamp_millis(shown.load(Ordering::SeqCst)).unwrap());
        let simulator = Simulator::start(options(now)).await.unwrap();
        Self { simulator, http: reqwest::Client::builder().no_proxy().build().unwrap(), clock }
    }

    /// Moves the clock and waits for the webhooks that are due then.
    pub async fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.simulator.tick();
        self.simulator.deliver_all().await;
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.simulator.base_url()))
    }

    /// Status and body of a page.
    pub async fn page(&self, path: &str) -> (u16, String) {
        let answer = self.request(Method::GET, path).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Status and body after a form was sent and the redirect followed.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.request(Method::POST, path).header("Content-Type", "application/x-www-form-urlencoded");
        let answer = request.body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Status and answer to JSON that is posted, as to `/acts` and `/faults`.
    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.request(Method::POST, path).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }
}

/// The lines of `examples/` for a messenger's `/acts` and `/faults`.
fn examples(messenger: &str) -> impl Iterator<Item = Value> {
    let file = format!("{}/examples/{messenger}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let lines: Vec<Value> =
        std::fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.into_iter()
}

pub fn acts(messenger: &str) -> Vec<Value> {
    examples(messenger).filter(|line| line.get("act").is_some()).collect()
}

pub fn faults(messenger: &str) -> Vec<Value> {
    examples(messenger).filter(|line| line.get("act").is_none()).collect()
}

/// Fields of the sample that are missing or of another type.
fn unlike(path: &str, sample: &Value, made: &Value, found: &mut Vec<String>) {
    match (sample, made) {
        (Value::Object(fields), Value::Object(made)) => {
            for (key, value) in fields {
                match made.get(key) {
                    Some(one) => unlike(&format!("{path}.{key}"), value, one, found),
                    None => found.push(format!("{path}.{key} is missing")),
                }
            }
        }
        (Value::Array(sample), Value::Array(made)) => {
            if let Some(first) = sample.first() {
                match made.first() {
                    Some(one) => unlike(&format!("{path}[0]"), first, one, found),
                    None => found.push(format!("{path} is empty")),
                }
            }
        }
        (sample, made) => {
            let same = std::mem::discriminant(sample) == std::mem::discriminant(made);
            if !same {
                found.push(format!("{path}: {made} instead of {sample}"));
            }
        }
    }
}

/// Documented bodies by their names, and what was made like them.
pub struct Samples {
    pub bodies: Map<String, Value>,
    done: Vec<String>,
    wrong: Vec<String>,
}

impl Samples {
    /// The bodies in `tests/fixtures` of a kind of messenger, by the names of their files.
    pub fn read(kind: &str) -> Self {
        let folder = format!("{}/../tests/fixtures/{kind}", env!("CARGO_MANIFEST_DIR"));
        let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
        let sample = |path: std::path::PathBuf| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
        };
        Self { bodies: files.map(sample).collect(), done: Vec::new(), wrong: Vec::new() }
    }

    /// Notes what the body of this name lacks.
    pub fn holds(&mut self, name: &str, made: &Value) {
        unlike(name, &self.bodies[name], made, &mut self.wrong);
        for path in ["/entry/0/changes/0/field", "/entry/0/changes/0/value/messages/0/type"] {
            let wanted = self.bodies[name].pointer(path);
            if wanted.is_some() && made.pointer(path) != wanted {
                self.wrong.push(format!("{name}{path} is not {wanted:?}: {made}"));
            }
        }
        self.done.push(name.to_owned());
    }

    #[track_caller]
    pub fn are_all_made(&self) {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        let left: Vec<&String> = self.bodies.keys().filter(|name| !self.done.contains(name)).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// A webhook call.
#[derive(Clone, Debug)]
pub struct Called {
    pub path: String,
    pub query: String,
    pub headers: BTreeMap<String, String>,
    pub bytes: Bytes,
    /// The body, if it is JSON.
    pub json: Value,
}

#[derive(Default)]
struct Seen {
    came: Arc<Notify>,
    calls: Vec<Called>,
    answers: VecDeque<(u16, &'static str)>,
    always: Option<(u16, &'static str)>,
}

/// A receiver of webhooks that answers what a test wants; 200 without a text if it wants nothing.
pub struct Receiver {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
    server: ServerHandle,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

/// The answer to Meta's handshake, if the token is `right`.
fn handshake(request: &HttpRequest) -> Option<HttpResponse> {
    let pairs = url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned();
    let query: BTreeMap<String, String> = pairs.collect();
    let challenge = query.get("hub.challenge")?.clone();
    let is_right = query["hub.verify_token"] == "right";
    Some(if is_right { HttpResponse::Ok().body(challenge) } else { HttpResponse::Forbidden().finish() })
}

async fn take(seen: web::Data<Arc<Mutex<Seen>>>, request: HttpRequest, bytes: Bytes) -> HttpResponse {
    if let Some(answer) = handshake(&request) {
        return answer;
    }
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let mut seen = seen.lock().unwrap();
    let (path, query) = (request.path().to_owned(), request.query_string().to_owned());
    let json = serde_json::from_slice(&bytes).unwrap_or(json!(null));
    seen.calls.push(Called { path, query, headers, json, bytes });
    seen.came.notify_waiters();
    let (status, text) = seen.answers.pop_front().or(seen.always).unwrap_or((200, ""));
    let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    if status == 429 {
        answer.insert_header(("Retry-After", text));
    }
    answer.insert_header(("Location", "/elsewhere")).body(text)
}

impl Receiver {
    pub fn start() -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = web::Data::new(Arc::clone(&seen));
        let app = move || App::new().app_data(shared.clone()).default_service(web::to(take));
        let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, seen, server: handle }
    }

    /// The next answers: status and text, which for 429 is the header `Retry-After`.
    pub fn answers(&self, wanted: &[(u16, &'static str)]) {
        self.seen.lock().unwrap().answers.extend(wanted);
    }

    /// The answer after those.
    pub fn always(&self, status: u16, text: &'static str) {
        self.seen.lock().unwrap().always = Some((status, text));
    }

    pub fn calls(&self) -> Vec<Called> {
        self.seen.lock().unwrap().calls.clone()
    }

    /// The call with this number, from 0, once it came.
    pub async fn call(&self, number: usize) -> Called {
        let came = Arc::clone(&self.seen.lock().unwrap().came);
        let call = async {
            loop {
                let next = came.notified();
                if let Some(call) = self.calls().get(number) {
                    return call.clone();
                }
                next.await;
            }
        };
        tokio::time::timeout(LIMIT, call).await.unwrap()
    }

    /// The bodies of all calls.
    pub fn bodies(&self) -> Vec<Value> {
        self.calls().into_iter().map(|call| call.json).collect()
    }
}
