//! Who fetches: workers that run by themselves, several on one database, and those that die over it.

use std::time::Duration;

use parom::media::{MediaKind, fetch_all};
use parom_tests::{Engine, FileHost, Page, Place, Setup, World, both, on_postgres, once};

use super::{gone, kept, later, png, row, stored, unstored_line, wants};

async fn the_remains_of_a_dead_fetch_are_taken_over_and_removed(world: &mut World) {
    let line = unstored_line(world);
    let host = FileHost::start().await;
    let url = host.puts("/a.png", [Page::file("x/y", png(1_000))]);
    let id = wants(world, &line, MediaKind::Picture, &url).await;
    world.faults.add("media.before_commit=error:1").unwrap();
    world.fetch_all().await;
    assert_eq!(stored(world), [format!("{id}-1")], "it died between the file and the row");
    world.advance(Duration::from_secs(59));
    assert_eq!((world.fetch_all().await, host.count("/a.png")), (0, 1), "its lease holds");
    world.advance(Duration::from_secs(1));
    world.fetch_all().await;
    assert_eq!(kept(world, &line, id).await.size, 1_000);
    assert_eq!(stored(world), [format!("{id}-2")]);
    // After the commit nothing is left to do but to clear away.
    let id = wants(world, &line, MediaKind::Picture, &url).await;
    world.faults.add("media.after_commit=error:1").unwrap();
    world.fetch_all().await;
    assert_eq!((kept(world, &line, id).await.size, row(world, id).await.unwrap().tries), (1_000, 1));
    assert_eq!(host.count("/a.png"), 3);
}

async fn a_fetch_that_lost_its_claim_changes_nothing(world: &mut World) {
    let line = unstored_line(world);
    let host = FileHost::start().await;
    let url = host.puts("/a.png", [Page::file("x/y", png(1_000))]);
    let id = wants(world, &line, MediaKind::Picture, &url).await;
    world.faults.add("media.before_commit=error:1").unwrap();
    world.fetch_all().await;
    assert!(row(world, id).await.unwrap().leased, "another process fetches it");
    // Erased under the fetch: its next life finds nothing, and takes away what it wrote.
    let message = row(world, id).await.unwrap().message_id;
    parom::media::of_messages(&world.app().files, line.tenant_id, &[message]).await.unwrap();
    world.advance(Duration::from_secs(60));
    assert_eq!((world.fetch_all().await, stored(world).len()), (0, 0));
}

/// Its file has a name that is never looked up.
async fn a_fetch_that_finishes_too_late_is_discarded(world: &mut World) {
    let line = unstored_line(world);
    let host = FileHost::start().await;
    let slow = Page::file("x/y", png(1_000)).held();
    let url = host.puts("/a.png", [slow, Page::status(503), Page::file("x/y", png(2_000))]);
    let id = wants(world, &line, MediaKind::Picture, &url).await;
    let app = world.app().clone();
    let slow = tokio::spawn(async move { fetch_all(&app.files).await });
    world.until("the slow one is asked", async || (host.count("/a.png") == 1).then_some(())).await;
    world.advance(Duration::from_secs(60));
    world.fetch_all().await;
    host.releases();
    slow.await.unwrap().unwrap();
    let waiting = row(world, id).await.unwrap();
    assert_eq!((waiting.epoch, waiting.kept_at, waiting.failure.as_str()), (2, None, "status_503"));
    assert!(stored(world).is_empty());
    world.advance(Duration::from_secs(15));
    world.fetch_all().await;
    assert_eq!(kept(world, &line, id).await.size, 2_000);
    assert_eq!(stored(world), [format!("{id}-3")]);
}

/// An unwritable store is our own fault: the file waits for as long as it takes.
async fn a_file_refused_by_our_own_store_is_not_lost(world: &mut World) {
    let line = unstored_line(world);
    let host = FileHost::start().await;
    let id = wants(world, &line, MediaKind::Picture, &host.puts("/a.png", [Page::file("x/y", png(1_000))])).await;
    let folder = world.database().folder().join("media");
    std::fs::write(&folder, "a file where the folder should be").unwrap();
    for _ in 0..20 {
        world.fetch_all().await;
        assert_eq!(later(world, &line, id).await, 60);
        world.advance(Duration::from_secs(60));
    }
    assert_eq!(row(world, id).await.unwrap().tries, 0);
    std::fs::remove_file(&folder).unwrap();
    world.fetch_all().await;
    assert_eq!(kept(world, &line, id).await.size, 1_000);
}

/// One over which every process dies is given up.
async fn poison_ends(world: &mut World) {
    let line = unstored_line(world);
    let host = FileHost::start().await;
    let id = wants(world, &line, MediaKind::Picture, &host.puts("/a.png", [Page::file("x/y", png(1_000))])).await;
    world.faults.add("media.before_commit=error:12").unwrap();
    for _ in 0..12 {
        world.fetch_all().await;
        world.advance(Duration::from_secs(60));
    }
    world.fetch_all().await;
    assert_eq!((gone(world, &line, id).await.as_str(), stored(world).len()), ("poison", 0));
}

async fn instances_share_the_work(world: &mut World) {
    let line = unstored_line(world);
    let host = FileHost::start().await;
    let mut paths = Vec::new();
    for at in 0..30 {
        let path = format!("/{at}.png");
        wants(world, &line, MediaKind::Picture, &host.puts(&path, [Page::file("x/y", png(2_000))])).await;
        paths.push(path);
    }
    let second = world.another_server().await;
    let (ours, theirs) = tokio::join!(fetch_all(&world.app().files), fetch_all(&second.app.files));
    assert_eq!(ours.unwrap() + theirs.unwrap(), 30);
    assert!(paths.iter().all(|path| host.count(path) == 1), "each file was fetched once");
    assert_eq!(stored(world).len(), 30);
    second.stop().await;
}

async fn a_worker_fetches_at_once(engine: Engine) {
    let Some(world) = World::start(engine, Setup { live: true, ..Setup::default() }).await else { return };
    let line = unstored_line(&world);
    let host = FileHost::start().await;
    // More than one account may fetch at once, and one that fails between them.
    let mut ids = Vec::new();
    for at in 0..10 {
        let path = format!("/{at}.png");
        ids.push(wants(&world, &line, MediaKind::Picture, &host.puts(&path, [Page::file("x/y", png(2_000))])).await);
    }
    wants(&world, &line, MediaKind::Picture, &host.puts("/gone.png", [Page::status(404)])).await;
    for id in ids {
        world.until("the file is kept", async || row(&world, id).await.filter(|row| row.kept_at.is_some())).await;
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_itself_on_sqlite() {
    a_worker_fetches_at_once(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_itself_on_postgres() {
    a_worker_fetches_at_once(Engine::Postgres).await;
}

both!(
    the_remains_of_a_dead_fetch_are_taken_over_and_removed,
    a_fetch_that_lost_its_claim_changes_nothing,
    a_fetch_that_finishes_too_late_is_discarded,
    a_file_refused_by_our_own_store_is_not_lost,
);
once!(poison_ends);
on_postgres!(instances_share_the_work);
