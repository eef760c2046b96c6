//! `parom demo` as a person starts it: it checks itself, comes back on the same data, and offers every messenger.

use std::path::Path;
use std::process::Output;

use parom_tests::{Demo, client};
use serde_json::{Value, json};
use tokio::process::Command;

pub const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_checks_itself() {
    let output = Command::new(BINARY).args(["demo", "--check"]).env_remove("PAROM_CONFIG").output().await.unwrap();
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    assert_eq!(said.lines().filter(|line| line.starts_with("ok ")).count(), 21, "{said}");
    assert_eq!(said.lines().count(), 21, "one line a step and nothing else: {said}");
    for kind in ["telegram", "whatsapp", "max", "vk", "avito", "instagram", "facebook"] {
        assert!(said.contains(&format!("{kind}: connected, a message in, an answer out")), "{said}");
    }
}

/// Another link into the admin, by the command that the demo prints.
pub async fn vendor_link(data: &Path) -> Output {
    let mut command = Command::new(BINARY);
    command.args(["vendor", "link", "operator@demo.example", "--config"]).arg(data.join("parom.toml"));
    command.env_remove("PAROM_CONFIG").output().await.unwrap()
}

/// The sources of the demo's account, by the public API.
async fn sources(demo: &Demo) -> Vec<Value> {
    let (base, key) = (demo.address("Parom"), demo.address("API key"));
    let get = async |path: String| {
        let answer = client().get(format!("{base}{path}")).bearer_auth(&key).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["items"].as_array().unwrap().clone()
    };
    let tenants = get("/api/v1/tenants".to_owned()).await;
    let tenant = tenants.iter().find(|tenant| tenant["host"] == "demo.amocrm.ru").unwrap();
    get(format!("/api/v1/tenants/{}/sources", tenant["id"].as_str().unwrap())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_comes_back_after_a_second_account_was_installed() {
    let data = tempfile::tempdir().unwrap();
    let demo = Demo::start(Path::new(BINARY), "en", data.path()).await;
    let marketplace = demo.address("A new account");
    let install = marketplace.replace("/marketplace", "/install");
    let form = client().post(&install).header("content-type", "application/x-www-form-urlencoded");
    let installed = form.body("integration=demo").send().await.unwrap();
    assert!(installed.status().is_success() || installed.status().is_redirection(), "{}", installed.status());
    let before = sources(&demo).await;
    demo.is_killed().await;
    let demo = Demo::start(Path::new(BINARY), "en", data.path()).await;
    let page = client().get(demo.address("Customer's page")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    // The local amoCRM is new, and the own messenger listens elsewhere: the account's sources follow.
    let after = sources(&demo).await;
    let troubled: Vec<&Value> = after.iter().filter(|source| source["status"] == "needs_attention").collect();
    assert!(after.len() == 3 && troubled.is_empty(), "{troubled:#?}");
    let listens = |sources: &[Value]| {
        sources.iter().find_map(|source| source["settings"]["webhook_url"].as_str().map(str::to_owned))
    };
    assert_ne!(listens(&before).unwrap(), listens(&after).unwrap());
    // The one-time link of the admin is no dead end: another is made by the command that was printed.
    let link = vendor_link(data.path()).await;
    assert!(link.status.success(), "{}", text(&link.stderr));
    assert!(text(&link.stdout).starts_with(&demo.address("Parom")), "{}", text(&link.stdout));
    demo.is_killed().await;
}

/// The sample of the panel's import page has a manager's message, which is written as the channel's bot.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sample_with_a_managers_message_is_imported_whole() {
    let data = tempfile::tempdir().unwrap();
    let demo = Demo::start(Path::new(BINARY), "en", data.path()).await;
    let chat = sources(&demo).await.iter().find(|source| source["kind"] == "webchat").unwrap()["id"].clone();
    let lines = [
        json!({"id": "ext-1", "conversation": {"id": "chat-7"}, "sender": {"role": "client", "id": "user-7", "name": "Anna"},
            "sent_at": "2025-03-01T09:30:00Z", "content": {"type": "text", "text": "Hello"}}),
        json!({"id": "ext-2", "conversation": {"id": "chat-7"}, "sender": {"role": "manager", "id": "m-1", "name": "Olga"},
            "receiver": {"id": "user-7"}, "sent_at": "2025-03-01T09:31:00Z", "content": {"type": "text", "text": "Good morning"}}),
    ];
    let address = format!("{}/api/v1/sources/{}/imports?dry_run=true", demo.address("Parom"), chat.as_str().unwrap());
    let file = lines.map(|line| line.to_string()).join("\n");
    let request = client().post(address).bearer_auth(demo.address("API key"));
    let answer = request.header("content-type", "application/x-ndjson").body(file).send().await.unwrap();
    let counted = answer.json::<Value>().await.unwrap();
    assert_eq!((&counted["total"], &counted["skipped_total"]), (&json!(2), &json!(0)), "{counted}");
    demo.is_killed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_account_has_the_language_of_the_terminal() {
    for (language, name) in [("en_GB", "Second shop"), ("ru_RU", "Второй магазин")] {
        let data = tempfile::tempdir().unwrap();
        let demo = Demo::start(Path::new(BINARY), language, data.path()).await;
        let phones = client().get(demo.address("Messengers")).send().await.unwrap().text().await.unwrap();
        let phone = phones.split("href=\"").find(|part| part.contains("/phone/")).unwrap();
        let phone = phone.split('"').next().unwrap();
        let page = client().get(phone).send().await.unwrap().text().await.unwrap();
        assert!(page.contains(name), "{page}");
        // The bot that is a source from the start has a customer too, and messengers can be broken.
        assert!(phones.contains("/7012345678?lang=") && phones.contains("/trouble?lang="), "{phones}");
        demo.is_killed().await;
    }
}
