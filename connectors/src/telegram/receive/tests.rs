//! Sample bodies (telegram §18) that the contract does not play: odd, broken and old ones; and altered bodies, none of which
//! may cause a panic.

use base::i18n::Language;
use base::message::Content;
use futures_util::FutureExt;
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::incoming::IncomingMessage;
use crate::tests::bodies::{self, hold, mangle, run};

const BOT: &str = "7012345678:AAE_abcdefghijklmnopqrstuvwxyz-1234";

/// A bot in groups, connected to Oleg's account by Telegram Business.
fn settings() -> Settings {
    let owner = json!({ "connection_id": "kQ7mAbCdEf0BAAAAx1y2z3", "is_enabled": true });
    let facts = json!({ "bot": { "username": "acme_support_bot" }, "owners": { "6098765432": owner } });
    Settings {
        public: json!({ "groups": true, "facts": facts }),
        secrets: [("bot_token".to_owned(), SecretString::from(BOT))].into(),
    }
}

fn api(base: &str) -> BotApi {
    BotApi::new(&crate::fake::http(), &Url::parse(base).unwrap())
}

/// Telegram's own server, which these tests never call.
fn read_with(settings: &Settings, body: &str, language: Language) -> Result<Vec<InboundEvent>, NotReceived> {
    let api = api("https://api.telegram.org");
    let reading = receive(&api, settings, body.as_bytes(), Words::new(language));
    reading.now_or_never().expect("nothing has to be asked")
}

/// The only event of a body, in English.
#[track_caller]
fn one(body: &str) -> InboundEvent {
    let [happened] = <[InboundEvent; 1]>::try_from(read_with(&settings(), body, Language::En).unwrap())
        .unwrap_or_else(|all| panic!("{body}: {all:?}"));
    happened
}

/// The only message in a body.
#[track_caller]
fn written(body: &str) -> IncomingMessage {
    match one(body) {
        InboundEvent::Wrote(written) => *written,
        other => panic!("{body}: {other:?}"),
    }
}

/// A fixture's body.
fn body(name: &str) -> String {
    bodies::body("telegram", name)
}

/// The same with one field replaced.
fn with(name: &str, pointer: &str, value: Value) -> String {
    let mut whole: Value = serde_json::from_str(&body(name)).unwrap();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    whole.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(field.to_owned(), value);
    whole.to_string()
}

/// The same with other content in place of a throw of the dice.
fn saying(fields: Value) -> String {
    let mut whole: Value = serde_json::from_str(&body("dice")).unwrap();
    let message = whole["message"].as_object_mut().unwrap();
    message.remove("dice");
    message.extend(fields.as_object().unwrap().clone());
    whole.to_string()
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let (api, settings) = (api("http://127.0.0.1:1"), settings());
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
fn odd_texts_are_read() {
    for (body, text) in [
        (body("text_entities"), "👋🏽 Hi! See our offer (https://acme.test/offer?id=7) and call +79990001122"),
        (body("forward_hidden_user"), "Forwarded from Петя ★:\nок, договорились"),
        (body("forward_channel"), "Forwarded from Acme news (https://t.me/acme_news/877):\nРаспродажа!"),
        (body("reply_quote"), "> in stock\nЭта!"),
        (body("external_reply"), "Хочу как здесь"),
        (body("document_too_big"), "[File 3 GB, it cannot be downloaded. Ask for a link]"),
        (with("sticker_animated", "/message/sticker/thumbnail", Value::Null), "🔥"),
        (
            saying(json!({ "hologram": { "depth": 3 } })),
            "[The message is not supported. Ask to send it as text or as a file]",
        ),
    ] {
        assert_eq!(written(&body).body.content, Content::Text { text: text.to_owned() });
    }
}

#[test]
fn files_have_their_best_copy_and_a_name() {
    for (name, kind, file_name, reference) in [
        ("photo_caption", "picture", "photo_AQADx0a1b2c3.jpg", "file:AgACAgIAAxkBAAIx0a1b2c3d4"),
        ("live_photo", "picture", "photo_AQADy9a1b2c3.jpg", "file:AgACAgIAAxkBAAIy9a1b2c3d4"),
        ("video", "video", "clip.mp4", "file:BAACAgIAAxkBAAIv2a1b2c3d4"),
        ("video_note", "video", "video_note.mp4", "file:BAACAgIAAxkBAAIn1a1b2c3d4"),
        ("animation", "video", "giphy.mp4", "file:BAACAgIAAxkBAAIg1a1b2c3d4"),
        ("audio", "audio", "Unknown – Demo 3.mp3", "file:BAACAgIAAxkBAAIa1a1b2c3d4"),
        ("voice", "voice", "voice_AQADo1a1b2c3.ogg", "file:BAACAgIAAxkBAAIo1a1b2c3d4"),
        ("document", "file", "Договор №7.pdf", "file:BAACAgIAAxkBAAId1a1b2c3d4"),
        // A moving one by its still.
        ("sticker_animated", "sticker", "sticker_AQADk2a1b2c3.webp", "file:AgACAgIAAxkBAAItk2a1b2c3d4"),
    ] {
        let content = written(&body(name)).body.content;
        let file = content.media().unwrap();
        let shown = (content.kind(), file.file_name.as_str(), file.reference.as_deref());
        assert_eq!(shown, (kind, file_name, Some(reference)), "{name}");
    }
}

#[test]
fn a_file_of_twenty_megabytes_is_the_largest() {
    let of = |size: u64| written(&with("document", "/message/document/file_size", json!(size))).body.content.kind();
    assert_eq!((of(20 * 1024 * 1024), of(20 * 1024 * 1024 + 1)), ("file", "text"));
    let mut named: Value =
        serde_json::from_str(&with("document_too_big", "/message/document/file_name", json!("film.mkv"))).unwrap();
    named["message"]["caption"] = json!("вот");
    let told = read_with(&settings(), &named.to_string(), Language::Ru).unwrap();
    let [InboundEvent::Wrote(told)] = told.as_slice() else { panic!("{told:?}") };
    let text = "[Файл 3 ГБ: film.mkv, скачать нельзя. Попросите ссылку]\nвот".to_owned();
    assert_eq!(told.body.content, Content::Text { text });
}

#[test]
fn a_name_may_be_emoji_alone_or_nothing() {
    for (fixture, name) in [
        ("text_no_username_emoji_name", "🌸✨"),
        ("deleted_account", "Telegram 5599887766"),
        ("group_anonymous_admin", "Delivery 77 (логист)"),
    ] {
        let sender = written(&body(fixture)).body.sender;
        assert_eq!((sender.name.as_deref(), sender.profile_url), (Some(name), None));
    }
}

#[test]
fn answers_name_what_they_answer() {
    let quote = written(&body("reply_quote")).body.reply_to.unwrap();
    assert_eq!(quote.external_id.as_deref(), Some("5512345678:4088"));
    let text = "The blue one is in stock, the red one is not".to_owned();
    assert_eq!(quote.content, Some(Content::Text { text }), "for readers who do not know the message");
    let quote = written(&body("external_reply")).body.reply_to.unwrap();
    assert_eq!((quote.external_id, quote.message_id), (None, None));
    assert_eq!(quote.content, Some(Content::Text { text: "-20% до пятницы".to_owned() }));
    assert_eq!(quote.sender.unwrap().name.as_deref(), Some("Acme news"));
}

#[test]
fn a_change_names_its_message_and_is_known_again() {
    let changed = |body: String| match one(&body) {
        InboundEvent::Changed(changed) => *changed,
        other => panic!("{body}: {other:?}"),
    };
    let edit = changed(body("edited_text"));
    assert_eq!(edit.written.external_id, "5512345678:4101");
    assert_eq!(edit.key, changed(body("edited_text")).key, "the same update again");
    assert_ne!(changed(with("edited_text", "/edited_message/text", json!("x"))).key, edit.key);
    let photo = changed(body("edited_media")).written.body.content.media().cloned().unwrap();
    assert_eq!(photo.known_as.as_deref(), Some("AQADx7a1b2c3"));
}

#[test]
fn events_without_effect_are_counted_and_unknown_ones_kept() {
    let mut outside = settings();
    outside.public["groups"] = json!(false);
    for name in ["group_added", "group_text", "group_anonymous_admin", "migrate_to", "migrate_from", "forum_topic"] {
        let told = read_with(&outside, &body(name), Language::En).unwrap();
        assert_eq!(told, [InboundEvent::Nothing("group")], "{name}");
    }
    for (body, event) in [
        (body("live_location_edit"), InboundEvent::Nothing("live_location")),
        (body("business_message_echo"), InboundEvent::Nothing("echo")),
        (saying(json!({ "pinned_message": { "message_id": 1 } })), InboundEvent::Nothing("service")),
        (saying(json!({ "message_id": 0 })), InboundEvent::Unknown("message")),
    ] {
        assert_eq!(one(&body), event);
    }
    let InboundEvent::Reacted(set) = one(&body("reaction_change")) else { panic!("no reaction") };
    assert_eq!(set.emoji, None, "amoCRM has no custom emoji");
}

#[test]
fn every_fixture_is_read_and_only_the_unknown_one_is_unknown() {
    let names = bodies::names("telegram");
    assert_eq!(names.len(), 55);
    for name in names {
        let told = read_with(&settings(), &body(&name), Language::En).unwrap();
        let is_unknown = told.iter().any(|one| matches!(one, InboundEvent::Unknown(_)));
        assert_eq!((told.is_empty(), is_unknown), (false, name == "unknown_update"), "{name}: {told:?}");
    }
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
