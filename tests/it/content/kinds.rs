//! What a message says: every kind, with its file.

use parom_tests::{Answer, FileHost, Page, World, both};
use serde_json::json;
use simulator::crm::{Attachment, HookMessage};

use super::{content, lent, message};

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

/// O5. Nothing was fetched before the message leaves: its preview is waited for like its file.
async fn o5_an_available_preview_is_sent_with_its_message(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let host = FileHost::start().await;
    let picture = host.puts("/a.png", [Page::file("image/png", crate::media::png(100))]);
    let preview = host.puts("/small.png", [Page::file("image/png", crate::media::png(50))]);
    for kind in ["picture", "video"] {
        let sent = HookMessage::file(kind, &picture, "a.png", 100).with("thumbnail", json!(preview));
        manager.sends("anna", sent).await;
        world.another_worker().deliver_all().await.unwrap();
        let (said, _) = content(world);
        let link = said["thumbnail_url"].as_str().unwrap_or_else(|| panic!("{kind}: {said}"));
        assert_eq!(lent(world, link).await, crate::media::png(50));
    }
}

async fn no_message_waits_for_an_unavailable_preview(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let host = FileHost::start().await;
    let bytes = crate::media::png(100);
    let picture = host.puts("/a.png", [Page::file("image/png", bytes)]);
    let page = host.puts("/page", [Page::file("image/png", "<html>")]);
    let gone = host.puts("/gone.png", [Page::status(404)]);
    for preview in [gone.as_str(), page.as_str(), "file:///etc/passwd", ""] {
        let sent = HookMessage::file("picture", &picture, "a.png", 100).with("thumbnail", json!(preview));
        manager.sends("anna", sent).await;
        world.deliver_all().await;
        let (said, link) = content(world);
        assert_eq!((&said["type"], &said["thumbnail_url"]), (&json!("picture"), &json!(null)), "{preview}");
        assert!(!link.is_empty(), "the picture goes all the same");
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

async fn a_file_that_is_gone_leaves_its_words_and_the_next_goes_on(world: &mut World) {
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
}

async fn an_empty_message_is_reported_to_the_manager(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let said = manager.sends("anna", HookMessage::text(" ")).await;
    world.deliver_all().await;
    assert!(world.messenger.received().is_empty());
    let told = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == said.message_id).unwrap();
    let told: Vec<_> = told.statuses.iter().map(|one| (one.code, one.error_code)).collect();
    assert_eq!(told, [(-1, Some(905))]);
}

async fn refusals_are_shown_in_the_accounts_language(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_next([Answer::status(400)]);
    let refused = manager.answers("anna", "refused").await;
    let empty = manager.sends("anna", HookMessage::text("")).await;
    world
        .messenger
        .answers_next([Answer::Status(200, json!({"status": "failed", "error": {"code": "recipient_blocked"}}))]);
    let blocked = manager.answers("anna", "blocked").await;
    world.deliver_all().await;
    let told = |id: &str| {
        let message = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == id).unwrap();
        let status = message.statuses.last().unwrap();
        (status.error_code.unwrap(), status.error.clone().unwrap().replace('\u{a0}', " "))
    };
    assert_eq!(told(&refused.message_id), (905, "Мессенджер не принял сообщение: его ответ — 400.".to_owned()));
    assert_eq!(told(&empty.message_id), (905, "В сообщении нет текста.".to_owned()));
    assert_eq!(told(&blocked.message_id), (901, "Клиент заблокировал бота или удалил чат.".to_owned()));
}

both!(
    refusals_are_shown_in_the_accounts_language,
    every_kind_with_a_file_is_lent_out_by_a_link_of_ours,
    an_album_is_a_message_a_file_with_one_group,
    o5_an_available_preview_is_sent_with_its_message,
    no_message_waits_for_an_unavailable_preview,
    places_and_contacts_arrive_as_structured_fields,
    an_unknown_kind_becomes_text_and_is_never_lost,
    a_text_with_a_file_is_a_file_with_a_caption,
    a_file_that_is_gone_leaves_its_words_and_the_next_goes_on,
    an_empty_message_is_reported_to_the_manager,
);
