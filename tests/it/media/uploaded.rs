//! Files that a messenger's developer sends us.

use base::config::Config;
use parom::media::{LinkRecipient, link, sweep, uploaded};
use parom_tests::{Engine, Line, Place, Reply, Setup, World, answer, both, once};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use uuid::Uuid;

use super::{accepts, kept, png, row, stored, whose};

async fn uploads(world: &World, line: &Line, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
    let mut request = world.api.request(Method::POST, &line.path("/media")).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    answer(request).await
}

fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, bytes) in parts {
        body.extend(format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    body
}

async fn an_upload_is_kept_for_a_message_to_name(world: &mut World) {
    let line = world.line("support").await;
    let app = world.app().clone();
    let reply = uploads(world, &line, &[("content-type", "text/html")], png(5_000)).await.is(200);
    let id: Uuid = reply.text_at("/media_id").parse().unwrap();
    assert_eq!(reply.json, json!({"media_id": id, "size": 5_000, "mime_type": "image/png"}));
    let whose_it_is = whose(world, &line);
    let found = uploaded(&app.files, &whose_it_is, id).await.unwrap();
    assert_eq!((found.file_name.as_str(), found.size, found.mime_type.as_str()), ("picture.png", 5_000, "image/png"));
    // A message names it, so it stays as long as other files.
    accepts(world, &line, vec![found.media]).await;
    assert_eq!(row(world, id).await.unwrap().message_id, whose_it_is.message_id);
    world.advance(std::time::Duration::from_secs(20 * 86_400));
    sweep(&app.files).await.unwrap();
    let kept = kept(world, &line, id).await;
    let lent = app.http.trusted().get(link(&app.files, &kept, LinkRecipient::Webhook)).send().await.unwrap();
    assert_eq!(lent.bytes().await.unwrap(), png(5_000));
    // A file without a message is deleted after a week.
    uploads(world, &line, &[], b"never named".to_vec()).await.is(200);
    world.advance(std::time::Duration::from_secs(8 * 86_400));
    assert_eq!(sweep(&app.files).await.unwrap(), 1);
}

async fn forms_names_and_types(world: &mut World) {
    let line = world.line("support").await;
    let app = world.app().clone();
    let name_of = async |reply: Reply| {
        let id = reply.text_at("/media_id").parse().unwrap();
        uploaded(&app.files, &whose(world, &line), id).await.unwrap().file_name
    };
    let multipart = ("content-type", "multipart/form-data; boundary=b");
    let parts: [(&str, &[u8]); 3] = [
        ("name=\"note\"", b"not a file"),
        ("name=\"file\"; filename=\"../price list.txt\"", b"prices"),
        ("name=\"second\"; filename=\"b.txt\"", b"ignored"),
    ];
    let reply = uploads(world, &line, &[multipart], form(&parts)).await.is(200);
    assert_eq!((&reply.json["size"], &reply.json["mime_type"]), (&json!(6), &json!("text/plain")));
    assert_eq!(name_of(reply).await, "price list.txt");
    let header = ("content-disposition", "attachment; filename*=UTF-8''%D0%B0.txt");
    assert_eq!(name_of(uploads(world, &line, &[header], b"x".to_vec()).await.is(200)).await, "а.txt");
    let named = world.api.request(Method::POST, &line.path("/media?file_name=report.txt")).body("x");
    assert_eq!(name_of(answer(named).await.is(200)).await, "report.txt");

    for (headers, body, status) in [
        (vec![], vec![], 422),
        (vec![multipart], form(&parts[..1]), 422),
        (vec![multipart], b"no form at all".to_vec(), 400),
        (vec![("content-type", "multipart/form-data")], form(&parts), 415),
        (vec![("content-type", "multipart/mixed; boundary=b")], form(&parts), 415),
        (vec![("content-type", "application/x-www-form-urlencoded")], b"a=b".to_vec(), 415),
        (vec![("content-encoding", "gzip")], b"x".to_vec(), 415),
        (vec![("idempotency-key", "")], b"x".to_vec(), 422),
    ] {
        let reply = uploads(world, &line, &headers, body).await;
        assert_eq!(reply.status, status, "{headers:?}: {}", reply.text);
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
    let wrong = world.api.request(Method::POST, &line.path("/media?colour=red")).body("x");
    assert_eq!(answer(wrong).await.is(422).wrong_fields(), ["/colour"]);
    assert_eq!(stored(world).len(), 3, "nothing stays of what was refused");
}

async fn an_upload_is_done_once(world: &mut World) {
    let line = world.line("support").await;
    let key = ("idempotency-key", "upload-1");
    let first = uploads(world, &line, &[key], png(100)).await.is(200);
    let second = uploads(world, &line, &[key], png(100)).await.is(200);
    assert_eq!((second.header("idempotency-replayed"), &second.json), ("true", &first.json));
    assert_eq!(uploads(world, &line, &[key], png(101)).await.is(422).wrong_fields(), ["/Idempotency-Key"]);
    assert_eq!(stored(world).len(), 1);
}

async fn an_upload_belongs_to_its_source(world: &mut World) {
    let (line, other) = (world.line("support").await, world.line("sales").await);
    let theirs = world.line_at("other.amocrm.ru", "support").await;
    let app = world.app().clone();
    let reply = uploads(world, &line, &[], png(100)).await.is(200);
    let id: Uuid = reply.text_at("/media_id").parse().unwrap();
    for foreign in [&other, &theirs] {
        let refused = uploaded(&app.files, &whose(world, foreign), id).await.unwrap_err();
        assert!(matches!(&refused, base::error::Error::Invalid(fields) if fields[0].pointer == "/content/media_id"));
    }
    assert!(uploaded(&app.files, &whose(world, &line), world.clock.uuid_v7()).await.is_err());
    // Keys: none, one that may only read, another account's.
    let bare = app.http.trusted().post(format!("{}{}", world.api.base(), line.path("/media"))).body("x");
    assert_eq!(answer(bare).await.status, 401);
    for (tenant_id, key, scope, status) in [
        (line.tenant_id, "prm_reads-0123456789abcdefghijklmnopqrst", "read", 403),
        (theirs.tenant_id, "prm_foreign-0123456789abcdefghijklmnopqr", "admin", 404),
    ] {
        world.add_key(tenant_id, key, scope).await;
        let api = parom_tests::Api::new(&world.api.base(), key);
        assert_eq!(answer(api.request(Method::POST, &line.path("/media")).body("x")).await.status, status);
    }
    assert_eq!(stored(world).len(), 1);
}

async fn too_large_uploads_are_refused() {
    fn small(config: &mut Config) {
        config.media.picture_mb = 1;
        config.media.video_mb = 1;
        config.media.audio_mb = 1;
        config.media.file_mb = 2;
        config.media.tenant_mb = 3;
    }
    let Some(world) = World::start(Engine::Sqlite, Setup { change: small, ..Setup::default() }).await else { return };
    let line = world.line("support").await;
    let megabyte = 1024 * 1024;
    let octets = [(CONTENT_TYPE.as_str(), "application/octet-stream")];
    // Its kind is detected from its bytes: a picture may be 1 MB, another file 2 MB.
    assert_eq!(uploads(&world, &line, &octets, png(megabyte + 1)).await.status, 413);
    assert_eq!(uploads(&world, &line, &octets, vec![0; 2 * megabyte + 1]).await.status, 413);
    let multipart = [("content-type", "multipart/form-data; boundary=b")];
    let large = png(megabyte + 1);
    let parts: [(&str, &[u8]); 1] = [("name=\"file\"; filename=\"a.png\"", &large)];
    assert_eq!(uploads(&world, &line, &multipart, form(&parts)).await.status, 413);
    uploads(&world, &line, &octets, vec![0; 2 * megabyte]).await.is(200);
    let full = uploads(&world, &line, &octets, vec![0; 2 * megabyte]).await.is(409);
    assert!(full.text.contains("media_no_room"), "{}", full.text);
    assert_eq!(stored(&world).len(), 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits() {
    too_large_uploads_are_refused().await;
}

both!(an_upload_is_kept_for_a_message_to_name, an_upload_is_done_once);
once!(forms_names_and_types, an_upload_belongs_to_its_source);
