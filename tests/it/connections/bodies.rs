//! Bodies that do not come.

use std::path::Path;

use futures_util::future::join_all;
use parom::load_shedding::RequestClass;
use parom_tests::settings::{CHANNEL_ID, VENDOR_KEY};
use parom_tests::{World, answer, both, once};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{Raw, ended_in_time};
use crate::webchat::{SHOP, chat_with};

/// H3 (a): 33 such requests took all pages away, 46 the API, 56 messengers and customers.
async fn h3_announced_bodies_that_never_come_displace_no_other_request(world: &mut World) {
    let line = world.line("support").await;
    let mut held = Vec::new();
    // One address may try to sign in a hundred times at once; it is the bodies that are looked at here.
    for (last, path) in [(1, "/panel/sign-in"), (2, "/admin/sign-in")] {
        for _ in 0..56 {
            let mut raw = Raw::from(world, last).await;
            raw.announces(path, 1_048_576).await;
            held.push(raw);
        }
    }
    world
        .until("the server waits for all of them", async || {
            let under_way = |class| world.app().usage.load.under_way(class);
            (under_way(RequestClass::Page) >= 56 && under_way(RequestClass::Other) >= 56).then_some(())
        })
        .await;
    answer(world.api.anonymous(Method::GET, "/panel/sign-in")).await.is(200);
    world.customer(&line, "anna").writes("Hello").await;
    let telegram = world.api.post(&format!("/hooks/telegram/{}", line.source_id), &json!({})).await;
    assert_ne!(telegram.status, 503, "{}", telegram.text);
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"]);
    for class in RequestClass::ALL {
        assert_eq!(world.app().usage.load.body_bytes(class), 0, "{class:?}: nothing came, nothing is charged");
    }
    drop(held);
}

/// H3 (a): what came is charged while it is held, to its own class alone, whatever was announced.
async fn h3_bytes_are_charged_as_they_arrive(world: &mut World) {
    let load = world.app().usage.load.clone();
    let mut announced = Raw::open(world).await;
    announced.announces("/panel/sign-in", 1_048_576).await.says([b'x'; 5_000]).await;
    let mut chunked = Raw::open(world).await;
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    chunked.posts("/panel/sign-in", &[form, ("Transfer-Encoding", "chunked")]).await.says_chunk(&[b'x'; 7_000]).await;
    world.until("what came is charged", async || (load.body_bytes(RequestClass::Page) == 12_000).then_some(())).await;
    for class in [RequestClass::Api, RequestClass::Messenger, RequestClass::Other, RequestClass::Hook] {
        assert_eq!(load.body_bytes(class), 0, "{class:?}");
    }
    drop((announced, chunked));
    world.until("it is given back", async || (load.body_bytes(RequestClass::Page) == 0).then_some(())).await;
}

/// H3: every entrance ends a body that stops arriving, reports it, closes the connection and frees its memory.
async fn h3_a_body_that_stops_is_ended_at_every_door(world: &mut World) {
    let line = world.line("support").await;
    let chat = json!({"kind": "webchat", "name": "Site", "settings": {"allowed_origins": [SHOP]}});
    let path = format!("/api/v1/tenants/{}/sources", line.tenant_id);
    let chat = world.api.post(&path, &chat).await.is(201).text_at("/id");
    let key = format!("Bearer {VENDOR_KEY}");
    let visitor = format!("Bearer {}", "A".repeat(43));
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    let doors = [
        ("/panel/sign-in".to_owned(), form, ""),
        ("/admin/sign-in".to_owned(), form, ""),
        (line.path("/messages"), json, key.as_str()),
        (line.path("/media"), "application/octet-stream", key.as_str()),
        (line.path("/imports"), "application/x-ndjson", key.as_str()),
        (format!("/chat/{chat}/messages"), json, visitor.as_str()),
        (format!("/chat/{chat}/receipts"), json, visitor.as_str()),
        (format!("/chat/{chat}/files"), "multipart/form-data; boundary=b", visitor.as_str()),
        (format!("/location/{CHANNEL_ID}_{}", Uuid::nil()), json, ""),
    ];
    let (mut callers, mut asked) = (Vec::new(), Vec::new());
    for (path, kind, authorization) in doors {
        for length in [("Content-Length", "60000"), ("Transfer-Encoding", "chunked")] {
            let mut headers = vec![("Content-Type", kind), length];
            if !authorization.is_empty() {
                headers.push(("Authorization", authorization));
            }
            if path.starts_with("/chat/") {
                headers.push(("Origin", SHOP));
            }
            let mut caller = Raw::open(world).await;
            caller.posts(&path, &headers).await.says("5\r\n--b\r\n\r\n").await;
            callers.push(caller);
            asked.push(format!("{path} {length:?}"));
        }
    }
    for (asked, heard) in asked.iter().zip(ended_in_time(world, callers).await) {
        assert!(heard.starts_with("HTTP/1.1 408 "), "{asked}: {heard}");
        assert!(heard.to_lowercase().contains("connection: close"), "{asked}: {heard}");
    }
    let load = &world.app().usage.load;
    for class in RequestClass::ALL {
        assert_eq!((load.body_bytes(class), load.under_way(class), load.uploads(class)), (0, 0, 0), "{class:?}");
    }
    assert_eq!(files_in(&world.app().config.media.dir), 0, "nothing of a broken file stays");
}

fn files_in(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.flatten().map(|entry| if entry.path().is_dir() { files_in(&entry.path()) } else { 1 }).sum()
}

/// H3: unknown callers are refused before the server waits for a byte of their bodies.
async fn h3_hooks_of_unknown_senders_are_refused_before_their_bodies(world: &mut World) {
    let source = chat_with(world, json!({})).await;
    let mut callers = Vec::new();
    for (path, told) in [
        (format!("/location/{}_{}", Uuid::new_v4(), Uuid::new_v4()), "401"),
        ("/location/x".to_owned(), "401"),
        ("/crm/hooks/nobodys-token".to_owned(), "404"),
        (format!("/hooks/telegram/{source}"), "404"),
        ("/nowhere".to_owned(), "404"),
    ] {
        for length in [("Content-Length", "1048576"), ("Transfer-Encoding", "chunked")] {
            let mut caller = Raw::open(world).await;
            caller.posts(&path, &[("Content-Type", "application/json"), length]).await;
            let heard = caller.hears().await;
            assert!(heard.starts_with(&format!("HTTP/1.1 {told} ")), "{path} {length:?}: {heard}");
            assert!(heard.to_lowercase().contains("connection: close"), "{path} {length:?}: {heard}");
            callers.push(caller);
        }
    }
    // Also a chunked body, which actix would wait for.
    let ends = async |mut caller: Raw| caller.hears_to_the_end().await;
    assert!(join_all(callers.into_iter().map(ends)).await.iter().all(String::is_empty));
}

both!(h3_announced_bodies_that_never_come_displace_no_other_request, h3_a_body_that_stops_is_ended_at_every_door);
once!(h3_bytes_are_charged_as_they_arrive, h3_hooks_of_unknown_senders_are_refused_before_their_bodies);
