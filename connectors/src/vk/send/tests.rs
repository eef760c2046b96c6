//! What the contract does not show of sending to VK: the requests after a refusal, and the meaning of VK's answers.

use std::collections::BTreeMap;

use base::message::{Button, Content, FailureCode, Markup, Media, Post, Quote};
use chrono::DateTime;
use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::fake::{Answer, Fake};
use crate::tests::{self, failure, kept, message, taken, text};
use crate::vk::fake;
use crate::{LastIncoming, Message};

const TOKEN: &str = "CANARY-token";

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
        let api = VkApi::new(&crate::fake::http(), &fake.base);
        Self { fake, api, seen: Seen::default(), uploaded: Uploaded::default() }
    }

    async fn try_once(&self, outgoing: &Outgoing) -> Report {
        let secrets = [("access_token".to_owned(), SecretString::from(TOKEN))].into();
        let settings = Settings { public: json!({ "group_id": 223 }), secrets };
        send(&self.api, &self.seen, &self.uploaded, &settings, outgoing).await
    }

    async fn send(&self, outgoing: Outgoing) -> Report {
        tests::to_the_end(outgoing, async |next: &Outgoing| self.try_once(next).await).await
    }

    /// What an answer to a text leads to.
    async fn answered(answer: Answer) -> Report {
        let stage = Self::start().await;
        stage.fake.answers("messages.send", answer);
        stage.sent(message(text("Hi"))).await
    }

    async fn sent(&self, message: Message) -> Report {
        self.send(to("712", message)).await
    }

    /// The parameters of the calls that sent messages.
    fn messages(&self) -> Vec<BTreeMap<String, String>> {
        let calls = self.fake.calls().into_iter().filter(|call| call.name() == "messages.send");
        calls.map(|call| fake::parameters(&call)).collect()
    }
}

fn to(conversation: &str, message: Message) -> Outgoing {
    tests::outgoing(conversation, Event::Created(Box::new(message)), tests::ONE_FILE)
}

#[tokio::test]
async fn a_repeat_does_not_upload_again() {
    let stage = Stage::start().await;
    stage.fake.answers("messages.send", Answer::Reset);
    let voice = || message(Content::Voice(kept("a.ogg", "audio/ogg")));
    assert_eq!(stage.sent(voice()).await.verdict, Verdict::Unknown);
    taken(&stage.sent(voice()).await);
    assert_eq!(stage.fake.methods().iter().filter(|method| *method == "upload").count(), 1);
    assert_eq!(fake::called(&stage.fake, "docs.getMessagesUploadServer")["type"], "audio_message");
    let [first, second] = <[_; 2]>::try_from(stage.messages()).unwrap();
    assert_eq!(first, second, "also the number by which VK knows a repeat");
}

#[tokio::test]
async fn a_group_chat_is_asked_for_the_number_of_its_message() {
    let stage = Stage::start().await;
    let answer = json!([{ "peer_id": 2_000_000_004_i64, "message_id": 0, "conversation_message_id": 21 }]);
    stage.fake.answers("messages.send", fake::done(json!(0)));
    stage.fake.answers("messages.send", fake::done(answer));
    let report = stage.send(to("2000000004", message(text("Hi")))).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("2000000004:c21"));
    let calls = stage.messages();
    assert_eq!((calls[0]["peer_id"].as_str(), calls[1]["peer_ids"].as_str()), ("2000000004", "2000000004"));
    assert_eq!(calls[0]["random_id"], calls[1]["random_id"], "the same message");
    let quote = Quote { external_id: Some("2000000004:c17".into()), ..Quote::default() };
    let answer = Message { reply_to: Some(quote), ..message(text("Hi")) };
    let report = stage.send(to("2000000004", answer)).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("2000000004:103"), "a number is enough");
    let forward = r#"{"conversation_message_ids":[17],"is_reply":1,"peer_id":2000000004}"#;
    assert_eq!(stage.messages()[2]["forward"], forward, "what is answered has no id of its own");
}

#[tokio::test]
async fn texts_are_edited_and_files_are_not() {
    let stage = Stage::start().await;
    let known = |content| Message { external_id: Some("712:101".into()), ..message(content) };
    let edits = |message| tests::outgoing("712", Event::Edited(Box::new(message)), tests::ONE_FILE);
    taken(&stage.send(edits(known(text("Сто один")))).await);
    let asked = fake::called(&stage.fake, "messages.edit");
    assert_eq!((asked["message_id"].as_str(), asked["message"].as_str()), ("101", "Сто один"));
    let file = edits(known(Content::File(kept("a.pdf", "application/pdf"))));
    assert_eq!(failure(&stage.send(file).await).0, FailureCode::Rejected);
}

#[tokio::test]
async fn an_answered_message_is_marked_as_read() {
    let stage = Stage::start().await;
    for id in ["712:9001", "712:9001", "712:9002", "wall-223_77:81"] {
        let last = Some(LastIncoming { external_id: id.to_owned(), at: DateTime::UNIX_EPOCH });
        taken(&stage.send(Outgoing { last_incoming: last, ..to("712", message(text("Да"))) }).await);
    }
    let marks = stage.fake.methods().into_iter().filter(|method| method == "messages.markAsRead").count();
    assert_eq!(marks, 2, "once for each message of the customer, and no comment");
}

#[tokio::test]
async fn refusals_are_dead_letters_pauses_or_waits() {
    let rows = [
        (901, "Can't send messages for users without permission", Err(FailureCode::RecipientUnreachable)),
        (917, "no", Err(FailureCode::RecipientUnreachable)),
        (18, "", Err(FailureCode::RecipientBlocked)),
        (900, "", Err(FailureCode::Rejected)),
        (5, "CANARY-token is not valid", Ok(Verdict::Pause)),
        (27, "Group authorization failed", Ok(Verdict::Pause)),
        (6, "Too many requests per second", tests::retry(Some(1), true)),
        (29, "", tests::retry(Some(600), true)),
        (10, "", tests::retry(None, false)),
    ];
    let rows = rows.map(|(code, words, wanted)| (fake::refused(code, words), wanted));
    tests::answers_mean(rows, async |answer| Stage::answered(answer).await).await;
    let stage = Stage::start().await;
    assert_eq!(failure(&stage.send(to("", message(text("Hi")))).await).0, FailureCode::RecipientUnreachable);
    assert_eq!(failure(&stage.sent(message(text("  "))).await).0, FailureCode::Rejected);
    let post = |id: &str| Some(Post { id: id.to_owned(), ..Post::default() });
    let foreign = Message { post: post("wall-1_5"), ..message(text("Сто")) };
    assert_eq!(failure(&stage.sent(foreign).await).0, FailureCode::Rejected, "another community's");
    assert!(stage.fake.calls().is_empty());
}

#[tokio::test]
async fn gateway_errors_and_lost_answers_are_distinguished() {
    tests::weather(&[404], async |answer| Stage::answered(answer).await).await;
    let stage = Stage::start().await;
    stage.fake.answers("upload", Answer::Reset);
    let report = stage.sent(message(Content::File(kept("a.pdf", "application/pdf")))).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false }, "the file has not been sent");
}

#[tokio::test]
async fn buttons_and_quotes_are_left_out_when_vk_refuses_them() {
    let stage = Stage::start().await;
    stage.fake.answers("messages.send", fake::refused(921, "Can't forward these messages"));
    stage.fake.answers("messages.send", fake::refused(912, "This is a chat bot feature"));
    let rows = vec![vec![Button { text: "Да".into(), url: None }]];
    let quote = Quote { external_id: Some("712:9001".into()), ..Quote::default() };
    let with = Message { markup: Some(Markup::Buttons(rows)), reply_to: Some(quote), ..message(text("Везём?")) };
    taken(&stage.sent(with).await);
    let calls = stage.messages();
    let shapes: Vec<_> =
        calls.iter().map(|call| (call.contains_key("reply_to"), call.contains_key("keyboard"))).collect();
    assert_eq!(shapes, [(true, true), (false, true), (false, false)]);
    assert_eq!(calls[2]["message"], "Везём?\n\n• Да");
}

#[tokio::test]
async fn a_picture_that_vk_cannot_read_goes_as_a_file_and_then_as_a_link() {
    let unreadable = || Answer::Json(200, json!({ "server": 7, "photo": "[]", "hash": "" }));
    let refused = || Answer::Json(200, json!({ "error": "no such extension" }));
    let picture = || Content::Picture(kept("a.jpg", "image/jpeg"));
    let elsewhere = Content::File(Media { media_id: None, ..kept("a.jpg", "image/jpeg") });
    let (doc, link) = (("attachment", "doc-223_5_k3y"), ("message", "https://parom.example/media/t/a.jpg"));
    for (content, answers, (name, part)) in [
        (picture(), vec![unreadable()], doc),
        (picture(), vec![refused(), refused()], link),
        (Content::File(kept("a.jpg", "image/jpeg")), vec![Answer::Text(413, "<html>")], link),
        (elsewhere, Vec::new(), link),
    ] {
        let stage = Stage::start().await;
        answers.into_iter().for_each(|answer| stage.fake.answers("upload", answer));
        taken(&stage.sent(message(content)).await);
        let sent = stage.messages().remove(0);
        assert!(sent[name].contains(part) && sent.contains_key("attachment") == (name == "attachment"), "{sent:?}");
    }
}

#[tokio::test]
async fn a_part_is_not_sent_again_because_the_next_was_refused() {
    let stage = Stage::start().await;
    stage.fake.answers("messages.send", fake::done(json!(101)));
    stage.fake.answers("messages.send", fake::refused(9, "Flood control"));
    let texts = "word ".repeat(2_000);
    let whole = to("712", message(text(&texts)));
    let outcomes = tests::attempts(whole, 3, async |next: &Outgoing| stage.try_once(next).await).await;
    assert_eq!(outcomes, ["onward", "retry", "done"]);
    let calls = stage.messages();
    assert_eq!(calls[1], calls[2], "the same number too, by which VK knows a repeat");
    assert_ne!(calls[0]["random_id"], calls[1]["random_id"]);
    assert_eq!(format!("{}{}", calls[0]["message"], calls[1]["message"]).trim(), texts.trim());
}
