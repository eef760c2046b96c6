//! Every kind of content and event.

use super::*;

#[tokio::test]
async fn a_text_is_sent_with_the_random_id_of_its_letter() {
    let stage = Stage::start().await;
    let report = stage.sent(message(text("Добрый день"))).await;
    assert_eq!(
        (taken(&report).external_id.as_deref(), taken(&report).state),
        (Some("712:101"), Some(State::Delivered))
    );
    let asked = stage.fake.called("messages.send");
    assert_eq!((asked["peer_id"].as_str(), asked["message"].as_str()), ("712", "Добрый день"));
    assert_eq!((asked["v"].as_str(), asked["access_token"].as_str()), ("5.199", TOKEN));
    assert_eq!(asked["dont_parse_links"], "1");
    let number: i32 = asked["random_id"].parse().unwrap();
    assert!(number > 0);
    let again = Stage::start().await;
    again.sent(message(text("Добрый день"))).await;
    assert_eq!(again.fake.called("messages.send")["random_id"], asked["random_id"], "a repeat has no effect");
    let part = Message { part: PartNumber { number: 2, of: 2 }, ..message(text("x")) };
    let other = Stage::start().await;
    other.sent(part).await;
    assert_ne!(other.fake.called("messages.send")["random_id"], asked["random_id"]);
}

#[tokio::test]
async fn files_are_uploaded_in_their_form() {
    for (content, methods, attachment) in [
        (
            Content::Picture(Media { text: Some("Вот".into()), ..kept("a.jpg", "image/jpeg") }),
            ["photos.getMessagesUploadServer", "upload", "photos.saveMessagesPhoto", "messages.send"],
            "photo-223_5_k3y",
        ),
        (
            Content::File(kept("a.pdf", "application/pdf")),
            ["docs.getMessagesUploadServer", "upload", "docs.save", "messages.send"],
            "doc-223_5_k3y",
        ),
        (
            Content::Voice(kept("a.ogg", "audio/ogg")),
            ["docs.getMessagesUploadServer", "upload", "docs.save", "messages.send"],
            "doc-223_5_k3y",
        ),
    ] {
        let stage = Stage::start().await;
        let caption = content.media().and_then(|media| media.text.clone());
        taken(&stage.sent(message(content)).await);
        assert_eq!(stage.fake.methods(), methods);
        let upload = stage.fake.calls().remove(1).body;
        assert!(upload.windows(BYTES.len()).any(|part| part == BYTES), "the bytes were sent");
        let asked = stage.fake.called("messages.send");
        assert_eq!((asked["attachment"].as_str(), asked.get("message").cloned()), (attachment, caption));
    }
    let stage = Stage::start().await;
    stage.sent(message(Content::Voice(kept("a.ogg", "audio/ogg")))).await;
    assert_eq!(stage.fake.called("docs.getMessagesUploadServer")["type"], "audio_message");
}

#[tokio::test]
async fn a_repeat_does_not_upload_again() {
    let stage = Stage::start().await;
    stage.fake.answers("messages.send", ScriptedAnswer::Reset);
    let file = || message(Content::File(kept("a.pdf", "application/pdf")));
    assert_eq!(stage.sent(file()).await.verdict, Verdict::Unknown);
    taken(&stage.sent(file()).await);
    assert_eq!(stage.fake.methods().iter().filter(|method| *method == "upload").count(), 1);
}

#[tokio::test]
async fn a_file_that_is_not_here_goes_as_its_link() {
    let stage = Stage::start().await;
    let passed = Media { media_id: None, text: Some("Film".into()), ..kept("a.mp4", "video/mp4") };
    taken(&stage.sent(message(Content::File(passed))).await);
    let said = &stage.fake.called("messages.send")["message"];
    assert!(said.contains("https://parom.example/media/t/a.mp4") && said.ends_with("Film"), "{said}");
}

#[tokio::test]
async fn places_go_by_their_numbers() {
    let stage = Stage::start().await;
    stage.sent(message(Content::Location { latitude: 43.25, longitude: 76.95 })).await;
    let asked = stage.fake.called("messages.send");
    assert_eq!((asked["lat"].as_str(), asked["long"].as_str(), asked.get("message")), ("43.25", "76.95", None));
}

#[tokio::test]
async fn buttons_and_lists_are_inline_keyboards_or_text() {
    let button = |text: &str, url: Option<&str>| Button { text: text.into(), url: url.map(str::to_owned) };
    let rows = vec![vec![button("Да", None)], vec![button("Сайт", Some("https://acme.test"))]];
    let stage = Stage::start().await;
    stage.sent(Message { markup: Some(Markup::Buttons(rows)), ..message(text("Везём?")) }).await;
    let keyboard = json_of(&stage.fake.called("messages.send"), "keyboard");
    assert_eq!((&keyboard["inline"], &keyboard["buttons"][0][0]["action"]["type"]), (&json!(true), &json!("text")));
    assert_eq!(keyboard["buttons"][1][0]["action"]["link"], "https://acme.test");

    let row = |number| Row { id: format!("r{number}"), title: format!("Size {number}"), ..Row::default() };
    let list = |count| List {
        header: "Sizes".into(),
        body: "Which?".into(),
        sections: vec![Section { title: "All".into(), rows: (0..count).map(row).collect() }],
        ..List::default()
    };
    let stage = Stage::start().await;
    stage.sent(Message { markup: Some(Markup::List(list(3))), ..message(text("Which?")) }).await;
    let asked = stage.fake.called("messages.send");
    assert_eq!(
        (asked["message"].as_str(), json_of(&asked, "keyboard")["buttons"].as_array().unwrap().len()),
        ("Sizes\nWhich?", 3)
    );
    let stage = Stage::start().await;
    stage.sent(Message { markup: Some(Markup::List(list(11))), ..message(text("Which?")) }).await;
    let asked = stage.fake.called("messages.send");
    assert_eq!(asked.get("keyboard"), None);
    assert!(asked["message"].contains("• Size 10"));
}

#[tokio::test]
async fn quotes_refer_to_messages_of_the_dialogue_and_others_become_text() {
    let quote =
        |id: &str| Quote { external_id: Some(id.to_owned()), content: Some(text("Синий?")), ..Quote::default() };
    let stage = Stage::start().await;
    stage.sent(Message { reply_to: Some(quote("712:9001")), ..message(text("Да")) }).await;
    let asked = stage.fake.called("messages.send");
    assert_eq!((asked["reply_to"].as_str(), asked.get("forward")), ("9001", None));
    let stage = Stage::start().await;
    let answer = Message { reply_to: Some(quote("2000000004:c17")), ..message(text("Да")) };
    let event = Event::Created(Box::new(answer));
    stage.send(Outgoing { conversation_id: "2000000004".into(), ..outgoing(event) }).await;
    let asked = stage.fake.called("messages.send");
    let forward = json!({ "peer_id": 2_000_000_004_i64, "conversation_message_ids": [17], "is_reply": 1 });
    assert_eq!((json_of(&asked, "forward"), asked.get("reply_to")), (forward, None), "it has no id of its own");
    for other in ["999:9001", "wall-223_77:81", "0190"] {
        let stage = Stage::start().await;
        stage.sent(Message { reply_to: Some(quote(other)), ..message(text("Да")) }).await;
        let asked = stage.fake.called("messages.send");
        assert_eq!((asked.get("forward"), asked["message"].as_str()), (None, "> Синий?\n\nДа"), "{other}");
    }
}

#[tokio::test]
async fn a_group_chat_is_asked_for_the_number_of_its_message() {
    let stage = Stage::start().await;
    let answer = json!([{ "peer_id": 2_000_000_004_i64, "message_id": 0, "conversation_message_id": 21 }]);
    stage.fake.answers("messages.send", ScriptedAnswer::Done(json!(0)));
    stage.fake.answers("messages.send", ScriptedAnswer::Done(answer));
    let to = |conversation: &str| Outgoing {
        conversation_id: conversation.to_owned(),
        ..outgoing(Event::Created(Box::new(message(text("Hi")))))
    };
    let report = stage.send(to("2000000004")).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("2000000004:c21"));
    let calls: Vec<_> = stage.fake.calls().into_iter().map(|call| call.parameters).collect();
    assert_eq!((calls[0]["peer_id"].as_str(), calls[1]["peer_ids"].as_str()), ("2000000004", "2000000004"));
    assert_eq!(calls[0]["random_id"], calls[1]["random_id"], "the same message");
    let stage = Stage::start().await;
    assert_eq!(taken(&stage.send(to("2000000004")).await).external_id.as_deref(), Some("2000000004:101"));
    assert_eq!(stage.fake.methods(), ["messages.send"], "a number is enough");
    stage.fake.answers("messages.send", ScriptedAnswer::Refused(917, "no"));
    assert_eq!(failure(&stage.send(to("2000000004")).await).0, FailureCode::RecipientUnreachable);
    assert_eq!(failure(&stage.send(to("")).await).0, FailureCode::RecipientUnreachable, "writing first is refused");
}

#[tokio::test]
async fn comments_are_answered_in_public() {
    let post = |id: &str| Some(Post { id: id.to_owned(), ..Post::default() });
    let stage = Stage::start().await;
    let answer = Message { post: post("wall-223_77"), ..message(text("Сто")) };
    let last = LastIncoming { external_id: "wall-223_77:81".into(), at: DateTime::UNIX_EPOCH };
    let letter = Outgoing { last_incoming: Some(last), ..outgoing(Event::Created(Box::new(answer.clone()))) };
    let report = stage.send(letter).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("wall-223_77:901"));
    let asked = stage.fake.called("wall.createComment");
    let named = ["owner_id", "post_id", "from_group", "reply_to_comment", "message"].map(|name| asked[name].as_str());
    assert_eq!(named, ["-223", "77", "223", "81", "Сто"]);
    assert_eq!(asked["guid"], Uuid::from_u128(9).to_string());

    let stage = Stage::start().await;
    stage.fake.answers(
        "photos.createComment",
        ScriptedAnswer::Refused(27, "Group authorization failed: method is unavailable with group auth."),
    );
    let report = stage.sent(Message { post: post("photo-223_5"), ..answer.clone() }).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected, "it pauses no source");
    assert!(failure(&report).1.contains("Answer in private"));
    let report = stage.sent(Message { post: post("wall-1_5"), ..answer }).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected, "another community's");
}

#[tokio::test]
async fn edits_typing_and_reactions() {
    let stage = Stage::start().await;
    let edit = Message { external_id: Some("712:101".into()), ..message(text("Сто один")) };
    taken(&stage.send(outgoing(Event::Edited(Box::new(edit.clone())))).await);
    let asked = stage.fake.called("messages.edit");
    assert_eq!((asked["message_id"].as_str(), asked["message"].as_str()), ("101", "Сто один"));
    let file = Message { content: Content::File(kept("a.pdf", "application/pdf")), ..edit };
    assert_eq!(failure(&stage.send(outgoing(Event::Edited(Box::new(file)))).await).0, FailureCode::Rejected);

    let until = DateTime::UNIX_EPOCH;
    taken(&stage.send(outgoing(Event::Typing { sender: Person::default(), until })).await);
    assert_eq!(stage.fake.called("messages.setActivity")["type"], "typing");

    let found = json!({ "items": [{ "id": 9001, "peer_id": 712, "conversation_message_id": 17 }] });
    stage.fake.answers("messages.getById", ScriptedAnswer::Done(found));
    let react = |emoji: Option<&str>| {
        let message = MessageIds { id: Uuid::nil(), external_id: Some("712:9001".into()) };
        outgoing(Event::Reaction { message, sender: Person::default(), emoji: emoji.map(str::to_owned) })
    };
    taken(&stage.send(react(Some("👍"))).await);
    let asked = stage.fake.called("messages.sendReaction");
    assert_eq!((asked["cmid"].as_str(), asked["reaction_id"].as_str()), ("17", "4"));
    taken(&stage.send(react(None)).await);
    assert_eq!(stage.fake.called("messages.deleteReaction")["cmid"], "17");
    let before = stage.fake.calls().len();
    taken(&stage.send(react(Some("🦄"))).await);
    assert_eq!(stage.fake.calls().len(), before, "VK has no such reaction");
}

#[tokio::test]
async fn an_answered_message_is_marked_as_read() {
    let stage = Stage::start().await;
    let last = |id: &str| Some(LastIncoming { external_id: id.to_owned(), at: DateTime::UNIX_EPOCH });
    for id in ["712:9001", "712:9001", "712:9002", "wall-223_77:81"] {
        let answer = outgoing(Event::Created(Box::new(message(text("Да")))));
        taken(&stage.send(Outgoing { last_incoming: last(id), ..answer }).await);
    }
    let marked: Vec<_> = stage.fake.calls().into_iter().filter(|call| call.method == "messages.markAsRead").collect();
    assert_eq!(marked.len(), 2, "once for each message of the customer, and no comment");
    let named = ["peer_id", "group_id", "mark_conversation_as_read"].map(|name| marked[0].parameters[name].as_str());
    assert_eq!(named, ["712", "223", "1"]);
}
