//! Templates with a file above their text (whatsapp §9): amoCRM's own file is the example that Meta reviews, and the
//! message's file is what customers get.

use parom_tests::settings::HOST;
use parom_tests::{answer, both};
use reqwest::Method;
use serde_json::{Value, json};
use simulator::crm::{Attachment, Fault, HookMessage, Part};
use simulator::whatsapp::Review;

use super::super::super::with_bot;
use super::super::{Chat, MARIA, WhatsAppWorld, arrives, chatting, last};
use super::{CONTENT, DAY, asked, at_crm, at_meta, decided, listed, own, requested};

const PICTURE: &[u8] = include_bytes!("../../../../../simulator/assets/samples/picture.png");
const PARAMS: &[(&str, &str)] = &[("{{contact.name}}", "Maria"), ("{{lead.id}}", "7")];

/// What amoCRM says of a template with this file.
fn with_file(uuid: &str, kind: &str) -> Value {
    let attachment = json!({"id": uuid, "name": "sample", "type": kind});
    json!({"waba_header": null, "waba_header_type": "media", "attachment": attachment})
}

/// The header of what was sent last.
#[track_caller]
fn header(world: &WhatsAppWorld, chat: &Chat) -> Value {
    let sent = chat.last_sent(world);
    assert_eq!((sent.kind.as_str(), sent.error()), ("template", None), "{}", sent.json);
    let components = sent.json["template"]["components"].as_array().cloned().unwrap_or_default();
    components.into_iter().find(|one| one["type"] == "header").expect("a header")["parameters"][0].clone()
}

async fn a_file_is_reviewed_with_the_text_and_sent_by_managers_and_bots(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    for (kind, format, file) in [
        ("document", "DOCUMENT", Attachment::sample("file")),
        ("picture", "IMAGE", Attachment::second_picture()),
        ("video", "VIDEO", Attachment::sample("video")),
    ] {
        let uuid = world.sandbox.add_drive_file(HOST, &file);
        let examples = world.messenger.calls_of("uploads").len();
        let id = requested(world, &chat, with_file(&uuid, kind)).await;
        assert_eq!(world.messenger.calls_of("uploads").len(), examples + 1, "the example is uploaded");
        let there = at_meta(world, &chat);
        let submitted = &there.json["components"][0];
        assert_eq!((&submitted["type"], &submitted["format"]), (&json!("HEADER"), &json!(format)));
        assert!(submitted["example"]["header_handle"][0].is_string(), "{submitted}");
        decided(world, &there, Review::Approve).await;
        assert_eq!(at_crm(world, id).0, "approved");
        world.advance(DAY);
        let message = || HookMessage::attachment(file.clone()).template(id, None, CONTENT, PARAMS);
        for message in [message(), message().by_salesbot()] {
            let count = chat.sent(world).len();
            let said = chat.manager_gets_through(world, message).await;
            let given = header(world, &chat);
            let name = format.to_lowercase();
            assert!(given["type"] == *name && given[&name]["id"].is_string(), "{given}");
            assert!(chat.last_sent(world).text.contains("order 7 is ready"), "{}", chat.last_sent(world).text);
            assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
            assert_eq!(chat.sent(world).len(), count + 1, "one message: the text is the template's");
        }
    }
}

/// The hook does not name the file; a template of Parom's own can be read.
async fn a_file_that_the_hook_does_not_name_is_asked_for(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.sandbox.switch(HOST, |switches| switches.bare_reviews = true);
    let (id, key) = own(world, &chat, "Offer").await;
    let uuid = world.sandbox.add_drive_file(HOST, &Attachment::sample("file"));
    assert!(world.sandbox.change_template(HOST, id, with_file(&uuid, "document")));
    asked(world, &chat.line, id).await;
    let there = at_meta(world, &chat);
    assert_eq!(there.json["components"][0]["format"], "DOCUMENT");
    decided(world, &there, Review::Approve).await;
    world.advance(DAY);
    let message = HookMessage::attachment(Attachment::sample("file")).template(id, Some(key), CONTENT, PARAMS);
    chat.manager_gets_through(world, message).await;
    assert!(header(world, &chat)["document"]["id"].is_string());

    // No integration may read that of a user.
    let id = requested(world, &chat, with_file(&uuid, "document")).await;
    let (status, reason) = at_crm(world, id);
    assert!(status == "rejected" && reason.contains("не отдаёт файл"), "{status}: {reason}");
}

async fn a_file_that_cannot_be_submitted_is_reported(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let gone = requested(world, &chat, with_file("3fa85f64-5717-4562-b3fc-2c963f66afa6", "document")).await;
    let (status, reason) = at_crm(world, gone);
    assert!(status == "rejected" && reason.contains("не отдаёт файл"), "{status}: {reason}");
    let large = Attachment::new("file", "offer.pdf", "application/pdf", vec![0; 16 * 1024 * 1024 + 1]);
    let uuid = world.sandbox.add_drive_file(HOST, &large);
    let large = requested(world, &chat, with_file(&uuid, "document")).await;
    let (status, reason) = at_crm(world, large);
    assert!(status == "rejected" && reason.contains("16 МБ"), "{status}: {reason}");
    assert!(world.messenger.templates(&chat.number.waba).is_empty());
    // Meta does not take the bytes now: they are sent again.
    let uuid = world.sandbox.add_drive_file(HOST, &Attachment::sample("file"));
    world.messenger.faults().next("uploads", 1, simulator::whatsapp::Fault::HtmlPage { status: 502 });
    let id = requested(world, &chat, with_file(&uuid, "document")).await;
    let row = listed(world, &chat.line, id).await.unwrap();
    assert!(row["status"] == "waiting" && row["waits_because"].is_string(), "{row}");
    world.advance(std::time::Duration::from_secs(60));
    super::steps(world).await;
    assert_eq!((at_meta(world, &chat).status.as_str(), at_crm(world, id).0.as_str()), ("PENDING", "review"));
}

/// A program names the file by its address or its upload, or leaves it to the file that was reviewed.
async fn a_program_sends_a_template_with_its_file(world: &mut WhatsAppWorld) {
    with_bot(world).await;
    let chat = chatting(world).await;
    let uuid = world.sandbox.add_drive_file(HOST, &Attachment::second_picture());
    let id = requested(world, &chat, with_file(&uuid, "picture")).await;
    let there = at_meta(world, &chat);
    decided(world, &there, Review::Approve).await;
    world.advance(DAY);
    let row = listed(world, &chat.line, id).await.unwrap();
    assert_eq!(row["file"], "picture");
    let path = chat.line.path(&format!("/templates/{}/messages", row["id"].as_str().unwrap()));
    let params = json!([{"key": "{{contact.name}}", "value": "Maria"}, {"key": "{{lead.id}}", "value": "7"}]);
    let conversation = json!({"id": MARIA});
    let with = |file: Value| json!({"conversation": conversation, "params": params, "file": file});

    let upload = chat.line.path("/media?file_name=sofa.png");
    let upload = answer(world.api.request(Method::POST, &upload).body(PICTURE)).await.is(200);
    let url = world.sandbox.link_to(&Attachment::second_picture());
    let own = json!({"media_url": url, "file_name": "chair.jpg"});
    let bare = json!({"conversation": conversation, "params": params});
    for body in [bare.clone(), bare, with(own), with(json!({"media_id": upload.json["media_id"]}))] {
        let count = chat.sent(world).len();
        let sent = world.api.post(&path, &body).await.is(202);
        arrives(world).await;
        assert_eq!(chat.sent(world).len(), count + 1, "one message: the text is the template's");
        let given = header(world, &chat);
        assert!(given["type"] == "image" && given["image"]["id"].is_string(), "{given}");
        assert!(chat.last_sent(world).text.contains("order 7 is ready"), "{}", chat.last_sent(world).text);
        assert_eq!(last(world).kind, "picture", "amoCRM shows it");
        let message = world.api.get(&format!("/api/v1/messages/{}", sent.text_at("/id"))).await.is(200);
        assert_eq!(message.json["content"]["type"], "picture");
    }
    let requests = world.sandbox.requests().into_iter();
    let downloads = requests.filter(|one| one.path.contains("/download/") && one.path.contains(&uuid));
    assert_eq!(downloads.count(), 2, "for the review, and once for all messages");

    for (file, pointer) in [
        (json!({}), "/file/media_url"),
        (json!({"media_url": "http://10.0.0.1/a.png"}), "/file/media_url"),
        (json!({"media_id": "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0009"}), "/file/media_id"),
    ] {
        assert_eq!(world.api.post(&path, &with(file.clone())).await.is(422).wrong_fields(), [pointer], "{file}");
    }
    let plain = requested(world, &chat, json!({})).await;
    let there = at_meta(world, &chat);
    decided(world, &there, Review::Approve).await;
    let row = listed(world, &chat.line, plain).await.unwrap();
    assert_eq!(row["file"], Value::Null);
    let path = chat.line.path(&format!("/templates/{}/messages", row["id"].as_str().unwrap()));
    let refused = world.api.post(&path, &with(json!({"media_url": "https://shop.example/a.png"}))).await.is(422);
    assert_eq!(refused.wrong_fields(), ["/file"]);
}

/// amoCRM does not answer, or its file is gone: nothing is sent, and the answer says which.
async fn an_unavailable_file_is_reported_to_the_program(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let uuid = world.sandbox.add_drive_file(HOST, &Attachment::sample("file"));
    let id = requested(world, &chat, with_file(&uuid, "document")).await;
    let there = at_meta(world, &chat);
    decided(world, &there, Review::Approve).await;
    let row = listed(world, &chat.line, id).await.unwrap();
    let path = chat.line.path(&format!("/templates/{}/messages", row["id"].as_str().unwrap()));
    let params = json!([{"key": "{{contact.name}}", "value": "Maria"}, {"key": "{{lead.id}}", "value": "7"}]);
    let body = json!({"conversation": {"id": MARIA}, "params": params});
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    world.api.post(&path, &body).await.is(503);
    world.sandbox.faults().clear();
    assert!(world.sandbox.trash_drive_file(&uuid));
    assert_eq!(world.api.post(&path, &body).await.is(422).wrong_fields(), ["/file"]);
    arrives(world).await;
    assert!(chat.sent(world).is_empty(), "{:?}", chat.texts(world));
}

both!(a_file_is_reviewed_with_the_text_and_sent_by_managers_and_bots, a_file_that_the_hook_does_not_name_is_asked_for);
both!(an_unavailable_file_is_reported_to_the_program, a_file_that_cannot_be_submitted_is_reported);
both!(a_program_sends_a_template_with_its_file);
