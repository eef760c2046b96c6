//! Chats linked to contacts.

use serde_json::{Value, json};

use crate::crm::caller::{CHANNEL, HOST, World};

async fn link(world: &World, token: &str, body: Value) -> (u16, Value) {
    world.api(token, "POST", "contacts/chats", Some(body)).await
}

async fn new_chat(world: &World, conversation: &str) -> String {
    let body = json!({"conversation_id": conversation, "user": {"id": "user-77", "name": "Maria"}});
    let (status, made) = world.signed("POST", &format!("{}/chats", world.scope), Some(body)).await;
    assert_eq!(status, 200, "{made}");
    made["id"].as_str().unwrap().to_owned()
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
