//! A custom messenger: a small webhook endpoint that keeps all requests, verifies Standard Webhooks signatures with its
//! own code, and responds as configured.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use base::clock::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::watch;

use crate::Served;

/// A response of the messenger.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// This status and body.
    Status(u16, Value),
    /// This status with `Retry-After` in seconds.
    RetryAfter(u16, u64),
    /// The message is accepted, but the connection drops before the response.
    Cut,
}

impl Answer {
    /// 200 with an empty object.
    pub fn ok() -> Self {
        Self::Status(200, json!({}))
    }

    /// A status without a body.
    pub fn status(status: u16) -> Self {
        Self::Status(status, Value::Null)
    }
}

/// A received request.
#[derive(Clone, Debug)]
pub struct Received {
    pub webhook_id: String,
    pub timestamp: i64,
    pub body: Value,
    pub answered: Answer,
}

impl Received {
    /// The text of its message.
    pub fn text(&self) -> String {
        self.body.pointer("/data/message/content/text").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Our id of its message.
    pub fn message_id(&self) -> String {
        self.body.pointer("/data/message/id").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The messenger's id of its conversation.
    pub fn conversation(&self) -> String {
        self.body.pointer("/data/message/conversation/id").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Whether the messenger accepted it, even if the response was lost.
    pub fn was_taken(&self) -> bool {
        matches!(self.answered, Answer::Cut | Answer::Status(200..=299, _))
    }
}

/// A secret for every source.
const ANY: &str = "";

type Script = Box<dyn FnMut(&Received) -> Answer + Send>;

struct State {
    secrets: BTreeMap<String, String>,
    received: Vec<Received>,
    problems: Vec<String>,
    next: VecDeque<Answer>,
    script: Option<Script>,
}

struct Shared {
    clock: Clock,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

/// The running endpoint. Stops when dropped.
pub struct Messenger {
    shared: Arc<Shared>,
    url: String,
    _server: Served,
}

impl Messenger {
    /// Starts one with the world's clock.
    pub async fn start(clock: Clock) -> Self {
        let state = State {
            secrets: BTreeMap::new(),
            received: Vec::new(),
            problems: Vec::new(),
            next: VecDeque::new(),
            script: None,
        };
        let shared = Arc::new(Shared { clock, state: Mutex::new(state), changed: watch::Sender::new(0) });
        let data = web::Data::from(shared.clone());
        let server = Served::start(move |routes| {
            routes.app_data(data.clone()).default_service(web::to(take));
        });
        Self { shared, url: format!("{}/hook", server.url), _server: server }
    }

    /// Its `webhook_url`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sets the secret of a source; with an empty id, of everything that is of no known source.
    pub fn knows(&self, source_id: &str, secret: &str) {
        self.shared.lock().secrets.insert(source_id.to_owned(), secret.to_owned());
    }

    /// Uses these responses for the next requests, one each; then 200 again.
    pub fn answers_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.lock().next.extend(answers);
    }

    /// Uses `script` for every response until [`Messenger::heals`].
    pub fn answers_by(&self, script: impl FnMut(&Received) -> Answer + Send + 'static) {
        self.shared.lock().script = Some(Box::new(script));
    }

    /// Responds with 200 from now on.
    pub fn heals(&self) {
        let mut state = self.shared.lock();
        state.script = None;
        state.next.clear();
    }

    /// All requests so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.lock().received.clone()
    }

    /// Texts as shown to customers by a messenger that recognises repeats by `webhook-id`: in the order of first
    /// acceptance.
    pub fn texts(&self) -> Vec<String> {
        self.taken().iter().map(Received::text).collect()
    }

    /// The requests of [`Messenger::texts`].
    pub fn taken(&self) -> Vec<Received> {
        let mut seen = HashSet::new();
        let all = self.received();
        let is_message = |one: &Received| one.body["type"] == "message.created";
        all.into_iter()
            .filter(|one| is_message(one) && one.was_taken() && seen.insert(one.webhook_id.clone()))
            .collect()
    }

    /// Protocol violations of received requests.
    pub fn problems(&self) -> Vec<String> {
        self.shared.lock().problems.clone()
    }

    /// Evaluates `what` now and after every request until it returns a value or the time limit has passed.
    pub async fn wait_for<T>(&self, what: impl Fn(&Self) -> Option<T>, limit: Duration) -> Option<T> {
        let mut changes = self.shared.changed.subscribe();
        let asking = async {
            loop {
                changes.borrow_and_update();
                if let Some(answer) = what(self) {
                    return Some(answer);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(limit, asking).await.ok().flatten()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

async fn take(shared: web::Data<Shared>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let header =
        |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let mut received = Received {
        webhook_id: header("webhook-id"),
        timestamp: header("webhook-timestamp").parse().unwrap_or_default(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        answered: Answer::ok(),
    };
    let mut state = shared.lock();
    let complaint = wrong(&state, &received, &header("webhook-signature"), &body, shared.clock.now().timestamp());
    if let Some(complaint) = complaint {
        state.problems.push(complaint);
        received.answered = Answer::status(400);
    } else if let Some(answer) = state.next.pop_front() {
        received.answered = answer;
    } else if let Some(script) = &mut state.script {
        received.answered = script(&received);
    }
    let answer = received.answered.clone();
    state.received.push(received);
    drop(state);
    shared.changed.send_modify(|count| *count += 1);
    respond(answer)
}

/// What violates the Standard Webhooks scheme; `None` if nothing does.
fn wrong(state: &State, received: &Received, signatures: &str, body: &[u8], now: i64) -> Option<String> {
    let source = ["/data/message/source_id", "/data/source_id", "/data/source/id"]
        .iter()
        .find_map(|at| received.body.pointer(at)?.as_str());
    let source = source.unwrap_or_default();
    let secret = state.secrets.get(source).or_else(|| state.secrets.get(ANY));
    let Some(secret) = secret else {
        // Enough to tell a webhook of ours from a call that was meant for another server.
        let (id, bytes) = (&received.webhook_id, body.len());
        return Some(format!("source {source:?} is not known: webhook-id {id:?}, {bytes} bytes"));
    };
    if (received.timestamp - now).abs() > 300 {
        return Some(format!("webhook-timestamp {} is far from {now}", received.timestamp));
    }
    let key = secret.strip_prefix("whsec_").and_then(|encoded| STANDARD.decode(encoded).ok());
    let Some(key) = key else { return Some(format!("the secret of source {source} is no whsec_ secret")) };
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(received.webhook_id.as_bytes());
    mac.update(b".");
    mac.update(received.timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    let wanted = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let right = !received.webhook_id.is_empty() && signatures.split(' ').any(|signature| signature == wanted);
    (!right).then(|| format!("the signature of {} is wrong", received.webhook_id))
}

fn respond(answer: Answer) -> HttpResponse {
    let build = |status| HttpResponse::build(StatusCode::from_u16(status).expect("a status"));
    match answer {
        Answer::Status(status, Value::Null) => build(status).finish(),
        Answer::Status(status, body) => build(status).json(body),
        Answer::RetryAfter(status, seconds) => {
            build(status).insert_header(("Retry-After", seconds.to_string())).finish()
        }
        // The body fails before the head is written, so the caller sees a closed connection.
        Answer::Cut => HttpResponse::Ok().body(SizedStream::new(
            1,
            stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut on purpose")) }),
        )),
    }
}
