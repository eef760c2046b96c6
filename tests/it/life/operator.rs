//! The vendor's commands, as processes beside a running server.

use std::path::Path;
use std::process::Output;

use parom_tests::Engine;
use parom_tests::drill::Drill;
use parom_tests::settings::HOST;
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");

async fn run(drill: &Drill, arguments: &[&str]) -> Output {
    drill.command(arguments).output().await.unwrap()
}

async fn said(drill: &Drill, arguments: &[&str]) -> String {
    let output = run(drill, arguments).await;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

async fn refused(drill: &Drill, arguments: &[&str]) -> String {
    let output = run(drill, arguments).await;
    assert!(!output.status.success(), "{arguments:?}");
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(words.lines().count(), 1, "one sentence: {words}");
    words
}

async fn listed(drill: &Drill) -> Value {
    let all: Value = serde_json::from_str(&said(drill, &["tenant", "list", "--json"]).await).unwrap();
    all["tenants"][0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_managed_beside_a_running_server() {
    let mut drill = Drill::prepare(Engine::Sqlite, Path::new(BINARY)).await.unwrap();
    drill.serves("").await;
    let line = drill.line("support").await;
    drill.customer(&line, "anna").writes("Hello").await;
    drill.arrives_at_crm(HOST, "Hello").await;
    let account = drill.sandbox.add_account(HOST).id.to_string();
    let one = listed(&drill).await;
    assert_eq!(one["id"], line.tenant_id.to_string());
    assert_eq!((&one["host"], &one["status"], &one["access"]), (&HOST.into(), &"active".into(), &"valid".into()));
    assert_eq!((&one["access_days_left"], &one["sources"]), (&89.into(), &1.into()), "{one}");
    assert!(said(&drill, &["tenant", "list"]).await.contains(HOST));

    // By host, by number and by id.
    said(&drill, &["tenant", "suspend", HOST]).await;
    assert_eq!(listed(&drill).await["status"], "suspended");
    said(&drill, &["tenant", "resume", &account]).await;
    said(&drill, &["tenant", "limit", &line.tenant_id.to_string(), "7"]).await;
    assert_eq!(listed(&drill).await["sources_limit"], 7);
    said(&drill, &["tenant", "limit", HOST, "default"]).await;
    let one = listed(&drill).await;
    assert_eq!((&one["status"], &one["sources_limit"]), (&"active".into(), &Value::Null));

    let export = said(&drill, &["tenant", "export", HOST]).await;
    assert!(export.ends_with("\n") && export.lines().last().unwrap().contains("\"end\""));
    assert!(export.contains("Hello") && !export.contains(&line.webhook_secret));
    assert!(refused(&drill, &["tenant", "suspend", "nobody.amocrm.ru"]).await.contains("there is no account"));
    let words = refused(&drill, &["tenant", "erase", HOST, "--phone", "+7 915 999-99-99"]).await;
    assert!(words.contains("nobody was found"), "{words}");
    assert!(refused(&drill, &["tenant", "forget", HOST, "--confirm", "other"]).await.contains("--confirm"));
    let words = refused(&drill, &["tenant", "forget", HOST, "--confirm", HOST]).await;
    assert!(words.contains("disconnect it first"), "{words}");
    let proof = said(&drill, &["tenant", "forget", HOST, "--confirm", &account, "--force", "--json"]).await;
    let proof: Value = serde_json::from_str(&proof).unwrap();
    assert_eq!(proof["counts"]["tenant"], 1);
    assert_eq!(listed(&drill).await, Value::Null);
    drill.stops().await;
}
