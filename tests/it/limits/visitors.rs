//! M3: visitors of web chats have a share of the account's room, and a day's bytes.

use std::time::Duration;

use base::config::Config;
use entity::media;
use parom::media::{Upload, Uploader};
use parom_tests::settings::HOST;
use parom_tests::{Reply, World, answer};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::{behind_a_proxy, each};
use crate::media::png;
use crate::webchat::{OnSite, SHOP, chat_with};

const KB: usize = 1024;

/// Sends a picture as a visitor of a web chat, from this address.
pub async fn sends(world: &World, who: &OnSite, from: &str, bytes: &[u8]) -> Reply {
    let id = Uuid::new_v4();
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n{id}\r\n--b\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n--b--\r\n"].concat();
    let request = who.request(world, Method::POST, "/files").header("Content-Type", "multipart/form-data; boundary=b");
    answer(request.header("x-forwarded-for", from).body(body)).await
}

/// Sends a file by the API, as a developer's messenger of the same account does.
async fn uploads(world: &World, source: &str, bytes: Vec<u8>) -> Reply {
    let request = world.api.request(Method::POST, &format!("/api/v1/sources/{source}/media"));
    answer(request.header("content-type", "application/octet-stream").body(bytes)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m3_visitors_fill_their_share_and_leave_the_rest_to_others() {
    let change = |config: &mut Config| {
        config.media.tenant_mb = 1;
        config.limits.visitors_percent = 20;
    };
    each(change, async |world| {
        let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
        sends(world, &OnSite::new(&source), "192.0.2.1", &png(150 * KB)).await.is(202);
        for number in 0..3 {
            let full = sends(world, &OnSite::new(&source), &format!("192.0.2.{number}"), &png(100 * KB)).await.is(409);
            assert!(full.text.contains("media_no_room"), "{}", full.text);
        }
        sends(world, &OnSite::new(&source), "192.0.2.1", &png(40 * KB)).await.is(202);
        uploads(world, &source, png(700 * KB)).await.is(200);
        uploads(world, &source, png(300 * KB)).await.is(409);
        world.leave_letters();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m3_a_visitor_an_address_and_a_chat_have_a_days_bytes() {
    let change = |config: &mut Config| {
        behind_a_proxy(config);
        config.limits.visitor_mb_per_day = 1;
        config.limits.address_mb_per_day = 2;
        config.limits.webchat_mb_per_day = 3;
    };
    each(change, async |world| {
        let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
        let (anna, bert, carl) = (OnSite::new(&source), OnSite::new(&source), OnSite::new(&source));
        sends(world, &anna, "192.0.2.1", &png(900 * KB)).await.is(202);
        let enough = sends(world, &anna, "192.0.2.1", &png(200 * KB)).await.is(429);
        // The world's day began nine hours ago.
        assert_eq!(enough.header("retry-after"), "54000");
        assert!(enough.header("content-type").starts_with("application/problem+json"), "{}", enough.text);
        sends(world, &bert, "192.0.2.1", &png(900 * KB)).await.is(202);
        sends(world, &carl, "192.0.2.1", &png(400 * KB)).await.is(429);
        sends(world, &carl, "192.0.2.2", &png(400 * KB)).await.is(202);
        sends(world, &OnSite::new(&source), "192.0.2.3", &png(900 * KB)).await.is(429);
        let kept = media::Entity::find().all(world.app().store.read()).await.unwrap();
        assert_eq!(kept.len(), 3, "nothing stays of what was refused: {kept:?}");
        world.advance(Duration::from_secs(54_000));
        sends(world, &anna, "192.0.2.1", &png(900 * KB)).await.is(202);
        world.leave_letters();
    })
    .await;
}

/// Writes as a visitor at this address.
async fn writes(world: &World, who: &OnSite, from: &str, text: &str) -> Reply {
    let request = who.request(world, Method::POST, "/messages").header("x-forwarded-for", from);
    answer(request.json(&json!({"id": Uuid::new_v4(), "text": text}))).await
}

async fn is_flooded(world: &World) -> bool {
    let tenant_id = world.active(HOST).await;
    let open = parom::alert::open(world.app().store.read(), tenant_id).await.unwrap();
    open.iter().any(|alert| alert.kind == "chats_flooded")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n11_strangers_begin_no_more_chats_than_an_hour_may_have() {
    let change = |config: &mut Config| {
        behind_a_proxy(config);
        config.limits.webchat_new_per_hour = 4;
    };
    each(change, async |world| {
        let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
        let anna = OnSite::new(&source);
        writes(world, &anna, "192.0.2.1", "Hi").await.is(202);
        writes(world, &OnSite::new(&source), "192.0.2.2", "Hi").await.is(202);
        assert!(!is_flooded(world).await);
        let refused = writes(world, &OnSite::new(&source), "192.0.2.3", "Hi").await.is(429);
        assert_eq!(refused.header("retry-after"), "1800");
        assert!(is_flooded(world).await);
        // A chat that has begun goes on.
        writes(world, &anna, "192.0.2.4", "Are you there?").await.is(202);
        world.advance(Duration::from_secs(1800));
        writes(world, &OnSite::new(&source), "192.0.2.5", "Hi").await.is(202);
        parom::alert_checks::limits(&world.app().usage).await.unwrap();
        assert!(is_flooded(world).await, "it may go on");
        world.advance(Duration::from_secs(1801));
        parom::alert_checks::limits(&world.app().usage).await.unwrap();
        assert!(!is_flooded(world).await);
        world.leave_letters();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n11_an_address_begins_only_its_share_of_the_chats_of_an_hour() {
    let change = |config: &mut Config| {
        behind_a_proxy(config);
        config.limits.webchat_new_per_hour = 40;
    };
    each(change, async |world| {
        let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
        for _ in 0..2 {
            writes(world, &OnSite::new(&source), "192.0.2.1", "Hi").await.is(202);
        }
        let refused = writes(world, &OnSite::new(&source), "192.0.2.1", "Hi").await.is(429);
        assert_eq!(refused.header("retry-after"), "1800");
        assert!(!is_flooded(world).await, "others can write");
        writes(world, &OnSite::new(&source), "192.0.2.2", "Hi").await.is(202);
        world.leave_letters();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n11_texts_of_visitors_count_against_the_days_bytes_and_the_accounts_room() {
    let change = |config: &mut Config| {
        behind_a_proxy(config);
        config.limits.stored_mb_per_account = 1;
        config.limits.visitor_mb_per_day = 1;
    };
    each(change, async |world| {
        let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
        let anna = OnSite::new(&source);
        let long = "\u{1f600}".repeat(4096);
        let mut written = 0;
        // 64 texts of 16 KB are a megabyte.
        while writes(world, &anna, "192.0.2.1", &long).await.status == 202 {
            written += 1;
            world.advance(Duration::from_secs(3));
        }
        assert_eq!(written, 64);
        parom::usage::write_down(&world.app().usage).await.unwrap();
        let full = writes(world, &OnSite::new(&source), "192.0.2.2", "Hi").await.is(507);
        full.says(&["not accepted here now"]);
        world.advance(Duration::from_secs(54_000));
        writes(world, &anna, "192.0.2.1", "Are you there?").await.is(202);
        world.leave_letters();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m3_an_unfinished_upload_is_dropped_after_an_hour() {
    each(
        |_| {},
        async |world| {
            let line = world.line("support").await;
            for giver in [Uploader::Account, Uploader::Visitor] {
                drop(Upload::begin(&world.app().files, line.tenant_id, line.source_id, giver).await.unwrap());
            }
            let left = async || media::Entity::find().all(world.app().store.read()).await.unwrap().len();
            world.advance(Duration::from_secs(3_500));
            parom::media::sweep(&world.app().files).await.unwrap();
            assert_eq!(left().await, 2);
            world.advance(Duration::from_secs(101));
            parom::media::sweep(&world.app().files).await.unwrap();
            assert_eq!(left().await, 0);
        },
    )
    .await;
}
