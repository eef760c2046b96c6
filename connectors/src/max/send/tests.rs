//! Requests to MAX, and the meaning of its answers.

use std::collections::BTreeMap;
use std::time::Duration;

use base::message::{Button, Content, FailureCode, List, Markup, Media, Person, Post, Quote, Row, Section, State};
use chrono::DateTime;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::fake::{Answer, Call, Fake};
use crate::max::fake;
use crate::tests::{self, kept, message, taken, text};
use crate::{LastIncoming, Message};

const CHAT: &str = "880011223";

const COMMENTS: &str = "c-77345848199175/91234567";

/// A bot with its settings and memory.
struct TestBot {
    fake: Fake,
    memory: Memory,
    settings: Settings,
}

impl TestBot {
    async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let secrets = BTreeMap::from([("bot_token".to_owned(), SecretString::from("CANARY-token"))]);
        let settings = Settings { public: json!({}), secrets };
        Self { fake: fake::start(answers).await, memory: Memory::default(), settings }
    }

    async fn send_to(&self, conversation: &str, event: Event) -> Report {
        let mut outgoing = outgoing(event);
        outgoing.conversation_id = conversation.to_owned();
        let send = async |next: &Outgoing| send(&fake::api(&self.fake.base), &self.memory, &self.settings, next).await;
        tests::to_the_end(outgoing, send).await
    }

    async fn send(&self, message: Message) -> Report {
        self.send_to(CHAT, Event::Created(Box::new(message))).await
    }

    fn body(&self, call: usize) -> Value {
        self.fake.calls()[call].body()
    }
}

/// Sends one message; returns the report and the bot with the recorded calls.
async fn sent(message: Message, answers: impl IntoIterator<Item = Answer>) -> (Report, TestBot) {
    let bot = TestBot::new(answers).await;
    let report = bot.send(message).await;
    (report, bot)
}

fn outgoing(event: Event) -> Outgoing {
    tests::outgoing(CHAT, event, tests::ONE_FILE)
}

fn failure(report: &Report) -> FailureCode {
    match &report.verdict {
        Verdict::Bury(failure) => failure.code,
        other => panic!("{other:?}"),
    }
}

fn public(content: Content) -> Message {
    let post = Some(Post { id: "mid.9".to_owned(), ..Post::default() });
    let reply_to = Some(Quote { external_id: Some("mid.5".to_owned()), ..Quote::default() });
    Message { post, reply_to, ..message(content) }
}

async fn answered(message: Message) -> (Report, TestBot) {
    let bot = TestBot::new([]).await;
    let report = bot.send_to(COMMENTS, Event::Created(Box::new(message))).await;
    (report, bot)
}

#[tokio::test]
async fn an_answer_is_public_or_private() {
    let (report, bot) = answered(public(text("100"))).await;
    assert_eq!(taken(&report).state, Some(State::Delivered));
    let call = bot.fake.call();
    assert_eq!(call.line(), "POST /messages/mid.9/comments");
    assert_eq!(call.body(), json!({ "text": "100", "link": { "type": "reply", "mid": "mid.5" } }));
    let (_, bot) = answered(message(text("100"))).await;
    assert_eq!(bot.fake.call().line(), "POST /messages?user_id=91234567");
}

#[tokio::test]
async fn a_public_answer_has_a_text_only() {
    let (_, bot) = answered(public(Content::File(kept("a.pdf", "application/pdf")))).await;
    let body = bot.fake.call().body();
    assert!(body["text"].as_str().unwrap().contains("https://parom.example/media/t/a.pdf"), "{body}");
    assert_eq!(body.get("attachments"), None);
}

#[tokio::test]
async fn a_private_answer_needs_a_dialog() {
    let none = fake::refused(404, "dialog.not.found", "error.dialog.notfound");
    let bot = TestBot::new([none]).await;
    let report = bot.send_to(COMMENTS, Event::Created(Box::new(message(text("Hi"))))).await;
    assert_eq!(failure(&report), FailureCode::RecipientUnreachable);
}

async fn edited(message: Message, answers: impl IntoIterator<Item = Answer>) -> (Report, TestBot) {
    let bot = TestBot::new(answers).await;
    let report = bot.send_to(CHAT, Event::Edited(Box::new(message))).await;
    (report, bot)
}

fn known(content: Content) -> Message {
    Message { external_id: Some("mid.5".to_owned()), ..message(content) }
}

#[tokio::test]
async fn an_edit_keeps_the_attachments() {
    let file = Media { text: Some("new".to_owned()), ..kept("a.pdf", "application/pdf") };
    for content in [text("new"), Content::File(file)] {
        let (report, bot) = edited(known(content), []).await;
        taken(&report);
        let call = bot.fake.call();
        assert_eq!((call.line().as_str(), call.body()), ("PUT /messages?message_id=mid.5", json!({ "text": "new" })));
    }
    let comment = Message { post: Some(Post { id: "mid.9".to_owned(), ..Post::default() }), ..known(text("new")) };
    let (_, bot) = edited(comment, []).await;
    assert_eq!(bot.fake.call().line(), "PUT /messages/mid.9/comments?comment_id=mid.5");
}

#[tokio::test]
async fn an_edit_succeeds_with_any_text_in_the_answer() {
    for body in ["", "OK"] {
        let (report, bot) = edited(known(text("new")), [Answer::Text(200, body)]).await;
        taken(&report);
        assert_eq!(bot.fake.calls().len(), 1);
    }
}

#[tokio::test]
async fn an_impossible_edit_is_reported_as_failed() {
    let old = Answer::Json(200, json!({ "success": false, "message": "Message is too old to be edited" }));
    let (report, _) = edited(known(text("new")), [old]).await;
    failure(&report);
    let (report, bot) = edited(message(text("new")), []).await;
    failure(&report);
    let (report, _) = edited(known(Content::Location { latitude: 1.0, longitude: 1.0 }), []).await;
    failure(&report);
    assert!(bot.fake.calls().is_empty());
}

fn multipart(call: &Call) -> String {
    String::from_utf8_lossy(&call.bytes).into_owned()
}

#[tokio::test]
async fn each_type_has_its_upload() {
    let photos = json!({ "photos": { "b7": { "token": "photo-token" } } });
    for (content, kind, uploaded, token) in [
        (Content::Picture(kept("a.jpg", "image/jpeg")), "image", Some(photos), "photo-token"),
        (Content::Video(kept("a.mp4", "video/mp4")), "video", None, "token-of-place"),
        (Content::Voice(kept("a.ogg", "audio/ogg")), "audio", None, "token-of-place"),
        (Content::File(kept("a.pdf", "application/pdf")), "file", None, "token-of-upload"),
    ] {
        let bot = TestBot::new([]).await;
        if let Some(uploaded) = uploaded {
            bot.fake.answers("", Answer::Json(200, json!({ "url": fake::place(&bot.fake.base) })));
            bot.fake.answers("", Answer::Json(200, uploaded));
        }
        taken(&bot.send(message(content)).await);
        let calls = bot.fake.calls();
        assert_eq!(calls[0].line(), format!("POST /uploads?type={kind}"));
        assert_eq!((calls[1].line().as_str(), &calls[1].authorization), ("POST /upload/1", &None), "no token there");
        let form = multipart(&calls[1]);
        assert!(form.contains("name=\"data\"") && form.contains("the bytes of a file"), "{form}");
        assert_eq!(
            calls[2].body(),
            json!({ "text": "", "attachments": [{ "type": kind, "payload": { "token": token } }] })
        );
    }
}

#[tokio::test]
async fn a_caption_is_sent_together_with_its_file() {
    let media = Media { text: Some("signed".to_owned()), ..kept("a.pdf", "application/pdf") };
    let (_, bot) = sent(message(Content::File(media)), []).await;
    assert_eq!(bot.body(2)["text"], "signed");
}

#[tokio::test]
async fn a_file_that_is_not_ready_is_sent_later_and_not_uploaded_again() {
    let bot = TestBot::new([]).await;
    let file = || message(Content::Video(kept("a.mp4", "video/mp4")));
    for answer in [
        Answer::Json(200, json!({ "url": fake::place(&bot.fake.base), "token": "t" })),
        Answer::Text(200, "<retval>1</retval>"),
    ] {
        bot.fake.answers("", answer);
    }
    for seconds in [1, 2, 4] {
        bot.fake.answers("", fake::refused(400, "attachment.not.ready", "not processed"));
        let report = bot.send(file()).await;
        let after = Some(Duration::from_secs(seconds));
        assert_eq!(report.verdict, Verdict::Retry { after, whole_target: false });
    }
    taken(&bot.send(file()).await);
    let uploads = bot.fake.lines().iter().filter(|line| line.starts_with("POST /upload/")).count();
    assert_eq!((uploads, bot.fake.lines().len()), (1, 6));
}

#[tokio::test]
async fn a_token_that_ended_is_replaced_and_an_odd_format_is_a_document() {
    let bot = TestBot::new([]).await;
    let picture = || message(Content::Picture(kept("a.jpg", "image/jpeg")));
    taken(&bot.send(picture()).await);
    bot.fake.answers("", fake::refused(400, "proto.payload", "Invalid photo token provided: x"));
    taken(&bot.send(picture()).await);
    let uploads = bot.fake.lines().iter().filter(|line| line.starts_with("POST /upload/")).count();
    assert_eq!(uploads, 2, "{:?}", bot.fake.lines());
    let bot = TestBot::new([]).await;
    bot.fake.answers("", Answer::Json(200, json!({ "url": fake::place(&bot.fake.base) })));
    bot.fake.answers("", fake::refused(400, "", "File extension is not supported"));
    taken(&bot.send(picture()).await);
    assert_eq!(bot.fake.lines()[2], "POST /uploads?type=file");
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_done_again() {
    let bot = TestBot::new([]).await;
    bot.fake.answers("", Answer::Json(200, json!({ "url": fake::place(&bot.fake.base) })));
    bot.fake.answers("", Answer::Reset);
    let report = bot.send(message(Content::File(kept("a.pdf", "application/pdf")))).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false }, "no message was sent");
}

#[tokio::test]
async fn a_file_host_that_refuses_refuses_the_file() {
    let refused_by = async |content: Content, status: u16| {
        let bot = TestBot::new([]).await;
        bot.fake.answers("", Answer::Json(200, json!({ "url": fake::place(&bot.fake.base) })));
        bot.fake.answers("", Answer::Text(status, "<html>"));
        (bot.send(message(content)).await, bot)
    };
    let file = || Content::File(kept("a.pdf", "application/pdf"));
    for status in [400, 404, 413, 414, 415, 422] {
        let (report, bot) = refused_by(file(), status).await;
        assert_eq!((failure(&report).amocrm_code(), bot.fake.lines().len()), (905, 2), "{status}");
        let Verdict::Bury(refused) = report.verdict else { panic!("{status}") };
        assert!(refused.text.ends_with("Send a link to it."), "{status}: it is a document already: {}", refused.text);
    }
    for status in [401, 403, 408, 429, 502] {
        let (report, _) = refused_by(file(), status).await;
        assert!(matches!(report.verdict, Verdict::Retry { .. }), "{status}: {report:?}");
    }
    let (report, bot) = refused_by(Content::Picture(kept("a.jpg", "image/jpeg")), 400).await;
    taken(&report);
    assert_eq!(bot.fake.lines()[2], "POST /uploads?type=file");
}

#[tokio::test]
async fn a_file_that_is_not_stored_here_is_its_link() {
    let media = Media { media_id: None, ..kept("a.pdf", "application/pdf") };
    let (_, bot) = sent(message(Content::File(media)), []).await;
    assert_eq!(bot.body(0), json!({ "text": "a.pdf\nhttps://parom.example/media/t/a.pdf" }));
}

fn buttons(rows: &[&[(&str, Option<&str>)]]) -> Option<Markup> {
    let button = |(text, url): &(&str, Option<&str>)| Button { text: (*text).to_owned(), url: url.map(str::to_owned) };
    Some(Markup::Buttons(rows.iter().map(|row| row.iter().map(button).collect()).collect()))
}

#[tokio::test]
async fn each_kind_is_one_request() {
    for (content, body) in [
        (text("Hi"), json!({ "text": "Hi" })),
        (
            Content::Location { latitude: 1.5, longitude: 2.5 },
            json!({ "text": "", "attachments": [{ "type": "location", "latitude": 1.5, "longitude": 2.5 }] }),
        ),
        (
            Content::Contact { name: "Ann".to_owned(), phone: "+7701".to_owned() },
            json!({ "text": "", "attachments": [{ "type": "contact", "payload": { "name": "Ann", "vcf_phone": "+7701" } }] }),
        ),
    ] {
        let (report, bot) = sent(message(content), []).await;
        assert_eq!(taken(&report).external_id.as_deref(), Some("mid.101"));
        let call = bot.fake.call();
        assert_eq!((call.line().as_str(), call.body()), ("POST /messages?chat_id=880011223", body));
        assert_eq!(call.authorization.as_deref(), Some("CANARY-token"));
    }
}

#[tokio::test]
async fn acceptance_counts_as_delivery_if_the_source_is_set_to_it() {
    let (report, mut bot) = sent(message(text("Hi")), []).await;
    assert_eq!(taken(&report).state, Some(State::Delivered));
    bot.settings.public = json!({ "delivered_on_accept": false });
    assert_eq!(taken(&bot.send(message(text("Hi"))).await).state, Some(State::Sent));
}

#[tokio::test]
async fn buttons_and_lists_are_keyboards() {
    let asked =
        Message { markup: buttons(&[&[("Yes", None), ("Site", Some("https://acme.test"))]]), ..message(text("?")) };
    let (_, bot) = sent(asked, []).await;
    let keyboard = bot.body(0)["attachments"][0].clone();
    assert_eq!(keyboard["type"], "inline_keyboard");
    assert_eq!(
        keyboard["payload"]["buttons"][0][1],
        json!({ "type": "link", "text": "Site", "url": "https://acme.test" })
    );
    let row = Row { id: "a".to_owned(), title: "Tea".to_owned(), description: String::new() };
    let list = List {
        header: "Menu".to_owned(),
        body: "Choose".to_owned(),
        sections: vec![Section { title: String::new(), rows: vec![row] }],
        ..List::default()
    };
    let listed = Message { markup: Some(Markup::List(list)), ..message(text("Choose")) };
    let (_, bot) = sent(listed, []).await;
    assert_eq!(bot.body(0)["text"], "Menu\nChoose");
    assert_eq!(bot.body(0)["attachments"][0]["payload"]["buttons"][0][0]["text"], "Tea");
    let odd = Message { markup: buttons(&[&[("Call", Some("tel:+7701"))]]), ..message(text("?")) };
    let (_, bot) = sent(odd, []).await;
    assert_eq!(bot.body(0), json!({ "text": "?\n\n• Call – tel:+7701" }), "a link that MAX has no button for");
}

#[tokio::test]
async fn a_quote_is_a_link_and_a_foreign_quote_becomes_text() {
    let quote = |external_id: Option<&str>| {
        Some(Quote { external_id: external_id.map(str::to_owned), content: Some(text("When?")), ..Quote::default() })
    };
    let (_, bot) = sent(Message { reply_to: quote(Some("mid.5#2")), ..message(text("Now")) }, []).await;
    assert_eq!(bot.body(0), json!({ "text": "Now", "link": { "type": "reply", "mid": "mid.5" } }));
    for unknown in [None, Some("0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001"), Some("callback:f9LH:1:2")] {
        let (_, bot) = sent(Message { reply_to: quote(unknown), ..message(text("Now")) }, []).await;
        assert_eq!(bot.body(0), json!({ "text": "> When?\n\nNow" }));
    }
}

#[tokio::test]
async fn typing_is_shown_and_reactions_are_nothing() {
    let bot = TestBot::new([]).await;
    let typing = Event::Typing { sender: Person::default(), until: DateTime::UNIX_EPOCH };
    taken(&bot.send_to(CHAT, typing.clone()).await);
    taken(&bot.send_to(COMMENTS, typing).await);
    let reaction = Event::Reaction {
        message: crate::MessageIds { id: Uuid::nil(), external_id: None },
        sender: Person::default(),
        emoji: Some("👍".to_owned()),
    };
    taken(&bot.send_to(CHAT, reaction).await);
    let call = bot.fake.call();
    assert_eq!(
        (call.line().as_str(), call.body()),
        ("POST /chats/880011223/actions", json!({ "action": "typing_on" }))
    );
}

#[tokio::test]
async fn an_answered_message_is_marked_as_seen() {
    let bot = TestBot::new([]).await;
    let last = |mid: &str| Some(LastIncoming { external_id: mid.to_owned(), at: DateTime::UNIX_EPOCH });
    let to = |conversation: &str, mid: &str| Outgoing {
        conversation_id: conversation.to_owned(),
        last_incoming: last(mid),
        ..outgoing(Event::Created(Box::new(message(text("Hi")))))
    };
    for letter in [to(CHAT, "mid.1"), to(CHAT, "mid.1"), to(CHAT, "mid.2"), to(COMMENTS, "mid.3")] {
        send(&fake::api(&bot.fake.base), &bot.memory, &bot.settings, &letter).await;
    }
    let actions = bot.fake.calls().into_iter().filter(|call| call.line().ends_with("/actions"));
    let seen: Vec<_> = actions.map(|call| (call.line().clone(), call.body())).collect();
    let once = ("POST /chats/880011223/actions".to_owned(), json!({ "action": "mark_seen" }));
    assert_eq!(seen, [once.clone(), once], "once for each message of the customer, and no comment");
}

async fn refused(status: u16, code: &str, message_of_max: &str) -> Report {
    sent(message(text("Hi")), [fake::refused(status, code, message_of_max)]).await.0
}

#[tokio::test]
async fn customers_who_cannot_be_reached_are_reported() {
    let stopped = refused(403, "chat.denied", "Key: error.dialog.suspended, args: [228532008,].").await;
    assert_eq!(failure(&stopped), FailureCode::RecipientBlocked);
    assert_eq!(failure(&refused(404, "dialog.not.found", "").await), FailureCode::RecipientUnreachable);
    assert_eq!(failure(&refused(400, "proto.payload", "something new").await), FailureCode::Rejected);
    let bot = TestBot::new([]).await;
    let report = bot.send_to("", Event::Started(Box::new(message(text("Hi"))))).await;
    assert_eq!(failure(&report), FailureCode::RecipientUnreachable);
    assert!(bot.fake.calls().is_empty());
}

#[tokio::test]
async fn a_token_that_is_not_valid_pauses_the_source() {
    for status in [401, 403] {
        assert_eq!(refused(status, "verify.token", "Invalid access_token").await.verdict, Verdict::Pause);
    }
    let mut bot = TestBot::new([]).await;
    bot.settings.secrets.clear();
    assert_eq!(bot.send(message(text("Hi"))).await.verdict, Verdict::Pause);
}

#[tokio::test]
async fn limits_hold_the_whole_bot_and_failures_one_message() {
    let after = |seconds| Some(Duration::from_secs(seconds));
    let (report, _) = sent(message(text("Hi")), [fake::limited(7)]).await;
    assert_eq!(report.verdict, Verdict::Retry { after: after(7), whole_target: true });
    let report = refused(429, "too.many.requests", "").await;
    assert_eq!(report.verdict, Verdict::Retry { after: after(1), whole_target: true });
    let (report, _) = sent(message(text("Hi")), [Answer::Text(503, "<html>")]).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false });
}

#[tokio::test]
async fn a_message_that_may_have_arrived_is_unknown() {
    for answer in [Answer::Reset, Answer::Text(200, "<html>")] {
        assert_eq!(sent(message(text("Hi")), [answer]).await.0.verdict, Verdict::Unknown);
    }
}

#[tokio::test]
async fn requests_are_changed_as_the_catalog_says() {
    let quoted = Message {
        reply_to: Some(Quote { external_id: Some("mid.5".to_owned()), ..Quote::default() }),
        ..message(text("Hi"))
    };
    let no_quote = fake::refused(400, "proto.payload", "Invalid message_id: mid.5");
    let (report, bot) = sent(quoted, [no_quote]).await;
    taken(&report);
    assert_eq!(bot.body(1), json!({ "text": "Hi" }));
    let button = Button { text: "Yes".to_owned(), url: None };
    let asked = Message { markup: Some(Markup::Buttons(vec![vec![button]])), ..message(text("?")) };
    let no_buttons = fake::refused(400, "proto.payload", "Row of buttons must have at most 7");
    let (_, bot) = sent(asked, [no_buttons]).await;
    assert_eq!(bot.body(1), json!({ "text": "?\n\n• Yes" }));
    let long = fake::refused(400, "proto.payload", "Field 'text' size (3000) must be at most 2000");
    let (_, bot) = sent(message(text(&"word ".repeat(600))), [long]).await;
    assert_eq!(bot.fake.lines().len(), 3, "in two parts");
    let card = message(Content::Contact { name: "Ann".to_owned(), phone: "+7701".to_owned() });
    let no_card = || fake::refused(400, "proto.payload", "Invalid contact");
    let (report, bot) = sent(card.clone(), [no_card()]).await;
    taken(&report);
    assert!(bot.body(1)["text"].as_str().unwrap().contains("+7701"));
    let (report, bot) = sent(card, [no_card(), no_card()]).await;
    assert_eq!((failure(&report), bot.fake.lines().len()), (FailureCode::Rejected, 2), "once");
}

#[tokio::test]
async fn nothing_is_not_sent() {
    let (report, bot) = sent(message(text("  ")), []).await;
    assert_eq!((failure(&report), bot.fake.calls().len()), (FailureCode::Rejected, 0));
}

#[tokio::test]
async fn the_token_is_nowhere_in_a_report() {
    let said = fake::refused(400, "proto.payload", "of CANARY-token");
    let report = sent(message(text("Hi")), [said]).await.0;
    assert!(!format!("{report:?}").contains("CANARY"), "{report:?}");
}

/// Whatever a gateway answers in the messenger's place: no message is lost, and no source stopped.
#[tokio::test]
async fn a_gateways_page_is_no_verdict() {
    tests::gateway_pages(&[404], async |answer| sent(message(text("Hi")), [answer]).await.0).await;
}

#[tokio::test]
async fn a_part_is_not_sent_again_because_the_next_was_refused() {
    let accepted = Answer::Json(200, json!({ "message": { "body": { "mid": "mid.1" } } }));
    let long = fake::refused(400, "proto.payload", "Field 'text' size (3000) must be at most 2000");
    let bot = TestBot::new([long, accepted, fake::limited(7)]).await;
    let texts = "word ".repeat(600);
    let send = async |next: &Outgoing| send(&fake::api(&bot.fake.base), &bot.memory, &bot.settings, next).await;
    let whole = outgoing(Event::Created(Box::new(message(text(&texts)))));
    assert_eq!(tests::attempts(whole, 3, send).await, ["onward", "retry", "done"]);
    let said = |call: usize| bot.body(call)["text"].as_str().unwrap().to_owned();
    assert_eq!(said(2), said(3));
    assert_eq!(format!("{}{}", said(1), said(3)).trim(), texts.trim());
}
