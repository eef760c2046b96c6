//! Every sample body (telegram §18) with its result; and altered bodies, none of which may cause a panic.

use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::Language;
use base::message::{Content, Media, Role};
use futures_util::FutureExt;
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::incoming::IncomingMessage;
use crate::tests::bodies::{self, hold, mangle, run};

const BOT: &str = "7012345678:AAE_abcdefghijklmnopqrstuvwxyz-1234";

/// A body of the fixtures.
fn body(name: &str) -> String {
    bodies::body("telegram", name)
}

/// A bot in groups, connected to Oleg's account by Telegram Business.
fn settings() -> Settings {
    let owner = json!({ "connection_id": "kQ7mAbCdEf0BAAAAx1y2z3", "is_enabled": true });
    let facts = json!({ "bot": { "username": "acme_support_bot" }, "owners": { "6098765432": owner } });
    Settings {
        public: json!({ "groups": true, "facts": facts }),
        secrets: [("bot_token".to_owned(), SecretString::from(BOT))].into(),
    }
}

/// Telegram's own server, which these tests never call.
fn api() -> BotApi {
    let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
    BotApi::new(&http, &Url::parse("https://api.telegram.org").unwrap())
}

fn read_with(settings: &Settings, body: &str, language: Language) -> Result<Vec<InboundEvent>, NotReceived> {
    let api = api();
    let reading = receive(&api, settings, body.as_bytes(), Words::new(language));
    reading.now_or_never().expect("nothing has to be asked")
}

/// The events of a fixture's body, in English.
fn read(name: &str) -> Vec<InboundEvent> {
    read_with(&settings(), &body(name), Language::En).unwrap_or_else(|why| panic!("{name}: {why:?}"))
}

/// The only message in a fixture's body.
#[track_caller]
fn written(name: &str) -> IncomingMessage {
    match read(name).as_slice() {
        [InboundEvent::Wrote(written)] => written.as_ref().clone(),
        other => panic!("{name}: {other:?}"),
    }
}

#[track_caller]
fn text(name: &str) -> String {
    match written(name).body.content {
        Content::Text { text } => text,
        other => panic!("{name}: {other:?}"),
    }
}

#[track_caller]
fn media(name: &str, kind: &str) -> Media {
    let content = written(name).body.content;
    assert_eq!(content.kind(), kind, "{name}");
    content.media().cloned().unwrap_or_else(|| panic!("{name} has no file"))
}

#[track_caller]
fn one(name: &str) -> InboundEvent {
    let [happened] = <[InboundEvent; 1]>::try_from(read(name)).unwrap_or_else(|all| panic!("{name}: {all:?}"));
    happened
}

/// A fixture's body with one field replaced.
fn with(name: &str, pointer: &str, value: Value) -> String {
    let mut whole: Value = serde_json::from_str(&body(name)).unwrap();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    whole.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(field.to_owned(), value);
    whole.to_string()
}

/// A server that does not answer.
fn nowhere() -> BotApi {
    let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
    BotApi::new(&http, &Url::parse("http://127.0.0.1:1").unwrap())
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let (api, settings) = (nowhere(), settings());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bodies = bodies::all("telegram");
    mangle(1024, &bodies, json!("kQ7mAbCdEf0BAAAAx1y2z3"), |_, body| {
        let told = runtime.block_on(receive(&api, &settings, body.as_bytes(), Words::new(Language::En)));
        let told = told.unwrap_or_default();
        hold(&told)?;
        for one in told {
            if let InboundEvent::Wrote(written) = one {
                prop_assert!(!written.external_id.is_empty() && written.external_id.len() <= 255);
                prop_assert!(crate::telegram::wire::ChatThread::parse(&written.conversation_id).is_some());
            }
        }
        Ok(())
    });
}

#[test]
fn bytes_that_are_no_update_are_unreadable() {
    let (api, settings) = (nowhere(), settings());
    run(256, prop::collection::vec(any::<u8>(), 0..64), |bytes| {
        let reading = receive(&api, &settings, &bytes, Words::new(Language::En));
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            prop_assert_eq!(reading.now_or_never().unwrap(), Err(NotReceived::Unreadable));
        }
        Ok(())
    });
}

#[test]
fn a_body_nested_without_end_is_unreadable() {
    let deep = format!("{{\"message\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(read_with(&settings(), &deep, Language::En), Err(NotReceived::Unreadable));
}

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

fn changed(name: &str) -> crate::incoming::EditedMessage {
    match one(name) {
        InboundEvent::Changed(changed) => *changed,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn a_change_names_its_message_and_is_known_again() {
    let edit = changed("edited_text");
    assert_eq!(edit.written.external_id, "5512345678:4101");
    assert_eq!(edit.written.body.content, Content::Text { text: "👋🏽 Hi! See our NEW offer".to_owned() });
    assert_eq!(edit.key, changed("edited_text").key, "the same update again");
    let other = read_with(&settings(), &with("edited_text", "/edited_message/text", json!("x")), Language::En);
    let Ok([InboundEvent::Changed(other)]) = other.as_deref() else { panic!("{other:?}") };
    assert_ne!(other.key, edit.key);
    let media = changed("edited_media");
    let photo = media.written.body.content.media().cloned().unwrap();
    assert_eq!(media.written.external_id, "5512345678:4104");
    assert_eq!(photo.text.as_deref(), Some("Чек об оплате (исправлен)"));
    assert_eq!(photo.known_as.as_deref(), Some("AQADx7a1b2c3"));
}

#[test]
fn a_press_arrives_with_the_label_of_its_button() {
    let InboundEvent::Pressed(press) = one("callback_query") else { panic!("no press") };
    assert_eq!(press.written.external_id, "callback:2371234567890123456");
    assert_eq!(press.written.body.content, Content::Text { text: "Yes".to_owned() });
    assert_eq!((press.acknowledge.as_str(), press.data.as_str()), ("2371234567890123456", "b:7Qp2Zx1:0:0"));
    let InboundEvent::Pressed(old) = one("callback_inaccessible") else { panic!("no press") };
    assert_eq!(old.written.body.content, Content::Text { text: String::new() }, "its message contains the label");
    assert_eq!(old.written.conversation_id, "5512345678");
}

#[test]
fn of_reactions_the_first_emoji_counts() {
    let reaction = |name: &str| match one(name) {
        InboundEvent::Reacted(reacted) => (reacted.message, reacted.sender.id, reacted.emoji),
        other => panic!("{name}: {other:?}"),
    };
    let said = |emoji: Option<&str>| ("5512345678:4190".to_owned(), "5512345678".to_owned(), emoji.map(str::to_owned));
    assert_eq!(reaction("reaction_add"), said(Some("👍")));
    assert_eq!(reaction("reaction_change"), said(None), "amoCRM has no custom emoji");
    assert_eq!(reaction("reaction_remove"), said(None));
}

#[test]
fn customers_shut_the_bot_out_and_let_it_in() {
    let reach = |name: &str| match one(name) {
        InboundEvent::Reach { conversation_id, reachable, at } => (conversation_id, reachable, at),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(reach("my_chat_member_blocked"), ("5512345678".to_owned(), false, 1_795_169_300_000));
    assert_eq!(reach("my_chat_member_unblocked"), ("5512345678".to_owned(), true, 1_795_169_700_000));
}

#[test]
fn a_group_is_one_conversation_and_each_message_names_who_wrote_it() {
    let InboundEvent::Began(began) = one("group_added") else { panic!("a message") };
    assert_eq!((began.conversation_id.as_str(), began.customer.name.as_deref()), ("-4012345678", Some("Delivery 77")));
    let told = written("group_text");
    assert_eq!((told.conversation_id.as_str(), told.external_id.as_str()), ("-1002233445566", "-1002233445566:4133"));
    assert_eq!(told.body.sender.name.as_deref(), Some("Maria Kovaleva"));
    assert_eq!(told.room.unwrap().name.as_deref(), Some("Delivery 77"));
    let nobody = written("group_anonymous_admin").body.sender;
    assert_eq!((nobody.id.as_str(), nobody.name.as_deref()), ("-1002233445566", Some("Delivery 77 (логист)")));
    let topic = written("forum_topic");
    assert_eq!(
        (topic.conversation_id.as_str(), topic.external_id.as_str()),
        ("-1003344556677/14", "-1003344556677:4136")
    );
}

#[test]
fn groups_are_of_no_interest_unless_they_are_wanted() {
    let mut settings = settings();
    settings.public["groups"] = json!(false);
    for name in ["group_added", "group_text", "group_anonymous_admin", "migrate_to", "migrate_from", "forum_topic"] {
        let told = read_with(&settings, &body(name), Language::En).unwrap();
        assert_eq!(told, [InboundEvent::Nothing("group")], "{name}");
    }
}

#[test]
fn both_updates_about_a_moved_group_mean_the_same() {
    let moved = InboundEvent::Moved { from: "-4012345678".to_owned(), to: "-1002233445566".to_owned() };
    assert_eq!((one("migrate_to"), one("migrate_from")), (moved.clone(), moved));
}

#[test]
fn a_person_gives_and_takes_their_chats() {
    let learned = |name: &str| match <[InboundEvent; 2]>::try_from(read(name)).unwrap() {
        [
            InboundEvent::Learned { part: "business", key, value: connection },
            InboundEvent::Learned { part: "owners", value: owner, .. },
        ] => (key, connection, owner),
        other => panic!("{name}: {other:?}"),
    };
    let (key, connection, owner) = learned("business_connection");
    assert_eq!((key.as_str(), connection), ("6098765432", json!("kQ7mAbCdEf0BAAAAx1y2z3")));
    assert_eq!((&owner["name"], &owner["is_enabled"]), (&json!("Oleg Petrov"), &json!(true)));
    let (_, connection, owner) = learned("business_disconnected");
    assert_eq!((connection, &owner["is_enabled"]), (Value::Null, &json!(false)));
}

#[test]
fn chats_in_a_persons_name_are_separate_conversations() {
    let told = written("business_message_in");
    assert_eq!(told.conversation_id, "b6098765432/5512345678", "not the bot's own chat with the same person");
    assert_eq!((told.body.sender.role, told.external_id.as_str()), (Role::Client, "b6098765432/5512345678:4138"));
    let by_phone = written("business_message_out");
    assert_eq!((by_phone.body.sender.role, by_phone.body.sender.id.as_str()), (Role::Manager, "6098765432"));
    assert_eq!(by_phone.body.receiver.unwrap().id, "5512345678");
    assert_eq!(one("business_message_echo"), InboundEvent::Nothing("echo"));
    assert_eq!(changed("business_message_edited").written.external_id, "b6098765432/5512345678:4138");
    let deleted = ["b6098765432/5512345678:4138", "b6098765432/5512345678:4139"];
    let each = deleted.map(|id| InboundEvent::TookBack { pieces: vec![id.to_owned()] });
    assert_eq!(read("business_messages_deleted"), each, "of which one may be known and the other not");
}

#[test]
fn every_fixture_is_read_and_only_the_unknown_one_is_unknown() {
    assert_eq!(one("unknown_update"), InboundEvent::Unknown("update"));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/telegram");
    let mut read_in = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("api_") || name == "unknown_update" {
            continue;
        }
        let told = read(&name);
        assert!(
            !told.is_empty() && !told.iter().any(|one| matches!(one, InboundEvent::Unknown(_))),
            "{name}: {told:?}"
        );
        read_in += 1;
    }
    assert_eq!(read_in, 54);
}

#[test]
fn a_start_is_a_command_and_a_payload_and_nothing_else() {
    let payload = |text| Start::of(text, Some("acme_support_bot")).map(|start| start.payload);
    assert_eq!(payload("/start"), Some(None));
    assert_eq!(payload("/start lead_77-A"), Some(Some("lead_77-A")));
    assert_eq!(payload("/start@Acme_Support_Bot lead"), Some(Some("lead")));
    for written in ["/start@other_bot x", "/starter", "/start two words", "start", "/start привет", "/start@"] {
        assert_eq!(payload(written), None, "{written}");
    }
}
