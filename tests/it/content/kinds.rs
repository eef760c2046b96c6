//! What a message says: every kind with its file, the parts around it, odd hooks, and conversations that a manager
//! begins.

use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{Answer, FileHost, Page, World, once};
use serde_json::{Value, json};
use simulator::crm::{Attachment, Button, HookMessage, ListMessage, ListRow, Section};

use super::{content, last, last_id, lent, message};

async fn every_kind_with_a_file_is_lent_out_by_a_link_of_ours(world: &mut World) {
    let (line, manager) = world.chatting().await;
    for kind in ["picture", "video", "file", "voice", "audio", "sticker"] {
        let attachment = Attachment::sample(kind);
        manager.sends("anna", HookMessage::attachment(attachment).caption("Here it is")).await;
        world.deliver_all().await;
        let theirs = world.sandbox.messages(&line.host).pop().unwrap();
        let (said, link) = content(world);
        assert_eq!(
            said,
            json!({
                "type": kind,
                "text": "Here it is",
                "media_url": "a link",
                "file_name": said["file_name"],
                "file_size": said["file_size"],
                "mime_type": said["mime_type"],
                "thumbnail_url": said["thumbnail_url"],
            }),
        );
        let preview = said["thumbnail_url"].as_str();
        assert_eq!(preview.is_some(), ["picture", "video"].contains(&kind), "amoCRM makes previews of these: {said}");
        if let Some(preview) = preview {
            assert!(lent(world, preview).await.starts_with(b"\x89PNG"), "{preview}");
        }
        assert!(said["file_name"].as_str().is_some_and(|name| !name.is_empty()), "{said}");
        let type_of = match kind {
            "picture" => "image/png",
            "video" => "video/mp4",
            "file" => "application/pdf",
            "sticker" => "image/webp",
            _ => "audio/",
        };
        assert!(said["mime_type"].as_str().is_some_and(|told| told.starts_with(type_of)), "{said}");
        assert!(link.starts_with(&format!("{}/media/", world.api.base())), "{link}");
        assert!(
            !theirs.media.is_empty() && !message(world).to_string().contains(&theirs.media),
            "amoCRM's link stays here"
        );
        let bytes = lent(world, &link).await;
        assert_eq!(json!(bytes.len()), said["file_size"], "{kind}");
        let original = world.sandbox.downloads(&line.host, &theirs.id).await.unwrap();
        assert_eq!(bytes, original.bytes, "{kind}");
        // The API shows the same file, by links of its own.
        let id = message(world)["id"].as_str().unwrap().to_owned();
        let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200).json["content"].clone();
        for field in ["type", "text", "file_name", "file_size", "mime_type"] {
            assert_eq!(shown[field], said[field], "{kind}: {shown}");
        }
        assert_eq!(lent(world, shown["media_url"].as_str().unwrap()).await, bytes, "{kind}");
        assert_eq!(shown["thumbnail_url"].is_string(), preview.is_some(), "{kind}: {shown}");
        assert!(shown["media_id"].is_string(), "{shown}");
        let list = world.api.get(&line.path("/conversations/chat-anna/messages?limit=1")).await.is(200);
        let listed = &list.json["items"][0]["content"];
        assert_eq!(lent(world, listed["media_url"].as_str().unwrap()).await, bytes, "{kind}");
    }
}

/// O5. Nothing was fetched before the message leaves: its preview is waited for like its file, and an unavailable one
/// delays no message.
async fn o5_an_available_preview_is_sent_with_its_message(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let host = FileHost::start().await;
    let picture = host.puts("/a.png", [Page::file("image/png", crate::media::png(100))]);
    let small = host.puts("/small.png", [Page::file("image/png", crate::media::png(50))]);
    let page = host.puts("/page", [Page::file("image/png", "<html>")]);
    let gone = host.puts("/gone.png", [Page::status(404)]);
    for (kind, preview, is_there) in [
        ("picture", small.as_str(), true),
        ("video", &small, true),
        ("picture", &gone, false),
        ("picture", &page, false),
        ("picture", "file:///etc/passwd", false),
        ("picture", "", false),
    ] {
        let sent = HookMessage::file(kind, &picture, "a.png", 100).with("thumbnail", json!(preview));
        manager.sends("anna", sent).await;
        world.another_worker().deliver_all().await.unwrap();
        world.deliver_all().await;
        let (said, link) = content(world);
        assert!(!link.is_empty(), "the file goes in any case: {said}");
        assert_eq!(said["thumbnail_url"].is_string(), is_there, "{kind} {preview}: {said}");
        if let Some(link) = said["thumbnail_url"].as_str() {
            assert_eq!(lent(world, link).await, crate::media::png(50));
        }
    }
}

async fn an_album_is_a_message_a_file_with_one_group(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let chat = manager.chat_with("anna");
    let files = vec![Attachment::sample("picture"), Attachment::second_picture()];
    world.sandbox.manager_sends_album(&line.host, &chat, files, "Two of them").await.unwrap();
    world.deliver_all().await;
    let sent: Vec<_> =
        world.messenger.received().into_iter().map(|one| one.body["data"]["message"]["content"].clone()).collect();
    assert_eq!(sent.len(), 2);
    assert!(sent[0]["group_id"].is_string(), "{}", sent[0]);
    assert_eq!(sent[0]["group_id"], sent[1]["group_id"]);
    assert_eq!((&sent[0]["text"], &sent[1]["text"]), (&json!("Two of them"), &json!(null)));
}

async fn places_and_contacts_arrive_as_structured_fields(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let place =
        HookMessage::text("").with("type", json!("location")).with("location", json!({"lon": -37.61, "lat": "55.75"}));
    manager.sends("anna", place).await;
    world.deliver_all().await;
    assert_eq!(content(world).0, json!({"type": "location", "latitude": 55.75, "longitude": -37.61}));
    let person = HookMessage::text("")
        .with("type", json!("contact"))
        .with("contact", json!({"name": "Pavel", "phone": "+7999"}));
    manager.sends("anna", person).await;
    world.deliver_all().await;
    assert_eq!(content(world).0, json!({"type": "contact", "name": "Pavel", "phone": "+7999"}));
}

async fn an_unknown_kind_becomes_text_and_is_never_lost(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let hologram = |text: &str| HookMessage::text(text).with("type", json!("hologram\0"));
    let said = manager.sends("anna", hologram("Look")).await;
    world.deliver_all().await;
    let (said_text, _) = content(world);
    assert_eq!(said_text["type"], "text");
    let text = said_text["text"].as_str().unwrap().replace('\u{a0}', " ");
    assert_eq!(text, "[Сообщение неизвестного вида: hologram\u{fffd}]\nLook", "in the account's language");
    assert!(world.statuses_at_crm(&line, &said.message_id).is_empty(), "it is sent like any other");
    manager.sends("anna", hologram("")).await;
    world.deliver_all().await;
    assert!(content(world).0["text"].as_str().unwrap().contains("hologram"));
    let file = HookMessage::attachment(Attachment::sample("file")).with("type", json!("hologram"));
    manager.sends("anna", file).await;
    world.deliver_all().await;
    let (said, link) = content(world);
    assert_eq!(said["type"], "file");
    assert!(said["text"].as_str().unwrap().contains("hologram") && !link.is_empty(), "{said}");
}

async fn a_text_with_a_file_is_a_file_with_a_caption(world: &mut World) {
    let (_, manager) = world.chatting().await;
    manager
        .sends("anna", HookMessage::attachment(Attachment::sample("file")).with("type", json!("text")).caption("Both"))
        .await;
    world.deliver_all().await;
    let (said, _) = content(world);
    assert_eq!((&said["type"], &said["text"]), (&json!("file"), &json!("Both")));
}

/// A file that is gone leaves its words, an empty message is reported to the manager, and the next goes on.
async fn what_cannot_be_sent_leaves_words_or_is_reported(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let gone = format!("{}/attachments/none/price.jpg", world.sandbox.url());
    let said = manager.sends("anna", HookMessage::file("picture", &gone, "price.jpg", 10).caption("Our prices")).await;
    manager.answers("anna", "Well?").await;
    world.deliver_to_the_end().await;
    let texts = world.messenger.texts();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("price.jpg") && texts[0].ends_with("Our prices"), "{texts:?}");
    assert_eq!(texts[1], "Well?");
    assert!(world.statuses_at_crm(&line, &said.message_id).is_empty());
    let said = manager.sends("anna", HookMessage::text(" ")).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts().len(), 2);
    let told = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == said.message_id).unwrap();
    let told: Vec<_> = told.statuses.iter().map(|one| (one.code, one.error_code)).collect();
    assert_eq!(told, [(-1, Some(905))]);
}

// Parts around a message: buttons, lists, templates, quotes, comments, names.

async fn buttons_and_lists_are_part_of_the_content(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let button = |text: &str, url: Option<&str>| Button { text: text.into(), url: url.map(str::to_owned) };
    let rows = [vec![button("Accept", None), button("Decline", None)], vec![button("Later", None)]];
    manager.sends("anna", HookMessage::text("Well?").buttons(&rows)).await;
    world.deliver_all().await;
    assert_eq!(
        content(world).0,
        json!({
            "type": "text",
            "text": "Well?",
            "buttons": [
                [{"text": "Accept", "url": null}, {"text": "Decline", "url": null}],
                [{"text": "Later", "url": null}],
            ],
        })
    );
    manager.sends("anna", HookMessage::text("See").buttons(&[vec![button("Shop", Some("https://acme.test"))]])).await;
    world.deliver_all().await;
    assert_eq!(content(world).0["buttons"], json!([[{"text": "Shop", "url": "https://acme.test"}]]));
    let row = |data: &str, title: &str, description: &str| ListRow {
        callback_data: data.into(),
        title: title.into(),
        description: description.into(),
    };
    let section =
        Section { title: "Available".into(), rows: vec![row("k7", "Delivery", "1-2 days"), row("m3", "Pick-up", "")] };
    let list = ListMessage {
        header: "Pick a service".into(),
        body: "Choose one below".into(),
        footer: "Acme".into(),
        button: "Services".into(),
        sections: vec![section],
    };
    manager.sends("anna", HookMessage::text("Pick a service").list(list)).await;
    world.deliver_all().await;
    assert_eq!(
        content(world).0["list"],
        json!({
            "header": "Pick a service",
            "body": "Choose one below",
            "footer": "Acme",
            "button": "Services",
            "sections": [{"title": "Available", "rows": [
                {"id": "k7", "title": "Delivery", "description": "1-2 days"},
                {"id": "m3", "title": "Pick-up", "description": ""},
            ]}],
        })
    );
}

async fn a_template_is_named_with_its_values(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let ready = HookMessage::text("").template(
        7103,
        Some("order_ready_v2"),
        "Order {{lead.id}} is ready",
        &[("{{lead.id}}", "1592")],
    );
    manager.sends("anna", ready).await;
    world.deliver_all().await;
    let told = message(world);
    assert_eq!(told["content"]["text"], "Order 1592 is ready");
    assert_eq!(
        told["template"],
        json!({
            "id": "7103",
            "external_id": "order_ready_v2",
            "content": "Order {{lead.id}} is ready",
            "params": [{"key": "{{lead.id}}", "value": "1592"}],
        })
    );
    // Without its final text it is filled in.
    let params = [("{{lead.id}}", "1592"), ("{{contact.name}}", "Anna")];
    let bare = HookMessage::text("").template(7103, None, "{{contact.name}}: {{lead.id}}, {{lead.id}}", &params);
    manager.sends("anna", bare.with("text", json!(""))).await;
    world.deliver_all().await;
    assert_eq!(message(world)["content"]["text"], "Anna: 1592, 1592");
}

/// amojo's id of a message by its text.
fn amojo_id(world: &World, host: &str, text: &str) -> String {
    world.sandbox.messages(host).into_iter().find(|message| message.text == text).unwrap().id
}

async fn quotes_name_the_message_by_the_id_the_messenger_knows(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("ext-1000", "Is the blue one in stock?")).await.is(202);
    world.deliver_all().await;
    let question = amojo_id(world, &line.host, "Is the blue one in stock?");
    manager.sends("anna", HookMessage::text("Yes").quoting(&question)).await;
    world.deliver_all().await;
    let quote = message(world)["reply_to"].clone();
    assert_eq!((&quote["id"], &quote["text"]), (&json!("ext-1000"), &json!("Is the blue one in stock?")), "{quote}");
    assert!(quote["sent_at"].is_string(), "{quote}");
    let ours = last_id(world).await;
    let answer = amojo_id(world, &line.host, "Yes");
    manager.sends("anna", HookMessage::text("As I said").quoting(&answer)).await;
    world.deliver_all().await;
    assert_eq!(message(world)["reply_to"]["id"], ours, "what the messenger gave no id of its own has ours");
    // An unknown message is described by a text.
    let quoted = json!({"message": {"id": "00000000-0000-4000-8000-000000000001", "type": "text", "text": "Long ago",
        "timestamp": 1_788_253_800, "msec_timestamp": "1788253800125", "sender": {"id": "x", "name": "Maria"}}});
    manager.sends("anna", HookMessage::text("Once").with("reply_to", quoted)).await;
    world.deliver_all().await;
    assert_eq!(
        message(world)["reply_to"],
        json!({"text": "Long ago", "sender": {"name": "Maria"}, "sent_at": "2026-09-01T09:10:00.125Z"})
    );
}

async fn a_forwarded_message_comes_with_an_empty_text(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let hello = amojo_id(world, &line.host, "Hello");
    manager.sends("anna", HookMessage::text("").forwarding(&hello)).await;
    world.deliver_all().await;
    let told = message(world);
    assert_eq!((&told["content"]["text"], &told["forward"]["text"]), (&json!(""), &json!("Hello")), "{told}");
    assert_eq!(told["forward"]["id"], "anna-0");
    assert_eq!(told["reply_to"], Value::Null);
}

async fn an_answer_to_a_comment_names_its_post(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let anna = world.customer(&line, "anna");
    let mut comment = anna.body("cmt-1", "What does it cost?");
    comment["post"] = json!({"id": "post-900", "url": "https://social.example/p/900"});
    anna.posts(&comment).await.is(202);
    world.deliver_all().await;
    let asked = amojo_id(world, &line.host, "What does it cost?");
    manager.sends("anna", HookMessage::text("See our profile").answering_comment(&asked)).await;
    world.deliver_all().await;
    let told = message(world);
    assert_eq!((&told["post"], &told["reply_to"]["id"]), (&json!({"id": "post-900"}), &json!("cmt-1")), "{told}");
    manager.answers("anna", "In private").await;
    world.deliver_all().await;
    assert!(message(world).get("post").is_none());
}

async fn managers_and_bots_are_named(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let users = world.sandbox.users(&line.host);
    let maria = users.iter().find(|user| !user.is_admin && user.amojo_id.is_some()).unwrap();
    manager.sends("anna", HookMessage::text("It is me").by_user(maria.id)).await;
    world.deliver_all().await;
    assert_eq!(message(world)["sender"], json!({"role": "manager", "id": maria.amojo_id, "name": maria.name}));
    manager.sends("anna", HookMessage::text("A bot").by_salesbot()).await;
    world.deliver_all().await;
    assert_eq!(message(world)["sender"]["name"], "Salesbot");
}

async fn an_unavailable_name_delays_no_message(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.sandbox.break_it(&"nameless-hooks".parse().unwrap()).unwrap();
    world
        .sandbox
        .faults()
        .until_cleared(simulator::crm::Part::Rest, simulator::crm::Fault::Status { code: 500, retry_after: None });
    manager.answers("anna", "Nameless").await;
    world.deliver_all().await;
    world.sandbox.faults().clear();
    assert_eq!(
        (world.messenger.texts(), &message(world)["sender"]["name"]),
        (vec!["Nameless".to_owned()], &Value::Null)
    );
    assert!(world.sandbox.messages(&line.host).len() > 1);
}

// Hooks that are odd: what they say arrives all the same.

async fn odd_numbers_and_signs_are_carried(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let account = world.sandbox.add_account(&line.host).amojo_id;
    let chat = manager.chat_with("anna");
    let at = world.clock.millis() - 5_000;
    let hook = |id: &str, timestamp: &str, text: &str| {
        format!(
            r#"{{"account_id":"{account}","time":1.0,"message":{{"receiver":{{"id":9223372036854775807,"client_id":18446744073709551615}},
            "sender":{{"id":"x"}},"conversation":{{"id":"{chat}"}},"timestamp":{timestamp},"msec_timestamp":{timestamp},
            "message":{{"id":{id},"type":"text","text":{text},"file_size":"0"}}}}}}"#
        )
    };
    let post = async |body: String| {
        let signature = world.sandbox.sign_hook(&line.scope_id, body.as_bytes());
        world.sandbox.post_hook(&line.scope_id, body.into_bytes(), Some(&signature)).await.status
    };
    let long = format!("{}👩‍🚀", "я".repeat(100_000));
    let cases = [
        ("9223372036854775807", at.to_string(), r#""a\u0000b""#.to_owned(), "a\u{fffd}b".to_owned()),
        ("\"m2\"", format!("\"{}\"", at + 1), r#""\ud83d half""#.to_owned(), "\u{fffd} half".to_owned()),
        ("\"m3\"", format!("{}.75", at + 2), "\"👍🏽 \u{202e}rtl\"".to_owned(), "👍🏽 \u{202e}rtl".to_owned()),
        ("\"m4\"", "1e300".to_owned(), r#""far future""#.to_owned(), "far future".to_owned()),
        ("\"m5\"", "null".to_owned(), serde_json::to_string(&long).unwrap(), long),
    ];
    for (id, timestamp, text, wanted) in cases {
        assert_eq!(post(hook(id, &timestamp, &text)).await, Some(200));
        world_delivers(world, &wanted).await;
    }
    assert!(world.quarantined().await.is_empty());
}

async fn world_delivers(world: &World, wanted: &str) {
    let mut worker = world.another_worker();
    worker.deliver_all().await.unwrap();
    assert_eq!(message(world)["content"]["text"].as_str().unwrap(), wanted);
}

async fn unexpected_shapes_of_fields_break_nothing(world: &mut World) {
    let (_, manager) = world.chatting().await;
    for (name, value) in [
        ("markup", json!("buttons")),
        ("markup", json!({"mode": "inline", "buttons": [[], "x", [{"label": "no text"}]]})),
        ("template", json!([1, 2])),
        ("reply_to", json!({"message": null})),
        ("forwards", json!({"messages": "all"})),
        ("post", json!(null)),
        ("media_group_id", json!({"id": 7})),
        ("tag", json!({"a": [1]})),
    ] {
        let text = format!("with an odd {name}");
        manager.sends("anna", HookMessage::text(&text).with(name, value)).await;
        world.deliver_all().await;
        assert_eq!(world.messenger.texts().last(), Some(&text));
    }
}

// Conversations that a manager begins.

async fn the_messenger_is_asked_to_begin_by_a_phone(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_next([Answer::Status(
        200,
        json!({"conversation": {"id": "chat-9"}, "receiver": {"id": "user-9"}, "id": 9_007_199_254_740_993_i64}),
    )]);
    let said = world
        .sandbox
        .manager_writes_first(
            &line.host,
            CHANNEL_ID,
            Some("support"),
            "+79150000000",
            HookMessage::text("Hello, Acme here"),
        )
        .await
        .unwrap();
    assert_eq!(said.answer.status, Some(200));
    world.deliver_all().await;
    let id = last_id(world).await;
    let told = last(world);
    assert_eq!(
        told,
        json!({
            "type": "conversation.started",
            "timestamp": told["timestamp"],
            "data": {"message": {
                "id": id,
                "conversation": {"id": null},
                "source_id": line.source_id,
                "receiver": {"id": null, "phone": told["data"]["message"]["receiver"]["phone"], "name": "+79150000000"},
                "sender": told["data"]["message"]["sender"],
                "content": {"type": "text", "text": "Hello, Acme here"},
                "sent_at": told["data"]["message"]["sent_at"],
                "template": null,
                "reply_to": null,
            }},
        })
    );
    assert_eq!(told["data"]["message"]["receiver"]["phone"], "+79150000000", "{told}");
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    assert_eq!(
        (&shown.json["status"], &shown.json["external_id"]),
        (&json!("sent"), &json!("9007199254740993")),
        "{}",
        shown.text
    );
}

async fn a_chat_on_a_site_cannot_be_begun(world: &mut World) {
    crate::webchat::chat_with(world, json!({})).await;
    let first = HookMessage::text("Hello");
    let said = world.sandbox.manager_writes_first(HOST, CHANNEL_ID, Some("site"), "+79150000000", first).await.unwrap();
    world.deliver_all().await;
    let told = world.sandbox.messages(HOST).into_iter().find(|one| one.id == said.message_id).unwrap();
    let told: Vec<_> = told.statuses.iter().map(|one| (one.code, one.error_code)).collect();
    assert_eq!(told, [(-1, Some(905))]);
}

once!(quotes_name_the_message_by_the_id_the_messenger_knows, every_kind_with_a_file_is_lent_out_by_a_link_of_ours);
once!(o5_an_available_preview_is_sent_with_its_message, what_cannot_be_sent_leaves_words_or_is_reported);
once!(places_and_contacts_arrive_as_structured_fields, an_unknown_kind_becomes_text_and_is_never_lost);
once!(a_forwarded_message_comes_with_an_empty_text, a_text_with_a_file_is_a_file_with_a_caption);
once!(an_album_is_a_message_a_file_with_one_group, the_messenger_is_asked_to_begin_by_a_phone);
once!(buttons_and_lists_are_part_of_the_content, unexpected_shapes_of_fields_break_nothing);
once!(an_answer_to_a_comment_names_its_post, an_unavailable_name_delays_no_message, odd_numbers_and_signs_are_carried);
once!(a_template_is_named_with_its_values, a_chat_on_a_site_cannot_be_begun, managers_and_bots_are_named);
