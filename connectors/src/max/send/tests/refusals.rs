//! What refusals lead to.

use base::message::{Button, Markup, Quote};

use super::*;

async fn refused(status: u16, code: &str, message_of_max: &str) -> Report {
    sent(message(text("Hi")), [ScriptedAnswer::refused(status, code, message_of_max)]).await.0
}

#[tokio::test]
async fn customers_who_cannot_be_reached_are_reported() {
    let stopped = refused(403, "chat.denied", "Key: error.dialog.suspended, args: [228532008,].").await;
    assert_eq!(failure(&stopped), FailureCode::RecipientBlocked);
    assert_eq!(failure(&refused(404, "dialog.not.found", "").await), FailureCode::RecipientUnreachable);
    assert_eq!(failure(&refused(400, "proto.payload", "something new").await), FailureCode::Rejected);
    let bot = TestBot::new([]).await;
    let report = bot.send_to("", Event::Started(Box::new(message(text("Hi"))))).await;
    assert_eq!(failure(&report), FailureCode::RecipientUnreachable);
    assert!(bot.fake.calls().is_empty());
}

#[tokio::test]
async fn a_token_that_is_not_valid_pauses_the_source() {
    for status in [401, 403] {
        assert_eq!(refused(status, "verify.token", "Invalid access_token").await.verdict, Verdict::Pause);
    }
    let mut bot = TestBot::new([]).await;
    bot.settings.secrets.clear();
    assert_eq!(bot.send(message(text("Hi"))).await.verdict, Verdict::Pause);
}

#[tokio::test]
async fn limits_hold_the_whole_bot_and_failures_one_message() {
    let after = |seconds| Some(Duration::from_secs(seconds));
    let (report, _) = sent(message(text("Hi")), [ScriptedAnswer::Limited(7)]).await;
    assert_eq!(report.verdict, Verdict::Retry { after: after(7), whole_target: true });
    let report = refused(429, "too.many.requests", "").await;
    assert_eq!(report.verdict, Verdict::Retry { after: after(1), whole_target: true });
    let (report, _) = sent(message(text("Hi")), [ScriptedAnswer::Text(503, "<html>")]).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false });
}

#[tokio::test]
async fn a_message_that_may_have_arrived_is_unknown() {
    for answer in [ScriptedAnswer::Reset, ScriptedAnswer::Text(200, "<html>")] {
        assert_eq!(sent(message(text("Hi")), [answer]).await.0.verdict, Verdict::Unknown);
    }
}

#[tokio::test]
async fn requests_are_changed_as_the_catalog_says() {
    let quoted = Message {
        reply_to: Some(Quote { external_id: Some("mid.5".to_owned()), ..Quote::default() }),
        ..message(text("Hi"))
    };
    let no_quote = ScriptedAnswer::refused(400, "proto.payload", "Invalid message_id: mid.5");
    let (report, bot) = sent(quoted, [no_quote]).await;
    taken(&report);
    assert_eq!(bot.body(1), json!({ "text": "Hi" }));
    let button = Button { text: "Yes".to_owned(), url: None };
    let asked = Message { markup: Some(Markup::Buttons(vec![vec![button]])), ..message(text("?")) };
    let no_buttons = ScriptedAnswer::refused(400, "proto.payload", "Row of buttons must have at most 7");
    let (_, bot) = sent(asked, [no_buttons]).await;
    assert_eq!(bot.body(1), json!({ "text": "?\n\n• Yes" }));
    let long = ScriptedAnswer::refused(400, "proto.payload", "Field 'text' size (3000) must be at most 2000");
    let (_, bot) = sent(message(text(&"word ".repeat(600))), [long]).await;
    assert_eq!(bot.fake.lines().len(), 3, "in two parts");
    let card = message(Content::Contact { name: "Ann".to_owned(), phone: "+7701".to_owned() });
    let no_card = || ScriptedAnswer::refused(400, "proto.payload", "Invalid contact");
    let (report, bot) = sent(card.clone(), [no_card()]).await;
    taken(&report);
    assert!(bot.body(1)["text"].as_str().unwrap().contains("+7701"));
    let (report, bot) = sent(card, [no_card(), no_card()]).await;
    assert_eq!((failure(&report), bot.fake.lines().len()), (FailureCode::Rejected, 2), "once");
}

#[tokio::test]
async fn nothing_is_not_sent() {
    let (report, bot) = sent(message(text("  ")), []).await;
    assert_eq!((failure(&report), bot.fake.calls().len()), (FailureCode::Rejected, 0));
}

#[tokio::test]
async fn the_token_is_nowhere_in_a_report() {
    let said = ScriptedAnswer::refused(400, "proto.payload", "of CANARY-token");
    let report = sent(message(text("Hi")), [said]).await.0;
    assert!(!format!("{report:?}").contains("CANARY"), "{report:?}");
}

/// Whatever a gateway answers in the messenger's place: no message is lost, and no source stopped.
#[tokio::test]
async fn a_gateways_page_is_no_verdict() {
    for status in [302, 400, 401, 403, 404, 409, 410, 421, 502] {
        for page in ["<html>", ""] {
            let verdict = sent(message(text("Hi")), [ScriptedAnswer::Text(status, page)]).await.0.verdict;
            assert_eq!(verdict, Verdict::Retry { after: None, whole_target: false }, "{status} {page}");
        }
    }
    for status in [413, 414, 415] {
        for page in ["<html>", ""] {
            let report = sent(message(text("Hi")), [ScriptedAnswer::Text(status, page)]).await.0;
            assert_eq!(failure(&report).amocrm_code(), 905, "{status} {page}: it is about the request");
        }
    }
}

#[tokio::test]
async fn a_part_is_not_sent_again_because_the_next_was_refused() {
    let accepted = ScriptedAnswer::Json(200, json!({ "message": { "body": { "mid": "mid.1" } } }));
    let long = ScriptedAnswer::refused(400, "proto.payload", "Field 'text' size (3000) must be at most 2000");
    let bot = TestBot::new([long, accepted, ScriptedAnswer::Limited(7)]).await;
    let texts = "word ".repeat(600);
    let send = async |next: &Outgoing| send(&bot.fake.api(), &bot.memory, &bot.settings, next).await;
    let whole = outgoing(Event::Created(Box::new(message(text(&texts)))));
    assert_eq!(tests::attempts(whole, 3, send).await, ["onward", "retry", "done"]);
    let said = |call: usize| bot.body(call)["text"].as_str().unwrap().to_owned();
    assert_eq!(said(2), said(3));
    assert_eq!(format!("{}{}", said(1), said(3)).trim(), texts.trim());
}
