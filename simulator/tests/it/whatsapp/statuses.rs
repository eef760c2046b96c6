//! What becomes of sent messages.

use serde_json::{Value, json};
use simulator::whatsapp::{Act, Fault, Status};

use super::world::{PHONE, World, sample, to_maria};

fn words(statuses: &[Value]) -> Vec<&str> {
    statuses.iter().map(|one| one["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn statuses_follow_the_phone_and_bring_the_callback_data() {
    let (world, receiver) = World::open().await;
    let mut message = to_maria("text", json!({"body": "Hi"}));
    message["biz_opaque_callback_data"] = json!("letter-1");
    let sent = world.ok("POST", &format!("{PHONE}/messages"), message).await;
    world.maria().reads().unwrap();
    world.maria().reads().unwrap();
    world.whatsapp.deliver_all().await;
    let statuses = receiver.all("statuses");
    assert_eq!(words(&statuses), ["sent", "delivered", "read"]);
    for status in &statuses {
        assert_eq!(status["biz_opaque_callback_data"], "letter-1");
        assert_eq!(status["id"], sent["messages"][0]["id"]);
    }
    assert_eq!(statuses[0]["pricing"]["type"], "free_customer_service");
    let voice = world.upload("voice.ogg", "audio/ogg; codecs=opus", sample("voice.ogg")).await;
    let voice = world.sent("audio", json!({"id": voice, "voice": true})).await;
    world.whatsapp.set_receipts(world.maria, false);
    world.maria().reads().unwrap();
    world.maria().plays(&voice).unwrap();
    world.whatsapp.deliver_all().await;
    assert_eq!(words(&receiver.all("statuses")[3..]), ["sent", "delivered", "played"], "no read receipts");
}

#[tokio::test]
async fn a_phone_that_is_off_gets_its_messages_later() {
    let (world, receiver) = World::open().await;
    world.whatsapp.act(Act::SwitchOff { who: world.maria, on: true }).unwrap();
    world.send("text", json!({"body": "Hi"})).await;
    world.whatsapp.deliver_all().await;
    assert_eq!(words(&receiver.all("statuses")), ["sent"]);
    world.whatsapp.act(Act::SwitchOff { who: world.maria, on: false }).unwrap();
    world.whatsapp.deliver_all().await;
    assert_eq!(words(&receiver.all("statuses")), ["sent", "delivered"]);
    world.maria().blocks(true).unwrap();
    world.send("text", json!({"body": "Hi?"})).await;
    assert_eq!(world.whatsapp.sent(PHONE).pop().unwrap().error, Some(131_026));
}

#[tokio::test]
async fn any_status_can_be_reported_in_any_order() {
    let (world, receiver) = World::open().await;
    world.whatsapp.set_delivers(false);
    let id = world.sent("text", json!({"body": "Hi"})).await;
    for status in [Status::Read, Status::Delivered, Status::Delivered] {
        world.whatsapp.reports(&id, status);
    }
    world.whatsapp.fails(&id, 131_049);
    world.whatsapp.deliver_all().await;
    let statuses = receiver.all("statuses");
    assert_eq!(words(&statuses), ["sent", "read", "delivered", "delivered", "failed"]);
    assert_eq!(statuses[4]["errors"][0]["code"], 131_049);
}

#[tokio::test]
async fn a_status_can_overtake_the_answer_of_its_send() {
    let (world, receiver) = World::open().await;
    world.whatsapp.faults().next("messages", 1, Fault::AnswerLast);
    let sent = world.send("text", json!({"body": "Hi"})).await;
    let statuses = receiver.all("statuses");
    assert_eq!(words(&statuses), ["sent", "delivered"], "they were there before the answer");
    assert_eq!(statuses[0]["id"], sent["messages"][0]["id"]);
}

#[tokio::test]
async fn reading_and_typing() {
    let (world, _receiver) = World::open().await;
    let first = world.whatsapp.chat(PHONE, world.maria)[0].id.clone();
    let second = world.maria().writes("Are you there?").unwrap();
    let third = world.maria().writes("?").unwrap();
    let path = format!("{PHONE}/messages");
    let read = |id: &str| json!({"messaging_product": "whatsapp", "status": "read", "message_id": id});
    assert_eq!(world.ok("POST", &path, read(&second)).await, json!({"success": true}));
    let seen = |id: &str| world.whatsapp.chat(PHONE, world.maria).iter().any(|one| one.id == id && one.is_read);
    assert_eq!((seen(&first), seen(&second), seen(&third)), (true, true, false));
    let mut typing = read(&third);
    typing["typing_indicator"] = json!({"type": "text"});
    world.ok("POST", &path, typing.clone()).await;
    assert!(seen(&third) && world.whatsapp.is_typing(PHONE, world.maria), "typing marks as read");
    world.advance(25);
    assert!(!world.whatsapp.is_typing(PHONE, world.maria));
    world.ok("POST", &path, typing.clone()).await;
    world.send("text", json!({"body": "Yes"})).await;
    assert!(!world.whatsapp.is_typing(PHONE, world.maria), "an answer ends it");
    typing["typing_indicator"]["type"] = json!("voice");
    for wrong in [typing, read("wamid.none"), json!({"messaging_product": "whatsapp", "status": "seen"})] {
        world.refused("POST", &path, wrong).await;
    }
    assert_eq!(world.whatsapp.calls_of("read").len(), 6);
}
