//! The manager's window: every kind of content, what the card shows, the time window.

use serde_json::{Value, json};
use simulator::crm::{Attachment, Button, HookMessage, ListMessage, ListRow, Section};

use crate::crm::caller::{HOST, World, read, text};
use crate::crm::receiver::receive;

/// The window's rows in English.
async fn rows(world: &World) -> Value {
    let chat = world.sandbox.chats(HOST)[0].id.clone();
    read(world.client.get(format!("{}/accounts/{HOST}/snapshot?chat={chat}&lang=en", world.sandbox.url()))).await.1
}

/// The HTML of the latest message.
async fn latest(world: &World) -> String {
    let rows = rows(world).await;
    rows["messages"].as_array().unwrap().last().unwrap()["html"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_kind_from_outside_is_shown() {
    let world = World::connected().await;
    world.message(text("m-0", "First")).await;
    let media = "https://files.acme.test/m/1.bin?sign=secret";
    let named = |kind: &str, name: &str| json!({"message": {"type": kind, "media": media, "file_name": name, "file_size": 2048}});
    for (at, (fields, shown)) in [
        (named("picture", "a<b>.jpg"), vec!["<img class=\"picture\"", "a&#60;b&#62;.jpg · 2 KB", "/media\""]),
        (named("video", "a.mp4"), vec!["<video", "a.mp4"]),
        (named("file", "a.pdf"), vec!["download=\"a.pdf\">a.pdf</a>"]),
        (json!({"message": {"type": "voice", "media": media, "media_duration": 7}}), vec!["<audio", "Voice message · 7 s"]),
        (json!({"message": {"type": "audio", "media": media}}), vec!["<audio", "Audio"]),
        (json!({"message": {"type": "sticker", "media": media}}), vec!["<img class=\"sticker\"", "alt=\"Sticker\""]),
        (json!({"message": {"type": "location", "location": {"lon": 37.5, "lat": 55.7}}}), vec!["55.7, 37.5", "geo:55.7,37.5"]),
        (json!({"message": {"type": "contact", "contact": {"name": "Ivan", "phone": "+7999"}}}), vec!["Ivan", "tel:+7999"]),
        (
            json!({"message": {"type": "text", "text": "look", "shared_post": {"url": "https://social.test/p/1", "type": "post", "site_name": "Social"}}}),
            vec!["Shared a post", "Social", "https://social.test/p/1"],
        ),
        (
            json!({"message": {"type": "text", "text": "How much?", "post": {"id": "p", "url": "https://social.test/p/9", "caption": "New model", "username": "acme"}}}),
            vec!["Comment on a post", "New model", "acme", "data-do=\"comment\" data-post=\"p\""],
        ),
        (json!({"message": {"type": "text", "text": "that"}, "reply_to": {"message": {"msgid": "m-0"}}}), vec!["data-jump>First</a>"]),
        (
            json!({"message": {"type": "text", "text": ""}, "forwards": {"messages": [{"msgid": "m-0"}]}}),
            vec!["Forwarded from Maria", "First"],
        ),
        (json!({"message": {"type": "text", "text": "hush"}, "silent": true}), vec!["without notification"]),
    ]
    .into_iter()
    .enumerate()
    {
        let mut payload = text(&format!("k-{at}"), "");
        payload.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        assert_eq!(world.message(payload).await.0, 200, "{fields}");
        let html = latest(&world).await;
        assert!(shown.iter().all(|part| html.contains(part)), "{shown:?} in {html}");
        assert!(!html.contains("secret"), "links of the other side stay inside: {html}");
    }
    let edit = json!({"timestamp": 1, "msec_timestamp": 1, "msgid": "m-0", "conversation_id": "conv-77", "message": {"type": "text", "text": "Deleted"}});
    world.signed("POST", &world.scope, Some(json!({"event_type": "edit_message", "payload": edit}))).await;
    let react = json!({"conversation_id": "conv-77", "msgid": "m-0", "user": {"id": "user-77"}, "type": "react", "emoji": "❤️"});
    world.signed("POST", &format!("{}/react", world.scope), Some(react)).await;
    let first = rows(&world).await["messages"][0].take();
    assert_eq!(first["text"], "Deleted");
    assert!(first["html"].as_str().unwrap().contains("edited"));
    assert!(first["html"].as_str().unwrap().contains("<span class=\"reaction\">❤️</span>"));
}

#[tokio::test]
async fn every_kind_of_a_manager_is_shown_with_its_fate() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let _hooks = receive(&world).await;
    let chat = world.sandbox.chats(HOST)[0].id.clone();
    let list = ListMessage {
        header: "Pick".to_owned(),
        body: "Choose".to_owned(),
        footer: "Acme".to_owned(),
        button: "Services".to_owned(),
        sections: vec![Section {
            title: "Ours".to_owned(),
            rows: vec![ListRow {
                callback_data: "d".to_owned(),
                title: "Delivery".to_owned(),
                description: "today".to_owned(),
            }],
        }],
    };
    let template = world.sandbox.add_template(HOST, "Ready", "Your order is ready", json!({}));
    let link = Button { text: "Shop".to_owned(), url: Some("https://acme.test".to_owned()) };
    for (message, shown) in [
        (
            HookMessage::attachment(Attachment::sample("picture")).caption("See"),
            vec!["sofa.png · 3 KB", "See", "Sent", "hook → 200"],
        ),
        (HookMessage::text("Well?").buttons(&[vec![link]]), vec!["class=\"key\"", "Shop", "https://acme.test"]),
        (HookMessage::text("").list(list), vec!["Pick", "Choose", "Acme", "Services", "Ours", "Delivery", "today"]),
        (
            HookMessage::text("").template(template, None, "Your order is ready", &[]),
            vec!["Your order is ready", "Template Ready"],
        ),
        (HookMessage::text("Hi").by_salesbot(), vec!["Salesbot"]),
    ] {
        world.sandbox.manager_sends(HOST, &chat, message).await.unwrap();
        let html = latest(&world).await;
        assert!(shown.iter().all(|part| html.contains(part)), "{shown:?} in {html}");
    }
    let mut chosen = text("m-2", "Delivery");
    chosen["message"]["callback_data"] = json!("d");
    world.message(chosen).await;
    assert!(latest(&world).await.contains("Chose in the list: Delivery"));
    for (status, shown) in [
        (json!({"status_code": -1, "error_code": 904}), "904 · The conversation can’t be created"),
        (json!({"status_code": 1}), "Delivered"),
        (json!({"delivery_status": 2}), "Read"),
        (json!({"status_code": 1}), "Read"),
    ] {
        let said = world.sandbox.messages(HOST).into_iter().rev().find(|one| one.sender_name == "Salesbot").unwrap();
        let path = format!("{}/{}/delivery_status", world.scope, said.id);
        assert_eq!(world.signed("POST", &path, Some(status)).await.0, 200);
        let rows = rows(&world).await;
        let html =
            rows["messages"].as_array().unwrap().iter().rev().nth(1).unwrap()["html"].as_str().unwrap().to_owned();
        assert!(html.contains(shown), "{shown} in {html}");
    }
}
