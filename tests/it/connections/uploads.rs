//! Files that visitors send slowly, or not to their end.

use std::time::Duration;

use parom::load_shedding::RequestClass;
use parom_tests::{World, both, once};
use serde_json::json;
use uuid::Uuid;

use super::{Raw, ended_in_time};
use crate::webchat::{OnSite, SHOP, chat_with};

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

both!(h3_stalled_uploads_hold_a_small_buffer_each_and_end);
once!(h3_an_address_sends_twenty_files_at_once_and_a_visitor_three, h3_an_upload_that_trickles_is_ended);
