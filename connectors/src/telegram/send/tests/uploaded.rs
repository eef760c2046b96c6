//! Sending a file again.

use super::*;

/// Telegram's answer to an uploaded picture.
fn posted(id: &str) -> ScriptedAnswer {
    let sizes = json!([{ "file_id": "small" }, { "file_id": id }]);
    ScriptedAnswer::Json(200, json!({ "ok": true, "result": { "message_id": 101, "date": 1, "photo": sizes } }))
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
    let refused = ScriptedAnswer::refused(400, "Bad Request: wrong file identifier/HTTP URL specified");
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
    let blocked = ScriptedAnswer::refused(403, "Forbidden: bot was blocked by the user");
    let stage = TestBot::new([posted("large"), blocked]).await;
    taken(&stage.send(picture("a.jpg")).await);
    assert_eq!(failure(&stage.send(picture("a.jpg")).await).0, FailureCode::RecipientBlocked);
    assert_eq!(stage.methods().len(), 2);
}
