//! Messages of every kind, and who they are for.

use serde_json::{Value, json};
use simulator::whatsapp::{NewPerson, NewPhone};

use super::world::{MARIA, MARIAS_ID, PHONE, WABA, World, sample, sticker, to_maria};

#[tokio::test]
async fn every_kind_is_accepted_and_arrives() {
    let (world, _receiver) = World::open().await;
    let mut media = Vec::new();
    for (kind, name, mime) in [
        ("image", "picture.jpg", "image/jpeg"),
        ("video", "clip.mp4", "video/mp4"),
        ("audio", "voice.ogg", "audio/ogg"),
        ("document", "offer.pdf", "application/pdf"),
    ] {
        media.push((kind, world.upload(name, mime, sample(name)).await));
    }
    media.push(("sticker", world.upload("sticker.webp", "image/webp", sticker()).await));
    for (kind, id) in &media {
        let id = world.sent(kind, json!({"id": id})).await;
        let sent = world.whatsapp.sent(PHONE).pop().unwrap();
        assert_eq!((&sent.kind, &sent.id, sent.error), (&(*kind).to_owned(), &id, None));
        assert!(sent.file.unwrap().bytes.len() > 20, "{kind}");
    }
    let name = json!({"formatted_name": "Oleg P.", "first_name": "Oleg"});
    for (kind, content) in [
        ("text", json!({"body": "Hello", "preview_url": true})),
        ("location", json!({"latitude": 43.2, "longitude": "76.9", "name": "Acme", "address": "Abai 10"})),
        ("contacts", json!([{"name": name, "phones": [{"phone": "+77010002233", "type": "CELL"}]}])),
        ("audio", json!({"id": media[2].1, "voice": true})),
        ("document", json!({"id": media[3].1, "filename": "Offer.pdf", "caption": "signed"})),
        (
            "interactive",
            json!({"type": "cta_url", "body": {"text": "Open the shop"}, "action":
            {"name": "cta_url", "parameters": {"display_text": "Shop", "url": "https://acme.test"}}}),
        ),
        (
            "interactive",
            json!({"type": "request_contact_info", "body": {"text": "Your number?"},
            "action": {"name": "request_contact_info"}}),
        ),
        (
            "interactive",
            json!({"type": "location_request_message", "body": {"text": "Where?"},
            "action": {"name": "send_location"}}),
        ),
    ] {
        world.send(kind, content).await;
        let sent = world.whatsapp.sent(PHONE).pop().unwrap();
        assert_eq!((sent.kind.as_str(), sent.error), (kind, None));
    }
    let document = world.whatsapp.chat(PHONE, world.maria);
    let document = document.iter().rfind(|one| one.kind == "document").unwrap();
    assert_eq!((document.text.as_str(), document.file.clone().unwrap().name.as_deref()), ("signed", Some("Offer.pdf")));
}

#[tokio::test]
async fn a_reaction_and_a_quote_need_their_message() {
    let (world, _receiver) = World::open().await;
    let asked = world.maria().writes("Blue?").unwrap();
    world.send("reaction", json!({"message_id": asked, "emoji": "👍"})).await;
    let reactions = || world.whatsapp.chat(PHONE, world.maria)[1].reactions.clone();
    assert_eq!(reactions(), [("business", "👍".to_owned())]);
    assert_eq!(world.whatsapp.sent(PHONE)[0].status, Some(simulator::whatsapp::Status::Sent), "only `sent` follows");
    world.send("reaction", json!({"message_id": asked, "emoji": ""})).await;
    assert!(reactions().is_empty());
    assert_eq!(world.not_sent("reaction", json!({"message_id": "wamid.none", "emoji": "👍"})).await.0, 131_009);
    assert_eq!(world.not_sent("reaction", json!({"message_id": asked, "emoji": "yes"})).await.0, 131_009);
    let mut answer = to_maria("text", json!({"body": "Blue"}));
    answer["context"] = json!({"message_id": asked});
    world.ok("POST", &format!("{PHONE}/messages"), answer.clone()).await;
    assert_eq!(world.whatsapp.sent(PHONE).pop().unwrap().quoted, Some(asked.clone()));
    answer["context"]["message_id"] = json!("wamid.none");
    assert_eq!(world.refused("POST", &format!("{PHONE}/messages"), answer).await.1["code"], 131_009);
    world.advance(30 * 86_400 + 1);
    let old = world.not_sent("reaction", json!({"message_id": asked, "emoji": "👍"})).await;
    assert_eq!(old, (131_009, "The message is older than 30 days.".to_owned()));
}

#[tokio::test]
async fn wrong_content_is_refused_with_the_documented_codes() {
    let (world, _receiver) = World::open().await;
    let long = |count: usize| "я".repeat(count);
    world.send("text", json!({"body": long(4096)})).await;
    for (kind, content, code) in [
        ("text", json!({"body": long(4097)}), 100),
        ("text", json!({"body": " "}), 100),
        ("text", json!({"body": "Hi", "preview_url": "yes"}), 100),
        ("poll", json!({"name": "When?"}), 100),
        ("image", json!({"caption": "no file"}), 100),
        ("image", json!({"id": "77"}), 100),
        ("image", json!({"link": "ftp://acme.test/a.jpg"}), 100),
        ("audio", json!({"link": "https://acme.test/a.ogg", "caption": "none"}), 100),
        ("document", json!({"link": "https://acme.test/a.pdf", "caption": long(1025)}), 100),
        ("location", json!({"latitude": 43.2}), 100),
        ("location", json!({"latitude": 143.2, "longitude": 76.9}), 131_009),
        ("contacts", json!([{"name": {"first_name": "Oleg"}}]), 131_008),
        ("contacts", json!([{"name": {"formatted_name": "Oleg"}}]), 131_009),
        ("contacts", json!([]), 131_009),
    ] {
        assert_eq!(world.not_sent(kind, content.clone()).await.0, code, "{kind} {content}");
    }
    let words = world.not_sent("text", json!({"body": long(4097)})).await.1;
    assert_eq!(words, "(#100) Param text['body'] must be at most 4096 characters long.");
    assert_eq!(world.whatsapp.sent(PHONE).len(), 1);
}

#[tokio::test]
async fn recipients_are_phones_or_ids() {
    let (world, receiver) = World::open().await;
    let path = format!("{PHONE}/messages");
    let to = |more: Value| {
        let mut body = json!({"messaging_product": "whatsapp", "text": {"body": "Hi"}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let answer = world.ok("POST", &path, to(json!({"to": "+7 (701) 000-11-22"}))).await;
    assert_eq!(answer["contacts"], json!([{"input": "+7 (701) 000-11-22", "wa_id": MARIA, "user_id": MARIAS_ID}]));
    let answer = world.ok("POST", &path, to(json!({"recipient": MARIAS_ID}))).await;
    assert_eq!(answer["contacts"], json!([{"input": MARIAS_ID, "user_id": MARIAS_ID}]));
    let mexican = NewPerson {
        wa_id: "5215512345678".to_owned(),
        dialled_as: vec!["525512345678".to_owned()],
        user_id: None,
        ..NewPerson::default()
    };
    let mexican = world.whatsapp.add_person(mexican);
    world.whatsapp.customer(mexican, PHONE).writes("Hola").unwrap();
    let answer = world.ok("POST", &path, to(json!({"to": "525512345678"}))).await;
    assert_eq!(answer["contacts"], json!([{"input": "525512345678", "wa_id": "5215512345678"}]));
    for (more, code) in [
        (json!({}), 100),
        (json!({"to": "12"}), 131_009),
        (json!({"to": "maria"}), 131_009),
        (json!({"to": "77010009900"}), 131_021),
        (json!({"recipient": "KZ.1"}), 131_009),
        (json!({"to": MARIA, "recipient_type": "group"}), 131_009),
        (json!({"to": MARIA, "messaging_product": "sms"}), 100),
        (json!({"to": MARIA, "biz_opaque_callback_data": "x".repeat(513)}), 100),
    ] {
        let (_, error) = world.refused("POST", &path, to(more.clone())).await;
        assert_eq!(error["code"], code, "{more}");
    }
    // No person has this number: accepted, then failed, each time.
    for _ in 0..2 {
        world.ok("POST", &path, to(json!({"to": "77010000000"}))).await;
    }
    world.whatsapp.deliver_all().await;
    let failed = receiver.all("statuses").pop().unwrap();
    assert_eq!((&failed["errors"][0]["code"], &failed["recipient_id"]), (&json!(131_026), &json!("77010000000")));
    let test = NewPhone { allowed: Some(vec!["+77010000001".to_owned()]), ..NewPhone::of(WABA) };
    let test = world.whatsapp.add_phone(test);
    let (status, error) = world.refused("POST", &format!("{test}/messages"), to(json!({"to": MARIA}))).await;
    assert_eq!((status, &error["code"]), (400, &json!(131_030)));
}

#[tokio::test]
async fn limits_of_a_person_and_of_a_number() {
    let (world, _receiver) = World::open().await;
    world.whatsapp.set_rates(true, 2);
    let text = || json!({"body": "Hi"});
    world.send("text", text()).await;
    world.send("text", text()).await;
    let refused = world.not_sent("text", text()).await;
    assert_eq!(refused.0, 131_056);
    assert!(refused.1.contains("to the same phone number in a short period of time"), "{}", refused.1);
    world.advance(6);
    world.send("text", text()).await;
    world.whatsapp.set_rates(true, 1_000);
    // One of this second is sent already.
    for _ in 1..80 {
        world.send("text", text()).await;
    }
    assert_eq!(world.not_sent("text", text()).await.0, 130_429);
    world.advance(1);
    world.send("text", text()).await;
    world.whatsapp.set_rates(false, 45);
}
