//! The examples work as described: each is started as in its README, has a conversation in both directions with a
//! server and a local amoCRM, and passes `parom connector check`. The billing system books an account.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use parom_tests::drill::{Drill, LIMIT};
use parom_tests::needed::needed;
use parom_tests::settings::{CHANNEL_ID, HOST, PATIENCE, free_port};
use parom_tests::{Engine, Line, answer};
use reqwest::Method;
use serde_json::{Value, json};
use simulator::crm::{HookForm, HookMessage};
use tokio::io::{AsyncBufReadExt, BufReader};
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
        drill.owner(HOST).installs_in_a_browser().await.is(200);
        let (tenant_id, port) = (drill.active(HOST).await, free_port());
        let url = format!("http://127.0.0.1:{port}");
        let source = json!({"kind": "custom", "name": "Mine", "external_id": "mine",
            "settings": {"webhook_url": format!("{url}/parom")}});
        let made = drill.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &source).await.is(201);
        let line = Line {
            host: HOST.to_owned(),
            tenant_id,
            source_id: made.text_at("/id").parse().unwrap(),
            external_id: "mine".to_owned(),
            scope_id: format!("{CHANNEL_ID}_{}", drill.sandbox.add_account(HOST).amojo_id),
            webhook_secret: made.text_at("/webhook_secret"),
        };
        let given = [
            ("PAROM_URL", drill.api.base()),
            ("PAROM_KEY", drill.api.key().to_owned()),
            ("PAROM_SOURCE", line.source_id.to_string()),
            ("PAROM_WEBHOOK_SECRET", line.webhook_secret.clone()),
            ("PORT", port.to_string()),
            ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
        ];
        let mut child = program.envs(given).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        if is_silent {
            let request = || drill.api.anonymous(Method::GET, &format!("{url}/chats/nobody"));
            let listens = async || request().send().await.ok().filter(|answer| answer.status().is_success());
            drill.until("it listens", listens).await;
            return Self { drill, line, url, _child: child };
        }
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(LIMIT, lines.next_line()).await.expect("it listens in time").unwrap();
        assert_eq!(first.expect("what went wrong is printed above"), format!("listening {url}"));
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
    ];
    let mut program = Command::new(python);
    program.arg("billing.py").current_dir(folder("billing")).envs(given).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = program.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(LIMIT, lines.next_line()).await.expect("it listens in time").unwrap();
    assert_eq!(first.expect("what went wrong is printed above"), format!("listening {url}"));
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
