//! Connecting, messages, statuses, history.

use chrono::TimeDelta;
use serde_json::{Value, json};
use simulator::crm::Direction;

use crate::crm::caller::{BOT, HOST, World, text};

#[tokio::test]
async fn a_wrong_signature_is_refused_and_remembered() {
    let world = World::connected().await;
    let request = world.request("POST", &world.scope, b"{}").header("X-Extra", "1").body("{ }");
    assert_eq!(request.send().await.unwrap().status(), 403);
    let late = world.request("POST", &world.scope, b"{}");
    world.advance(TimeDelta::minutes(16));
    assert_eq!(late.send().await.unwrap().status(), 403);
    assert_eq!(world.sandbox.problems().len(), 2);
    let last = world.sandbox.requests().pop().unwrap();
    assert_eq!((last.status, last.host.as_deref()), (Some(403), Some(HOST)));
    assert!(last.note.unwrap().contains("Date header"));
}

#[tokio::test]
async fn typing_of_fields_is_strict() {
    let world = World::connected().await;
    let wrong = [
        ("/msgid", json!("x".repeat(256))),
        ("/conversation_id", json!("x".repeat(256))),
        ("/sender/id", json!("x".repeat(256))),
        ("/sender/name", json!("я".repeat(256))),
        ("/message/text", json!("я".repeat(65_537))),
        ("/timestamp", json!("1788253800")),
        ("/msec_timestamp", Value::Null),
        ("/msgid", json!(7)),
        ("/msgid", json!("")),
        ("/conversation_id", Value::Null),
        ("/sender/name", Value::Null),
        ("/sender/profile", json!({"phone": 79_990_001_122_i64})),
        ("/sender", json!({"id": "user-77", "name": "Maria", "nick": "m"})),
        ("/message", json!({"type": "text"})),
        ("/message", json!({"type": "picture", "media": "https://x.test/1", "file_name": "1", "file_size": "5"})),
        ("/message", json!({"type": "file", "media": "https://x.test/1", "file_name": "1"})),
        ("/message", json!({"type": "location", "location": {"lon": "37"}})),
        ("/message", json!({"type": "poem", "text": "x"})),
        ("/silent", json!("false")),
    ];
    for (pointer, value) in wrong {
        let mut payload = text("m-1", "Hello");
        *payload.pointer_mut(pointer).unwrap() = value.clone();
        let (status, body) = world.message(payload).await;
        assert_eq!(status, 400, "{pointer} {value}: {body}");
    }
    let mut payload = text("m-1", "Hello");
    payload["extra"] = json!(1);
    assert_eq!(world.message(payload).await.0, 400);
    let mut payload = text("m-1", "Hello");
    payload["source"] = json!({"external_id": "x".repeat(41)});
    assert_eq!(world.message(payload).await.0, 400);
    assert!(world.sandbox.messages(HOST).is_empty());
}

#[tokio::test]
async fn every_documented_kind_is_taken() {
    let world = World::connected().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../amocrm/tests/fixtures/messages");
    let mut samples: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    samples.sort();
    let maria = world.sandbox.accounts()[0].users[1].amojo_id.clone().unwrap();
    let mut taken = 0;
    for path in samples {
        // The document's manager is this account's manager under another id.
        let line = std::fs::read_to_string(path).unwrap().replace("a9b8c7d6-e5f4-4a3b-8c2d-1e0f9a8b7c6d", &maria);
        let body: Value = serde_json::from_str(&line).unwrap();
        if body["payload"].get("id").is_some() {
            continue;
        }
        let (status, answer) = world.signed("POST", &world.scope, Some(body)).await;
        assert_eq!(status, 200, "{line}: {answer}");
        taken += 1;
    }
    assert_eq!(taken, 16);
    assert_eq!(world.sandbox.problems(), Vec::<String>::new());
    let messages = world.sandbox.messages(HOST);
    assert_eq!(messages[0].text, "Is the red one in stock?");
    assert!(messages[0].edited);
    assert_eq!(messages[14].sender_id, BOT);
    assert_eq!(messages[14].direction, Direction::Imported);
}

#[tokio::test]
async fn an_outgoing_import_needs_a_known_sender() {
    let world = World::connected().await;
    let mut payload = text("m-1", "Hello");
    payload["receiver"] = payload["sender"].clone();
    payload["sender"] = json!({"id": "x", "name": "X"});
    assert_eq!(world.message(payload.clone()).await.0, 400);
    payload["sender"]["ref_id"] = json!("nobody");
    assert_eq!(world.message(payload.clone()).await.0, 400);
    payload["sender"]["ref_id"] = json!(BOT);
    assert_eq!(world.message(payload).await.0, 200);
    assert!(world.sandbox.chats(HOST)[0].lead.is_none());
}

#[tokio::test]
async fn statuses_come_in_both_generations_and_only_for_managers_messages() {
    let world = World::connected().await;
    let (_, body) = world.message(text("m-1", "Hello")).await;
    let chat = world.sandbox.chats(HOST)[0].id.clone();
    let said = world.sandbox.manager_says(HOST, &chat, "Hi").await.unwrap();
    let path = |id: &str| format!("{}/{id}/delivery_status", world.scope);
    let own = path(&said.message_id);
    let superset = json!({"msgid": said.message_id, "status_code": 1, "delivery_status": 1});
    assert_eq!(world.signed("POST", &own, Some(superset)).await.0, 200);
    assert_eq!(world.signed("POST", &own, Some(json!({"status_code": 2}))).await.0, 200);
    let old = json!({"msgid": said.message_id, "delivery_status": -1, "error_code": 905, "error": "Too late"});
    assert_eq!(world.signed("POST", &own, Some(old)).await.0, 200);
    for wrong in [
        json!({"status_code": "2"}),
        json!({"status_code": 3}),
        json!({"status_code": -1}),
        json!({"status_code": -1, "error_code": 906, "error": "x"}),
        json!({"status_code": -1, "error_code": 905}),
        json!({"status_code": 1, "delivery_status": 2}),
        json!({"status_code": 1, "msgid": "other"}),
        json!({}),
    ] {
        assert_eq!(world.signed("POST", &own, Some(wrong.clone())).await.0, 400, "{wrong}");
    }
    let delivered = Some(json!({"status_code": 1}));
    assert_eq!(world.signed("POST", &path("7b0d2c1e"), delivered.clone()).await.0, 404);
    let incoming = path(body["new_message"]["msgid"].as_str().unwrap());
    assert_eq!(world.signed("POST", &incoming, delivered).await.0, 400);
    let statuses = world.sandbox.messages(HOST)[1].statuses.clone();
    assert_eq!(statuses.iter().map(|one| one.code).collect::<Vec<_>>(), [1, 2, -1]);
    assert_eq!(statuses[2].error.as_deref(), Some("Too late"));
    assert!(world.sandbox.problems()[0].contains("lower than a status before"));
}

#[tokio::test]
async fn an_edit_changes_text_attaches_our_id_and_carries_a_status() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let chat = world.sandbox.chats(HOST)[0].id.clone();
    let said = world.sandbox.manager_says(HOST, &chat, "Hi").await.unwrap();
    let edit = async |fields: Value| {
        let mut payload = json!({"timestamp": 1, "msec_timestamp": 1000, "conversation_id": "conv-77"});
        for (key, value) in fields.as_object().unwrap() {
            payload[key] = value.clone();
        }
        let body = json!({"event_type": "edit_message", "payload": payload});
        world.signed("POST", &world.scope, Some(body)).await.0
    };
    let words = |words: &str| json!({"type": "text", "text": words});
    assert_eq!(edit(json!({"msgid": "m-1", "message": words("Hello!")})).await, 200);
    let status = json!({"type": "text", "text": "Hi", "delivery_status": {"status_code": 2}});
    assert_eq!(edit(json!({"id": said.message_id, "msgid": "out-1", "message": status})).await, 200);
    assert_eq!(edit(json!({"msgid": "out-1", "message": words("Hi!")})).await, 200);
    assert_eq!(edit(json!({"msgid": "none", "message": words("x")})).await, 400);
    assert_eq!(edit(json!({"message": words("x")})).await, 400);
    assert_eq!(edit(json!({"msgid": "m-1", "message": {"type": "text"}})).await, 400);
    for (name, value) in [("conversation_id", "conv-78"), ("conversation_ref_id", "another")] {
        assert_eq!(edit(json!({"msgid": "m-1", (name): value, "message": words("x")})).await, 400, "{name}");
    }
    let messages = world.sandbox.messages(HOST);
    assert_eq!((messages[0].text.as_str(), messages[0].edited), ("Hello!", true));
    assert_eq!((messages[1].text.as_str(), messages[1].msgid.as_deref()), ("Hi!", Some("out-1")));
    assert_eq!(messages[1].statuses[0].code, 2);
}
