//! M9: keys turn. The master key is replaced beside a serving process and after kill -9 at every step; all that it
//! sealed and signed goes on.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use base::clock::Clock;
use base::config::Config;
use base::fault::POINTS;
use base::store::{Store, VENDOR};
use base::vault::{ColumnStorage, Place, Vault};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entity::heartbeat;
use parom_tests::drill::{Drill, LIMIT, listens};
use parom_tests::settings::{HOST, VAULT_KEY, free_port};
use parom_tests::{Engine, Line, Office, both_engines, on_postgres};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;
use simulator::crm::{Attachment, HookMessage};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");

/// A drill whose key lies in a file, with a line that has been used.
async fn prepared(engine: Engine) -> Option<(Drill, Line)> {
    let mut drill = Drill::prepare(engine, Path::new(BINARY)).await?;
    let text = std::fs::read_to_string(drill.config_file()).unwrap();
    let text = text.replace(&format!("key = \"{VAULT_KEY}\""), &format!("key_file = {:?}", key_file(&drill)));
    std::fs::write(drill.config_file(), text).unwrap();
    std::fs::write(key_file(&drill), format!("{VAULT_KEY}\n")).unwrap();
    std::fs::set_permissions(key_file(&drill), std::fs::Permissions::from_mode(0o600)).unwrap();
    drill.serves("").await;
    let line = drill.line("support").await;
    goes_both_ways(&drill, &line, "before").await;
    Some((drill, line))
}

fn key_file(drill: &Drill) -> PathBuf {
    drill.config_file().with_file_name("parom.key")
}

fn keys(drill: &Drill) -> Vec<String> {
    std::fs::read_to_string(key_file(drill)).unwrap().lines().map(str::to_owned).collect()
}

async fn rotates(drill: &Drill, faults: &str) -> Output {
    let mut command = drill.command(&["secrets", "rotate"]);
    tokio::time::timeout(LIMIT * 2, command.env("PAROM_FAULTS", faults).output()).await.unwrap().unwrap()
}

async fn turns(drill: &Drill) -> String {
    let done = rotates(drill, "").await;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Whatever is sealed opens: amoCRM's tokens, the source's secrets.
pub async fn goes_both_ways(drill: &Drill, line: &Line, word: &str) {
    let (to_crm, to_messenger) = (format!("to amoCRM, {word}"), format!("to the messenger, {word}"));
    drill.customer(line, "anna").writes(&to_crm).await;
    drill.arrives_at_crm(HOST, &to_crm).await;
    drill.manager(line).answers("anna", &to_messenger).await;
    drill.arrives_at_messenger(&to_messenger).await;
}

/// What `doctor` says of what is sealed by which key.
async fn doctor(drill: &Drill) -> (String, String) {
    let output = drill.command(&["doctor", "--json"]).output().await.unwrap();
    let reported: Value = serde_json::from_slice(&output.stdout).unwrap();
    let check = reported["checks"].as_array().unwrap().iter().find(|check| check["name"] == "vault").unwrap().clone();
    (check["status"].as_str().unwrap().to_owned(), check["detail"].as_str().unwrap().to_owned())
}

async fn store(drill: &Drill) -> (Store, Vault) {
    let config = Config::load(Some(&drill.config_file())).unwrap();
    let store = Store::open(&config.database, Clock::system()).await.unwrap();
    (store, Vault::open(&config.secrets, false).unwrap())
}

/// The address of a file that a manager sent, as the messenger was given it.
async fn link(drill: &Drill, line: &Line) -> String {
    drill.manager(line).sends("anna", HookMessage::attachment(Attachment::sample("picture"))).await;
    let address = |messenger: &parom_tests::Messenger| {
        let received = messenger.received();
        received.iter().find_map(|one| {
            one.body.pointer("/data/message/content/media_url").and_then(Value::as_str).map(str::to_owned)
        })
    };
    drill.messenger.wait_for(address, LIMIT).await.expect("a file comes")
}

/// Whether a link that was given away leads to its file; the server may listen elsewhere by now.
async fn leads_to_the_file(drill: &Drill, link: &str) -> bool {
    let path = link.find("/media/").map(|at| &link[at..]).unwrap();
    let answer = parom_tests::answer(drill.api.anonymous(reqwest::Method::GET, path)).await;
    answer.status == 200
}

async fn m9_the_vault_key_is_replaced_beside_a_serving_process(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let link = link(&drill, &line).await;
    assert!(leads_to_the_file(&drill, &link).await);
    let made = |drill: &Drill| {
        let route = format!("/api/v1/sources/{}/rotate-secret", line.source_id);
        drill.api.request(reqwest::Method::POST, &route).header("Idempotency-Key", "one")
    };
    let first = parom_tests::answer(made(&drill)).await.is(200);
    let before = keys(&drill);
    assert_eq!(before, [VAULT_KEY]);

    let said = turns(&drill).await;
    let after = keys(&drill);
    assert_eq!((after.len(), after[0] == before[0]), (1, false), "{said}");
    assert_eq!(STANDARD.decode(&after[0]).unwrap().len(), 32);
    assert_eq!(std::fs::metadata(key_file(&drill)).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(said.contains("A new key") && said.contains("Encrypted again") && !said.contains(&after[0]), "{said}");
    assert_eq!(doctor(&drill).await.0, "ok", "{:?}", doctor(&drill).await);

    // The process that served all the while, and one that knows nothing but the new file.
    for word in ["beside", "after a restart"] {
        goes_both_ways(&drill, &line, word).await;
        assert!(leads_to_the_file(&drill, &link).await, "{word}: links outlive the key that signed them");
        let again = parom_tests::answer(made(&drill)).await.is(200);
        assert_eq!(again.json, first.json, "{word}: kept answers open");
        drill.everything_is_carried().await;
        drill.stops().await;
        drill.serves("").await;
    }
    // And once more, over the key that was kept.
    turns(&drill).await;
    drill.stops().await;
    drill.serves("").await;
    assert!(leads_to_the_file(&drill, &link).await, "two keys ago");
    goes_both_ways(&drill, &line, "at the end").await;
    let (store, vault) = store(&drill).await;
    let old = parom::rotation::look(&store, vault.key_ids()[0]).await.unwrap();
    assert_eq!(old, []);
    store.close().await;
    drill.ends_well().await;
}

// kill -9 while the key turns.

async fn m9_a_rotation_killed_at_every_point_continues(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    for point in POINTS.iter().filter(|point| point.starts_with("rotate.")) {
        let before = keys(&drill);
        assert_eq!(before.len(), 1, "{point}");
        let died = rotates(&drill, &format!("{point}=abort")).await;
        assert_eq!(died.status.signal(), Some(6), "{point}: {}", String::from_utf8_lossy(&died.stderr));
        let between = keys(&drill);
        assert!(
            between.contains(&before[0]) || *point == "rotate.dropped",
            "{point}: the old key is there until the end"
        );
        // Nothing is unreadable: neither beside, nor after a restart.
        goes_both_ways(&drill, &line, point).await;
        drill.everything_is_carried().await;
        drill.stops().await;
        drill.serves("").await;
        goes_both_ways(&drill, &line, &format!("{point}, after a restart")).await;
        turns(&drill).await;
        let after = keys(&drill);
        assert_eq!((after.len(), after[0] == before[0]), (1, false), "{point}: it went on to the end");
        assert!(between.contains(&after[0]) || between == before, "{point}: with the key that was begun");
        assert_eq!(doctor(&drill).await.0, "ok", "{point}: {:?}", doctor(&drill).await);
    }
    goes_both_ways(&drill, &line, "at the end").await;
    drill.ends_well().await;
}

/// A killed serving process counts as live for half a minute; the rotation reports that it waits, and continues.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_a_killed_server_does_not_block_a_rotation_indefinitely() {
    let (mut drill, line) = prepared(Engine::Sqlite).await.unwrap();
    drill.everything_is_carried().await;
    drill.is_killed().await;
    // Its last heartbeat grows old at once.
    let (db, _) = store(&drill).await;
    use sea_orm::ConnectionTrait;
    db.write().execute_unprepared("UPDATE heartbeat SET beat_at = 0").await.unwrap();
    db.close().await;
    let done = tokio::time::timeout(LIMIT, turns(&drill)).await.expect("it waits for no process");
    assert!(!done.contains("picked up the keys"), "{done}");
    drill.serves("").await;
    goes_both_ways(&drill, &line, "after").await;
    drill.ends_well().await;
}

// Processes beside: with the same file, with a file of their own, with the key in the configuration.

/// One more process on the database, with its settings changed by variables.
async fn another(drill: &Drill, change: impl FnOnce(&mut tokio::process::Command)) -> Child {
    let mut command = drill.command(&["serve"]);
    command.env("PAROM__SERVER__LISTEN", format!("127.0.0.1:{}", free_port())).stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::null());
    change(&mut command);
    let mut child = command.spawn().unwrap();
    listens(&mut child).await.unwrap();
    child
}

/// Waits until this many processes have reported their keys, and returns these.
async fn known(drill: &Drill, processes: usize) -> Vec<String> {
    let (db, _) = store(drill).await;
    let reported = drill
        .until("all processes report their keys", async || {
            let rows = heartbeat::Entity::of_tenant(VENDOR).all(db.read()).await.unwrap();
            let keys: Vec<String> = rows.into_iter().filter(|row| !row.ended).filter_map(|row| row.keys).collect();
            (keys.len() == processes).then_some(keys)
        })
        .await;
    db.close().await;
    reported
}

/// A machine with a file of its own: nothing is sealed by the new key before it has that, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_a_process_with_a_file_of_its_own_is_waited_for() {
    let Some((drill, line)) = prepared(Engine::Postgres).await else { return };
    let own = drill.config_file().with_file_name("own.key");
    std::fs::copy(key_file(&drill), &own).unwrap();
    let mut second = another(&drill, |command| {
        command.env("PAROM__SECRETS__KEY_FILE", &own);
    })
    .await;
    known(&drill, 2).await;
    let mut rotation = drill.command(&["secrets", "rotate"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(rotation.stdout.take().unwrap()).lines();
    while let Some(said) = lines.next_line().await.unwrap() {
        if said.contains("1 serving process has not picked up the keys") {
            break;
        }
    }
    let offered = keys(&drill);
    assert_eq!((offered.len(), offered[0].as_str()), (2, VAULT_KEY), "the new key is known, the old one seals");
    goes_both_ways(&drill, &line, "meanwhile").await;
    // The file is copied repeatedly, as an operator of two machines would do.
    let copy = async {
        loop {
            let fresh = own.with_extension("fresh");
            std::fs::copy(key_file(&drill), &fresh).unwrap();
            std::fs::rename(&fresh, &own).unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let ended = tokio::select! { ended = rotation.wait() => ended.unwrap(), () = copy => unreachable!() };
    assert!(ended.success());
    assert_eq!(keys(&drill).len(), 1);
    goes_both_ways(&drill, &line, "after").await;
    // What it had begun would wait for the end of its lease.
    drill.everything_is_carried().await;
    second.kill().await.unwrap();
    drill.ends_well().await;
}

/// The key is in the configuration: the command says what to do, and re-seals once it was done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_a_key_in_the_configuration_is_replaced_by_hand() {
    let (mut drill, line) = prepared(Engine::Sqlite).await.unwrap();
    drill.everything_is_carried().await;
    drill.stops().await;
    let with = |drill: &Drill, keys: &str| {
        let text = std::fs::read_to_string(drill.config_file()).unwrap();
        let lines = text.lines().map(|line| match line.starts_with("key_file = ") || line.starts_with("key = \"") {
            true => format!("key = \"{keys}\""),
            false => line.to_owned(),
        });
        std::fs::write(drill.config_file(), lines.collect::<Vec<_>>().join("\n")).unwrap();
    };
    with(&drill, VAULT_KEY);
    let refused = rotates(&drill, "").await;
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(
        !refused.status.success() && words.contains("PAROM__SECRETS__KEY") && !words.contains(VAULT_KEY),
        "{words}"
    );

    let new = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    with(&drill, &format!("{VAULT_KEY} {new}"));
    drill.serves("").await;
    goes_both_ways(&drill, &line, "both are known").await;
    drill.everything_is_carried().await;
    drill.stops().await;
    with(&drill, &format!("{new} {VAULT_KEY}"));
    drill.serves("").await;
    assert_eq!(doctor(&drill).await.0, "warn", "{:?}", doctor(&drill).await);
    let said = turns(&drill).await;
    assert!(said.contains("Remove the other keys"), "{said}");
    drill.stops().await;
    with(&drill, new);
    drill.serves("").await;
    assert_eq!(doctor(&drill).await.0, "ok", "{:?}", doctor(&drill).await);
    goes_both_ways(&drill, &line, "after").await;
    drill.ends_well().await;
}

/// The new key works beside the old one, and the old one ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_an_api_key_is_replaced_without_a_gap() {
    let (drill, line) = prepared(Engine::Sqlite).await.unwrap();
    let old = drill.api.clone();
    let made = drill.command(&["key", "create", "--name", "next", "--scope", "admin"]).output().await.unwrap();
    let new = drill.api.with_key(String::from_utf8(made.stdout).unwrap().trim());
    for api in [&old, &new] {
        api.get(&line.path("/conversations")).await.is(200);
    }
    let listed = drill.command(&["key", "list", "--json"]).output().await.unwrap();
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let items = listed["keys"].as_array().unwrap();
    let id = items.iter().find(|key| key["name"] == "drill").unwrap()["id"].as_str().unwrap().to_owned();
    assert!(drill.command(&["key", "revoke", &id]).output().await.unwrap().status.success());
    drill
        .until("the old key ends", async || (old.get(&line.path("/conversations")).await.status == 401).then_some(()))
        .await;
    new.get(&line.path("/conversations")).await.is(200);
    drill.ends_well().await;
}

// A wall: the re-sealer knows every sealed column there is.

/// Columns of bytes that hold nothing sealed, and why.
const PLAIN: &[(&str, &str)] = &[
    // Hooks as they came: for a week, in the open like the messages that they carry.
    ("raw_hook", "body"),
    // Pictures that chats show to all visitors.
    ("chat_logo", "picture"),
    ("chat_photo", "picture"),
];

async fn columns(office: &Office) -> Vec<(String, String, String)> {
    let sql = "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS k FROM information_schema.columns \
               WHERE table_schema = 'public'";
    let rows = office.store.read().query_all_raw(Statement::from_string(office.store.backend(), sql)).await.unwrap();
    let text = |row: &sea_orm::QueryResult, name: &str| row.try_get::<String>("", name).unwrap();
    rows.iter().map(|row| (text(row, "t"), text(row, "c"), text(row, "k"))).collect()
}

/// Sealed values are bytes, or text in places declared as such; every column of bytes is a place.
async fn m9_every_sealed_column_is_known_to_the_re_sealer(office: &mut Office) {
    let columns = columns(office).await;
    let is_bytes = |kind: &str| kind == "bytea";
    let mut sealed = BTreeSet::new();
    for place in Place::ALL {
        let table = place.table();
        for column in table.columns {
            let found = columns.iter().find(|(t, c, _)| t == table.name && c == column);
            let (_, _, kind) = found.unwrap_or_else(|| panic!("{place:?}: there is no {}.{column}", table.name));
            assert_eq!(is_bytes(kind), table.kept == ColumnStorage::Bytes, "{place:?}: {} is {kind}", table.name);
            sealed.insert((table.name, *column));
        }
        for (key, _) in table.keys {
            assert!(columns.iter().any(|(t, c, _)| t == table.name && c == key), "{place:?}: {}.{key}", table.name);
        }
    }
    for (table, column, kind) in &columns {
        let known =
            sealed.contains(&(table.as_str(), column.as_str())) || PLAIN.contains(&(table.as_str(), column.as_str()));
        assert!(!is_bytes(kind) || known, "{table}.{column} holds {kind}: sealed values need a vault::Place");
    }
}

on_postgres!(m9_every_sealed_column_is_known_to_the_re_sealer);
both_engines!(m9_the_vault_key_is_replaced_beside_a_serving_process, m9_a_rotation_killed_at_every_point_continues);
