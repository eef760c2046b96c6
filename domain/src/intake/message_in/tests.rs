use base::json::parse;
use base::message::{Body, Content};
use serde_json::{Value, json};

use super::*;

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
fn null_means_that_an_optional_field_is_absent() {
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
        ("/sender/role", json!("king")),
        ("/sender/id", json!("")),
        ("/sender/user_id", json!("5")),
        ("/sender/avatar_url", json!("javascript:alert(1)")),
        ("/sent_at", json!("yesterday")),
        ("/sent_at", json!(5)),
        ("/content/type", json!("hologram")),
        ("/content/text", json!(" ")),
        ("/content/media_url", json!("https://files.example/a.jpg")),
        ("/content/colour", json!("red")),
        ("/content/media_id", json!("0190b6c4-0000-7000-8000-000000000001")),
        ("/content/latitude", json!(1.5)),
        ("/content/callback_data", json!("x".repeat(256))),
        ("/reply_to", json!({})),
        ("/reply_to", json!({"id": "ext-1000", "text": "both"})),
        ("/reply_to/id", json!({"id": ""})),
        ("/forward/colour", json!({"id": "ext-1000", "colour": 1})),
        ("/receiver", json!({"id": "user-8"})),
        ("/post/url", json!({"id": "post-1", "url": "ftp://social.example/1"})),
        ("/post/url", json!({"id": "post-1"})),
        ("/shared_post/url", json!({"url": "social"})),
        ("/silent", json!("no")),
        ("/extra", json!(1)),
    ] {
        let at = ["/reply_to", "/forward", "/post", "/shared_post"].into_iter().find(|at| pointer.starts_with(at));
        assert_eq!(pointers(&with(at.unwrap_or(pointer), value.clone())), [pointer], "{value}");
    }
    let mut two = with("/id", json!(""));
    two["content"]["text"] = json!("");
    assert_eq!(pointers(&two), ["/id", "/content/text"]);
}

fn content(content: Value) -> Value {
    with("/content", content)
}

fn taken(body: &Value) -> Body {
    parse::<MessageIn>(body.to_string().as_bytes()).and_then(MessageIn::checked).unwrap().body
}

#[test]
fn every_kind_is_taken_with_its_fields() {
    let file =
        json!({"media_url": "https://files.example/a/photo.jpg", "file_name": "a.jpg", "file_size": 5, "text": "mine"});
    for kind in ["picture", "video", "file", "voice", "audio", "sticker"] {
        let mut one = file.clone();
        one["type"] = json!(kind);
        let body = taken(&content(one));
        assert_eq!(body.content.kind(), kind);
        let media = body.content.media().unwrap();
        assert_eq!((media.file_name.as_str(), media.file_size, media.text.as_deref()), ("a.jpg", 5, Some("mine")));
    }
    let nameless = content(json!({"type": "picture", "media_url": "https://files.example/a/photo.jpg?x=1"}));
    assert_eq!(taken(&nameless).content.media().unwrap().file_name, "photo.jpg");
    let voice = content(json!({"type": "voice", "media_id": "0190b6c4-0000-7000-8000-000000000001", "duration": 7}));
    assert_eq!(taken(&voice).content.media().unwrap().duration, Some(7));
    let place = taken(&content(json!({"type": "location", "latitude": 55.75, "longitude": -37.6})));
    assert_eq!(place.content, Content::Location { latitude: 55.75, longitude: -37.6 });
    let card = taken(&content(json!({"type": "contact", "name": "Ivan", "phone": "+79990003344"})));
    assert_eq!(card.content, Content::Contact { name: "Ivan".into(), phone: "+79990003344".into() });
    let chosen = taken(&content(json!({"type": "text", "text": "Delivery", "callback_data": "k7"})));
    assert_eq!(chosen.callback_data.as_deref(), Some("k7"));
}

#[test]
fn wrong_and_missing_fields_of_a_kind_are_named() {
    for (wrong, pointer) in [
        (json!({"type": "picture"}), "/content/media_url"),
        (json!({"type": "picture", "media_url": "files/a.jpg"}), "/content/media_url"),
        (json!({"type": "picture", "media_url": "https://a.example/a.jpg", "duration": 5}), "/content/duration"),
        (json!({"type": "picture", "media_url": "https://a.example/a.jpg", "sticker_id": "s"}), "/content/sticker_id"),
        (
            json!({"type": "voice", "media_url": "https://a.example/a.ogg", "duration": 2147483648_u32}),
            "/content/duration",
        ),
        (
            json!({"type": "file", "media_url": "https://a.example/a", "file_size": 9007199254740992_u64}),
            "/content/file_size",
        ),
        (json!({"type": "location", "latitude": 91, "longitude": 0}), "/content/latitude"),
        (json!({"type": "location", "latitude": 1}), "/content/longitude"),
        (json!({"type": "location", "latitude": 1, "longitude": 1, "text": "here"}), "/content/text"),
        (json!({"type": "contact", "name": "Ivan"}), "/content/phone"),
        (json!({"type": "contact", "name": " ", "phone": "1"}), "/content/name"),
    ] {
        assert_eq!(pointers(&content(wrong.clone())), [pointer], "{wrong}");
    }
}

#[test]
fn managers_and_bots_name_the_customer() {
    let mut body = with("/sender", json!({"role": "manager", "id": "mgr-5", "user_id": "31415"}));
    assert_eq!(pointers(&body), ["/receiver"]);
    body["receiver"] = json!({"id": "user-7", "name": "Anna"});
    let taken = taken(&body);
    assert_eq!(taken.sender.user_id.as_deref(), Some("31415"));
    assert_eq!(taken.receiver.map(|receiver| receiver.id).as_deref(), Some("user-7"));
    body["sender"]["role"] = json!("bot");
    assert_eq!(pointers(&body), ["/sender/user_id"]);
    body["sender"] = json!({"role": "manager", "id": "mgr-5", "user_id": "boss"});
    assert_eq!(pointers(&body), ["/sender/user_id"]);
}

#[test]
fn quotes_are_given_by_id_or_as_text() {
    let ours = "01900000-0000-7000-8000-000000000001";
    let quote = |quote: Value| taken(&with("/reply_to", quote)).reply_to.unwrap();
    assert_eq!(quote(json!({"id": "ext-1000"})).external_id.as_deref(), Some("ext-1000"));
    assert_eq!(quote(json!({"id": ours})).message_id.map(|id| id.to_string()).as_deref(), Some(ours));
    assert_eq!(quote(json!({"id": format!("ext:{ours}")})).external_id.as_deref(), Some(ours));
    let told = quote(json!({"text": "old", "sender": {"name": "Anna"}, "sent_at": "2026-11-20T09:00:00Z"}));
    assert_eq!(told.content, Some(Content::Text { text: "old".into() }));
    assert_eq!(told.sent_at, Some(1_795_165_200_000));
}
