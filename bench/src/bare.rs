//! Baselines for our figures: the same web server and the same calls, without storing anything.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use amocrm::chats::sign::verify_hook;
use amocrm::chats::{ChatUser, Chats, Content, NewMessage};
use base::clock::Clock;
use base::config::NetworkConfig;
use base::http_client::HttpClients;
use connectors::custom::sign;
use reqwest::Client;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::line::{CHANNEL, SECRET, WEBHOOK_SECRET};

/// Concurrent calls, as many as Parom's slots allow to one host.
pub const AT_ONCE: usize = 128;

/// A relay without storage: a crash loses what it has accepted.
pub struct Relay {
    chats: Chats,
    http: Client,
    webhook_url: String,
    secret: SecretString,
    webhook_secret: SecretString,
    clock: Clock,
}

/// A relay, and how many calls it may make concurrently.
struct Limited {
    relay: Relay,
    room: Semaphore,
}

impl Relay {
    /// Its amojo and messengers are at this address.
    pub fn to(fakes: &str) -> anyhow::Result<Self> {
        let http = HttpClients::new(&NetworkConfig::default())?.trusted().clone();
        let clock = Clock::system();
        let now = clock.clone();
        Ok(Self {
            chats: Chats::new(http.clone(), fakes, Arc::new(move || now.now()))?,
            http,
            webhook_url: format!("{fakes}/webhook"),
            secret: SecretString::from(SECRET),
            webhook_secret: SecretString::from(WEBHOOK_SECRET),
            clock,
        })
    }

    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The hook, if its signature is valid.
    pub fn verified(&self, request: &HttpRequest, body: &[u8]) -> Option<Value> {
        let signature = request.headers().get("x-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !verify_hook(&self.secret, body, signature) {
            return None;
        }
        serde_json::from_slice(body).ok()
    }

    /// Sends a manager's message to the messenger. amojo gets its status when the messenger reports the delivery.
    pub async fn calls_messenger(&self, hook: &Value) -> anyhow::Result<()> {
        let text = &hook["message"]["message"];
        let id = text["id"].as_str().unwrap_or_default().to_owned();
        let body = json!({"type": "message.created", "data": {"id": id, "text": text["text"]}}).to_string();
        let seconds = self.clock.millis() / 1000;
        let signature = sign(&self.webhook_secret, &id, seconds, body.as_bytes()).map_err(anyhow::Error::msg)?;
        let call = self.http.post(&self.webhook_url).header("webhook-id", &id).header("webhook-timestamp", seconds);
        call.header("webhook-signature", signature).body(body).send().await?;
        Ok(())
    }

    /// Sends a customer's message, as the public API takes it, to amojo.
    pub async fn calls_amojo(&self, posted: &Value) -> anyhow::Result<()> {
        let at = |pointer: &str| posted.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let message = NewMessage {
            message_id: at("/id"),
            conversation_id: at("/conversation/id"),
            at_milliseconds: self.clock.millis(),
            sender: ChatUser { id: at("/sender/id"), name: at("/sender/name"), ..ChatUser::default() },
            content: Content::Text { text: at("/content/text") },
            ..NewMessage::default()
        };
        let scope = format!("{CHANNEL}_{}", uuid::Uuid::nil());
        self.chats.send_message(&self.secret, &scope, &message).await?;
        Ok(())
    }
}

/// A server on a free port of this machine.
pub struct Bare {
    /// `127.0.0.1:PORT`
    pub address: String,
    handle: ServerHandle,
}

impl Bare {
    /// Accepts what Parom accepts, answers at once and makes the calls that Parom makes, `at_once` of them
    /// concurrently.
    pub fn relay(fakes: &str, at_once: usize) -> anyhow::Result<Self> {
        let limited = web::Data::new(Limited { relay: Relay::to(fakes)?, room: Semaphore::new(at_once) });
        Self::start(move |config| {
            config
                .app_data(limited.clone())
                .route("/location/{scope}", web::post().to(hook))
                .route("/api/v1/sources/{source}/messages", web::post().to(message));
        })
    }

    /// Accepts everything and stores nothing.
    pub fn handler() -> anyhow::Result<Self> {
        Self::start(|config| {
            config.default_service(web::to(|_: web::Bytes| async { HttpResponse::Ok().finish() }));
        })
    }

    /// A server with these routes, with as many threads as Parom's.
    pub fn start(routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?.to_string();
        let server = HttpServer::new(move || App::new().configure(routes.clone()))
            .workers(parom::server::ServerOptions::default().threads)
            .disable_signals()
            .listen(listener)?
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { address, handle })
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn hook(limited: web::Data<Limited>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let Some(hook) = limited.relay.verified(&request, &body) else { return HttpResponse::Unauthorized().finish() };
    tokio::spawn(async move {
        let _room = limited.room.acquire().await;
        let _ = limited.relay.calls_messenger(&hook).await;
    });
    HttpResponse::Ok().finish()
}

async fn message(limited: web::Data<Limited>, body: web::Bytes) -> HttpResponse {
    let Ok(posted) = serde_json::from_slice::<Value>(&body) else { return HttpResponse::BadRequest().finish() };
    tokio::spawn(async move {
        let _room = limited.room.acquire().await;
        let _ = limited.relay.calls_amojo(&posted).await;
    });
    HttpResponse::Accepted().finish()
}
