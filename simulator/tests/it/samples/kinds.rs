//! Every kind of content.

use serde_json::json;
use simulator::telegram::{
    Act, Chat, ChatCard, Content, Dressing, External, Forward, Given, NewPerson, Quote, StickerForm,
};

use super::Check;

fn news() -> ChatCard {
    ChatCard { id: -1_001_122_334_455, title: "Acme news".to_owned(), username: Some("acme_news".to_owned()) }
}

/// Files.
pub async fn content(check: &mut Check) {
    let file = Given::sample;
    check.world.maria().starts("lead_77-A").unwrap();
    check.latest("start_payload").await;
    let link = json!({"offset": 0, "length": 2, "type": "text_link", "url": "https://acme.test/offer?id=7"});
    check.sends("text_entities", Content::Text { text: "Hi there".to_owned(), entities: vec![link] }).await;
    let nameless = NewPerson {
        id: 8_123_456_789,
        first_name: "🌸✨".to_owned(),
        last_name: None,
        username: None,
        language_code: None,
        ..NewPerson::default()
    };
    let nameless = check.world.telegram.add_person(nameless);
    check.world.telegram.customer(nameless, check.world.bot.id).writes("Здравствуйте!").unwrap();
    check.latest("text_no_username_emoji_name").await;
    check.sends("photo_caption", Content::photo("Чек")).await;
    let film = Content::Video { file: file(), caption: String::new() };
    check.world.maria().sends_album(vec![Content::photo("Три"), film]).unwrap();
    let updates = check.world.updates().await;
    check.holds("album_1", &updates[updates.len() - 2]);
    check.latest("album_2").await;
    check.sends("video", Content::Video { file: file(), caption: "Так".to_owned() }).await;
    check.sends("video_note", Content::VideoNote { file: file() }).await;
    check.sends("animation", Content::Animation { file: file(), caption: String::new() }).await;
    let (performer, title) = (Some("Unknown".to_owned()), Some("Demo 3".to_owned()));
    check.sends("audio", Content::Audio { file: file(), caption: String::new(), performer, title }).await;
    check.sends("voice", Content::Voice { file: file().lasting(7), caption: String::new() }).await;
    check.sends("document", Content::Document { file: file(), caption: "подписано".to_owned() }).await;
    let huge = file().nameless().claiming(3_221_225_472);
    check.sends("document_too_big", Content::Document { file: huge, caption: String::new() }).await;
    for (name, form) in [("sticker_static", StickerForm::Static), ("sticker_animated", StickerForm::Animated)] {
        let set_name = Some("AcmeCats".to_owned());
        check.sends(name, Content::Sticker { file: file(), emoji: "👍".to_owned(), set_name, form }).await;
        let sticker = &check.world.latest().await["message"]["sticker"];
        assert_eq!(sticker["is_animated"], json!(form == StickerForm::Animated));
    }
    check.sends("live_photo", Content::LivePhoto { file: file(), caption: String::new() }).await;
}

/// Kinds without files.
pub async fn plain(check: &mut Check) {
    let chat = check.world.maria;
    let ask = json!({"chat_id": chat, "text": "Your number?", "reply_markup": {"keyboard": [[{"text": "Share",
        "request_contact": true}]]}});
    let asked = check.world.ok("sendMessage", ask).await["message_id"].as_i64();
    let with = Dressing { reply_to: asked, ..Dressing::default() };
    check.world.maria().sends_with(Content::OwnContact, with).unwrap();
    check.latest("contact_own").await;
    let foreign = Content::Contact {
        phone_number: "+77010002233".to_owned(),
        first_name: "Сервис".to_owned(),
        last_name: None,
        user_id: None,
        vcard: Some("BEGIN:VCARD".to_owned()),
    };
    check.sends("contact_foreign", foreign).await;
    let point = |live_period| Content::Location {
        latitude: 55.755_819,
        longitude: 37.617_644,
        live_period,
        heading: live_period.map(|_| 10),
        horizontal_accuracy: live_period.map(|_| 12.5),
    };
    check.sends("location", point(None)).await;
    let live = check.world.maria().sends(point(Some(900))).unwrap();
    let (who, to) = (check.world.maria, Chat::Bot(check.world.bot.id));
    let moved =
        Act::MoveLocation { who, to, message: live, latitude: 55.760_101, longitude: 37.620_002, heading: Some(180) };
    check.world.telegram.act(moved).unwrap();
    check.latest("live_location_edit").await;
    let (title, address) = ("Acme".to_owned(), "Lenina 1".to_owned());
    check.sends("venue", Content::Venue { latitude: 55.7522, longitude: 37.6156, title, address }).await;
    let options = vec!["Утром".to_owned(), "Вечером".to_owned()];
    check.sends("poll", Content::Poll { question: "Когда?".to_owned(), options }).await;
    check.sends("dice", Content::Dice { emoji: "🎲".to_owned(), value: 4 }).await;
    check.sends("story_forward", Content::Story { chat: news(), id: 15 }).await;
    check.sends("paid_media", Content::PaidMedia { stars: 25 }).await;
    let blocks = vec![json!({"type": "section_heading", "text": "Заказ", "size": 1})];
    check.sends("rich_message", Content::RichMessage { blocks }).await;
}

/// Quotes and forwards.
pub async fn dressed(check: &mut Check) {
    let chat = check.world.maria;
    let stock = json!({"chat_id": chat, "text": "The blue one is in stock"});
    let reply_to = check.world.ok("sendMessage", stock).await["message_id"].as_i64();
    let quote = Some(Quote { text: "in stock".to_owned(), position: None, is_manual: false });
    check.dressed("reply_quote", "Эта!", Dressing { reply_to, quote, ..Dressing::default() }).await;
    assert_eq!(check.world.latest().await["message"]["quote"]["position"], 16);
    let quote = Some(Quote { text: "-20%".to_owned(), position: Some(0), is_manual: true });
    let external = Some(External { chat: news(), message: 901 });
    check.dressed("external_reply", "Как здесь", Dressing { external, quote, ..Dressing::default() }).await;
    for (name, forward) in [
        ("forward_user", Forward::User { id: 777_123_456, first_name: "Ivan".to_owned() }),
        ("forward_hidden_user", Forward::Hidden { name: "Петя ★".to_owned() }),
        ("forward_channel", Forward::Channel { chat: news(), message: 877, signature: None }),
    ] {
        check.dressed(name, "Адрес", Dressing { forward: Some(forward), ..Dressing::default() }).await;
    }
}
