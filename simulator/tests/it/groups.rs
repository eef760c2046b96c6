//! Bots in groups.

use serde_json::{Value, json};
use simulator::telegram::{Act, GroupKind, NewGroup};

use crate::world::{World, bad};

async fn group(world: &World, kind: GroupKind) -> i64 {
    let members = vec![world.maria, world.bot.id];
    world.telegram.add_group(NewGroup { id: None, title: "Delivery 77".to_owned(), kind, members })
}

fn say(chat: i64) -> Value {
    json!({"chat_id": chat, "text": "Hi"})
}

#[tokio::test]
async fn privacy_mode_hides_what_is_not_for_the_bot() {
    let world = World::started().await;
    let group = group(&world, GroupKind::Super).await;
    let own = world.ok("sendMessage", say(group)).await["message_id"].as_i64().unwrap();
    let member = world.telegram.member(world.maria, group);
    for (text, heard) in
        [("among us", false), ("/help", true), ("/help@other_bot", false), ("ask @acme_support_bot", true)]
    {
        member.writes(text).unwrap();
        assert_eq!(world.latest().await["message"]["text"] == text, heard, "{text}");
    }
    member.replies(own, "to you").unwrap();
    assert_eq!(world.latest().await["message"]["text"], "to you");
    let (bot, by) = (world.bot.id, world.maria);
    world.telegram.act(Act::Promote { group, bot, by }).unwrap();
    member.writes("among us").unwrap();
    assert_eq!(world.latest().await["message"]["text"], "among us");
}

#[tokio::test]
async fn a_moved_group_answers_with_its_new_id() {
    let world = World::started().await;
    let old = group(&world, GroupKind::Basic).await;
    let new = world.telegram.act(Act::UpgradeGroup { group: old, by: world.maria }).unwrap().chat;
    let (status, answer) = world.call("sendMessage", say(old)).await;
    assert_eq!((status, &answer["parameters"]), (400, &json!({"migrate_to_chat_id": new})));
    assert_eq!(answer["description"], "Bad Request: group chat was upgraded to a supergroup chat");
    assert_eq!(world.ok("sendMessage", say(new)).await["chat"]["type"], "supergroup");
    assert!(world.telegram.member(world.maria, old).writes("Hi").is_err());
}

#[tokio::test]
async fn bots_are_removed_leave_and_are_muted() {
    let world = World::started().await;
    let (bot, by) = (world.bot.id, world.maria);
    let first = group(&world, GroupKind::Super).await;
    world.telegram.act(Act::RemoveBot { group: first, bot, by }).unwrap();
    let words = "Forbidden: bot was kicked from the supergroup chat".to_owned();
    assert_eq!(world.refused("sendMessage", say(first)).await, (403, words));
    assert_eq!(world.latest().await["my_chat_member"]["new_chat_member"]["status"], "kicked");
    let second = group(&world, GroupKind::Basic).await;
    world.ok("leaveChat", json!({"chat_id": second})).await;
    let words = "Forbidden: bot is not a member of the group chat".to_owned();
    assert_eq!(world.refused("sendMessage", say(second)).await, (403, words));
    let third = group(&world, GroupKind::Forum).await;
    world.telegram.act(Act::SetOpen { group: third, open: false }).unwrap();
    assert_eq!(
        world.refused("sendMessage", say(third)).await,
        bad("not enough rights to send text messages to the chat")
    );
    world.telegram.act(Act::SetOpen { group: third, open: true }).unwrap();
    let topic = json!({"chat_id": third, "text": "Hi", "message_thread_id": 14});
    assert_eq!(world.refused("sendMessage", topic.clone()).await, bad("message thread not found"));
    world.telegram.member(world.maria, third).in_topic(14).writes("/hi").unwrap();
    assert_eq!(world.ok("sendMessage", topic.clone()).await["message_thread_id"], 14);
    world.telegram.act(Act::CloseTopic { group: third, thread: 14, closed: true }).unwrap();
    assert_eq!(world.refused("sendMessage", topic.clone()).await, bad("TOPIC_CLOSED"));
    world.telegram.act(Act::DeleteGroup { group: third }).unwrap();
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
