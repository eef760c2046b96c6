//! Chats linked to contacts.

use serde_json::{Value, json};

use crate::crm::caller::{CHANNEL, HOST, World, text};

async fn link(world: &World, token: &str, body: Value) -> (u16, Value) {
    world.json("POST", "/api/v4/contacts/chats", token, Some(body)).await
}

async fn new_chat(world: &World, conversation: &str) -> String {
    let body = json!({"conversation_id": conversation, "user": {"id": "user-77", "name": "Maria"}});
    let (status, made) = world.signed("POST", &format!("{}/chats", world.scope), Some(body)).await;
    assert_eq!(status, 200, "{made}");
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_link_moves_and_gets_another_id() {
    let world = World::connected().await;
    let token = world.access().await;
    world.message(text("m-1", "Hello")).await;
    let chat = world.sandbox.chats(HOST).remove(0);
    let before = world.sandbox.contact_links(HOST).remove(0);
    let other = world.sandbox.add_contact(HOST, "Ann", None, None);
    let body = json!([{"contact_id": other, "chat_id": chat.id, "request_id": "l1"}]);
    let (_, moved) = link(&world, &token, body.clone()).await;
    let shown = &moved["_embedded"]["chats"][0];
    assert_eq!((&shown["contact_id"], &shown["request_id"]), (&json!(other), &json!("l1")));
    assert_ne!(shown["id"], json!(before.id));
    let (_, again) = link(&world, &token, body).await;
    assert_eq!(again["_embedded"]["chats"][0]["id"], shown["id"], "the same link is the same");
    assert_eq!(world.sandbox.contact_links(HOST).len(), 1);
    // The incoming lead is not accepted yet, so it moves too.
    assert_eq!(world.sandbox.incoming_leads(HOST)[0].contact_id, other);
    let list = async |query: String| world.json("GET", &format!("/api/v4/contacts/chats?{query}"), &token, None).await;
    assert_eq!(list(format!("contact_id={}", before.contact_id)).await.0, 204);
    let (_, found) = list(format!("contact_id[]={other}&contact_id[]=5")).await;
    assert_eq!(found["_embedded"]["chats"][0], json!({"id": shown["id"], "contact_id": other, "chat_id": chat.id}));
    assert_eq!(list(format!("contact_id={other}&chat_id={}", chat.id)).await.0, 400);
    assert_eq!(list("contact_id=ann".to_owned()).await.0, 400);
}

#[tokio::test]
async fn linking_is_refused_as_it_is_documented() {
    let world = World::connected().await;
    let token = world.access().await;
    let chat = new_chat(&world, "conv-77").await;
    let contact = world.sandbox.add_contact(HOST, "Ann", None, None);
    for (wrong, path) in [
        (json!({"contact_id": 5, "chat_id": chat}), "0.contact_id"),
        (json!({"contact_id": contact, "chat_id": CHANNEL}), "0.chat_id"),
        (json!({"contact_id": contact.to_string(), "chat_id": chat}), "0.contact_id"),
        (json!({"contact_id": contact}), "0.chat_id"),
    ] {
        let (status, body) = link(&world, &token, json!([wrong])).await;
        assert_eq!((status, &body["validation-errors"][0]["errors"][0]["path"]), (400, &json!(path)), "{body}");
    }
    let maria = world.sandbox.users(HOST)[1].id;
    let code = world.sandbox.issue_code_for(HOST, "main", maria);
    let (_, pair) = world.token(json!({"grant_type": "authorization_code", "code": code})).await;
    let body = json!([{"contact_id": contact, "chat_id": chat}]);
    assert_eq!(link(&world, pair["access_token"].as_str().unwrap(), body.clone()).await.0, 403);
    assert_eq!(link(&world, "nobody's", body.clone()).await.0, 401);
    let url = format!("{}/accounts/{HOST}/api/v4/contacts/chats", world.sandbox.url());
    let with_cookie = world.client.post(url).bearer_auth(&token).header("Cookie", "session_id=1").json(&body);
    assert_eq!(with_cookie.send().await.unwrap().status(), 400);
    assert!(world.sandbox.contact_links(HOST).is_empty());
}
