//! Requests to Telegram, and the meaning of its answers.

use std::collections::BTreeMap;

use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::{Language, Words};
use base::message::{Button, Content, FailureCode, List, Markup, Media, Person, Quote, Row, Section, State};
use chrono::DateTime;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::fake::{Answer, Fake};
use crate::telegram::fake;
use crate::tests::{self, BYTES, failure, kept, message, taken, text};
use crate::{Message, MessageIds, PressedButton};

mod refusals;

const TOKEN: &str = "7100000001:CANARY_canary_CANARY_canary_CANARY";

const CHAT: &str = "5512345678";

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
        let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
        let api = BotApi::new(&http, &fake.base);
        let secrets = BTreeMap::from([("bot_token".to_owned(), SecretString::from(TOKEN))]);
        Self { fake, api, memory: BotStates::default(), settings: Settings { public: json!({}), secrets } }
    }

    fn set(mut self, public: Value) -> Self {
        self.settings.public = public;
        self
    }

    async fn send(&self, outgoing: Outgoing) -> Report {
        let send = async |next: &Outgoing| send(&self.api, &self.memory, &self.settings, next).await;
        tests::to_the_end(outgoing, send).await
    }

    /// Methods in the order in which they were called.
    fn methods(&self) -> Vec<String> {
        self.fake.calls().into_iter().map(|call| call.name().to_owned()).collect()
    }
}

/// Sends one message; returns the report and the stage with the recorded calls.
async fn sent(message: Message, answers: impl IntoIterator<Item = Answer>) -> (Report, TestBot) {
    let stage = TestBot::new(answers).await;
    let report = stage.send(outgoing(Event::Created(Box::new(message)))).await;
    (report, stage)
}

fn outgoing(event: Event) -> Outgoing {
    tests::outgoing(CHAT, event, tests::ONE_FILE)
}

async fn asked(message: Message) -> (String, Value, TestBot) {
    let (report, stage) = sent(message, []).await;
    taken(&report);
    let call = stage.fake.call();
    (call.name().to_owned(), Value::Object(call.parameters), stage)
}

#[tokio::test]
async fn a_text_is_sent_as_it_is_and_its_id_is_kept() {
    let (report, stage) = sent(message(text("a *b* <c>")), []).await;
    let call = stage.fake.call();
    assert_eq!(call.name().to_owned(), "sendMessage");
    assert_eq!(Value::Object(call.parameters), json!({ "chat_id": 5_512_345_678_i64, "text": "a *b* <c>" }));
    assert_eq!(taken(&report).external_id.as_deref(), Some("5512345678:101"));
    assert_eq!((taken(&report).state, taken(&report).moved_to.as_deref()), (Some(State::Delivered), None));
}

#[tokio::test]
async fn acceptance_counts_as_delivery_unless_the_source_is_set_otherwise() {
    let stage = TestBot::new([]).await.set(json!({ "delivered_on_accept": false }));
    let report = stage.send(outgoing(Event::Created(Box::new(message(text("x")))))).await;
    assert_eq!(taken(&report).state, Some(State::Sent));
}

#[tokio::test]
async fn files_are_uploaded_as_what_they_are() {
    for (content, method, field) in [
        (Content::Picture(kept("a.jpg", "image/jpeg")), "sendPhoto", "photo"),
        (Content::Picture(kept("a.gif", "image/gif")), "sendAnimation", "animation"),
        (Content::Picture(kept("a.heic", "image/heic")), "sendDocument", "document"),
        (Content::Video(kept("a.mp4", "video/mp4")), "sendVideo", "video"),
        (Content::Voice(kept("a.ogg", "audio/ogg")), "sendVoice", "voice"),
        (Content::Audio(kept("a.mp3", "audio/mpeg")), "sendAudio", "audio"),
        (Content::File(kept("a.pdf", "application/pdf")), "sendDocument", "document"),
        (Content::Sticker(kept("a.webp", "image/webp")), "sendSticker", "sticker"),
    ] {
        let (report, stage) = sent(message(content), []).await;
        assert_eq!(taken(&report).external_id.as_deref(), Some("5512345678:101"));
        let call = stage.fake.call();
        let file = call.file.as_ref().expect("a file");
        assert_eq!((call.name(), file.field.as_str(), file.bytes.as_slice()), (method, field, BYTES));
        let stays = call.parameters.get("disable_content_type_detection").is_some();
        assert_eq!(stays, method == "sendDocument", "{method}");
    }
}

#[tokio::test]
async fn a_caption_goes_below_its_file_and_beside_a_sticker() {
    let captioned = |mime: &str| Media { text: Some("Look".into()), duration: Some(7), ..kept("a", mime) };
    let (_, parameters, _) = asked(message(Content::Video(captioned("video/mp4")))).await;
    assert_eq!((&parameters["caption"], &parameters["duration"]), (&json!("Look"), &json!(7)));
    let (report, stage) = sent(message(Content::Sticker(captioned("image/webp"))), []).await;
    assert_eq!(stage.methods(), ["sendSticker", "sendMessage"]);
    assert_eq!(stage.fake.calls()[1].parameters["text"], "Look");
    assert_eq!(taken(&report).external_id.as_deref(), Some("5512345678:102"));
}

#[tokio::test]
async fn a_file_that_is_not_here_goes_by_its_address_and_one_too_large_as_a_link() {
    let passed = Media { media_id: None, ..kept("a.jpg", "image/jpeg") };
    let (method, parameters, stage) = asked(message(Content::Picture(passed))).await;
    assert_eq!((method.as_str(), &parameters["photo"]), ("sendPhoto", &json!("https://parom.example/media/t/a.jpg")));
    assert!(stage.fake.call().file.is_none());
    let large = Media { file_size: 2001 * 1024 * 1024, text: Some("Film".into()), ..kept("a.mp4", "video/mp4") };
    let (method, parameters, _) = asked(message(Content::Video(large))).await;
    let said = parameters["text"].as_str().unwrap();
    assert_eq!(method, "sendMessage");
    assert!(said.contains("https://parom.example/media/t/a.mp4") && said.ends_with("Film"), "{said}");
}

#[tokio::test]
async fn places_and_persons_are_native() {
    let (method, parameters, _) = asked(message(Content::Location { latitude: 43.25, longitude: 76.95 })).await;
    assert_eq!(
        (method.as_str(), &parameters["latitude"], &parameters["longitude"]),
        ("sendLocation", &json!(43.25), &json!(76.95))
    );
    let person = |name: &str, phone: &str| Content::Contact { name: name.into(), phone: phone.into() };
    let (method, parameters, _) = asked(message(person("Anna", "+79151112233"))).await;
    assert_eq!((method.as_str(), &parameters["first_name"]), ("sendContact", &json!("Anna")));
    assert_eq!(parameters["phone_number"], "+79151112233");
    let (_, parameters, _) = asked(message(person("", "+79151112233"))).await;
    assert_eq!(parameters["first_name"], "+79151112233", "Telegram wants a name");
    let (method, parameters, _) = asked(message(person("Anna", ""))).await;
    assert_eq!(method, "sendMessage");
    assert!(parameters["text"].as_str().unwrap().contains("Anna"));
}

#[tokio::test]
async fn buttons_and_lists_are_keyboards() {
    let button = |text: &str, url: Option<&str>| Button { text: text.into(), url: url.map(str::to_owned) };
    let rows = vec![vec![button("Yes", None)], vec![button("Shop", Some("https://acme.test"))]];
    let with = Message { markup: Some(Markup::Buttons(rows)), ..message(text("Deliver today?")) };
    let (_, parameters, _) = asked(with).await;
    let keys = &parameters["reply_markup"]["inline_keyboard"];
    let pressed = PressedButton::read(keys[0][0]["callback_data"].as_str().unwrap()).unwrap();
    assert_eq!(pressed, PressedButton { message_id: Uuid::from_u128(1), row: 0, column: 0 });
    assert_eq!(keys[1][0], json!({ "text": "Shop", "url": "https://acme.test" }));

    let row = |id: &str| Row { id: id.into(), title: id.to_uppercase(), ..Row::default() };
    let list = List {
        header: "Sizes".into(),
        body: "Which one?".into(),
        sections: vec![Section { title: "All".into(), rows: vec![row("s"), row("m")] }],
        ..List::default()
    };
    let with = Message { markup: Some(Markup::List(list)), ..message(text("Which one?")) };
    let (_, parameters, _) = asked(with).await;
    assert_eq!(parameters["text"], "Sizes\nWhich one?", "in the list's order, and nothing twice");
    assert_eq!(parameters["reply_markup"]["inline_keyboard"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_keyboard_that_is_too_large_becomes_text() {
    let many = (0..101).map(|number| vec![Button { text: format!("Size {number}"), url: None }]).collect();
    let with = Message { markup: Some(Markup::Buttons(many)), ..message(text("Which?")) };
    let (_, parameters, _) = asked(with).await;
    assert_eq!(parameters.get("reply_markup"), None);
    assert!(parameters["text"].as_str().unwrap().starts_with("Which?\n\n• Size 0\n• Size 1"));
}

#[tokio::test]
async fn quotes_refer_to_messages_of_the_chat_and_others_become_text() {
    let quote = |id: Option<&str>| Quote {
        external_id: id.map(str::to_owned),
        content: Some(text("Is it blue?")),
        ..Quote::default()
    };
    let replying = |id: Option<&str>| Message { reply_to: Some(quote(id)), ..message(text("Yes")) };
    let (_, parameters, _) = asked(replying(Some("5512345678:4101"))).await;
    let reply = json!({ "message_id": 4101, "allow_sending_without_reply": true });
    assert_eq!((&parameters["reply_parameters"], &parameters["text"]), (&reply, &json!("Yes")));
    for other in [None, Some("999:4101"), Some("b42/5512345678:4101")] {
        let (_, parameters, _) = asked(replying(other)).await;
        assert_eq!(parameters.get("reply_parameters"), None);
        assert_eq!(parameters["text"], "> Is it blue?\n\nYes", "{other:?}");
    }
    let long = Message { reply_to: Some(quote(None)), ..message(text(&"x".repeat(4096))) };
    let (_, parameters, _) = asked(long).await;
    assert_eq!(parameters["text"].as_str().unwrap().len(), 4096, "the message goes before its quote");
}

#[tokio::test]
async fn a_topic_and_a_business_chat_are_addressed() {
    let stage = TestBot::new([]).await.set(json!({ "facts": { "business": { "42": "conn-7" } } }));
    let to = |conversation: &str| Outgoing {
        conversation_id: conversation.to_owned(),
        ..outgoing(Event::Created(Box::new(message(text("x")))))
    };
    let report = stage.send(to("-1002233/14")).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("-1002233:101"));
    let report = stage.send(to("b42/55")).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("b42/55:102"));
    let calls = stage.fake.calls();
    assert_eq!(
        Value::Object(calls[0].parameters.clone()),
        json!({ "chat_id": -1_002_233, "message_thread_id": 14, "text": "x" })
    );
    let business = json!({ "chat_id": 55, "business_connection_id": "conn-7", "text": "x" });
    assert_eq!(Value::Object(calls[1].parameters.clone()), business);
    let report = stage.send(to("b43/55")).await;
    let (code, words) = failure(&report);
    assert_eq!(code, FailureCode::SourceDisconnected);
    assert!(words.contains("Telegram Business"), "{words}");
}

async fn refused_of_refusals(code: u16, description: &str) -> Report {
    let (report, stage) = sent(message(text("x")), [fake::refused(code, description)]).await;
    assert_eq!(stage.methods().len(), 1);
    report
}

fn reaction(external_id: &str, emoji: Option<&str>) -> Event {
    let message = MessageIds { id: Uuid::from_u128(1), external_id: Some(external_id.to_owned()) };
    Event::Reaction { message, sender: Person::default(), emoji: emoji.map(str::to_owned) }
}

#[tokio::test]
async fn typing_is_shown_where_it_happens() {
    let stage = TestBot::new([]).await;
    let until = DateTime::from_timestamp_millis(1_795_168_805_000).unwrap();
    let typing = Event::Typing { sender: Person::default(), until };
    let report = stage.send(Outgoing { conversation_id: "-77/5".to_owned(), ..outgoing(typing) }).await;
    taken(&report);
    let call = stage.fake.call();
    let asked = json!({ "chat_id": -77, "message_thread_id": 5, "action": "typing" });
    assert_eq!((call.name().to_owned().as_str(), Value::Object(call.parameters)), ("sendChatAction", asked));
}

#[tokio::test]
async fn a_reaction_is_set_without_its_selector_and_taken_back() {
    let stage = TestBot::new([]).await;
    taken(&stage.send(outgoing(reaction("5512345678:7", Some("❤️")))).await);
    taken(&stage.send(outgoing(reaction("5512345678:7", None))).await);
    let calls = stage.fake.calls();
    let set = json!({ "chat_id": 5_512_345_678_i64, "message_id": 7, "reaction": [{ "type": "emoji", "emoji": "❤" }] });
    assert_eq!((calls[0].name(), Value::Object(calls[0].parameters.clone())), ("setMessageReaction", set));
    assert_eq!(calls[1].parameters["reaction"], json!([]));
}

#[tokio::test]
async fn a_reaction_that_telegram_does_not_know_is_left_out() {
    let stage = TestBot::new([fake::refused(400, "Bad Request: REACTION_INVALID")]).await;
    for event in [
        reaction("5512345678:7", Some("🦖")),
        reaction("b42/5512345678:7", Some("👍")),
        reaction("0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001", Some("👍")),
    ] {
        taken(&stage.send(outgoing(event)).await);
    }
    assert!(stage.methods().is_empty());
    taken(&stage.send(outgoing(reaction("5512345678:7", Some("👍")))).await);
    assert_eq!(stage.methods().len(), 1, "refused in this chat: there is nothing left to do");
}

#[tokio::test]
async fn texts_and_captions_are_edited() {
    let edited = |content: Content, id: Option<&str>| {
        let message = Message { external_id: id.map(str::to_owned), ..message(content) };
        outgoing(Event::Edited(Box::new(message)))
    };
    let id = Some("5512345678:7");
    let stage = TestBot::new([]).await;
    taken(&stage.send(edited(text("new"), id)).await);
    let captioned = Media { text: Some("new".into()), ..kept("a.jpg", "image/jpeg") };
    taken(&stage.send(edited(Content::Picture(captioned), id)).await);
    let calls = stage.fake.calls();
    assert_eq!((calls[0].name(), calls[1].name()), ("editMessageText", "editMessageCaption"));
    for (call, field) in calls.iter().zip(["text", "caption"]) {
        assert_eq!((&call.parameters["message_id"], &call.parameters[field]), (&json!(7), &json!("new")));
    }
    let place = Content::Location { latitude: 1.0, longitude: 2.0 };
    assert_eq!(failure(&stage.send(edited(place, id)).await).0, FailureCode::Rejected);
    assert_eq!(failure(&stage.send(edited(text("new"), None)).await).0, FailureCode::Rejected);
    for done in ["message is not modified: x", "message to edit not found"] {
        let stage = TestBot::new([fake::refused(400, &format!("Bad Request: {done}"))]).await;
        taken(&stage.send(edited(text("new"), id)).await);
    }
}

/// Telegram's answer to an uploaded picture.
fn posted(id: &str) -> Answer {
    let sizes = json!([{ "file_id": "small" }, { "file_id": id }]);
    Answer::Json(200, json!({ "ok": true, "result": { "message_id": 101, "date": 1, "photo": sizes } }))
}

fn picture(name: &str) -> Outgoing {
    outgoing(Event::Created(Box::new(message(Content::Picture(kept(name, "image/jpeg"))))))
}

#[tokio::test]
async fn the_same_file_is_not_uploaded_twice() {
    let stage = TestBot::new([posted("large")]).await;
    for name in ["a.jpg", "a.jpg", "b.jpg"] {
        taken(&stage.send(picture(name)).await);
    }
    let calls = stage.fake.calls();
    assert!(calls[0].file.is_some() && calls[1].file.is_none());
    assert_eq!(calls[1].parameters["photo"], "large");
    assert!(calls[2].file.is_some(), "another name is another file");
    // A `file_id` is valid for its own bot only.
    let mut other = TestBot { settings: stage.settings.clone(), ..stage };
    other
        .settings
        .secrets
        .insert("bot_token".to_owned(), SecretString::from(TOKEN.replace("7100000001", "7100000002")));
    taken(&other.send(picture("a.jpg")).await);
    assert!(other.fake.calls()[3].file.is_some());
}

#[tokio::test]
async fn a_file_that_telegram_has_forgotten_is_uploaded_again() {
    let refused = fake::refused(400, "Bad Request: wrong file identifier/HTTP URL specified");
    let stage = TestBot::new([posted("old"), refused, posted("new")]).await;
    for _ in 0..3 {
        taken(&stage.send(picture("a.jpg")).await);
    }
    let calls = stage.fake.calls();
    let given: Vec<_> = calls.iter().map(|call| call.file.is_some()).collect();
    assert_eq!(given, [true, false, true, false], "refused, uploaded, and known again");
    assert_eq!(calls[3].parameters["photo"], "new");
}

#[tokio::test]
async fn a_refusal_of_the_chat_uploads_nothing() {
    let blocked = fake::refused(403, "Forbidden: bot was blocked by the user");
    let stage = TestBot::new([posted("large"), blocked]).await;
    taken(&stage.send(picture("a.jpg")).await);
    assert_eq!(failure(&stage.send(picture("a.jpg")).await).0, FailureCode::RecipientBlocked);
    assert_eq!(stage.methods().len(), 2);
}

#[test]
fn telegram_knows_73_reactions_without_selectors() {
    let known: std::collections::BTreeSet<&str> = REACTIONS.split(' ').collect();
    assert_eq!(known.len(), 73);
    assert!(!REACTIONS.contains('\u{fe0f}'));
    assert!(known.contains(plain("❤️").as_str()) && known.contains(plain("🤷‍♂️").as_str()));
}
