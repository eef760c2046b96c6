//! The messenger behind the demo's custom source: receives webhooks like a developer's endpoint, checks their
//! signatures and shows the messages.

use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::ServerHandle;
use actix_web::{App as HttpApp, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::Context;
use connectors::custom;
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::watch;

#[derive(Default)]
struct Received {
    secret: Mutex<Option<SecretString>>,
    events: Mutex<Vec<Value>>,
}

impl Received {
    fn find(&self, text: &str) -> Option<Value> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let mut messages = events.iter().rev().map(|event| &event["data"]["message"]);
        messages.find(|message| message["content"]["text"] == text).cloned()
    }
}

/// A running endpoint.
pub struct Messenger {
    received: Arc<Received>,
    came: watch::Receiver<usize>,
    server: LoopbackServer,
}

impl Messenger {
    pub fn start() -> anyhow::Result<Self> {
        let received = Arc::new(Received::default());
        let (arrived, came) = watch::channel(0);
        let (shared, arrived) = (web::Data::from(received.clone()), web::Data::new(arrived));
        let server = LoopbackServer::start("demo_messenger", move |app| {
            app.app_data(shared.clone())
                .app_data(arrived.clone())
                .route("/parom", web::post().to(take))
                .route("/", web::get().to(show));
        })?;
        Ok(Self { received, came, server })
    }

    /// Page that shows received messages; webhooks go to `/parom` below it.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Sets the secret; webhooks with another signature are rejected from now on.
    pub fn expect_secret(&self, secret: SecretString) {
        *self.received.secret.lock().unwrap_or_else(PoisonError::into_inner) = Some(secret);
    }

    /// Waits for the webhook with this text; returns its `data.message`.
    pub async fn message(&self, text: &str) -> Option<Value> {
        let mut came = self.came.clone();
        let look = async {
            loop {
                came.borrow_and_update();
                let found = self.received.find(text);
                if found.is_some() || came.changed().await.is_err() {
                    return found;
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), look).await.ok().flatten()
    }

    pub async fn close(self) {
        self.server.close().await;
    }
}

async fn take(
    received: web::Data<Received>,
    arrived: web::Data<watch::Sender<usize>>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let secret = received.secret.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let timestamp = header("webhook-timestamp").parse().unwrap_or_default();
    let expected = secret.map(|secret| custom::sign(&secret, header("webhook-id"), timestamp, &body));
    if expected != Some(Ok(header("webhook-signature").to_owned())) {
        return HttpResponse::Unauthorized().finish();
    }
    let Ok(event) = serde_json::from_slice::<Value>(&body) else { return HttpResponse::BadRequest().finish() };
    let id = event["data"]["message"]["id"].as_str().map(|id| format!("theirs-{id}"));
    received.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    arrived.send_modify(|count| *count += 1);
    HttpResponse::Ok().json(serde_json::json!({ "id": id }))
}

async fn show(received: web::Data<Received>) -> HttpResponse {
    let events = received.events.lock().unwrap_or_else(PoisonError::into_inner).clone();
    HttpResponse::Ok().json(serde_json::json!({ "webhooks": events }))
}

/// A running server.
pub(super) struct LoopbackServer {
    url: String,
    handle: ServerHandle,
}

impl LoopbackServer {
    /// Starts a server with these routes; `task` is its name in logs.
    pub fn start(
        task: &'static str,
        routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context(task)?;
        listener.set_nonblocking(true).context(task)?;
        let url = format!("http://{}", listener.local_addr().context(task)?);
        let server = HttpServer::new(move || HttpApp::new().configure(&routes));
        let server = server.workers(1).disable_signals().listen(listener).context(task)?.run();
        let handle = server.handle();
        base::supervisor::detach(task, server);
        Ok(Self { url, handle })
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn close(self) {
        self.handle.stop(false).await;
    }
}
