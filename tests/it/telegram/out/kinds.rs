//! Every kind of content, with its file.

use parom_tests::{TelegramWorld, both};
use serde_json::json;
use simulator::crm::{Attachment, HookMessage};

use super::{chatting, last};

async fn a_text_arrives_and_is_delivered_as_soon_as_telegram_has_it(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let said = line.manager_sends(world, HookMessage::text("Good *morning* <Maria> 👋")).await;
    world.deliver_all().await;
    let message = last(world, &line);
    assert_eq!((super::chat(&message), message.kind.as_str()), (line.person, "text"));
    assert_eq!(message.text, "Good *morning* <Maria> 👋", "plain text stays plain");
    assert_eq!(world.statuses_at_crm(&line.line, &said.message_id), [1]);
}

async fn a_source_may_count_as_sent_only_what_telegram_has(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({ "delivered_on_accept": false })).await;
    let said = line.manager_sends(world, HookMessage::text("Good morning")).await;
    world.deliver_all().await;
    assert_eq!(last(world, &line).text, "Good morning");
    assert!(world.statuses_at_crm(&line.line, &said.message_id).is_empty());
}

async fn every_file_arrives_as_what_it_is(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    for (kind, there) in [
        ("picture", "photo"),
        ("video", "video"),
        ("file", "document"),
        ("voice", "voice"),
        ("audio", "audio"),
        ("sticker", "sticker"),
    ] {
        // A chat takes one message a second.
        world.advance(std::time::Duration::from_secs(10));
        let message = HookMessage::attachment(Attachment::sample(kind));
        let message = if kind == "sticker" { message } else { message.caption("Here it is") };
        let said = line.manager_sends(world, message).await;
        world.deliver_all().await;
        let came = last(world, &line);
        assert_eq!(came.kind, there, "{}", came.json);
        assert_eq!(came.text, if kind == "sticker" { "" } else { "Here it is" });
        let original = world.sandbox.downloads(&line.line.host, &said.message_id).await.unwrap();
        assert_eq!(came.files[0].bytes, original.bytes, "{kind}");
        assert_eq!(world.statuses_at_crm(&line.line, &said.message_id), [1], "{kind}");
    }
}

async fn a_file_that_goes_out_again_is_uploaded_once(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let said = line.manager_sends(world, HookMessage::attachment(Attachment::sample("picture"))).await;
    line.manager_sends(world, HookMessage::attachment(Attachment::sample("picture")).caption("Once more")).await;
    world.deliver_all().await;
    let calls = world.telegram().calls(line.bot).into_iter().filter(|call| call.call == "sendPhoto");
    let is_file: Vec<_> = calls.map(|call| call.body["photo"].is_null()).collect();
    assert_eq!(is_file, [true, false], "a file, then its id");
    let original = world.sandbox.downloads(&line.line.host, &said.message_id).await.unwrap();
    let came = last(world, &line);
    assert_eq!((came.text.as_str(), &came.files[0].bytes), ("Once more", &original.bytes));
}

async fn an_album_arrives_file_by_file(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let files = vec![Attachment::sample("picture"), Attachment::second_picture()];
    world.sandbox.manager_sends_album(&line.line.host, &line.chat(world), files, "Two of them").await.unwrap();
    world.deliver_all().await;
    let sent: Vec<_> = line.sent(world).into_iter().map(|message| (message.kind, message.text)).collect();
    assert_eq!(sent, [("photo".to_owned(), "Two of them".to_owned()), ("photo".to_owned(), String::new())]);
}

async fn places_and_people_are_native(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let place =
        HookMessage::text("").with("type", json!("location")).with("location", json!({"lon": 76.95, "lat": 43.25}));
    line.manager_sends(world, place).await;
    world.deliver_all().await;
    let came = last(world, &line);
    assert_eq!(
        (&came.json["location"]["latitude"], &came.json["location"]["longitude"]),
        (&json!(43.25), &json!(76.95))
    );
    let person = HookMessage::text("")
        .with("type", json!("contact"))
        .with("contact", json!({"name": "Pavel", "phone": "+79991112233"}));
    line.manager_sends(world, person).await;
    world.deliver_all().await;
    let came = last(world, &line);
    assert_eq!(
        (&came.json["contact"]["first_name"], &came.json["contact"]["phone_number"]),
        (&json!("Pavel"), &json!("+79991112233"))
    );
}

both!(
    a_text_arrives_and_is_delivered_as_soon_as_telegram_has_it,
    a_source_may_count_as_sent_only_what_telegram_has,
    every_file_arrives_as_what_it_is,
    a_file_that_goes_out_again_is_uploaded_once,
    an_album_arrives_file_by_file,
    places_and_people_are_native,
);
