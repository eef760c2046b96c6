//! Usernames, business-scoped ids, other numbers.

use serde_json::json;
use simulator::whatsapp::{Act, NewPerson};

use super::world::{PHONE, World, to_maria};

#[tokio::test]
async fn a_username_hides_the_phone_unless_the_number_wrote_to_it() {
    let (world, receiver) = World::open().await;
    let username = Some("maria.k".to_owned());
    world.whatsapp.act(Act::SetUsername { who: world.maria, username }).unwrap();
    let heard = async || {
        world.maria().writes("Hi").unwrap();
        world.whatsapp.deliver_all().await;
        receiver.all("messages").pop().unwrap()
    };
    assert_eq!((heard().await.get("from"), &heard().await["from_user_id"]), (None, &json!("KZ.1234567890123456789")));
    let to_id = json!({"messaging_product": "whatsapp", "recipient": "KZ.1234567890123456789", "text": {"body": "Hi"}});
    world.ok("POST", &format!("{PHONE}/messages"), to_id).await;
    assert_eq!(heard().await.get("from"), None, "an id is no phone");
    world.ok("POST", &format!("{PHONE}/messages"), to_maria("text", json!({"body": "Hi"}))).await;
    assert_eq!(heard().await["from"], "77010001122");
    world.advance(30 * 86_400);
    assert_eq!(heard().await.get("from"), None, "thirty days later");
}

#[tokio::test]
async fn a_changed_number_is_reported_and_reached() {
    let (world, receiver) = World::open().await;
    let user_id = Some("KZ.5550001112223334445".to_owned());
    let (who, number) = (world.maria, "+7 701 999 88 77".to_owned());
    world.whatsapp.act(Act::ChangeNumber { who, number, user_id }).unwrap();
    world.maria().writes("It is me").unwrap();
    world.whatsapp.deliver_all().await;
    let messages = receiver.all("messages");
    let [.., moved, renamed, text] = messages.as_slice() else { panic!("three messages") };
    assert_eq!((&moved["from"], &moved["system"]["wa_id"]), (&json!("77010001122"), &json!("77019998877")));
    assert_eq!(renamed["system"]["user_id"], "KZ.5550001112223334445");
    assert_eq!((&text["from"], &text["from_user_id"]), (&json!("77019998877"), &json!("KZ.5550001112223334445")));
    let update = &receiver.all("user_id_update")[0];
    assert_eq!(update["user_id"]["previous"], "KZ.1234567890123456789");
    let answer = world
        .ok(
            "POST",
            &format!("{PHONE}/messages"),
            json!({"messaging_product": "whatsapp",
        "to": "77019998877", "text": {"body": "Hi"}}),
        )
        .await;
    assert_eq!(answer["contacts"][0]["user_id"], "KZ.5550001112223334445");
}

#[tokio::test]
async fn opening_a_chat_is_reported_and_opens_no_window() {
    let world = World::start().await;
    let receiver = world.hears().await;
    let who =
        world.whatsapp.add_person(NewPerson { wa_id: "77010001155".to_owned(), user_id: None, ..NewPerson::default() });
    world.whatsapp.act(Act::Open { who, phone: PHONE.to_owned() }).unwrap();
    world.whatsapp.deliver_all().await;
    assert_eq!(receiver.all("messages")[0]["type"], "request_welcome");
    let hello = json!({"messaging_product": "whatsapp", "to": "77010001155", "text": {"body": "Hi"}});
    world.ok("POST", &format!("{PHONE}/messages"), hello).await;
    assert_eq!(world.whatsapp.sent(PHONE)[0].error, Some(131_047));
}
