//! Answers to comments.

use base::message::{Post, Quote};

use super::*;

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
    assert_eq!(call.line, "POST /messages/mid.9/comments");
    assert_eq!(call.body(), json!({ "text": "100", "link": { "type": "reply", "mid": "mid.5" } }));
    let (_, bot) = answered(message(text("100"))).await;
    assert_eq!(bot.fake.call().line, "POST /messages?user_id=91234567");
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
    let none = ScriptedAnswer::refused(404, "dialog.not.found", "error.dialog.notfound");
    let bot = TestBot::new([none]).await;
    let report = bot.send_to(COMMENTS, Event::Created(Box::new(message(text("Hi"))))).await;
    assert_eq!(failure(&report), FailureCode::RecipientUnreachable);
}
