//! Requests to Avito, and the meaning of its answers.

use std::time::Duration;

use async_trait::async_trait;
use base::i18n::{Language, Words};
use base::message::{FailureCode, Media};
use bytes::Bytes;
use chrono::DateTime;
use futures_util::StreamExt;
use uuid::Uuid;

use super::*;
use crate::avito::fake::{self, CHAT, SELLER, body, fixture, settings};
use crate::avito::wire::Id;
use crate::fake::Answer;
use crate::file::{NotOpened, OpenFile, Shelf};
use crate::incoming::InboundEvent;
use crate::tests::{message, text};
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
    crate::tests::outgoing(CHAT, Event::Created(Box::new(message(content))), Shelves)
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
    let fake = fake::start().await;
    let report = fake::avito(&fake).send(&settings(), &outgoing(text("привет"))).await;
    assert_eq!(external_id(&report), Some("bdcc5bac2d00345f1cc66fa657813958"));
    assert_eq!(fake::lines(&fake), [path(&format!("chats/{CHAT}/messages"))]);
    assert_eq!(fake::calls(&fake)[0].body(), json!({ "type": "text", "message": { "text": "привет" } }));
}

#[tokio::test]
async fn a_picture_is_uploaded_then_sent() {
    let fake = fake::start().await;
    let report = fake::avito(&fake).send(&settings(), &outgoing(picture("image/jpeg", 7))).await;
    assert_eq!(external_id(&report), Some("bdcc5bac2d00345f1cc66fa657813959"));
    assert_eq!(fake::lines(&fake), [path("uploadImages"), path(&format!("chats/{CHAT}/messages/image"))]);
    let upload = String::from_utf8(fake::calls(&fake)[0].bytes.clone()).unwrap();
    assert!(upload.contains(r#"name="uploadfile[]"; filename="sofa.jpg""#), "{upload}");
    assert!(upload.contains("image/jpeg") && upload.contains("the bytes of a picture"), "{upload}");
    assert_eq!(fake::calls(&fake)[1].body(), json!({ "image_id": "12345.12345abcdefghijklm" }));
}

#[tokio::test]
async fn a_picture_that_avito_refuses_becomes_a_link() {
    for (content, status) in [
        (picture("image/webp", 7), 200),
        (picture("image/jpeg", 1), 200),
        (picture("image/jpeg", 7), 400),
        (picture("image/jpeg", 7), 413),
    ] {
        let fake = fake::start().await;
        if status != 200 {
            fake.next("/uploadImages", status, json!({}));
        }
        external_id(&fake::avito(&fake).send(&settings(), &outgoing(content)).await);
        let sent = fake::calls(&fake).last().unwrap().body();
        let wanted = "[Picture: sofa.jpg]\nhttps://parom.example/media/t/sofa.jpg";
        assert_eq!(sent["message"]["text"].as_str().unwrap().to_lowercase(), wanted.to_lowercase());
    }
    let fake = fake::start().await;
    let place = Content::Location { latitude: 55.5, longitude: 37.5 };
    external_id(&fake::avito(&fake).send(&settings(), &outgoing(place)).await);
    assert!(fake::calls(&fake)[0].body()["message"]["text"].as_str().unwrap().contains("55.5"));
}

#[tokio::test]
async fn a_picture_that_was_not_shown_may_be_tried_again() {
    let fake = fake::start().await;
    fake.answers("/uploadImages", Answer::Reset);
    let report = fake::avito(&fake).send(&settings(), &outgoing(picture("image/jpeg", 7))).await;
    assert!(matches!(report.verdict, Verdict::Retry { .. }), "{report:?}");
    let report = fake::avito(&fake).send(&settings(), &outgoing(picture("image/jpeg", 0))).await;
    assert!(matches!(report.verdict, Verdict::Retry { .. }), "{report:?}");
    // An old token: the bytes are gone, the next attempt has a new one.
    let avito = fake::avito(&fake);
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
        let fake = fake::start().await;
        fake.next("/messages", status, json!({}));
        let report = fake::avito(&fake).send(&settings(), &outgoing(text("x"))).await;
        let Verdict::Bury(failure) = report.verdict else { panic!("{status}: {report:?}") };
        assert_eq!((failure.code, failure.text.as_str()), (code, words));
        assert_eq!(report.status, status);
    }
    for status in [413, 414, 415] {
        let fake = fake::start().await;
        fake.answers("/messages", Answer::Text(status, "<html>"));
        let report = fake::avito(&fake).send(&settings(), &outgoing(text("x"))).await;
        let Verdict::Bury(failure) = report.verdict else { panic!("{status}: {report:?}") };
        assert_eq!(failure.code.amocrm_code(), 905, "{status}: also a gateway's page is about the request");
    }
    for (status, words) in [(401, "Client ID"), (402, "Avito plan"), (403, "subscription level")] {
        let fake = fake::start().await;
        fake.next("/messages", status, json!({ "error": { "code": status, "message": "x" } }));
        let report = fake::avito(&fake).send(&settings(), &outgoing(text("x"))).await;
        assert_eq!(report.verdict, Verdict::Pause);
        assert!(report.reason.contains(words), "{}", report.reason);
        assert!(!format!("{report:?}").contains("canary"), "{report:?}");
    }
}

#[tokio::test]
async fn limits_hold_the_account_and_failures_the_message() {
    let fake = fake::start().await;
    let avito = fake::avito(&fake);
    fake.answers("/messages", fake::limited(7));
    let report = avito.send(&settings(), &outgoing(text("x"))).await;
    let after = Some(Duration::from_secs(7));
    assert_eq!(report.verdict, Verdict::Retry { after, whole_target: true });
    for status in [302, 400, 401, 402, 403, 404, 410, 502] {
        for path in ["/messages", "/token"] {
            fake.answers(path, Answer::Text(status, "<html>"));
            let report = fake::avito(&fake).send(&settings(), &outgoing(text("x"))).await;
            assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false }, "{path} {status}");
        }
    }
    fake.next("/token", 401, fixture("api_token_refused"));
    let report = fake::avito(&fake).send(&settings(), &outgoing(text("x"))).await;
    assert_eq!(report.verdict, Verdict::Pause);
    for broken in [None, Some("<html>"), Some("{}")] {
        match broken {
            None => fake.answers("/messages", Answer::Reset),
            Some(text) => fake.answers("/messages", Answer::Text(200, text)),
        }
        let report = avito.send(&settings(), &outgoing(text("x"))).await;
        assert_eq!(report.verdict, Verdict::Unknown, "{broken:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_chat_a_text_or_credentials() {
    let fake = fake::start().await;
    let avito = fake::avito(&fake);
    let begun = Outgoing { conversation_id: String::new(), ..outgoing(text("x")) };
    let report = avito.send(&settings(), &begun).await;
    assert!(matches!(report.verdict, Verdict::Bury(failure) if failure.code == FailureCode::RecipientUnreachable));
    let report = avito.send(&settings(), &outgoing(text(" \n"))).await;
    assert!(matches!(report.verdict, Verdict::Bury(failure) if failure.code == FailureCode::Rejected));
    let none = Settings { public: json!({}), secrets: Default::default() };
    assert_eq!(avito.send(&none, &outgoing(text("x"))).await.verdict, Verdict::Pause);
    assert!(fake::calls(&fake).is_empty());
}

#[tokio::test]
async fn an_answer_marks_the_chat_as_read_once_for_each_message_of_the_buyer() {
    let fake = fake::start().await;
    let avito = fake::avito(&fake);
    let last = |id: &str| Some(LastIncoming { external_id: id.to_owned(), at: DateTime::UNIX_EPOCH });
    let read = path(&format!("chats/{CHAT}/read"));
    let marks = || fake::lines(&fake).iter().filter(|what| **what == read).count();
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

/// A webhook's post about a message of the seller's.
fn own_post(id: &str, said: &str) -> String {
    let mut post = fixture("hook_own_text");
    post["payload"]["value"]["id"] = json!(id);
    post["payload"]["value"]["content"]["text"] = json!(said);
    post.to_string()
}

async fn received(avito: &Avito, post: &str) -> InboundEvent {
    let call = crate::incoming::IncomingCall { header: &|_| None, path_secret: "s3cr3t", body: post.as_bytes() };
    avito.receive(&settings(), &call, Words::new(Language::En)).await.unwrap().remove(0)
}

#[tokio::test]
async fn our_own_messages_are_recognised_in_the_webhook() {
    let fake = fake::start().await;
    let avito = fake::avito(&fake);
    external_id(&avito.send(&settings(), &outgoing(text("привет"))).await);
    let own = InboundEvent::Nothing("own_send");
    let id = "bdcc5bac2d00345f1cc66fa657813958";
    assert_eq!(received(&avito, &own_post(id, "changed by Avito")).await, own);
    assert_eq!(received(&avito, &own_post(id, "привет")).await, own, "however often it comes");
    let other = received(&avito, &own_post("other", "привет")).await;
    assert!(matches!(other, InboundEvent::Wrote(_)), "the same words, written in the application: {other:?}");
    external_id(&avito.send(&settings(), &outgoing(picture("image/png", 7))).await);
    assert_eq!(received(&avito, &own_post("bdcc5bac2d00345f1cc66fa657813959", "")).await, own);
}

#[tokio::test]
async fn a_message_without_an_answer_counts_as_sent_if_the_webhook_reports_it() {
    let fake = fake::start().await;
    let avito = fake::avito(&fake);
    fake.answers("/messages", Answer::Reset);
    let report = avito.send(&settings(), &outgoing(text("два  слова"))).await;
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(matches!(received(&avito, &own_post("a", "другое")).await, InboundEvent::Wrote(_)));
    let InboundEvent::Status(status) = received(&avito, &own_post("b", "два слова\n")).await else { panic!() };
    assert_eq!((status.letter_id, status.message.as_str()), (Some(Uuid::from_u128(9)), "b"));
    assert_eq!((status.state, status.at), (State::Delivered, Some(1_795_168_799_000)));
    assert_eq!(received(&avito, &own_post("b", "два слова")).await, InboundEvent::Nothing("own_send"));
    assert!(matches!(received(&avito, &own_post("c", "два слова")).await, InboundEvent::Wrote(_)));
}

#[tokio::test]
async fn a_post_may_come_before_the_answer() {
    let fake = fake::start().await;
    let avito = fake::avito(&fake);
    let settings = settings();
    let account = Account::of(&settings).unwrap();
    for (outcome, wanted) in [
        (Outcome::Unknown, Some("x-unknown")),
        (Outcome::Taken(id("x-taken")), Some("x-taken")),
        (Outcome::NotTaken, None),
    ] {
        let flight = avito.sends.begin(&account, &outgoing(text("да")), Said::text("да"));
        let name = wanted.unwrap_or("x-not");
        assert_eq!(received(&avito, &own_post(name, "да")).await, InboundEvent::Nothing("own_send"));
        assert_eq!(avito.sends.end(flight, outcome).await.map(|id| id.to_string()).as_deref(), wanted);
    }
}

fn id(text: &str) -> Id {
    serde_json::from_value(json!(text)).unwrap()
}

#[test]
fn a_picture_is_one_of_five_formats_and_not_too_large() {
    let media = |mime: &str, size| Media { mime_type: Some(mime.to_owned()), file_size: size, ..Media::default() };
    for taken in ["image/jpeg", "IMAGE/PNG", "image/gif", "image/bmp", "image/heic; x=y"] {
        assert!(is_taken(&media(taken, 5)), "{taken}");
    }
    for not in [media("image/webp", 5), media("", 5), media("image/jpeg", 0), media("image/jpeg", LARGEST + 1)] {
        assert!(!is_taken(&not), "{not:?}");
    }
    assert!(!is_taken(&Media { file_size: 5, ..Media::default() }));
}
