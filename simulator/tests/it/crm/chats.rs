//! Connecting, messages, statuses, history.

use chrono::TimeDelta;
use serde_json::{Value, json};
use simulator::crm::Direction;

use crate::crm::caller::{BOT, CHANNEL, HOST, World, text};

#[tokio::test]
async fn connect_answers_with_the_scope_and_disconnect_ends_it() {
    let world = World::new().await;
    assert_eq!(world.message(text("m-1", "Hello")).await.0, 404);
    let (status, body) = world.connect().await;
    assert_eq!(status, 200);
    assert_eq!(body["scope_id"], world.scope.as_str());
    assert_eq!(world.sandbox.connections()[0].title, "Acme");
    assert_eq!(world.message(text("m-1", "Hello")).await.0, 200);
    let amojo_id = &world.scope[37..];
    let path = format!("{CHANNEL}/disconnect");
    let (status, body) = world.signed("DELETE", &path, Some(json!({"account_id": amojo_id}))).await;
    assert_eq!((status, body), (200, Value::String(String::new())));
    assert_eq!(world.message(text("m-2", "Hello")).await.0, 404);
    let other = format!("{}/connect", "0".repeat(36));
    assert_eq!(world.signed("POST", &other, Some(json!({}))).await.0, 404);
}

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
async fn a_first_message_makes_contact_and_lead_and_silence_makes_none() {
    let world = World::connected().await;
    let mut silent = text("m-0", "Old");
    silent["silent"] = json!(true);
    assert_eq!(world.message(silent).await.0, 200);
    assert!(world.sandbox.chats(HOST)[0].lead.is_none());
    let (status, body) = world.message(text("m-1", "Hello")).await;
    assert_eq!(status, 200);
    let chats = world.sandbox.chats(HOST);
    let [chat] = chats.as_slice() else { panic!("{chats:?}") };
    let messages = world.sandbox.messages(HOST);
    assert_eq!(body["new_message"]["msgid"], messages[1].id.as_str());
    assert_eq!(body["new_message"]["ref_id"], "m-1");
    assert_eq!(body["new_message"]["conversation_id"], chat.id.as_str());
    assert_eq!(body["new_message"]["receiver_id"], Value::Null);
    assert_eq!((chat.messages, chat.unread, chat.phone.as_str()), (2, 1, "79990001122"));
    let lead = chat.lead.as_ref().unwrap();
    assert_eq!(lead.pipeline_id, world.sandbox.accounts()[0].pipelines[0].id);
    assert_eq!(world.message(text("m-2", "More")).await.0, 200);
    assert_eq!(world.sandbox.chats(HOST)[0].lead.as_ref().unwrap().id, lead.id);
}

#[tokio::test]
async fn a_repeated_msgid_is_refused_and_counted() {
    let world = World::connected().await;
    assert_eq!(world.message(text("m-1", "Hello")).await.0, 200);
    let (status, body) = world.message(text("m-1", "Hello")).await;
    assert_eq!(status, 400);
    assert_eq!(body["error_description"], "message with this msgid exists");
    assert_eq!(world.message(text("m-1", "Other")).await.0, 400);
    let repeats = world.sandbox.repeats();
    assert_eq!(repeats.iter().map(|one| one.same_payload).collect::<Vec<_>>(), [true, false]);
    assert_eq!(world.sandbox.messages(HOST).len(), 1);
}

#[tokio::test]
async fn typing_of_fields_is_strict() {
    let world = World::connected().await;
    let wrong: [(&str, Value); 14] = [
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
    let document = include_str!("../../fixtures/message_requests.ndjson");
    let maria = world.sandbox.accounts()[0].users[1].amojo_id.clone().unwrap();
    let mut taken = 0;
    for line in document.lines().filter(|line| line.starts_with('{')) {
        // The document's manager is this account's manager under another id.
        let line = line.replace("a9b8c7d6-e5f4-4a3b-8c2d-1e0f9a8b7c6d", &maria);
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
async fn a_chat_can_be_made_first_and_again() {
    let world = World::connected().await;
    let body = json!({"conversation_id": "conv-77", "user": {"id": "user-77", "name": "Maria", "profile": {"phone": "+7999"}}});
    let path = format!("{}/chats", world.scope);
    let (status, first) = world.signed("POST", &path, Some(body.clone())).await;
    assert_eq!(status, 200);
    assert_eq!(first["user"]["client_id"], "user-77");
    assert_eq!(first["user"]["phone"], "7999");
    let (_, second) = world.signed("POST", &path, Some(body)).await;
    assert_eq!(first["id"], second["id"]);
    assert_eq!(world.sandbox.chats(HOST).len(), 1);
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
async fn history_is_newest_first_in_pages() {
    let world = World::connected().await;
    for number in [3, 1, 2, 5, 4] {
        let mut payload = text(&format!("m-{number}"), &format!("Text {number}"));
        payload["msec_timestamp"] = json!(1_788_253_800_000_i64 + number);
        assert_eq!(world.message(payload).await.0, 200);
    }
    let chat = world.sandbox.chats(HOST)[0].id.clone();
    let page = async |query: &str| {
        let path = format!("{}/chats/{chat}/history{query}", world.scope);
        let (status, body) = world.signed("GET", &path, None).await;
        let ids: Vec<String> = body["messages"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| one["message"]["client_id"].as_str().unwrap().to_owned())
            .collect();
        (status, ids.join(" "))
    };
    assert_eq!(page("?offset=0&limit=2").await, (200, "m-5 m-4".to_owned()));
    assert_eq!(page("?offset=2&limit=2").await, (200, "m-3 m-2".to_owned()));
    assert_eq!(page("?offset=4&limit=2").await, (200, "m-1".to_owned()));
    assert_eq!(page("?offset=5&limit=2").await.0, 204);
    assert_eq!(page("").await, (200, "m-5 m-4 m-3 m-2 m-1".to_owned()));
    assert_eq!(page("?limit=51").await.0, 400);
    let path = format!("{}/chats/none/history?limit=50", world.scope);
    assert_eq!(world.signed("GET", &path, None).await.0, 204);
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
    let other = json!({"msgid": "m-1", "conversation_id": "conv-78", "message": words("x")});
    assert_eq!(edit(other).await, 400);
    let messages = world.sandbox.messages(HOST);
    assert_eq!((messages[0].text.as_str(), messages[0].edited), ("Hello!", true));
    assert_eq!((messages[1].text.as_str(), messages[1].msgid.as_deref()), ("Hi!", Some("out-1")));
    assert_eq!(messages[1].statuses[0].code, 2);
}

#[tokio::test]
async fn typing_and_reactions_are_taken() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let path = |last: &str| format!("{}/{last}", world.scope);
    let typing = json!({"conversation_id": "conv-77", "sender": {"id": "user-77"}, "duration_ms": 5000});
    assert_eq!(world.signed("POST", &path("typing"), Some(typing)).await.0, 204);
    let typing = json!({"conversation_id": "conv-77", "sender": {"id": "user-77"}, "duration_ms": "5000"});
    assert_eq!(world.signed("POST", &path("typing"), Some(typing)).await.0, 400);
    let react = |msgid: &str, kind: &str, emoji: Option<&str>| {
        Some(
            json!({"conversation_id": "conv-77", "msgid": msgid, "user": {"id": "user-77"}, "type": kind, "emoji": emoji}),
        )
    };
    assert_eq!(world.signed("POST", &path("react"), react("m-1", "react", Some("👍"))).await.0, 200);
    assert_eq!(world.sandbox.messages(HOST)[0].reactions, [("user-77".to_owned(), "👍".to_owned())]);
    assert_eq!(world.signed("POST", &path("react"), react("m-1", "react", None)).await.0, 400);
    assert_eq!(world.signed("POST", &path("react"), react("none", "react", Some("👍"))).await.0, 404);
    assert_eq!(world.signed("POST", &path("react"), react("m-1", "unreact", None)).await.0, 200);
    assert!(world.sandbox.messages(HOST)[0].reactions.is_empty());
}

#[tokio::test]
async fn a_quote_of_another_chat_is_taken_and_remembered() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let mut quote = text("m-2", "About this");
    quote["conversation_id"] = json!("conv-78");
    quote["reply_to"] = json!({"message": {"msgid": "m-1"}});
    assert_eq!(world.message(quote).await.0, 200);
    assert_eq!(world.sandbox.problems().len(), 1);
}
