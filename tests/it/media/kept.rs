//! How long files stay, what they are shared by, and how they go.

use std::time::Duration;

use base::config::{Config, MediaMode};
use entity::media;
use parom::media::{FileOrigin, LinkRecipient, MediaKind, avatar, avatar_id, avatar_link, link, of_messages, sweep};
use parom_tests::{Engine, FileHost, Page, Place, Setup, World, both, once};
use sea_orm::EntityTrait;

use super::{accepts, gone, keeps, kept, png, row, stored, unstored_line, wants, whose};

const DAY: Duration = Duration::from_secs(86_400);

async fn a_file_goes_after_its_last_day(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let url = host.puts("/a.png", [Page::file("x/y", png(10))]);
    let first = keeps(world, &line, MediaKind::Picture, &url).await;
    world.advance(DAY);
    let second = keeps(world, &line, MediaKind::Picture, &url).await;
    world.advance(29 * DAY);
    assert_eq!(sweep(&world.app().files).await.unwrap(), 0, "thirty days are kept");
    world.advance(DAY);
    assert_eq!(sweep(&world.app().files).await.unwrap(), 1);
    assert_eq!(stored(world), [format!("{}-1", second.id)]);
    assert_eq!(gone(world, &line, first.id).await, "media_gone");
    world.advance(DAY);
    assert_eq!((sweep(&world.app().files).await.unwrap(), stored(world).len()), (1, 0));
}

async fn an_avatar_is_fetched_once_for_all_who_have_it(world: &mut World) {
    let (line, other) = (world.line("support").await, world.line_at("other.amocrm.ru", "support").await);
    let host = FileHost::start().await;
    let origin = FileOrigin::Url(host.puts("/face?token=t0ken", [Page::file("x/y", png(500))]));
    let app = world.app().clone();
    let id = avatar_id(&app.files, line.tenant_id, &origin);
    for _ in 0..3 {
        let new = avatar(&app.files, &whose(world, &line), origin.clone());
        assert_eq!(new.id, id);
        accepts(world, &line, vec![new.clone(), new]).await;
        world.fetch_all().await;
    }
    assert_eq!(host.count("/face?token=t0ken"), 1);
    let shown = avatar_link(&app.files, line.tenant_id, id).await.unwrap();
    assert!(!shown.as_str().contains("t0ken") && shown.path().ends_with("/avatar.png"), "{shown}");
    // Another account's is another file; it cannot be seen that they are equal.
    assert_ne!(avatar_id(&app.files, other.tenant_id, &origin), id);
    assert_eq!(avatar_link(&app.files, other.tenant_id, id).await, None);
    // Seen again later, it lives longer.
    world.advance(20 * DAY);
    accepts(world, &line, vec![avatar(&app.files, &whose(world, &line), origin.clone())]).await;
    world.advance(20 * DAY);
    sweep(&app.files).await.unwrap();
    assert!(row(world, id).await.is_some());
    assert_eq!((world.fetch_all().await, host.count("/face?token=t0ken")), (0, 1));
}

async fn an_invalid_avatar_is_left_out_and_requested_again_another_day(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let app = world.app().clone();
    let missing =
        FileOrigin::Url(host.puts("/later.png", [Page::status(404), Page::status(404), Page::file("x/y", png(9))]));
    let page = FileOrigin::Url(host.puts("/page", [Page::file("image/png", "<html>")]));
    for origin in [&missing, &page] {
        accepts(world, &line, vec![avatar(&app.files, &whose(world, &line), origin.clone())]).await;
    }
    let id = |origin: &FileOrigin| avatar_id(&app.files, line.tenant_id, origin);
    assert_eq!(avatar_link(&app.files, line.tenant_id, id(&missing)).await, None, "no message waits for an avatar");
    assert_eq!(gone(world, &line, id(&page)).await, "not_a_picture");
    world.advance(Duration::from_secs(5));
    assert_eq!(gone(world, &line, id(&missing)).await, "status_404");
    // The same day it is not asked for again, on another it is.
    accepts(world, &line, vec![avatar(&app.files, &whose(world, &line), missing.clone())]).await;
    assert_eq!((world.fetch_all().await, host.count("/later.png")), (0, 2));
    world.advance(DAY);
    accepts(world, &line, vec![avatar(&app.files, &whose(world, &line), missing.clone())]).await;
    assert!(avatar_link(&app.files, line.tenant_id, id(&missing)).await.is_some());
}

async fn erasing_takes_rows_and_bytes(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let url = host.puts("/a.png", [Page::file("x/y", png(10))]);
    let app = world.app().clone();
    let mine = keeps(world, &line, MediaKind::Picture, &url).await;
    let others = keeps(world, &line, MediaKind::Picture, &url).await;
    let waiting = wants(world, &line, MediaKind::Picture, &url).await;
    let shown = link(&app.files, &mine, LinkRecipient::Crm);
    let mut messages = Vec::new();
    for id in [mine.id, waiting] {
        messages.push(row(world, id).await.unwrap().message_id);
    }
    assert_eq!(of_messages(&app.files, line.tenant_id, &messages).await.unwrap(), 2);
    assert_eq!(stored(world), [format!("{}-1", others.id)]);
    assert_eq!(world.app().http.trusted().get(shown).send().await.unwrap().status(), 404);
    assert_eq!(world.fetch_all().await, 0);
    // The whole account.
    let forgotten = parom::tenant::forget(&app.tenants, line.tenant_id, true, "a test").await.unwrap();
    assert_eq!(forgotten.counts.get("media"), Some(&1));
    assert!(stored(world).is_empty());
    assert!(media::Entity::find().all(app.store.read()).await.unwrap().is_empty());
}

async fn public_links_are_handed_through() {
    fn pass(config: &mut Config) {
        config.media.mode = MediaMode::Pass;
    }
    let Some(world) = World::start(Engine::Sqlite, Setup { change: pass, ..Setup::default() }).await else { return };
    let line = unstored_line(&world);
    let host = FileHost::start().await;
    let url = host.puts("/a.png?x=1", [Page::file("x/y", png(10))]);
    let id = wants(&world, &line, MediaKind::Picture, &url).await;
    assert_eq!(world.fetch_all().await, 0);
    let passed = kept(&world, &line, id).await;
    assert_eq!(link(&world.app().files, &passed, LinkRecipient::Crm).as_str(), url);
    assert_eq!((passed.kind_for(MediaKind::Picture), passed.size), (MediaKind::Picture, 0));
    assert!(host.asked().is_empty());
    // A reference for a connector is never passed on, nor is an address that must not be called.
    let secret = FileOrigin::Connector { source_id: line.source_id, reference: "file-id".to_owned() };
    let new = parom::media::wanted(&world.app().files, &whose(&world, &line), MediaKind::Picture, secret, "");
    let id = new.id;
    accepts(&world, &line, vec![new]).await;
    assert_eq!(world.fetch_all().await, 1);
    assert_eq!(gone(&world, &line, id).await, "source_deleted", "this source does not exist");
    let inside = wants(&world, &line, MediaKind::Picture, "http://169.254.169.254/").await;
    assert_eq!(gone(&world, &line, inside).await, "address_refused");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mode_pass() {
    public_links_are_handed_through().await;
}

both!(
    a_file_goes_after_its_last_day,
    an_avatar_is_fetched_once_for_all_who_have_it,
    an_invalid_avatar_is_left_out_and_requested_again_another_day,
);
once!(erasing_takes_rows_and_bytes);

fn greedy(config: &mut Config) {
    config.media.disk_free_mb = u32::MAX;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_nearly_full_is_reported_to_the_vendor() {
    let Some(world) = World::start(Engine::Sqlite, Setup { change: greedy, ..Setup::default() }).await else { return };
    for _ in 0..2 {
        sweep(&world.app().files).await.unwrap();
    }
    let open = parom::alert::open(world.app().store.read(), base::store::VENDOR).await.unwrap();
    let told: Vec<_> = open.iter().map(|alert| (alert.kind.as_str(), alert.count)).collect();
    assert_eq!(told, [("disk_full", 2)]);
    world.close().await;
}
