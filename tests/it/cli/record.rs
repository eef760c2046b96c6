//! `parom sandbox record` against the local amoCRM in the role of a real account.

use std::process::{Output, Stdio};

use serde_json::{Value, json};
use simulator::crm::{IntegrationConfig, Sandbox, SandboxConfig};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{BINARY, client, text};
use parom_tests::settings::HOST;

const SECRET: &str = "secret-of-the-real-account";
const REDIRECT: &str = "https://bridge.example.com/oauth/cb";

/// An account with a person in it, and a token for it.
async fn account() -> (Sandbox, String) {
    base::http_client::install_crypto_provider();
    let integration = IntegrationConfig {
        name: "main".to_owned(),
        client_id: "3c7a9e84-5d16-4f0b-9a2e-1b8c4d6e7f90".to_owned(),
        client_secret: SECRET.to_owned(),
        redirect_uri: REDIRECT.to_owned(),
        channels: Vec::new(),
    };
    let real = Sandbox::start(SandboxConfig {
        listen: "127.0.0.1:0".to_owned(),
        parom_url: String::new(),
        integrations: vec![integration],
        now: simulator::crm::system_clock(),
    })
    .await
    .unwrap();
    real.add_account(HOST);
    real.add_contact(HOST, "Василий Секретный", Some("+79005550123"), Some("vasily@secret.test"));
    let asked = client().post(format!("{}/accounts/{HOST}/token", real.url()));
    let asked = asked.header("Content-Type", "application/x-www-form-urlencoded").body("integration=main");
    let token = asked.send().await.unwrap().text().await.unwrap();
    (real, token)
}

/// The end of the command for an account and this token, and its folder.
async fn run(real: &Sandbox, token: &str) -> (Output, TempDir) {
    let folder = TempDir::new().unwrap();
    let url = format!("{}/accounts/{HOST}", real.url());
    let mut child = Command::new(BINARY)
        .args(["sandbox", "record", HOST, "--write", "--url", &url, "--chats-url", real.url(), "--to"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("{token}\n").as_bytes()).await.unwrap();
    (child.wait_with_output().await.unwrap(), folder)
}

/// What the command says about an account, line by line, and the files that it wrote.
async fn recorded(real: &Sandbox, token: &str) -> (Vec<String>, Vec<(String, String)>) {
    let (output, folder) = run(real, token).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| {
        let path = file.unwrap().path();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap())
    });
    let files = files.collect();
    (text(&output.stdout).lines().map(str::to_owned).collect(), files)
}

#[tokio::test]
async fn answers_of_an_account_are_written_down_without_what_is_private() {
    let (real, token) = account().await;
    let (said, files) = recorded(&real, &token).await;
    let [ending] = &said[..] else { panic!("the local amoCRM is like itself: {said:#?}") };
    assert!(ending.contains("0 differ from the local amoCRM's"), "{ending}");
    assert!(files.len() >= 28, "{}", files.len());
    let private = ["Василий", "9005550123", "vasily", "acme", &token, SECRET, "127.0.0.1"];
    for (name, written) in &files {
        let found: Vec<&&str> = private.iter().filter(|one| written.contains(**one)).collect();
        assert!(found.is_empty(), "{name} tells {found:?}: {written}");
    }
    let written = |name: &str| -> Value {
        let (_, written) = files.iter().find(|(one, _)| one == name).unwrap();
        serde_json::from_str(written).unwrap()
    };
    let contact = &written("contacts")["body"]["_embedded"]["contacts"][0];
    assert_eq!((&contact["name"], &contact["created_by"]), (&json!("text"), &json!(0)));
    assert_eq!(written("code-refused")["status"], 400);
    real.stop().await;
}

#[tokio::test]
async fn what_an_account_answers_otherwise_is_shown() {
    let (real, token) = account().await;
    real.break_it(&"no-filters".parse().unwrap()).unwrap();
    let (said, _) = recorded(&real, &token).await;
    assert_eq!(said[0], "filtered-leads (crm-api §5.8): the account answers 200, the local amoCRM 204");
    assert!(said[1].contains("1 differ from the local amoCRM's"), "{said:#?}");
    real.stop().await;
}

/// A token that the account does not know would make every answer a refusal.
#[tokio::test]
async fn a_refused_token_ends_the_command_with_nothing_written() {
    let (real, _) = account().await;
    let (output, folder) = run(&real, "of-another-account").await;
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("refuses the token (401)"), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    real.stop().await;
}
