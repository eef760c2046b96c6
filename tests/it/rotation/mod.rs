//! M9: keys turn. The master key is replaced beside a serving process and after kill -9 at every step; all that it
//! sealed and signed goes on.

mod kills;
mod others;
mod places;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use base::clock::Clock;
use base::config::Config;
use base::store::Store;
use base::vault::Vault;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parom_tests::drill::{Drill, LIMIT};
use parom_tests::settings::{HOST, VAULT_KEY};
use parom_tests::{Engine, Line};
use serde_json::Value;
use simulator::crm::{Attachment, HookMessage};
use uuid::Uuid;

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
async fn goes_both_ways(drill: &Drill, line: &Line, word: &str) {
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

async fn the_key_is_replaced(engine: Engine) {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_the_vault_key_is_replaced_beside_a_serving_process_on_sqlite() {
    the_key_is_replaced(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_the_vault_key_is_replaced_beside_a_serving_process_on_postgres() {
    the_key_is_replaced(Engine::Postgres).await;
}

/// Many sealed values, of rows that nothing else looks at.
async fn many_files(store: &Store, vault: &Vault, count: usize) {
    use base::vault::Place;
    use sea_orm::{EntityTrait, IntoActiveModel};
    let tenant_id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
    let rows: Vec<_> = (0..count)
        .map(|_| {
            let id = Uuid::new_v4();
            let origin = vault.seal(tenant_id, Place::MediaOrigin, &id.to_string(), id.as_bytes());
            let row = entity::media::Model {
                tenant_id,
                id,
                source_id: tenant_id,
                message_id: tenant_id,
                direction: 0,
                kind: 0,
                state: 3,
                origin,
                file_name: String::new(),
                mime_type: String::new(),
                size: 0,
                checksum: String::new(),
                failure: String::new(),
                tries: 0,
                epoch: 0,
                leased: false,
                next_try_at: None,
                created_at: 0,
                kept_at: None,
                day: i32::MAX,
            };
            row.into_active_model()
        })
        .collect();
    for some in rows.chunks(500) {
        entity::media::Entity::insert_many(some.to_vec()).exec_without_returning(store.write()).await.unwrap();
    }
}
