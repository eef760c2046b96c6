//! Bots in groups, and in the name of a person.

use serde_json::{Value, json};
use simulator::telegram::{Act, GroupKind, NewGroup, NewPerson};

use super::{World, bad};

async fn group(world: &World, kind: GroupKind) -> i64 {
    let members = vec![world.maria, world.bot.id];
    world.telegram().add_group(NewGroup { id: None, title: "Delivery 77".to_owned(), kind, members })
}

fn act(name: &str, group: i64) -> Act {
    Act::own(name).with("group", group)
}

fn say(chat: i64) -> Value {
    json!({"chat_id": chat, "text": "Hi"})
}

#[tokio::test]
async fn privacy_mode_hides_what_is_not_for_the_bot() {
    let world = World::started().await;
    let group = group(&world, GroupKind::Super).await;
    let own = world.ok("sendMessage", say(group)).await["message_id"].as_i64().unwrap();
    let member = world.telegram().member(world.maria, group);
    for (text, heard) in
        [("among us", false), ("/help", true), ("/help@other_bot", false), ("ask @acme_support_bot", true)]
    {
        member.writes(text).unwrap();
        assert_eq!(world.latest().await["message"]["text"] == text, heard, "{text}");
    }
    member.replies(own, "to you").unwrap();
    assert_eq!(world.latest().await["message"]["text"], "to you");
    let (bot, by) = (world.bot.id, world.maria);
    world.telegram().act(act("promote", group).line(bot).with("by", by)).unwrap();
    member.writes("among us").unwrap();
    assert_eq!(world.latest().await["message"]["text"], "among us");
}

#[tokio::test]
async fn a_moved_group_answers_with_its_new_id() {
    let world = World::started().await;
    let old = group(&world, GroupKind::Basic).await;
    let new = world.telegram().act(act("upgrade_group", old).with("by", world.maria)).unwrap().dialog.number();
    let (status, answer) = world.call("sendMessage", say(old)).await;
    assert_eq!((status, &answer["parameters"]), (400, &json!({"migrate_to_chat_id": new})));
    assert_eq!(answer["description"], "Bad Request: group chat was upgraded to a supergroup chat");
    assert_eq!(world.ok("sendMessage", say(new)).await["chat"]["type"], "supergroup");
    assert!(world.telegram().member(world.maria, old).writes("Hi").is_err());
}

#[tokio::test]
async fn bots_are_removed_leave_and_are_muted() {
    let world = World::started().await;
    let (bot, by) = (world.bot.id, world.maria);
    let first = group(&world, GroupKind::Super).await;
    world.telegram().act(act("remove_bot", first).line(bot).with("by", by)).unwrap();
    let words = "Forbidden: bot was kicked from the supergroup chat".to_owned();
    assert_eq!(world.refused("sendMessage", say(first)).await, (403, words));
    assert_eq!(world.latest().await["my_chat_member"]["new_chat_member"]["status"], "kicked");
    let second = group(&world, GroupKind::Basic).await;
    world.ok("leaveChat", json!({"chat_id": second})).await;
    let words = "Forbidden: bot is not a member of the group chat".to_owned();
    assert_eq!(world.refused("sendMessage", say(second)).await, (403, words));
    let third = group(&world, GroupKind::Forum).await;
    world.telegram().act(act("set_open", third).with("open", false)).unwrap();
    assert_eq!(
        world.refused("sendMessage", say(third)).await,
        bad("not enough rights to send text messages to the chat")
    );
    world.telegram().act(act("set_open", third).with("open", true)).unwrap();
    let topic = json!({"chat_id": third, "text": "Hi", "message_thread_id": 14});
    assert_eq!(world.refused("sendMessage", topic.clone()).await, bad("message thread not found"));
    world.telegram().in_topic(world.maria, third, 14).writes("/hi").unwrap();
    assert_eq!(world.ok("sendMessage", topic.clone()).await["message_thread_id"], 14);
    world.telegram().act(act("close_topic", third).with("thread", 14).with("closed", true)).unwrap();
    assert_eq!(world.refused("sendMessage", topic.clone()).await, bad("TOPIC_CLOSED"));
    world.telegram().act(act("delete_group", third)).unwrap();
    let words = "Forbidden: the group chat was deleted".to_owned();
    assert_eq!(world.refused("sendMessage", topic).await, (403, words));
}

#[tokio::test]
async fn a_person_met_in_a_group_cannot_be_written_to_first() {
    let world = World::start().await;
    group(&world, GroupKind::Super).await;
    let words = "Forbidden: bot can't initiate conversation with a user".to_owned();
    assert_eq!(world.refused("sendMessage", say(world.maria)).await, (403, words));
}

fn lends(owner: i64, bot: i64, can_reply: bool) -> Act {
    Act::own("connect").line(bot).with("owner", owner).with("can_reply", can_reply)
}

#[tokio::test]
async fn a_business_bot_answers_within_a_day_of_the_clients_word() {
    let world = World::start().await;
    let (bot, maria) = (world.bot.id, world.maria);
    let owner = world.telegram().add_person(NewPerson { id: 6_098_765_432, ..NewPerson::default() });
    let connection = world.telegram().act(lends(owner, bot, true)).unwrap().id.to_string();
    let say =
        |connection: &str, chat: i64| json!({"business_connection_id": connection, "chat_id": chat, "text": "Hi"});
    assert_eq!(world.refused("sendMessage", say("made up", maria)).await, bad("business connection not found"));
    assert_eq!(world.refused("sendMessage", say(&connection, maria)).await, bad("BUSINESS_PEER_INVALID"));
    assert_eq!(world.refused("sendMessage", say(&connection, owner)).await, bad("BUSINESS_PEER_INVALID"));
    world.telegram().correspondent(owner, maria).writes("Good day").unwrap();
    assert_eq!(world.refused("sendMessage", say(&connection, maria)).await, bad("BUSINESS_PEER_USAGE_MISSING"));
    let asked = world.telegram().correspondent(maria, owner).writes("And to you").unwrap();
    let sent = world.ok("sendMessage", say(&connection, maria)).await;
    assert_eq!((&sent["from"]["id"], &sent["sender_business_bot"]["id"]), (&json!(owner), &json!(bot)));
    assert_eq!(sent["business_connection_id"], json!(connection));
    let read = json!({"business_connection_id": connection, "chat_id": maria, "message_id": asked});
    world.ok("readBusinessMessage", read).await;
    assert_eq!(world.telegram().read_marks(bot), [(maria, asked)]);
    world.stage.advance(24 * 3600 + 1).await;
    assert_eq!(world.refused("sendMessage", say(&connection, maria)).await, bad("BUSINESS_PEER_USAGE_MISSING"));
    let again = world.telegram().act(lends(owner, bot, false)).unwrap().id.to_string();
    assert_ne!(again, connection, "every connection has a new id");
    world.telegram().correspondent(maria, owner).writes("Hello?").unwrap();
    assert_eq!(world.refused("sendMessage", say(&again, maria)).await.0, 400);
    world.telegram().act(Act::own("disconnect").line(bot).with("owner", owner)).unwrap();
    assert_eq!(world.refused("sendMessage", say(&again, maria)).await, bad("business connection not found"));
    assert_eq!(world.refused("sendMessage", json!({"chat_id": maria, "text": "Hi"})).await, bad("chat not found"));
}
