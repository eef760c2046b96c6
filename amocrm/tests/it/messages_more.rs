//! Changes, comments and quotes as JSON (chats-api §3.4.4, §3.4.6, §3.4.8).

use amocrm::chats::{
    Content, DeliveryStatus, EditContent, EditMessage, EditTarget, FailureCode, Forwards, MediaFile, MediaKind,
    MessageRef, NewMessage, Post, Quote, QuotedMessage, QuotedSender,
};
use serde_json::{Value, json};

use crate::messages::{from_maria, json_of, sample, text};

fn edit(target: EditTarget, words: &str) -> EditMessage {
    EditMessage {
        target,
        conversation_id: "acme-conv-77".to_owned(),
        at_milliseconds: 1_788_254_200_500,
        content: EditContent::Whole(Content::Text { text: words.to_owned() }),
        delivery_status: None,
    }
}

fn edit_json(edit: &EditMessage) -> Value {
    serde_json::to_value(edit).unwrap()
}

#[test]
fn edits() {
    let ours = edit(EditTarget::Ours("acme-msg-0001".to_owned()), "Is the red one in stock?");
    assert_eq!(edit_json(&ours), sample(16));
    let bind = EditTarget::Bind {
        amojo_message_id: "7b0d2c1e-4f3a-4c8b-8a55-0f9e1d2c3b01".to_owned(),
        message_id: "acme-out-0001".to_owned(),
    };
    let bound = EditMessage {
        at_milliseconds: 1_788_254_300_500,
        delivery_status: Some(DeliveryStatus::Read),
        ..edit(bind, "Good day, Maria!")
    };
    assert_eq!(edit_json(&bound), sample(17));
    let theirs = EditMessage {
        content: EditContent::Caption { kind: MediaKind::Picture, caption: "no words".to_owned() },
        delivery_status: Some(DeliveryStatus::Failed { code: FailureCode::Other, text: "closed".to_owned() }),
        ..edit(EditTarget::Amojo("7b0d".to_owned()), "")
    };
    let payload = &edit_json(&theirs)["payload"];
    assert_eq!((&payload["id"], payload.get("msgid")), (&json!("7b0d"), None));
    let expected = json!({"type": "picture", "text": "no words",
        "delivery_status": {"status_code": -1, "error_code": 905, "error": "closed"}});
    assert_eq!(payload["message"], expected, "the file stays: it is not named");
}

/// A changed caption names the kind of its message in amoCRM's words.
#[test]
fn kinds_of_captions() {
    for (kind, word) in [
        (MediaKind::Picture, "picture"),
        (MediaKind::File, "file"),
        (MediaKind::Video, "video"),
        (MediaKind::Voice, "voice"),
        (MediaKind::Audio, "audio"),
        (MediaKind::Sticker, "sticker"),
    ] {
        let content = EditContent::Caption { kind, caption: String::new() };
        let edit = EditMessage { content, ..edit(EditTarget::Ours("m".to_owned()), "") };
        assert_eq!(edit_json(&edit)["payload"]["message"], json!({"type": word, "text": ""}));
    }
}

#[test]
fn a_comment() {
    let post = Post {
        id: "post-900".to_owned(),
        url: "https://social.test/p/900".to_owned(),
        preview_permalink: text("https://social.test/p/900.png"),
        username: text("acme"),
        caption: text("New model"),
        ..Post::default()
    };
    let message =
        NewMessage { post: Some(post), ..from_maria(1, Content::Text { text: "What does it cost?".to_owned() }) };
    let expected = json!({"type": "text", "text": "What does it cost?", "post": {"id": "post-900",
        "url": "https://social.test/p/900", "preview_permalink": "https://social.test/p/900.png", "username": "acme",
        "caption": "New model"}});
    assert_eq!(json_of(&message)["payload"]["message"], expected);
}

#[test]
fn quotes_in_whole() {
    let quote =
        |content, sender| Quote::Whole(Box::new(QuotedMessage { content, at_milliseconds: 1_788_200_000_000, sender }));
    let json = |quote: &Quote| serde_json::to_value(quote).unwrap();
    let old = quote(Content::Text { text: "old text".to_owned() }, QuotedSender::Named("Maria".to_owned()));
    let expected = json!({"type": "text", "text": "old text", "timestamp": 1788200000,
        "msec_timestamp": 1788200000000_i64, "sender": {"name": "Maria"}});
    assert_eq!(json(&old), expected);
    let message = NewMessage { reply_to: Some(old), ..from_maria(1, Content::Text { text: "and now?".to_owned() }) };
    assert_eq!(json_of(&message)["payload"]["reply_to"], json!({"message": expected}));

    let file = MediaFile { file_name: "a.jpg".to_owned(), ..MediaFile::default() };
    let picture = quote(Content::Picture { file, caption: String::new() }, QuotedSender::Ours("u".to_owned()));
    let expected = json!({"type": "picture", "text": "", "file_name": "a.jpg", "timestamp": 1788200000,
        "msec_timestamp": 1788200000000_i64, "sender": {"id": "u"}});
    assert_eq!(json(&picture), expected, "what is not known is left out");
    let sender = QuotedSender::Amojo("r".to_owned());
    let place = quote(Content::Location { longitude: 1.5, latitude: 2.0, caption: String::new() }, sender);
    assert_eq!(json(&place)["location"], json!({"lon": 1.5, "lat": 2.0}));
    assert_eq!(json(&place)["sender"], json!({"ref_id": "r"}));
}

#[test]
fn forwards_by_either_id() {
    let forwards = Forwards {
        message: Quote::Known(MessageRef::Amojo("7b0d2c1e-4f3a-4c8b-8a55-0f9e1d2c3b4a".to_owned())),
        conversation_ref_id: text("5e4d3c2b-1a09-4f8e-9d7c-6b5a49382716"),
        conversation_id: text("acme-conv-77"),
    };
    let expected = json!({"messages": [{"id": "7b0d2c1e-4f3a-4c8b-8a55-0f9e1d2c3b4a"}],
        "conversation_ref_id": "5e4d3c2b-1a09-4f8e-9d7c-6b5a49382716", "conversation_id": "acme-conv-77"});
    assert_eq!(serde_json::to_value(&forwards).unwrap(), expected);
}
