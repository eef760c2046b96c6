//! The messenger behind the demo's custom source: takes webhooks as a developer's endpoint would, checks their
//! signatures and shows what came.

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
    url: String,
    received: Arc<Received>,
    came: watch::Receiver<usize>,
    handle: ServerHandle,
}

impl Messenger {
    pub fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("the demo's messenger")?;
        listener.set_nonblocking(true).context("the demo's messenger")?;
        let url = format!("http://{}", listener.local_addr().context("the demo's messenger")?);
        let received = Arc::new(Received::default());
        let (tell, came) = watch::channel(0);
        let (shared, tell) = (web::Data::from(received.clone()), web::Data::new(tell));
        let server = HttpServer::new(move || {
            HttpApp::new()
                .app_data(shared.clone())
                .app_data(tell.clone())
                .route("/parom", web::post().to(take))
                .route("/", web::get().to(show))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .context("the demo's messenger")?
        .run();
        let handle = server.handle();
        base::supervisor::detach("demo_messenger", server);
        Ok(Self { url, received, came, handle })
    }

    /// Page that shows received messages; webhooks go to `/parom` below it.
    pub fn url(&self) -> &str {
        &self.url
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
        self.handle.stop(false).await;
    }
}

async fn take(
    received: web::Data<Received>,
    tell: web::Data<watch::Sender<usize>>,
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
    tell.send_modify(|count| *count += 1);
    HttpResponse::Ok().json(serde_json::json!({ "id": id }))
}

async fn show(received: web::Data<Received>) -> HttpResponse {
    let events = received.events.lock().unwrap_or_else(PoisonError::into_inner).clone();
    HttpResponse::Ok().json(serde_json::json!({ "webhooks": events }))
}
