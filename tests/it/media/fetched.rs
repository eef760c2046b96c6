//! From an address to a kept file: what is believed of what the other side says, and how often it is asked.

use std::time::Duration;

use base::config::Config;
use parom::media::{MediaKind, sweep};
use parom_tests::{FileHost, Page, Setup, World, both, once};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{gone, keeps, kept, later, png, row, stored, wants};

fn small(config: &mut Config) {
    config.media.picture_mb = 1;
    config.media.avatar_mb = 1;
    config.media.tenant_mb = 2;
}

async fn a_file_is_fetched_once_and_counted_and_hashed(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let bytes = png(300_000);
    // A lie about the type, and a name made of nothing the address says.
    let url = host.puts("/pictures/77?token=abc", [Page::file("text/html", bytes.clone())]);
    let id = wants(world, &line, MediaKind::Picture, &url).await;
    assert_eq!(world.fetch_all().await, 1);
    assert_eq!(world.fetch_all().await, 0, "nothing is due any more");
    let kept = kept(world, &line, id).await;
    assert_eq!((kept.size, kept.mime_type.as_str(), kept.file_name.as_str()), (300_000, "image/png", "picture.png"));
    assert_eq!(kept.checksum, hex::encode(Sha256::digest(&bytes)));
    assert_eq!(kept.kind_for(MediaKind::Picture), MediaKind::Picture);
    assert_eq!(host.asked().len(), 1);
    assert!(host.asked()[0].head.to_lowercase().contains("accept-encoding: identity"), "{:?}", host.asked());
    let row = row(world, id).await.unwrap();
    assert!(row.origin.is_empty() && row.next_try_at.is_none() && !row.leased, "{row:?}");
    assert_eq!(stored(world), [format!("{id}-1")]);
}

async fn the_first_request_fetches_the_file(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let url = host.puts("/a.png", [Page::file("image/png", png(10))]);
    let id = wants(world, &line, MediaKind::Picture, &url).await;
    kept(world, &line, id).await;
    assert_eq!((world.fetch_all().await, host.count("/a.png")), (0, 1));
}

async fn a_false_kind_makes_it_a_plain_file(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    for (page, mime_type) in [
        ("<html><script>alert(1)</script>", "text/html"),
        ("<svg onload=alert(1)>", "image/svg+xml"),
        ("MZ\u{0}\u{1}", "application/vnd.microsoft.portable-executable"),
    ] {
        let url = host.puts("/lie", [Page::file("image/png", page)]);
        let kept = keeps(world, &line, MediaKind::Picture, &url).await;
        assert_eq!(
            (kept.mime_type.as_str(), kept.kind_for(MediaKind::Picture)),
            (mime_type, MediaKind::File),
            "{page}"
        );
    }
}

async fn half_a_file_is_no_file_and_is_asked_for_again(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let half = Page::file("image/png", png(50_000)).telling(100_000);
    let url = host.puts("/half.png", [half.clone(), Page::file("image/png", png(100_000))]);
    let id = wants(world, &line, MediaKind::Picture, &url).await;
    world.fetch_all().await;
    assert_eq!(later(world, &line, id).await, 5);
    assert!(stored(world).is_empty(), "nothing of half a file stays");
    world.advance(Duration::from_secs(5));
    world.fetch_all().await;
    assert_eq!(kept(world, &line, id).await.size, 100_000);
    // One that never gets whole is given up, not before a quarter of an hour.
    let url = host.puts("/never.png", [half]);
    let id = wants(world, &line, MediaKind::Picture, &url).await;
    let mut waited = 0;
    for _ in 0..5 {
        world.fetch_all().await;
        let after = later(world, &line, id).await;
        waited += after;
        world.advance(Duration::from_secs(after));
    }
    world.fetch_all().await;
    assert_eq!(gone(world, &line, id).await, "broke_off");
    assert_eq!((waited, host.count("/never.png")), (920, 6));
    assert_eq!(stored(world).len(), 1);
}

async fn a_missing_file_is_requested_twice(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    for status in [401, 403, 404, 410] {
        let path = format!("/{status}");
        let id = wants(world, &line, MediaKind::File, &host.puts(&path, [Page::status(status)])).await;
        world.fetch_all().await;
        assert_eq!(later(world, &line, id).await, 5, "{status}");
        world.advance(Duration::from_secs(5));
        world.fetch_all().await;
        assert_eq!(gone(world, &line, id).await, format!("status_{status}"));
        assert_eq!(host.count(&path), 2);
    }
    let id = wants(world, &line, MediaKind::File, &host.puts("/empty", [Page::file("image/png", "")])).await;
    world.fetch_all().await;
    world.advance(Duration::from_secs(5));
    world.fetch_all().await;
    assert_eq!(gone(world, &line, id).await, "empty");
}

/// A host that refuses connections is looked at as often as one that says 404, so that a conversation does not wait for
/// it.
async fn a_host_that_refuses_connections_is_tried_twice(world: &mut World) {
    let line = world.line("support").await;
    let url = format!("http://127.0.0.1:{}/a.png", parom_tests::settings::free_port());
    let id = wants(world, &line, MediaKind::Picture, &url).await;
    world.fetch_all().await;
    assert_eq!(later(world, &line, id).await, 5);
    world.advance(Duration::from_secs(5));
    world.fetch_all().await;
    assert_eq!(gone(world, &line, id).await, "unreachable");
}

/// Files that do not come make only their own conversations wait, and do not count as an outage of amoCRM.
async fn files_that_do_not_come_hold_no_other_conversation(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let url = host.puts("/away.png", [Page::status(503)]);
    for number in 0..30 {
        let name = format!("customer-{number}");
        let content = json!({"type": "picture", "media_url": url, "file_name": "away.png", "file_size": 10});
        let sender = json!({"role": "client", "id": name, "name": name});
        let body = json!({"id": name, "conversation": {"id": name}, "sender": sender, "content": content});
        world.customer(&line, &name).posts(&body).await.is(202);
    }
    for _ in 0..3 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(5));
    }
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    assert_eq!(world.api.get(&line.path("")).await.is(200).json["status"], "working");
    host.puts("/away.png", [Page::file("image/png", png(100))]);
    world.deliver_to_the_end().await;
}

async fn a_retry_after_of_a_file_host_is_respected(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let busy = Page::status(503).with("Retry-After", "120");
    let url = host.puts("/busy", [busy, Page::status(429), Page::file("text/plain", "at last")]);
    let id = wants(world, &line, MediaKind::File, &url).await;
    for wanted in [120, 15] {
        world.fetch_all().await;
        assert_eq!(later(world, &line, id).await, wanted);
        world.advance(Duration::from_secs(wanted));
    }
    world.fetch_all().await;
    assert_eq!(kept(world, &line, id).await.mime_type, "text/plain");
}

async fn files_too_large_are_refused_by_announced_and_by_received_size() {
    let setup = Setup { change: small, ..Setup::default() };
    let Some(world) = World::start(parom_tests::Engine::Sqlite, setup).await else { return };
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let announced = host.puts("/told.png", [Page::file("image/png", png(10)).telling(5_000_000)]);
    let endless = host.puts("/endless.png", [Page::file("image/png", png(64_000)).endless()]);
    let just = host.puts("/just.png", [Page::file("image/png", png(1024 * 1024)).chunked()]);
    let over = host.puts("/over.png", [Page::file("image/png", png(1024 * 1024 + 1)).chunked()]);
    for (kind, url, reason) in [
        (MediaKind::Picture, &announced, "media_too_big"),
        (MediaKind::Picture, &endless, "media_too_big"),
        (MediaKind::Avatar, &over, "media_too_big"),
        // The kind decides: as a file it would be small enough, were there room.
        (MediaKind::File, &announced, "no_room"),
        (MediaKind::File, &endless, "no_room"),
    ] {
        let id = wants(&world, &line, kind, url).await;
        world.fetch_all().await;
        assert_eq!(gone(&world, &line, id).await, reason, "{kind:?} {url}");
    }
    assert_eq!(host.count("/told.png"), 2, "what is refused is not asked for again");
    assert!(stored(&world).is_empty());
    // The account's room is used up, another account's is not.
    keeps(&world, &line, MediaKind::Picture, &just).await;
    keeps(&world, &line, MediaKind::Picture, &just).await;
    let third = wants(&world, &line, MediaKind::Picture, &just).await;
    world.fetch_all().await;
    assert_eq!(gone(&world, &line, third).await, "no_room");
    // Its people are alerted once, until there is room again.
    let open = async || {
        let open = parom::alert::open(world.app().store.read(), line.tenant_id).await.unwrap();
        open.into_iter().filter(|alert| alert.kind == "media_full").count()
    };
    sweep(&world.app().files).await.unwrap();
    assert_eq!(open().await, 1);
    world.panel(line.tenant_id).await.opens("/panel/alerts").await.is(200).says(&["no room for more files"]);
    world.advance(Duration::from_secs(31 * 86_400));
    sweep(&world.app().files).await.unwrap();
    assert_eq!(open().await, 0);
    let other = world.line_at("other.amocrm.ru", "support").await;
    keeps(&world, &other, MediaKind::Picture, &just).await;
    parom_tests::Place::close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_and_quota() {
    files_too_large_are_refused_by_announced_and_by_received_size().await;
}

async fn compressed_answers_are_not_accepted_as_files(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let url = host.puts("/gz", [Page::file("text/plain", "\u{1f}…").with("Content-Encoding", "gzip")]);
    let id = wants(world, &line, MediaKind::File, &url).await;
    world.fetch_all().await;
    world.advance(Duration::from_secs(5));
    world.fetch_all().await;
    assert_eq!(gone(world, &line, id).await, "encoded");
}

both!(
    a_file_is_fetched_once_and_counted_and_hashed,
    half_a_file_is_no_file_and_is_asked_for_again,
    the_first_request_fetches_the_file,
    files_that_do_not_come_hold_no_other_conversation,
);
once!(
    a_false_kind_makes_it_a_plain_file,
    a_missing_file_is_requested_twice,
    a_host_that_refuses_connections_is_tried_twice,
    a_retry_after_of_a_file_host_is_respected,
    compressed_answers_are_not_accepted_as_files,
);
