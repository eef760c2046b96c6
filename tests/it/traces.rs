//! One trace follows a message from the hook to the receipt, as a collector sees it.

use std::sync::{Arc, Mutex, OnceLock};

use actix_web::{App, HttpResponse, HttpServer, web};
use parom_tests::settings::PATIENCE;
use parom_tests::{Engine, Place, Setup, World};
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

static PORT: OnceLock<u16> = OnceLock::new();

/// A collector with memory.
#[derive(Clone, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<Value>>>,
    came: Arc<Notify>,
}

impl Collector {
    fn start() -> Self {
        let collector = Self::default();
        let data = web::Data::new(collector.clone());
        let server =
            HttpServer::new(move || App::new().app_data(data.clone()).route("/v1/traces", web::post().to(take)));
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        PORT.set(server.addrs()[0].port()).expect("one collector a test");
        tokio::spawn(server.run());
        collector
    }

    /// The spans of a message, once there are so many.
    async fn of(&self, message_id: Uuid, count: usize) -> Vec<Value> {
        let trace = message_id.simple().to_string();
        let found = async {
            loop {
                let came = self.came.notified();
                let spans = self.spans.lock().unwrap().clone();
                let of_it: Vec<Value> = spans.into_iter().filter(|span| span["traceId"] == trace.as_str()).collect();
                if of_it.len() >= count {
                    return of_it;
                }
                came.await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("too few spans of {trace}: {:#?}", self.spans.lock().unwrap()))
    }
}

async fn take(collector: web::Data<Collector>, body: web::Json<Value>) -> HttpResponse {
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    for resource in list(&body, "resourceSpans") {
        for scope in list(&resource, "scopeSpans") {
            collector.spans.lock().unwrap().extend(list(&scope, "spans"));
        }
    }
    collector.came.notify_one();
    HttpResponse::Ok().json(json!({}))
}

fn names(spans: &[Value]) -> Vec<&str> {
    let mut names: Vec<&str> = spans.iter().map(|span| span["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

fn one<'spans>(spans: &'spans [Value], name: &str) -> &'spans Value {
    spans.iter().find(|span| span["name"] == name).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_followed_from_the_hook_to_the_receipt() {
    let collector = Collector::start();
    let follow = |config: &mut base::config::Config| {
        let port = PORT.get().expect("the collector runs");
        config.telemetry.otlp_url = Some(format!("http://127.0.0.1:{port}").parse().unwrap());
    };
    let mut world = World::start(Engine::Sqlite, Setup { change: follow, ..Setup::default() }).await.unwrap();
    let line = world.line("support").await;
    let id = world.customer(&line, "anna").writes("A private question").await;
    world.deliver_all().await;
    let spans = collector.of(id.parse().unwrap(), 3).await;
    assert_eq!(names(&spans), ["accept", "call", "deliver"]);
    let (accept, deliver, call) = (one(&spans, "accept"), one(&spans, "deliver"), one(&spans, "call"));
    assert_eq!(accept["parentSpanId"].as_str().unwrap_or_default(), "", "{accept}");
    assert_eq!(deliver["parentSpanId"], accept["spanId"]);
    assert_eq!(call["parentSpanId"], deliver["spanId"]);
    assert!(call["attributes"].to_string().contains("amojo:main"), "{call}");

    // A manager's answer: the process dies before it is delivered, another continues, the messenger reports it later.
    world.manager(&line).answers("anna", "A private answer").await;
    let answer = world.messages().await.into_iter().find(|message| message.direction == 2).unwrap().id;
    // Spans that a process has not sent yet are lost with it.
    collector.of(answer, 1).await;
    world.restart().await;
    world.deliver_all().await;
    world.api.post(&line.path(&format!("/messages/{answer}/status")), &json!({"status": "read"})).await.is(202);
    world.deliver_all().await;
    let spans = collector.of(answer, 6).await;
    assert_eq!(names(&spans), ["accept", "call", "call", "deliver", "receipt", "told"]);
    let accept = one(&spans, "accept");
    for below in ["deliver", "told", "receipt"] {
        assert_eq!(one(&spans, below)["parentSpanId"], accept["spanId"], "{below}");
    }
    let all = format!("{:?}", collector.spans.lock().unwrap());
    assert!(!all.contains("private") && !all.contains("anna"), "traces hold no texts and names");
    world.close().await;
}
