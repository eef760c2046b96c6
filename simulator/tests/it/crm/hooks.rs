//! What leaves for the other side.

use serde_json::{Value, json};

use crate::crm::caller::{BOT, CHANNEL, HOST, SECRET, World, text};
use crate::crm::receiver::receive_one;

#[tokio::test]
async fn a_managers_message_leaves_once_signed_and_compact() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let chat = world.sandbox.chats(HOST).remove(0);
    let (url, arrived) = receive_one().await;
    world.sandbox.set_parom_url(&url);
    let said = world.sandbox.manager_says(HOST, &chat.id, "Добрый день / привет").await.unwrap();
    assert_eq!(said.answer.status, Some(200));
    let arrived = arrived.await.unwrap();
    assert!(arrived.head.starts_with(&format!("POST /location/{} HTTP/1.1", world.scope)));
    let signature = arrived
        .head
        .to_ascii_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("x-signature: ").map(str::to_owned))
        .unwrap();
    assert_eq!(signature, world.sandbox.sign_hook(CHANNEL, &arrived.body));
    assert_eq!(signature.len(), 40);
    let body: Value = serde_json::from_slice(&arrived.body).unwrap();
    assert_eq!(serde_json::to_vec(&body).unwrap(), arrived.body, "compact");
    let manager = world.sandbox.accounts()[0].users[1].amojo_id.clone().unwrap();
    let milliseconds = world.now().timestamp_millis();
    assert_eq!(
        body,
        json!({
            "account_id": &world.scope[37..],
            "time": world.now().timestamp(),
            "message": {
                "receiver": {"id": chat.person_id, "phone": "79990001122", "email": "maria@acme.test", "client_id": "user-77"},
                "sender": {"id": manager},
                "conversation": {"id": chat.id, "client_id": "conv-77"},
                "timestamp": milliseconds / 1000,
                "msec_timestamp": milliseconds,
                "message": {"id": said.message_id, "type": "text", "text": "Добрый день / привет", "tag": "", "media": "",
                    "thumbnail": "", "file_name": "", "file_size": 0},
            },
        })
    );
    assert!(!arrived.head.contains(SECRET));
}

#[tokio::test]
async fn an_import_in_a_managers_name_may_come_back() {
    let world = World::connected().await;
    let maria = world.sandbox.accounts()[0].users[1].amojo_id.clone().unwrap();
    for (msgid, ref_id) in [("m-1", maria.as_str()), ("m-2", BOT)] {
        let mut payload = text(msgid, "From the phone");
        payload["receiver"] = payload["sender"].take();
        payload["sender"] = json!({"id": "x", "name": "X", "ref_id": ref_id});
        assert_eq!(world.message(payload).await.0, 200);
    }
    let ids: Vec<String> = world.sandbox.messages(HOST).into_iter().map(|one| one.id).collect();
    let (url, arrived) = receive_one().await;
    world.sandbox.set_parom_url(&url);
    assert!(world.sandbox.echoes(HOST, &ids[1]).await.is_err(), "the bot's messages never do");
    assert_eq!(world.sandbox.echoes(HOST, &ids[0]).await.unwrap().status, Some(200));
    let body: Value = serde_json::from_slice(&arrived.await.unwrap().body).unwrap();
    assert_eq!((&body["message"]["sender"]["id"], &body["message"]["message"]["id"]), (&json!(maria), &json!(ids[0])));
    assert_eq!(body["message"]["message"]["text"], "From the phone");
}
