//! The bucket instead of the folder, at a store of our own that speaks as much of S3 as is needed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::http::Method;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base::config::Config;
use base::http_client::HttpClients;
use bytes::Bytes;
use parom::media::{FileStore, LinkRecipient, MediaKind, link, of_messages, of_tenant};
use parom_tests::{Engine, FileHost, Page, Place, Setup, World};

use super::{keeps, png, row, unstored_line};

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
