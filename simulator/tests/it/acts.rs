//! The customer's hands over HTTP, for programs in any language.

use serde_json::{Value, json};

use crate::world::World;

async fn act(world: &World, body: Value) -> (u16, Value) {
    let answer = world.http.post(format!("{}/acts", world.telegram.base_url())).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn acts_are_json() {
    let world = World::start().await;
    let (who, bot) = (world.maria, world.bot.id);
    let to = json!({"bot": bot});
    assert_eq!(act(&world, json!({"act": "start", "who": who, "bot": bot, "payload": "lead_77-A"})).await.0, 200);
    let send = |content: Value| json!({"act": "send", "who": who, "to": to, "content": content});
    for content in [
        json!({"kind": "text", "text": "Hi"}),
        json!({"kind": "photo", "caption": "a sofa"}),
        json!({"kind": "document", "file": {"data": "JVBERi0xLjQ=", "name": "x.pdf", "mime": "application/pdf"}}),
        json!({"kind": "sticker", "emoji": "🔥", "form": "video"}),
        json!({"kind": "location", "latitude": 1.5, "longitude": 2.5}),
        json!({"kind": "own_contact"}),
        json!({"kind": "checklist", "title": "Buy", "tasks": ["a sofa"]}),
        json!({"kind": "raw", "fields": {"game": {"title": "Chess"}}}),
    ] {
        let (status, done) = act(&world, send(content)).await;
        assert_eq!((status, done["messages"].as_array().unwrap().len()), (200, 1), "{done}");
    }
    let reply = json!({"act": "send", "who": who, "to": to, "content": {"kind": "text", "text": "Yes"},
        "with": {"reply_to": 2, "quote": {"text": "i"}, "forward": {"hidden": {"name": "Pete"}}}});
    assert_eq!(act(&world, reply).await.0, 200);
    let caption = json!({"act": "edit_caption", "who": who, "to": to, "message": 3, "caption": "two sofas"});
    assert_eq!(act(&world, caption).await.0, 200);
    assert_eq!(world.telegram.history(bot, who)[2].text, "two sofas");
    assert_eq!(act(&world, json!({"act": "react", "who": who, "to": to, "message": 2, "emoji": ["👍"]})).await.0, 200);
    assert_eq!(act(&world, json!({"act": "block", "who": who, "bot": bot})).await.0, 200);
    let (status, refused) = act(&world, send(json!({"kind": "text", "text": "Hi"}))).await;
    assert_eq!((status, &refused["error"]), (422, &json!("the person has blocked the bot")));
    assert_eq!(act(&world, json!({"act": "dance", "who": who})).await.0, 422);
    let chat: Value = world
        .http
        .get(format!("{}/chats/{who}?bot={bot}", world.telegram.base_url()))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let kinds: Vec<&str> =
        chat["messages"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["text", "text", "photo", "document", "sticker", "location", "contact", "checklist", "raw", "text"]
    );
    assert_eq!(chat["messages"][1]["reactions"], json!([[who, ["👍"]]]));
}

/// The lines of a block of the README.
fn examples(block: &str) -> Vec<Value> {
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once(&format!("```json {block}\n")).unwrap();
    after.split("```").next().unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_examples_of_the_readme_work() {
    let world = World::start().await;
    for example in examples("acts") {
        let (status, done) = act(&world, example.clone()).await;
        assert_eq!(status, 200, "{example}: {done}");
    }
    for example in examples("faults") {
        let call = world.http.post(format!("{}/faults", world.telegram.base_url())).json(&example);
        assert_eq!(call.send().await.unwrap().status(), 200, "{example}");
    }
}

#[tokio::test]
async fn faults_are_json() {
    let world = World::started().await;
    let url = format!("{}/faults", world.telegram.base_url());
    for body in [
        json!({"method": "sendMessage", "count": 2, "fault": "too_many", "retry_after": 5}),
        json!({"method": "*", "chat": world.maria, "fault": "reset_before"}),
        json!({"update": "doubled", "count": 1}),
        json!({"rates": true}),
        json!({"hold_updates": true}),
    ] {
        let answer = world.http.post(&url).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{body}: {}", answer.text().await.unwrap());
    }
    assert_eq!(world.telegram.faults().left(), 3);
    assert_eq!(world.http.post(&url).json(&json!({"method": "x", "fault": "sun"})).send().await.unwrap().status(), 422);
    let elsewhere = world.http.post(&url).header("Origin", "https://evil.example").json(&json!({"rates": true}));
    assert_eq!(elsewhere.send().await.unwrap().status(), 403, "other sites must not press our buttons");
    assert_eq!(world.http.delete(&url).send().await.unwrap().status(), 200);
    assert_eq!(world.telegram.faults().left(), 0);
    world.ok("sendMessage", json!({"chat_id": world.maria, "text": "Hi"})).await;
}
