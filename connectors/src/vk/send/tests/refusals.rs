//! What a refusal leads to.

use std::time::Duration;

use super::*;

async fn refused(code: u32, said: &'static str) -> (Report, Stage) {
    let stage = Stage::start().await;
    stage.fake.answers("messages.send", ScriptedAnswer::Refused(code, said));
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
    stage.fake.answers("messages.send", ScriptedAnswer::Refused(921, "Can't forward these messages"));
    stage.fake.answers("messages.send", ScriptedAnswer::Refused(912, "This is a chat bot feature"));
    let rows = vec![vec![Button { text: "Да".into(), url: None }]];
    let quote = Quote { external_id: Some("712:9001".into()), ..Quote::default() };
    let with = Message { markup: Some(Markup::Buttons(rows)), reply_to: Some(quote), ..message(text("Везём?")) };
    let report = stage.sent(with).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("712:103"));
    let calls = stage.fake.calls();
    let shape =
        |at: usize| (calls[at].parameters.contains_key("reply_to"), calls[at].parameters.contains_key("keyboard"));
    assert_eq!([shape(0), shape(1), shape(2)], [(true, true), (false, true), (false, false)]);
    assert_eq!(calls[2].parameters["message"], "Везём?\n\n• Да");
}

#[tokio::test]
async fn a_picture_that_vk_cannot_read_goes_as_a_file_and_then_as_a_link() {
    let stage = Stage::start().await;
    let empty = json!({ "server": 7, "photo": "[]", "hash": "" }).to_string();
    stage.fake.answers("upload", ScriptedAnswer::Text(200, empty));
    let picture = || message(Content::Picture(kept("a.jpg", "image/jpeg")));
    taken(&stage.sent(picture()).await);
    assert_eq!(stage.fake.called("messages.send")["attachment"], "doc-223_5_k3y");

    let stage = Stage::start().await;
    for _ in 0..2 {
        stage.fake.answers("upload", ScriptedAnswer::Text(200, json!({ "error": "no such extension" }).to_string()));
    }
    taken(&stage.sent(picture()).await);
    let asked = stage.fake.called("messages.send");
    assert_eq!(asked.get("attachment"), None);
    assert!(asked["message"].contains("https://parom.example/media/t/a.jpg"));
}

#[tokio::test]
async fn gateway_errors_and_lost_answers_are_distinguished() {
    let stage = Stage::start().await;
    for (answer, verdict) in [
        (ScriptedAnswer::Text(502, "<html>".into()), Verdict::Retry { after: None, whole_target: false }),
        (ScriptedAnswer::Text(400, "<html>".into()), Verdict::Retry { after: None, whole_target: false }),
        (ScriptedAnswer::Text(403, "".into()), Verdict::Retry { after: None, whole_target: false }),
        (ScriptedAnswer::Text(200, "<html>".into()), Verdict::Unknown),
        (ScriptedAnswer::Reset, Verdict::Unknown),
    ] {
        stage.fake.answers("messages.send", answer);
        assert_eq!(stage.sent(message(text("Hi"))).await.verdict, verdict);
    }
    for status in [413, 414, 415] {
        stage.fake.answers("messages.send", ScriptedAnswer::Text(status, "<html>".into()));
        let report = stage.sent(message(text("Hi"))).await;
        assert_eq!(failure(&report).0, FailureCode::Rejected, "{status}: it is about the request");
        stage.fake.answers("upload", ScriptedAnswer::Text(status, "<html>".into()));
        taken(&stage.sent(message(Content::File(kept("a.pdf", "application/pdf")))).await);
        let sent = stage.fake.calls().pop().unwrap().parameters["message"].clone();
        assert!(sent.contains("https://parom.example/media/t/a.pdf"), "{status}: {sent}");
    }
    stage.fake.answers("upload", ScriptedAnswer::Reset);
    let report = stage.sent(message(Content::File(kept("a.pdf", "application/pdf")))).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false }, "the file has not been sent");
    assert_eq!(failure(&stage.sent(message(text("  "))).await).0, FailureCode::Rejected);
}

#[tokio::test]
async fn a_part_is_not_sent_again_because_the_next_was_refused() {
    let stage = Stage::start().await;
    stage.fake.answers("messages.send", ScriptedAnswer::Done(json!(101)));
    stage.fake.answers("messages.send", ScriptedAnswer::Refused(9, "Flood control"));
    let secrets = [("access_token".to_owned(), SecretString::from(TOKEN))].into();
    let settings = Settings { public: json!({ "group_id": 223 }), secrets };
    let texts = "word ".repeat(2_000);
    let send = async |next: &Outgoing| send((&stage.api, &stage.seen, &stage.uploaded), &settings, next).await;
    let whole = outgoing(Event::Created(Box::new(message(text(&texts)))));
    assert_eq!(tests::attempts(whole, 3, send).await, ["onward", "retry", "done"]);
    let calls: Vec<_> = stage.fake.calls().into_iter().map(|call| call.parameters).collect();
    assert_eq!(calls[1], calls[2], "the same number too, by which VK knows a repeat");
    assert_ne!(calls[0]["random_id"], calls[1]["random_id"]);
    assert_eq!(format!("{}{}", calls[0]["message"], calls[1]["message"]).trim(), texts.trim());
}
