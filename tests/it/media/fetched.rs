//! From an address to a kept file: what is believed, how often it is asked, which addresses are never called, and
//! that a token in one stays secret.

use std::time::Duration;

use parom::media::{FileOrigin, LinkRecipient, MediaKind, avatar, link, sweep, wanted};
use parom_tests::{FileHost, Page, World, both, once};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{accepts, gone, keeps, kept, later, png, row, stored, unstored_line, wants, whose};

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
    // Who needs it before it was fetched fetches it.
    let id = wants(world, &line, MediaKind::Picture, &host.puts("/a.png", [Page::file("image/png", png(10))])).await;
    super::kept(world, &line, id).await;
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

/// What a host answers to the requests for a file, how often it is asked again and after how many seconds in all, and what
/// becomes of the file.
async fn a_host_is_asked_again_as_its_answers_deserve(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let half = Page::file("image/png", png(50_000)).telling(100_000);
    let busy = Page::status(503).with("Retry-After", "120");
    let packed = Page::file("text/plain", "\u{1f}…").with("Content-Encoding", "gzip");
    for (path, pages, (again, seconds), ends) in [
        ("/half.png", vec![half.clone(), Page::file("image/png", png(100_000))], (1, 5), Ok(100_000)),
        ("/never.png", vec![half], (5, 920), Err("broke_off")),
        ("/401", vec![Page::status(401)], (1, 5), Err("status_401")),
        ("/403", vec![Page::status(403)], (1, 5), Err("status_403")),
        ("/404", vec![Page::status(404)], (1, 5), Err("status_404")),
        ("/410", vec![Page::status(410)], (1, 5), Err("status_410")),
        ("/empty", vec![Page::file("image/png", "")], (1, 5), Err("empty")),
        ("/packed", vec![packed], (1, 5), Err("encoded")),
        ("/busy", vec![busy, Page::status(429), Page::file("text/plain", "at last")], (2, 135), Ok(7)),
    ] {
        let id = wants(world, &line, MediaKind::File, &host.puts(path, pages)).await;
        let mut waited = 0;
        for _ in 0..again {
            world.fetch_all().await;
            let after = later(world, &line, id).await;
            waited += after;
            world.advance(Duration::from_secs(after));
        }
        world.fetch_all().await;
        assert_eq!((host.count(path), waited), (again + 1, seconds), "{path}");
        match ends {
            Ok(size) => assert_eq!(kept(world, &line, id).await.size, size, "{path}"),
            Err(reason) => assert_eq!(gone(world, &line, id).await, reason, "{path}"),
        }
    }
    assert_eq!(stored(world).len(), 2, "nothing of half a file stays");
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

async fn files_too_large_are_refused_by_announced_and_by_received_size(world: &mut World) {
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
        let id = wants(world, &line, kind, url).await;
        world.fetch_all().await;
        assert_eq!(gone(world, &line, id).await, reason, "{kind:?} {url}");
    }
    assert_eq!(host.count("/told.png"), 2, "what is refused is not asked for again");
    assert!(stored(world).is_empty());
    // The account's room is used up, another account's is not.
    keeps(world, &line, MediaKind::Picture, &just).await;
    keeps(world, &line, MediaKind::Picture, &just).await;
    let third = wants(world, &line, MediaKind::Picture, &just).await;
    world.fetch_all().await;
    assert_eq!(gone(world, &line, third).await, "no_room");
    // Its people are alerted once, until there is room again.
    let open = async || {
        let open = parom::alert::open(world.app().store.read(), line.tenant_id).await.unwrap();
        open.into_iter().filter(|alert| alert.kind == "media_full").count()
    };
    sweep(&world.app().files).await.unwrap();
    assert_eq!(open().await, 1);
    world.panel(line.tenant_id).await.opens("/panel/alerts").await.is(200).says(&["No room for more files"]);
    world.advance(Duration::from_secs(31 * 86_400));
    sweep(&world.app().files).await.unwrap();
    assert_eq!(open().await, 0);
    let other = world.line_at("other.amocrm.ru", "support").await;
    keeps(world, &other, MediaKind::Picture, &just).await;
}

// Callers cannot make Parom request addresses in private networks.

/// Only this machine's own address is listed; everything below is written so that it would lead elsewhere on it.
async fn forbidden_addresses_are_refused_before_a_call(world: &mut World) {
    let line = world.line("support").await;
    let inside = FileHost::start_at("127.0.0.2").await;
    let port = inside.url("").rsplit(':').next().unwrap().to_owned();
    for url in [
        inside.url("/"),
        format!("https://127.0.0.2:{port}/"),
        format!("http://0x7f.2:{port}/"),
        format!("http://2130706434:{port}/"),
        format!("http://0177.0.0.2:{port}/"),
        format!("http://[::ffff:127.0.0.2]:{port}/"),
        format!("http://[::ffff:7f00:2]:{port}/"),
        format!("http://[64:ff9b::127.0.0.2]:{port}/"),
        format!("http://user:pass@127.0.0.1:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://[fd00:ec2::254]/".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://[::1]/".to_owned(),
        "http://8.8.8.8/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1:70/".to_owned(),
        "data:text/plain,hello".to_owned(),
        "//127.0.0.1/".to_owned(),
        "not an address".to_owned(),
    ] {
        let id = wants(world, &line, MediaKind::File, &url).await;
        assert_eq!(world.fetch_all().await, 0, "{url} is not even tried");
        assert_eq!(gone(world, &line, id).await, "address_refused", "{url}");
    }
    assert!(inside.asked().is_empty(), "{:?}", inside.asked());
}

async fn each_step_of_a_redirect_is_looked_at(world: &mut World) {
    let line = world.line("support").await;
    let inside = FileHost::start_at("127.0.0.2").await;
    inside.puts("/secret", [Page::file("text/plain", "secret")]);
    let host = FileHost::start().await;
    for to in [
        inside.url("/secret"),
        inside.url("/secret").replace("127.0.0.2", "[::ffff:127.0.0.2]"),
        "http://169.254.169.254/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let id = wants(world, &line, MediaKind::File, &host.puts("/away", [Page::to(&to)])).await;
        world.fetch_all().await;
        assert_eq!(gone(world, &line, id).await, "address_refused", "{to}");
    }
    assert!(inside.asked().is_empty() && stored(world).is_empty());
    // An honest one is followed, also a relative one, without a referrer.
    host.puts("/there/file.png", [Page::file("image/png", png(20))]);
    host.puts("/step", [Page::to("there/file.png")]);
    let url = host.puts("/start", [Page::to(&host.url("/step"))]);
    assert_eq!(keeps(world, &line, MediaKind::Picture, &url).await.size, 20);
    assert!(host.asked().iter().all(|asked| !asked.head.to_lowercase().contains("referer")));
    // A ring of them ends.
    let id = wants(world, &line, MediaKind::File, &host.puts("/ring", [Page::to("/ring")])).await;
    world.fetch_all().await;
    assert_eq!((later(world, &line, id).await, host.count("/ring")), (5, 6));
    world.advance(Duration::from_secs(5));
    world.fetch_all().await;
    assert_eq!(gone(world, &line, id).await, "redirect");
}

/// A name is resolved once, for the connection itself: a name that was public when it was checked gains nothing.
async fn a_name_is_judged_by_what_is_dialled(world: &mut World) {
    let line = unstored_line(world);
    let host = FileHost::start().await;
    let named = host.url("/x").replace("http://127.0.0.1", "https://localhost");
    let id = wants(world, &line, MediaKind::File, &named).await;
    assert_eq!(world.fetch_all().await, 1, "nothing is wrong with the name itself");
    assert_eq!(gone(world, &line, id).await, "address_refused");
    assert!(host.asked().is_empty());
}

// A canary: an address with a token in it is called, and the token is seen nowhere else.

const CANARY: &str = "bot7700112233-AAFcanary";

/// Everything that the database holds, as text and as hex of bytes.
async fn dump(world: &World) -> String {
    let store = &world.app().store;
    let (names, all) = if store.is_sqlite() {
        ("SELECT name FROM sqlite_master WHERE type = 'table'", "SELECT * FROM")
    } else {
        ("SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'", "")
    };
    let db = store.read();
    let mut said = String::new();
    for table in db.query_all_raw(Statement::from_string(store.backend(), names)).await.unwrap() {
        let name: String = table.try_get("", "name").unwrap();
        let rows = if store.is_sqlite() {
            format!("{all} \"{name}\"")
        } else {
            format!("SELECT t::text AS row FROM \"{name}\" t")
        };
        for row in db.query_all_raw(Statement::from_string(store.backend(), rows)).await.unwrap() {
            for column in row.column_names() {
                let text = row.try_get::<Option<String>>("", &column).ok().flatten();
                let bytes = row.try_get::<Option<Vec<u8>>>("", &column).ok().flatten();
                said.push_str(&text.unwrap_or_default());
                said.push_str(&String::from_utf8_lossy(&bytes.unwrap_or_default()));
                said.push('\n');
            }
        }
    }
    said
}

async fn a_token_in_an_address_stays_where_it_is(world: &mut World) {
    let line = world.line("support").await;
    let app = world.app().clone();
    let (host, next) = (FileHost::start().await, FileHost::start().await);
    next.puts("/stored.png", [Page::file("x/y", png(10))]);
    let path = format!("/file/{CANARY}/photo.png?token={CANARY}");
    host.puts(&path, [Page::to(&next.url("/stored.png"))]);
    let missing = host.puts(&format!("/missing/{CANARY}"), [Page::status(404)]);
    let unreachable = format!("http://127.0.0.1:1/{CANARY}");
    let whose = whose(world, &line);
    let files = vec![
        wanted(&app.files, &whose, MediaKind::Picture, FileOrigin::Url(host.url(&path)), ""),
        wanted(&app.files, &whose, MediaKind::File, FileOrigin::Url(missing), ""),
        wanted(&app.files, &whose, MediaKind::File, FileOrigin::Url(unreachable), ""),
        wanted(&app.files, &whose, MediaKind::File, FileOrigin::Url(format!("http://127.0.0.3:99999/{CANARY}")), ""),
        wanted(&app.files, &whose, MediaKind::File, FileOrigin::Url(format!("https://{CANARY}@127.0.0.1/")), ""),
        avatar(&app.files, &whose, FileOrigin::Url(host.url(&path))),
    ];
    assert!(!format!("{files:?}").contains(CANARY));
    assert!(!format!("{:?}", FileOrigin::Url(host.url(&path))).contains(CANARY));
    let [picture, missing] = [files[0].id, files[1].id];
    accepts(world, &line, files).await;
    assert!(!dump(world).await.contains(CANARY), "while it waits it is sealed");
    for _ in 0..8 {
        world.fetch_all().await;
        world.advance(Duration::from_secs(900));
    }
    assert_eq!(host.count(&path), 2, "the canary sang: the file and the face were asked for");
    let kept = kept(world, &line, picture).await;
    for reader in [LinkRecipient::Webhook, LinkRecipient::Crm, LinkRecipient::Panel] {
        let url = link(&app.files, &kept, reader);
        assert!(!url.as_str().contains(CANARY), "{url}");
        let answer = app.http.trusted().get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(!format!("{:?}", answer.headers()).contains(CANARY));
    }
    assert!(!format!("{kept:?}").contains(CANARY));
    assert_eq!(gone(world, &line, missing).await, "status_404");
    assert!(!dump(world).await.contains(CANARY));
    assert!(next.asked().iter().all(|asked| !asked.head.contains(CANARY)), "nor does the next host hear it");
}

both!(a_file_is_fetched_once_and_counted_and_hashed);
once!(files_that_do_not_come_hold_no_other_conversation, a_host_that_refuses_connections_is_tried_twice);
once!(forbidden_addresses_are_refused_before_a_call, a_host_is_asked_again_as_its_answers_deserve);
once!(a_token_in_an_address_stays_where_it_is, each_step_of_a_redirect_is_looked_at);
once!(a_false_kind_makes_it_a_plain_file);
once!(files_too_large_are_refused_by_announced_and_by_received_size in |config| {
    config.media.picture_mb = 1;
    config.media.avatar_mb = 1;
    config.media.tenant_mb = 2;
});
once!(a_name_is_judged_by_what_is_dialled in |config| config.network.allow_private.clear());
