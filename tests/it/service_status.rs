//! A running service from outside: the public status page, traces, and a configuration that is read again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use base::config::Config;
use parom_tests::drill::Drill;
use parom_tests::settings::{CHANNEL_ID, CHANNEL_SECRET, HOST, PATIENCE};
use parom_tests::{Engine, Reply, Served, Visitor, World, both, both_engines, once};
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::rotation::goes_both_ways;

const PAGE: &str = "/status";
const JSON: &str = "/status.json";

/// Starts again with the page switched on.
async fn switched_on(world: &mut World) -> Visitor {
    world.setup_is(|config| config.status.enabled = true);
    world.restart().await;
    world.visitor()
}

fn read(reply: &Reply) -> Value {
    serde_json::from_str(&reply.text).expect("JSON")
}

/// The state of a part and since when.
fn part(all: &Value, name: &str) -> (String, Value) {
    let parts = all["parts"].as_array().expect("parts");
    let found = parts.iter().find(|part| part["name"] == name).unwrap_or_else(|| panic!("{name} is in {all}"));
    (found["status"].as_str().expect("a state").to_owned(), found["since"].clone())
}

async fn it_says_what_works_and_what_does_not(world: &mut World) {
    let line = world.line("support").await;
    let visitor = switched_on(world).await;
    let shown = visitor.opens(PAGE).await.is(200);
    shown.says(&[
        "service status",
        "No problem is known.",
        "No traffic yet",
        "Delivery to amoCRM",
        "Receiving messages",
        "Website chat",
    ]);
    assert_eq!(shown.header("cache-control"), "public, max-age=5");
    let russian = visitor.opens(&format!("{PAGE}?lang=ru")).await.is(200);
    russian.says(&["Неполадок не видно.", "Приём сообщений", "Сообщений ещё не было"]);
    shown.never_says(&["All systems operational"]);
    let all = read(&visitor.opens(JSON).await.is(200));
    assert_eq!((&all["status"], part(&all, "crm").1), (&"ok".into(), Value::Null));
    let traffic = |all: &Value, name: &str| {
        let parts = all["parts"].as_array().expect("parts");
        parts.iter().find(|part| part["name"] == name).expect(name)["has_traffic"] == true
    };
    assert_eq!(["receiving", "crm", "custom", "panel"].map(|name| traffic(&all, name)), [true, false, false, true]);

    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    world.customer(&line, "anna").writes("Hello").await;
    for _ in 0..12 {
        world.advance(Duration::from_secs(60));
        world.deliver_all().await;
    }
    let all = read(&visitor.opens(JSON).await.is(200));
    let (state, since) = part(&all, "crm");
    assert_eq!((&all["status"], state.as_str()), (&"down".into(), "down"), "{all}");
    assert!(since.is_string(), "{all}");
    assert_eq!(part(&all, "panel").0, "ok");
    let shown = visitor.opens(&format!("{PAGE}?lang=en")).await.is(200);
    shown.says(&["Down", "since"]);
    let id = line.tenant_id.to_string();
    for page in [&shown.text, &all.to_string()] {
        for private in [HOST, id.as_str(), CHANNEL_ID, "main", env!("CARGO_PKG_VERSION")] {
            assert!(
                !page.replace("<main>", "").replace("</main>", "").replace("header, main", "").contains(private),
                "{private}: {page}"
            );
        }
    }
    // It stays the same moment until it works again.
    world.advance(Duration::from_secs(60));
    world.deliver_all().await;
    assert_eq!(part(&read(&visitor.opens(JSON).await.is(200)), "crm").1, since);
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    world.advance(Duration::from_secs(6));
    assert_eq!(part(&read(&visitor.opens(JSON).await.is(200)), "crm").0, "degraded", "many of the last calls failed");
    world.advance(Duration::from_secs(15 * 60));
    parom::source::observations::write_proofs(&world.app().sources).await;
    world.advance(Duration::from_secs(6));
    let all = read(&visitor.opens(JSON).await.is(200));
    assert_eq!(part(&all, "crm").0, "ok");
    assert_eq!(["crm", "custom", "telegram"].map(|name| traffic(&all, name)), [true, true, false]);
}

/// The bars show what was noted, and nothing else.
async fn the_worst_state_of_each_day_is_kept(world: &mut World) {
    let line = world.line("support").await;
    let visitor = switched_on(world).await;
    let notes = async |world: &World| {
        world.advance(Duration::from_secs(6));
        parom::service_status::note(world.app().status.clone()).await;
    };
    let says =
        async |visitor: &Visitor, bars: &str| visitor.opens(&format!("{PAGE}?lang=en")).await.is(200).says(&[bars]);
    says(&visitor, "90 days: 0 without problems, 0 with problems, 90 without data").await;
    notes(world).await;
    world.advance(Duration::from_secs(6));
    says(&visitor, "90 days: 1 without problems, 0 with problems, 89 without data").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    parom::source::observations::write_proofs(&world.app().sources).await;
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    world.customer(&line, "anna").writes("Are you there?").await;
    for _ in 0..12 {
        world.advance(Duration::from_secs(60));
        world.deliver_all().await;
    }
    notes(world).await;
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    world.advance(Duration::from_secs(3_600));
    notes(world).await;
    world.advance(Duration::from_secs(86_400));
    notes(world).await;
    // Another process reads the same.
    world.restart().await;
    let visitor = world.visitor();
    says(&visitor, "90 days: 2 without problems, 0 with problems, 88 without data").await;
    says(&visitor, "90 days: 1 without problems, 1 with problems, 88 without data").await;
    world.advance(Duration::from_secs(90 * 86_400));
    says(&visitor, "90 days: 0 without problems, 0 with problems, 90 without data").await;
}

async fn it_is_off_unless_it_is_switched_on_and_limited_by_address(world: &mut World) {
    world.visitor().opens(PAGE).await.is(404);
    world.visitor().opens(JSON).await.is(404);
    let visitor = switched_on(world).await;
    let first = read(&visitor.opens(JSON).await.is(200))["checked_at"].clone();
    world.advance(Duration::from_secs(4));
    assert_eq!(read(&visitor.opens(JSON).await.is(200))["checked_at"], first, "read once in five seconds");
    world.advance(Duration::from_secs(2));
    assert_ne!(read(&visitor.opens(JSON).await.is(200))["checked_at"], first);
    for _ in 0..80 {
        let reply = visitor.opens(JSON).await;
        if reply.status == 429 {
            assert!(reply.header("retry-after").parse::<u32>().is_ok());
            return;
        }
    }
    panic!("a caller is never refused");
}

// One trace follows a message from the hook to the receipt, as a collector sees it.

static URL: OnceLock<String> = OnceLock::new();

/// A collector with memory.
#[derive(Clone, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<Value>>>,
    /// What sent them, with its `Authorization`.
    senders: Arc<Mutex<Vec<(String, Value)>>>,
    came: Arc<Notify>,
}

impl Collector {
    fn start() -> (Self, Served) {
        let collector = Self::default();
        let data = web::Data::new(collector.clone());
        let server = Served::start(move |routes| {
            routes.app_data(data.clone()).route("/v1/traces", web::post().to(take));
        });
        URL.set(server.url.clone()).expect("one collector a test");
        (collector, server)
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

async fn take(collector: web::Data<Collector>, request: HttpRequest, body: web::Json<Value>) -> HttpResponse {
    let key = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    for resource in list(&body, "resourceSpans") {
        collector.senders.lock().unwrap().push((key.to_owned(), resource["resource"]["attributes"].clone()));
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

fn with_a_collector(config: &mut Config) {
    config.telemetry.otlp_url = URL.get().map(|url| url.parse().unwrap());
}

async fn a_message_is_followed_from_the_hook_to_the_receipt(world: &mut World) {
    let (collector, _server) = Collector::start();
    world.setup_is(with_a_collector);
    world.restart().await;
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
}

/// The variables that every program with OpenTelemetry understands.
#[tokio::test]
async fn traces_go_where_the_variables_say() {
    let mut drill = Drill::prepare(Engine::Sqlite, Path::new(BINARY)).await.expect("SQLite");
    let (collector, server) = Collector::start();
    drill.has_environment(vec![
        ("OTEL_EXPORTER_OTLP_ENDPOINT", server.url.clone().into()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20of-the-collector".into()),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=staging,service.name=overridden".into()),
        ("OTEL_SERVICE_NAME", "ferry".into()),
    ]);
    drill.serves("").await;
    let line = drill.line("support").await;
    let id = drill.customer(&line, "anna").writes("Hello").await;
    collector.of(id.parse().unwrap(), 3).await;
    let (key, attributes) = collector.senders.lock().unwrap()[0].clone();
    assert_eq!(key, "Bearer of-the-collector");
    let attributes: BTreeMap<&str, &str> = attributes
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["key"].as_str().unwrap(), one["value"]["stringValue"].as_str().unwrap()))
        .collect();
    let wanted = [
        ("deployment.environment.name", "staging"),
        ("service.name", "ferry"),
        ("service.version", env!("CARGO_PKG_VERSION")),
    ];
    assert_eq!(attributes, BTreeMap::from(wanted));
    drill.ends_well().await;
}

// SIGHUP: the configuration file is read again by a serving process.

const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");

/// Waits until the log has so many lines with this text.
async fn logs(drill: &Drill, text: &str, lines: usize) -> String {
    let there = async || {
        let found = drill.logged(text);
        (found.len() >= lines).then(|| found.concat())
    };
    drill.until("the log says it", there).await
}

async fn the_file_is_read_again(engine: Engine) {
    let Some(mut drill) = Drill::prepare(engine, Path::new(BINARY)).await else { return };
    drill.serves("").await;
    let line = drill.line("support").await;
    goes_both_ways(&drill, &line, "before").await;
    let account = format!("/api/v1/tenants/{}", line.tenant_id);
    drill.api.patch(&account, &json!({ "plan": "gold" })).await.is(422);

    // A mistake changes nothing, and is named.
    let good = std::fs::read_to_string(drill.config_file()).unwrap();
    let plan = "[[plan]]\nname = \"gold\"\n[telemetry]\nlog = \"info,parom=debug\"\n";
    std::fs::write(drill.config_file(), format!("{good}{plan}[server2]\n")).unwrap();
    drill.reads_its_file_again().await;
    logs(&drill, "unknown key server2", 1).await;
    drill.api.patch(&account, &json!({ "plan": "gold" })).await.is(422);
    goes_both_ways(&drill, &line, "with a mistake").await;

    // A plan, a brand, and what needs a restart.
    let brand = "[integration.brand]\nname = \"Beta Chat\"\n[[integration.channel]]";
    let changed = good.replace("[[integration.channel]]", brand).replace("installs = 500", "installs = 400");
    std::fs::write(drill.config_file(), format!("{changed}{plan}")).unwrap();
    drill.reads_its_file_again().await;
    let named = logs(&drill, "take effect at the next start", 1).await;
    assert!(named.contains("rates.installs") && !named.contains("plan"), "{named}");
    assert_eq!(drill.api.patch(&account, &json!({ "plan": "gold" })).await.is(200).json["plan"], "gold");
    let page = drill.api.anonymous(reqwest::Method::GET, "/panel/sign-in");
    parom_tests::answer(page).await.is(200).says(&["<span>Beta Chat</span>"]);

    // The channel's secret: the new one counts at once, and the former one no more.
    let other = changed.replace(CHANNEL_SECRET, "another-secret");
    std::fs::write(drill.config_file(), format!("{other}{plan}")).unwrap();
    drill.reads_its_file_again().await;
    logs(&drill, "take effect at the next start", 2).await;
    let hook = drill.manager(&line).prepares("anna", simulator::crm::HookMessage::text("refused"));
    assert_eq!(drill.manager(&line).posts(&hook).await, Some(401));
    std::fs::write(drill.config_file(), format!("{good}{plan}")).unwrap();
    drill.reads_its_file_again().await;
    logs(&drill, "was read again and is in use", 1).await;
    goes_both_ways(&drill, &line, "after").await;
    drill.ends_well().await;
}

once!(a_message_is_followed_from_the_hook_to_the_receipt);
once!(it_is_off_unless_it_is_switched_on_and_limited_by_address, it_says_what_works_and_what_does_not);
both_engines!(the_file_is_read_again);
both!(the_worst_state_of_each_day_is_kept);
