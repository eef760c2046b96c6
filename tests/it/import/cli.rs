//! `parom import` beside a running server.

use std::path::Path;
use std::process::{Output, Stdio};

use parom_tests::drill::Drill;
use parom_tests::settings::HOST;
use parom_tests::{Engine, Line};
use serde_json::Value;
use tokio::io::AsyncWriteExt;

use super::{heard, texts};

async fn run(drill: &Drill, arguments: &[&str], stdin: &str) -> Output {
    let mut command = drill.command(arguments);
    command.env("LANG", "en_US.UTF-8").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).await.unwrap();
    child.wait_with_output().await.unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_shows_the_plan_and_follows_the_import() {
    let mut drill = Drill::prepare(Engine::Sqlite, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await.unwrap();
    drill.serves("").await;
    let line: Line = drill.line("support").await;
    let source = line.source_id.to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old.ndjson");
    std::fs::write(&file, texts("anna", 40) + "broken\n").unwrap();
    let file = file.to_str().unwrap();

    let plan = run(&drill, &["import", file, "--source", &source, "--dry-run"], "").await;
    let said = text(&plan.stdout);
    assert!(plan.status.success(), "{}", text(&plan.stderr));
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].contains("24 hours before the lead"), "said first: {said}");
    for words in ["contacts", "40 messages in 1 chat", "At most 1 new lead", "1 line is skipped"] {
        assert!(said.contains(words), "{words:?} in {said}");
    }
    assert!(drill.sandbox.messages(HOST).is_empty());

    let json = run(&drill, &["import", file, "--source", &source, "--dry-run", "--json", "--leads", "none"], "").await;
    let told: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&told["total"], &told["leads_expected"], &told["status"]), (&40.into(), &0.into(), &"done".into()));

    let whole = run(&drill, &["import", file, "--source", &source], "").await;
    let said = text(&whole.stdout);
    assert!(whole.status.success(), "{said}{}", text(&whole.stderr));
    assert!(said.ends_with("Finished: 40 messages imported, 1 skipped.\n"), "{said}");
    assert_eq!(heard(&drill, &line, "anna").len(), 40);

    let table = "id,conversation.id,sender.role,sender.id,sent_at,content.type,content.text\n\
                 1,boris,client,u,2026-01-01T00:00:01Z,text,from a table\n";
    let stdin = run(&drill, &["import", "-", "--source", &source, "--format", "csv", "--json"], table).await;
    let told: Value = serde_json::from_slice(&stdin.stdout).unwrap();
    assert_eq!((&told["status"], &told["done"]), (&"done".into(), &1.into()), "{told}");
    assert_eq!(heard(&drill, &line, "boris"), [("from a table".to_owned(), false)]);

    let nobody = run(&drill, &["import", file, "--source", "01941f29-7c00-7000-8000-000000000000"], "").await;
    assert!(
        !nobody.status.success() && text(&nobody.stderr).contains("the panel shows the id"),
        "{}",
        text(&nobody.stderr)
    );
    let junk = run(&drill, &["import", "-", "--source", &source], "no message\n").await;
    assert!(
        !junk.status.success() && text(&junk.stderr).contains("no line of - is a message"),
        "{}",
        text(&junk.stderr)
    );
    // What was imported before is known, which is no failure.
    let again = run(&drill, &["import", file, "--source", &source], "").await;
    assert!(again.status.success(), "{}", text(&again.stderr));
    let nothing = run(&drill, &["import", "/nowhere.ndjson", "--source", &source], "").await;
    assert!(!nothing.status.success() && text(&nothing.stderr).contains("cannot read /nowhere.ndjson"));
    drill.ends_well().await;
}
