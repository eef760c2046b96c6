//! Messengers of others: the examples, `parom connector check`, and one in a crate of its own by
//! `docs/new-connector.md`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use parom_tests::drill::{Drill, LIMIT, listens};
use parom_tests::settings::needed;
use parom_tests::settings::{CHANNEL_ID, HOST, PATIENCE, PYTHON_PACKAGE, free_port};
use parom_tests::{Engine, Line, Served, Setup, answer, client, once, world_of};
use reqwest::Method;
use serde_json::{Value, json};
use simulator::crm::{HookForm, HookMessage};
use tokio::process::{Child, Command};

const PAROM: &str = env!("CARGO_BIN_EXE_parom_faults");

/// Her chat in the example's own terms.
const ANNA: &str = "chat-anna";

/// A running example, and the source whose webhooks come to it.
struct Example<'a> {
    drill: &'a Drill,
    line: Line,
    url: String,
    _child: Child,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
}

/// The folder or program that a variable of the environment names.
fn installed(variable: &str) -> Option<PathBuf> {
    needed(variable).map(PathBuf::from)
}

impl<'a> Example<'a> {
    /// `is_silent`: it does not print that it listens.
    async fn starts(drill: &'a Drill, mut program: Command, is_silent: bool) -> Self {
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}");
        let settings = json!({"webhook_url": format!("{url}/parom")});
        let line = drill.source_at(HOST, "custom", "Mine", "mine", settings).await;
        let given = [
            ("PAROM_URL", drill.api.base()),
            ("PAROM_KEY", drill.api.key().to_owned()),
            ("PAROM_SOURCE", line.source_id.to_string()),
            ("PAROM_WEBHOOK_SECRET", line.webhook_secret.clone()),
            ("PORT", port.to_string()),
            ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
            ("PYTHONPATH", PYTHON_PACKAGE.to_owned()),
        ];
        let mut child = program.envs(given).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        if is_silent {
            let request = || drill.api.anonymous(Method::GET, &format!("{url}/chats/nobody"));
            let listens = async || request().send().await.ok().filter(|answer| answer.status().is_success());
            drill.until("it listens", listens).await;
            return Self { drill, line, url, _child: child };
        }
        assert_eq!(listens(&mut child).await.as_ref(), Ok(&url), "what went wrong is printed above");
        Self { drill, line, url, _child: child }
    }

    /// A deed of a customer of the example's.
    async fn does(&self, chat: &str, deed: &str, wish: Value) -> Value {
        let request = self.drill.api.anonymous(Method::POST, &format!("{}/chats/{chat}/{deed}", self.url));
        answer(request.json(&wish)).await.is(200).json
    }

    /// Asks for a chat until something is seen in it.
    async fn sees<T>(&self, chat: &str, what: &str, look: impl Fn(&Value) -> Option<T>) -> T {
        let url = format!("{}/chats/{chat}", self.url);
        let ask = async || look(&answer(self.drill.api.anonymous(Method::GET, &url)).await.is(200).json);
        self.drill.until(what, ask).await
    }

    /// Waits for a manager's text in a chat; gives the message.
    async fn gets(&self, chat: &str, text: &str) -> Value {
        let found = |chat: &Value| {
            let mut messages = chat["messages"].as_array()?.iter();
            messages.find(|one| one["content"]["text"] == text && one["by"] == "manager").cloned()
        };
        self.sees(chat, text, found).await
    }

    /// Waits until amoCRM received these statuses of a manager's message.
    async fn sees_statuses_at_amocrm(&self, message_id: &str, codes: &[i64]) {
        let told = |sandbox: &simulator::crm::Sandbox| {
            let message = sandbox.messages(HOST).into_iter().find(|one| one.id == message_id)?;
            let told: Vec<_> = message.statuses.iter().map(|one| one.code).collect();
            (told == codes).then_some(())
        };
        let told = self.drill.sandbox.wait_for(told, LIMIT).await;
        assert!(told.is_some(), "amoCRM did not receive {codes:?}");
    }
}

/// Everything an example shows, in the order of its README.
async fn plays(mut program: Command, of: &Path, is_silent: bool) {
    program.current_dir(of);
    let mut drill = Drill::prepare(Engine::Sqlite, Path::new(PAROM)).await.unwrap();
    drill.serves("").await;
    {
        let example = Example::starts(&drill, program, is_silent).await;
        talks(&example).await;
        is_begun(&example).await;
        is_checked(&example).await;
    }
    drill.ends_well().await;
}

/// A customer writes, is answered, reads, types and reacts; so does the manager.
async fn talks(example: &Example<'_>) {
    let drill = example.drill;
    example.does(ANNA, "messages", json!({"text": "Hello"})).await;
    drill.arrives_at_crm(HOST, "Hello").await;
    let manager = drill.manager(&example.line);
    let said = manager.answers("anna", "Good morning").await;
    let got = example.gets(ANNA, "Good morning").await;
    example.sees_statuses_at_amocrm(&said.message_id, &[1]).await;
    assert_eq!(example.does(ANNA, "read", json!({})).await, json!({"read": 1}));
    example.sees_statuses_at_amocrm(&said.message_id, &[1, 2]).await;
    assert_eq!(example.does(ANNA, "read", json!({})).await, json!({"read": 0}));

    example.does(ANNA, "typing", json!({})).await;
    example.does(ANNA, "reactions", json!({"message": got["id"], "emoji": "👍"})).await;
    let liked = |sandbox: &simulator::crm::Sandbox| {
        let message = sandbox.messages(HOST).into_iter().find(|one| one.id == said.message_id)?;
        message.reactions.iter().any(|(_, emoji)| emoji == "👍").then_some(())
    };
    assert!(drill.sandbox.wait_for(liked, LIMIT).await.is_some(), "the reaction does not arrive at amoCRM");

    drill.sandbox.manager_types(HOST, &manager.chat_with("anna"), None, HookForm::Sample).await.unwrap();
    example.sees(ANNA, "the manager types", |chat| chat["typing_until"].as_str().map(str::to_owned)).await;
    let hello = drill.sandbox.messages(HOST).into_iter().find(|one| one.text == "Hello").unwrap();
    drill.sandbox.manager_reacts(HOST, &hello.id, Some("❤️"), HookForm::Sample).await.unwrap();
    let reaction = |chat: &Value| {
        let mut messages = chat["messages"].as_array()?.iter();
        messages.find(|one| one["content"]["text"] == "Hello")?["reaction"].as_str().map(str::to_owned)
    };
    let reaction = example.sees(ANNA, "the manager reacts", reaction).await;
    assert!(reaction.starts_with('❤'), "{reaction}");
}

/// A manager writes first; the example opens the dialogue, and the customer answers in it.
async fn is_begun(example: &Example<'_>) {
    let drill = example.drill;
    let first = HookMessage::text("Acme here");
    drill.sandbox.manager_writes_first(HOST, CHANNEL_ID, Some("mine"), "+79150000000", first).await.unwrap();
    example.gets("phone-79150000000", "Acme here").await;
    example.does("phone-79150000000", "messages", json!({"text": "Who is it?"})).await;
    drill.arrives_at_crm(HOST, "Who is it?").await;
}

/// What a developer would run.
async fn is_checked(example: &Example<'_>) {
    let mut command = example.drill.command(&["connector", "check", "--private", "--json"]);
    command.arg("--url").arg(format!("{}/parom", example.url));
    command.env("PAROM_WEBHOOK_SECRET", &example.line.webhook_secret);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("it ends").unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let wrong: Vec<_> = told["checks"].as_array().unwrap().iter().filter(|check| check["status"] != "ok").collect();
    assert!(wrong.is_empty() && told["failed"] == 0 && output.status.success(), "{wrong:#?}");
    assert!(told["checks"].as_array().unwrap().len() > 40, "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_messenger_in_rust_works() {
    plays(Command::new(env!("CARGO_BIN_EXE_example_messenger")), &folder("rust"), false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_messenger_in_python_works() {
    let Some(python) = installed("PAROM_TEST_PYTHON") else { return };
    let mut program = Command::new(python);
    program.arg("messenger.py");
    plays(program, &folder("python"), false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_messenger_in_javascript_works() {
    let Some(_) = installed("PAROM_TEST_NODE_CLIENTS") else { return };
    let mut program = Command::new("node");
    program.arg("messenger.mjs");
    plays(program, &folder("javascript"), false).await;
}

/// PHP's own server, with the address that the example has in its README but for the port.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_messenger_in_php_works() {
    let is_there = Command::new("php").arg("--version").output().await.is_ok_and(|told| told.status.success());
    if !is_there {
        println!("skipped: there is no php; tests/run installs it");
        return;
    }
    let mut program = Command::new("sh");
    // The port is chosen later.
    program
        .args(["-c", "export MESSENGER_FILE=$(mktemp -u); exec php -q -S 127.0.0.1:$PORT messenger.php 2>/dev/null"]);
    plays(program, &folder("php"), true).await;
}

/// The vendor's billing system: an account is installed, and is booked with what it bought.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_billing_system_books_an_account() {
    let Some(python) = installed("PAROM_TEST_PYTHON") else { return };
    let mut drill = Drill::prepare(Engine::Sqlite, Path::new(PAROM)).await.unwrap();
    let (port, secret) = (free_port(), "whsec_dGhlLWJpbGxpbmctc3lzdGVtLW9mLXRoZS10ZXN0cw==");
    let url = format!("http://127.0.0.1:{port}");
    let webhook = format!("[[vendor_webhook]]\nurl = \"{url}/\"\nsecret = \"{secret}\"\n[media]\n");
    drill.configures("[media]\n", &webhook);
    drill.serves("").await;
    let given = [
        ("PAROM_URL", drill.api.base()),
        ("PAROM_KEY", drill.api.key().to_owned()),
        ("PAROM_WEBHOOK_SECRET", secret.to_owned()),
        ("PORT", port.to_string()),
        ("BOOKS", ":memory:".to_owned()),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
        ("PYTHONPATH", PYTHON_PACKAGE.to_owned()),
    ];
    let mut program = Command::new(python);
    program.arg("billing.py").current_dir(folder("billing")).envs(given).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = program.spawn().unwrap();
    assert_eq!(listens(&mut child).await.as_ref(), Ok(&url), "what went wrong is printed above");
    let forged = drill.api.anonymous(Method::POST, &url).header("webhook-id", "x").body("{}");
    answer(forged).await.is(401);

    let books = async |state: &str| {
        let booked = answer(drill.api.anonymous(Method::GET, &url)).await.is(200).json;
        (booked[0][1] == HOST && booked[0][2] == state).then_some(())
    };
    drill.owner(HOST).installs_in_a_browser().await.is(200);
    drill.active(HOST).await;
    drill.until("the account is booked", async || books("trial").await).await;
    assert_eq!(drill.tenant(HOST).await.unwrap()["sources_limit"], 3);
    assert_eq!(drill.owner(HOST).uninstalls().await.status, Some(200));
    drill.until("the account has left the books", async || books("left").await).await;
    drill.ends_well().await;
}

// `parom connector check` finds what is wrong with an endpoint, and nothing else. What is right is shown by the
// examples.

const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");

const SECRET: &str = "whsec_Y2FuYXJ5LW9mLXRoZS1jb25uZWN0b3ItY2hlY2s=";

/// How an endpoint answers a webhook: status and body.
type Answers = fn(&Value, usize) -> (u16, String);

#[derive(Clone)]
struct Endpoint {
    answers: Answers,
    served: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

/// An endpoint that verifies nothing.
fn serve(answers: Answers) -> Served {
    let data = web::Data::new(Endpoint { answers, served: Default::default() });
    Served::start(move |routes| {
        routes.app_data(data.clone()).app_data(web::PayloadConfig::new(1 << 20)).default_service(web::to(take));
    })
}

async fn take(endpoint: web::Data<Endpoint>, _request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let number = endpoint.served.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let (status, answer) = (endpoint.answers)(&serde_json::from_slice(&body).unwrap_or_default(), number);
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    if status == 302 {
        response.insert_header(("Location", "https://example.com/"));
    }
    response.body(answer)
}

async fn run(url: &str, more: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.args(["connector", "check", "--url", url]).args(more).env("PAROM_WEBHOOK_SECRET", SECRET);
    command.env_remove("PAROM_CONFIG").env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "en_US.UTF-8");
    let output = command.output().await.unwrap();
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(!said.contains(&SECRET[6..]), "a secret is printed: {said}");
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// All checks, and those that failed.
async fn checked(answers: Answers) -> (Vec<Value>, BTreeSet<String>) {
    let endpoint = serve(answers);
    let output = run(&endpoint.url, &["--private", "--json"]).await;
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let checks = told["checks"].as_array().unwrap().clone();
    let failed: BTreeSet<String> = checks
        .iter()
        .filter(|check| check["status"] == "fail")
        .map(|check| check["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(told["failed"].as_u64().unwrap(), u64::try_from(failed.len()).unwrap(), "{told}");
    assert_eq!(output.status.success(), failed.is_empty());
    for check in &checks {
        assert_eq!(check["documentation"].is_string(), check["status"] == "fail", "{check}");
    }
    (checks, failed)
}

fn is_forged(name: &str) -> bool {
    name.starts_with("forged.")
}

fn is_old(event: &Value) -> bool {
    kind(event).starts_with("message.") || kind(event) == "conversation.started"
}

fn kind(event: &Value) -> &str {
    event["type"].as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_names_what_is_wrong() {
    let new_events = [
        "reaction.set",
        "reaction.taken_back",
        "source.deleted",
        "source.test",
        "source.updated",
        "typing",
        "unknown.type",
    ];
    let cases: [(Answers, &[&str], &str); 3] = [
        (|_, _| (200, String::new()), &[], ""),
        (|event, _| (if is_old(event) { 204 } else { 400 }, String::new()), &new_events, "answered 400"),
        (
            |_, number| (200, json!({ "id": format!("m-{number}") }).to_string()),
            &["repeat"],
            "stored as a second message: m-",
        ),
    ];
    for (answers, wanted, words) in cases {
        let (checks, failed) = checked(answers).await;
        // Forged requests are accepted by all of them.
        let (forged, failed): (Vec<_>, Vec<_>) = failed.iter().map(String::as_str).partition(|name| is_forged(name));
        assert_eq!((forged.len(), failed.as_slice()), (9, wanted));
        for check in checks.iter().filter(|check| wanted.contains(&check["name"].as_str().unwrap())) {
            assert!(check["detail"].as_str().unwrap().contains(words), "{check}");
        }
    }

    let wrong: [(Answers, &str); 6] = [
        (|_, _| (302, String::new()), "answered 302"),
        (|_, _| (500, String::new()), "answered 500"),
        (|_, _| (401, String::new()), "answered 401"),
        (|_, _| (200, "x".repeat(70_000)), "longer than 64 KiB"),
        (|_, _| (200, json!({"status": "seen"}).to_string()), "the field status"),
        (|_, _| (200, json!({"id": {"value": 7}}).to_string()), "the field id"),
    ];
    for (answers, wanted) in wrong {
        let (checks, failed) = checked(answers).await;
        assert!(failed.contains("message.text") && failed.contains("typing"), "{wanted}: {failed:?}");
        let told = checks.iter().find(|check| check["name"] == "message.text").unwrap();
        assert!(told["detail"].as_str().unwrap().contains(wanted), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_messenger_that_begins_nothing_and_one_that_names_what_it_begins_are_both_well() {
    let (checks, _) =
        checked(|event, _| (if kind(event) == "conversation.started" { 422 } else { 200 }, String::new())).await;
    assert_eq!((&checks[0]["name"], &checks[0]["status"]), (&json!("conversation.started"), &json!("ok")));
    // What it named is where it is written to from then on; anything else is a mistake of its own.
    let (_, failed) = checked(|event, _| {
        let chat = event.pointer("/data/message/conversation/id").or(event.pointer("/data/conversation/id"));
        match (kind(event), chat.and_then(Value::as_str)) {
            ("conversation.started", None) => (200, json!({"conversation": {"id": "named"}}).to_string()),
            (_, None | Some("named")) => (200, String::new()),
            _ => (404, String::new()),
        }
    })
    .await;
    assert!(failed.iter().all(|name| is_forged(name)), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_called_that_may_not_be_called() {
    let output = run("http://127.0.0.1:9/hook", &[]).await;
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("--private allows this machine"), "{said}");
    assert!(output.stdout.is_empty());
    // Nothing listens: each check reports it, and none waits.
    let output = run("http://127.0.0.1:9/hook", &["--private"]).await;
    let said = text(&output.stdout);
    assert!(!output.status.success() && said.contains("FAIL  message.text"), "{said}");
    let keyless = Command::new(BINARY)
        .args(["connector", "check", "--url", "https://example.com/"])
        .env_remove("PAROM_WEBHOOK_SECRET")
        .output();
    assert_eq!(keyless.await.unwrap().status.code(), Some(2), "the key is asked for");
}

// A messenger in a crate of its own, made by following `docs/new-connector.md`: both ways by the engine that all
// messengers use, and no code of the server for it.

/// The messenger's server: remembers what it was given, by path.
#[derive(Clone, Default)]
struct ToyServer(Arc<Mutex<Vec<(String, Value)>>>);

impl ToyServer {
    fn start(&self) -> Served {
        let data = web::Data::new(self.clone());
        Served::start(move |routes| {
            routes.app_data(data.clone()).default_service(web::to(toy_takes));
        })
    }

    fn got(&self, path: &str) -> Vec<Value> {
        self.0.lock().unwrap().iter().filter(|(at, _)| at == path).map(|(_, body)| body.clone()).collect()
    }
}

async fn toy_takes(
    server: web::Data<ToyServer>,
    request: actix_web::HttpRequest,
    body: web::Json<Value>,
) -> web::Json<Value> {
    let mut calls = server.0.lock().unwrap();
    calls.push((request.path().to_owned(), body.into_inner()));
    web::Json(json!({ "id": format!("toy-{}", calls.len()) }))
}

world_of!(
    ToyWorld: Setup {
        connectors: || vec![Arc::new(toy::Toy::default())],
        change: |config| config.integrations[0].channels[0].connectors.push("toy".to_owned()),
        ..Setup::default()
    }
);

async fn a_messenger_from_another_crate_goes_both_ways(world: &mut ToyWorld) {
    let messenger = ToyServer::default();
    let server = messenger.start();
    let settings = json!({ "url": server.url, "token": "secret-of-the-toy" });
    let made = world.asks_for_source("toy", "Toy", "toy", settings).await.is(201);
    assert!(!made.json.to_string().contains("secret-of-the-toy"), "{}", made.json);

    let hook = messenger.got("/webhook").remove(0);
    let written = json!({ "id": "1", "chat": "anna", "name": "Anna", "text": "Hello" });
    let call =
        |secret: &str| client().post(hook["webhook"].as_str().unwrap()).header("toy-secret", secret).json(&written);
    assert_eq!(call("wrong").send().await.unwrap().status(), 401);
    assert_eq!(call(hook["secret"].as_str().unwrap()).send().await.unwrap().status(), 200);
    assert_eq!(call(hook["secret"].as_str().unwrap()).send().await.unwrap().status(), 200);
    world.deliver_all().await;
    let at_crm = world.sandbox.messages(HOST);
    assert_eq!(at_crm.len(), 1, "a repeated call is the same message");

    let chat = world.sandbox.chats(HOST).remove(0).id;
    for message in [HookMessage::text("Good morning"), HookMessage::text(&"long ".repeat(150))] {
        let said = world.sandbox.manager_sends(HOST, &chat, message).await.expect("amoCRM sends the hook");
        assert_eq!(said.answer.status, Some(200));
        world.deliver_all().await;
    }
    let sent = messenger.got("/send");
    assert_eq!(sent[0], json!({ "token": "secret-of-the-toy", "chat": "anna", "text": "Good morning" }));
    assert_eq!(sent.len(), 3, "a text of 750 characters is two messages where 500 is the limit");
}

once!(a_messenger_from_another_crate_goes_both_ways);
