//! Several messages in one body, in any order.

use simulator::whatsapp::{Batch, NewPerson, NewPhone};

use super::world::{PHONE, WABA, World};

async fn batched(batch: Batch) -> (World, super::receiver::Receiver) {
    let world = World::start().await;
    let receiver = world.hears().await;
    let pete = world.whatsapp.add_person(NewPerson {
        wa_id: "77015556677".to_owned(),
        user_id: Some("KZ.7770001112223334445".to_owned()),
        ..NewPerson::default()
    });
    let second = world.whatsapp.add_phone(NewPhone { number: "77010009901".to_owned(), ..NewPhone::of(WABA) });
    world.whatsapp.hold_webhooks(true);
    world.maria().writes("1").unwrap();
    world.maria().writes("2").unwrap();
    world.whatsapp.customer(pete, PHONE).writes("3").unwrap();
    world.whatsapp.customer(pete, &second).writes("4").unwrap();
    world.whatsapp.batch(batch);
    assert_eq!(world.whatsapp.deliver_all().await, 0, "held");
    world.whatsapp.hold_webhooks(false);
    assert_eq!(world.whatsapp.deliver_all().await, 1);
    assert_eq!(receiver.texts(), ["1", "2", "3", "4"]);
    (world, receiver)
}

#[tokio::test]
async fn a_body_has_several_entries_changes_or_messages() {
    for (batch, entries, changes, messages) in
        [(Batch::Entries, 4, 1, 1), (Batch::Changes, 1, 4, 1), (Batch::Messages, 1, 2, 3)]
    {
        let (_world, receiver) = batched(batch).await;
        let body = &receiver.bodies()[0];
        let count = |pointer: &str| body.pointer(pointer).unwrap().as_array().unwrap().len();
        assert_eq!(count("/entry"), entries, "{batch:?}");
        assert_eq!(count("/entry/0/changes"), changes, "{batch:?}");
        assert_eq!(count("/entry/0/changes/0/value/messages"), messages, "{batch:?}");
    }
    let (_world, receiver) = batched(Batch::Messages).await;
    let contacts = &receiver.bodies()[0]["entry"][0]["changes"][0]["value"]["contacts"];
    assert_eq!(contacts.as_array().unwrap().len(), 2, "a contact occurs once");
    assert_eq!(receiver.signed(), [true]);
}

#[tokio::test]
async fn the_order_can_be_turned_round() {
    let world = World::start().await;
    let receiver = world.hears().await;
    world.whatsapp.hold_webhooks(true);
    for text in ["1", "2", "3"] {
        world.maria().writes(text).unwrap();
    }
    world.whatsapp.reverse();
    world.whatsapp.hold_webhooks(false);
    world.whatsapp.deliver_all().await;
    assert_eq!(receiver.texts(), ["3", "2", "1"]);
}
