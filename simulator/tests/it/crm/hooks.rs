//! What leaves for the other side.

use serde_json::json;

use crate::crm::caller::{CHANNEL, HOST, SECRET, World, kommo, text};
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
    let manager = world.sandbox.accounts()[0].users[1].clone();
    let milliseconds = world.now().timestamp_millis();
    assert_eq!(
        arrived.json,
        json!({
            "account_id": &world.scope[37..],
            "time": world.now().timestamp(),
            "message": {
                "receiver": {"id": chat.person_id, "name": "Maria", "phone": "79990001122", "client_id": "user-77"},
                "sender": {"id": manager.amojo_id, "name": manager.name},
                "conversation": {"id": chat.id, "client_id": "conv-77"},
                "timestamp": milliseconds / 1000,
                "msec_timestamp": milliseconds,
                "message": {"id": said.message_id, "type": "text", "text": "Добрый день / привет", "tag": "", "media": "",
                    "thumbnail": "", "file_name": "", "file_size": 0, "markup": null, "media_group_id": ""},
            },
        })
    );
    assert!(!arrived.headers.values().any(|value| value.contains(SECRET)));
}

/// C3: each difference between recordings and the samples has a switch.
#[tokio::test]
async fn c3_a_switch_for_each_difference_gives_the_form_of_the_samples() {
    let world = World::connected().await;
    let stranger = json!({"timestamp": 1, "msec_timestamp": 1, "msgid": "m-1", "conversation_id": "conv-1", "silent": false,
        "sender": {"id": "user-1", "name": "Ann"}, "message": {"type": "text", "text": "Hello"}});
    world.message(stranger).await;
    let chat = world.sandbox.chats(HOST).remove(0);
    let hook = Receiver::start();
    world.sandbox.set_parom_url(&hook.url);
    let mut seen = Vec::new();
    for fault in ["", "nameless-hooks", "whole-profiles", "bare-messages"] {
        if !fault.is_empty() {
            world.sandbox.break_it(&fault.parse().unwrap()).unwrap();
        }
        world.sandbox.manager_says(HOST, &chat.id, "Hi").await.unwrap();
        let arrived = hook.call(seen.len()).await;
        let message = &arrived.json["message"];
        let has = |place: &str| message.pointer(place).is_some();
        seen.push([
            has("/receiver/name") && has("/sender/name"),
            !has("/receiver/phone") && !has("/receiver/email"),
            has("/message/markup") && has("/message/media_group_id"),
        ]);
    }
    let after = |switched: usize| std::array::from_fn(|at| at >= switched);
    assert_eq!(seen, (0..4).map(after).collect::<Vec<[bool; 3]>>());
    world.sandbox.set_hook_version(&world.scope, "v1");
    world.sandbox.mend();
    world.sandbox.manager_says(HOST, &chat.id, "Hi").await.unwrap();
    let first = hook.call(4).await.json;
    assert_eq!((&first["markup"], &first["tag"], &first["media_group_id"]), (&json!(null), &json!(""), &json!("")));
    assert!(first.as_object().unwrap().contains_key("markup"));
}

/// C3: a line feed that is not signed, as one receiver found out by its 401s.
#[tokio::test]
async fn c3_kommo_ends_a_hook_by_a_line_feed_beyond_the_signature() {
    let world = World::new().await;
    let (host, _) = kommo(&world).await;
    let account = world.sandbox.accounts().into_iter().find(|one| one.host == host).unwrap();
    let connect = json!({"account_id": account.amojo_id, "title": "Acme", "hook_api_version": "v2"});
    assert_eq!(world.signed("POST", &format!("{CHANNEL}/connect"), Some(connect)).await.0, 200);
    let first = json!({"event_type": "new_message", "payload": text("m-1", "Hello")});
    let scope = format!("{CHANNEL}_{}", account.amojo_id);
    assert_eq!(world.signed("POST", &scope, Some(first)).await.0, 200);
    let chat = world.sandbox.chats(&host).remove(0);
    let hook = Receiver::start();
    world.sandbox.set_parom_url(&hook.url);
    world.sandbox.manager_says(&host, &chat.id, "Hi").await.unwrap();
    let arrived = hook.call(0).await;
    let (last, signed) = arrived.bytes.split_last().unwrap();
    assert_eq!((*last, &arrived.headers["x-signature"]), (b'\n', &world.sandbox.sign_hook(CHANNEL, signed)));
    world.sandbox.break_it(&"no-line-feed".parse().unwrap()).unwrap();
    world.sandbox.manager_says(&host, &chat.id, "Hi").await.unwrap();
    assert!(hook.call(1).await.bytes.ends_with(b"}"));
}
