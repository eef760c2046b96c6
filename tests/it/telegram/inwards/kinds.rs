//! Every kind of content, as the mapping table says (telegram §4.1).

use parom_tests::{TelegramWorld, both};
use serde_json::json;
use simulator::telegram::Content;

use super::{at_crm, chatting, last, received_message};

fn file(kind: &str) -> Content {
    match kind {
        "video_note" => Content::of(kind),
        "audio" => Content::of(kind).saying("Вот").with("performer", "Band").with("title", "Song"),
        _ => Content::of(kind).saying("Вот"),
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
    for form in ["static", "animated", "video"] {
        line.customer(world).sends(Content::of("sticker").with("emoji", "🔥").with("form", form)).unwrap();
        world.telegram_arrives().await;
        let came = last(world);
        assert!(came.kind == "sticker" || came.kind == "file", "{form}: {}", came.kind);
        assert!(!came.media.is_empty(), "{form}");
    }
}

async fn places_and_contacts_are_native(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let place = Content::of("location").with("latitude", 55.7558).with("longitude", 37.6173);
    line.customer(world).sends(place).unwrap();
    world.telegram_arrives().await;
    assert_eq!(
        (last(world).kind.as_str(), &received_message(&last(world))["location"]),
        ("location", &json!({"lon": 37.6173, "lat": 55.7558}))
    );
    let place = Content::of("venue").with("latitude", 55.0).with("longitude", 37.0);
    line.customer(world).sends(place.with("title", "Acme").with("address", "Lenina 1")).unwrap();
    world.telegram_arrives().await;
    assert_eq!((last(world).kind.as_str(), last(world).text.as_str()), ("location", "Acme, Lenina 1"));
    let contact = Content::of("contact").with("phone_number", "+77010002233").with("first_name", "Сервис");
    line.customer(world).sends(contact).unwrap();
    world.telegram_arrives().await;
    assert_eq!(received_message(&last(world))["contact"], json!({"name": "Сервис", "phone": "+77010002233"}));
}

async fn content_without_a_kind_in_amocrm_becomes_text(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let news = json!({"id": -1_001_122_334_455_i64, "title": "Acme news", "username": "acme_news"});
    let options = json!(["Утром", "Вечером"]);
    let blocks = json!([{"type": "paragraph", "text": ["Нужны ", {"type": "bold", "text": "3 шт."}]}]);
    for (content, text) in [
        (
            Content::of("poll").with("question", "Когда удобно?").with("options", options.clone()),
            "[Опрос] Когда удобно? 1) Утром 2) Вечером",
        ),
        (Content::of("dice").with("emoji", "🎲").with("value", 4), "🎲 4"),
        (Content::of("story").with("chat", news).with("id", 15), "[История] https://t.me/acme_news/s/15"),
        (Content::of("paid_media").with("stars", 25), "[Платное медиа, 25 ⭐]"),
        (
            Content::of("checklist").with("title", "Взять").with("tasks", options),
            "[Список дел] Взять\n– Утром\n– Вечером",
        ),
        (Content::of("rich_message").with("blocks", blocks), "Нужны 3 шт."),
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
