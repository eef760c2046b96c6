//! Every kind of message as a request.

use base::message::Quote;

use super::*;

#[tokio::test]
async fn a_text_goes_with_its_letter_and_its_links_shown() {
    let (report, number) = sent(message(text("Hello")), []).await;
    let expected = json!({
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": MARIA,
        "biz_opaque_callback_data": Uuid::from_u128(9).to_string(),
        "type": "text", "text": { "body": "Hello", "preview_url": true },
    });
    assert_eq!(number.posted(), [expected]);
    let taken = taken(&report);
    assert_eq!((taken.external_id.as_deref(), taken.state), (Some("wamid.1"), Some(State::Sent)));
    assert_eq!((&taken.moved_to, &taken.conversation_id), (&None, &None));
}

#[tokio::test]
async fn a_conversation_says_whom_to_address() {
    for (conversation, address) in [
        ("KZ.123", json!({ "recipient_type": "individual", "recipient": "KZ.123" })),
        ("Y2FwaV9n", json!({ "recipient_type": "group", "to": "Y2FwaV9n" })),
    ] {
        let number = TestNumber::new([]).await;
        let to = Outgoing {
            conversation_id: conversation.to_owned(),
            ..outgoing(Event::Created(Box::new(message(text("x")))))
        };
        taken(&number.send(to).await);
        let body = number.posted().remove(0);
        for (name, value) in address.as_object().unwrap() {
            assert_eq!(body[name], *value, "{conversation}");
        }
    }
}

#[tokio::test]
async fn a_manager_writes_first_by_phone() {
    let first = |phone: Option<&str>| {
        let receiver = Person { phone: phone.map(str::to_owned), ..Person::default() };
        let event = Event::Started(Box::new(Message { receiver, ..message(text("Hi")) }));
        Outgoing { conversation_id: String::new(), ..outgoing(event) }
    };
    let number = TestNumber::new([]).await;
    let report = number.send(first(Some("7 (701) 000-11-22"))).await;
    assert_eq!(number.posted()[0]["to"], MARIA);
    let begun = taken(&report);
    assert_eq!((begun.conversation_id.as_deref(), begun.receiver_id.as_deref()), (Some(MARIA), Some("KZ.123")));
    for nobody in [None, Some("anna")] {
        assert_eq!(failure(&number.send(first(nobody)).await).0, FailureCode::RecipientUnreachable);
    }
    assert_eq!(number.posted().len(), 1);
}

#[tokio::test]
async fn a_number_that_meta_writes_differently_is_kept() {
    let answer = json!({ "contacts": [{ "input": MARIA, "wa_id": "7701000112" }], "messages": [{ "id": "wamid.9" }] });
    let (report, _) = sent(message(text("x")), [ScriptedAnswer::ok(answer)]).await;
    assert_eq!(taken(&report).moved_to.as_deref(), Some("7701000112"));
}

#[tokio::test]
async fn files_are_uploaded_and_sent_by_id() {
    let captioned = |media: Media| Media { text: Some("Look".into()), ..media };
    for (content, kind, object) in [
        (
            Content::Picture(captioned(kept("a.jpg", "image/jpeg"))),
            "image",
            json!({ "id": "media-1", "caption": "Look" }),
        ),
        (Content::Video(captioned(kept("a.mp4", "video/mp4"))), "video", json!({ "id": "media-1", "caption": "Look" })),
        (
            Content::File(captioned(kept("смета.pdf", "application/pdf"))),
            "document",
            json!({ "id": "media-1", "filename": "смета.pdf", "caption": "Look" }),
        ),
        (Content::Audio(kept("a.mp3", "audio/mpeg")), "audio", json!({ "id": "media-1" })),
        (Content::Sticker(kept("a.webp", "image/webp")), "sticker", json!({ "id": "media-1" })),
    ] {
        let (report, number) = sent(message(content.clone()), []).await;
        taken(&report);
        assert_eq!(
            number.posted().into_iter().map(bare).collect::<Vec<_>>(),
            [json!({ "type": kind, kind: object })],
            "{content:?}"
        );
        let upload = number.uploads().remove(0);
        let (name, mime, bytes) = upload.file.unwrap();
        let media = content.media().unwrap();
        assert_eq!((name, Some(mime)), (media.file_name.clone(), media.mime_type.clone()));
        assert_eq!(bytes, super::bytes(Uuid::from_u128(7)));
    }
}

#[tokio::test]
async fn a_voice_is_one_if_it_is_opus() {
    let voice =
        |id: u128, mime: &str| Content::Voice(Media { media_id: Some(Uuid::from_u128(id)), ..kept("v.ogg", mime) });
    let opus = json!({ "type": "audio", "audio": { "id": "media-1", "voice": true } });
    assert_eq!(posted(message(voice(7, "audio/ogg; codecs=opus"))).await, [opus]);
    let vorbis = json!({ "type": "document", "document": { "id": "media-1", "filename": "v.ogg" } });
    assert_eq!(posted(message(voice(VORBIS, "audio/ogg"))).await, [vorbis], "Meta takes no other Ogg as audio");
    let mp3 = json!({ "type": "audio", "audio": { "id": "media-1" } });
    assert_eq!(posted(message(voice(VORBIS, "audio/mpeg"))).await, [mp3], "heard, but not shown as a voice message");
}

#[tokio::test]
async fn a_text_that_has_no_place_below_its_file_follows_it() {
    for content in [Content::Sticker(kept("a.webp", "image/webp")), Content::Voice(kept("a.ogg", "audio/ogg"))] {
        let mut content = content;
        content.media_mut().unwrap().text = Some("Look".into());
        let posted = posted(message(content)).await;
        assert_eq!((posted.len(), &posted[1]["text"]["body"]), (2, &json!("Look")));
    }
}

#[tokio::test]
async fn places_and_cards_go_as_what_they_are() {
    let place = posted(message(Content::Location { latitude: 43.2, longitude: 76.9 })).await;
    assert_eq!(place, [json!({ "type": "location", "location": { "latitude": 43.2, "longitude": 76.9 } })]);
    let card = posted(message(Content::Contact { name: "Ivan".into(), phone: "+7 701 000 22 33".into() })).await;
    let expected = json!([{ "name": { "formatted_name": "Ivan", "first_name": "Ivan" },
        "phones": [{ "phone": "+7 701 000 22 33", "wa_id": "77010002233", "type": "CELL" }] }]);
    assert_eq!(card, [json!({ "type": "contacts", "contacts": expected })]);
    let nameless = posted(message(Content::Contact { name: "Ivan".into(), phone: String::new() })).await;
    assert_eq!(nameless[0]["type"], "text", "without a phone it is no card");
}

#[tokio::test]
async fn a_quote_points_to_the_customers_message() {
    let quote =
        |id: &str| Some(Quote { external_id: Some(id.to_owned()), content: Some(text("Which?")), ..Quote::default() });
    let known = posted(Message { reply_to: quote("wamid.7"), ..message(text("The blue one")) }).await;
    assert_eq!(
        known,
        [
            json!({ "context": { "message_id": "wamid.7" }, "type": "text", "text": { "body": "The blue one", "preview_url": true } })
        ]
    );
    let unknown = posted(Message { reply_to: quote("imported-7"), ..message(text("The blue one")) }).await;
    assert_eq!((unknown[0].get("context"), &unknown[0]["text"]["body"]), (None, &json!("> Which?\n\nThe blue one")));
}

#[tokio::test]
async fn a_file_that_goes_out_again_is_uploaded_once() {
    let number = TestNumber::new([]).await;
    for letter in 1..=2 {
        let picture = message(Content::Picture(kept("a.jpg", "image/jpeg")));
        let again = Outgoing { letter_id: Uuid::from_u128(letter), ..outgoing(Event::Created(Box::new(picture))) };
        taken(&number.send(again).await);
    }
    let ids: Vec<Value> = number.posted().into_iter().map(|body| body["image"]["id"].clone()).collect();
    assert_eq!((number.uploads().len(), ids), (1, vec![json!("media-1"), json!("media-1")]));
}

#[tokio::test]
async fn a_file_that_is_not_here_goes_by_its_address() {
    let passed = Media { media_id: None, ..kept("a.jpg", "image/jpeg") };
    let posted = posted(message(Content::Picture(passed))).await;
    assert_eq!(posted[0]["image"], json!({ "link": "https://parom.example/media/t/a.jpg" }));
    let away = Media { media_id: Some(Uuid::nil()), ..kept("a.jpg", "image/jpeg") };
    let (report, number) = sent(message(Content::Picture(away)), []).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false });
    assert!(number.fake.calls().is_empty());
    let huge = Media { file_size: 101 * 1024 * 1024, ..kept("film.mkv", "video/x-matroska") };
    let posted = self::posted(message(Content::Video(huge))).await;
    assert!(posted[0]["text"]["body"].as_str().unwrap().contains("https://parom.example/media/t/film.mkv"));
}

#[tokio::test]
async fn nothing_is_no_message_and_an_edit_is_refused() {
    let (report, number) = sent(message(text(" \n")), []).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected);
    let edit = number.send(outgoing(Event::Edited(Box::new(message(text("x")))))).await;
    assert_eq!(failure(&edit).0, FailureCode::Unsupported);
    assert!(number.fake.calls().is_empty());
}
