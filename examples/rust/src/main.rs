//! A whole messenger in one file, connected to Parom: it accepts signed webhooks and reports customers' actions to
//! Parom.
//!
//! Anyone who calls `/chats/…` is a customer; a real messenger would have its own network there. See README.md.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example is self-contained: it uses time, environment and client directly"
)]

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::{Context, bail, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

/// Maximum difference in seconds between a webhook's timestamp and now.
const FRESH: u64 = 300;

struct Messenger {
    http: reqwest::Client,
    /// The source in Parom's public API.
    api: String,
    key: String,
    /// The part after `whsec_`.
    secret: Vec<u8>,
    kept: Mutex<Kept>,
}

/// A real messenger has a database here: Parom does not send again what was answered with 2xx.
#[derive(Default)]
struct Kept {
    chats: HashMap<String, Chat>,
    /// `webhook-id` → our answer: a repeat gets the same one and shows nothing twice. Keep them for two days at least.
    answers: HashMap<String, Value>,
}

#[derive(Default)]
struct Chat {
    messages: Vec<Value>,
    typing_until: Value,
}

// --- from Parom -----------------------------------------------------------------------------------------------------

async fn webhook(messenger: web::Data<Messenger>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    // The raw bytes, before parsing.
    if !is_genuine(&messenger.secret, &request, &body) {
        return HttpResponse::Unauthorized().json(json!({ "error": "not signed by Parom" }));
    }
    let Ok(event) = serde_json::from_slice::<Value>(&body) else { return HttpResponse::BadRequest().finish() };
    let id = header(&request, "webhook-id").to_owned();
    let mut kept = messenger.kept();
    let answer = match kept.answers.get(&id) {
        Some(answer) => answer.clone(),
        None => kept.take(event["type"].as_str().unwrap_or_default(), &event["data"]),
    };
    kept.answers.insert(id, answer.clone());
    HttpResponse::Ok().json(answer)
}

/// Standard Webhooks: one of the signatures is the HMAC-SHA256 of `id.timestamp.body`, and the timestamp is fresh.
fn is_genuine(secret: &[u8], request: &HttpRequest, body: &[u8]) -> bool {
    let timestamp = header(request, "webhook-timestamp");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    if !timestamp.parse().is_ok_and(|timestamp: u64| now.abs_diff(timestamp) <= FRESH) {
        return false;
    }
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
    mac.update(format!("{}.{timestamp}.", header(request, "webhook-id")).as_bytes());
    mac.update(body);
    let signatures = header(request, "webhook-signature").split(' ').filter_map(|one| one.strip_prefix("v1,"));
    // Compared in constant time.
    signatures.filter_map(|one| STANDARD.decode(one).ok()).any(|one| mac.clone().verify_slice(&one).is_ok())
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl Kept {
    /// Handles a manager's action. The response may contain ids for Parom; `{}` is enough.
    fn take(&mut self, kind: &str, data: &Value) -> Value {
        let message = &data["message"];
        match kind {
            "message.created" => return self.keep(&text(&message["conversation"]["id"]), message),
            "conversation.started" => {
                // The manager knows a phone number only: find or create the dialogue, and return its id.
                let id = format!("phone-{}", text(&message["receiver"]["phone"]).trim_start_matches('+'));
                let mut answer = self.keep(&id, message);
                (answer["conversation"], answer["receiver"]) = (json!({ "id": id }), json!({ "id": id }));
                return answer;
            }
            "message.edited" => self.change(&message["id"], "content", &message["content"]),
            "reaction" => self.change(&message["id"], "reaction", &data["emoji"]),
            "typing" => self.chat(&text(&data["conversation"]["id"])).typing_until = data["until"].clone(),
            // Unknown types are for later versions of Parom.
            _ => {}
        }
        json!({})
    }

    fn keep(&mut self, chat: &str, message: &Value) -> Value {
        let id = format!("m-{}", Uuid::new_v4());
        let (parom_id, content, reply_to) = (&message["id"], &message["content"], &message["reply_to"]);
        let kept = json!({ "id": id, "parom_id": parom_id, "by": "manager", "content": content, "reply_to": reply_to,
            "read": false });
        self.chat(chat).messages.push(kept);
        // Our customers receive messages at once, so "delivered" is reported in the response.
        json!({ "id": id, "status": "delivered" })
    }

    fn change(&mut self, id: &Value, field: &str, value: &Value) {
        let mut all = self.chats.values_mut().flat_map(|chat| &mut chat.messages);
        if let Some(message) = all.find(|message| message["parom_id"] == *id || message["id"] == *id) {
            message[field] = value.clone();
        }
    }

    fn chat(&mut self, id: &str) -> &mut Chat {
        self.chats.entry(id.to_owned()).or_default()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

// --- to Parom -------------------------------------------------------------------------------------------------------

impl Messenger {
    /// Calls the public API. Safe to repeat, because messages have ids of ours.
    async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let request = self.http.post(format!("{}{path}", self.api)).bearer_auth(&self.key).json(&body);
        let response = request.send().await.context("Parom cannot be reached")?;
        let (status, answer) = (response.status(), response.text().await.unwrap_or_default());
        ensure!(status.is_success(), "Parom answered {status}: {answer}");
        serde_json::from_str(&answer).context("an answer of Parom")
    }

    /// Handles a customer's action.
    async fn customer(&self, chat: &str, action: &str, body: Value) -> anyhow::Result<Value> {
        let conversation = json!({ "id": chat });
        match action {
            "messages" => {
                let (id, content) = (format!("c-{}", Uuid::new_v4()), json!({ "type": "text", "text": body["text"] }));
                let sender = json!({ "role": "client", "id": chat, "name": chat });
                let message = json!({ "id": id, "conversation": conversation, "sender": sender, "content": content });
                let answer = self.post("/messages", message).await?;
                let kept = json!({ "id": id, "parom_id": answer["id"], "by": "customer", "content": content });
                self.kept().chat(chat).messages.push(kept);
                Ok(answer)
            }
            "typing" => self.post("/typing", json!({ "conversation": conversation, "sender": { "id": chat } })).await,
            "reactions" => {
                let message = json!({ "id": body["message"] });
                let reaction = json!({ "message": message, "sender": { "id": chat }, "emoji": body["emoji"] });
                self.post("/reactions", reaction).await
            }
            "read" => {
                let unread: Vec<Value> =
                    self.kept().chat(chat).messages.iter().filter(|one| one["read"] == false).cloned().collect();
                for message in &unread {
                    let path = format!("/messages/{}/status", text(&message["parom_id"]));
                    self.post(&path, json!({ "status": "read" })).await?;
                    self.kept().change(&message["id"], "read", &json!(true));
                }
                Ok(json!({ "read": unread.len() }))
            }
            other => bail!("unknown action {other}"),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// --- both come by HTTP ----------------------------------------------------------------------------------------------

async fn action(messenger: web::Data<Messenger>, path: web::Path<(String, String)>, body: web::Bytes) -> HttpResponse {
    let (chat, action) = path.into_inner();
    match messenger.customer(&chat, &action, serde_json::from_slice(&body).unwrap_or_default()).await {
        Ok(done) => HttpResponse::Ok().json(done),
        Err(error) => HttpResponse::InternalServerError().json(json!({ "error": format!("{error:#}") })),
    }
}

async fn show(messenger: web::Data<Messenger>, chat: web::Path<String>) -> HttpResponse {
    let mut kept = messenger.kept();
    let chat = kept.chat(&chat);
    HttpResponse::Ok().json(json!({ "messages": chat.messages, "typing_until": chat.typing_until }))
}

fn variable(name: &str) -> anyhow::Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set, see README.md"))
}

/// Serves until it is stopped.
#[actix_web::main]
pub async fn main() -> anyhow::Result<()> {
    // An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let secret = variable("PAROM_WEBHOOK_SECRET")?;
    let messenger = web::Data::new(Messenger {
        http: reqwest::Client::new(),
        api: format!("{}/api/v1/sources/{}", variable("PAROM_URL")?, variable("PAROM_SOURCE")?),
        key: variable("PAROM_KEY")?,
        secret: STANDARD.decode(secret.trim_start_matches("whsec_")).context("PAROM_WEBHOOK_SECRET")?,
        kept: Mutex::default(),
    });
    let port = variable("PORT").unwrap_or_else(|_| "9000".to_owned()).parse::<u16>().context("PORT")?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(messenger.clone())
            .app_data(web::PayloadConfig::new(1 << 20))
            .route("/parom", web::post().to(webhook))
            .route("/chats/{chat}", web::get().to(show))
            .route("/chats/{chat}/{action}", web::post().to(action))
    });
    let server = server.workers(1).bind(("127.0.0.1", port)).context("the port is taken")?;
    for address in server.addrs() {
        println!("listening http://{address}");
    }
    server.run().await.context("the server stopped")
}
