//! What managers do, as JSON over HTTP.

use serde_json::{Value, json};

use crate::crm::caller::{Answer, CHANNEL, HOST, World, read};
use crate::crm::receiver::Talk;

async fn act(world: &World, act: Value) -> Answer {
    let url = format!("{}/accounts/{HOST}/acts", world.sandbox.url());
    read(world.client.post(url).json(&act)).await
}

#[tokio::test]
async fn an_impossible_act_is_refused_with_a_reason() {
    let Talk { world, hooks, chat, first } = Talk::begin("Hello").await;
    for (wrong, status) in [
        (json!({"act": "dance"}), 400),
        (json!({"act": "send", "chat": chat}), 400),
        (json!({"act": "send", "chat": chat, "message": {"txt": "x"}}), 400),
        (json!({"act": "send", "chat": chat, "message": {}}), 409),
        (json!({"act": "send", "chat": "none", "message": {"text": "x"}}), 409),
        (json!({"act": "send", "chat": chat, "message": {"files": [{"file": "none"}]}}), 409),
        (json!({"act": "send", "chat": chat, "message": {"text": "x", "user": 1}}), 409),
        (json!({"act": "send", "chat": chat, "message": {"text": "x", "comment": first}}), 409),
        (json!({"act": "write_first", "channel": "none", "phone": "1", "message": {"text": "x"}}), 409),
        (json!({"act": "write_first", "channel": CHANNEL, "phone": " ", "message": {"text": "x"}}), 409),
        (json!({"act": "react", "message": "none", "emoji": "👍"}), 409),
    ] {
        let (answered, body) = act(&world, wrong.clone()).await;
        assert_eq!(answered, status, "{wrong}: {body}");
        assert!(!body["error"].as_str().unwrap().is_empty());
    }
    let url = format!("{}/accounts/{HOST}/acts", world.sandbox.url());
    let forged = world.client.post(url).header("Origin", "https://evil.test").body("{}");
    assert_eq!(read(forged).await.0, 403);
    assert!(hooks.is_empty());
    assert_eq!(world.sandbox.messages(HOST).len(), 1);
}
