//! Clients that Parom has not written talk to the sandbox and to the simulated messengers (`tests/clients`): what
//! they see and what those remember must agree. `tests/run` installs them and names them in the environment.

mod five;
mod frankenstein;
mod generated;
mod messengers;
mod of_the_crate;
mod others;
mod packages;
mod rest;
mod telegram;
mod whatsapp;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use parom_tests::settings::{PATIENCE, PYTHON_PACKAGE, needed};
use serde_json::{Value, json};
use simulator::crm::{ChannelConfig, Direction, IntegrationConfig, Sandbox, SandboxConfig};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::walls::read::{root, rust_files, server_files, short};

const HOST: &str = "acme.amocrm.ru";
const CHANNEL: &str = "344a5002-f8ca-454d-af3d-396180102ac7";
const CHANNEL_SECRET: &str = "channel-secret-of-a-test";
const CLIENT: &str = "11111111-2222-3333-4444-555555555555";
const CLIENT_SECRET: &str = "client-secret-of-a-test";
const REDIRECT: &str = "https://bridge.example.com/oauth/cb";
const BOT: &str = "e1f2a3b4-c5d6-47e8-99fa-0b1c2d3e4f50";

/// The folder or program that a variable of the environment names.
fn installed(variable: &str) -> Option<PathBuf> {
    needed(variable).map(PathBuf::from)
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(name)
}

/// A sandbox with one account, by the machine's clock: clients look at it too.
async fn account() -> Sandbox {
    base::http_client::install_crypto_provider();
    let channel = ChannelConfig {
        id: CHANNEL.to_owned(),
        code: "amo.ext.30490163".to_owned(),
        secret: CHANNEL_SECRET.to_owned(),
        title: "Telegram".to_owned(),
        bot: Some((BOT.to_owned(), "Telegram".to_owned())),
    };
    let sandbox = Sandbox::start(SandboxConfig {
        listen: "127.0.0.1:0".to_owned(),
        parom_url: String::new(),
        integrations: vec![IntegrationConfig {
            name: "main".to_owned(),
            client_id: CLIENT.to_owned(),
            client_secret: CLIENT_SECRET.to_owned(),
            redirect_uri: REDIRECT.to_owned(),
            channels: vec![channel],
        }],
        now: simulator::crm::system_clock(),
    })
    .await
    .unwrap();
    sandbox.add_account(HOST);
    sandbox
}

/// A client at work. What it prints are lines of JSON.
struct Client {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Client {
    fn start(program: &Path, folder: &Path, script: &str, given: &[(&str, &str)]) -> Self {
        let mut command = Command::new(program);
        command.current_dir(folder).arg(script).env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("PYTHONPATH", PYTHON_PACKAGE);
        for (name, value) in given {
            command.arg(format!("--{name}")).arg(value);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    async fn line(&mut self) -> Value {
        let line =
            tokio::time::timeout(PATIENCE, self.lines.next_line()).await.expect("the client says something in time");
        let line = line.unwrap().expect("the client has more to say (what went wrong is printed above)");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a line of JSON: {line}"))
    }

    /// Gives the client a line that it waits for.
    async fn say(&mut self, line: &str) {
        self.child.stdin.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    async fn ends_well(mut self) {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("the client ends in time").unwrap();
        assert!(status.success(), "{status}");
    }
}

#[tokio::test]
async fn a_walkthrough_in_python_connects_links_writes_and_receives() {
    let Some(python) = installed("PAROM_TEST_PYTHON") else {
        return;
    };
    let sandbox = account().await;
    let code = sandbox.issue_code(HOST, "main");
    let mut client = Client::start(
        &python,
        &folder("python"),
        "walkthrough.py",
        &[
            ("sandbox", sandbox.url()),
            ("subdomain", "acme"),
            ("client-id", CLIENT),
            ("client-secret", CLIENT_SECRET),
            ("redirect-url", REDIRECT),
            ("code", &code),
            ("channel-id", CHANNEL),
            ("channel-secret", CHANNEL_SECRET),
            ("bot-id", BOT),
            ("bot-name", "Telegram"),
        ],
    );
    sandbox.set_parom_url(client.line().await["listening"].as_str().unwrap());
    let sent = client.line().await["sent"].clone();

    let scope = format!("{CHANNEL}_{}", sandbox.accounts()[0].amojo_id);
    assert_eq!(sent["scope_id"], json!(scope));
    let connection = sandbox.connections().remove(0);
    assert_eq!((connection.title.as_str(), connection.hook_api_version.as_str()), ("ChatsIntegration", "v2"));
    let (chat, contact) = (sandbox.chats(HOST).remove(0), sandbox.contacts(HOST).remove(0));
    assert_eq!((json!(chat.id), chat.conversation_id.as_deref()), (sent["chat"].clone(), Some("telegram-1")));
    assert_eq!((json!(contact.id), contact.name.as_str()), (sent["contact"].clone(), "Иван Петров"));
    assert_eq!(contact.chats, [chat.id.as_str()]);
    let link = sandbox.contact_links(HOST).remove(0);
    assert_eq!(sent["links"], json!([{"id": link.id, "contact_id": contact.id, "chat_id": chat.id}]));
    let messages = sandbox.messages(HOST);
    let seen: Vec<_> = messages.iter().map(|one| (one.direction, one.text.as_str(), one.sender_id.as_str())).collect();
    assert_eq!(
        seen,
        [
            (Direction::Imported, "Здравствуйте! / 👋", BOT),
            (Direction::Incoming, "Где мой заказ?", chat.person_id.as_str()),
        ]
    );
    assert_eq!((json!(messages[0].id), json!(messages[1].id)), (sent["as_bot"].clone(), sent["as_user"].clone()));
    assert!(sandbox.incoming_leads(HOST).is_empty(), "everything was silent");
    assert_eq!(sent["forged"], json!(403));
    assert_eq!(sandbox.problems().len(), 1, "the forged request alone: {:?}", sandbox.problems());

    let said = sandbox.manager_says(HOST, &chat.id, "Уже в пути / 🚚").await.unwrap();
    assert_eq!(said.answer.status, Some(200), "{said:?}");
    let received = client.line().await["received"].clone();
    assert_eq!(
        received,
        json!({"path": format!("/location/{scope}"), "is_authentic": true, "conversation": "telegram-1",
            "text": "Уже в пути / 🚚"})
    );
    client.ends_well().await;
    sandbox.stop().await;
}

/// What a client from npm, given the code of an installation, prints about the account.
async fn seen_by(node: &Path, program: &str, sandbox: &Sandbox, more: &[(&str, &str)]) -> Value {
    let code = sandbox.issue_code(HOST, "main");
    let given = [
        ("sandbox", sandbox.url()),
        ("host", HOST),
        ("client-id", CLIENT),
        ("client-secret", CLIENT_SECRET),
        ("redirect-uri", REDIRECT),
        ("code", &code),
    ];
    let mut client = Client::start(Path::new("node"), node, program, &[&given[..], more].concat());
    let seen = client.line().await;
    client.ends_well().await;
    seen
}

#[tokio::test]
async fn a_client_from_npm_walks_through_oauth_and_rest() {
    let Some(folder) = installed("PAROM_TEST_NODE_CLIENTS") else {
        return;
    };
    let sandbox = account().await;
    let more = [("channel-id", CHANNEL), ("channel-secret", CHANNEL_SECRET)];
    let seen = seen_by(&folder, "rest.mjs", &sandbox, &more).await;

    let account = sandbox.accounts().remove(0);
    let users: Vec<_> = account.users.iter().map(|user| user.amojo_id.clone()).collect();
    let pipelines: Vec<_> = account.pipelines.iter().map(|pipeline| pipeline.id).collect();
    assert_eq!(
        seen["account"],
        json!({"id": account.id, "subdomain": "acme", "amojo_id": account.amojo_id, "users": users, "pipelines": pipelines})
    );
    let source = sandbox.sources(HOST).remove(0);
    assert_eq!((&source["id"], &source["default"]), (&seen["sources"]["id"], &json!(true)));
    assert_eq!((&source["name"], &seen["sources"]["name"]), (&json!("Web shop"), &json!("Web shop")));
    assert_eq!(seen["sources"]["duplicate"], "0.external_id");
    contacts_agree(&sandbox, &seen["contacts"], account.id);
    chats_agree(&sandbox, &seen["chats"], &seen["contacts"]["id"]);
    assert_eq!(seen["templates"], json!({"content": "Добрый день", "gone": 404}));
    assert!(sandbox.templates(HOST).is_empty());
    assert_eq!(seen["webhook"]["settings"], json!(["add_contact", "update_contact", "add_talk"]));
    assert!(sandbox.webhooks(HOST).is_empty());
    assert_eq!(seen["renewal"], json!({"pairs": 1, "is_new": true, "hint": "Token has been revoked"}));
    let granted: Vec<bool> = sandbox.token_calls().iter().map(|one| one.granted).collect();
    assert_eq!(granted, [true, true, false], "a code, a renewal, and one by a refresh token that was used");
    assert!(sandbox.problems().is_empty(), "{:?}", sandbox.problems());
    sandbox.stop().await;
}

fn contacts_agree(sandbox: &Sandbox, seen: &Value, account_id: i64) {
    let all = sandbox.contacts(HOST);
    let made = all.iter().find(|one| json!(one.id) == seen["id"]).unwrap();
    assert_eq!((made.name.as_str(), made.phones[0].as_str()), ("Анна П.", "+7 (900) 555-01-23"));
    assert_eq!((&seen["found"], &seen["phone"]), (&json!(["Анна П."]), &json!("+7 (900) 555-01-23")));
    assert_eq!(
        (&seen["wrong"]["code"], &seen["wrong"]["path"]),
        (&json!("NotSupportedChoice"), &json!("0.responsible_user_id"))
    );
    for (hook, name) in [(&seen["hooks"][0], "Анна Пример"), (&seen["hooks"][1], "Анна П.")] {
        assert_eq!(hook["type"], "application/x-www-form-urlencoded");
        let account =
            json!({"subdomain": "acme", "id": account_id.to_string(), "_links": {"self": "https://acme.amocrm.ru"}});
        assert_eq!(hook["account"], account);
        assert_eq!((&hook["fields"]["name"], &hook["fields"]["id"]), (&json!(name), &json!(made.id.to_string())));
        assert_eq!(hook["fields"]["custom_fields"][0]["values"][0]["value"], "+7 (900) 555-01-23");
    }
}

fn chats_agree(sandbox: &Sandbox, seen: &Value, contact: &Value) {
    let chat = sandbox.chats(HOST).remove(0);
    assert_eq!((json!(chat.id), &seen["last_message"]), (seen["chat"].clone(), &json!("Где мой заказ?")));
    assert_eq!((&seen["linked"], &seen["main_contact"], &seen["links"]), (contact, contact, &json!(1)));
    assert_eq!((&seen["accepted"], sandbox.incoming_leads(HOST).len()), (&json!(1), 0));
    assert!(chat.lead.is_none(), "the lead was won, which lets the chat go");
    let talk = sandbox.talks(HOST).remove(0);
    assert!(!talk.is_in_work);
    assert_eq!((json!(talk.chat_id), json!(talk.lead_id)), (seen["talk"]["chat"].clone(), seen["lead"].clone()));
    assert_eq!(
        (&seen["talk"]["hook"]["talk_id"], &seen["talk"]["closed_again"]),
        (&json!(talk.id.to_string()), &json!(422))
    );
}

// The API's description by the rules of others: redocly's and spectral's recommended ones, without exceptions.

/// What a linter prints about the description; it must find nothing, not even something to think about.
async fn finds_nothing(program: &str, arguments: &[&str]) {
    let Some(folder) = needed("PAROM_TEST_LINT").map(PathBuf::from) else { return };
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let mut command = Command::new("node");
    command.arg(folder.join("node_modules").join(program)).arg("lint").arg(document).args(arguments);
    let done = command.current_dir(&folder).env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true").kill_on_drop(true).output();
    let done = done.await.expect("the linter runs");
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    // redocly ends well with warnings and counts them: "You have 3 warnings."
    assert!(done.status.success() && !said.contains("You have "), "{said}");
}

#[tokio::test]
async fn linters_find_nothing_by_their_recommended_rules() {
    finds_nothing("@redocly/cli/bin/cli.js", &["--config", "redocly.yaml"]).await;
    let arguments = ["--ruleset", "spectral.yaml", "--fail-severity", "hint"];
    finds_nothing("@stoplight/spectral-cli/dist/index.js", &arguments).await;
}

/// The names of the types in a file that are schemas of the description.
fn schemas(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_schema = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[derive(") {
            is_schema = line.contains("ToSchema");
        }
        let named = ["pub struct ", "pub enum "].iter().find_map(|start| line.strip_prefix(start));
        if let Some(rest) = named.filter(|_| std::mem::take(&mut is_schema)) {
            found.push(rest.chars().take_while(|letter| letter.is_alphanumeric()).collect());
        }
    }
    found
}

/// The description has one schema per name: of two types with the same name, one would be described as the other.
#[test]
fn no_two_schemas_have_one_name() {
    let planted = "#[derive(ToSchema)]\npub struct A {\n#[derive(Debug)]\npub struct B;\n#[derive(ToSchema)]\n/// C\npub enum C {";
    assert_eq!(schemas(planted), ["A", "C"]);
    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    let files = server_files().into_iter().map(|(file, _)| file).chain(rust_files(&root().join("base/src")));
    for path in files {
        for name in schemas(&std::fs::read_to_string(&path).unwrap()) {
            if let Some(other) = seen.insert(name.clone(), path.clone()) {
                panic!("{name} is a schema of {} and of {}", short(&other), short(&path));
            }
        }
    }
    assert!(seen.len() > 50, "{}", seen.len());
}
