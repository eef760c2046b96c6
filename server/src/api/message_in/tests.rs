//! What is taken and which fields are named when it is not.

use serde_json::{Value, json};

use super::*;
use crate::api::json::parse;

fn body() -> Value {
    json!({
        "id": "ext-1001", "conversation": {"id": "chat-7"},
        "sender": {"role": "client", "id": "user-7", "name": "Anna", "phone": "+79151112233"},
        "sent_at": "2026-11-20T09:30:00.123Z", "content": {"type": "text", "text": "Hello"}, "silent": false,
    })
}

fn with(pointer: &str, value: Value) -> Value {
    let mut changed = body();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    changed.pointer_mut(parent).unwrap()[name] = value;
    changed
}

fn pointers(body: &Value) -> Vec<String> {
    let checked = parse::<MessageIn>(body.to_string().as_bytes()).and_then(MessageIn::checked);
    match checked {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.pointer).collect(),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn the_contracts_example_is_taken() {
    let incoming = parse::<MessageIn>(body().to_string().as_bytes()).and_then(MessageIn::checked).unwrap();
    assert_eq!(incoming.external_id, "ext-1001");
    assert_eq!(incoming.conversation_id, "chat-7");
    assert_eq!(incoming.sent_at, Some(1_795_167_000_123));
    assert_eq!(incoming.content, Content::Text { text: "Hello".to_owned() });
    assert_eq!(incoming.sender.phone.as_deref(), Some("+79151112233"));
}

#[test]
fn null_stands_for_absence_of_what_is_optional() {
    for pointer in [
        "/sent_at",
        "/silent",
        "/reply_to",
        "/forward",
        "/post",
        "/sender/name",
        "/sender/user_id",
        "/content/media_url",
    ] {
        assert_eq!(pointers(&with(pointer, Value::Null)), Vec::<String>::new(), "{pointer}");
    }
}

#[test]
fn every_wrong_field_is_named() {
    for (pointer, value) in [
        ("/id", json!("")),
        ("/id", json!("x".repeat(256))),
        ("/id", json!("a\u{0}b")),
        ("/id", json!(7)),
        ("/id", json!(null)),
        ("/conversation", json!("chat-7")),
        ("/conversation/id", json!("")),
        ("/conversation/name", json!("x")),
        ("/sender/role", json!("manager")),
        ("/sender/role", json!("bot")),
        ("/sender/role", json!("king")),
        ("/sender/id", json!("")),
        ("/sender/user_id", json!("5")),
        ("/sender/avatar_url", json!("javascript:alert(1)")),
        ("/sent_at", json!("yesterday")),
        ("/sent_at", json!(5)),
        ("/content/type", json!("picture")),
        ("/content/type", json!("hologram")),
        ("/content/text", json!(" ")),
        ("/content/media_url", json!("https://files.example/a.jpg")),
        ("/content/colour", json!("red")),
        ("/reply_to", json!({"id": "ext-1000"})),
        ("/silent", json!("no")),
        ("/extra", json!(1)),
    ] {
        assert_eq!(pointers(&with(pointer, value.clone())), [pointer], "{value}");
    }
    let mut two = with("/id", json!(""));
    two["content"]["text"] = json!("");
    assert_eq!(pointers(&two), ["/id", "/content/text"]);
}

#[test]
fn a_picture_is_refused_by_its_type_alone() {
    let content =
        json!({"type": "picture", "media_url": "https://files.example/a.jpg", "file_name": "a.jpg", "file_size": 5});
    assert_eq!(pointers(&with("/content", content)), ["/content/type"]);
}
