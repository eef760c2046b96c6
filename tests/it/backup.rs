//! `parom backup`: made while a server runs, destroyed, restored; nothing that was in it is lost, and amoCRM gets
//! nothing twice.

use std::path::{Path, PathBuf};

use parom_tests::drill::{Drill, LIMIT};
use parom_tests::settings::{HOST, VAULT_KEY};
use parom_tests::{Engine, Line, both_engines};
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

/// The parts that a command reports, with their rows.
fn parts(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.ends_with(" rows")).collect()
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
    assert_eq!(parts(&whole), parts(&made), "both count the same rows");
    let total: u64 = listed["tables"].as_array().unwrap().iter().map(|table| table["rows"].as_u64().unwrap()).sum();
    assert!(whole.contains(&format!(" tables, {total} rows,")), "{whole}");
    let made_at = listed["created_at"].as_str().expect("RFC 3339").to_owned();
    // Backups of 0.1.0 have milliseconds.
    changes(&folder(&drill), |manifest| {
        let at = chrono::DateTime::parse_from_rfc3339(&made_at).unwrap();
        manifest["format"] = 1.into();
        manifest["created_at"] = at.timestamp_millis().into();
    });
    let restored = backup(&drill, "restore", &folder(&drill)).await.unwrap();
    assert_eq!(parts(&restored), parts(&made));
    assert!(restored.contains(&format!("made at {made_at}")), "{restored}");
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

both_engines!(
    a_restored_backup_continues_its_deliveries,
    a_backup_contains_everything_acknowledged_before,
    a_stored_file_that_is_missing_is_named,
);

// What `parom backup` refuses, with nothing changed.

/// A backup of a used database whose server has stopped.
async fn made(engine: Engine) -> Option<(Drill, PathBuf)> {
    let (mut drill, _) = prepared(engine).await?;
    let path = folder(&drill);
    backup(&drill, "create", &path).await.unwrap();
    drill.stops().await;
    Some((drill, path))
}

fn changes(path: &Path, change: impl Fn(&mut Value)) {
    let mut text = manifest(path);
    change(&mut text);
    std::fs::write(path.join("manifest.json"), text.to_string()).unwrap();
}

async fn a_folder_or_database_that_is_not_empty(engine: Engine) {
    let Some((drill, path)) = made(engine).await else { return };
    let again = backup(&drill, "create", &path).await.unwrap_err();
    assert!(again.contains("is not empty: a backup needs a new folder"), "{again}");
    let before = manifest(&path);
    let over = backup(&drill, "restore", &path).await.unwrap_err();
    assert!(over.contains("the database of database.url is not empty"), "{over}");
    assert_eq!(manifest(&path), before);
    // An interrupted backup is no backup, and does not block the next one.
    let partial = path.with_file_name("second.partial");
    for (ours, name) in [(false, "letters.txt"), (false, "manifest.json"), (true, "unfinished")] {
        std::fs::create_dir(&partial).unwrap();
        std::fs::write(partial.join(name), "{}").unwrap();
        let made = backup(&drill, "create", &path.with_file_name("second")).await;
        assert_eq!((made.is_ok(), partial.exists()), (ours, !ours), "{name}: {made:?}");
        if !ours {
            assert!(made.unwrap_err().contains("is not the remains of an earlier one"));
            std::fs::remove_dir_all(&partial).unwrap();
        }
    }
    let finished = std::fs::read_dir(path.with_file_name("second")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(finished.into_iter().all(|name| name != "unfinished"));
    drill.ends_well().await;
}

async fn damage(engine: Engine) {
    let Some((drill, path)) = made(engine).await else { return };
    let listed = manifest(&path);
    let name = match engine {
        Engine::Sqlite => "database.sqlite",
        Engine::Postgres => "tables/message.copy",
    };
    let file = path.join(name);
    let whole = std::fs::read(&file).unwrap();
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    for damaged in [changed, whole[..whole.len() - 1].to_vec(), Vec::new()] {
        std::fs::write(&file, damaged).unwrap();
        let found = backup(&drill, "verify", &path).await.unwrap_err();
        assert!(found.contains("the backup is damaged") && found.contains(name), "{found}");
        assert!(backup(&drill, "restore", &path).await.is_err());
    }
    std::fs::remove_file(&file).unwrap();
    let found = backup(&drill, "verify", &path).await.unwrap_err();
    assert!(found.contains("cannot be read"), "{found}");
    std::fs::write(&file, whole).unwrap();
    backup(&drill, "verify", &path).await.unwrap();

    changes(&path, |manifest| manifest["files"][0]["name"] = "../parom.toml".into());
    let found = backup(&drill, "verify", &path).await.unwrap_err();
    assert!(found.contains("is not the name of a file in it"), "{found}");
    std::fs::write(path.join("manifest.json"), listed.to_string()).unwrap();
    changes(&path, |manifest| manifest["format"] = 9.into());
    let found = backup(&drill, "verify", &path).await.unwrap_err();
    assert!(found.contains("has the format 9"), "{found}");
    std::fs::remove_file(path.join("manifest.json")).unwrap();
    let found = backup(&drill, "verify", &path).await.unwrap_err();
    assert!(found.contains("is not a backup, or was not finished"), "{found}");
    drill.ends_well().await;
}

async fn a_backup_that_the_configuration_cannot_open(engine: Engine) {
    let Some((drill, path)) = made(engine).await else { return };
    let listed = manifest(&path);
    drill.loses_its_database().await;
    changes(&path, |manifest| manifest["migrations"] = serde_json::json!(["m20990101_000001_next"]));
    let newer = backup(&drill, "restore", &path).await.unwrap_err();
    assert!(newer.contains("m20990101_000001_next is unknown here"), "{newer}");
    let other = if engine == Engine::Sqlite { "postgres" } else { "sqlite" };
    changes(&path, |manifest| manifest["engine"] = other.into());
    assert!(backup(&drill, "restore", &path).await.is_err());
    std::fs::write(path.join("manifest.json"), listed.to_string()).unwrap();

    let key = format!("key = \"{VAULT_KEY}\"");
    let missing = drill.config_file().with_file_name("nowhere.key");
    drill.configures(&key, &format!("key_file = {missing:?}"));
    let keyless = backup(&drill, "restore", &path).await.unwrap_err();
    assert!(keyless.contains("does not exist: put the one there that was in use"), "{keyless}");
    assert!(!missing.exists(), "no key is made for a restore");
    std::fs::write(&missing, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=\n").unwrap();
    let keyless = backup(&drill, "restore", &path).await.unwrap_err();
    assert!(keyless.contains("the backup needs the key"), "{keyless}");
    std::fs::write(&missing, format!("{VAULT_KEY}\n")).unwrap();
    backup(&drill, "restore", &path).await.unwrap();
    drill.ends_well().await;
}

both_engines!(a_folder_or_database_that_is_not_empty, damage, a_backup_that_the_configuration_cannot_open);
