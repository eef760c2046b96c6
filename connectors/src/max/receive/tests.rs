//! Every sample body with its result; and altered bodies, none of which may cause a panic.

use base::i18n::Language;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::fake::Answer;
use crate::max::fake;
use crate::tests::bodies::{self, body, hold, mangle, says};

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

#[tokio::test]
async fn every_sample_becomes_what_the_table_says() {
    let read = async |body: String| format!("{:?}", read_with(&settings(), &body).await.unwrap());
    bodies::become_what_the_table_says("max", read).await;
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
