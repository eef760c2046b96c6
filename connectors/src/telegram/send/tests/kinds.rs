//! Every kind of message, accepted at once.

use base::message::{Button, List, Markup, Quote, Row, Section};

use super::*;
use crate::PressedButton;

async fn asked(message: Message) -> (String, Value, TestBot) {
    let (report, stage) = sent(message, []).await;
    taken(&report);
    let call = stage.fake.call();
    (call.method, Value::Object(call.parameters), stage)
}

#[tokio::test]
async fn a_text_is_sent_as_it_is_and_its_id_is_kept() {
    let (report, stage) = sent(message(text("a *b* <c>")), []).await;
    let call = stage.fake.call();
    assert_eq!(call.method, "sendMessage");
    assert_eq!(Value::Object(call.parameters), json!({ "chat_id": 5_512_345_678_i64, "text": "a *b* <c>" }));
    assert_eq!(taken(&report).external_id.as_deref(), Some("5512345678:101"));
    assert_eq!((taken(&report).state, taken(&report).moved_to.as_deref()), (Some(State::Delivered), None));
}

#[tokio::test]
async fn acceptance_counts_as_delivery_unless_the_source_is_set_otherwise() {
    let stage = TestBot::new([]).await.set(json!({ "delivered_on_accept": false }));
    let report = stage.send(outgoing(Event::Created(Box::new(message(text("x")))))).await;
    assert_eq!(taken(&report).state, Some(State::Sent));
}

#[tokio::test]
async fn files_are_uploaded_as_what_they_are() {
    for (content, method, field) in [
        (Content::Picture(kept("a.jpg", "image/jpeg")), "sendPhoto", "photo"),
        (Content::Picture(kept("a.gif", "image/gif")), "sendAnimation", "animation"),
        (Content::Picture(kept("a.heic", "image/heic")), "sendDocument", "document"),
        (Content::Video(kept("a.mp4", "video/mp4")), "sendVideo", "video"),
        (Content::Voice(kept("a.ogg", "audio/ogg")), "sendVoice", "voice"),
        (Content::Audio(kept("a.mp3", "audio/mpeg")), "sendAudio", "audio"),
        (Content::File(kept("a.pdf", "application/pdf")), "sendDocument", "document"),
        (Content::Sticker(kept("a.webp", "image/webp")), "sendSticker", "sticker"),
    ] {
        let (report, stage) = sent(message(content), []).await;
        assert_eq!(taken(&report).external_id.as_deref(), Some("5512345678:101"));
        let call = stage.fake.call();
        let (name, _, _, bytes) = call.file.expect("a file");
        assert_eq!((call.method.as_str(), name.as_str()), (method, field));
        assert_eq!(bytes, BYTES);
        let stays = call.parameters.get("disable_content_type_detection").is_some();
        assert_eq!(stays, method == "sendDocument", "{method}");
    }
}

#[tokio::test]
async fn a_caption_goes_below_its_file_and_beside_a_sticker() {
    let captioned = |mime: &str| Media { text: Some("Look".into()), duration: Some(7), ..kept("a", mime) };
    let (_, parameters, _) = asked(message(Content::Video(captioned("video/mp4")))).await;
    assert_eq!((&parameters["caption"], &parameters["duration"]), (&json!("Look"), &json!(7)));
    let (report, stage) = sent(message(Content::Sticker(captioned("image/webp"))), []).await;
    assert_eq!(stage.methods(), ["sendSticker", "sendMessage"]);
    assert_eq!(stage.fake.calls()[1].parameters["text"], "Look");
    assert_eq!(taken(&report).external_id.as_deref(), Some("5512345678:102"));
}

#[tokio::test]
async fn a_file_that_is_not_here_goes_by_its_address_and_one_too_large_as_a_link() {
    let passed = Media { media_id: None, ..kept("a.jpg", "image/jpeg") };
    let (method, parameters, stage) = asked(message(Content::Picture(passed))).await;
    assert_eq!((method.as_str(), &parameters["photo"]), ("sendPhoto", &json!("https://parom.example/media/t/a.jpg")));
    assert!(stage.fake.call().file.is_none());
    let large = Media { file_size: 2001 * 1024 * 1024, text: Some("Film".into()), ..kept("a.mp4", "video/mp4") };
    let (method, parameters, _) = asked(message(Content::Video(large))).await;
    let said = parameters["text"].as_str().unwrap();
    assert_eq!(method, "sendMessage");
    assert!(said.contains("https://parom.example/media/t/a.mp4") && said.ends_with("Film"), "{said}");
}

#[tokio::test]
async fn places_and_persons_are_native() {
    let (method, parameters, _) = asked(message(Content::Location { latitude: 43.25, longitude: 76.95 })).await;
    assert_eq!(
        (method.as_str(), &parameters["latitude"], &parameters["longitude"]),
        ("sendLocation", &json!(43.25), &json!(76.95))
    );
    let person = |name: &str, phone: &str| Content::Contact { name: name.into(), phone: phone.into() };
    let (method, parameters, _) = asked(message(person("Anna", "+79151112233"))).await;
    assert_eq!((method.as_str(), &parameters["first_name"]), ("sendContact", &json!("Anna")));
    assert_eq!(parameters["phone_number"], "+79151112233");
    let (_, parameters, _) = asked(message(person("", "+79151112233"))).await;
    assert_eq!(parameters["first_name"], "+79151112233", "Telegram wants a name");
    let (method, parameters, _) = asked(message(person("Anna", ""))).await;
    assert_eq!(method, "sendMessage");
    assert!(parameters["text"].as_str().unwrap().contains("Anna"));
}

#[tokio::test]
async fn buttons_and_lists_are_keyboards() {
    let button = |text: &str, url: Option<&str>| Button { text: text.into(), url: url.map(str::to_owned) };
    let rows = vec![vec![button("Yes", None)], vec![button("Shop", Some("https://acme.test"))]];
    let with = Message { markup: Some(Markup::Buttons(rows)), ..message(text("Deliver today?")) };
    let (_, parameters, _) = asked(with).await;
    let keys = &parameters["reply_markup"]["inline_keyboard"];
    let pressed = PressedButton::read(keys[0][0]["callback_data"].as_str().unwrap()).unwrap();
    assert_eq!(pressed, PressedButton { message_id: Uuid::from_u128(1), row: 0, column: 0 });
    assert_eq!(keys[1][0], json!({ "text": "Shop", "url": "https://acme.test" }));

    let row = |id: &str| Row { id: id.into(), title: id.to_uppercase(), ..Row::default() };
    let list = List {
        header: "Sizes".into(),
        body: "Which one?".into(),
        sections: vec![Section { title: "All".into(), rows: vec![row("s"), row("m")] }],
        ..List::default()
    };
    let with = Message { markup: Some(Markup::List(list)), ..message(text("Which one?")) };
    let (_, parameters, _) = asked(with).await;
    assert_eq!(parameters["text"], "Sizes\nWhich one?", "in the list's order, and nothing twice");
    assert_eq!(parameters["reply_markup"]["inline_keyboard"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_keyboard_that_is_too_large_becomes_text() {
    let many = (0..101).map(|number| vec![Button { text: format!("Size {number}"), url: None }]).collect();
    let with = Message { markup: Some(Markup::Buttons(many)), ..message(text("Which?")) };
    let (_, parameters, _) = asked(with).await;
    assert_eq!(parameters.get("reply_markup"), None);
    assert!(parameters["text"].as_str().unwrap().starts_with("Which?\n\n• Size 0\n• Size 1"));
}

#[tokio::test]
async fn quotes_refer_to_messages_of_the_chat_and_others_become_text() {
    let quote = |id: Option<&str>| Quote {
        external_id: id.map(str::to_owned),
        content: Some(text("Is it blue?")),
        ..Quote::default()
    };
    let replying = |id: Option<&str>| Message { reply_to: Some(quote(id)), ..message(text("Yes")) };
    let (_, parameters, _) = asked(replying(Some("5512345678:4101"))).await;
    let reply = json!({ "message_id": 4101, "allow_sending_without_reply": true });
    assert_eq!((&parameters["reply_parameters"], &parameters["text"]), (&reply, &json!("Yes")));
    for other in [None, Some("999:4101"), Some("b42/5512345678:4101")] {
        let (_, parameters, _) = asked(replying(other)).await;
        assert_eq!(parameters.get("reply_parameters"), None);
        assert_eq!(parameters["text"], "> Is it blue?\n\nYes", "{other:?}");
    }
    let long = Message { reply_to: Some(quote(None)), ..message(text(&"x".repeat(4096))) };
    let (_, parameters, _) = asked(long).await;
    assert_eq!(parameters["text"].as_str().unwrap().len(), 4096, "the message goes before its quote");
}

#[tokio::test]
async fn a_topic_and_a_business_chat_are_addressed() {
    let stage = TestBot::new([]).await.set(json!({ "facts": { "business": { "42": "conn-7" } } }));
    let to = |conversation: &str| Outgoing {
        conversation_id: conversation.to_owned(),
        ..outgoing(Event::Created(Box::new(message(text("x")))))
    };
    let report = stage.send(to("-1002233/14")).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("-1002233:101"));
    let report = stage.send(to("b42/55")).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("b42/55:102"));
    let calls = stage.fake.calls();
    assert_eq!(
        Value::Object(calls[0].parameters.clone()),
        json!({ "chat_id": -1_002_233, "message_thread_id": 14, "text": "x" })
    );
    let business = json!({ "chat_id": 55, "business_connection_id": "conn-7", "text": "x" });
    assert_eq!(Value::Object(calls[1].parameters.clone()), business);
    let report = stage.send(to("b43/55")).await;
    let (code, words) = failure(&report);
    assert_eq!(code, FailureCode::SourceDisconnected);
    assert!(words.contains("Telegram Business"), "{words}");
}
