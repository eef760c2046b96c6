//! `parom connector check` finds what is wrong with an endpoint, and nothing else. What is right is shown by the
//! examples.

use std::collections::BTreeSet;
use std::process::Output;

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use tokio::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");
const SECRET: &str = "whsec_Y2FuYXJ5LW9mLXRoZS1jb25uZWN0b3ItY2hlY2s=";

/// How an endpoint answers a webhook: status and body.
type Answers = fn(&Value, usize) -> (u16, String);

#[derive(Clone)]
struct Endpoint {
    answers: Answers,
    served: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

/// An endpoint that verifies nothing; gives its address.
fn serve(answers: Answers) -> String {
    let data = web::Data::new(Endpoint { answers, served: Default::default() });
    let server = HttpServer::new(move || {
        App::new().app_data(data.clone()).app_data(web::PayloadConfig::new(1 << 20)).default_service(web::to(take))
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", server.addrs()[0]);
    tokio::spawn(server.run());
    url
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
    let output = run(&serve(answers), &["--private", "--json"]).await;
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
async fn the_report_lists_forged_requests_that_were_accepted() {
    let (checks, failed) = checked(|_, _| (200, String::new())).await;
    let forged: BTreeSet<String> = checks
        .iter()
        .filter_map(|check| check["name"].as_str())
        .filter(|name| is_forged(name))
        .map(str::to_owned)
        .collect();
    assert_eq!((failed.len(), failed), (9, forged));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_lists_new_events_that_were_refused() {
    let (_, failed) = checked(|event, _| (if is_old(event) { 204 } else { 400 }, String::new())).await;
    let failed: BTreeSet<_> = failed.iter().map(String::as_str).filter(|name| !is_forged(name)).collect();
    let wanted = ["reaction.set", "reaction.taken_back", "source.deleted", "source.test", "source.updated", "typing"];
    assert_eq!(failed, wanted.into_iter().chain(["unknown.type"]).collect());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_names_a_repeat_that_became_two_messages() {
    let (checks, failed) = checked(|_, number| (200, json!({ "id": format!("m-{number}") }).to_string())).await;
    let failed: BTreeSet<_> = failed.iter().map(String::as_str).filter(|name| !is_forged(name)).collect();
    assert_eq!(failed, BTreeSet::from(["repeat"]));
    let repeat = checks.iter().find(|check| check["name"] == "repeat").unwrap();
    assert!(repeat["detail"].as_str().unwrap().contains("stored as a second message: m-"), "{repeat}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_names_unusable_answers() {
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
async fn people_read_a_line_a_check_in_their_language() {
    let url = serve(|_, _| (200, String::new()));
    let output = run(&url, &["--private"]).await;
    let said = text(&output.stdout);
    assert!(!output.status.success());
    assert!(said.contains("ok    message.text           answered 200 in "), "{said}");
    assert!(
        said.contains("FAIL  forged.secret          answered 200: it accepted a request that Parom did not send\n"),
        "{said}"
    );
    assert!(said.contains("→ verify the signature over id.timestamp.body"), "{said}");
    assert!(said.ends_with("9 failures\n"), "{said}");
    let mut russian = Command::new(BINARY);
    russian.args(["connector", "check", "--private", "--url", &url, "--key", SECRET]);
    let output =
        russian.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "ru_RU.UTF-8").output().await.unwrap();
    let said = text(&output.stdout);
    assert!(said.contains("принято то, чего Паром не отправлял") && said.ends_with("9 ошибок\n"), "{said}");
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
