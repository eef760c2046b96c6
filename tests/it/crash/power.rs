//! The power fails: what was not synced to the disk is gone, and everything that was acknowledged is there.

use parom_tests::drill::{Drill, LIMIT};
use parom_tests::losing_disk::LosingDisk;
use parom_tests::settings::HOST;
use parom_tests::{Engine, Line, answer};
use reqwest::Method;
use serde_json::json;
use simulator::crm::HookMessage;

use super::{all_are_stored, all_arrived, prepared, stored, writes_until_refused};

/// Lives until so many messages are at amoCRM, and dies in the middle of writing; returns how many numbered texts were
/// acknowledged in all lives.
async fn lives(drill: &mut Drill, line: &Line, disk: &LosingDisk, acknowledged: usize, arrived: usize) -> usize {
    drill.has_environment(disk.environment());
    drill.serves("").await;
    let writing = writes_until_refused(drill, line, acknowledged);
    let came = |sandbox: &simulator::crm::Sandbox| (sandbox.messages(HOST).len() > arrived).then_some(());
    assert!(drill.sandbox.wait_for(came, LIMIT).await.is_some(), "it goes on after {acknowledged} texts");
    drill.is_killed().await;
    drill.has_environment(Vec::new());
    writing.await.unwrap()
}

/// Unsynced writes are lost, also when those to the database file survive, or those to its log: SQLite folds the log
/// into the file meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_messages_survive() {
    let Some((mut drill, line)) = prepared(Engine::Sqlite).await else { return };
    let mut acknowledged = 0;
    for (life, surviving) in [&[][..], &["parom.db"], &["parom.db-wal"]].into_iter().enumerate() {
        let disk = LosingDisk::below(drill.folder()).await;
        acknowledged = lives(&mut drill, &line, &disk, acknowledged, 30 * (life + 1)).await;
        disk.loses_power(surviving);
        all_are_stored(&drill, acknowledged).await;
        drill.a_minute_passes().await;
    }
    drill.serves("").await;
    all_arrived(&drill, &line, stored(&drill).await.len()).await;
    drill.ends_well().await;
}

/// What the simulated power failure takes away is really gone: a disk that only pretends to sync loses everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_lies_loses_acknowledged_messages() {
    let Some((mut drill, line)) = prepared(Engine::Sqlite).await else { return };
    let disk = LosingDisk::below(drill.folder()).await.lies();
    let acknowledged = lives(&mut drill, &line, &disk, 0, 10).await;
    assert!(acknowledged >= 9 && stored(&drill).await.len() >= acknowledged, "the files have them");
    disk.loses_power(&[]);
    assert_eq!(stored(&drill).await, Vec::<String>::new());
    drill.ends_well().await;
}

/// A file is accepted before the message that refers to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_file_survives() {
    let Some((mut drill, line)) = prepared(Engine::Sqlite).await else { return };
    let disk = LosingDisk::below(drill.folder()).await;
    drill.has_environment(disk.environment());
    drill.serves("").await;
    let bytes = b"%PDF-1.7\n".repeat(10_000);
    let request = drill.api.request(Method::POST, &line.path("/media?file_name=offer.pdf"));
    let media_id = answer(request.body(bytes.clone())).await.is(200).text_at("/media_id");
    drill.is_killed().await;
    disk.loses_power(&[]);
    drill.has_environment(Vec::new());
    drill.serves("").await;
    let anna = drill.customer(&line, "anna");
    let mut message = anna.body("with a file", "");
    message["content"] = json!({"type": "file", "media_id": media_id});
    anna.posts(&message).await.is(202);
    drill.everything_is_carried().await;
    let last = drill.sandbox.messages(HOST).pop().unwrap();
    assert_eq!(drill.sandbox.downloads(HOST, &last.id).await.unwrap().bytes, bytes);
    drill.ends_well().await;
}

/// amoCRM's hooks that wait in the spool, whose folder is new as well.
async fn hooks_in_the_spool_survive(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    std::fs::remove_dir_all(drill.folder().join("spool")).unwrap();
    let disk = LosingDisk::below(drill.folder()).await;
    drill.has_environment(disk.environment());
    drill.serves("").await;
    let texts = ["one", "two", "three"];
    let manager = drill.manager(&line);
    let hooks = texts.map(|text| manager.prepares("anna", HookMessage::text(text)));
    let blocked = drill.blocked().await;
    for hook in &hooks {
        assert_eq!(manager.posts(hook).await, Some(200), "the disk takes it");
    }
    drill.is_killed().await;
    blocked.release().await;
    disk.loses_power(&[]);
    drill.has_environment(Vec::new());
    drill.a_minute_passes().await;
    drill.serves("").await;
    drill.arrives_at_messenger("three").await;
    drill.everything_is_carried().await;
    assert_eq!(drill.messenger.texts(), texts, "all of them, once, in order");
    drill.ends_well().await;
}

on_both!(hooks_in_the_spool_survive);
