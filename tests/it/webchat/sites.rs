//! Which sites may hold a chat, and what they get.

use std::io::Write;
use std::time::Duration;

use entity::chat_site;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt;
use parom_tests::settings::HOST;
use parom_tests::{World, answer, both, once};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::{OnSite, SHOP, chat_of, chat_with};

const ALLOWED: &str = "access-control-allow-origin";

/// The owner sees which sites have loaded the chat, and when; other sites, and visitors within the same minute, write
/// nothing.
async fn the_owner_sees_which_sites_load_the_chat(world: &mut World) {
    const SHOP_TOO: &str = "https://shop-too.example";
    let source = chat_with(world, json!({"allowed_origins": [SHOP, SHOP_TOO]})).await;
    let panel = world.panel(world.active(HOST).await).await;
    let install = format!("/panel/sources/{source}/access?tab=install");
    assert_eq!(panel.opens(&install).await.is(200).text.matches("no page has loaded the chat yet").count(), 2);
    let rows = async |world: &World| chat_site::Entity::find().all(world.app().store.read()).await.unwrap();
    let anna = OnSite::new(&source);
    let evil = OnSite { origin: "https://evil.example".to_owned(), ..anna.clone() };
    evil.gets(world, "/look").await.is(403);
    answer(world.api.anonymous(Method::GET, &anna.chat)).await.is(200);
    assert!(rows(world).await.is_empty(), "neither foreign sites nor the own page count");
    anna.gets(world, "/look").await.is(200);
    let first = rows(world).await;
    assert_eq!(first.iter().map(|row| row.origin.as_str()).collect::<Vec<_>>(), [SHOP]);
    world.advance(Duration::from_secs(59));
    anna.gets(world, "/look").await.is(200);
    assert_eq!(rows(world).await, first, "once a minute");
    world.advance(Duration::from_secs(2 * 60));
    let page = panel.opens(&install).await.is(200);
    page.says(&["last loaded", "2 minutes ago"]);
    assert_eq!(page.text.matches("no page has loaded the chat yet").count(), 1);
    OnSite { origin: SHOP_TOO.to_owned(), ..anna.clone() }.gets(world, "/look").await.is(200);
    anna.gets(world, "/look").await.is(200);
    let page = panel.opens(&install).await.is(200);
    assert_eq!(page.text.matches("last loaded").count(), 2);
    assert_eq!(rows(world).await.len(), 2);
}

async fn only_sites_of_the_list_are_let_in(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP], "title": "Shop"})).await;
    let anna = OnSite::new(&source);
    let preflight = async |origin: &str| {
        let request = world.api.anonymous(Method::OPTIONS, &format!("/chat/{source}/messages"));
        let request = request.header("Origin", origin).header("Access-Control-Request-Method", "POST");
        answer(request.header("Access-Control-Request-Headers", "authorization, content-type")).await
    };
    let let_in = preflight(SHOP).await.is(204);
    assert_eq!(let_in.header(ALLOWED), SHOP);
    assert!(let_in.header("access-control-allow-headers").contains("Authorization"));
    assert_eq!(let_in.header("access-control-allow-credentials"), "", "cookies stay at home");
    let look = anna.gets(world, "/look").await.is(200);
    assert_eq!((look.text_at("/title"), look.header(ALLOWED)), ("Shop".to_owned(), SHOP));
    assert!(look.header("vary").contains("Origin"));
    anna.writes(world, "Hello").await.is(202);
    // What is refused can be read by the site's script too.
    let twice = anna.posts(world, "/messages", json!({"id": Uuid::nil(), "text": ""})).await.is(422);
    assert_eq!(twice.header(ALLOWED), SHOP);

    for origin in ["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"] {
        assert_ne!(preflight(origin).await.status, 204);
        let evil = OnSite { origin: origin.to_owned(), ..anna.clone() };
        for path in ["/look", "/history", "/events"] {
            let refused = evil.gets(world, path).await.is(403);
            assert_eq!(refused.header(ALLOWED), "", "{origin}{path}");
        }
        for (path, body) in [
            ("/messages", json!({"id": Uuid::new_v4(), "text": "forged"})),
            ("/receipts", json!({"read": []})),
            ("/reactions", json!({"id": Uuid::nil(), "emoji": null})),
            ("/typing", json!({})),
        ] {
            assert_eq!(evil.posts(world, path, body).await.is(403).header(ALLOWED), "", "{origin}{path}");
        }
    }
    // A cookie of the chat's own page says nothing on a site, and a secret says nothing without one.
    let shown = answer(world.api.anonymous(Method::GET, &anna.chat)).await.is(200);
    let cookie = shown.header("set-cookie").split(';').next().unwrap().to_owned();
    let nobody = OnSite { token: String::new(), ..anna.clone() };
    answer(nobody.request(world, Method::GET, "/history").header("Cookie", cookie)).await.is(403);
    let no_page = world.api.anonymous(Method::GET, &format!("{}/history", anna.chat)).bearer_auth(&anna.token);
    answer(no_page).await.is(403);
    assert_eq!(world.messages().await.len(), 1);

    // Without a list there is the chat's own page alone.
    world.api.patch(&format!("/api/v1/sources/{source}"), &json!({"settings": {}})).await.is(200);
    assert_ne!(preflight(SHOP).await.status, 204);
    anna.writes(world, "Hello again").await.is(403);
    answer(world.api.anonymous(Method::GET, &anna.chat)).await.is(200);
    world.deliver_all().await;
}

async fn a_visitor_of_a_site_talks(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let (anna, boris) = (OnSite::new(&source), OnSite::new(&source));
    // Another tab listens before the first word.
    let stream = anna.request(world, Method::GET, "/events?after=0").send().await.unwrap();
    assert_eq!((stream.status().as_u16(), stream.headers()[ALLOWED].to_str().unwrap()), (200, SHOP));
    let id = Uuid::new_v4();
    let hello = json!({"id": id, "text": "Hello"});
    anna.posts(world, "/messages", hello.clone()).await.is(202);
    anna.posts(world, "/messages", hello).await.is(200);
    boris.writes(world, "Me too").await.is(202);
    world.deliver_all().await;
    world.sandbox.manager_says(HOST, &chat_of(world, "Hello"), "Good morning").await.unwrap();
    world.deliver_all().await;
    let mut stream = stream.bytes_stream();
    let mut heard = String::new();
    while !heard.contains("Good morning") {
        heard.push_str(std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap());
    }
    assert!(heard.contains(&format!("event: spoke\ndata: {{\"id\":\"{id}\"}}")), "{heard}");
    assert!(!heard.contains("Me too"), "{heard}");
    assert_eq!(anna.texts(world).await, ["Hello", "Good morning"]);
    assert_eq!(boris.texts(world).await, ["Me too"]);
    let told = anna.gets(world, "/history").await.is(200);
    assert_eq!((&told.json["started"], &told.json["lines"][1]["owed"]), (&json!(true), &json!("delivered")));
    let answer_id = told.text_at("/lines/1/id");
    boris.posts(world, "/receipts", json!({"read": [answer_id]})).await.is(204);
    anna.posts(world, "/receipts", json!({"read": [answer_id]})).await.is(204);
    assert_eq!(anna.gets(world, "/history").await.json["lines"][1]["owed"], json!(null));
    anna.posts(world, "/typing", json!({})).await.is(204);
    OnSite::new(&source).posts(world, "/typing", json!({})).await.is(204);
    world.deliver_all().await;
    let chat = chat_of(world, "Hello");
    let chats = world.sandbox.chats(HOST);
    assert!(chats.iter().find(|one| one.id == chat).unwrap().typing_until.is_some(), "the manager sees Anna type");
}

async fn a_visitor_who_writes_too_fast_is_refused(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let anna = OnSite::new(&source);
    for number in 0..20 {
        anna.writes(world, &format!("n{number}")).await.is(202);
    }
    let late = anna.writes(world, "n20").await.is(429);
    assert_eq!((late.header("retry-after"), late.header(ALLOWED)), ("3", SHOP));
    // New names do not help: one address begins so many chats of a site and no more.
    let mut begun = 1;
    while OnSite::new(&source).writes(world, "Hello").await.status == 202 {
        begun += 1;
        assert!(begun <= 15, "{begun} chats");
    }
    assert_eq!(begun, 15);
    anna.posts(world, "/typing", json!({})).await.is(204);
    world.deliver_all().await;
}

/// The line of HTML, and what it loads.
async fn the_script_is_small_and_there(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let script = answer(world.api.anonymous(Method::GET, &format!("/chat/{source}/embed.js"))).await.is(200);
    assert!(script.header("content-type").starts_with("text/javascript"));
    assert_eq!(script.header("cross-origin-resource-policy"), "cross-origin");
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(script.text.as_bytes()).unwrap();
    let bytes = packed.finish().unwrap().len();
    assert!((8_000..20 * 1024).contains(&bytes), "{bytes} bytes");
    let sent =
        world.api.anonymous(Method::GET, &format!("/chat/{source}/embed.js")).header("Accept-Encoding", "br, gzip");
    let sent = answer(sent).await.is(200);
    assert_eq!((sent.header("content-encoding"), sent.header("vary")), ("gzip", "Accept-Encoding"));
    let again = world.api.anonymous(Method::GET, &format!("/chat/{source}/embed.js"));
    answer(again.header("If-None-Match", script.header("etag"))).await.is(304);
    let other = world.line("support").await;
    answer(world.api.anonymous(Method::GET, &format!("/chat/{}/embed.js", other.source_id))).await.is(404);
}

both!(the_owner_sees_which_sites_load_the_chat, only_sites_of_the_list_are_let_in, a_visitor_of_a_site_talks);
once!(a_visitor_who_writes_too_fast_is_refused, the_script_is_small_and_there);
