//! amoCRM sends every hook once: what the database does not take waits on the disk, in order, and is answered 200.

use std::path::Path;
use std::time::Duration;

use base::config;
use base::fault::Faults;
use base::spool::{Hook, Spool, look};
use parom_tests::{Manager, World, both};
use simulator::crm::{HookMessage, PreparedHook};
use uuid::Uuid;

/// One written a second after the other.
fn two_hooks(world: &World, manager: &Manager) -> [PreparedHook; 2] {
    let first = manager.prepares("anna", HookMessage::text("first"));
    world.advance(Duration::from_secs(1));
    [first, manager.prepares("anna", HookMessage::text("second"))]
}

async fn hooks_are_spooled_while_the_database_is_blocked(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let hooks = ["one", "two", "three"].map(|text| {
        world.advance(Duration::from_secs(1));
        manager.prepares("anna", HookMessage::text(text))
    });
    let blocked = world.database().blocked().await;
    for hook in &hooks {
        assert_eq!(manager.posts(hook).await, Some(200));
    }
    assert_eq!(world.app().spool.waiting(), 3);
    blocked.release().await;
    empty(world).await;
    // A hook that comes twice, once by the disk and once by the database, is one message.
    assert_eq!(manager.posts(&hooks[1]).await, Some(200));
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["one", "two", "three"]);
}

async fn a_hook_does_not_pass_by_those_on_the_disk(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let [first, second] = two_hooks(world, &manager);
    let blocked = world.database().blocked().await;
    assert_eq!(manager.posts(&first).await, Some(200));
    blocked.release().await;
    assert_eq!(manager.posts(&second).await, Some(200));
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["first", "second"]);
}

/// The second one goes to the disk at once, and the first one has not given up the database yet.
async fn a_hook_does_not_reach_the_disk_before_those_still_with_the_database(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let texts = ["left behind", "first", "second"];
    let [left, first, second] = texts.map(|text| manager.prepares("anna", HookMessage::text(text)));
    let dir = world.app().config.spool.dir.clone();
    let held = world.faults.hold("hook.before_store");
    let meanwhile = async {
        held.reached().await;
        left_behind(&dir, &left, world.clock.millis()).await;
        assert_eq!(manager.posts(&second).await, Some(200));
    };
    let (answer, ()) = tokio::join!(manager.posts(&first), meanwhile);
    assert_eq!(answer, Some(200));
    world.until("all are drained", async || (look(&dir).ok()?.hooks == 0).then_some(())).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), texts);
}

/// Out of order is better than lost, and in its place all the same as long as nothing has left.
async fn a_hook_that_the_disk_does_not_take_goes_to_the_database(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let [first, second] = two_hooks(world, &manager);
    world.faults.add("drain.after_commit=error").unwrap();
    let blocked = world.database().blocked().await;
    assert_eq!(manager.posts(&first).await, Some(200));
    blocked.release().await;
    assert_eq!(world.app().spool.waiting(), 1, "it is drained and drained again");
    world.faults.add("spool.sync=error:1").unwrap();
    assert_eq!(manager.posts(&second).await, Some(200));
    assert_eq!(world.app().spool.waiting(), 1, "the disk did not take it");
    world.faults.clear();
    empty(world).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["first", "second"]);
}

/// What another process left on the disk comes late; it takes its place before what was written later and has not left.
async fn a_hook_that_is_drained_late_takes_its_place(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let first = manager.prepares("anna", HookMessage::text("first"));
    let left_at = world.clock.millis();
    world.advance(Duration::from_secs(1));
    manager.answers("anna", "second").await;
    let dir = world.app().config.spool.dir.clone();
    left_behind(&dir, &first, left_at).await;
    world.until("it is drained", async || (look(&dir).ok()?.hooks == 0).then_some(())).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["first", "second"]);
}

/// Writes a hook to a folder of a process that is no more.
pub async fn left_behind(dir: &Path, hook: &PreparedHook, received_at: i64) {
    let spool = Spool::default();
    let lock = spool.claim(&config::SpoolConfig { dir: dir.to_owned(), most_mb: 1 }, &Faults::default());
    assert!(lock.is_some(), "a folder of its own");
    let (scope_id, body) = (hook.scope_id.clone(), hook.body.clone().into());
    spool
        .keep(&Hook { id: Uuid::new_v4(), received_at, scope_id, body }, spool.arrive())
        .await
        .expect("the disk takes it");
}

async fn waiting_hooks_outlive_the_process(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let hook = manager.prepares("anna", HookMessage::text("kept"));
    let blocked = world.database().blocked().await;
    assert_eq!(manager.posts(&hook).await, Some(200));
    world.crash();
    blocked.release().await;
    world.come_back().await;
    // Its folder is found again, whichever the new process has.
    let spool = world.database().folder().join("spool");
    world.until("the spool is empty", async || (look(&spool).ok()?.hooks == 0).then_some(())).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["kept"]);
}

async fn without_a_disk_a_lost_hook_is_not_answered_as_taken(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let hook = manager.prepares("anna", HookMessage::text("lost"));
    std::fs::remove_dir_all(world.database().folder().join("spool")).expect("the spool is taken away");
    let blocked = world.database().blocked().await;
    assert_eq!(manager.posts(&hook).await, Some(503));
    blocked.release().await;
    // The database had it in its queue all the time: it is stored late, which is harmless.
    let is_stored = async || world.messages().await.iter().any(|message| message.body.contains("lost")).then_some(());
    world.until("the hook is stored", is_stored).await;
    world.deliver_to_the_end().await;
}

/// Waits until the server has given everything of the disk to the database.
async fn empty(world: &World) {
    let app = world.app();
    world.until("the spool is empty", async || (app.spool.waiting() == 0).then_some(())).await;
}

both!(
    hooks_are_spooled_while_the_database_is_blocked,
    a_hook_does_not_pass_by_those_on_the_disk,
    a_hook_does_not_reach_the_disk_before_those_still_with_the_database,
    a_hook_that_the_disk_does_not_take_goes_to_the_database,
    a_hook_that_is_drained_late_takes_its_place,
    waiting_hooks_outlive_the_process,
    without_a_disk_a_lost_hook_is_not_answered_as_taken,
);
