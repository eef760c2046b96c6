//! Requests to Telegram that the contract does not see, and the meaning of its answers.

use std::collections::BTreeMap;

use base::message::{Button, Content, FailureCode, List, Markup, Media, Person, Quote, Row, Section};
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::fake::{Answer, Fake};
use crate::telegram::fake;
use crate::tests::{self, BYTES, failure, kept, message, taken, text};
use crate::{Message, MessageIds};

const TOKEN: &str = "7100000001:CANARY_canary_CANARY_canary_CANARY";

/// A bot with its settings and rate memory.
struct TestBot {
    fake: Fake,
    api: BotApi,
    memory: BotStates,
    settings: Settings,
}

impl TestBot {
    async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let fake = fake::start(answers).await;
        let api = BotApi::new(&crate::fake::http(), &fake.base);
        let secrets = BTreeMap::from([("bot_token".to_owned(), SecretString::from(TOKEN))]);
        let public = json!({ "facts": { "business": { "42": "conn-7" } } });
        Self { fake, api, memory: BotStates::default(), settings: Settings { public, secrets } }
    }

    async fn send(&self, outgoing: Outgoing) -> Report {
        let send = async |next: &Outgoing| send(&self.api, &self.memory, &self.settings, next).await;
        tests::to_the_end(outgoing, send).await
    }

    /// The parameters of a call.
    fn given(&self, call: usize) -> Value {
        Value::Object(self.fake.calls()[call].parameters.clone())
    }
}

fn created(message: Message) -> Outgoing {
    tests::outgoing("5512345678", Event::Created(Box::new(message)), tests::ONE_FILE)
}

/// A text to this conversation, so many seconds later.
fn to(conversation: &str, seconds: i64) -> Outgoing {
    let outgoing = created(message(text("x")));
    let now = outgoing.now + chrono::Duration::seconds(seconds);
    Outgoing { conversation_id: conversation.to_owned(), now, ..outgoing }
}

/// Sends one message; returns the report and the bot with the recorded calls.
async fn sent(message: Message, answers: impl IntoIterator<Item = Answer>) -> (Report, TestBot) {
    let bot = TestBot::new(answers).await;
    let report = bot.send(created(message)).await;
    (report, bot)
}

fn refused(description: &str) -> Answer {
    fake::refused(400, &format!("Bad Request: {description}"))
}

fn captioned(name: &str, mime: &str) -> Media {
    Media { text: Some("Look".into()), ..kept(name, mime) }
}

fn picture() -> Content {
    Content::Picture(captioned("a.jpg", "image/jpeg"))
}

fn shop() -> Option<Markup> {
    Some(Markup::Buttons(vec![vec![Button { text: "Shop".into(), url: Some("https://x".into()) }]]))
}

fn quoting(id: Option<&str>, content: &str) -> Message {
    let asked = Some(text("Is it blue?"));
    let quote = Quote { external_id: id.map(str::to_owned), content: asked, ..Quote::default() };
    Message { reply_to: Some(quote), ..message(text(content)) }
}

/// A message's last request: its method, a pointer into its parameters, and the value there.
#[tokio::test]
async fn what_has_no_form_of_its_own_is_sent_in_another() {
    let many = Markup::Buttons((0..101).map(|_| vec![Button { text: "Size".into(), url: None }]).collect());
    let row = |id: &str| Row { id: id.into(), title: id.to_uppercase(), ..Row::default() };
    let sections = vec![Section { title: "All".into(), rows: vec![row("s"), row("m")] }];
    let list = List { header: "Sizes".into(), body: "Which one?".into(), sections, ..List::default() };
    let lines = format!("Which?\n\n{}", ["• Size"; 101].join("\n"));
    let person = |name: &str, phone: &str| Content::Contact { name: name.into(), phone: phone.into() };
    let passed = Media { media_id: None, ..kept("a.jpg", "image/jpeg") };
    let address = "https://parom.example/media/t/a.jpg";
    let above = "> Is it blue?\n\nYes";
    let long = "x".repeat(4096);
    for (message, method, pointer, value) in [
        (
            message(Content::File(kept("a.pdf", "application/pdf"))),
            "sendDocument",
            "/disable_content_type_detection",
            json!(true),
        ),
        (
            message(Content::Picture(kept("a.jpg", "image/jpeg"))),
            "sendPhoto",
            "/disable_content_type_detection",
            Value::Null,
        ),
        (message(Content::Picture(passed)), "sendPhoto", "/photo", json!(address)),
        (message(Content::Sticker(captioned("a", "image/webp"))), "sendMessage", "/text", json!("Look")),
        (message(person("", "+79151112233")), "sendContact", "/first_name", json!("+79151112233")),
        (Message { markup: Some(many), ..message(text("Which?")) }, "sendMessage", "/text", json!(lines)),
        // In the list's order, and nothing twice.
        (
            Message { markup: Some(Markup::List(list)), ..message(text("Which one?")) },
            "sendMessage",
            "/text",
            json!("Sizes\nWhich one?"),
        ),
        (quoting(None, "Yes"), "sendMessage", "/text", json!(above)),
        (quoting(Some("999:4101"), "Yes"), "sendMessage", "/text", json!(above)),
        (quoting(Some("b42/5512345678:4101"), "Yes"), "sendMessage", "/text", json!(above)),
        // The message goes before its quote.
        (quoting(None, &long), "sendMessage", "/text", json!(long)),
    ] {
        let (report, bot) = sent(message, []).await;
        taken(&report);
        let call = bot.fake.calls().pop().unwrap();
        let parameters = Value::Object(call.parameters.clone());
        assert_eq!((call.name(), parameters.pointer(pointer).unwrap_or(&Value::Null)), (method, &value));
    }
    let large = Media { file_size: 2001 * 1024 * 1024, ..captioned("a.mp4", "video/mp4") };
    for (content, part) in
        [(Content::Video(large), "https://parom.example/media/t/a.mp4"), (person("Anna", ""), "Anna")]
    {
        let (_, bot) = sent(message(content), []).await;
        assert!(bot.fake.call().name() == "sendMessage" && bot.given(0)["text"].as_str().unwrap().contains(part));
    }
}

#[tokio::test]
async fn a_topic_and_a_business_chat_are_addressed() {
    let bot = TestBot::new([]).await;
    for (conversation, id, asked) in [
        ("-1002233/14", "-1002233:101", json!({ "chat_id": -1_002_233, "message_thread_id": 14, "text": "x" })),
        ("b42/55", "b42/55:102", json!({ "chat_id": 55, "business_connection_id": "conn-7", "text": "x" })),
    ] {
        let report = bot.send(to(conversation, 0)).await;
        assert_eq!(taken(&report).external_id.as_deref(), Some(id));
        assert_eq!(bot.given(bot.fake.calls().len() - 1), asked);
    }
}

#[tokio::test]
async fn a_reaction_that_telegram_does_not_know_is_left_out() {
    let reaction = |external_id: &str, emoji: &str| {
        let message = MessageIds { id: Uuid::from_u128(1), external_id: Some(external_id.to_owned()) };
        let event = Event::Reaction { message, sender: Person::default(), emoji: Some(emoji.to_owned()) };
        Outgoing { event, ..created(crate::tests::message(text("x"))) }
    };
    let bot = TestBot::new([refused("REACTION_INVALID")]).await;
    for (id, emoji) in
        [("5512345678:7", "🦖"), ("b42/5512345678:7", "👍"), ("0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001", "👍")]
    {
        taken(&bot.send(reaction(id, emoji)).await);
    }
    assert!(bot.fake.calls().is_empty());
    taken(&bot.send(reaction("5512345678:7", "👍")).await);
    assert_eq!(bot.fake.calls().len(), 1, "refused in this chat: there is nothing left to do");
}

#[tokio::test]
async fn texts_and_captions_are_edited() {
    let edited = |content: Content, id: Option<&str>| {
        let message = Message { external_id: id.map(str::to_owned), ..message(content) };
        Outgoing { event: Event::Edited(Box::new(message)), ..created(crate::tests::message(text("x"))) }
    };
    let id = Some("5512345678:7");
    for (content, method, field) in
        [(text("Look"), "editMessageText", "text"), (picture(), "editMessageCaption", "caption")]
    {
        let bot = TestBot::new([]).await;
        taken(&bot.send(edited(content, id)).await);
        assert_eq!(bot.fake.call().name(), method);
        assert_eq!((&bot.given(0)["message_id"], &bot.given(0)[field]), (&json!(7), &json!("Look")));
    }
    let bot = TestBot::new(["message is not modified: x", "message to edit not found"].map(refused)).await;
    for _ in 0..2 {
        taken(&bot.send(edited(text("new"), id)).await);
    }
    let place = Content::Location { latitude: 1.0, longitude: 2.0 };
    for (content, id) in [(place, id), (text("new"), None)] {
        assert_eq!(failure(&bot.send(edited(content, id)).await).0, FailureCode::Rejected);
    }
}

/// Telegram's answer to an uploaded picture.
fn posted(id: &str) -> Answer {
    let sizes = json!([{ "file_id": "small" }, { "file_id": id }]);
    Answer::Json(200, json!({ "ok": true, "result": { "message_id": 101, "date": 1, "photo": sizes } }))
}

fn named(name: &str) -> Outgoing {
    created(message(Content::Picture(kept(name, "image/jpeg"))))
}

#[tokio::test]
async fn the_same_file_is_not_uploaded_twice() {
    let mut bot = TestBot::new([posted("large")]).await;
    for name in ["a.jpg", "a.jpg", "b.jpg"] {
        taken(&bot.send(named(name)).await);
    }
    // A `file_id` is valid for its own bot only.
    let other = SecretString::from(TOKEN.replace("7100000001", "7100000002"));
    bot.settings.secrets.insert("bot_token".to_owned(), other);
    taken(&bot.send(named("a.jpg")).await);
    let uploads: Vec<_> = bot.fake.calls().iter().map(|call| call.file.is_some()).collect();
    assert_eq!(uploads, [true, false, true, true], "another name is another file");
    assert_eq!(bot.given(1)["photo"], "large");
}

#[tokio::test]
async fn a_file_that_telegram_has_forgotten_is_uploaded_again() {
    let forgotten = refused("wrong file identifier/HTTP URL specified");
    let blocked = fake::refused(403, "Forbidden: bot was blocked by the user");
    let bot = TestBot::new([posted("old"), forgotten, posted("new"), blocked]).await;
    for _ in 0..2 {
        taken(&bot.send(named("a.jpg")).await);
    }
    assert_eq!(failure(&bot.send(named("a.jpg")).await).0, FailureCode::RecipientBlocked);
    let uploads: Vec<_> = bot.fake.calls().iter().map(|call| call.file.is_some()).collect();
    assert_eq!(uploads, [true, false, true, false], "refused, uploaded, known again, and no file for a blocked chat");
    assert_eq!(bot.given(3)["photo"], "new");
}

/// A message, Telegram's refusals, and the methods that are called until it is sent.
#[tokio::test]
async fn a_picture_becomes_a_document_and_then_a_link() {
    let voice = || Content::Voice(kept("a.ogg", "audio/ogg"));
    let passed = || Content::Picture(Media { media_id: None, ..captioned("a.jpg", "image/jpeg") });
    let everything =
        || Message { reply_to: quoting(Some("5512345678:7"), "").reply_to, markup: shop(), ..message(picture()) };
    let broken = "PHOTO_INVALID_DIMENSIONS";
    for (message, refusals, methods) in [
        (message(picture()), vec![broken], vec!["sendPhoto", "sendDocument"]),
        (message(picture()), vec!["IMAGE_PROCESS_FAILED"], vec!["sendPhoto", "sendDocument"]),
        (message(picture()), vec!["wrong type of the web page content"], vec!["sendPhoto", "sendDocument"]),
        (message(picture()), vec![broken, broken], vec!["sendPhoto", "sendDocument", "sendMessage"]),
        (message(voice()), vec!["VOICE_MESSAGES_FORBIDDEN"], vec!["sendVoice", "sendAudio"]),
        (message(passed()), vec!["failed to get HTTP URL content"], vec!["sendPhoto", "sendMessage"]),
        (message(picture()), vec!["message caption is too long"], vec!["sendPhoto", "sendPhoto", "sendMessage"]),
        (
            everything(),
            vec!["message to be replied not found", "BUTTON_URL_INVALID", "IMAGE_PROCESS_FAILED"],
            vec!["sendPhoto", "sendPhoto", "sendPhoto", "sendDocument"],
        ),
    ] {
        let (report, bot) = sent(message, refusals.iter().map(|one| refused(one))).await;
        taken(&report);
        assert_eq!(bot.fake.methods(), methods, "{refusals:?}");
        match methods.last() {
            Some(&"sendMessage") if refusals.len() == methods.len() - 1 => {
                let said = bot.given(methods.len() - 1)["text"].to_string();
                assert!(said.contains("https://parom.example/media/t/a.jpg") && said.contains("Look"), "{said}");
            }
            Some(&"sendMessage") => assert_eq!(bot.given(1).get("caption"), None),
            _ => assert_eq!(bot.fake.calls().pop().unwrap().file.unwrap().bytes, BYTES, "from the start"),
        }
    }
    let (report, _) = sent(message(picture()), [broken; 3].map(refused)).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected);
    let (report, bot) = sent(message(text("x")), vec![refused("can't parse entities: y"); 9]).await;
    assert_eq!((failure(&report).0, bot.fake.calls().len()), (FailureCode::Rejected, 1), "not to be changed");
}

#[tokio::test]
async fn what_telegram_refuses_of_a_text_is_left_out() {
    let shops = || Message { markup: shop(), ..message(text("Hi")) };
    let quotes = || quoting(Some("5512345678:7"), "x");
    for (message, refusal, parameter, said) in [
        (quotes(), "message to be replied not found", "reply_parameters", "x"),
        (quotes(), "QUOTE_TEXT_INVALID", "reply_parameters", "x"),
        (shops(), "BUTTON_URL_INVALID", "reply_markup", "Hi\n\n• Shop – https://x"),
        (shops(), "reply markup is too long", "reply_markup", "Hi\n\n• Shop – https://x"),
    ] {
        let (report, bot) = sent(message, [refused(refusal)]).await;
        taken(&report);
        assert!(bot.given(0).get(parameter).is_some());
        assert_eq!((bot.given(1).get(parameter), &bot.given(1)["text"]), (None, &json!(said)), "{refusal}");
    }
    for refusal in ["message thread not found", "TOPIC_CLOSED"] {
        let bot = TestBot::new([refused(refusal), refused(refusal)]).await;
        assert_eq!(failure(&bot.send(to("-77/5", 0)).await).0, FailureCode::Rejected, "refused without it too");
        assert_eq!(bot.given(1).get("message_thread_id"), None);
    }
    let long = "word ".repeat(700);
    let (report, bot) =
        sent(Message { markup: shop(), ..message(text(&long)) }, [refused("message is too long")]).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("5512345678:103"));
    let parts = [bot.given(1), bot.given(2)];
    let whole: String = parts.iter().map(|part| part["text"].as_str().unwrap()).collect();
    assert_eq!(whole.trim(), long.trim());
    assert_eq!(parts.map(|part| part.get("reply_markup").is_some()), [false, true], "at the last");
}

/// Telegram has two wordings for a caption that is too long. Whatever becomes of its text then, the file is sent once.
#[tokio::test]
async fn a_file_is_not_sent_again_because_its_text_was_refused() {
    let accepted = |id: i64| Answer::Json(200, json!({ "ok": true, "result": { "message_id": id } }));
    for wording in ["message caption is too long", "MEDIA_CAPTION_TOO_LONG"] {
        for (failed, outcome) in [(fake::refused(429, "Too Many Requests"), "retry"), (Answer::Reset, "unknown")] {
            let bot = TestBot::new([refused(wording), accepted(101), failed]).await;
            let with = Message { markup: shop(), ..message(picture()) };
            let with = Message { reply_to: quoting(Some("5512345678:7"), "").reply_to, ..with };
            let send = async |next: &Outgoing| send(&bot.api, &bot.memory, &bot.settings, next).await;
            let outcomes = tests::attempts(created(with), 3, send).await;
            assert_eq!(outcomes, ["onward", outcome, "done"], "{wording}");
            assert_eq!(bot.fake.methods(), ["sendPhoto", "sendPhoto", "sendMessage", "sendMessage"], "{wording}");
            let last = bot.given(3);
            assert_eq!((&last["text"], last.get("reply_parameters")), (&json!("Look"), None));
            assert!(last.get("reply_markup").is_some(), "the buttons are below the last");
        }
    }
}

#[tokio::test]
async fn a_chat_pauses_after_a_short_burst() {
    let bot = TestBot::new([]).await;
    let mut rests = Vec::new();
    for conversation in ["55", "55", "55", "55", "56", "-77", "-77", "-77"] {
        rests.push(bot.send(to(conversation, 0)).await.rest.as_millis());
    }
    // Each chat has its own, and a group takes twenty a minute.
    assert_eq!(rests, [0, 0, 1_000, 2_000, 0, 0, 0, 3_000]);
    assert_eq!(bot.send(to("55", 60)).await.rest, Duration::ZERO);
}

#[tokio::test]
async fn one_chat_that_is_asked_to_wait_waits_alone_and_two_stop_the_bot() {
    let slow = |seconds: u64| {
        let parameters = json!({ "retry_after": seconds });
        Answer::Json(429, json!({ "ok": false, "error_code": 429, "description": "x", "parameters": parameters }))
    };
    let bot = TestBot::new([slow(34), slow(34), slow(34), slow(3)]).await;
    for (conversation, seconds, after, whole_target) in
        [("55", 0, 35, false), ("55", 2, 35, false), ("56", 4, 35, true), ("57", 20, 4, false)]
    {
        let report = bot.send(to(conversation, seconds)).await;
        let verdict = Verdict::Retry { after: Some(Duration::from_secs(after)), whole_target };
        assert_eq!((report.verdict, report.status), (verdict, 429), "{conversation}");
    }
}

#[tokio::test]
async fn a_refusal_is_kept_as_telegram_said_it() {
    use FailureCode::{RecipientBlocked, Rejected};
    let own = |code, description| fake::refused(code, description);
    let rows = [
        (own(403, "Forbidden: bot was blocked by the user"), Err(RecipientBlocked)),
        (own(302, "Found"), Err(Rejected)),
        (own(404, "Not Found"), Ok(Verdict::Pause)),
        (own(400, "Bad Request: FROZEN_METHOD_INVALID"), Ok(Verdict::Pause)),
        (own(500, "Internal Server Error: restart"), tests::retry(None, false)),
    ];
    tests::answers_mean(rows, async |answer| sent(message(text("x")), [answer]).await.0).await;
    let (report, _) = sent(message(text("x")), [own(401, "Unauthorized")]).await;
    assert!(report.status == 401 && report.answer.contains("Unauthorized"), "{report:?}");
}

#[tokio::test]
async fn an_account_that_the_bot_writes_for_fails_alone() {
    for description in ["business connection not found", "FROZEN_METHOD_INVALID"] {
        let bot = TestBot::new([refused(description)]).await;
        assert_eq!(failure(&bot.send(to("b42/55", 0)).await).0, FailureCode::SourceDisconnected, "{description}");
    }
    let bot = TestBot::new([fake::refused(401, "Unauthorized")]).await;
    assert_eq!(bot.send(to("b42/55", 0)).await.verdict, Verdict::Pause, "the token is common to all chats");
    // Its owner disconnected the bot: no call is made.
    assert_eq!(failure(&bot.send(to("b43/55", 0)).await).0, FailureCode::SourceDisconnected);
    assert_eq!(bot.fake.calls().len(), 1);
}

#[tokio::test]
async fn a_message_without_content_or_recipient_is_not_sent() {
    let mut bot = TestBot::new([]).await;
    // Its file cannot be read now.
    let unreadable = Media { media_id: Some(Uuid::nil()), ..kept("a.jpg", "image/jpeg") };
    let report = bot.send(created(message(Content::Picture(unreadable)))).await;
    assert_eq!(Ok(report.verdict), tests::retry(None, false));
    for (outgoing, code) in [
        (created(message(text(" \n "))), FailureCode::Rejected),
        (
            Outgoing { event: Event::Started(Box::new(message(text("x")))), ..to("", 0) },
            FailureCode::RecipientUnreachable,
        ),
    ] {
        assert_eq!(failure(&bot.send(outgoing).await).0, code);
    }
    bot.settings.secrets.clear();
    assert_eq!((bot.send(to("55", 0)).await.verdict, bot.fake.calls().len()), (Verdict::Pause, 0));
}

#[tokio::test]
async fn no_report_holds_the_token_or_the_text() {
    let told = format!("Bad Request: {TOKEN}");
    for answer in [Answer::Reset, Answer::Text(502, TOKEN), fake::refused(400, &told)] {
        let (report, _) = sent(message(text("a secret of the customer")), [answer]).await;
        let report = format!("{report:?}");
        assert!(!report.contains("CANARY") && !report.contains("secret of"), "{report}");
    }
}

#[tokio::test]
async fn a_gateways_page_is_no_verdict() {
    tests::weather(&[404], async |answer| sent(message(text("x")), [answer]).await.0).await;
}
