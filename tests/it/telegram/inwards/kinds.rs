//! Every kind of content, as the mapping table says (telegram §4.1).

use parom_tests::{TelegramWorld, both};
use serde_json::json;
use simulator::telegram::{ChatCard, Content, Given, StickerForm};

use super::{at_crm, chatting, last, received_message};

fn file(kind: &str) -> Content {
    let (file, caption) = (Given::sample(), "Вот".to_owned());
    match kind {
        "photo" => Content::Photo { file, caption },
        "video" => Content::Video { file, caption },
        "animation" => Content::Animation { file, caption },
        "document" => Content::Document { file, caption },
        "voice" => Content::Voice { file, caption },
        "live_photo" => Content::LivePhoto { file, caption },
        "audio" => Content::Audio { file, caption, performer: Some("Band".to_owned()), title: Some("Song".to_owned()) },
        "video_note" => Content::VideoNote { file },
        other => panic!("{other}"),
    }
}

async fn every_file_is_what_it_was(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    for (kind, there) in [
        ("photo", "picture"),
        ("live_photo", "picture"),
        ("video", "video"),
        ("animation", "video"),
        ("video_note", "video"),
        ("document", "file"),
        ("voice", "voice"),
        ("audio", "audio"),
    ] {
        line.customer(world).sends(file(kind)).unwrap();
        world.telegram_arrives().await;
        let came = last(world);
        assert_eq!(came.kind, there, "{kind}");
        assert_eq!(came.text, if kind == "video_note" { "" } else { "Вот" }, "{kind}");
        assert!(came.media.contains("/media/") && !came.media.contains(&line.token), "{kind}: {}", came.media);
        assert!(!received_message(&came)["file_name"].as_str().unwrap_or_default().is_empty(), "{kind}");
    }
}

async fn stickers_are_seen(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let sticker = |form| Content::Sticker { file: Given::sample(), emoji: "🔥".to_owned(), set_name: None, form };
    for form in [StickerForm::Static, StickerForm::Animated, StickerForm::Video] {
        line.customer(world).sends(sticker(form)).unwrap();
        world.telegram_arrives().await;
        let came = last(world);
        assert!(came.kind == "sticker" || came.kind == "file", "{form:?}: {}", came.kind);
        assert!(!came.media.is_empty(), "{form:?}");
    }
}

async fn places_and_contacts_are_native(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let place = |live_period| Content::Location {
        latitude: 55.7558,
        longitude: 37.6173,
        live_period,
        heading: None,
        horizontal_accuracy: None,
    };
    line.customer(world).sends(place(None)).unwrap();
    world.telegram_arrives().await;
    assert_eq!(
        (last(world).kind.as_str(), &received_message(&last(world))["location"]),
        ("location", &json!({"lon": 37.6173, "lat": 55.7558}))
    );
    let (title, address) = ("Acme".to_owned(), "Lenina 1".to_owned());
    line.customer(world).sends(Content::Venue { latitude: 55.0, longitude: 37.0, title, address }).unwrap();
    world.telegram_arrives().await;
    assert_eq!((last(world).kind.as_str(), last(world).text.as_str()), ("location", "Acme, Lenina 1"));
    let contact = Content::Contact {
        phone_number: "+77010002233".to_owned(),
        first_name: "Сервис".to_owned(),
        last_name: None,
        user_id: None,
        vcard: None,
    };
    line.customer(world).sends(contact).unwrap();
    world.telegram_arrives().await;
    assert_eq!(received_message(&last(world))["contact"], json!({"name": "Сервис", "phone": "+77010002233"}));
}

async fn content_without_a_kind_in_amocrm_becomes_text(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let news = ChatCard { id: -1_001_122_334_455, title: "Acme news".into(), username: Some("acme_news".into()) };
    let options = vec!["Утром".to_owned(), "Вечером".to_owned()];
    let blocks = vec![json!({"type": "paragraph", "text": ["Нужны ", {"type": "bold", "text": "3 шт."}]})];
    for (content, text) in [
        (
            Content::Poll { question: "Когда удобно?".into(), options: options.clone() },
            "[Опрос] Когда удобно? 1) Утром 2) Вечером",
        ),
        (Content::Dice { emoji: "🎲".into(), value: 4 }, "🎲 4"),
        (Content::Story { chat: news, id: 15 }, "[История] https://t.me/acme_news/s/15"),
        (Content::PaidMedia { stars: 25 }, "[Платное медиа, 25 ⭐]"),
        (Content::Checklist { title: "Взять".into(), tasks: options }, "[Список дел] Взять\n– Утром\n– Вечером"),
        (Content::RichMessage { blocks }, "Нужны 3 шт."),
    ] {
        line.customer(world).sends(content).unwrap();
        world.telegram_arrives().await;
        assert_eq!((last(world).kind.as_str(), last(world).text.as_str()), ("text", text));
    }
}

async fn an_album_comes_file_by_file(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let before = at_crm(world).len();
    line.customer(world).sends_album(vec![file("photo"), file("video"), file("photo")]).unwrap();
    world.telegram_arrives().await;
    let came: Vec<_> = at_crm(world).into_iter().skip(before).map(|message| message.kind).collect();
    assert_eq!(came, ["picture", "video", "picture"]);
}

both!(
    every_file_is_what_it_was,
    stickers_are_seen,
    places_and_contacts_are_native,
    content_without_a_kind_in_amocrm_becomes_text,
    an_album_comes_file_by_file,
);
