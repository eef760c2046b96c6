//! What customers do in their dialogs.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::max::{Act, Content, File};

use super::world::{Webhook, World};

#[tokio::test]
async fn a_dialog_begins_with_start_and_ends_with_stop() {
    let (world, hook) = (World::with(|_| {}).await, Webhook::start());
    world.subscribe(&hook.url).await;
    assert!(world.maria().writes("too early").is_err());
    let path = format!("/messages?user_id={}", world.maria);
    let nobody = world.refused(Method::POST, &path, json!({"text": "Hi"})).await;
    assert_eq!((nobody.0, nobody.1.as_str()), (404, "dialog.not.found"));
    world.maria().starts("lead_77-A").unwrap();
    world.sent(json!({"text": "Hi"})).await;
    world.maria().stops().unwrap();
    let path = format!("/messages?chat_id={}", world.dialog());
    let stopped = world.refused(Method::POST, &path, json!({"text": "Hi"})).await;
    assert_eq!((stopped.0, stopped.1.as_str()), (403, "chat.denied"));
    assert!(stopped.2.contains("error.dialog.suspended"));
    world.max.act(Act::RemoveDialog { who: world.maria, bot: world.bot.id }).unwrap();
    world.max.deliver_all().await;
    assert_eq!(hook.kinds(), ["bot_started", "bot_stopped", "bot_stopped", "dialog_removed"]);
    assert_eq!(hook.updates()[0]["payload"], "lead_77-A");
}

#[tokio::test]
async fn a_message_is_reported_as_the_schema_describes() {
    let (world, hook) = (World::started().await, Webhook::start());
    world.subscribe(&hook.url).await;
    let first = world.maria().writes("Hi").unwrap();
    world.maria().answers(&first, "and").unwrap();
    world.maria().edits(&first, "Hello").unwrap();
    world.maria().removes(&first).unwrap();
    world.max.deliver_all().await;
    let all = hook.updates();
    let message = &all[0]["message"];
    assert_eq!(message["sender"]["user_id"], world.maria);
    assert_eq!(
        message["recipient"],
        json!({"chat_id": world.dialog(), "chat_type": "dialog", "user_id": world.bot.id})
    );
    let (mid, seq) = (message["body"]["mid"].as_str().unwrap(), message["body"]["seq"].as_i64().unwrap());
    assert_eq!(mid, format!("mid.{:016x}{seq:016x}", world.dialog()));
    assert_eq!(seq >> 16, message["timestamp"].as_i64().unwrap());
    assert_eq!(
        (&all[1]["message"]["link"]["type"], &all[1]["message"]["link"]["message"]["mid"]),
        (&json!("reply"), &json!(first))
    );
    assert_eq!(
        (&all[2]["update_type"], &all[2]["message"]["body"]["text"]),
        (&json!("message_edited"), &json!("Hello"))
    );
    assert_eq!((&all[3]["update_type"], &all[3]["message_id"]), (&json!("message_removed"), &json!(first)));
}

#[tokio::test]
async fn attachments_have_the_shapes_of_the_schema() {
    let (world, hook) = (World::started().await, Webhook::start());
    world.subscribe(&hook.url).await;
    let file = File::default;
    let contents = vec![
        Content::Image { file: file() },
        Content::Video { file: file() },
        Content::Audio { file: file() },
        Content::File { file: file() },
        Content::Sticker,
        Content::Location { latitude: 1.5, longitude: 2.5 },
        Content::OwnContact,
        Content::Share { url: "https://acme.test".to_owned(), title: "Acme".to_owned() },
    ];
    for content in contents {
        world.maria().sends("", vec![content]).unwrap();
    }
    world.max.deliver_all().await;
    let attachment = |update: &Value| update["message"]["body"]["attachments"][0].clone();
    let all: Vec<Value> = hook.updates().iter().map(attachment).collect();
    let kinds: Vec<&str> = all.iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["image", "video", "audio", "file", "sticker", "location", "contact", "share"]);
    for one in &all[..4] {
        assert!(one["payload"]["token"].is_string());
        let url = one["payload"]["url"].as_str().unwrap();
        assert_eq!(world.http.get(url).send().await.unwrap().status(), 200, "{one}");
    }
    assert_eq!(all[3]["filename"], "offer.pdf");
    assert_eq!(all[6]["payload"]["hash"].as_str().unwrap().len(), 64);
    let old = all[0]["payload"]["url"].as_str().unwrap();
    world.max.end_addresses();
    assert_eq!(world.http.get(old).send().await.unwrap().status(), 403);
    let mid = hook.updates()[0]["message"]["body"]["mid"].as_str().unwrap().to_owned();
    let again = world.ok(Method::GET, &format!("/messages/{mid}"), json!(null)).await;
    let again = again["body"]["attachments"][0]["payload"]["url"].as_str().unwrap();
    assert_eq!(world.http.get(again).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_press_names_its_button_and_is_answered() {
    let (world, hook) = (World::started().await, Webhook::start());
    let buttons = json!([[{"type": "callback", "text": "Yes", "payload": "b:1"}]]);
    let body = json!({"text": "?", "attachments": [{"type": "inline_keyboard", "payload": {"buttons": buttons}}]});
    let mid = world.sent(body).await;
    world.subscribe(&hook.url).await;
    assert!(world.maria().presses(&mid, "b:2").is_err());
    world.maria().presses(&mid, "b:1").unwrap();
    world.max.deliver_all().await;
    let callback = hook.updates()[0]["callback"].clone();
    assert_eq!((&callback["payload"], &callback["user"]["user_id"]), (&json!("b:1"), &json!(world.maria)));
    let path = format!("/answers?callback_id={}", callback["callback_id"].as_str().unwrap());
    assert_eq!(world.refused(Method::POST, &path, json!({})).await.0, 400);
    world.ok(Method::POST, &path, json!({"notification": "Thanks"})).await;
    assert_eq!(world.max.answers(world.bot.id)[0].notification, "Thanks");
}
