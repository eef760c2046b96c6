//! Edits.

use base::message::Post;

use super::*;

async fn edited(message: Message, answers: impl IntoIterator<Item = ScriptedAnswer>) -> (Report, TestBot) {
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
        assert_eq!((call.line.as_str(), call.body()), ("PUT /messages?message_id=mid.5", json!({ "text": "new" })));
    }
    let comment = Message { post: Some(Post { id: "mid.9".to_owned(), ..Post::default() }), ..known(text("new")) };
    let (_, bot) = edited(comment, []).await;
    assert_eq!(bot.fake.call().line, "PUT /messages/mid.9/comments?comment_id=mid.5");
}

#[tokio::test]
async fn an_edit_succeeds_with_any_text_in_the_answer() {
    for body in ["", "OK"] {
        let (report, bot) = edited(known(text("new")), [ScriptedAnswer::Text(200, body)]).await;
        taken(&report);
        assert_eq!(bot.fake.calls().len(), 1);
    }
}

#[tokio::test]
async fn an_impossible_edit_is_reported_as_failed() {
    let old = ScriptedAnswer::Json(200, json!({ "success": false, "message": "Message is too old to be edited" }));
    let (report, _) = edited(known(text("new")), [old]).await;
    failure(&report);
    let (report, bot) = edited(message(text("new")), []).await;
    failure(&report);
    let (report, _) = edited(known(Content::Location { latitude: 1.0, longitude: 1.0 }), []).await;
    failure(&report);
    assert!(bot.fake.calls().is_empty());
}
