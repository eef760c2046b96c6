//! Telegram's refusals: what they mean, how long to wait, and what is sent instead.

use super::*;

fn refused(description: &str) -> Answer {
    fake::refused(400, &format!("Bad Request: {description}"))
}

fn buttons() -> Option<Markup> {
    Some(Markup::Buttons(vec![vec![Button { text: "Shop".into(), url: Some("https://x".into()) }]]))
}

fn quoted() -> Option<Quote> {
    Some(Quote { external_id: Some("5512345678:7".into()), ..Quote::default() })
}

#[tokio::test]
async fn a_picture_becomes_a_document_and_then_a_link() {
    for refusal in ["PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED", "wrong type of the web page content"] {
        let picture = || message(Content::Picture(kept("a.jpg", "image/jpeg")));
        let (report, stage) = sent(picture(), [refused(refusal)]).await;
        assert_eq!(taken(&report).external_id.as_deref(), Some("5512345678:102"));
        assert_eq!(stage.methods(), ["sendPhoto", "sendDocument"], "{refusal}");
        assert_eq!(stage.fake.calls()[1].file.as_ref().unwrap().bytes, BYTES, "the bytes go once more, from the start");
        let (report, stage) = sent(picture(), [refused(refusal), refused(refusal)]).await;
        taken(&report);
        assert_eq!(stage.methods(), ["sendPhoto", "sendDocument", "sendMessage"]);
        let (report, _) = sent(picture(), [refused(refusal), refused(refusal), refused(refusal)]).await;
        assert_eq!(failure(&report).0, FailureCode::Rejected);
    }
}

#[tokio::test]
async fn a_voice_that_the_customer_does_not_want_becomes_audio() {
    let (report, stage) =
        sent(message(Content::Voice(kept("a.ogg", "audio/ogg"))), [refused("VOICE_MESSAGES_FORBIDDEN")]).await;
    taken(&report);
    assert_eq!(stage.methods(), ["sendVoice", "sendAudio"]);
}

#[tokio::test]
async fn an_address_that_telegram_cannot_read_becomes_a_link() {
    for refusal in ["failed to get HTTP URL content", "wrong file identifier/HTTP URL specified"] {
        let passed = Media { media_id: None, text: Some("Look".into()), ..kept("a.jpg", "image/jpeg") };
        let (report, stage) = sent(message(Content::Picture(passed)), [refused(refusal)]).await;
        taken(&report);
        let said = stage.fake.calls()[1].parameters["text"].to_string();
        assert!(said.contains("https://parom.example/media/t/a.jpg") && said.contains("Look"), "{said}");
    }
}

#[tokio::test]
async fn a_group_that_moved_is_followed() {
    let body = json!({
        "ok": false, "error_code": 400, "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": { "migrate_to_chat_id": -1_002_233_i64 },
    });
    let stage = TestBot::new([Answer::Json(400, body.clone())]).await;
    let replying = Message {
        reply_to: Some(Quote { external_id: Some("-77:5".into()), ..Quote::default() }),
        ..message(text("x"))
    };
    let to_group =
        Outgoing { conversation_id: "-77".to_owned(), ..outgoing(Event::Created(Box::new(replying.clone()))) };
    let report = stage.send(to_group).await;
    assert_eq!(taken(&report).moved_to.as_deref(), Some("-1002233"));
    assert_eq!(taken(&report).external_id.as_deref(), Some("-1002233:102"));
    let again = &stage.fake.calls()[1].parameters;
    assert_eq!((&again["chat_id"], again.get("reply_parameters")), (&json!(-1_002_233), None));
}

#[tokio::test]
async fn a_message_refused_for_its_quote_or_topic_is_sent_without_it() {
    for refusal in ["message to be replied not found", "QUOTE_TEXT_INVALID"] {
        let (report, stage) = sent(Message { reply_to: quoted(), ..message(text("x")) }, [refused(refusal)]).await;
        taken(&report);
        assert_eq!(stage.fake.calls()[1].parameters.get("reply_parameters"), None);
    }
    for refusal in ["message thread not found", "TOPIC_CLOSED"] {
        let stage = TestBot::new([refused(refusal), refused(refusal)]).await;
        let to_topic = || Outgoing {
            conversation_id: "-77/5".to_owned(),
            ..outgoing(Event::Created(Box::new(message(text("x")))))
        };
        let report = stage.send(to_topic()).await;
        assert_eq!(failure(&report).0, FailureCode::Rejected, "refused without it too");
        assert_eq!(stage.fake.calls()[1].parameters.get("message_thread_id"), None);
        taken(&stage.send(to_topic()).await);
    }
}

#[tokio::test]
async fn buttons_that_telegram_refuses_become_text() {
    for refusal in ["BUTTON_URL_INVALID", "reply markup is too long", "inline keyboard button URL 'x' is invalid: y"] {
        let (report, stage) = sent(Message { markup: buttons(), ..message(text("Hi")) }, [refused(refusal)]).await;
        taken(&report);
        let again = &stage.fake.calls()[1].parameters;
        assert_eq!((&again["text"], again.get("reply_markup")), (&json!("Hi\n\n• Shop – https://x"), None));
    }
}

#[tokio::test]
async fn a_text_that_telegram_finds_too_long_is_split_again() {
    let long = "word ".repeat(700);
    let with = Message { markup: buttons(), ..message(text(&long)) };
    let (report, stage) = sent(with, [refused("message is too long")]).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("5512345678:103"));
    let calls = stage.fake.calls();
    let texts: Vec<_> = calls[1..].iter().map(|call| call.parameters["text"].as_str().unwrap()).collect();
    assert_eq!(texts.concat().trim(), long.trim());
    let keyboards: Vec<_> = calls[1..].iter().map(|call| call.parameters.contains_key("reply_markup")).collect();
    assert_eq!(keyboards, [false, true], "at the last");

    let captioned = Media { text: Some("caption".into()), ..kept("a.jpg", "image/jpeg") };
    let (report, stage) = sent(message(Content::Picture(captioned)), [refused("message caption is too long")]).await;
    taken(&report);
    assert_eq!(stage.methods(), ["sendPhoto", "sendPhoto", "sendMessage"]);
    assert_eq!(stage.fake.calls()[1].parameters.get("caption"), None);
}

#[tokio::test]
async fn several_reasons_are_met_one_after_another() {
    let captioned = Media { text: Some("caption".into()), ..kept("a.jpg", "image/jpeg") };
    let everything = Message { reply_to: quoted(), markup: buttons(), ..message(Content::Picture(captioned)) };
    let refusals = ["message to be replied not found", "BUTTON_URL_INVALID", "IMAGE_PROCESS_FAILED"].map(refused);
    let (report, stage) = sent(everything, refusals).await;
    taken(&report);
    assert_eq!(stage.methods(), ["sendPhoto", "sendPhoto", "sendPhoto", "sendDocument"]);
    let (report, stage) = sent(message(text("x")), vec![refused("can't parse entities: y"); 9]).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected);
    assert_eq!(stage.methods().len(), 1, "what cannot be changed is not sent twice");
}

/// Telegram has two wordings for a caption that is too long. Whatever becomes of its text then, the file is sent once.
#[tokio::test]
async fn a_file_is_not_sent_again_because_its_text_was_refused() {
    let accepted = |id: i64| Answer::Json(200, json!({ "ok": true, "result": { "message_id": id } }));
    for wording in ["message caption is too long", "MEDIA_CAPTION_TOO_LONG"] {
        for (failed, outcome) in [(fake::refused(429, "Too Many Requests"), "retry"), (Answer::Reset, "unknown")] {
            let bot = TestBot::new([refused(wording), accepted(101), failed]).await;
            let captioned = Media { text: Some("caption".into()), ..kept("a.jpg", "image/jpeg") };
            let with = Message { reply_to: quoted(), markup: buttons(), ..message(Content::Picture(captioned)) };
            let send = async |next: &Outgoing| send(&bot.api, &bot.memory, &bot.settings, next).await;
            let outcomes = tests::attempts(outgoing(Event::Created(Box::new(with))), 3, send).await;
            assert_eq!(outcomes, ["onward", outcome, "done"], "{wording}");
            assert_eq!(bot.methods(), ["sendPhoto", "sendPhoto", "sendMessage", "sendMessage"], "{wording}");
            let last = &bot.fake.calls()[3].parameters;
            assert_eq!((&last["text"], last.contains_key("reply_parameters")), (&json!("caption"), false));
            assert!(last.contains_key("reply_markup"), "the buttons are below the last");
        }
    }
}

fn to(conversation: &str, seconds: i64) -> Outgoing {
    let outgoing = outgoing(Event::Created(Box::new(message(text("x")))));
    Outgoing {
        conversation_id: conversation.to_owned(),
        now: outgoing.now + chrono::Duration::seconds(seconds),
        ..outgoing
    }
}

fn slow(seconds: u64) -> Answer {
    let parameters = json!({ "retry_after": seconds });
    Answer::Json(
        429,
        json!({ "ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": parameters }),
    )
}

#[tokio::test]
async fn a_chat_pauses_after_a_short_burst() {
    let stage = TestBot::new([]).await;
    let mut rests = Vec::new();
    for _ in 0..4 {
        rests.push(stage.send(to("55", 0)).await.rest.as_millis());
    }
    assert_eq!(rests, [0, 0, 1_000, 2_000]);
    assert_eq!(stage.send(to("56", 0)).await.rest, Duration::ZERO, "each chat has its own");
    assert_eq!(stage.send(to("55", 60)).await.rest, Duration::ZERO);
    for _ in 0..2 {
        stage.send(to("-77", 0)).await;
    }
    assert_eq!(stage.send(to("-77", 0)).await.rest, Duration::from_secs(3), "a group takes twenty a minute");
}

#[tokio::test]
async fn one_chat_that_is_asked_to_wait_waits_alone_and_two_stop_the_bot() {
    let stage = TestBot::new([slow(34), slow(34), slow(34), slow(3)]).await;
    let chat = Verdict::Retry { after: Some(Duration::from_secs(35)), whole_target: false };
    let bot = Verdict::Retry { after: Some(Duration::from_secs(35)), whole_target: true };
    let report = stage.send(to("55", 0)).await;
    assert_eq!((report.verdict, report.status), (chat.clone(), 429));
    assert_eq!(stage.send(to("55", 2)).await.verdict, chat, "the same chat once more");
    assert_eq!(stage.send(to("56", 4)).await.verdict, bot);
    let alone = Verdict::Retry { after: Some(Duration::from_secs(4)), whole_target: false };
    assert_eq!(stage.send(to("57", 20)).await.verdict, alone, "long after");
}

#[tokio::test]
async fn a_refusal_for_good_says_why_in_the_accounts_words() {
    let report = refused_of_refusals(403, "Forbidden: bot was blocked by the user").await;
    let said = "The customer blocked the bot. Use another way to reach them.";
    assert_eq!(failure(&report), (FailureCode::RecipientBlocked, said.to_owned()));
    assert_eq!(report.status, 403);
    assert!(report.answer.contains("bot was blocked by the user"));
    assert_eq!(
        failure(&refused_of_refusals(400, "Bad Request: chat not found").await).0,
        FailureCode::RecipientUnreachable
    );
    assert_eq!(failure(&refused_of_refusals(403, "Forbidden: something new").await).0, FailureCode::RecipientBlocked);
    assert_eq!(failure(&refused_of_refusals(400, "Bad Request: something new").await).0, FailureCode::Rejected);
    assert_eq!(failure(&refused_of_refusals(413, "Request Entity Too Large").await).0, FailureCode::Rejected);
    assert_eq!(failure(&refused_of_refusals(302, "Found").await).0, FailureCode::Rejected);
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
        let report = refused_of_refusals(code, description).await;
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
        let stage = TestBot::new([fake::refused(400, description)]).await.set(lent.clone());
        let report = stage.send(write(42)).await;
        assert_eq!(failure(&report).0, FailureCode::SourceDisconnected, "{description}");
    }
    let stage = TestBot::new([fake::refused(401, "Unauthorized")]).await.set(lent.clone());
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
    assert_eq!(refused_of_refusals(500, "Internal Server Error: restart").await.verdict, later);
    for answer in [Answer::Text(502, "<html>"), Answer::Text(504, ""), Answer::Deaf] {
        let (report, _) = sent(message(text("x")), [answer.clone()]).await;
        let wanted = if matches!(answer, Answer::Deaf) { Verdict::Unknown } else { later.clone() };
        assert_eq!(report.verdict, wanted, "{answer:?}");
    }
    for answer in [Answer::Reset, Answer::Text(200, "<html>")] {
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
    for answer in [Answer::Reset, Answer::Text(502, TOKEN), fake::refused(400, &told)] {
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
    tests::gateway_pages(&[404], async |answer| sent(message(text("x")), [answer]).await.0).await;
}
