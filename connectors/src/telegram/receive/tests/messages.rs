//! Messages, kind by kind.

use base::message::Role;

use super::*;

#[test]
fn texts_come_with_what_is_behind_their_links() {
    let told = written("text_entities");
    assert_eq!(text("text_entities"), "👋🏽 Hi! See our offer (https://acme.test/offer?id=7) and call +79990001122");
    assert_eq!((told.external_id.as_str(), told.conversation_id.as_str()), ("5512345678:4101", "5512345678"));
    assert_eq!(told.sent_at, Some(1_795_168_801_000));
    let sender = told.body.sender;
    assert_eq!((sender.id.as_str(), sender.name.as_deref()), ("5512345678", Some("Maria Kovaleva")));
    assert_eq!((sender.role, sender.profile_url.as_deref()), (Role::Client, Some("https://t.me/maria_kov")));
    assert_eq!(sender.phone, None);
}

#[test]
fn a_name_may_be_emoji_alone_or_nothing() {
    let sender = written("text_no_username_emoji_name").body.sender;
    assert_eq!((sender.name.as_deref(), sender.profile_url), (Some("🌸✨"), None));
    let gone = written("deleted_account").body.sender;
    assert_eq!(gone.name.as_deref(), Some("Telegram 5599887766"));
}

#[test]
fn a_start_is_no_message_and_its_payload_is_kept() {
    let InboundEvent::Began(began) = one("start_payload") else { panic!("a message") };
    assert_eq!((began.conversation_id.as_str(), began.mark.as_deref()), ("5512345678", Some("lead_77-A")));
    assert_eq!(began.customer.name.as_deref(), Some("Maria Kovaleva"));
}

#[test]
fn pictures_come_in_their_largest_size() {
    let photo = media("photo_caption", "picture");
    assert_eq!(photo.reference.as_deref(), Some("file:AgACAgIAAxkBAAIx0a1b2c3d4"));
    assert_eq!((photo.text.as_deref(), photo.file_size), (Some("Чек об оплате"), 188_034));
    assert_eq!(photo.file_name, "photo_AQADx0a1b2c3.jpg");
    let live = media("live_photo", "picture");
    assert_eq!(live.reference.as_deref(), Some("file:AgACAgIAAxkBAAIy9a1b2c3d4"), "the moving part is dropped");
}

#[test]
fn an_album_is_messages_of_one_group() {
    let (first, second) = (media("album_1", "picture"), media("album_2", "video"));
    assert_eq!(first.group_id.as_deref(), Some("13790112233445566"));
    assert_eq!(first.group_id, second.group_id);
    assert_eq!((first.text.as_deref(), second.text), (Some("Три вопроса по этим фото"), None));
}

#[test]
fn films_and_sounds_have_their_length_and_a_name() {
    let video = media("video", "video");
    assert_eq!(
        (video.duration, video.file_name.as_str(), video.text.as_deref()),
        (Some(14), "clip.mp4", Some("Так стучит"))
    );
    let round = media("video_note", "video");
    assert_eq!((round.duration, round.file_name.as_str()), (Some(9), "video_note.mp4"));
    let moving = media("animation", "video");
    assert_eq!((moving.duration, moving.file_name.as_str()), (Some(3), "giphy.mp4"));
    let song = media("audio", "audio");
    assert_eq!((song.duration, song.file_name.as_str()), (Some(181), "Unknown – Demo 3.mp3"));
    let voice = media("voice", "voice");
    assert_eq!((voice.duration, voice.file_name.as_str()), (Some(7), "voice_AQADo1a1b2c3.ogg"));
}

#[test]
fn documents_keep_their_names_and_those_too_large_become_a_notice() {
    let document = media("document", "file");
    assert_eq!((document.file_name.as_str(), document.text.as_deref()), ("Договор №7.pdf", Some("подписано")));
    assert_eq!(document.mime_type.as_deref(), Some("application/pdf"));
    assert_eq!(text("document_too_big"), "[File 3 GB, it cannot be downloaded. Ask for a link]");
    let named = with("document_too_big", "/message/document/file_name", json!("film.mkv"));
    let named = with_caption(&named);
    let told = read_with(&settings(), &named, Language::Ru).unwrap();
    let [InboundEvent::Wrote(told)] = told.as_slice() else { panic!("{told:?}") };
    let text = "[Файл 3 ГБ: film.mkv, скачать нельзя. Попросите ссылку]\nвот".to_owned();
    assert_eq!(told.body.content, Content::Text { text });
}

fn with_caption(body: &str) -> String {
    let mut whole: Value = serde_json::from_str(body).unwrap();
    whole["message"]["caption"] = json!("вот");
    whole.to_string()
}

#[test]
fn a_file_of_twenty_megabytes_is_the_largest() {
    let of = |size: u64| {
        let told = read_with(&settings(), &with("document", "/message/document/file_size", json!(size)), Language::En);
        let Ok([InboundEvent::Wrote(told)]) = told.as_deref() else { panic!("{told:?}") };
        told.body.content.kind()
    };
    assert_eq!((of(20 * 1024 * 1024), of(20 * 1024 * 1024 + 1)), ("file", "text"));
}

#[test]
fn stickers_come_as_pictures_and_moving_ones_by_their_still() {
    let still = media("sticker_static", "sticker");
    assert_eq!(still.sticker_id.as_deref(), Some("AQADk1a1b2c3"));
    assert_eq!(still.reference.as_deref(), Some("file:BAACAgIAAxkBAAIk1a1b2c3d4"));
    let moving = media("sticker_animated", "sticker");
    assert_eq!(moving.reference.as_deref(), Some("file:AgACAgIAAxkBAAItk2a1b2c3d4"), "the thumbnail");
    assert_eq!(moving.sticker_id.as_deref(), Some("AQADk2a1b2c3"));
    let bare =
        read_with(&settings(), &with("sticker_animated", "/message/sticker/thumbnail", Value::Null), Language::En);
    let Ok([InboundEvent::Wrote(bare)]) = bare.as_deref() else { panic!("{bare:?}") };
    assert_eq!(bare.body.content, Content::Text { text: "🔥".to_owned() });
}

#[test]
fn the_senders_own_contact_sets_their_phone_and_another_contact_does_not() {
    let own = written("contact_own").body;
    let contact = |name: &str, phone: &str| Content::Contact { name: name.to_owned(), phone: phone.to_owned() };
    assert_eq!(own.content, contact("Maria Kovaleva", "+79990001122"));
    assert_eq!(own.sender.phone.as_deref(), Some("+79990001122"));
    let foreign = written("contact_foreign").body;
    assert_eq!(foreign.content, contact("Сервис", "+77010002233"));
    assert_eq!(foreign.sender.phone, None);
}

#[test]
fn places_come_as_places_with_what_they_are_called() {
    let place = |latitude, longitude| Content::Location { latitude, longitude };
    assert_eq!(written("location").body.content, place(55.755819, 37.617644));
    let venue = written("venue").body;
    assert_eq!((venue.content, venue.caption.as_deref()), (place(55.7522, 37.6156), Some("Acme, Lenina 1")));
    assert_eq!(one("live_location_edit"), InboundEvent::Nothing("live_location"));
}

#[test]
fn content_without_a_kind_in_amocrm_becomes_text() {
    assert_eq!(text("poll"), "[Poll] Когда удобно? 1) Утром 2) Вечером");
    assert_eq!(text("dice"), "🎲 4");
    assert_eq!(text("story_forward"), "[Story] https://t.me/acme_news/s/15");
    assert_eq!(text("paid_media"), "[Paid media, 25 ⭐]");
    assert_eq!(text("rich_message"), "Заказ\nНужны 3 шт.");
    let russian = read_with(&settings(), &body("poll"), Language::Ru).unwrap();
    let [InboundEvent::Wrote(russian)] = russian.as_slice() else { panic!("{russian:?}") };
    assert_eq!(russian.body.content, Content::Text { text: "[Опрос] Когда удобно? 1) Утром 2) Вечером".to_owned() });
}

#[test]
fn an_unknown_kind_becomes_a_message_and_a_service_message_does_not() {
    let unknown = json!({ "hologram": { "depth": 3 } });
    let told = |fields: &Value| {
        let mut whole: Value = serde_json::from_str(&body("dice")).unwrap();
        let message = whole["message"].as_object_mut().unwrap();
        message.remove("dice");
        message.extend(fields.as_object().unwrap().clone());
        read_with(&settings(), &whole.to_string(), Language::En).unwrap()
    };
    let [InboundEvent::Wrote(written)] = <[InboundEvent; 1]>::try_from(told(&unknown)).unwrap() else {
        panic!("nothing")
    };
    let text = "[The message is not supported. Ask to send it as text or as a file]".to_owned();
    assert_eq!(written.body.content, Content::Text { text });
    assert_eq!(told(&json!({ "pinned_message": { "message_id": 1 } })), [InboundEvent::Nothing("service")]);
    assert_eq!(told(&json!({ "message_id": 0 })), [InboundEvent::Unknown("message")]);
}

#[test]
fn answers_name_what_they_answer() {
    let reply = written("reply_quote").body;
    assert_eq!(reply.content, Content::Text { text: "> in stock\nЭта!".to_owned() });
    let quote = reply.reply_to.unwrap();
    assert_eq!(quote.external_id.as_deref(), Some("5512345678:4088"));
    let text = "The blue one is in stock, the red one is not".to_owned();
    assert_eq!(quote.content, Some(Content::Text { text }), "for readers who do not know the message");
    let elsewhere = written("external_reply").body;
    assert_eq!(elsewhere.content, Content::Text { text: "Хочу как здесь".to_owned() });
    let quote = elsewhere.reply_to.unwrap();
    assert_eq!((quote.external_id, quote.message_id), (None, None));
    assert_eq!(quote.content, Some(Content::Text { text: "-20% до пятницы".to_owned() }));
    assert_eq!(quote.sender.unwrap().name.as_deref(), Some("Acme news"));
}

#[test]
fn a_forwarded_text_names_its_author() {
    assert_eq!(text("forward_user"), "Forwarded from Ivan:\nАдрес: Лесная 5");
    assert_eq!(text("forward_hidden_user"), "Forwarded from Петя ★:\nок, договорились");
    assert_eq!(text("forward_channel"), "Forwarded from Acme news (https://t.me/acme_news/877):\nРаспродажа!");
}
