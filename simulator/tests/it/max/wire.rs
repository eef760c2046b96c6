//! Calls, updates and files as MAX documents them.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::max::Content;

use super::World;

#[tokio::test]
async fn attachments_have_the_shapes_of_the_schema() {
    let world = World::started().await;
    let hook = world.listens().await;
    for content in [
        Content::of("image"),
        Content::of("video"),
        Content::of("audio"),
        Content::of("file"),
        Content::of("sticker"),
        Content::of("location").with("latitude", 1.5).with("longitude", 2.5),
        Content::of("own_contact"),
        Content::of("share").with("url", "https://acme.test").with("title", "Acme"),
    ] {
        world.maria().sends(content).unwrap();
    }
    world.stage.simulator.deliver_all().await;
    let attachment = |update: &Value| update["message"]["body"]["attachments"][0].clone();
    let all: Vec<Value> = hook.bodies().iter().map(attachment).collect();
    let types: Vec<&str> = all.iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["image", "video", "audio", "file", "sticker", "location", "contact", "share"]);
    let get = async |url: &Value| world.stage.http.get(url.as_str().unwrap()).send().await.unwrap().status();
    for one in &all[..4] {
        assert!(one["payload"]["token"].is_string());
        assert_eq!(get(&one["payload"]["url"]).await, 200, "{one}");
    }
    assert_eq!((&all[3]["filename"], &all[0]["payload"]["photo_id"].is_i64()), (&json!("offer.pdf"), &true));
    assert_eq!(all[6]["payload"]["hash"].as_str().unwrap().len(), 64);
    assert_eq!(world.stage.post("/faults", &json!({"end_addresses": true})).await.0, 200);
    assert_eq!(get(&all[0]["payload"]["url"]).await, 403);
    let mid = hook.bodies()[0]["message"]["body"]["mid"].as_str().unwrap().to_owned();
    let again = world.ok(Method::GET, &format!("/messages/{mid}"), json!(null)).await;
    assert_eq!(get(&again["body"]["attachments"][0]["payload"]["url"]).await, 200);
}

#[tokio::test]
async fn texts_links_and_keyboards_have_limits() {
    let world = World::started().await;
    let (path, max) = (world.messages(), &world.stage.simulator);
    let refused = async |body: Value| world.refused(Method::POST, &path, body).await.2;
    let long = refused(json!({"text": "x".repeat(4001)})).await;
    assert_eq!(long, "Field 'text' size (4001) must be at most 4000");
    assert_eq!(refused(json!({"text": ""})).await, "Key: errors.required, args: [text]");
    let asked = world.maria().writes("Hi").unwrap();
    let mid = world.sent(json!({"text": "Hello", "link": {"type": "reply", "mid": asked}})).await;
    assert_eq!(max.message(&mid).unwrap().reply_to, Some(asked.clone().into()));
    let forward = json!({"text": "x", "link": {"type": "forward", "mid": asked}});
    assert_eq!(refused(forward).await, "errors.forward.text.not-empty");
    let nothing = json!({"text": "x", "link": {"type": "reply", "mid": "mid.0"}});
    assert_eq!(refused(nothing).await, "Invalid message_id: mid.0");
    let key = json!({"type": "callback", "text": "A", "payload": "a"});
    let link = json!({"type": "link", "text": "A", "url": "https://acme.test"});
    let board =
        |rows: Value| json!({"text": "?", "attachments": [{"type": "inline_keyboard", "payload": {"buttons": rows}}]});
    for wrong in [
        json!([]),
        json!(vec![vec![key.clone()]; 31]),
        json!([vec![key.clone(); 8]]),
        json!([vec![link.clone(); 4]]),
        json!([[{"type": "callback", "text": "", "payload": "a"}]]),
        json!([[{"type": "callback", "text": "A", "payload": "a".repeat(1025)}]]),
        json!([[{"type": "link", "text": "A", "url": "tel:+7"}]]),
    ] {
        assert_eq!(world.refused(Method::POST, &path, board(wrong.clone())).await.0, 400, "{wrong}");
    }
    let keys = world.sent(board(json!([vec![key; 7], vec![link; 3]]))).await;
    assert_eq!(max.message(&keys).unwrap().buttons.iter().map(Vec::len).collect::<Vec<_>>(), [7, 3]);
    let edit = format!("/messages?message_id={mid}");
    assert_eq!(world.ok(Method::PUT, &edit, json!({"text": "Bye"})).await["success"], true);
    assert_eq!(max.message(&mid).unwrap().text, "Bye");
    world.stage.advance(7 * 86_400 + 1).await;
    assert_eq!(world.ok(Method::PUT, &edit, json!({"text": "late"})).await["success"], false);
    world.ok(Method::DELETE, &edit, json!(null)).await;
    assert!(max.message(&mid).unwrap().is_removed);
    let gone = world.refused(Method::PUT, &edit, json!({"text": "gone"})).await.2;
    assert_eq!(gone, format!("Invalid message_id: {mid}"));
}

#[tokio::test]
async fn the_rules_of_an_address_hold() {
    let world = World::start().await;
    let refused = world.refused(Method::POST, "/subscriptions", json!({"url": "nothing"})).await;
    assert_eq!((refused.0, refused.1.as_str()), (400, "proto.payload"));
    let wrong = json!({"url": "https://parom.example/hook", "secret": "no spaces"});
    assert_eq!(world.refused(Method::POST, "/subscriptions", wrong).await.0, 400);
    let good = json!({"url": "https://parom.example/hook", "update_types": ["bot_started"], "secret": "s3cr3t"});
    world.ok(Method::POST, "/subscriptions", good).await;
    let all = world.ok(Method::GET, "/subscriptions", json!(null)).await;
    assert_eq!(all["subscriptions"][0]["url"], "https://parom.example/hook");
    assert_eq!(all["subscriptions"][0]["update_types"], json!(["bot_started"]));
    let path = "/subscriptions?url=https%3A%2F%2Fparom.example%2Fhook";
    assert_eq!(world.ok(Method::DELETE, path, json!(null)).await["success"], true);
    assert_eq!(world.ok(Method::DELETE, path, json!(null)).await["success"], false);
    let me = world.ok(Method::GET, "/me", json!(null)).await;
    assert_eq!((me["user_id"].as_i64(), me["username"].as_str()), (Some(world.bot.id), Some("acme_support_bot")));
    world.stage.simulator.revoke_token(world.bot.id);
    let refused = world.refused(Method::GET, "/me", json!(null)).await;
    assert_eq!(refused, (401, "verify.token".to_owned(), "Invalid access_token".to_owned()));
}

#[tokio::test]
async fn a_failing_address_is_repeated_and_removed_after_eight_hours() {
    let world = World::start().await;
    let hook = world.listens().await;
    hook.always(500, "");
    world.maria().starts("").unwrap();
    let max = &world.stage.simulator;
    max.deliver_all().await;
    for (seconds, calls) in [(0, 1), (59, 1), (1, 2)] {
        world.stage.advance(seconds).await;
        assert_eq!(hook.calls().len(), calls, "the first repeat comes after a minute");
    }
    world.stage.advance(8 * 3600).await;
    assert!(max.subscriptions(world.bot.id).is_empty());
}

#[tokio::test]
async fn a_bot_without_a_webhook_asks_for_its_updates() {
    let world = World::started().await;
    let get = async |query: &str| world.ok(Method::GET, &format!("/updates?timeout=0{query}"), Value::Null).await;
    let first = get("").await;
    assert_eq!(first["updates"][0]["update_type"], "bot_started");
    assert_eq!(get("").await["updates"], first["updates"], "until a marker confirms them");
    assert_eq!(get(&format!("&marker={}", first["marker"])).await["updates"], json!([]));
    world.maria().writes("Hello").unwrap();
    assert_eq!(get("&types=bot_stopped").await["updates"], json!([]));
    assert_eq!(get("").await["updates"][0]["message"]["body"]["text"], "Hello");
}
