//! Requests to Avito, and the meaning of its answers.

use std::time::Duration;

use base::i18n::{Language, Words};
use base::message::{FailureCode, Media};
use chrono::DateTime;
use uuid::Uuid;

use super::*;
use crate::avito::fake::{self, CHAT, SELLER, fixture, settings};
use crate::avito::wire::Id;
use crate::fake::Answer;
use crate::incoming::InboundEvent;
use crate::tests::{self, failure, message, text};
use crate::{Connector, LastIncoming};

fn outgoing(content: Content) -> Outgoing {
    tests::outgoing(CHAT, Event::Created(Box::new(message(content))), tests::ONE_FILE)
}

fn picture(mime: &str, media_id: u128) -> Content {
    Content::Picture(Media { media_id: Some(Uuid::from_u128(media_id)), ..tests::kept("sofa.jpg", mime) })
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
        assert_eq!(sent["message"]["text"], "[Picture: sofa.jpg]\nhttps://parom.example/media/t/sofa.jpg");
    }
}

#[tokio::test]
async fn a_picture_that_was_not_shown_may_be_tried_again() {
    let fake = fake::start().await;
    let avito = fake::avito(&fake);
    external_id(&avito.send(&settings(), &outgoing(text("x"))).await);
    // The last: an old token; the bytes are gone, the next attempt has a new one.
    for (answer, media_id) in [(Some(Answer::Reset), 7), (None, 0), (Some(Answer::Json(403, json!({}))), 7)] {
        answer.into_iter().for_each(|answer| fake.answers("/uploadImages", answer));
        let report = avito.send(&settings(), &outgoing(picture("image/jpeg", media_id))).await;
        assert!(matches!(report.verdict, Verdict::Retry { .. }), "{report:?}");
    }
    external_id(&avito.send(&settings(), &outgoing(picture("image/jpeg", 7))).await);
}

#[tokio::test]
async fn refusals_mean_what_the_catalog_says() {
    for (status, body, wanted, words) in [
        (400, json!({}), Some(FailureCode::Rejected), "Avito refused the message. Change it and try again."),
        (404, json!({}), Some(FailureCode::RecipientUnreachable), "No such chat at Avito"),
        (413, json!({}), Some(FailureCode::Rejected), "Send a smaller picture or a link."),
        (418, json!({}), Some(FailureCode::Rejected), "Avito refused the message. Change it and try again."),
        (401, fixture("api_error_403"), None, "Client ID"),
        (402, fixture("api_error_402"), None, "Avito plan"),
        (403, fixture("api_error_403"), None, "subscription level"),
    ] {
        let fake = fake::start().await;
        fake.next("/messages", status, body);
        let report = fake::avito(&fake).send(&settings(), &outgoing(text("x"))).await;
        assert!(!format!("{report:?}").contains("canary"), "{report:?}");
        match wanted {
            Some(code) => {
                let (failure, said) = failure(&report);
                assert!(failure == code && said.contains(words) && report.status == status, "{status}: {report:?}");
            }
            None => assert!(report.verdict == Verdict::Pause && report.reason.contains(words), "{status}: {report:?}"),
        }
    }
}

#[tokio::test]
async fn limits_hold_the_account_and_failures_the_message() {
    let answered = async |door: &'static str, answer| {
        let fake = fake::start().await;
        fake.answers(door, answer);
        fake::avito(&fake).send(&settings(), &outgoing(text("x"))).await
    };
    tests::weather(&[404], async |answer| answered("/messages", answer).await).await;
    tests::gateway_pages(&[404], async |answer| answered("/token", answer).await).await;
    let none = Settings { public: json!({}), secrets: Default::default() };
    let begun = Outgoing { conversation_id: String::new(), ..outgoing(text("x")) };
    let fake = fake::start().await;
    let avito = fake::avito(&fake);
    assert_eq!(failure(&avito.send(&settings(), &begun).await).0, FailureCode::RecipientUnreachable);
    assert_eq!(failure(&avito.send(&settings(), &outgoing(text(" \n"))).await).0, FailureCode::Rejected);
    assert_eq!(avito.send(&none, &outgoing(text("x"))).await.verdict, Verdict::Pause);
    assert!(fake::calls(&fake).is_empty());
    let limited = Verdict::Retry { after: Some(Duration::from_secs(7)), whole_target: true };
    for (door, answer, verdict) in
        [("/messages", fake::limited(7), limited), ("/messages", Answer::Text(200, "{}"), Verdict::Unknown)]
    {
        fake.answers(door, answer);
        assert_eq!(avito.send(&settings(), &outgoing(text("x"))).await.verdict, verdict);
    }
    fake.next("/token", 401, fixture("api_token_refused"));
    let refused = fake::avito(&fake).send(&settings(), &outgoing(text("x"))).await;
    assert_eq!(refused.verdict, Verdict::Pause);
}

#[tokio::test]
async fn an_answer_marks_the_chat_as_read_once_for_each_message_of_the_buyer() {
    let fake = fake::start().await;
    let avito = fake::avito(&fake);
    let mut off = settings();
    off.public["mark_read"] = json!(false);
    for (settings, id) in [(settings(), "m1"), (settings(), "m1"), (settings(), "m2"), (off, "m3")] {
        let last = Some(LastIncoming { external_id: id.to_owned(), at: DateTime::UNIX_EPOCH });
        fake.next("/read", 500, json!({}));
        external_id(&avito.send(&settings, &Outgoing { last_incoming: last, ..outgoing(text("x")) }).await);
    }
    let read = format!("POST /messenger/v1/accounts/{SELLER}/chats/{CHAT}/read");
    assert_eq!(fake::lines(&fake).iter().filter(|line| **line == read).count(), 2);
}

/// A webhook's post about a message of the seller's.
fn own_post(id: &str, said: &str) -> String {
    let mut post = fixture("hook_own_text");
    post["payload"]["value"]["id"] = json!(id);
    post["payload"]["value"]["content"]["text"] = json!(said);
    post.to_string()
}

async fn received(avito: &Avito, post: &str) -> InboundEvent {
    avito.receive(&settings(), post.as_bytes(), Words::new(Language::En)).await.unwrap().remove(0)
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
