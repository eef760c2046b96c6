//! A bot in the name of a person.

use serde_json::json;
use simulator::telegram::{Act, NewPerson};

use crate::world::{World, bad};

#[tokio::test]
async fn a_business_bot_answers_within_a_day_of_the_clients_word() {
    let world = World::start().await;
    let (bot, maria) = (world.bot.id, world.maria);
    let owner = world.telegram.add_person(NewPerson { id: 6_098_765_432, ..NewPerson::default() });
    let connection = world.telegram.act(Act::Connect { owner, bot, can_reply: true }).unwrap().id;
    let say =
        |connection: &str, chat: i64| json!({"business_connection_id": connection, "chat_id": chat, "text": "Hi"});
    assert_eq!(world.refused("sendMessage", say("made up", maria)).await, bad("business connection not found"));
    assert_eq!(world.refused("sendMessage", say(&connection, maria)).await, bad("BUSINESS_PEER_INVALID"));
    assert_eq!(world.refused("sendMessage", say(&connection, owner)).await, bad("BUSINESS_PEER_INVALID"));
    world.telegram.correspondent(owner, maria).writes("Good day").unwrap();
    assert_eq!(world.refused("sendMessage", say(&connection, maria)).await, bad("BUSINESS_PEER_USAGE_MISSING"));
    let asked = world.telegram.correspondent(maria, owner).writes("And to you").unwrap();
    let sent = world.ok("sendMessage", say(&connection, maria)).await;
    assert_eq!((&sent["from"]["id"], &sent["sender_business_bot"]["id"]), (&json!(owner), &json!(bot)));
    assert_eq!(sent["business_connection_id"], json!(connection));
    let read = json!({"business_connection_id": connection, "chat_id": maria, "message_id": asked});
    world.ok("readBusinessMessage", read).await;
    assert_eq!(world.telegram.read_marks(bot), [(maria, asked)]);
    world.advance(24 * 3600 + 1);
    assert_eq!(world.refused("sendMessage", say(&connection, maria)).await, bad("BUSINESS_PEER_USAGE_MISSING"));
    let again = world.telegram.act(Act::Connect { owner, bot, can_reply: false }).unwrap().id;
    assert_ne!(again, connection, "every connection has a new id");
    world.telegram.correspondent(maria, owner).writes("Hello?").unwrap();
    assert_eq!(world.refused("sendMessage", say(&again, maria)).await.0, 400);
    world.telegram.act(Act::Disconnect { owner, bot }).unwrap();
    assert_eq!(world.refused("sendMessage", say(&again, maria)).await, bad("business connection not found"));
    assert_eq!(world.refused("sendMessage", json!({"chat_id": maria, "text": "Hi"})).await, bad("chat not found"));
}
