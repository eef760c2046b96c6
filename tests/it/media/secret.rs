//! A canary: an address with a token in it is called, and the token is seen nowhere else.

use std::time::Duration;

use parom::media::{FileOrigin, LinkRecipient, MediaKind, avatar, link, wanted};
use parom_tests::{FileHost, Page, World, both};
use sea_orm::{ConnectionTrait, Statement};

use super::{accepts, gone, kept, png, whose};

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

both!(a_token_in_an_address_stays_where_it_is);
