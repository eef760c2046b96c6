//! Bodies that do not come.

use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use parom::load_shedding::RequestClass;
use parom_tests::settings::{CHANNEL_ID, VENDOR_KEY};
use parom_tests::{World, answer, once};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{Raw, ended_in_time};
use crate::walls::read::{code, root, rust_files, server_files, short};
use crate::webchat::{OnSite, SHOP, chat_with};

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

// Files that visitors send slowly, or not to their end.

/// What is held of a file while it goes into the folder.
const BUFFER: usize = 64 * 1024;

/// A visitor begins to send a file, in chunks.
async fn begins(world: &World, who: &OnSite, last: u8) -> Raw {
    let mut caller = Raw::from(world, last).await;
    let bearer = format!("Bearer {}", who.token);
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Origin", SHOP),
        ("Content-Type", "multipart/form-data; boundary=b"),
        ("Transfer-Encoding", "chunked"),
    ];
    caller.posts(&format!("{}/files", who.chat), &headers).await.says_chunk(head().as_bytes()).await;
    caller
}

/// The form up to the file's first byte, always of one length.
fn head() -> String {
    let id = Uuid::new_v4();
    format!(
        "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n{id}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n"
    )
}

/// H3 (b): 60 of them held 300 MB, and nothing ended them.
async fn h3_stalled_uploads_hold_a_small_buffer_each_and_end(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let load = world.app().usage.load.clone();
    let mut callers = Vec::new();
    for number in 0..60_u8 {
        let mut caller = begins(world, &OnSite::new(&source), 1 + number % 3).await;
        caller.says_chunk(&vec![number; 3 * BUFFER]).await;
        callers.push(caller);
    }
    world
        .until("all have sent what they send", async || {
            (load.body_bytes(RequestClass::Messenger) == 60 * BUFFER).then_some(())
        })
        .await;
    assert_eq!(load.uploads(RequestClass::Messenger), 60);
    for heard in ended_in_time(world, callers).await {
        assert!(heard.starts_with("HTTP/1.1 408 "), "{heard}");
    }
    world
        .until("nothing of them is left", async || {
            (load.body_bytes(RequestClass::Messenger) == 0 && load.uploads(RequestClass::Messenger) == 0).then_some(())
        })
        .await;
}

/// H3 (b): 20 at an address, three of a visitor.
async fn h3_an_address_sends_twenty_files_at_once_and_a_visitor_three(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let load = world.app().usage.load.clone();
    let anna = OnSite::new(&source);
    // What is charged was read, and who is read has a place.
    let read = async |number: usize| {
        let bytes = number * head().len();
        world.until("it is read", async || (load.body_bytes(RequestClass::Messenger) == bytes).then_some(())).await;
    };
    let mut callers = Vec::new();
    for number in 1..=20 {
        let who = if number <= 3 { anna.clone() } else { OnSite::new(&source) };
        callers.push(begins(world, &who, 1).await);
        read(number).await;
    }
    let mut more = begins(world, &OnSite::new(&source), 1).await;
    let heard = more.hears().await;
    assert!(heard.starts_with("HTTP/1.1 429 ") && heard.to_lowercase().contains("retry-after: "), "{heard}");
    let mut fourth = begins(world, &anna, 2).await;
    let heard = fourth.hears().await;
    assert!(heard.starts_with("HTTP/1.1 429 ") && heard.to_lowercase().contains("retry-after: "), "{heard}");
    let elsewhere = begins(world, &OnSite::new(&source), 2).await;
    read(21).await;
    drop((callers, elsewhere, more, fourth));
    world.until("all is free again", async || (load.uploads(RequestClass::Messenger) == 0).then_some(())).await;
}

/// H3 (b): a byte a second is never silent for long, and is too slow all the same.
async fn h3_an_upload_that_trickles_is_ended(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let load = world.app().usage.load.clone();
    let mut caller = begins(world, &OnSite::new(&source), 1).await;
    world.until("it comes in", async || (load.body_bytes(RequestClass::Messenger) > 0).then_some(())).await;
    for _ in 0..200 {
        let before = load.body_bytes(RequestClass::Messenger);
        caller.says_chunk(b"x").await;
        world
            .until("the byte arrives, or the upload was ended", async || {
                let now = load.body_bytes(RequestClass::Messenger);
                (now == before + 1 || now == 0).then_some(())
            })
            .await;
        world.advance(Duration::from_secs(1));
        if load.uploads(RequestClass::Messenger) == 0 {
            break;
        }
    }
    let heard = ended_in_time(world, vec![caller]).await;
    assert!(heard[0].starts_with("HTTP/1.1 408 "), "{heard:?}");
}

// No handler gets a body past the gate.

/// Where servers are made, and why each may.
const SERVERS: &[(&str, &str)] = &[
    ("server/src/server.rs", "the public one with the gate; the operators' one takes no bodies"),
    ("cli/src/demo/page.rs", "the demo's page of messengers, on this machine"),
];

/// actix passes bodies to handlers, and only the gate may replace them. So it suffices that there is one server, that
/// the gate precedes its routes, and that no other code sets a request's payload.
#[test]
fn h3_every_body_comes_through_the_gate() {
    let mut made = Vec::new();
    let files = server_files().into_iter().map(|(file, _)| file).chain(rust_files(&root().join("cli/src")));
    for file in files {
        let (code, name) = (code(&file), short(&file));
        if code.contains("HttpServer::new(") || code.contains("HttpService::") {
            made.push(name.clone());
        }
        let inside = name.contains("/load_shedding");
        let is_test = name.contains("/tests/") || name.ends_with("/tests.rs");
        for foreign in ["take_payload(", "set_payload("] {
            assert!(inside || is_test || !code.contains(foreign), "{name}: {foreign} goes round the gate");
        }
    }
    let known: Vec<&str> = SERVERS.iter().map(|(file, _)| *file).collect();
    made.retain(|file| !known.iter().any(|known| file.ends_with(known)));
    assert!(made.is_empty(), "servers that are not in this list: {made:?}");
    let server = code(&root().join("server/src/server.rs"));
    let gated = server.split("fn serve_ops").next().unwrap_or_default();
    let gate = gated.find(".wrap(from_fn(load_shedding::gate))").expect("the gate is registered before the routes");
    assert!(gate < gated.find(".configure(routes::public)").expect("the routes"));
    let operators = code(&root().join("server/src/routes.rs"));
    let operators =
        operators.split("pub fn operators").nth(1).unwrap_or_default().split('}').next().unwrap_or_default();
    assert!(!operators.contains("post()"), "the operators' server has no gate and takes no bodies");
}

once!(h3_announced_bodies_that_never_come_displace_no_other_request, h3_a_body_that_stops_is_ended_at_every_door);
once!(h3_an_address_sends_twenty_files_at_once_and_a_visitor_three, h3_an_upload_that_trickles_is_ended);
once!(h3_hooks_of_unknown_senders_are_refused_before_their_bodies, h3_stalled_uploads_hold_a_small_buffer_each_and_end);
once!(h3_bytes_are_charged_as_they_arrive);
