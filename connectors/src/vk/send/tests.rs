//! Requests to VK, and the meaning of its answers.

use std::time::Duration;

use base::config::Config;
use base::http_client::HttpClients;
use base::message::{Button, Content, FailureCode, List, Markup, Media, Person, Post, Quote, Row, Section, State};
use chrono::DateTime;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::fake::{Answer, Fake};
use crate::tests::{self, BYTES, kept, taken, text};
use crate::vk::fake;
use crate::{LastIncoming, Message, MessageIds, PartNumber};

const TOKEN: &str = "vk1.a.0123456789abcdef";

/// A community that sends, and the VK it sends to.
struct Stage {
    fake: Fake,
    api: VkApi,
    seen: Seen,
    uploaded: Uploaded,
}

impl Stage {
    async fn start() -> Self {
        let fake = fake::start().await;
        let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
        let api = VkApi::new(&http, &fake.base);
        Self { fake, api, seen: Seen::default(), uploaded: Uploaded::default() }
    }

    async fn send(&self, outgoing: Outgoing) -> Report {
        let secrets = [("access_token".to_owned(), SecretString::from(TOKEN))].into();
        let settings = Settings { public: json!({ "group_id": 223 }), secrets };
        let send = async |next: &Outgoing| send(&self.api, &self.seen, &self.uploaded, &settings, next).await;
        tests::to_the_end(outgoing, send).await
    }

    async fn sent(&self, message: Message) -> Report {
        self.send(outgoing(Event::Created(Box::new(message)))).await
    }
}

fn outgoing(event: Event) -> Outgoing {
    tests::outgoing("712", event, tests::ONE_FILE)
}

fn message(content: Content) -> Message {
    let sent_at = DateTime::from_timestamp_millis(1_795_168_800_000).unwrap();
    Message { sent_at, ..tests::message(content) }
}

#[track_caller]
fn failure(report: &Report) -> (FailureCode, &str) {
    match &report.verdict {
        Verdict::Bury(failure) => (failure.code, failure.text.as_str()),
        other => panic!("{other:?}: {}", report.reason),
    }
}

fn json_of(parameters: &std::collections::BTreeMap<String, String>, name: &str) -> Value {
    serde_json::from_str(&parameters[name]).unwrap()
}

#[tokio::test]
async fn a_text_is_sent_with_the_random_id_of_its_letter() {
    let stage = Stage::start().await;
    let report = stage.sent(message(text("Добрый день"))).await;
    assert_eq!(
        (taken(&report).external_id.as_deref(), taken(&report).state),
        (Some("712:101"), Some(State::Delivered))
    );
    let asked = fake::called(&stage.fake, "messages.send");
    assert_eq!((asked["peer_id"].as_str(), asked["message"].as_str()), ("712", "Добрый день"));
    assert_eq!((asked["v"].as_str(), asked["access_token"].as_str()), ("5.199", TOKEN));
    assert_eq!(asked["dont_parse_links"], "1");
    let number: i32 = asked["random_id"].parse().unwrap();
    assert!(number > 0);
    let again = Stage::start().await;
    again.sent(message(text("Добрый день"))).await;
    assert_eq!(fake::called(&again.fake, "messages.send")["random_id"], asked["random_id"], "a repeat has no effect");
    let part = Message { part: PartNumber { number: 2, of: 2 }, ..message(text("x")) };
    let other = Stage::start().await;
    other.sent(part).await;
    assert_ne!(fake::called(&other.fake, "messages.send")["random_id"], asked["random_id"]);
}

#[tokio::test]
async fn files_are_uploaded_in_their_form() {
    for (content, methods, attachment) in [
        (
            Content::Picture(Media { text: Some("Вот".into()), ..kept("a.jpg", "image/jpeg") }),
            ["photos.getMessagesUploadServer", "upload", "photos.saveMessagesPhoto", "messages.send"],
            "photo-223_5_k3y",
        ),
        (
            Content::File(kept("a.pdf", "application/pdf")),
            ["docs.getMessagesUploadServer", "upload", "docs.save", "messages.send"],
            "doc-223_5_k3y",
        ),
        (
            Content::Voice(kept("a.ogg", "audio/ogg")),
            ["docs.getMessagesUploadServer", "upload", "docs.save", "messages.send"],
            "doc-223_5_k3y",
        ),
    ] {
        let stage = Stage::start().await;
        let caption = content.media().and_then(|media| media.text.clone());
        taken(&stage.sent(message(content)).await);
        assert_eq!(stage.fake.methods(), methods);
        let upload = stage.fake.calls().remove(1).bytes;
        assert!(upload.windows(BYTES.len()).any(|part| part == BYTES), "the bytes were sent");
        let asked = fake::called(&stage.fake, "messages.send");
        assert_eq!((asked["attachment"].as_str(), asked.get("message").cloned()), (attachment, caption));
    }
    let stage = Stage::start().await;
    stage.sent(message(Content::Voice(kept("a.ogg", "audio/ogg")))).await;
    assert_eq!(fake::called(&stage.fake, "docs.getMessagesUploadServer")["type"], "audio_message");
}

#[tokio::test]
async fn a_repeat_does_not_upload_again() {
    let stage = Stage::start().await;
    stage.fake.answers("messages.send", Answer::Reset);
    let file = || message(Content::File(kept("a.pdf", "application/pdf")));
    assert_eq!(stage.sent(file()).await.verdict, Verdict::Unknown);
    taken(&stage.sent(file()).await);
    assert_eq!(stage.fake.methods().iter().filter(|method| *method == "upload").count(), 1);
}

#[tokio::test]
async fn a_file_that_is_not_here_goes_as_its_link() {
    let stage = Stage::start().await;
    let passed = Media { media_id: None, text: Some("Film".into()), ..kept("a.mp4", "video/mp4") };
    taken(&stage.sent(message(Content::File(passed))).await);
    let said = &fake::called(&stage.fake, "messages.send")["message"];
    assert!(said.contains("https://parom.example/media/t/a.mp4") && said.ends_with("Film"), "{said}");
}

#[tokio::test]
async fn places_go_by_their_numbers() {
    let stage = Stage::start().await;
    stage.sent(message(Content::Location { latitude: 43.25, longitude: 76.95 })).await;
    let asked = fake::called(&stage.fake, "messages.send");
    assert_eq!((asked["lat"].as_str(), asked["long"].as_str(), asked.get("message")), ("43.25", "76.95", None));
}

#[tokio::test]
async fn buttons_and_lists_are_inline_keyboards_or_text() {
    let button = |text: &str, url: Option<&str>| Button { text: text.into(), url: url.map(str::to_owned) };
    let rows = vec![vec![button("Да", None)], vec![button("Сайт", Some("https://acme.test"))]];
    let stage = Stage::start().await;
    stage.sent(Message { markup: Some(Markup::Buttons(rows)), ..message(text("Везём?")) }).await;
    let keyboard = json_of(&fake::called(&stage.fake, "messages.send"), "keyboard");
    assert_eq!((&keyboard["inline"], &keyboard["buttons"][0][0]["action"]["type"]), (&json!(true), &json!("text")));
    assert_eq!(keyboard["buttons"][1][0]["action"]["link"], "https://acme.test");

    let row = |number| Row { id: format!("r{number}"), title: format!("Size {number}"), ..Row::default() };
    let list = |count| List {
        header: "Sizes".into(),
        body: "Which?".into(),
        sections: vec![Section { title: "All".into(), rows: (0..count).map(row).collect() }],
        ..List::default()
    };
    let stage = Stage::start().await;
    stage.sent(Message { markup: Some(Markup::List(list(3))), ..message(text("Which?")) }).await;
    let asked = fake::called(&stage.fake, "messages.send");
    assert_eq!(
        (asked["message"].as_str(), json_of(&asked, "keyboard")["buttons"].as_array().unwrap().len()),
        ("Sizes\nWhich?", 3)
    );
    let stage = Stage::start().await;
    stage.sent(Message { markup: Some(Markup::List(list(11))), ..message(text("Which?")) }).await;
    let asked = fake::called(&stage.fake, "messages.send");
    assert_eq!(asked.get("keyboard"), None);
    assert!(asked["message"].contains("• Size 10"));
}

#[tokio::test]
async fn quotes_refer_to_messages_of_the_dialogue_and_others_become_text() {
    let quote =
        |id: &str| Quote { external_id: Some(id.to_owned()), content: Some(text("Синий?")), ..Quote::default() };
    let stage = Stage::start().await;
    stage.sent(Message { reply_to: Some(quote("712:9001")), ..message(text("Да")) }).await;
    let asked = fake::called(&stage.fake, "messages.send");
    assert_eq!((asked["reply_to"].as_str(), asked.get("forward")), ("9001", None));
    let stage = Stage::start().await;
    let answer = Message { reply_to: Some(quote("2000000004:c17")), ..message(text("Да")) };
    let event = Event::Created(Box::new(answer));
    stage.send(Outgoing { conversation_id: "2000000004".into(), ..outgoing(event) }).await;
    let asked = fake::called(&stage.fake, "messages.send");
    let forward = json!({ "peer_id": 2_000_000_004_i64, "conversation_message_ids": [17], "is_reply": 1 });
    assert_eq!((json_of(&asked, "forward"), asked.get("reply_to")), (forward, None), "it has no id of its own");
    for other in ["999:9001", "wall-223_77:81", "0190"] {
        let stage = Stage::start().await;
        stage.sent(Message { reply_to: Some(quote(other)), ..message(text("Да")) }).await;
        let asked = fake::called(&stage.fake, "messages.send");
        assert_eq!((asked.get("forward"), asked["message"].as_str()), (None, "> Синий?\n\nДа"), "{other}");
    }
}

#[tokio::test]
async fn a_group_chat_is_asked_for_the_number_of_its_message() {
    let stage = Stage::start().await;
    let answer = json!([{ "peer_id": 2_000_000_004_i64, "message_id": 0, "conversation_message_id": 21 }]);
    stage.fake.answers("messages.send", fake::done(json!(0)));
    stage.fake.answers("messages.send", fake::done(answer));
    let to = |conversation: &str| Outgoing {
        conversation_id: conversation.to_owned(),
        ..outgoing(Event::Created(Box::new(message(text("Hi")))))
    };
    let report = stage.send(to("2000000004")).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("2000000004:c21"));
    let calls: Vec<_> = stage.fake.calls().into_iter().map(|call| fake::parameters(&call)).collect();
    assert_eq!((calls[0]["peer_id"].as_str(), calls[1]["peer_ids"].as_str()), ("2000000004", "2000000004"));
    assert_eq!(calls[0]["random_id"], calls[1]["random_id"], "the same message");
    let stage = Stage::start().await;
    assert_eq!(taken(&stage.send(to("2000000004")).await).external_id.as_deref(), Some("2000000004:101"));
    assert_eq!(stage.fake.methods(), ["messages.send"], "a number is enough");
    stage.fake.answers("messages.send", fake::refused(917, "no"));
    assert_eq!(failure(&stage.send(to("2000000004")).await).0, FailureCode::RecipientUnreachable);
    assert_eq!(failure(&stage.send(to("")).await).0, FailureCode::RecipientUnreachable, "writing first is refused");
}

#[tokio::test]
async fn comments_are_answered_in_public() {
    let post = |id: &str| Some(Post { id: id.to_owned(), ..Post::default() });
    let stage = Stage::start().await;
    let answer = Message { post: post("wall-223_77"), ..message(text("Сто")) };
    let last = LastIncoming { external_id: "wall-223_77:81".into(), at: DateTime::UNIX_EPOCH };
    let letter = Outgoing { last_incoming: Some(last), ..outgoing(Event::Created(Box::new(answer.clone()))) };
    let report = stage.send(letter).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("wall-223_77:901"));
    let asked = fake::called(&stage.fake, "wall.createComment");
    let named = ["owner_id", "post_id", "from_group", "reply_to_comment", "message"].map(|name| asked[name].as_str());
    assert_eq!(named, ["-223", "77", "223", "81", "Сто"]);
    assert_eq!(asked["guid"], Uuid::from_u128(9).to_string());

    let stage = Stage::start().await;
    stage.fake.answers(
        "photos.createComment",
        fake::refused(27, "Group authorization failed: method is unavailable with group auth."),
    );
    let report = stage.sent(Message { post: post("photo-223_5"), ..answer.clone() }).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected, "it pauses no source");
    assert!(failure(&report).1.contains("Answer in private"));
    let report = stage.sent(Message { post: post("wall-1_5"), ..answer }).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected, "another community's");
}

#[tokio::test]
async fn edits_typing_and_reactions() {
    let stage = Stage::start().await;
    let edit = Message { external_id: Some("712:101".into()), ..message(text("Сто один")) };
    taken(&stage.send(outgoing(Event::Edited(Box::new(edit.clone())))).await);
    let asked = fake::called(&stage.fake, "messages.edit");
    assert_eq!((asked["message_id"].as_str(), asked["message"].as_str()), ("101", "Сто один"));
    let file = Message { content: Content::File(kept("a.pdf", "application/pdf")), ..edit };
    assert_eq!(failure(&stage.send(outgoing(Event::Edited(Box::new(file)))).await).0, FailureCode::Rejected);

    let until = DateTime::UNIX_EPOCH;
    taken(&stage.send(outgoing(Event::Typing { sender: Person::default(), until })).await);
    assert_eq!(fake::called(&stage.fake, "messages.setActivity")["type"], "typing");

    let found = json!({ "items": [{ "id": 9001, "peer_id": 712, "conversation_message_id": 17 }] });
    stage.fake.answers("messages.getById", fake::done(found));
    let react = |emoji: Option<&str>| {
        let message = MessageIds { id: Uuid::nil(), external_id: Some("712:9001".into()) };
        outgoing(Event::Reaction { message, sender: Person::default(), emoji: emoji.map(str::to_owned) })
    };
    taken(&stage.send(react(Some("👍"))).await);
    let asked = fake::called(&stage.fake, "messages.sendReaction");
    assert_eq!((asked["cmid"].as_str(), asked["reaction_id"].as_str()), ("17", "4"));
    taken(&stage.send(react(None)).await);
    assert_eq!(fake::called(&stage.fake, "messages.deleteReaction")["cmid"], "17");
    let before = stage.fake.calls().len();
    taken(&stage.send(react(Some("🦄"))).await);
    assert_eq!(stage.fake.calls().len(), before, "VK has no such reaction");
}

#[tokio::test]
async fn an_answered_message_is_marked_as_read() {
    let stage = Stage::start().await;
    let last = |id: &str| Some(LastIncoming { external_id: id.to_owned(), at: DateTime::UNIX_EPOCH });
    for id in ["712:9001", "712:9001", "712:9002", "wall-223_77:81"] {
        let answer = outgoing(Event::Created(Box::new(message(text("Да")))));
        taken(&stage.send(Outgoing { last_incoming: last(id), ..answer }).await);
    }
    let marked: Vec<_> = stage.fake.calls().into_iter().filter(|call| call.name() == "messages.markAsRead").collect();
    assert_eq!(marked.len(), 2, "once for each message of the customer, and no comment");
    let named =
        ["peer_id", "group_id", "mark_conversation_as_read"].map(|name| fake::parameters(&marked[0])[name].clone());
    assert_eq!(named, ["712", "223", "1"]);
}

async fn refused(code: u32, said: &'static str) -> (Report, Stage) {
    let stage = Stage::start().await;
    stage.fake.answers("messages.send", fake::refused(code, said));
    (stage.sent(message(text("Hi"))).await, stage)
}

#[tokio::test]
async fn refusals_are_dead_letters_pauses_or_waits() {
    let (report, _) = refused(901, "Can't send messages for users without permission").await;
    assert_eq!(failure(&report).0, FailureCode::RecipientUnreachable);
    assert!(report.answer.contains("901"), "{}", report.answer);
    assert_eq!(failure(&refused(18, "").await.0).0, FailureCode::RecipientBlocked);
    assert_eq!(failure(&refused(900, "").await.0).0, FailureCode::Rejected);
    for (code, words) in
        [(5, ""), (7, ""), (15, ""), (27, "Group authorization failed"), (15, "group messages are disabled")]
    {
        let (report, _) = refused(code, words).await;
        assert_eq!(report.verdict, Verdict::Pause, "{code}");
        assert_ne!(
            base::i18n::LocalizedText::stored(&report.reason),
            base::i18n::LocalizedText::quoted(&report.reason)
        );
    }
    let second = Some(Duration::from_secs(1));
    let (report, _) = refused(6, "Too many requests per second").await;
    assert_eq!(report.verdict, Verdict::Retry { after: second, whole_target: true });
    for code in [1, 9, 10, 14] {
        assert_eq!(refused(code, "").await.0.verdict, Verdict::Retry { after: None, whole_target: false }, "{code}");
    }
    let (report, _) = refused(5, "vk1.a.0123456789abcdef is not valid").await;
    assert!(!report.answer.contains(TOKEN), "no token comes back");
}

#[tokio::test]
async fn buttons_and_quotes_are_left_out_when_vk_refuses_them() {
    let stage = Stage::start().await;
    stage.fake.answers("messages.send", fake::refused(921, "Can't forward these messages"));
    stage.fake.answers("messages.send", fake::refused(912, "This is a chat bot feature"));
    let rows = vec![vec![Button { text: "Да".into(), url: None }]];
    let quote = Quote { external_id: Some("712:9001".into()), ..Quote::default() };
    let with = Message { markup: Some(Markup::Buttons(rows)), reply_to: Some(quote), ..message(text("Везём?")) };
    let report = stage.sent(with).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("712:103"));
    let calls = stage.fake.calls();
    let shape = |at: usize| {
        (fake::parameters(&calls[at]).contains_key("reply_to"), fake::parameters(&calls[at]).contains_key("keyboard"))
    };
    assert_eq!([shape(0), shape(1), shape(2)], [(true, true), (false, true), (false, false)]);
    assert_eq!(fake::parameters(&calls[2])["message"], "Везём?\n\n• Да");
}

#[tokio::test]
async fn a_picture_that_vk_cannot_read_goes_as_a_file_and_then_as_a_link() {
    let stage = Stage::start().await;
    let empty = json!({ "server": 7, "photo": "[]", "hash": "" });
    stage.fake.answers("upload", Answer::Json(200, empty));
    let picture = || message(Content::Picture(kept("a.jpg", "image/jpeg")));
    taken(&stage.sent(picture()).await);
    assert_eq!(fake::called(&stage.fake, "messages.send")["attachment"], "doc-223_5_k3y");

    let stage = Stage::start().await;
    for _ in 0..2 {
        stage.fake.answers("upload", Answer::Json(200, json!({ "error": "no such extension" })));
    }
    taken(&stage.sent(picture()).await);
    let asked = fake::called(&stage.fake, "messages.send");
    assert_eq!(asked.get("attachment"), None);
    assert!(asked["message"].contains("https://parom.example/media/t/a.jpg"));
}

#[tokio::test]
async fn gateway_errors_and_lost_answers_are_distinguished() {
    let stage = Stage::start().await;
    for (answer, verdict) in [
        (Answer::Text(502, "<html>"), Verdict::Retry { after: None, whole_target: false }),
        (Answer::Text(400, "<html>"), Verdict::Retry { after: None, whole_target: false }),
        (Answer::Text(403, ""), Verdict::Retry { after: None, whole_target: false }),
        (Answer::Text(200, "<html>"), Verdict::Unknown),
        (Answer::Reset, Verdict::Unknown),
    ] {
        stage.fake.answers("messages.send", answer);
        assert_eq!(stage.sent(message(text("Hi"))).await.verdict, verdict);
    }
    for status in [413, 414, 415] {
        stage.fake.answers("messages.send", Answer::Text(status, "<html>"));
        let report = stage.sent(message(text("Hi"))).await;
        assert_eq!(failure(&report).0, FailureCode::Rejected, "{status}: it is about the request");
        stage.fake.answers("upload", Answer::Text(status, "<html>"));
        taken(&stage.sent(message(Content::File(kept("a.pdf", "application/pdf")))).await);
        let sent = stage.fake.calls().pop().map(|call| fake::parameters(&call)).unwrap()["message"].clone();
        assert!(sent.contains("https://parom.example/media/t/a.pdf"), "{status}: {sent}");
    }
    stage.fake.answers("upload", Answer::Reset);
    let report = stage.sent(message(Content::File(kept("a.pdf", "application/pdf")))).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false }, "the file has not been sent");
    assert_eq!(failure(&stage.sent(message(text("  "))).await).0, FailureCode::Rejected);
}

#[tokio::test]
async fn a_part_is_not_sent_again_because_the_next_was_refused() {
    let stage = Stage::start().await;
    stage.fake.answers("messages.send", fake::done(json!(101)));
    stage.fake.answers("messages.send", fake::refused(9, "Flood control"));
    let secrets = [("access_token".to_owned(), SecretString::from(TOKEN))].into();
    let settings = Settings { public: json!({ "group_id": 223 }), secrets };
    let texts = "word ".repeat(2_000);
    let send = async |next: &Outgoing| send(&stage.api, &stage.seen, &stage.uploaded, &settings, next).await;
    let whole = outgoing(Event::Created(Box::new(message(text(&texts)))));
    assert_eq!(tests::attempts(whole, 3, send).await, ["onward", "retry", "done"]);
    let calls: Vec<_> = stage.fake.calls().into_iter().map(|call| fake::parameters(&call)).collect();
    assert_eq!(calls[1], calls[2], "the same number too, by which VK knows a repeat");
    assert_ne!(calls[0]["random_id"], calls[1]["random_id"]);
    assert_eq!(format!("{}{}", calls[0]["message"], calls[1]["message"]).trim(), texts.trim());
}
