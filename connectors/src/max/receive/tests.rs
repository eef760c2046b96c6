//! Every sample body with its result; and altered bodies, none of which may cause a panic.

use base::i18n::Language;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::fake::Answer;
use crate::max::fake;
use crate::tests::bodies::{self, Sample, body, hold, mangle, says};

/// The token by which `contact_own` is signed.
const TOKEN: &str = "f9LHodD0cOL-max-token";

/// A bot in groups, whose group's title is known.
fn settings() -> Settings {
    let facts = json!({ "bot": { "user_id": 70011 }, "titles": { "-70000000001234": "Закупки" } });
    Settings {
        public: json!({ "groups": true, "facts": facts }),
        secrets: [("bot_token".to_owned(), TOKEN.into())].into(),
    }
}

/// What is read beside a server that does not answer.
async fn read_with(settings: &Settings, body: &str) -> Result<Vec<InboundEvent>, NotReceived> {
    let (api, posts) = (fake::api("http://127.0.0.1:1"), Posts::default());
    receive(&api, &posts, settings, body.as_bytes(), Words::new(Language::En)).await
}

const SAMPLES: &[Sample] = &[
    (
        "text",
        &["id: \"880011223\"", "\"mid.000000003473e7d701a1f8660d7b0001\"", "Some(1795168800100)", "max.ru/anna_kov"],
    ),
    ("text_minimal", &["\"442209522\"", "id: \"174756854\"", "Привет"]),
    ("text_null_fields", &["Есть кто?"]),
    ("text_markup", &["Вот сайт (https://acme.test/offer?id=7) и ещё"]),
    ("image", &["Picture(", "image_4004800601.jpg", "Some(\"Вот такой\")", "known_as: Some(\"4004800601\")"]),
    ("images_several", &["0005#2\"", "group_id: Some(\"mid.000000003473e7d701a1f8660d7b0005\")", "Два вида"]),
    ("video", &["Video(", "duration: Some(14)", "f9LHodD0cOKvideo"]),
    ("audio", &["Audio("]),
    // The address is signed and stays in the reference.
    ("file", &["File(", "Договор №7.pdf", "file_size: 104661", "media_url: \"\""]),
    ("sticker", &["Sticker(", "sticker_id: Some(\"c1453bbb\")"]),
    ("location", &["latitude: 55.7522, longitude: 37.6156"]),
    ("contact_own", &["phone: Some(\"+79990000000\")"]),
    ("contact_forged", &["phone: None, email"]),
    ("contact_foreign", &["Contact {", "+7 701 000-22-33", "phone: None, email"]),
    ("contact_old", &["Contact {", "+79161234567", "phone: None, email"]),
    ("share", &["\"Смотрите https://acme.test/sofa\""]),
    ("share_alone", &["https://acme.test/sofa"]),
    ("unknown_attachment", &["not supported"]),
    ("reply", &["external_id: Some(\"mid.", "Привезти сегодня?", "Some(\"Acme\")"]),
    ("forward", &["Forwarded from Арт", "Позвоните после шести"]),
    // The file is asked for by the message that was received.
    (
        "forward_file",
        &["dkp-agreement.pdf", "Forwarded from Евгений", "\\\"mid\\\":\\\"mid.000000003473e7d701a1f8660d7b0016"],
    ),
    ("forward_body_null", &["Forwarded from someone:", "Только пересланное"]),
    ("message_edited", &["Changed(", "Есть ли синий?", "7b0019:1795168800123:"]),
    ("message_removed", &["TookBack", "#2\"", "#12\""]),
    (
        "message_callback",
        &[
            "callback:f9LHodD0cOIcallback:1795168800123:91234567",
            "\"Нет\"",
            "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001",
            "acknowledge: \"f9LHodD0cOIcallback\"",
        ],
    ),
    ("message_callback_no_message", &["[Nothing(\"message_callback\")]"]),
    ("bot_started", &["Began(", "id: \"880011223\"", "mark: Some(\"lead_77-A\")", "reachable: true"]),
    ("bot_started_plain", &["mark: None"]),
    ("bot_stopped", &["reachable: false"]),
    ("dialog_removed", &["reachable: false"]),
    ("dialog_cleared", &["[Nothing(\"dialog_cleared\")]"]),
    ("dialog_muted", &["[Nothing(\"dialog_muted\")]"]),
    ("user_added", &["[Nothing(\"members\")]"]),
    ("user_removed", &["[Nothing(\"members\")]"]),
    ("group_text", &["id: \"-70000000001234\"", "Some(\"Закупки\")"]),
    ("bot_added", &["Began(", "id: \"-70000000001234\"", "reachable: true"]),
    ("bot_removed", &["reachable: false"]),
    ("chat_title_changed", &["Learned { part: \"titles\", key: \"-70000000001234\"", "Закупки Акме"]),
    ("channel_post", &["[Nothing(\"channel\")]"]),
    ("bot_added_channel", &["[Nothing(\"channel\")]"]),
    ("comment_of_channel", &["[Nothing(\"channel\")]"]),
    ("comment_created", &["id: \"c-77345848199175/91234567\"", "\"mid.ffffb9a7843177f901a0961f0b404461\""]),
    // The server does not answer what its address is.
    ("comment_edited", &["Changed(", "url: Some(\"https://max.ru\")"]),
    ("comment_removed", &["TookBack", "\"mid.ffffb9a7843177f901a0961f0b404461\""]),
    ("unknown_update", &["[Unknown(\"update\")]"]),
];

#[tokio::test]
async fn every_sample_becomes_what_the_table_says() {
    let read = async |body: String| format!("{:?}", read_with(&settings(), &body).await.unwrap());
    bodies::become_what_the_table_says("max", SAMPLES, read).await;
}

#[tokio::test]
async fn changed_samples_become_something_else() {
    let bot = json!({ "user_id": 70011 });
    let (start, nameless) =
        (|text: &str| ("/message/body/text", json!(text)), json!({ "user_id": "91234567", "name": 5 }));
    for (name, (place, value), words) in [
        ("text", ("/message/recipient/chat_id", json!("880011223")), "id: \"880011223\""),
        ("text", ("/message/sender", nameless), "MAX 91234567"),
        ("text", ("/message/sender", bot), "[Nothing(\"echo\")]"),
        // Typed by a person, or sent by an older link.
        ("text", start("/start"), "mark: None"),
        ("text", start("/start lead"), "mark: Some(\"lead\")"),
        ("text", start("/starter"), "Wrote("),
        ("text", start("/start a b"), "Wrote("),
        // The sender's own card needs no signature.
        ("contact_own", ("/message/body/attachments/0/payload/hash", Value::Null), "phone: Some(\"+79990000000\")"),
    ] {
        let mut whole: Value = serde_json::from_str(&body("max", name)).unwrap();
        *whole.pointer_mut(place).unwrap() = value;
        says(place, &format!("{:?}", read_with(&settings(), &whole.to_string()).await.unwrap()), &[words]);
    }
    for body in ["", "{", "[]", "null", "5", "\"message_created\"", &format!("{{\"message\":{}", "[".repeat(10_000))] {
        let told = read_with(&settings(), body).await;
        let is_harmless = matches!(told.as_deref(), Err(NotReceived::Unreadable) | Ok([InboundEvent::Unknown(_)]));
        assert!(is_harmless, "{told:?}");
    }
    let mut alone = settings();
    (alone.public["groups"], alone.public["comments"]) = (json!(false), json!(false));
    for (name, what) in [
        ("group_text", "group"),
        ("bot_added", "group"),
        ("bot_removed", "group"),
        ("chat_title_changed", "group"),
        ("comment_created", "comment"),
    ] {
        assert_eq!(read_with(&alone, &body("max", name)).await.unwrap(), [InboundEvent::Nothing(what)], "{name}");
    }
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let (settings, api, posts) = (settings(), fake::api("http://127.0.0.1:1"), Posts::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    mangle(1024, &bodies::all("max"), json!("dialog"), |_, body| {
        let told = runtime.block_on(receive(&api, &posts, &settings, body.as_bytes(), Words::new(Language::En)));
        let told = told.unwrap_or_default();
        hold(&told)?;
        for one in told {
            if let InboundEvent::Wrote(written) = one {
                prop_assert!(!written.external_id.is_empty() && written.external_id.len() <= 255);
                prop_assert!(Place::parse(&written.conversation_id).is_some());
            }
        }
        Ok(())
    });
}

#[tokio::test]
async fn titles_of_groups_and_posts_are_asked_for_once() {
    let mut settings = settings();
    settings.public["facts"]["titles"] = json!({});
    let post = json!({ "url": "https://max.ru/acme/AZ8Yq1", "body": { "mid": "mid.p", "text": "Sale!" } });
    let fake = fake::start([Answer::Json(200, json!({ "title": "Acme" })), Answer::Json(200, post)]).await;
    let (api, posts) = (fake::api(&fake.base), Posts::default());
    for (name, words) in [
        ("group_text", ["Learned {", "String(\"Acme\")", "name: Some(\"Acme\")"]),
        ("comment_created", ["901a095b6ca9f7bfa\"", "https://max.ru/acme/AZ8Yq1", "caption: Some(\"Sale!\")"]),
        ("comment_created", ["901a095b6ca9f7bfa\"", "https://max.ru/acme/AZ8Yq1", "caption: Some(\"Sale!\")"]),
    ] {
        let body = body("max", name);
        let told = receive(&api, &posts, &settings, body.as_bytes(), Words::new(Language::En)).await.unwrap();
        says(name, &format!("{told:?}"), &words);
    }
    let asked = ["GET /chats/-70000000001234", "GET /messages/mid.ffffb9a7843177f901a095b6ca9f7bfa"];
    assert_eq!(fake.lines(), asked);
    let told = read_with(&settings, &body("max", "group_text")).await.unwrap();
    says("the server does not answer", &format!("{told:?}"), &["MAX -70000000001234"]);
}
