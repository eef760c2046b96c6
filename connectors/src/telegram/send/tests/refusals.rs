//! Final refusals, waits and unknown outcomes.

use super::*;

async fn refused(code: u16, description: &str) -> Report {
    let (report, stage) = sent(message(text("x")), [ScriptedAnswer::refused(code, description)]).await;
    assert_eq!(stage.methods().len(), 1);
    report
}

#[tokio::test]
async fn a_refusal_for_good_says_why_in_the_accounts_words() {
    let report = refused(403, "Forbidden: bot was blocked by the user").await;
    let said = "The customer blocked the bot. Use another way to reach them.";
    assert_eq!(failure(&report), (FailureCode::RecipientBlocked, said.to_owned()));
    assert_eq!(report.status, 403);
    assert!(report.answer.contains("bot was blocked by the user"));
    assert_eq!(failure(&refused(400, "Bad Request: chat not found").await).0, FailureCode::RecipientUnreachable);
    assert_eq!(failure(&refused(403, "Forbidden: something new").await).0, FailureCode::RecipientBlocked);
    assert_eq!(failure(&refused(400, "Bad Request: something new").await).0, FailureCode::Rejected);
    assert_eq!(failure(&refused(413, "Request Entity Too Large").await).0, FailureCode::Rejected);
    assert_eq!(failure(&refused(302, "Found").await).0, FailureCode::Rejected);
}

#[tokio::test]
async fn a_token_that_is_not_taken_pauses_the_source() {
    for (code, description) in [
        (401, "Unauthorized"),
        (404, "Not Found"),
        (421, "Misdirected Request: unallowed token specified"),
        (400, "Bad Request: FROZEN_METHOD_INVALID"),
        (409, "Conflict: terminated by other getUpdates request"),
    ] {
        let report = refused(code, description).await;
        assert_eq!(report.verdict, Verdict::Pause, "{description}");
        let read = LocalizedText::stored(&report.reason).in_words(Words::new(Language::Ru), "amoCRM");
        assert!(read.chars().any(|sign| ('а'..='я').contains(&sign)), "{read} is read in every language");
    }
}

#[tokio::test]
async fn an_account_that_the_bot_writes_for_fails_alone() {
    let lent = json!({ "facts": { "business": { "42": "conn-7" } } });
    let write = |owner: i64| Outgoing {
        conversation_id: format!("b{owner}/5512345678"),
        ..outgoing(Event::Created(Box::new(message(text("x")))))
    };
    for description in ["Bad Request: business connection not found", "Bad Request: FROZEN_METHOD_INVALID"] {
        let stage = TestBot::new([ScriptedAnswer::refused(400, description)]).await.set(lent.clone());
        let report = stage.send(write(42)).await;
        assert_eq!(failure(&report).0, FailureCode::SourceDisconnected, "{description}");
    }
    let stage = TestBot::new([ScriptedAnswer::refused(401, "Unauthorized")]).await.set(lent.clone());
    assert_eq!(stage.send(write(42)).await.verdict, Verdict::Pause, "the token is common to all chats");
    // Its owner disconnected the bot: no call is made.
    let stage = TestBot::new([]).await.set(lent);
    let (code, said) = failure(&stage.send(write(43)).await);
    assert_eq!((code, stage.methods().len()), (FailureCode::SourceDisconnected, 0));
    assert_eq!(said, "The bot is off in Telegram Business. Connect it again.");
}

#[tokio::test]
async fn temporary_failures_are_retried_and_unknown_outcomes_are_reported_as_unknown() {
    let later = Verdict::Retry { after: None, whole_target: false };
    assert_eq!(refused(500, "Internal Server Error: restart").await.verdict, later);
    for answer in [ScriptedAnswer::Text(502, "<html>"), ScriptedAnswer::Text(504, ""), ScriptedAnswer::Deaf] {
        let (report, _) = sent(message(text("x")), [answer.clone()]).await;
        let wanted = if matches!(answer, ScriptedAnswer::Deaf) { Verdict::Unknown } else { later.clone() };
        assert_eq!(report.verdict, wanted, "{answer:?}");
    }
    for answer in [ScriptedAnswer::Reset, ScriptedAnswer::Text(200, "<html>")] {
        assert_eq!(sent(message(text("x")), [answer]).await.0.verdict, Verdict::Unknown);
    }
    // Its file could not be read: nothing was sent.
    let unreadable = Media { media_id: Some(Uuid::nil()), ..kept("a.jpg", "image/jpeg") };
    let (report, stage) = sent(message(Content::Picture(unreadable)), []).await;
    assert_eq!((report.verdict, stage.methods().len()), (later, 0));
}

#[tokio::test]
async fn a_message_without_content_or_recipient_is_not_sent() {
    let (report, stage) = sent(message(text(" \n ")), []).await;
    assert_eq!((failure(&report).0, stage.methods().len()), (FailureCode::Rejected, 0));
    let stage = TestBot::new([]).await;
    let begun = Outgoing { conversation_id: String::new(), ..outgoing(Event::Started(Box::new(message(text("x"))))) };
    assert_eq!(failure(&stage.send(begun).await).0, FailureCode::RecipientUnreachable);
    let mut tokenless = TestBot::new([]).await;
    tokenless.settings.secrets.clear();
    let report = tokenless.send(outgoing(Event::Created(Box::new(message(text("x")))))).await;
    assert_eq!((report.verdict, tokenless.methods().len()), (Verdict::Pause, 0));
}

#[tokio::test]
async fn no_report_holds_the_token_or_the_text() {
    let told = format!("Bad Request: {TOKEN}");
    let mut reports = Vec::new();
    for answer in [ScriptedAnswer::Reset, ScriptedAnswer::Text(502, TOKEN), ScriptedAnswer::refused(400, &told)] {
        let (report, _) = sent(message(text("a secret of the customer")), [answer]).await;
        reports.push(format!("{report:?}"));
    }
    for report in reports {
        assert!(!report.contains("CANARY") && !report.contains("secret of"), "{report}");
    }
}

/// Whatever a gateway answers in the messenger's place: no message is lost, and no source stopped.
#[tokio::test]
async fn a_gateways_page_is_no_verdict() {
    for status in [302, 400, 401, 403, 404, 409, 410, 421, 502] {
        for page in ["<html>", ""] {
            let verdict = sent(message(text("x")), [ScriptedAnswer::Text(status, page)]).await.0.verdict;
            assert_eq!(verdict, Verdict::Retry { after: None, whole_target: false }, "{status} {page}");
        }
    }
    for status in [413, 414, 415] {
        for page in ["<html>", ""] {
            let report = sent(message(text("x")), [ScriptedAnswer::Text(status, page)]).await.0;
            assert_eq!(failure(&report).0.amocrm_code(), 905, "{status} {page}: it is about the request");
        }
    }
}
