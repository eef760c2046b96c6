//! Messages changed and sent again within the same letter, once for each reason.

use base::message::{Button, Markup, Quote};

use super::*;

fn refused(description: &str) -> ScriptedAnswer {
    ScriptedAnswer::refused(400, &format!("Bad Request: {description}"))
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
        assert_eq!(stage.fake.calls()[1].file.as_ref().unwrap().3, BYTES, "the bytes go once more, from the start");
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
    let stage = TestBot::new([ScriptedAnswer::Json(400, body.clone())]).await;
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
    let accepted = |id: i64| ScriptedAnswer::Json(200, json!({ "ok": true, "result": { "message_id": id } }));
    for wording in ["message caption is too long", "MEDIA_CAPTION_TOO_LONG"] {
        for (failed, outcome) in
            [(ScriptedAnswer::refused(429, "Too Many Requests"), "retry"), (ScriptedAnswer::Reset, "unknown")]
        {
            let bot = TestBot::new([refused(wording), accepted(101), failed]).await;
            let captioned = Media { text: Some("caption".into()), ..kept("a.jpg", "image/jpeg") };
            let with = Message { reply_to: quoted(), markup: buttons(), ..message(Content::Picture(captioned)) };
            let send = async |next: &Outgoing| super::send(&bot.api, &bot.memory, &bot.settings, next).await;
            let outcomes = tests::attempts(outgoing(Event::Created(Box::new(with))), 3, send).await;
            assert_eq!(outcomes, ["onward", outcome, "done"], "{wording}");
            assert_eq!(bot.methods(), ["sendPhoto", "sendPhoto", "sendMessage", "sendMessage"], "{wording}");
            let last = &bot.fake.calls()[3].parameters;
            assert_eq!((&last["text"], last.contains_key("reply_parameters")), (&json!("caption"), false));
            assert!(last.contains_key("reply_markup"), "the buttons are below the last");
        }
    }
}
