//! The customer's phone, and JSON for programs.

use reqwest::Method;
use serde_json::{Value, json};

use super::world::World;

#[tokio::test]
async fn a_phone_shows_and_sends() {
    let world = World::with(|_| {}).await;
    let page = format!("{}/phone/{}/{}", world.max.base_url(), world.maria, world.bot.id);
    let press = |form: &'static str| {
        let kind = "application/x-www-form-urlencoded";
        world.http.post(format!("{page}?lang=en")).header("Content-Type", kind).body(form).send()
    };
    let text = |answer: reqwest::Response| async { answer.text().await.unwrap() };
    assert!(text(press("do=text&text=early").await.unwrap()).await.contains("the bot is not started"));
    press("do=start").await.unwrap();
    let shown = text(press("do=text&text=%3Cb%3EHi").await.unwrap()).await;
    assert!(shown.contains("&#60;b&#62;Hi") || shown.contains("&lt;b&gt;Hi"), "{shown}");
    for kind in ["image", "video", "audio", "file", "sticker", "location", "contact"] {
        let form = format!("do={kind}");
        let request = world.http.post(&page).header("Content-Type", "application/x-www-form-urlencoded").body(form);
        assert_eq!(request.send().await.unwrap().status(), 200, "{kind}");
    }
    let key = json!([[{"type": "callback", "text": "Yes", "payload": "b:1"}]]);
    let body = json!({"text": "Deliver?", "attachments": [{"type": "inline_keyboard", "payload": {"buttons": key}}]});
    world.sent(body).await;
    let path = format!("/chats/{}/actions", world.dialog());
    world.ok(Method::POST, &path, json!({"action": "typing_on"})).await;
    let shown = text(world.http.get(format!("{page}?lang=ru")).send().await.unwrap()).await;
    for part in ["Deliver?", "value=\"b:1\"", "печатает", "offer.pdf"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let list = text(world.http.get(format!("{}/phone", world.max.base_url())).send().await.unwrap()).await;
    assert!(list.contains("Maria Kovaleva"));
    let stranger = world.http.post(&page).header("Origin", "https://evil.example").body("do=stop").send();
    assert!(stranger.await.unwrap().status().is_client_error());
}

#[tokio::test]
async fn programs_act_and_break_by_json() {
    let world = World::with(|_| {}).await;
    let post = |path: &str, body: Value| {
        let request = world.http.post(format!("{}{path}", world.max.base_url())).json(&body);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    let readme = include_str!("../../../README.md");
    let samples = |fence: &str| {
        let block = readme.split(fence).nth(1).unwrap().split("```").next().unwrap();
        block
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_str(line).unwrap())
            .collect::<Vec<Value>>()
    };
    for mut act in samples("```json max-acts") {
        act["who"] = json!(world.maria);
        if act.get("bot").is_some() {
            act["bot"] = json!(world.bot.id);
        }
        if act.pointer("/to/bot").is_some() {
            act["to"]["bot"] = json!(world.bot.id);
        }
        assert_eq!(post("/acts", act.clone()).await, 200, "{act}");
    }
    assert_eq!(post("/acts", json!({"act": "fly"})).await, 422);
    for fault in samples("```json max-faults") {
        assert_eq!(post("/faults", fault.clone()).await, 200, "{fault}");
    }
    assert!(world.max.faults().left() > 3);
    world.http.delete(format!("{}/faults", world.max.base_url())).send().await.unwrap();
    assert_eq!(world.max.faults().left(), 0);
}
