//! Each request out, and each refusal.

use std::collections::BTreeMap;

use base::i18n::{Language, Words};
use base::message::{Content, FailureCode, Media, Person, Post, Quote, Role};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::Sha256;
use uuid::Uuid;

use super::*;
use crate::fake::{Answer, Call, FormFile};
use crate::file::NotOpened;
use crate::incoming::IncomingCall;
use crate::meta::fake;
use crate::{Connector, Denied, HookTarget, LastIncoming, MessageIds, Probe, Watched, tests};

mod lines;

const ANNA: &str = "6600000000000001";

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_168_800_000).unwrap()
}

pub fn settings(kind: &str) -> Settings {
    let secrets =
        ["access_token", "app_secret", "verify_token"].map(|name| (name.to_owned(), SecretString::from(name)));
    let public = match kind {
        "instagram" => json!({ "account_id": "17841400000000001" }),
        _ => json!({ "page_id": "104000000000001" }),
    };
    Settings { public, secrets: BTreeMap::from(secrets) }
}

pub fn message(content: Content) -> Message {
    let sender = Person { role: Role::Manager, ..Person::default() };
    Message { id: Uuid::from_u128(7), sender, sent_at: now(), ..tests::message(content) }
}

pub fn text(text: &str) -> Message {
    message(Content::Text { text: text.to_owned() })
}

pub fn quote(id: &str) -> Option<Quote> {
    let content = Some(Content::Text { text: "Price?".into() });
    Some(Quote { external_id: Some(id.to_owned()), content, ..Quote::default() })
}

pub fn file(mime: &str) -> Media {
    Media { media_url: "https://parom.example/m/1".into(), ..tests::kept("a.bin", mime) }
}

pub fn outgoing(event: Event, last: Option<(&str, i64)>) -> Outgoing {
    let last_incoming =
        last.map(|(id, seconds)| LastIncoming { external_id: id.to_owned(), at: now() - TimeDelta::seconds(seconds) });
    Outgoing { last_incoming, ..tests::outgoing(ANNA, event, tests::ONE_FILE) }
}

/// Sends on one kind with these answers.
pub async fn sent(kind: &str, answers: Vec<Answer>, outgoing: &Outgoing) -> (Report, Vec<Call>) {
    let fake = fake::start(answers).await;
    let (instagram, facebook) = fake::connectors(&fake.base, false);
    let meta = if kind == "instagram" { instagram } else { facebook };
    let send = async |next: &Outgoing| send(&meta, &settings(kind), next).await;
    let report = tests::to_the_end(outgoing.clone(), send).await;
    (report, fake.calls())
}

#[tokio::test]
async fn people_answer_later_with_their_tag() {
    let late = Some(("mid-0", 24 * 3600));
    for (kind, role) in [("instagram", Role::Manager), ("facebook", Role::Manager), ("facebook", Role::Bot)] {
        let mut message = text("Hi");
        message.sender.role = role;
        let (_, calls) = sent(kind, Vec::new(), &outgoing(Event::Created(Box::new(message)), late)).await;
        let tag = calls[0].parameters.get("tag").cloned();
        assert_eq!(tag, (role == Role::Manager).then(|| json!("HUMAN_AGENT")), "{kind}: never for bots");
    }
}

#[tokio::test]
async fn an_answered_message_is_marked_as_seen_once() {
    let fake = fake::start([]).await;
    let (_, facebook) = fake::connectors(&fake.base, false);
    for last in ["mid-1", "mid-1", "mid-2", "comment:5"] {
        let event = Event::Created(Box::new(text("Hi")));
        send(&facebook, &settings("facebook"), &outgoing(event, Some((last, 60)))).await;
    }
    let calls = fake.calls();
    let actions: Vec<_> = calls.iter().filter_map(|call| call.parameters.get("sender_action")).collect();
    assert_eq!(actions, ["mark_seen", "mark_seen"]);
}

#[tokio::test]
async fn a_comment_is_answered_publicly() {
    let post = || Some(Post { id: "900".into(), ..Post::default() });
    for (kind, quoted, last, path) in [
        ("instagram", quote("comment:5"), None, "5/replies"),
        ("facebook", quote("comment:5"), None, "5/comments"),
        ("facebook", None, Some(("comment:6", 60)), "6/comments"),
        ("facebook", None, Some(("mid-0", 60)), "900/comments"),
    ] {
        let message = Message { post: post(), reply_to: quoted, ..text("10 EUR") };
        let (report, calls) = sent(kind, Vec::new(), &outgoing(Event::Created(Box::new(message)), last)).await;
        assert_eq!((calls[0].resource(), &calls[0].parameters["message"]), (path, &json!("10 EUR")));
        assert_eq!(tests::taken(&report).external_id.as_deref(), Some("comment:c1"));
    }
}

#[tokio::test]
async fn a_comment_is_answered_privately_once_and_then_as_a_person() {
    let days_ago = Some(("comment:5", 3 * 86_400));
    let event = || Event::Created(Box::new(text("10 EUR")));
    let (_, calls) = sent("instagram", Vec::new(), &outgoing(event(), days_ago)).await;
    assert_eq!(calls[0].parameters["recipient"], json!({ "comment_id": "5" }));
    assert!(!calls[0].parameters.contains_key("tag"));
    let refused = vec![fake::refused(10_900, 0, "(#10900) Activity already replied to")];
    let (report, calls) = sent("facebook", refused, &outgoing(event(), days_ago)).await;
    assert_eq!((calls.len(), &calls[1].parameters["recipient"]), (2, &json!({ "id": ANNA })));
    assert!(matches!(report.verdict, Verdict::Done(_)));
    let both = vec![
        fake::refused(10_903, 0, "(#10903) This user cant reply to this activity"),
        fake::refused(10, 2_018_278, "(#10) This message is sent outside of allowed window."),
    ];
    let (report, _) = sent("facebook", both, &outgoing(event(), days_ago)).await;
    let Verdict::Bury(failure) = report.verdict else { panic!("{report:?}") };
    assert_eq!(failure.code.word(), "window_closed");
}

#[tokio::test]
async fn writing_first_and_empty_messages_are_refused() {
    let started = Event::Started(Box::new(text("Hi")));
    let (report, calls) = sent("instagram", Vec::new(), &outgoing(started, None)).await;
    assert!(calls.is_empty() && matches!(report.verdict, Verdict::Bury(_)));
    let (report, calls) = sent("instagram", Vec::new(), &outgoing(Event::Created(Box::new(text(" "))), None)).await;
    assert!(calls.is_empty() && matches!(report.verdict, Verdict::Bury(_)));
    let nobody =
        Outgoing { conversation_id: "comment:5".into(), ..outgoing(Event::Created(Box::new(text("Hi"))), None) };
    let (report, calls) = sent("facebook", Vec::new(), &nobody).await;
    assert!(calls.is_empty() && matches!(report.verdict, Verdict::Bury(_)));
}

#[tokio::test]
async fn reactions_that_a_network_does_not_have_are_left_out() {
    for (kind, id) in [("instagram", "mid-5"), ("facebook", "comment:5")] {
        let message = MessageIds { id: Uuid::from_u128(7), external_id: Some(id.to_owned()) };
        let event = Event::Reaction { message, sender: Person::default(), emoji: Some("👍".to_owned()) };
        let (report, calls) = sent(kind, Vec::new(), &outgoing(event, None)).await;
        assert!(calls.is_empty() && matches!(report.verdict, Verdict::Done(_)));
    }
}

#[tokio::test]
async fn each_class_has_its_verdict() {
    use FailureCode::{RecipientBlocked, Rejected, WindowClosed};
    for kind in ["instagram", "facebook"] {
        let rows = [
            (fake::refused(10, 2_534_022, "(#10) The window is closed"), Err(WindowClosed)),
            (fake::refused(10, 2_018_278, "(#10) The window is closed"), Err(WindowClosed)),
            (fake::refused(551, 1_545_041, "(#551) This person isn't available right now."), Err(RecipientBlocked)),
            (fake::refused(999_999, 0, "new"), Err(Rejected)),
            (fake::refused(190, 463, "Error validating access token"), Ok(Verdict::Pause)),
            (fake::refused(613, 0, "later"), tests::retry(None, true)),
            (fake::refused(80_006, 0, "later"), tests::retry(None, true)),
            (fake::refused(1200, 0, "later"), tests::retry(None, false)),
        ];
        tests::answers_mean(rows, async |answer| refused(kind, answer).await).await;
    }
    tests::weather(&[], async |answer| refused("instagram", answer).await).await;
    let report = refused("instagram", fake::refused(100, 0, "Bad token access_token")).await;
    assert!(!format!("{report:?}").contains("access_token"), "{report:?}");
}

async fn refused(kind: &str, answer: Answer) -> Report {
    let event = Event::Created(Box::new(text("Hi")));
    sent(kind, vec![answer], &outgoing(event, Some(("mid-0", 60)))).await.0
}

#[tokio::test]
async fn a_request_is_mended_once_for_each_reason() {
    let photo = || message(Content::Picture(file("image/png")));
    let size = || fake::refused(100, 2_018_109, "(#100) Attachment size exceeds allowable limit");
    let fetch = || fake::refused(100, 2_018_008, "(#100) Failed to fetch the file from the url");
    let gone = fake::refused(100, 2_018_300, "(#100) Invalid reply_to");
    let quoting = Message { reply_to: quote("mid-5"), ..text("Hi") };
    let link = json!("[Picture: a.bin]\nhttps://parom.example/m/1");
    for (kind, message, answers, said) in [
        ("instagram", photo(), vec![size()], link.clone()),
        ("facebook", photo(), vec![fetch(), size()], link),
        ("facebook", quoting, vec![gone], json!("Hi")),
    ] {
        let count = answers.len() + 1;
        let (report, calls) = sent(kind, answers, &outgoing(Event::Created(Box::new(message)), None)).await;
        tests::taken(&report);
        let last = &calls[calls.len() - 1].parameters;
        assert_eq!((calls.len(), &last["message"]["text"], last.get("reply_to")), (count, &said, None));
    }
    let event = Event::Created(Box::new(photo()));
    let (report, calls) = sent("instagram", vec![size(), size()], &outgoing(event.clone(), None)).await;
    assert!(matches!(report.verdict, Verdict::Bury(_)) && calls.len() == 2);
    // Messenger takes the bytes of what it could not fetch.
    let (_, calls) = sent("facebook", vec![fetch()], &outgoing(event, None)).await;
    let (field, name, kind) = ("filedata".into(), "a.bin".into(), "image/png".into());
    assert_eq!(calls[1].file, Some(FormFile { field, name, kind, bytes: tests::BYTES.to_vec() }));
    assert_eq!(calls[1].parameters["message"]["attachment"], json!({ "type": "image", "payload": {} }));
    let long = fake::refused(100, 0, "(#100) Length of param message[text] must be less than or equal to 1000");
    let event = Event::Created(Box::new(text(&"word ".repeat(180))));
    let (_, calls) = sent("instagram", vec![long], &outgoing(event, None)).await;
    let is_short = |call: &Call| call.parameters["message"]["text"].as_str().unwrap().len() <= 500;
    assert!(calls.len() >= 3 && calls[1..].iter().all(is_short));
}
