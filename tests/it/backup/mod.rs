//! `parom backup`: made while a server runs, destroyed, restored; nothing that was in it is lost, and amoCRM gets
//! nothing twice.

mod recovery;
mod refused;

use std::path::{Path, PathBuf};

use parom_tests::drill::{Drill, LIMIT};
use parom_tests::settings::HOST;
use parom_tests::{Engine, Line};
use serde_json::Value;
use simulator::crm::{Breakage, HookMessage};

const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");

/// A serving drill with a line that has been used.
async fn prepared(engine: Engine) -> Option<(Drill, Line)> {
    let mut drill = Drill::prepare(engine, Path::new(BINARY)).await?;
    drill.serves("").await;
    let line = drill.line("support").await;
    drill.customer(&line, "anna").writes("before").await;
    drill.arrives_at_crm(HOST, "before").await;
    drill.everything_is_carried().await;
    Some((drill, line))
}

fn folder(drill: &Drill) -> PathBuf {
    drill.config_file().with_file_name("backup")
}

/// Runs `parom backup`; its output on success, its error otherwise.
async fn backup(drill: &Drill, action: &str, path: &Path) -> Result<String, String> {
    let mut command = drill.command(&["backup", action, path.to_str().unwrap()]);
    let output = tokio::time::timeout(LIMIT * 2, command.output()).await.unwrap().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

fn manifest(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path.join("manifest.json")).unwrap()).unwrap()
}

fn rows(manifest: &Value, table: &str) -> u64 {
    let tables = manifest["tables"].as_array().unwrap();
    tables.iter().find(|one| one["name"] == table).unwrap()["rows"].as_u64().unwrap()
}

fn breaks(drill: &Drill, what: &str) {
    drill.sandbox.break_it(&what.parse::<Breakage>().unwrap()).unwrap();
}

async fn a_restored_backup_continues_its_deliveries(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    // Both wait when the backup is made, and are delivered afterwards.
    breaks(&drill, "status=503");
    drill.messenger.answers_by(|_| parom_tests::Answer::status(503));
    drill.customer(&line, "anna").writes("pending").await;
    drill.manager(&line).answers("anna", "pending answer").await;
    let made = backup(&drill, "create", &folder(&drill)).await.unwrap();
    assert!(made.contains("The backup is in") && made.contains("the key"), "{made}");
    let listed = manifest(&folder(&drill));
    assert_eq!((rows(&listed, "message"), listed["waiting"].as_u64().unwrap()), (3, 2), "{listed}");
    drill.sandbox.mend();
    drill.messenger.heals();
    drill.everything_is_carried().await;
    drill.customer(&line, "anna").writes("after the backup").await;
    drill.arrives_at_crm(HOST, "after the backup").await;
    drill.is_killed().await;

    drill.loses_its_database().await;
    let whole = backup(&drill, "verify", &folder(&drill)).await.unwrap();
    assert!(whole.contains("The backup is whole"), "{whole}");
    let restored = backup(&drill, "restore", &folder(&drill)).await.unwrap();
    assert!(restored.contains("The backup is restored"), "{restored}");
    assert!(restored.contains("2 letters are pending") && restored.contains("messages, if the days"), "{restored}");
    drill.serves("").await;
    drill.everything_is_carried().await;
    drill.customer(&line, "anna").writes("goes on").await;
    drill.arrives_at_crm(HOST, "goes on").await;
    drill.manager(&line).answers("anna", "answers go on").await;
    drill.arrives_at_messenger("answers go on").await;
    let mut texts = drill.texts_at_crm(&line);
    texts.retain(|text| !text.contains("answer"));
    assert_eq!(texts, ["before", "pending", "after the backup", "goes on"], "each once, and none is missing");
    let repeated: Vec<Value> = drill.messenger.received().into_iter().map(|one| one.body["repeat"].clone()).collect();
    assert!(repeated.contains(&Value::Bool(true)), "a possible repeat is marked: {repeated:?}");
    drill.ends_well().await;
}

async fn a_backup_contains_everything_acknowledged_before(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let customer = drill.customer(&line, "boris");
    let path = folder(&drill);
    for number in 0..10 {
        customer.writes(&format!("text {number}")).await;
    }
    let beside = async {
        for number in 0..40 {
            customer.writes(&format!("beside {number}")).await;
        }
    };
    let (made, ()) = tokio::join!(backup(&drill, "create", &path), beside);
    made.unwrap();
    let messages = rows(&manifest(&path), "message");
    assert!((11..=51).contains(&messages), "{messages} messages");
    drill.everything_is_carried().await;
    drill.stops().await;

    drill.loses_its_database().await;
    backup(&drill, "restore", &path).await.unwrap();
    drill.serves("").await;
    drill.everything_is_carried().await;
    let there = drill.texts_at_crm(&line);
    let unique: std::collections::BTreeSet<&String> = there.iter().collect();
    assert_eq!(unique.len(), there.len(), "something came twice: {there:?}");
    drill.ends_well().await;
}

async fn a_stored_file_that_is_missing_is_named(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let picture = HookMessage::attachment(simulator::crm::Attachment::sample("picture"));
    drill.manager(&line).sends("anna", picture).await;
    drill.everything_is_carried().await;
    backup(&drill, "create", &folder(&drill)).await.unwrap();
    drill.stops().await;
    drill.loses_its_database().await;
    let files = manifest(&folder(&drill))["media_files"].as_u64().unwrap();
    assert!(files > 0);
    let restored = backup(&drill, "restore", &folder(&drill)).await.unwrap();
    assert!(restored.contains(&format!("All {files} stored files are there")), "{restored}");

    drill.loses_its_database().await;
    std::fs::remove_dir_all(drill.config_file().with_file_name("media")).unwrap();
    let restored = backup(&drill, "restore", &folder(&drill)).await.unwrap();
    assert!(restored.contains(&format!("{files} of {files} stored files are missing")), "{restored}");
    drill.ends_well().await;
}

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use parom_tests::Engine;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(Engine::Postgres).await;
            }
        }
    )+};
}

use on_both;

on_both!(
    a_restored_backup_continues_its_deliveries,
    a_backup_contains_everything_acknowledged_before,
    a_stored_file_that_is_missing_is_named,
);
