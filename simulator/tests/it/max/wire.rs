//! Calls, updates and files as MAX documents them.

use reqwest::Method;
use serde_json::{Value, json};

use super::World;

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
