//! New messages as JSON, against the sample requests of the protocol reference.

use amocrm::chats::{ChatUser, Content, MediaFile, NewChat, NewMessage, SourceRef};
use serde_json::{Value, json};

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
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

fn from_maria(number: i64, content: Content) -> NewMessage {
    NewMessage {
        message_id: format!("acme-msg-{number:04}"),
        conversation_id: "acme-conv-77".to_owned(),
        conversation_ref_id: None,
        at_milliseconds: 1_788_253_800_125 + number * 1000,
        sender: maria(),
        receiver: None,
        source: Some(SourceRef { external_id: "acme-line-1".to_owned() }),
        content,
        silent: false,
    }
}

fn to_maria(number: i64, sender: ChatUser, words: &str) -> NewMessage {
    NewMessage {
        sender,
        receiver: Some(maria()),
        source: None,
        silent: true,
        ..from_maria(number, Content::Text { text: words.to_owned() })
    }
}

fn file(name: &str, size: u64) -> MediaFile {
    MediaFile { url: format!("https://files.acme.test/m/{name}"), file_name: name.to_owned(), file_size: size }
}

fn json_of(message: &NewMessage) -> Value {
    serde_json::to_value(message).unwrap()
}

#[test]
fn every_kind() {
    let none = String::new;
    let contents = [
        Content::Text { text: "Is the blue one in stock?".to_owned() },
        Content::Picture { file: file("1.jpg", 48_211), caption: "my receipt".to_owned() },
        Content::File { file: file("offer.pdf", 120_044), caption: none() },
        Content::Video { file: file("clip.mp4", 2_200_123), caption: none(), duration_seconds: Some(14) },
        Content::Voice { file: file("v.ogg", 30_233), caption: none(), duration_seconds: Some(7) },
        Content::Audio { file: file("song.mp3", 5_000_111), caption: none(), duration_seconds: Some(181) },
        Content::Sticker { url: "https://files.acme.test/s/42.webp".to_owned(), sticker_id: text("acme-pack-1-42") },
        Content::Location { longitude: 37.6173, latitude: 55.7558, caption: none() },
        Content::Contact { name: "Ivan".to_owned(), phone: "+79990003344".to_owned() },
    ];
    let expected = [
        include_str!("../fixtures/messages/01_text_from_the_client_with_source.json"),
        include_str!("../fixtures/messages/02_picture.json"),
        include_str!("../fixtures/messages/03_file.json"),
        include_str!("../fixtures/messages/04_video.json"),
        include_str!("../fixtures/messages/05_voice.json"),
        include_str!("../fixtures/messages/06_audio.json"),
        include_str!("../fixtures/messages/07_sticker.json"),
        include_str!("../fixtures/messages/08_location.json"),
        include_str!("../fixtures/messages/09_contact.json"),
    ];
    for (number, (content, expected)) in (1..).zip(contents.into_iter().zip(expected)) {
        let message = from_maria(number, content);
        assert_eq!(json_of(&message), serde_json::from_str::<Value>(expected).unwrap(), "{message:?}");
    }
}

#[test]
fn manager_and_bot() {
    let user = |id: &str, name: &str, ref_id: &str| ChatUser {
        id: id.to_owned(),
        name: name.to_owned(),
        ref_id: text(ref_id),
        ..ChatUser::default()
    };
    let manager = user("acme-mgr-5", "Oleg", "a9b8c7d6-e5f4-4a3b-8c2d-1e0f9a8b7c6d");
    let expected = include_str!("../fixtures/messages/14_known_manager_imported.json");
    assert_eq!(json_of(&to_maria(14, manager, "Yes, it is.")), serde_json::from_str::<Value>(expected).unwrap());
    let bot = user("acme-bot", "Acme Chat", "e1f2a3b4-c5d6-47e8-99fa-0b1c2d3e4f50");
    let expected = include_str!("../fixtures/messages/15_bot_imported.json");
    assert_eq!(json_of(&to_maria(15, bot, "We are open 9-18.")), serde_json::from_str::<Value>(expected).unwrap());
}

/// The customer's first answer in a chat that amoCRM began (chats-api §5.4).
#[test]
fn binding_of_a_chat() {
    let message = NewMessage {
        conversation_ref_id: text("c0ffee00-1111-4222-8333-444455556666"),
        sender: ChatUser {
            id: "acme-user-200".to_owned(),
            ref_id: text("d4c3b2a1-0f9e-4d8c-8b7a-6f5e4d3c2b1a"),
            name: "Pavel".to_owned(),
            phone: text("79995556677"),
            ..ChatUser::default()
        },
        ..from_maria(1, Content::Text { text: "Who is this?".to_owned() })
    };
    let json = json_of(&message);
    assert_eq!(json["payload"]["conversation_ref_id"], "c0ffee00-1111-4222-8333-444455556666");
    assert_eq!(
        json["payload"]["sender"],
        json!({"id": "acme-user-200", "ref_id": "d4c3b2a1-0f9e-4d8c-8b7a-6f5e4d3c2b1a", "name": "Pavel",
            "profile": {"phone": "79995556677"}})
    );
}

#[test]
fn seconds_follow_milliseconds() {
    for (milliseconds, seconds) in [(0, 0), (999, 0), (1000, 1), (1_788_253_801_125, 1_788_253_801), (-1, -1)] {
        let message =
            NewMessage { at_milliseconds: milliseconds, ..from_maria(1, Content::Text { text: "x".to_owned() }) };
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
