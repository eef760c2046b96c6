//! Talks.

use serde_json::json;

use crate::crm::caller::{HOST, World, text};

#[tokio::test]
async fn a_talk_opens_with_a_message_and_ends_when_a_user_closes_it() {
    let world = World::connected().await;
    let token = world.access().await;
    let mut history = text("m-0", "Long ago");
    history["silent"] = json!(true);
    world.message(history).await;
    assert!(world.sandbox.talks(HOST).is_empty(), "history opens none");
    world.message(text("m-1", "Hello")).await;
    let chat = world.sandbox.chats(HOST).remove(0);
    let talk = world.sandbox.talks(HOST).remove(0);
    assert_eq!((talk.is_in_work, talk.is_read), (true, false));
    let call = async |method: &str, path: String, body| {
        world.json(method, &format!("/api/v4/talks{path}"), &token, body).await
    };
    let (status, shown) = call("GET", format!("/{}", talk.id), None).await;
    let lead = chat.lead.as_ref().unwrap();
    assert_eq!((status, &shown["talk_id"], &shown["chat_id"]), (200, &json!(talk.id), &json!(chat.id)));
    assert_eq!(
        (&shown["entity_id"], &shown["entity_type"], &shown["contact_id"]),
        (&json!(lead.id), &json!("lead"), &json!(lead.contact_id))
    );
    assert_eq!((&shown["origin"], &shown["is_in_work"]), (&json!("amo.ext.30490163"), &json!(true)));
    assert_eq!(shown["_embedded"]["leads"][0]["id"], json!(lead.id));
    world.sandbox.manager_says(HOST, &chat.id, "Hi").await.unwrap();
    assert!(world.sandbox.talks(HOST)[0].is_read);

    let close = format!("/{}/close", talk.id);
    assert_eq!(call("POST", close.clone(), Some(json!({"force_close": "yes"}))).await.0, 400);
    assert_eq!(call("POST", close.clone(), Some(json!({"force_close": true}))).await, (202, json!("")));
    assert_eq!(call("POST", close, None).await.0, 422);
    assert!(!world.sandbox.talks(HOST)[0].is_in_work && !world.sandbox.close_talk(HOST, talk.id));
    world.message(text("m-2", "Again")).await;
    assert_eq!(world.sandbox.talks(HOST).len(), 2);
    assert_eq!(call("GET", "/5".to_owned(), None).await.0, 404);
    assert_eq!(call("POST", "/5/close".to_owned(), None).await.0, 404);
    assert_eq!(call("GET", String::new(), None).await.0, 404, "the list is documented for Kommo alone");
}
