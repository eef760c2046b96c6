//! Every kind of content.

use serde_json::{Value, json};
use simulator::telegram::{Act, Content, Given, NewPerson};

use super::samples::Check;

/// Content with these fields.
fn of(kind: &str, fields: Value) -> Content {
    let fields = fields.as_object().unwrap().clone();
    fields.into_iter().fold(Content::of(kind), |content, (name, value)| content.with(&name, value))
}

/// Files.
pub async fn content(check: &mut Check) {
    check.world.maria().starts("lead_77-A").unwrap();
    check.latest("start_payload").await;
    let link = json!({"offset": 0, "length": 2, "type": "text_link", "url": "https://acme.test/offer?id=7"});
    check.sends("text_entities", of("text", json!({"entities": [link]})).saying("Hi there")).await;
    let nameless = NewPerson {
        id: 8_123_456_789,
        first_name: "🌸✨".to_owned(),
        last_name: None,
        username: None,
        language_code: None,
        ..NewPerson::default()
    };
    let nameless = check.world.telegram().add_person(nameless);
    check.world.telegram().customer(nameless, check.world.bot.id).writes("Здравствуйте!").unwrap();
    check.latest("text_no_username_emoji_name").await;
    check.sends("photo_caption", Content::of("photo").saying("Чек")).await;
    let album = vec![Content::of("photo").saying("Три"), Content::of("video")];
    check.world.maria().sends_album(album).unwrap();
    let updates = check.world.updates().await;
    check.samples.holds("album_1", &updates[updates.len() - 2]);
    check.latest("album_2").await;
    check.sends("video", Content::of("video").saying("Так")).await;
    check.sends("video_note", Content::of("video_note")).await;
    check.sends("animation", Content::of("animation")).await;
    check.sends("audio", of("audio", json!({"performer": "Unknown", "title": "Demo 3"}))).await;
    check.sends("voice", Content::of("voice").file(Given::sample().with("duration", 7))).await;
    check.sends("document", Content::of("document").saying("подписано")).await;
    let huge = Given::sample().with("is_nameless", true).with("size", 3_221_225_472_i64);
    check.sends("document_too_big", Content::of("document").file(huge)).await;
    for (name, form) in [("sticker_static", "static"), ("sticker_animated", "animated")] {
        check.sends(name, of("sticker", json!({"emoji": "👍", "set_name": "AcmeCats", "form": form}))).await;
        let sticker = &check.world.latest().await["message"]["sticker"];
        assert_eq!(sticker["is_animated"], json!(form == "animated"));
    }
    check.sends("live_photo", Content::of("live_photo")).await;
}

/// Kinds without files.
pub async fn plain(check: &mut Check) {
    let (chat, bot) = (check.world.maria, check.world.bot.id);
    let ask = json!({"chat_id": chat, "text": "Your number?", "reply_markup": {"keyboard": [[{"text": "Share",
        "request_contact": true}]]}});
    let asked = check.world.ok("sendMessage", ask).await["message_id"].as_i64().unwrap();
    check.world.maria().sends_with(Content::of("own_contact"), |act| act.reply_to(asked)).unwrap();
    check.latest("contact_own").await;
    let foreign = json!({"phone_number": "+77010002233", "first_name": "Сервис", "vcard": "BEGIN:VCARD"});
    check.sends("contact_foreign", of("contact", foreign)).await;
    let point = json!({"latitude": 55.755_819, "longitude": 37.617_644});
    check.sends("location", of("location", point)).await;
    let live = json!({"latitude": 55.755_819, "longitude": 37.617_644, "live_period": 900, "heading": 10,
        "horizontal_accuracy": 12.5});
    let live = check.world.maria().sends(of("location", live)).unwrap();
    let moved = Act::own("move_location").who(chat).line(bot).message(live).with("heading", 180);
    check.world.telegram().act(moved.with("latitude", 55.760_101).with("longitude", 37.620_002)).unwrap();
    check.latest("live_location_edit").await;
    let place = json!({"latitude": 55.7522, "longitude": 37.6156, "title": "Acme", "address": "Lenina 1"});
    check.sends("venue", of("venue", place)).await;
    check.sends("poll", of("poll", json!({"question": "Когда?", "options": ["Утром", "Вечером"]}))).await;
    check.sends("dice", of("dice", json!({"emoji": "🎲", "value": 4}))).await;
    check.sends("story_forward", of("story", json!({"chat": news(), "id": 15}))).await;
    check.sends("paid_media", of("paid_media", json!({"stars": 25}))).await;
    let blocks = json!([{"type": "section_heading", "text": "Заказ", "size": 1}]);
    check.sends("rich_message", of("rich_message", json!({"blocks": blocks}))).await;
}

fn news() -> Value {
    json!({"id": -1_001_122_334_455_i64, "title": "Acme news", "username": "acme_news"})
}

/// Quotes and forwards.
pub async fn dressed(check: &mut Check) {
    let stock = json!({"chat_id": check.world.maria, "text": "The blue one is in stock"});
    let asked = check.world.ok("sendMessage", stock).await["message_id"].as_i64().unwrap();
    let quote = |act: Act| act.reply_to(asked).with("quote", json!({"text": "in stock"}));
    check.world.maria().sends_with(Content::text("Эта!"), quote).unwrap();
    check.latest("reply_quote").await;
    assert_eq!(check.world.latest().await["message"]["quote"]["position"], 16);
    let quote = json!({"text": "-20%", "position": 0, "is_manual": true});
    let external = json!({"quote": quote, "external": {"chat": news(), "message": 901}});
    check.dressed("external_reply", "Как здесь", external).await;
    for (name, forward) in [
        ("forward_user", json!({"user": {"id": 777_123_456, "first_name": "Ivan"}})),
        ("forward_hidden_user", json!({"hidden": {"name": "Петя ★"}})),
        ("forward_channel", json!({"channel": {"chat": news(), "message": 877}})),
    ] {
        check.dressed(name, "Адрес", json!({"forward": forward})).await;
    }
}
