//! New messages, changes, comments and quotes as JSON, against the sample requests of the protocol reference (chats-api §3.4, §B).

use amocrm::chats::{
    ChatUser, Content, DeliveryStatus, EditContent, EditMessage, EditTarget, FailureCode, Forwards, MediaFile,
    MediaKind, MessageRef, NewChat, NewMessage, Post, Quote, QuotedMessage, QuotedSender, SharedPost, SourceRef,
};
use serde_json::{Value, json};

pub fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The sample of this number, from the folder of samples.
pub fn sample(number: usize) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/messages");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert_eq!(paths.len(), 17);
    serde_json::from_slice(&std::fs::read(&paths[number - 1]).unwrap()).unwrap()
}

fn maria() -> ChatUser {
    ChatUser {
        id: "acme-user-77".to_owned(),
        ref_id: None,
        name: "Maria".to_owned(),
        avatar: text("https://files.acme.test/a/77.png"),
        phone: text("+79990001122"),
        email: text("maria@acme.test"),
        profile_link: text("https://acme.test/u/77"),
    }
}

fn user(id: &str, name: &str, ref_id: &str) -> ChatUser {
    ChatUser { id: id.to_owned(), name: name.to_owned(), ref_id: text(ref_id), ..ChatUser::default() }
}

fn words(text: &str) -> Content {
    Content::Text { text: text.to_owned() }
}

pub fn from_maria(number: i64, content: Content) -> NewMessage {
    NewMessage {
        message_id: format!("acme-msg-{number:04}"),
        conversation_id: "acme-conv-77".to_owned(),
        at_milliseconds: 1_788_253_800_125 + number * 1000,
        sender: maria(),
        source: Some(SourceRef { external_id: "acme-line-1".to_owned() }),
        content,
        ..NewMessage::default()
    }
}

fn to_maria(number: i64, sender: ChatUser, text: &str) -> NewMessage {
    NewMessage { sender, receiver: Some(maria()), source: None, silent: true, ..from_maria(number, words(text)) }
}

fn file(name: &str, size: u64) -> MediaFile {
    MediaFile { url: format!("https://files.acme.test/m/{name}"), file_name: name.to_owned(), file_size: size }
}

pub fn json_of(message: &NewMessage) -> Value {
    serde_json::to_value(message).unwrap()
}

#[test]
fn every_kind() {
    let none = String::new;
    let contents = [
        words("Is the blue one in stock?"),
        Content::Picture { file: file("1.jpg", 48_211), caption: "my receipt".to_owned() },
        Content::File { file: file("offer.pdf", 120_044), caption: none() },
        Content::Video { file: file("clip.mp4", 2_200_123), caption: none(), duration_seconds: Some(14) },
        Content::Voice { file: file("v.ogg", 30_233), caption: none(), duration_seconds: Some(7) },
        Content::Audio { file: file("song.mp3", 5_000_111), caption: none(), duration_seconds: Some(181) },
        Content::Sticker {
            url: "https://files.acme.test/s/42.webp".to_owned(),
            sticker_id: text("acme-pack-1-42"),
            caption: none(),
        },
        Content::Location { longitude: 37.6173, latitude: 55.7558, caption: none() },
        Content::Contact { name: "Ivan".to_owned(), phone: "+79990003344".to_owned(), caption: none() },
    ];
    for (number, content) in (1..).zip(contents) {
        let message = from_maria(number, content);
        assert_eq!(json_of(&message), sample(usize::try_from(number).unwrap()), "{message:?}");
    }
}

#[test]
fn more_than_content() {
    let quoted = || Quote::Known(MessageRef::Ours("acme-msg-0001".to_owned()));
    let shared = SharedPost {
        url: "https://social.test/p/1".to_owned(),
        site_name: text("Social"),
        preview_link: None,
        preview_permalink: text("https://social.test/p/1.png"),
    };
    let forwards = Forwards { message: quoted(), conversation_id: text("acme-conv-77"), conversation_ref_id: None };
    let messages = [
        NewMessage { shared_post: Some(shared), ..from_maria(10, words("look")) },
        NewMessage { callback_data: text("k7Qp2Zx1"), ..from_maria(11, words("Delivery")) },
        NewMessage { reply_to: Some(quoted()), ..from_maria(12, words("and the red one?")) },
        NewMessage { forwards: Some(forwards), ..from_maria(13, words("")) },
        to_maria(14, user("acme-mgr-5", "Oleg", "a9b8c7d6-e5f4-4a3b-8c2d-1e0f9a8b7c6d"), "Yes, it is."),
        to_maria(15, user("acme-bot", "Acme Chat", "e1f2a3b4-c5d6-47e8-99fa-0b1c2d3e4f50"), "We are open 9-18."),
    ];
    for (number, message) in (10..).zip(messages) {
        assert_eq!(json_of(&message), sample(number), "{message:?}");
    }
}

/// The customer's first answer in a chat that amoCRM began (chats-api §5.4).
#[test]
fn binding_of_a_chat() {
    let message = NewMessage {
        message_id: "acme-msg-0100".to_owned(),
        conversation_id: "acme-conv-200".to_owned(),
        conversation_ref_id: text("c0ffee00-1111-4222-8333-444455556666"),
        at_milliseconds: 1_788_255_600_400,
        sender: ChatUser {
            phone: text("79995556677"),
            ..user("acme-user-200", "Pavel", "d4c3b2a1-0f9e-4d8c-8b7a-6f5e4d3c2b1a")
        },
        ..from_maria(1, words("Who is this?"))
    };
    let expected = json!({"event_type": "new_message", "payload": {
        "timestamp": 1788255600, "msec_timestamp": 1788255600400_i64, "msgid": "acme-msg-0100",
        "conversation_id": "acme-conv-200", "conversation_ref_id": "c0ffee00-1111-4222-8333-444455556666",
        "sender": {"id": "acme-user-200", "ref_id": "d4c3b2a1-0f9e-4d8c-8b7a-6f5e4d3c2b1a", "name": "Pavel",
            "profile": {"phone": "79995556677"}},
        "source": {"external_id": "acme-line-1"}, "message": {"type": "text", "text": "Who is this?"},
        "silent": false}});
    assert_eq!(json_of(&message), expected);
}

/// Media, places and cards may have words with them.
#[test]
fn captions() {
    let caption = || "look".to_owned();
    for content in [
        Content::Sticker { url: "https://files.acme.test/s/1".to_owned(), sticker_id: None, caption: caption() },
        Content::Location { longitude: 0.0, latitude: -89.5, caption: caption() },
        Content::Contact { name: "Ivan".to_owned(), phone: "1".to_owned(), caption: caption() },
        Content::Voice { file: file("v.ogg", 1), caption: caption(), duration_seconds: None },
    ] {
        let json = json_of(&from_maria(1, content));
        assert_eq!(json["payload"]["message"]["text"], "look");
        assert_eq!(json["payload"]["message"].get("media_duration"), None);
    }
}

#[test]
fn seconds_follow_milliseconds() {
    for (milliseconds, seconds) in [(0, 0), (999, 0), (1000, 1), (1_788_253_801_125, 1_788_253_801), (-1, -1)] {
        let message = NewMessage { at_milliseconds: milliseconds, ..from_maria(1, words("x")) };
        assert_eq!(json_of(&message)["payload"]["timestamp"], seconds);
        assert_eq!(json_of(&message)["payload"]["msec_timestamp"], milliseconds);
    }
}

#[test]
fn new_chat() {
    let chat = NewChat {
        conversation_id: "acme-conv-77".to_owned(),
        source: Some(SourceRef { external_id: "acme-line-1".to_owned() }),
        user: maria(),
    };
    let expected = json!({"conversation_id":"acme-conv-77","source":{"external_id":"acme-line-1"},"user":{
        "id":"acme-user-77","name":"Maria","avatar":"https://files.acme.test/a/77.png","profile":{
        "phone":"+79990001122","email":"maria@acme.test"},"profile_link":"https://acme.test/u/77"}});
    assert_eq!(serde_json::to_value(&chat).unwrap(), expected);
}

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
