//! Each request out, and each refusal.

use std::collections::BTreeMap;
use std::time::Duration;

use base::i18n::{Language, Words};
use base::message::{Button, Content, Markup, Media, Person, Post, Quote, Role};
use base::verdict::Taken;
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
use crate::vendor_app::VendorApp;
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

/// The bodies of the calls that a message makes in an open window.
pub async fn bodies(kind: &str, message: Message) -> Vec<Value> {
    let event = Event::Created(Box::new(message));
    let (report, calls) = sent(kind, Vec::new(), &outgoing(event, Some(("mid-0", 60)))).await;
    assert!(matches!(report.verdict, Verdict::Done(_)), "{report:?}");
    let path = if kind == "instagram" { "17841400000000001/messages" } else { "104000000000001/messages" };
    calls
        .into_iter()
        .filter(|call| !call.parameters.contains_key("sender_action"))
        .map(|call| {
            assert_eq!((call.method.as_str(), call.resource()), ("POST", path));
            assert_eq!(call.authorization.as_deref(), Some("Bearer access_token"));
            Value::Object(call.parameters)
        })
        .collect()
}

const MARK: &str = "parom:00000000-0000-0000-0000-000000000009";

#[tokio::test]
async fn a_text_is_one_call() {
    let instagram = bodies("instagram", text("Hi")).await;
    let message = json!({ "text": "Hi" });
    assert_eq!(instagram, [json!({ "recipient": { "id": ANNA }, "messaging_type": "RESPONSE", "message": message })]);
    let facebook = bodies("facebook", text("Hi")).await;
    let message = json!({ "text": "Hi", "metadata": MARK });
    assert_eq!(facebook, [json!({ "recipient": { "id": ANNA }, "messaging_type": "RESPONSE", "message": message })]);
}

#[tokio::test]
async fn people_answer_later_with_their_tag() {
    let late = Some(("mid-0", 24 * 3600));
    for kind in ["instagram", "facebook"] {
        let (_, calls) = sent(kind, Vec::new(), &outgoing(Event::Created(Box::new(text("Hi"))), late)).await;
        let called = &calls[0].parameters;
        assert_eq!((&called["messaging_type"], &called["tag"]), (&json!("MESSAGE_TAG"), &json!("HUMAN_AGENT")));
        let mut bots = text("Hi");
        bots.sender.role = Role::Bot;
        let (_, calls) = sent(kind, Vec::new(), &outgoing(Event::Created(Box::new(bots)), late)).await;
        assert!(!calls[0].parameters.contains_key("tag"), "never for bots");
    }
}

#[tokio::test]
async fn the_answer_names_the_message_and_the_person() {
    let event = Event::Created(Box::new(text("Hi")));
    let answer = Answer::Json(200, json!({ "recipient_id": "77", "message_id": "m_1" }));
    let (report, _) = sent("facebook", vec![answer], &outgoing(event, None)).await;
    let taken = Taken { external_id: Some("m_1".into()), moved_to: Some("77".into()), ..Taken::default() };
    assert_eq!(report.verdict, Verdict::Done(taken), "the author of a comment has another id in messages");
}

#[tokio::test]
async fn quotes_are_native_on_messenger_and_words_on_instagram() {
    let quoting = || Message { reply_to: quote("mid-5#2"), ..text("10 EUR") };
    let facebook = bodies("facebook", quoting()).await;
    assert_eq!(facebook[0]["reply_to"], json!({ "mid": "mid-5" }));
    let instagram = bodies("instagram", quoting()).await;
    assert_eq!(instagram[0]["message"]["text"], "> Price?\n\n10 EUR");
}

#[tokio::test]
async fn files_are_addresses_and_their_captions_follow() {
    let photo = || message(Content::Picture(Media { text: Some("This one".into()), ..file("image/png") }));
    let attachment = json!({ "type": "image", "payload": { "url": "https://parom.example/m/1" } });
    let instagram = bodies("instagram", photo()).await;
    assert_eq!(instagram[0]["message"], json!({ "attachment": attachment }));
    assert_eq!(instagram[1]["message"], json!({ "text": "This one" }));
    let facebook = bodies("facebook", photo()).await;
    assert_eq!(facebook[0]["message"], json!({ "attachment": attachment, "metadata": MARK }));
    assert_eq!(facebook[1]["message"]["text"], "This one");
    let text = bodies("instagram", message(Content::File(file("application/zip")))).await;
    assert_eq!(text[0]["message"]["text"], "[File: a.bin]\nhttps://parom.example/m/1");
}

#[tokio::test]
async fn an_answered_message_is_marked_as_seen_once() {
    for kind in ["instagram", "facebook"] {
        let fake = fake::start([]).await;
        let (instagram, facebook) = fake::connectors(&fake.base, false);
        let meta = if kind == "instagram" { instagram } else { facebook };
        for last in ["mid-1", "mid-1", "mid-2", "comment:5"] {
            let event = Event::Created(Box::new(text("Hi")));
            send(&meta, &settings(kind), &outgoing(event, Some((last, 60)))).await;
        }
        let actions: Vec<_> =
            fake.calls().iter().filter_map(|call| call.parameters.get("sender_action").cloned()).collect();
        assert_eq!(actions, [json!("mark_seen"), json!("mark_seen")], "{kind}");
    }
}

#[tokio::test]
async fn buttons_are_quick_replies_a_template_or_words() {
    let button = |text: &str, url: Option<&str>| Button { text: text.into(), url: url.map(str::to_owned) };
    let with = |buttons: Vec<Button>| Message { markup: Some(Markup::Buttons(vec![buttons])), ..text("Well?") };
    let replies = bodies("instagram", with(vec![button("Yes", None), button("No", None)])).await;
    assert_eq!(replies[0]["message"]["quick_replies"][1]["title"], "No");
    let link = bodies("facebook", with(vec![button("Shop", Some("https://acme.example"))])).await;
    assert_eq!(link[0]["message"]["attachment"]["payload"]["text"], "Well?");
    let words = bodies("facebook", with(vec![button("x", None); 14])).await;
    assert_eq!((words.len(), words[1]["message"]["text"].as_str().unwrap().lines().count()), (2, 14));
}

#[tokio::test]
async fn a_comment_is_answered_publicly() {
    let public = |quoted| Message {
        post: Some(Post { id: "900".into(), ..Post::default() }),
        reply_to: quoted,
        ..text("10 EUR")
    };
    let cases = [
        ("instagram", public(quote("comment:5")), None, "5/replies"),
        ("facebook", public(quote("comment:5")), None, "5/comments"),
        ("facebook", public(None), Some(("comment:6", 60)), "6/comments"),
        ("facebook", public(None), Some(("mid-0", 60)), "900/comments"),
    ];
    for (kind, message, last, path) in cases {
        let (report, calls) = sent(kind, Vec::new(), &outgoing(Event::Created(Box::new(message)), last)).await;
        assert_eq!((calls[0].resource(), &calls[0].parameters["message"]), (path, &json!("10 EUR")));
        let Verdict::Done(taken) = report.verdict else { panic!("{report:?}") };
        assert_eq!(taken.external_id.as_deref(), Some("comment:c1"));
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
async fn typing_and_reactions_are_actions() {
    let typing = || Event::Typing { sender: Person::default(), until: now() };
    let (_, calls) = sent("instagram", Vec::new(), &outgoing(typing(), None)).await;
    let actions: Vec<&Value> = calls.iter().map(|call| &call.parameters["sender_action"]).collect();
    assert_eq!(actions, [&json!("mark_seen"), &json!("typing_on")]);
    let react = |id: &str, emoji: Option<&str>| {
        let message = MessageIds { id: Uuid::from_u128(7), external_id: Some(id.to_owned()) };
        let emoji = emoji.map(str::to_owned);
        outgoing(Event::Reaction { message, sender: Person::default(), emoji }, None)
    };
    let (_, calls) = sent("facebook", Vec::new(), &react("mid-5#1", Some("👍"))).await;
    assert_eq!(calls[0].parameters["payload"], json!({ "message_id": "mid-5", "reaction": "👍" }));
    let (_, calls) = sent("instagram", Vec::new(), &react("mid-5", Some("❤️"))).await;
    assert_eq!(calls[0].parameters["payload"]["reaction"], "love");
    let (_, calls) = sent("instagram", Vec::new(), &react("mid-5", None)).await;
    assert_eq!(calls[0].parameters["sender_action"], "unreact");
    for (kind, id, emoji) in [("instagram", "mid-5", "👍"), ("facebook", "comment:5", "👍")] {
        let (report, calls) = sent(kind, Vec::new(), &react(id, Some(emoji))).await;
        assert!(calls.is_empty() && matches!(report.verdict, Verdict::Done(_)));
    }
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

async fn refused(kind: &str, answer: Answer) -> Report {
    let event = Event::Created(Box::new(text("Hi")));
    sent(kind, vec![answer], &outgoing(event, Some(("mid-0", 60)))).await.0
}

#[tokio::test]
async fn each_class_has_its_verdict() {
    for (kind, subcode) in
        [("instagram", 2_534_022), ("instagram", 2_018_278), ("facebook", 2_534_022), ("facebook", 2_018_278)]
    {
        let window = fake::refused(10, subcode, "(#10) The window is closed");
        let Verdict::Bury(failure) = refused(kind, window).await.verdict else { panic!("not buried") };
        assert_eq!((failure.code.amocrm_code(), failure.code.word()), (905, "window_closed"), "{kind} {subcode}");
    }
    let blocked = fake::refused(551, 1_545_041, "(#551) This person isn't available right now.");
    let Verdict::Bury(failure) = refused("facebook", blocked).await.verdict else { panic!("not buried") };
    assert_eq!(failure.code.amocrm_code(), 901);
    let token = fake::refused(190, 463, "Error validating access token: Session has expired.");
    let report = refused("instagram", token).await;
    assert_eq!(report.verdict, Verdict::Pause);
    assert!(report.reason.starts_with("The access token is no longer valid"), "{}", report.reason);
    for (code, whole_target) in [(613, true), (4, true), (80_006, true), (2, false), (1200, false)] {
        let verdict = refused("facebook", fake::refused(code, 0, "later")).await.verdict;
        assert_eq!(verdict, Verdict::Retry { after: None, whole_target }, "{code}");
    }
    let gateway = refused("facebook", Answer::Text(502, "<html>")).await;
    assert!(matches!(gateway.verdict, Verdict::Retry { .. }));
    let strange = refused("facebook", fake::refused(999_999, 0, "new")).await;
    assert!(matches!(strange.verdict, Verdict::Bury(_)) && strange.reason.contains("new"));
}

#[tokio::test]
async fn a_lost_answer_is_not_a_refusal() {
    assert_eq!(refused("instagram", Answer::Reset).await.verdict, Verdict::Unknown);
    assert_eq!(refused("instagram", Answer::Text(200, "<html>")).await.verdict, Verdict::Unknown);
    let (instagram, _) = fake::connectors(&fake::nowhere(), false);
    let event = Event::Created(Box::new(text("Hi")));
    let report = send(&instagram, &settings("instagram"), &outgoing(event, None)).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false });
}

#[tokio::test]
async fn a_request_is_mended_once_for_each_reason() {
    let photo = || Event::Created(Box::new(message(Content::Picture(file("image/png")))));
    let size = || fake::refused(100, 2_018_109, "(#100) Attachment size exceeds allowable limit");
    let (report, calls) = sent("instagram", vec![size()], &outgoing(photo(), None)).await;
    assert!(matches!(report.verdict, Verdict::Done(_)));
    assert_eq!(calls[1].parameters["message"]["text"], "[Picture: a.bin]\nhttps://parom.example/m/1");
    let (report, calls) = sent("instagram", vec![size(), size()], &outgoing(photo(), None)).await;
    assert!(matches!(report.verdict, Verdict::Bury(_)) && calls.len() == 2);
    // Messenger takes the bytes of what it could not fetch.
    let fetch = || fake::refused(100, 2_018_008, "(#100) Failed to fetch the file from the url");
    let (report, calls) = sent("facebook", vec![fetch()], &outgoing(photo(), None)).await;
    assert!(matches!(report.verdict, Verdict::Done(_)) && calls.len() == 2);
    let (field, name, kind) = ("filedata".into(), "a.bin".into(), "image/png".into());
    assert_eq!(calls[1].file, Some(FormFile { field, name, kind, bytes: tests::BYTES.to_vec() }));
    assert_eq!(calls[1].parameters["message"]["attachment"], json!({ "type": "image", "payload": {} }));
    assert_eq!(
        (&calls[1].parameters["messaging_type"], calls[1].resource()),
        (&json!("RESPONSE"), "104000000000001/messages")
    );
    let (report, calls) = sent("facebook", vec![fetch(), size()], &outgoing(photo(), None)).await;
    assert!(matches!(report.verdict, Verdict::Done(_)) && calls.len() == 3);
    assert_eq!(calls[2].parameters["message"]["text"], "[Picture: a.bin]\nhttps://parom.example/m/1");
    let long = fake::refused(100, 0, "(#100) Length of param message[text] must be less than or equal to 1000");
    let event = Event::Created(Box::new(text(&"word ".repeat(180))));
    let (_, calls) = sent("instagram", vec![long], &outgoing(event, None)).await;
    assert!(
        calls.len() >= 3
            && calls[1..].iter().all(|call| call.parameters["message"]["text"].as_str().unwrap().len() <= 500)
    );
    let gone = fake::refused(100, 2_018_300, "(#100) Invalid reply_to");
    let quoting = Event::Created(Box::new(Message { reply_to: quote("mid-5"), ..text("Hi") }));
    let (_, calls) = sent("facebook", vec![gone], &outgoing(quoting, None)).await;
    assert!(calls[0].parameters.contains_key("reply_to") && !calls[1].parameters.contains_key("reply_to"));
}

#[tokio::test]
async fn a_token_appears_in_no_report() {
    let told = fake::refused(100, 0, "Bad token access_token");
    let report = refused("instagram", told).await;
    assert!(!format!("{report:?}").contains("access_token"));
    assert_eq!(report.rest, Duration::ZERO);
}

/// Whatever a gateway answers in the messenger's place: no message is lost, and no source stopped.
#[tokio::test]
async fn a_gateways_page_is_no_verdict() {
    tests::gateway_pages(&[], async |answer| refused("instagram", answer).await).await;
}

#[tokio::test]
async fn a_file_is_not_sent_again_because_its_text_was_refused() {
    for kind in ["instagram", "facebook"] {
        let accepted = Answer::Json(200, json!({ "recipient_id": ANNA, "message_id": "m_1" }));
        let fake = fake::start([accepted, fake::refused(4, 0, "(#4) Application request limit reached")]).await;
        let (instagram, facebook) = fake::connectors(&fake.base, false);
        let meta = if kind == "instagram" { instagram } else { facebook };
        let photo = message(Content::Picture(Media { text: Some("This one".into()), ..file("image/png") }));
        let whole = outgoing(Event::Created(Box::new(photo)), None);
        let send = async |next: &Outgoing| send(&meta, &settings(kind), next).await;
        assert_eq!(tests::attempts(whole, 3, send).await, ["onward", "retry", "done"], "{kind}");
        let calls = fake.calls();
        let said: Vec<_> = calls.iter().map(|call| &call.parameters["message"]["text"]).collect();
        assert_eq!(said, [&json!(null), &json!("This one"), &json!("This one")], "{kind}");
    }
}
