//! Hooks that are odd: what they say arrives all the same.

use parom_tests::{World, both};
use serde_json::json;
use simulator::crm::HookMessage;

use super::message;

async fn odd_numbers_and_signs_are_carried(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let account = world.sandbox.add_account(&line.host).amojo_id;
    let chat = manager.chat_with("anna");
    let at = world.clock.millis() - 5_000;
    let hook = |id: &str, timestamp: &str, text: &str| {
        format!(
            r#"{{"account_id":"{account}","time":1.0,"message":{{"receiver":{{"id":9223372036854775807,"client_id":18446744073709551615}},
            "sender":{{"id":"x"}},"conversation":{{"id":"{chat}"}},"timestamp":{timestamp},"msec_timestamp":{timestamp},
            "message":{{"id":{id},"type":"text","text":{text},"file_size":"0"}}}}}}"#
        )
    };
    let post = async |body: String| {
        let signature = world.sandbox.sign_hook(&line.scope_id, body.as_bytes());
        world.sandbox.post_hook(&line.scope_id, body.into_bytes(), Some(&signature)).await.status
    };
    let long = format!("{}👩‍🚀", "я".repeat(100_000));
    let cases = [
        ("9223372036854775807", at.to_string(), r#""a\u0000b""#.to_owned(), "a\u{fffd}b".to_owned()),
        ("\"m2\"", format!("\"{}\"", at + 1), r#""\ud83d half""#.to_owned(), "\u{fffd} half".to_owned()),
        ("\"m3\"", format!("{}.75", at + 2), "\"👍🏽 \u{202e}rtl\"".to_owned(), "👍🏽 \u{202e}rtl".to_owned()),
        ("\"m4\"", "1e300".to_owned(), r#""far future""#.to_owned(), "far future".to_owned()),
        ("\"m5\"", "null".to_owned(), serde_json::to_string(&long).unwrap(), long),
    ];
    for (id, timestamp, text, wanted) in cases {
        assert_eq!(post(hook(id, &timestamp, &text)).await, Some(200));
        world_delivers(world, &wanted).await;
    }
    assert!(world.quarantined().await.is_empty());
}

async fn world_delivers(world: &World, wanted: &str) {
    let mut worker = world.another_worker();
    worker.deliver_all().await.unwrap();
    assert_eq!(message(world)["content"]["text"].as_str().unwrap(), wanted);
}

async fn unexpected_shapes_of_fields_break_nothing(world: &mut World) {
    let (_, manager) = world.chatting().await;
    for (name, value) in [
        ("markup", json!("buttons")),
        ("markup", json!({"mode": "inline", "buttons": [[], "x", [{"label": "no text"}]]})),
        ("template", json!([1, 2])),
        ("reply_to", json!({"message": null})),
        ("forwards", json!({"messages": "all"})),
        ("post", json!(null)),
        ("media_group_id", json!({"id": 7})),
        ("tag", json!({"a": [1]})),
    ] {
        let text = format!("with an odd {name}");
        manager.sends("anna", HookMessage::text(&text).with(name, value)).await;
        world.deliver_all().await;
        assert_eq!(world.messenger.texts().last(), Some(&text));
    }
}

both!(odd_numbers_and_signs_are_carried, unexpected_shapes_of_fields_break_nothing);
