//! What the contract does not show of sending to MAX: the requests after a refusal, and the meaning of MAX's answers.

use std::time::Duration;

use base::message::{Button, Content, FailureCode, Markup, Media, Post, Quote, State};
use chrono::DateTime;
use serde_json::{Value, json};

use super::*;
use crate::fake::{Answer, Fake};
use crate::max::fake;
use crate::tests::{self, failure, kept, message, taken, text};
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
        let settings =
            Settings { public: json!({}), secrets: [("bot_token".to_owned(), "CANARY-token".into())].into() };
        Self { fake: fake::start(answers).await, memory: Memory::default(), settings }
    }

    async fn try_once(&self, outgoing: &Outgoing) -> Report {
        send(&fake::api(&self.fake.base), &self.memory, &self.settings, outgoing).await
    }

    async fn send_to(&self, conversation: &str, event: Event) -> Report {
        let outgoing = tests::outgoing(conversation, event, tests::ONE_FILE);
        tests::to_the_end(outgoing, async |next: &Outgoing| self.try_once(next).await).await
    }

    async fn send(&self, message: Message) -> Report {
        self.send_to(CHAT, created(message)).await
    }

    fn body(&self, call: usize) -> Value {
        self.fake.calls()[call].body()
    }

    fn uploads(&self) -> usize {
        self.fake.lines().iter().filter(|line| line.starts_with("POST /upload/")).count()
    }

    /// The next call asks where to upload, and gets a place.
    fn gives_place(&self) {
        self.fake.answers("", Answer::Json(200, json!({ "url": fake::place(&self.fake.base) })));
    }
}

fn created(message: Message) -> Event {
    Event::Created(Box::new(message))
}

/// Sends one message; returns the report and the bot with the recorded calls.
async fn sent(message: Message, answers: impl IntoIterator<Item = Answer>) -> (Report, TestBot) {
    let bot = TestBot::new(answers).await;
    let report = bot.send(message).await;
    (report, bot)
}

fn wrong(text: &str) -> Answer {
    fake::refused(400, "proto.payload", text)
}

fn quote(id: &str) -> Option<Quote> {
    Some(Quote { external_id: Some(id.to_owned()), content: Some(text("When?")), ..Quote::default() })
}

fn file() -> Content {
    Content::File(kept("a.pdf", "application/pdf"))
}

fn picture() -> Content {
    Content::Picture(kept("a.jpg", "image/jpeg"))
}

#[tokio::test]
async fn an_edit_keeps_the_attachments() {
    let known = |content| Message { external_id: Some("mid.5".to_owned()), ..message(content) };
    let edit = async |message, answers: Vec<Answer>| {
        let bot = TestBot::new(answers).await;
        (bot.send_to(CHAT, Event::Edited(Box::new(message))).await, bot)
    };
    let captioned = Content::File(Media { text: Some("new".to_owned()), ..kept("a.pdf", "application/pdf") });
    for content in [text("new"), captioned] {
        // Any success counts.
        let (report, bot) = edit(known(content), vec![Answer::Text(200, "OK")]).await;
        taken(&report);
        let call = bot.fake.call();
        assert_eq!((call.line().as_str(), call.body()), ("PUT /messages?message_id=mid.5", json!({ "text": "new" })));
    }
    let comment = Message { post: Some(Post { id: "mid.9".to_owned(), ..Post::default() }), ..known(text("new")) };
    assert_eq!(edit(comment, Vec::new()).await.1.fake.lines(), ["PUT /messages/mid.9/comments?comment_id=mid.5"]);
    let old = Answer::Json(200, json!({ "success": false, "message": "Message is too old to be edited" }));
    failure(&edit(known(text("new")), vec![old]).await.0);
    for impossible in [message(text("new")), known(Content::Location { latitude: 1.0, longitude: 1.0 })] {
        let (report, bot) = edit(impossible, Vec::new()).await;
        failure(&report);
        assert!(bot.fake.calls().is_empty());
    }
}

#[tokio::test]
async fn a_file_that_is_not_ready_is_sent_later_and_not_uploaded_again() {
    let bot = TestBot::new([]).await;
    let video = || message(Content::Video(kept("a.mp4", "video/mp4")));
    bot.fake.answers("", Answer::Json(200, json!({ "url": fake::place(&bot.fake.base), "token": "t" })));
    bot.fake.answers("", Answer::Text(200, "<retval>1</retval>"));
    for seconds in [1, 2, 4] {
        bot.fake.answers("", fake::refused(400, "attachment.not.ready", "not processed"));
        let after = Some(Duration::from_secs(seconds));
        assert_eq!(bot.send(video()).await.verdict, Verdict::Retry { after, whole_target: false });
    }
    taken(&bot.send(video()).await);
    assert_eq!((bot.uploads(), bot.fake.lines().len()), (1, 6));
}

#[tokio::test]
async fn a_token_that_ended_is_replaced_and_an_odd_format_is_a_document() {
    let bot = TestBot::new([]).await;
    taken(&bot.send(message(picture())).await);
    bot.fake.answers("", wrong("Invalid photo token provided: x"));
    taken(&bot.send(message(picture())).await);
    assert_eq!(bot.uploads(), 2, "{:?}", bot.fake.lines());
    for refusal in [fake::refused(400, "", "File extension is not supported"), Answer::Text(400, "<html>")] {
        let bot = TestBot::new([]).await;
        bot.gives_place();
        bot.fake.answers("", refusal);
        taken(&bot.send(message(picture())).await);
        assert_eq!(bot.fake.lines()[2], "POST /uploads?type=file");
    }
    for (status, is_file) in
        [(400, true), (404, true), (413, true), (422, true), (401, false), (403, false), (429, false), (502, false)]
    {
        let bot = TestBot::new([]).await;
        bot.gives_place();
        bot.fake.answers("", Answer::Text(status, "<html>"));
        let report = bot.send(message(file())).await;
        match report.verdict {
            Verdict::Bury(refused) => assert!(is_file && refused.text.ends_with("Send a link to it."), "{status}"),
            Verdict::Retry { .. } => assert!(!is_file, "{status}"),
            other => panic!("{status}: {other:?}"),
        }
    }
    let bot = TestBot::new([]).await;
    bot.gives_place();
    bot.fake.answers("", Answer::Reset);
    let report = bot.send(message(file())).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false }, "no message was sent");
}

#[tokio::test]
async fn acceptance_counts_as_delivery_if_the_source_is_set_to_it() {
    let (report, mut bot) = sent(message(text("Hi")), []).await;
    assert_eq!(taken(&report).state, Some(State::Delivered));
    bot.settings.public = json!({ "delivered_on_accept": false });
    assert_eq!(taken(&bot.send(message(text("Hi"))).await).state, Some(State::Sent));
}

#[tokio::test]
async fn an_answered_message_is_marked_as_seen() {
    let bot = TestBot::new([]).await;
    for (conversation, mid) in [(CHAT, "mid.1"), (CHAT, "mid.1"), (CHAT, "mid.2"), (COMMENTS, "mid.3")] {
        let last = Some(LastIncoming { external_id: mid.to_owned(), at: DateTime::UNIX_EPOCH });
        let letter = tests::outgoing(conversation, created(message(text("Hi"))), tests::ONE_FILE);
        bot.try_once(&Outgoing { last_incoming: last, ..letter }).await;
    }
    let actions = bot.fake.calls().into_iter().filter(|call| call.line().ends_with("/actions"));
    let seen: Vec<_> = actions.map(|call| call.body()).collect();
    assert_eq!(
        seen,
        vec![json!({ "action": "mark_seen" }); 2],
        "once for each message of the customer, and no comment"
    );
}

#[tokio::test]
async fn each_answer_has_its_verdict() {
    let suspended = fake::refused(403, "chat.denied", "Key: error.dialog.suspended, args: [228532008,].");
    let rows = [
        (suspended, Err(FailureCode::RecipientBlocked)),
        (wrong("something new of CANARY-token"), Err(FailureCode::Rejected)),
        (fake::refused(403, "verify.token", "Invalid access_token"), Ok(Verdict::Pause)),
        (fake::limited(7), tests::retry(Some(7), true)),
        (fake::refused(429, "too.many.requests", ""), tests::retry(Some(1), true)),
    ];
    let send = async |answer| sent(message(text("Hi")), [answer]).await.0;
    tests::answers_mean(rows, send).await;
    tests::weather(&[404], send).await;
    let mut bot = TestBot::new([]).await;
    let nobody = bot.send_to("", Event::Started(Box::new(message(text("Hi"))))).await;
    assert_eq!(failure(&nobody).0, FailureCode::RecipientUnreachable);
    assert_eq!(failure(&bot.send(message(text("  "))).await).0, FailureCode::Rejected);
    bot.settings.secrets.clear();
    assert_eq!(bot.send(message(text("Hi"))).await.verdict, Verdict::Pause);
    assert!(bot.fake.calls().is_empty());
}

#[tokio::test]
async fn requests_are_changed_as_the_catalog_says() {
    let markup = Some(Markup::Buttons(vec![vec![Button { text: "Yes".to_owned(), url: None }]]));
    let card = || message(Content::Contact { name: "Ann".to_owned(), phone: "+7701".to_owned() });
    for (message, refusal, said) in [
        (Message { reply_to: quote("mid.5"), ..message(text("Hi")) }, "Invalid message_id: mid.5", "Hi"),
        (Message { markup, ..message(text("?")) }, "Row of buttons must have at most 7", "?\n\n• Yes"),
        (card(), "Invalid contact", "Contact: Ann, +7701"),
    ] {
        let (report, bot) = sent(message, [wrong(refusal)]).await;
        taken(&report);
        assert_eq!(bot.body(1), json!({ "text": said }));
    }
    let elsewhere = Content::File(Media { media_id: None, ..kept("a.pdf", "application/pdf") });
    let (_, bot) = sent(message(elsewhere), []).await;
    assert_eq!(bot.body(0), json!({ "text": "a.pdf\nhttps://parom.example/media/t/a.pdf" }));
    let (report, bot) = sent(card(), [wrong("Invalid contact"), wrong("Invalid contact")]).await;
    assert_eq!((failure(&report).0, bot.fake.lines().len()), (FailureCode::Rejected, 2), "once");
}

#[tokio::test]
async fn a_part_is_not_sent_again_because_the_next_was_refused() {
    let accepted = Answer::Json(200, json!({ "message": { "body": { "mid": "mid.1" } } }));
    let long = wrong("Field 'text' size (3000) must be at most 2000");
    let bot = TestBot::new([long, accepted, fake::limited(7)]).await;
    let texts = "word ".repeat(600);
    let whole = tests::outgoing(CHAT, created(message(text(&texts))), tests::ONE_FILE);
    let outcomes = tests::attempts(whole, 3, async |next: &Outgoing| bot.try_once(next).await).await;
    assert_eq!(outcomes, ["onward", "retry", "done"]);
    let said = |call: usize| bot.body(call)["text"].as_str().unwrap().to_owned();
    assert_eq!(said(2), said(3));
    assert_eq!(format!("{}{}", said(1), said(3)).trim(), texts.trim());
}
