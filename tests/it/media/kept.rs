//! How long files stay, in a folder or a bucket, who fetches them, and how they go.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::Method;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base::config::Config;
use base::http_client::HttpClients;
use bytes::Bytes;
use entity::media;
use parom::media::{
    FileOrigin, FileStore, LinkRecipient, MediaKind, avatar, avatar_id, avatar_link, fetch_all, link, of_messages,
    of_tenant, sweep,
};
use parom_tests::{Engine, FileHost, Page, Place, Setup, World, both, both_engines, on_postgres, once};
use sea_orm::EntityTrait;

use super::{accepts, gone, keeps, kept, later, png, row, stored, unstored_line, wants, whose};

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

async fn public_links_are_handed_through(world: &mut World) {
    let line = unstored_line(world);
    let host = FileHost::start().await;
    let url = host.puts("/a.png?x=1", [Page::file("x/y", png(10))]);
    let id = wants(world, &line, MediaKind::Picture, &url).await;
    assert_eq!(world.fetch_all().await, 0);
    let passed = kept(world, &line, id).await;
    assert_eq!(link(&world.app().files, &passed, LinkRecipient::Crm).as_str(), url);
    assert_eq!((passed.kind_for(MediaKind::Picture), passed.size), (MediaKind::Picture, 0));
    assert!(host.asked().is_empty());
    // A reference for a connector is never passed on, nor is an address that must not be called.
    let secret = FileOrigin::Connector { source_id: line.source_id, reference: "file-id".to_owned() };
    let new = parom::media::wanted(&world.app().files, &whose(world, &line), MediaKind::Picture, secret, "");
    let id = new.id;
    accepts(world, &line, vec![new]).await;
    assert_eq!(world.fetch_all().await, 1);
    assert_eq!(gone(world, &line, id).await, "source_deleted", "this source does not exist");
    let inside = wants(world, &line, MediaKind::Picture, "http://169.254.169.254/").await;
    assert_eq!(gone(world, &line, inside).await, "address_refused");
}

async fn a_disk_that_is_nearly_full_is_reported_to_the_vendor(world: &mut World) {
    for _ in 0..2 {
        sweep(&world.app().files).await.unwrap();
    }
    let open = parom::alert::open(world.app().store.read(), base::store::VENDOR).await.unwrap();
    let told: Vec<_> = open.iter().map(|alert| (alert.kind.as_str(), alert.count)).collect();
    assert_eq!(told, [("disk_full", 2)]);
}

// The bucket instead of the folder, at a store of our own that speaks as much of S3 as is needed.

/// The port of the store, for a configuration without other parameters.
static PORT: AtomicU16 = AtomicU16::new(0);

#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, Bytes>,
    parts: BTreeMap<u32, Bytes>,
    wrong: Vec<String>,
}

type Shared = Arc<Mutex<Bucket>>;

struct Store {
    bucket: Shared,
    port: u16,
    server: ServerHandle,
}

impl Drop for Store {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

impl Store {
    fn start() -> Self {
        let bucket = Shared::default();
        let data = web::Data::new(bucket.clone());
        let server = HttpServer::new(move || {
            let limit = web::PayloadConfig::new(16 * 1024 * 1024);
            App::new().app_data(data.clone()).app_data(limit).default_service(web::to(serve))
        });
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let port = server.addrs()[0].port();
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { bucket, port, server: handle }
    }

    fn names(&self) -> Vec<String> {
        self.bucket.lock().unwrap().objects.keys().cloned().collect()
    }
}

async fn serve(bucket: web::Data<Shared>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let mut bucket = bucket.lock().unwrap();
    let signed = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !signed.starts_with("AWS4-HMAC-SHA256 Credential=AKIATEST/") || !signed.contains("/eu-west-1/s3/aws4_request") {
        bucket.wrong.push(format!("{} is signed {signed:?}", request.path()));
        return HttpResponse::Forbidden().finish();
    }
    type Query = web::Query<BTreeMap<String, String>>;
    let query = Query::from_query(request.query_string()).unwrap().into_inner();
    let Some(name) = request.path().strip_prefix("/files").map(|rest| rest.trim_start_matches('/').to_owned()) else {
        bucket.wrong.push(format!("{} is not in the bucket", request.path()));
        return HttpResponse::NotFound().finish();
    };
    let xml = |text: String| HttpResponse::Ok().content_type("application/xml").body(text);
    match (request.method(), query.contains_key("uploads"), query.get("partNumber"), query.contains_key("list-type")) {
        (&Method::POST, true, ..) => {
            xml("<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>".to_owned())
        }
        (&Method::PUT, _, Some(part), _) => {
            bucket.parts.insert(part.parse().unwrap(), body);
            HttpResponse::Ok().insert_header(("etag", format!("\"p{part}\""))).finish()
        }
        (&Method::POST, ..) => {
            let whole = std::mem::take(&mut bucket.parts).into_values().collect::<Vec<_>>().concat();
            bucket.objects.insert(name, whole.into());
            xml("<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>".to_owned())
        }
        (&Method::PUT, ..) => {
            bucket.objects.insert(name, body);
            HttpResponse::Ok().insert_header(("etag", "\"whole\"")).finish()
        }
        (&Method::DELETE, ..) => {
            bucket.objects.remove(&name);
            HttpResponse::NoContent().finish()
        }
        (_, _, _, true) => {
            let prefix = query.get("prefix").cloned().unwrap_or_default();
            let found = bucket.objects.iter().filter(|(name, _)| name.starts_with(&prefix)).map(|(name, bytes)| {
                let size = bytes.len();
                format!(
                    "<Contents><Key>{name}</Key><LastModified>2026-11-20T09:00:00.000Z</LastModified>\
                     <ETag>\"e\"</ETag><Size>{size}</Size></Contents>"
                )
            });
            let found: String = found.collect();
            xml(format!("<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"))
        }
        _ => {
            let Some(bytes) = bucket.objects.get(&name).cloned() else { return HttpResponse::NotFound().finish() };
            let range = request.headers().get("range").and_then(|value| value.to_str().ok()?.strip_prefix("bytes="));
            let (first, last) = range.and_then(|range| range.split_once('-')).unwrap_or(("0", ""));
            let first: usize = first.parse().unwrap();
            let last = last.parse().unwrap_or(bytes.len() - 1).min(bytes.len() - 1);
            HttpResponse::PartialContent()
                .insert_header(("content-range", format!("bytes {first}-{last}/{}", bytes.len())))
                .insert_header(("last-modified", "Fri, 20 Nov 2026 09:00:00 GMT"))
                .insert_header(("etag", "\"whole\""))
                .body(bytes.slice(first..=last))
        }
    }
}

fn at(port: u16) -> Config {
    let text = format!(
        "[media]\nurl = \"s3://files/some/prefix\"\n[media.s3]\nregion = \"eu-west-1\"\n\
         endpoint = \"http://127.0.0.1:{port}\"\naccess_key_id = \"AKIATEST\"\nsecret_access_key = \"the secret\"\n"
    );
    Config::from_toml(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_live_in_a_bucket() {
    let store = Store::start();
    let port = store.port;
    PORT.store(port, Ordering::SeqCst);
    let change = |config: &mut Config| config.media = at(PORT.load(Ordering::SeqCst)).media;
    let Some(world) = World::start(Engine::Sqlite, Setup { change, ..Setup::default() }).await else { return };
    let line = unstored_line(&world);
    let host = FileHost::start().await;
    // One request, and several parts.
    for length in [1_000, 12_000_000] {
        let bytes = png(length);
        let url = host.puts("/a.png", [Page::file("x/y", bytes.clone())]);
        let kept = keeps(&world, &line, MediaKind::Picture, &url).await;
        let name = format!("some/prefix/{}/{}/{}-1", line.tenant_id, &kept.id.to_string()[34..], kept.id);
        assert!(store.names().contains(&name), "{name}: {:?}", store.names());
        let lent = world.app().http.trusted().get(link(&world.app().files, &kept, LinkRecipient::Webhook));
        let part = lent.try_clone().unwrap().header("range", "bytes=10-19").send().await.unwrap();
        assert_eq!((part.status().as_u16(), part.bytes().await.unwrap().to_vec()), (206, bytes[10..20].to_vec()));
        assert_eq!(lent.send().await.unwrap().bytes().await.unwrap(), bytes);
    }
    let kept = keeps(&world, &line, MediaKind::Picture, &host.puts("/b.png", [Page::file("x/y", png(10))])).await;
    let message = row(&world, kept.id).await.unwrap().message_id;
    assert_eq!(of_messages(&world.app().files, line.tenant_id, &[message]).await.unwrap(), 1);
    assert_eq!(store.names().len(), 2);
    assert_eq!(of_tenant(&world.app().files, line.tenant_id).await.unwrap(), 2);
    assert_eq!(store.names(), Vec::<String>::new());
    // What doctor asks.
    let config = at(port);
    let http = HttpClients::new(&config.network).unwrap();
    FileStore::open(&config.media, &http).unwrap().probe(world.clock.uuid_v7()).await.unwrap();
    assert_eq!((store.names(), std::mem::take(&mut store.bucket.lock().unwrap().wrong)), (vec![], vec![]));
    world.close().await;
}

// Who fetches: workers that run by themselves, several on one database, and those that die over it.

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
    // Erased under the fetch: its next life finds nothing, and takes away what it wrote.
    let before = stored(world);
    let id = wants(world, &line, MediaKind::Picture, &url).await;
    world.faults.add("media.before_commit=error:1").unwrap();
    world.fetch_all().await;
    let claimed = row(world, id).await.unwrap();
    assert!(claimed.leased, "another process fetches it");
    of_messages(&world.app().files, line.tenant_id, &[claimed.message_id]).await.unwrap();
    world.advance(Duration::from_secs(60));
    assert_eq!((world.fetch_all().await, stored(world)), (0, before));
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

both!(the_remains_of_a_dead_fetch_are_taken_over_and_removed, a_fetch_that_finishes_too_late_is_discarded);
both!(a_file_refused_by_our_own_store_is_not_lost, a_file_goes_after_its_last_day);
both_engines!(a_worker_fetches_at_once);
once!(an_invalid_avatar_is_left_out_and_requested_again_another_day, an_avatar_is_fetched_once_for_all_who_have_it);
once!(erasing_takes_rows_and_bytes, poison_ends);
on_postgres!(instances_share_the_work);
once!(public_links_are_handed_through in |config| config.media.mode = base::config::MediaMode::Pass);
once!(a_disk_that_is_nearly_full_is_reported_to_the_vendor in |config| config.media.disk_free_mb = u32::MAX);
