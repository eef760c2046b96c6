//! Every kind of content that managers send, as customers get it (whatsapp §6).

use parom_tests::both;
use serde_json::json;
use simulator::crm::{Attachment, HookMessage};

use super::super::at_crm;
use super::{Chat, WhatsAppWorld, arrives, chatting, chatting_with, last};

fn sample(kind: &str) -> HookMessage {
    HookMessage::attachment(Attachment::sample(kind))
}

/// A still one, of which only the head is read.
fn sticker() -> HookMessage {
    let mut bytes = b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0".to_vec();
    bytes.extend_from_slice(&[0, 0, 0, 0, 0xFF, 0x01, 0x00, 0xFF, 0x01, 0x00]);
    bytes.resize(1_024, 0);
    HookMessage::attachment(Attachment::new("sticker", "", "image/webp", bytes))
}

async fn a_text_arrives_and_its_statuses_are_reported(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let said = chat.manager_gets_through(world, HookMessage::text("Good *morning*\nhttps://acme.test")).await;
    let sent = chat.last_sent(world);
    assert_eq!((sent.kind.as_str(), sent.text.as_str()), ("text", "Good *morning*\nhttps://acme.test"));
    assert_eq!(sent.json["to"], "77010001122", "to the phone as long as there is one");
    assert_eq!(sent.json["text"]["preview_url"], true, "links show what is behind them");
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
}

async fn every_file_arrives_as_what_it_is(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    for (kind, there) in [
        ("picture", "image"),
        ("video", "video"),
        ("file", "document"),
        ("voice", "audio"),
        ("audio", "audio"),
        ("sticker", "sticker"),
    ] {
        // Of stickers Meta takes squares of 512 alone.
        let message = if kind == "sticker" { sticker() } else { sample(kind) };
        let said = chat.manager_gets_through(world, message).await;
        let sent = chat.last_sent(world);
        assert_eq!((sent.kind.as_str(), sent.error()), (there, None), "{kind}: {}", sent.json);
        let object = &sent.json[there];
        assert!(object["id"].is_string() && object["link"].is_null(), "{kind} was uploaded: {object}");
        assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1], "{kind}");
        assert!(sent.files.iter().all(|file| !file.bytes.is_empty()) && sent.files.len() == 1, "{kind}");
    }
    let voice = chat.sent(world).into_iter().find(|one| one.json["audio"]["voice"] == true);
    assert!(voice.is_some(), "a voice message is shown as one");
    let document = chat.sent(world).into_iter().find(|one| one.kind == "document").unwrap();
    assert_eq!(document.json["document"]["filename"], "offer.pdf");
}

/// Meta shows Opus in Ogg alone as a voice message; in another format that it plays it is audio.
async fn a_voice_message_goes_as_what_meta_plays(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let melody = include_bytes!("../../../../simulator/assets/samples/melody.mp3").to_vec();
    let voice = Attachment::new("voice", "voice.mp3", "audio/mpeg", melody);
    let said = chat.manager_gets_through(world, HookMessage::attachment(voice)).await;
    let sent = chat.last_sent(world);
    assert_eq!((sent.kind.as_str(), sent.error(), &sent.json["audio"]["voice"]), ("audio", None, &json!(null)));
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
}

async fn a_file_that_meta_has_is_not_uploaded_again(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    for _ in 0..2 {
        chat.manager_gets_through(world, sample("picture")).await;
    }
    assert_eq!((chat.sent(world).len(), world.messenger.calls_of("media").len()), (2, 1));
    let id = chat.last_sent(world).json["image"]["id"].as_str().unwrap().to_owned();
    world.messenger.lose_file(&id);
    let said = chat.manager_gets_through(world, sample("picture")).await;
    assert_eq!((chat.sent(world).len(), world.messenger.calls_of("media").len()), (3, 2), "it was dropped there");
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
}

async fn a_picture_that_meta_does_not_accept_becomes_a_document(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let webp = Attachment::new(
        "picture",
        "scan.webp",
        "image/webp",
        include_bytes!("../../../../simulator/assets/samples/sticker.webp").to_vec(),
    );
    chat.manager_gets_through(world, HookMessage::attachment(webp).caption("Scan")).await;
    let sent = chat.last_sent(world);
    assert_eq!((sent.kind.as_str(), sent.text.as_str()), ("document", "Scan"), "{}", sent.json);
    assert_eq!(sent.json["document"]["filename"], "scan.webp");
}

async fn captions_are_below_their_file_or_follow_it(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    chat.manager_gets_through(world, sample("picture").caption("Sofa")).await;
    assert_eq!((chat.last_sent(world).kind.as_str(), chat.last_sent(world).text.as_str()), ("image", "Sofa"));
    chat.manager_gets_through(world, sample("voice").caption("Listen")).await;
    let kinds = |chat: &Chat, world: &WhatsAppWorld, last: usize| {
        let sent = chat.sent(world);
        sent[sent.len() - last..].iter().map(|one| (one.kind.clone(), one.text.clone())).collect::<Vec<_>>()
    };
    let text = |text: &str| ("text".to_owned(), text.to_owned());
    assert_eq!(kinds(&chat, world, 2), [("audio".to_owned(), String::new()), text("Listen")], "sound has no caption");
    let long = "word ".repeat(300).trim().to_owned();
    chat.manager_gets_through(world, sample("picture").caption(&long)).await;
    let parts = kinds(&chat, world, 2);
    assert_eq!((parts[0].0.as_str(), parts[1].0.as_str()), ("image", "text"));
    assert_eq!(format!("{} {}", parts[0].1, parts[1].1).trim(), long);
}

async fn a_long_text_is_sent_in_parts(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let long = "word ".repeat(1_700).trim().to_owned();
    let said = chat.manager_gets_through(world, HookMessage::text(&long)).await;
    let parts = chat.texts(world);
    assert!(parts.len() > 1 && parts.iter().all(|part| part.chars().count() <= 4096));
    assert_eq!(parts.join(" ").split_whitespace().count(), 1_700, "no word is lost");
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id).last(), Some(&1));
}

async fn places_and_people_are_native(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let place = json!({"lat": 43.2389, "lon": 76.8897});
    chat.manager_gets_through(world, HookMessage::text("").with("type", json!("location")).with("location", place))
        .await;
    let sent = chat.last_sent(world);
    assert_eq!((sent.kind.as_str(), &sent.json["location"]["latitude"]), ("location", &json!(43.2389)));
    let contact = json!({"name": "Oleg", "phone": "+77010002233"});
    chat.manager_gets_through(world, HookMessage::text("").with("type", json!("contact")).with("contact", contact))
        .await;
    let sent = chat.last_sent(world);
    assert_eq!(sent.kind, "contacts", "{}", sent.json);
    assert_eq!(sent.json["contacts"][0]["phones"][0]["phone"], "+77010002233");
}

async fn an_album_arrives_file_by_file(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let files = vec![Attachment::sample("picture"), Attachment::second_picture(), Attachment::sample("video")];
    let there = chat.line.chat(world, super::MARIA);
    world.sandbox.manager_sends_album(&chat.line.host, &there, files, "Our sofas").await.unwrap();
    arrives(world).await;
    let kinds: Vec<_> = chat.sent(world).into_iter().map(|one| (one.kind, one.text)).collect();
    let (none, image) = (String::new(), "image".to_owned());
    assert_eq!(kinds, [(image.clone(), "Our sofas".to_owned()), (image, none.clone()), ("video".to_owned(), none)]);
}

async fn a_forward_and_a_public_answer_are_words(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let theirs = last(world);
    chat.manager_gets_through(world, HookMessage::text("").forwarding(&theirs.id)).await;
    let sent = chat.last_sent(world);
    assert!(sent.text.lines().count() == 2 && sent.text.ends_with("Hello"), "{}", sent.text);
    let post = json!({"id": "post-900"});
    chat.manager_gets_through(world, HookMessage::text("See our profile").with("post", post)).await;
    assert_eq!(chat.last_sent(world).text, "See our profile");
}

async fn a_manager_signs_where_the_source_wants_it(world: &mut WhatsAppWorld) {
    let chat = chatting_with(world, &json!({"sign_with_manager_name": true})).await;
    chat.manager_gets_through(world, HookMessage::text("Good morning")).await;
    let said = chat.last_sent(world).text;
    let (name, text) = said.split_once('\n').expect("a line of its own");
    assert!(name.ends_with(':') && name.len() > 1 && text == "Good morning", "{said}");
    assert_eq!(at_crm(world).len(), 1);
}

both!(
    a_text_arrives_and_its_statuses_are_reported,
    every_file_arrives_as_what_it_is,
    a_voice_message_goes_as_what_meta_plays,
    a_file_that_meta_has_is_not_uploaded_again,
    a_picture_that_meta_does_not_accept_becomes_a_document,
    captions_are_below_their_file_or_follow_it,
    a_long_text_is_sent_in_parts,
    places_and_people_are_native,
    an_album_arrives_file_by_file,
    a_forward_and_a_public_answer_are_words,
    a_manager_signs_where_the_source_wants_it,
);
