//! Requests to Avito, and the meaning of its answers.

mod own;

use std::time::Duration;

use async_trait::async_trait;
use base::i18n::{Language, Words};
use base::message::{FailureCode, Media};
use bytes::Bytes;
use chrono::DateTime;
use futures_util::StreamExt;
use uuid::Uuid;

use super::*;
use crate::avito::fake::{CHAT, Fake, SELLER, body, fixture, settings};
use crate::file::{NotOpened, OpenFile, Shelf};
use crate::tests::{self, message, text};
use crate::{Connector, LastIncoming};

const BYTES: &[u8] = b"the bytes of a picture";

struct Shelves;

#[async_trait]
impl Shelf for Shelves {
    async fn open(&self, media_id: Uuid) -> Result<OpenFile, NotOpened> {
        match media_id.as_u128() {
            0 => Err(NotOpened::Later { reason: "away".to_owned(), after: None }),
            1 => Err(NotOpened::Never("not_here")),
            _ => {
                let bytes = futures_util::stream::iter([Ok(Bytes::from_static(BYTES))]).boxed();
                Ok(OpenFile { announced: None, bytes })
            }
        }
    }
}

fn outgoing(content: Content) -> Outgoing {
    tests::outgoing(CHAT, Event::Created(Box::new(message(content))), Shelves)
}

fn picture(mime: &str, media_id: u128) -> Content {
    Content::Picture(Media {
        media_url: "https://parom.example/media/t/sofa.jpg".to_owned(),
        file_name: "sofa.jpg".to_owned(),
        file_size: u64::try_from(BYTES.len()).unwrap(),
        mime_type: Some(mime.to_owned()),
        media_id: Some(Uuid::from_u128(media_id)),
        ..Media::default()
    })
}

fn external_id(report: &Report) -> Option<&str> {
    match &report.verdict {
        Verdict::Done(taken) => {
            assert_eq!(taken.state, Some(State::Delivered));
            taken.external_id.as_deref()
        }
        other => panic!("{other:?} {}", report.reason),
    }
}

fn path(rest: &str) -> String {
    format!("POST /messenger/v1/accounts/{SELLER}/{rest}")
}

#[tokio::test]
async fn a_text_is_sent() {
    let fake = Fake::start().await;
    let report = fake.avito().send(&settings(), &outgoing(text("привет"))).await;
    assert_eq!(external_id(&report), Some("bdcc5bac2d00345f1cc66fa657813958"));
    assert_eq!(fake.whats(), [path(&format!("chats/{CHAT}/messages"))]);
    assert_eq!(fake.calls()[0].json(), json!({ "type": "text", "message": { "text": "привет" } }));
}

#[tokio::test]
async fn a_picture_is_uploaded_then_sent() {
    let fake = Fake::start().await;
    let report = fake.avito().send(&settings(), &outgoing(picture("image/jpeg", 7))).await;
    assert_eq!(external_id(&report), Some("bdcc5bac2d00345f1cc66fa657813959"));
    assert_eq!(fake.whats(), [path("uploadImages"), path(&format!("chats/{CHAT}/messages/image"))]);
    let upload = String::from_utf8(fake.calls()[0].body.clone()).unwrap();
    assert!(upload.contains(r#"name="uploadfile[]"; filename="sofa.jpg""#), "{upload}");
    assert!(upload.contains("image/jpeg") && upload.contains("the bytes of a picture"), "{upload}");
    assert_eq!(fake.calls()[1].json(), json!({ "image_id": "12345.12345abcdefghijklm" }));
}

#[tokio::test]
async fn a_picture_that_avito_refuses_becomes_a_link() {
    for (content, status) in [
        (picture("image/webp", 7), 200),
        (picture("image/jpeg", 1), 200),
        (picture("image/jpeg", 7), 400),
        (picture("image/jpeg", 7), 413),
    ] {
        let fake = Fake::start().await;
        if status != 200 {
            fake.next("/uploadImages", status, json!({}));
        }
        external_id(&fake.avito().send(&settings(), &outgoing(content)).await);
        let sent = fake.calls().last().unwrap().json();
        let wanted = "[Picture: sofa.jpg]\nhttps://parom.example/media/t/sofa.jpg";
        assert_eq!(sent["message"]["text"].as_str().unwrap().to_lowercase(), wanted.to_lowercase());
    }
    let fake = Fake::start().await;
    let place = Content::Location { latitude: 55.5, longitude: 37.5 };
    external_id(&fake.avito().send(&settings(), &outgoing(place)).await);
    assert!(fake.calls()[0].json()["message"]["text"].as_str().unwrap().contains("55.5"));
}

#[tokio::test]
async fn a_picture_that_was_not_shown_may_be_tried_again() {
    let fake = Fake::start().await;
    fake.next_cut("/uploadImages");
    let report = fake.avito().send(&settings(), &outgoing(picture("image/jpeg", 7))).await;
    assert!(matches!(report.verdict, Verdict::Retry { .. }), "{report:?}");
    let report = fake.avito().send(&settings(), &outgoing(picture("image/jpeg", 0))).await;
    assert!(matches!(report.verdict, Verdict::Retry { .. }), "{report:?}");
    // An old token: the bytes are gone, the next attempt has a new one.
    let avito = fake.avito();
    external_id(&avito.send(&settings(), &outgoing(text("x"))).await);
    fake.next("/uploadImages", 403, json!({}));
    let report = avito.send(&settings(), &outgoing(picture("image/jpeg", 7))).await;
    assert!(matches!(report.verdict, Verdict::Retry { .. }), "{report:?}");
    external_id(&avito.send(&settings(), &outgoing(picture("image/jpeg", 7))).await);
}

#[tokio::test]
async fn refusals_mean_what_the_catalog_says() {
    for (status, code, words) in [
        (400, FailureCode::Rejected, "Avito refused the message. Change it and try again."),
        (404, FailureCode::RecipientUnreachable, "No such chat at Avito: a buyer must write about an ad first."),
        (413, FailureCode::Rejected, "Avito does not accept this file. Send a smaller picture or a link."),
        (418, FailureCode::Rejected, "Avito refused the message. Change it and try again."),
    ] {
        let fake = Fake::start().await;
        fake.next("/messages", status, json!({}));
        let report = fake.avito().send(&settings(), &outgoing(text("x"))).await;
        let Verdict::Bury(failure) = report.verdict else { panic!("{status}: {report:?}") };
        assert_eq!((failure.code, failure.text.as_str()), (code, words));
        assert_eq!(report.status, status);
    }
    for status in [413, 414, 415] {
        let fake = Fake::start().await;
        fake.next_text("/messages", status, "<html>");
        let report = fake.avito().send(&settings(), &outgoing(text("x"))).await;
        let Verdict::Bury(failure) = report.verdict else { panic!("{status}: {report:?}") };
        assert_eq!(failure.code.amocrm_code(), 905, "{status}: also a gateway's page is about the request");
    }
    for (status, words) in [(401, "Client ID"), (402, "Avito plan"), (403, "subscription level")] {
        let fake = Fake::start().await;
        fake.next("/messages", status, json!({ "error": { "code": status, "message": "x" } }));
        let report = fake.avito().send(&settings(), &outgoing(text("x"))).await;
        assert_eq!(report.verdict, Verdict::Pause);
        assert!(report.reason.contains(words), "{}", report.reason);
        assert!(!format!("{report:?}").contains("canary"), "{report:?}");
    }
}

#[tokio::test]
async fn limits_hold_the_account_and_failures_the_message() {
    let fake = Fake::start().await;
    let avito = fake.avito();
    fake.next_limit("/messages", 7);
    let report = avito.send(&settings(), &outgoing(text("x"))).await;
    let after = Some(Duration::from_secs(7));
    assert_eq!(report.verdict, Verdict::Retry { after, whole_target: true });
    for status in [302, 400, 401, 402, 403, 404, 410, 502] {
        for path in ["/messages", "/token"] {
            fake.next_text(path, status, "<html>");
            let report = fake.avito().send(&settings(), &outgoing(text("x"))).await;
            assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false }, "{path} {status}");
        }
    }
    fake.next("/token", 401, fixture("api_token_refused"));
    let report = fake.avito().send(&settings(), &outgoing(text("x"))).await;
    assert_eq!(report.verdict, Verdict::Pause);
    for broken in [None, Some("<html>"), Some("{}")] {
        match broken {
            None => fake.next_cut("/messages"),
            Some(text) => fake.next_text("/messages", 200, text),
        }
        let report = avito.send(&settings(), &outgoing(text("x"))).await;
        assert_eq!(report.verdict, Verdict::Unknown, "{broken:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_chat_a_text_or_credentials() {
    let fake = Fake::start().await;
    let avito = fake.avito();
    let begun = Outgoing { conversation_id: String::new(), ..outgoing(text("x")) };
    let report = avito.send(&settings(), &begun).await;
    assert!(matches!(report.verdict, Verdict::Bury(failure) if failure.code == FailureCode::RecipientUnreachable));
    let report = avito.send(&settings(), &outgoing(text(" \n"))).await;
    assert!(matches!(report.verdict, Verdict::Bury(failure) if failure.code == FailureCode::Rejected));
    let none = Settings { public: json!({}), secrets: Default::default() };
    assert_eq!(avito.send(&none, &outgoing(text("x"))).await.verdict, Verdict::Pause);
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn an_answer_marks_the_chat_as_read_once_for_each_message_of_the_buyer() {
    let fake = Fake::start().await;
    let avito = fake.avito();
    let last = |id: &str| Some(LastIncoming { external_id: id.to_owned(), at: DateTime::UNIX_EPOCH });
    let read = path(&format!("chats/{CHAT}/read"));
    let marks = || fake.whats().iter().filter(|what| **what == read).count();
    avito.send(&settings(), &outgoing(text("x"))).await;
    assert_eq!(marks(), 0, "the customer has not written");
    for (id, wanted) in [("m1", 1), ("m1", 1), ("m2", 2)] {
        avito.send(&settings(), &Outgoing { last_incoming: last(id), ..outgoing(text("x")) }).await;
        assert_eq!(marks(), wanted, "{id}");
    }
    fake.next("/read", 500, json!({}));
    let report = avito.send(&settings(), &Outgoing { last_incoming: last("m3"), ..outgoing(text("x")) }).await;
    external_id(&report);
    let mut off = settings();
    off.public["mark_read"] = json!(false);
    avito.send(&off, &Outgoing { last_incoming: last("m4"), ..outgoing(text("x")) }).await;
    assert_eq!(marks(), 3);
}

#[test]
fn samples_of_answers_are_read() {
    let sent: Sent = serde_json::from_str(&body("api_send_image")).unwrap();
    assert_eq!(sent.id.as_str(), "bdcc5bac2d00345f1cc66fa657813959");
}
