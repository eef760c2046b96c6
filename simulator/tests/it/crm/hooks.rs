//! What leaves for the other side.

use serde_json::json;

use crate::crm::caller::{CHANNEL, HOST, SECRET, World, text};
use crate::stage::Receiver;

#[tokio::test]
async fn a_managers_message_leaves_once_signed_and_compact() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let chat = world.sandbox.chats(HOST).remove(0);
    let hook = Receiver::start();
    world.sandbox.set_parom_url(&hook.url);
    let said = world.sandbox.manager_says(HOST, &chat.id, "Добрый день / привет").await.unwrap();
    assert_eq!(said.answer.status, Some(200));
    let arrived = hook.call(0).await;
    assert_eq!(arrived.path, format!("/hook/location/{}", world.scope));
    let signature = &arrived.headers["x-signature"];
    assert_eq!(*signature, world.sandbox.sign_hook(CHANNEL, &arrived.bytes));
    assert_eq!(signature.len(), 40);
    assert_eq!(serde_json::to_vec(&arrived.json).unwrap(), arrived.bytes, "compact");
    let manager = world.sandbox.accounts()[0].users[1].amojo_id.clone().unwrap();
    let milliseconds = world.now().timestamp_millis();
    assert_eq!(
        arrived.json,
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
    assert!(!arrived.headers.values().any(|value| value.contains(SECRET)));
}
