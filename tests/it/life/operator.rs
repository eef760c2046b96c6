//! The vendor's commands, as processes beside a running server.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use parom_tests::Engine;
use parom_tests::drill::Drill;
use parom_tests::settings::HOST;
use serde_json::{Value, json};

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

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
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
    assert!(said(&drill, &["tenant", "suspend", HOST]).await.contains("is suspended"));
    assert_eq!(listed(&drill).await["status"], "suspended");
    let document = async |arguments: &[&str]| -> Value {
        serde_json::from_str(&said(&drill, &[arguments, &["--json"]].concat()).await).unwrap()
    };
    assert_eq!(document(&["tenant", "suspend", HOST]).await, listed(&drill).await);
    assert_eq!(document(&["tenant", "resume", &account]).await["status"], "active");
    assert_eq!(document(&["tenant", "weight", HOST, "2"]).await["weight"], 2);
    assert_eq!(document(&["tenant", "compare", HOST]).await["host"], HOST);
    let limited = document(&["tenant", "limit", &line.tenant_id.to_string(), "7"]).await;
    assert_eq!(limited["sources_limit"], 7);
    assert_eq!(listed(&drill).await["sources_limit"], 7);
    said(&drill, &["tenant", "limit", HOST, "default"]).await;
    let one = listed(&drill).await;
    assert_eq!((&one["status"], &one["sources_limit"]), (&"active".into(), &Value::Null));

    // Until when it is served, and what it used.
    let paid = document(&["tenant", "plan", HOST, "--paid-until", "2100-12-31"]).await;
    assert_eq!((&paid["paid_until"], &paid["status"]), (&"2101-01-01T00:00:00.000Z".into(), &"active".into()));
    assert!(said(&drill, &["tenant", "plan", HOST]).await.contains("no plan and is paid until 2101-01-01"));
    assert_eq!(document(&["tenant", "plan", HOST, "--paid-until", "2020-01-01"]).await["status"], "plan_ended");
    assert_eq!(document(&["tenant", "plan", HOST, "--paid-until", "none"]).await["status"], "active");
    assert!(refused(&drill, &["tenant", "plan", HOST, "--plan", "gold"]).await.contains("is not a plan"));
    let usage = said(&drill, &["tenant", "usage"]).await;
    assert!(usage.contains(&format!("{HOST},,custom,1,1,1,0,0,0,0,")), "{usage}");
    assert_eq!(document(&["tenant", "usage", HOST]).await["items"][0]["kinds"][0]["to_crm"]["accepted"], 1);

    let export = said(&drill, &["tenant", "export", HOST]).await;
    assert!(export.ends_with("\n") && export.lines().last().unwrap().contains("\"end\""));
    assert!(export.contains("Hello") && !export.contains(&line.webhook_secret));
    // L12: unreadable for other users of the machine, whatever the shell's umask; and so is the database.
    let file = drill.config_file().with_file_name("export.ndjson");
    said(&drill, &["tenant", "export", HOST, "--out", file.to_str().unwrap()]).await;
    // One line more: the audit log contains the earlier export.
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), export.lines().count() + 1);
    assert_eq!(mode(&file), 0o600);
    for beside in std::fs::read_dir(file.parent().unwrap()).unwrap() {
        let path = beside.unwrap().path();
        let of_database = path.extension().is_some_and(|end| end.to_string_lossy().starts_with("db"));
        assert!(!of_database || mode(&path) == 0o600, "{} is {:o}", path.display(), mode(&path));
    }
    assert!(refused(&drill, &["tenant", "suspend", "nobody.amocrm.ru"]).await.contains("there is no account"));
    let words = refused(&drill, &["tenant", "erase", HOST, "--phone", "+7 915 999-99-99"]).await;
    assert!(words.contains("no customer was found"), "{words}");
    assert!(refused(&drill, &["tenant", "forget", HOST, "--confirm", "other"]).await.contains("--confirm"));
    let words = refused(&drill, &["tenant", "forget", HOST, "--confirm", HOST]).await;
    assert!(words.contains("disconnect it first"), "{words}");
    // There is no terminal to ask at, so no confirmation is needed.
    let words = refused(&drill, &["tenant", "forget", HOST]).await;
    assert!(words.contains("disconnect it first"), "{words}");
    let proof = said(&drill, &["tenant", "forget", HOST, "--force", "--json"]).await;
    let proof: Value = serde_json::from_str(&proof).unwrap();
    assert_eq!((&proof["counts"]["tenant"], &proof["lines"]), (&json!(1), &json!([])));
    assert_eq!(listed(&drill).await, Value::Null);
    drill.stops().await;
}
