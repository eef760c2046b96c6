//! A push service and the browsers behind it: checks who sends (RFC 8292) and what (RFC 8030), and decrypts as a browser
//! does (RFC 8291).

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use actix_web::{HttpRequest, HttpResponse, web};
use aes_gcm::aead::{Aead, KeyInit, Nonce};
use aes_gcm::{Aes128Gcm, Key};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use hkdf::Hkdf;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::{PublicKey, SecretKey};
use serde_json::Value;
use sha2::Sha256;

use crate::Served;

/// A subscription as a browser's script reports it.
#[derive(Clone, Debug)]
pub struct PushSubscription {
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
}

impl PushSubscription {
    /// The fields of the form that sends it.
    pub fn fields(&self) -> [(&'static str, &str); 3] {
        [("endpoint", &self.endpoint), ("p256dh", &self.p256dh), ("auth", &self.auth)]
    }
}

struct Subscribed {
    /// The browser's secret key, and what only it and the sender know.
    secret: SecretKey,
    auth: [u8; 16],
    /// The key of the sender that it subscribed for.
    sender: String,
}

/// A notification that was accepted.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// The number of its browser, from 0.
    pub browser: usize,
    pub topic: String,
    pub payload: Value,
}

#[derive(Default)]
struct PushState {
    base: String,
    browsers: BTreeMap<usize, Subscribed>,
    next: VecDeque<u16>,
    pushed: Vec<Pushed>,
    problems: Vec<String>,
}

/// A push service that the test controls. Stops when dropped.
pub struct PushService {
    state: Arc<Mutex<PushState>>,
    _server: Served,
}

impl PushService {
    /// Starts one without browsers.
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(PushState::default()));
        let data = web::Data::new(state.clone());
        let server = Served::start(move |routes| {
            routes.app_data(data.clone()).route("/send/{browser}", web::post().to(send));
        });
        state.lock().unwrap().base.clone_from(&server.url);
        Self { state, _server: server }
    }

    fn state(&self) -> MutexGuard<'_, PushState> {
        self.state.lock().unwrap()
    }

    /// A new browser that subscribes for a sender's key.
    pub fn subscribes(&self, sender: &str) -> PushSubscription {
        let secret = loop {
            if let Ok(secret) = SecretKey::from_slice(&rand::random::<[u8; 32]>()) {
                break secret;
            }
        };
        let auth: [u8; 16] = rand::random();
        let mut state = self.state();
        let number = state.browsers.len();
        let subscription = PushSubscription {
            endpoint: format!("{}/send/{number}", state.base),
            p256dh: URL_SAFE_NO_PAD.encode(secret.public_key().to_sec1_bytes()),
            auth: URL_SAFE_NO_PAD.encode(auth),
        };
        state.browsers.insert(number, Subscribed { secret, auth, sender: sender.to_owned() });
        subscription
    }

    /// Answers the next requests with these statuses, and accepts nothing of them.
    pub fn answers_next(&self, statuses: impl IntoIterator<Item = u16>) {
        self.state().next.extend(statuses);
    }

    /// What was accepted so far.
    pub fn pushed(&self) -> Vec<Pushed> {
        self.state().pushed.clone()
    }

    /// What was wrong with requests.
    pub fn problems(&self) -> Vec<String> {
        self.state().problems.clone()
    }
}

async fn send(
    state: web::Data<Arc<Mutex<PushState>>>,
    number: web::Path<usize>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let mut state = state.lock().unwrap();
    if let Some(status) = state.next.pop_front() {
        return HttpResponse::build(status.try_into().expect("a status")).finish();
    }
    let Some(browser) = state.browsers.get(&number) else { return HttpResponse::NotFound().finish() };
    match read(&state.base, browser, &request, &body) {
        Ok((topic, payload)) => {
            state.pushed.push(Pushed { browser: *number, topic, payload });
            HttpResponse::Created().finish()
        }
        Err(problem) => {
            state.problems.push(problem);
            HttpResponse::BadRequest().finish()
        }
    }
}

/// The topic and the decrypted payload, or what is wrong.
fn read(base: &str, browser: &Subscribed, request: &HttpRequest, body: &[u8]) -> Result<(String, Value), String> {
    let header = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.ok_or_else(|| format!("the header {name} is missing"))
    };
    let is = |good: bool, what: &str| if good { Ok(()) } else { Err(what.to_owned()) };
    is(header("content-encoding")? == "aes128gcm", "another encoding")?;
    is(header("ttl")?.parse::<u32>().is_ok(), "TTL is no number of seconds")?;
    is(["very-low", "low", "normal", "high"].contains(&header("urgency")?), "an unknown urgency")?;
    let topic = header("topic")?.to_owned();
    let is_topic = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
    is(topic.len() <= 32 && topic.chars().all(is_topic), "a topic has at most 32 characters of base64url")?;
    is(body.len() <= 4096, "more than 4096 bytes")?;
    signed(base, browser, header("authorization")?)?;
    let text = decrypted(browser, body)?;
    Ok((topic, serde_json::from_slice(&text).map_err(|error| error.to_string())?))
}

fn decoded(text: &str) -> Result<Vec<u8>, String> {
    URL_SAFE_NO_PAD.decode(text).map_err(|error| error.to_string())
}

/// The sender is the one that the browser subscribed for, and means this service.
fn signed(base: &str, browser: &Subscribed, header: &str) -> Result<(), String> {
    let (token, key) = header.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k=")).ok_or("no VAPID")?;
    if key != browser.sender {
        return Err("another sender".to_owned());
    }
    let (text, signature) = token.rsplit_once('.').ok_or("no token")?;
    let key = VerifyingKey::from_sec1_bytes(&decoded(key)?).map_err(|error| error.to_string())?;
    let signature = Signature::from_slice(&decoded(signature)?).map_err(|error| error.to_string())?;
    key.verify(text.as_bytes(), &signature).map_err(|error| error.to_string())?;
    let (head, claims) = text.split_once('.').ok_or("no claims")?;
    let parsed = |part: &str| serde_json::from_slice::<Value>(&decoded(part)?).map_err(|error| error.to_string());
    let (head, claims) = (parsed(head)?, parsed(claims)?);
    let subject = claims["sub"].as_str().unwrap_or_default();
    let is_reachable = ["mailto:", "https:", "http://127.0.0.1"].iter().any(|scheme| subject.starts_with(scheme));
    match () {
        () if head["alg"] != "ES256" => Err(format!("signed by {}", head["alg"])),
        () if claims["aud"] != base => Err(format!("for {}", claims["aud"])),
        () if !claims["exp"].is_i64() => Err("without an end".to_owned()),
        () if !is_reachable => Err(format!("no contact to ask: {subject}")),
        () => Ok(()),
    }
}

fn decrypted(browser: &Subscribed, body: &[u8]) -> Result<Vec<u8>, String> {
    let (salt, rest) = body.split_at_checked(16).ok_or("no salt")?;
    let (size, rest) = rest.split_at_checked(4).ok_or("no record size")?;
    let size = u32::from_be_bytes(size.try_into().map_err(|_| "no record size")?);
    let (length, rest) = rest.split_first().ok_or("no key")?;
    let (key, record) = rest.split_at_checked(usize::from(*length)).ok_or("no key")?;
    if record.len() > usize::try_from(size).unwrap_or_default() {
        return Err("several records".to_owned());
    }
    let theirs = PublicKey::from_sec1_bytes(key).map_err(|_| "no key of P-256")?;
    let shared = p256::ecdh::diffie_hellman(browser.secret.to_nonzero_scalar(), theirs.as_affine());
    let mut info = b"WebPush: info\0".to_vec();
    info.extend_from_slice(&browser.secret.public_key().to_sec1_bytes());
    info.extend_from_slice(key);
    let expand = |salt: &[u8], key: &[u8], info: &[u8], out: &mut [u8]| {
        Hkdf::<Sha256>::new(Some(salt), key).expand(info, out).map_err(|error| error.to_string())
    };
    let (mut agreed, mut secret, mut nonce) = ([0; 32], [0; 16], [0; 12]);
    expand(&browser.auth, shared.raw_secret_bytes().as_slice(), &info, &mut agreed)?;
    expand(salt, &agreed, b"Content-Encoding: aes128gcm\0", &mut secret)?;
    expand(salt, &agreed, b"Content-Encoding: nonce\0", &mut nonce)?;
    let cipher = Aes128Gcm::new(&Key::<Aes128Gcm>::from(secret));
    let text = cipher.decrypt(&Nonce::<Aes128Gcm>::from(nonce), record).map_err(|_| "not for this browser")?;
    // The last record ends with a 2; zeros may pad it.
    let end = text.iter().rposition(|byte| *byte != 0).ok_or("only padding")?;
    if text[end] != 2 { Err("not the last record".to_owned()) } else { Ok(text[..end].to_vec()) }
}
