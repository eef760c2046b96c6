//! The holder of a link gets the file, a part of it, or nothing.

use std::time::Duration;

use parom::media::{LinkRecipient, MediaKind, StoredFile, crm_link, link, sweep, uploaded};
use parom_tests::{FileHost, Line, Page, Reply, World, answer, once};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response};
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::{accepts, keeps, kept, png, row, stored, whose};

async fn asks(world: &World, method: Method, url: &Url, headers: &[(&str, &str)]) -> Response {
    let mut request = world.app().http.trusted().request(method, url.clone());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("the server answers")
}

async fn gets(world: &World, url: &Url, headers: &[(&str, &str)]) -> (u16, Vec<u8>) {
    let answer = asks(world, Method::GET, url, headers).await;
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

async fn named(world: &World, line: &parom_tests::Line, kind: MediaKind, name: &str, body: Vec<u8>) -> StoredFile {
    let host = FileHost::start().await;
    let url = host.puts("/x", [Page::file("text/plain", body)]);
    let origin = parom::media::FileOrigin::Url(url);
    let new = parom::media::wanted(&world.app().files, &whose(world, line), kind, origin, name);
    let id = new.id;
    accepts(world, line, vec![new]).await;
    super::kept(world, line, id).await
}

async fn a_file_is_lent_whole_and_in_parts(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    // More than one buffer of the store.
    let bytes = png(6_000_001);
    let kept = keeps(world, &line, MediaKind::Picture, &host.puts("/a.png", [Page::file("x/y", bytes.clone())])).await;
    let url = link(&world.app().files, &kept, LinkRecipient::Webhook);
    assert!(url.as_str().starts_with(&format!("{}/media/", world.app().public_url())), "{url}");
    let whole = asks(world, Method::GET, &url, &[]).await;
    assert_eq!(whole.status(), 200);
    for (name, value) in [
        ("content-type", "image/png"),
        ("content-length", "6000001"),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
        ("content-disposition", "inline; filename=\"picture.png\""),
    ] {
        assert_eq!(header(&whole, name), value, "{name}");
    }
    let tag = header(&whole, "etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", kept.checksum));
    assert_eq!(whole.bytes().await.unwrap(), bytes);

    let head = asks(world, Method::HEAD, &url, &[]).await;
    assert_eq!((head.status().as_u16(), header(&head, "content-length")), (200, "6000001"));
    assert_eq!(header(&head, "etag"), tag);
    assert!(head.bytes().await.unwrap().is_empty());

    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=2-5", 2, 5),
        ("bytes=5999990-", 5_999_990, 6_000_000),
        ("bytes=-3", 5_999_998, 6_000_000),
        ("bytes=5999999-99999999", 5_999_999, 6_000_000),
        ("bytes=-99999999", 0, 6_000_000),
    ] {
        let part = asks(world, Method::GET, &url, &[("range", range)]).await;
        assert_eq!(part.status(), 206, "{range}");
        assert_eq!(header(&part, "content-range"), format!("bytes {first}-{last}/6000001"), "{range}");
        assert_eq!(part.bytes().await.unwrap(), bytes[first..=last], "{range}");
    }
    let head = asks(world, Method::HEAD, &url, &[("range", "bytes=2-5")]).await;
    assert_eq!((head.status().as_u16(), header(&head, "content-length")), (206, "4"));
    let beyond = asks(world, Method::GET, &url, &[("range", "bytes=6000001-")]).await;
    assert_eq!((beyond.status().as_u16(), header(&beyond, "content-range")), (416, "bytes */6000001"));
    // What is not understood, and what belongs to another file, is no range.
    for headers in [
        vec![("range", "bytes=0-1,4-5")],
        vec![("range", "lines=0-1")],
        vec![("range", "bytes=5-2")],
        vec![("range", "bytes=0-1"), ("if-range", "\"other\"")],
        vec![("range", "bytes=0-1"), ("if-range", "Fri, 20 Nov 2026 09:00:00 GMT")],
    ] {
        let (status, body) = gets(world, &url, &headers).await;
        assert_eq!((status, body.len()), (200, bytes.len()), "{headers:?}");
    }
    assert_eq!(gets(world, &url, &[("range", "bytes=0-1"), ("if-range", &tag)]).await.0, 206);
    assert_eq!(gets(world, &url, &[("if-none-match", &tag)]).await, (304, Vec::new()));
    assert_eq!(gets(world, &url, &[("if-none-match", "\"other\"")]).await.0, 200);
}

async fn content_that_a_browser_would_execute_is_never_shown_inline(world: &mut World) {
    let line = world.line("support").await;
    for (name, body, content_type) in [
        ("page.html", "<!doctype html><script>alert(1)</script>", "application/octet-stream"),
        ("picture.png", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "application/octet-stream"),
        (
            "data.xml",
            "<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'/>",
            "application/octet-stream",
        ),
        ("run.js", "alert(1)", "text/plain; charset=utf-8"),
        ("paper.pdf", "%PDF-1.7", "application/pdf"),
    ] {
        let kept = named(world, &line, MediaKind::Picture, name, body.into()).await;
        let answer = asks(world, Method::GET, &link(&world.app().files, &kept, LinkRecipient::Panel), &[]).await;
        assert_eq!(header(&answer, "content-type"), content_type, "{name}");
        assert!(header(&answer, "content-disposition").starts_with("attachment; "), "{name}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert!(header(&answer, "content-security-policy").contains("sandbox"));
    }
}

async fn no_name_gets_out_of_its_header(world: &mut World) {
    let line = world.line("support").await;
    for (name, told, last) in [
        ("../../../etc/passwd", "attachment; filename=\"passwd\"", "passwd"),
        ("a\"; filename=\"b.exe", "attachment; filename=\"a; filename=b.exe\"", "a;%20filename=b.exe"),
        ("x\r\nSet-Cookie: a=b", "attachment; filename=\"xSet-Cookie a=b\"", "xSet-Cookie%20a=b"),
        (
            "Счёт.txt",
            "attachment; filename=\"____.txt\"; filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82.txt",
            "%D0%A1%D1%87%D1%91%D1%82.txt",
        ),
        ("q?a=b#c.txt", "attachment; filename=\"qa=b#c.txt\"", "qa=b%23c.txt"),
    ] {
        let kept = named(world, &line, MediaKind::File, name, b"text".to_vec()).await;
        let url = link(&world.app().files, &kept, LinkRecipient::Panel);
        assert_eq!(url.path_segments().unwrap().next_back().unwrap(), last, "{name}");
        let answer = asks(world, Method::GET, &url, &[]).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "content-disposition")), (200, told), "{name}");
        assert!(answer.headers().get("set-cookie").is_none());
    }
}

async fn links_end_and_cannot_be_made(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let kept = keeps(world, &line, MediaKind::Picture, &host.puts("/a.png", [Page::file("x/y", png(100))])).await;
    let app = world.app().clone();
    let [webhook, crm, panel] = [LinkRecipient::Webhook, LinkRecipient::Crm, LinkRecipient::Panel]
        .map(|reader| link(&app.files, &kept, reader));
    for url in [&webhook, &crm, &panel] {
        assert_eq!(gets(world, url, &[]).await.0, 200);
        let (before, rest) = url.as_str().split_once("/media/").unwrap();
        let (token, name) = rest.split_once('/').unwrap();
        // Another name is fine; a changed token is not a valid link.
        assert_eq!(gets(world, &format!("{before}/media/{token}/other.txt").parse().unwrap(), &[]).await.0, 200);
        for at in [0, 10, 30, 50, token.len() - 2] {
            let other = if &token[at..=at] == "A" { "B" } else { "A" };
            let forged = format!("{}{other}{}", &token[..at], &token[at + 1..]);
            let forged = format!("{before}/media/{forged}/{name}").parse().unwrap();
            assert_eq!(gets(world, &forged, &[]).await.0, 404, "sign {at}");
        }
        for token in ["", "x", &token[..20], &"A".repeat(98), "%00", "..%2f.."] {
            assert_eq!(gets(world, &format!("{before}/media/{token}/{name}").parse().unwrap(), &[]).await.0, 404);
        }
    }
    let for_ever = crm_link(&app.files, &kept, true).await.unwrap();
    world.advance(Duration::from_secs(3_600));
    assert_eq!((gets(world, &panel, &[]).await.0, gets(world, &webhook, &[]).await.0), (410, 200));
    world.advance(Duration::from_secs(23 * 3_600));
    assert_eq!(gets(world, &webhook, &[]).await.0, 200, "a day was promised");
    world.advance(Duration::from_secs(24 * 3_600));
    assert_eq!((gets(world, &webhook, &[]).await.0, gets(world, &crm, &[]).await.0), (410, 200));
    world.advance(Duration::from_secs(6 * 86_400));
    assert_eq!(gets(world, &crm, &[]).await.0, 410);
    // Guessing reveals nothing: the texts are equal.
    let said = async |url: &Url| String::from_utf8(gets(world, url, &[]).await.1).unwrap();
    assert_eq!(said(&crm).await, said(&format!("{}/media/x/y", app.public_url()).parse().unwrap()).await);
    world.advance(Duration::from_secs(400 * 86_400));
    parom::media::sweep(&app.files).await.unwrap();
    assert_eq!(gets(world, &for_ever, &[]).await.0, 200, "amoCRM keeps this link instead of a copy");
}

/// A link says of itself whose file it means: with another account's id in it, it is no link of ours.
async fn a_link_opens_one_account_only(world: &mut World) {
    let (ours, theirs) = (world.line("support").await, world.line_at("other.amocrm.ru", "support").await);
    let host = FileHost::start().await;
    let page = || [Page::file("x/y", png(100))];
    let kept = keeps(world, &ours, MediaKind::Picture, &host.puts("/ours.png", page())).await;
    let other = keeps(world, &theirs, MediaKind::Picture, &host.puts("/theirs.png", page())).await;
    // Ours by tenant, theirs by id: signed rightly, yet there is no such file.
    let mut mixed = other;
    mixed.tenant_id = ours.tenant_id;
    assert_eq!(gets(world, &link(&world.app().files, &mixed, LinkRecipient::Panel), &[]).await.0, 404);
    let found = parom::media::find(&world.app().files, theirs.tenant_id, kept.id).await.unwrap();
    assert!(found.is_none());
    assert_eq!(super::gone(world, &theirs, kept.id).await, "media_gone");
}

// Files that a messenger's developer sends us.

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

/// Once under one key, and to one source.
async fn an_upload_belongs_to_its_source(world: &mut World) {
    let (line, other) = (world.line("support").await, world.line("sales").await);
    let theirs = world.line_at("other.amocrm.ru", "support").await;
    let app = world.app().clone();
    let key = ("idempotency-key", "upload-1");
    let reply = uploads(world, &line, &[key], png(100)).await.is(200);
    let again = uploads(world, &line, &[key], png(100)).await.is(200);
    assert_eq!((again.header("idempotency-replayed"), &again.json), ("true", &reply.json));
    assert_eq!(uploads(world, &line, &[key], png(101)).await.is(422).wrong_fields(), ["/Idempotency-Key"]);
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

async fn too_large_uploads_are_refused(world: &mut World) {
    let line = world.line("support").await;
    let megabyte = 1024 * 1024;
    let octets = [(CONTENT_TYPE.as_str(), "application/octet-stream")];
    // Its kind is detected from its bytes: a picture may be 1 MB, another file 2 MB.
    assert_eq!(uploads(world, &line, &octets, png(megabyte + 1)).await.status, 413);
    assert_eq!(uploads(world, &line, &octets, vec![0; 2 * megabyte + 1]).await.status, 413);
    let multipart = [("content-type", "multipart/form-data; boundary=b")];
    let large = png(megabyte + 1);
    let parts: [(&str, &[u8]); 1] = [("name=\"file\"; filename=\"a.png\"", &large)];
    assert_eq!(uploads(world, &line, &multipart, form(&parts)).await.status, 413);
    uploads(world, &line, &octets, vec![0; 2 * megabyte]).await.is(200);
    let full = uploads(world, &line, &octets, vec![0; 2 * megabyte]).await.is(409);
    assert!(full.text.contains("media_no_room"), "{}", full.text);
    assert_eq!(stored(world).len(), 1);
}

once!(content_that_a_browser_would_execute_is_never_shown_inline, an_upload_is_kept_for_a_message_to_name);
once!(a_file_is_lent_whole_and_in_parts, an_upload_belongs_to_its_source, no_name_gets_out_of_its_header);
once!(a_link_opens_one_account_only, links_end_and_cannot_be_made, forms_names_and_types);
once!(too_large_uploads_are_refused in |config| {
    config.media.picture_mb = 1;
    config.media.video_mb = 1;
    config.media.audio_mb = 1;
    config.media.file_mb = 2;
    config.media.tenant_mb = 3;
});
