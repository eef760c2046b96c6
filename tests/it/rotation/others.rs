//! Processes beside: with the same file, with a file of their own, with the key in the configuration.

use base::store::VENDOR;
use entity::heartbeat;
use parom_tests::Engine;
use parom_tests::drill::Drill;
use parom_tests::settings::{VAULT_KEY, free_port};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use super::{doctor, goes_both_ways, key_file, keys, prepared, rotates, store, turns};

/// One more process on the database, with its settings changed by variables.
async fn another(drill: &Drill, change: impl FnOnce(&mut tokio::process::Command)) -> Child {
    let mut command = drill.command(&["serve"]);
    command.env("PAROM__SERVER__LISTEN", format!("127.0.0.1:{}", free_port())).stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::null());
    change(&mut command);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap_or_default();
    assert!(first.starts_with("listening "), "{first}");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_several_processes_take_the_same_file_up() {
    let Some((drill, line)) = prepared(Engine::Postgres).await else { return };
    let mut second = another(&drill, |_| {}).await;
    let before = known(&drill, 2).await;
    assert_eq!(before[0], before[1]);
    turns(&drill).await;
    let after = known(&drill, 2).await;
    assert!(after.iter().all(|keys| keys.split(' ').next() != before[0].split(' ').next()), "{before:?} {after:?}");
    goes_both_ways(&drill, &line, "with two").await;
    assert_eq!(doctor(&drill).await.0, "ok");
    drill.everything_is_carried().await;
    second.kill().await.unwrap();
    drill.ends_well().await;
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
