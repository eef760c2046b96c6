//! Groups, channels and comments.

use reqwest::Method;
use serde_json::json;
use simulator::max::{Act, Place};

use super::world::{Webhook, World};

#[tokio::test]
async fn groups_have_titles_and_their_own_kind() {
    let (world, hook) = (World::with(|_| {}).await, Webhook::start());
    world.subscribe(&hook.url).await;
    let room = world.max.add_group(world.bot.id, "Acme");
    world.max.act(Act::AddBot { who: world.maria, room }).unwrap();
    let (who, text) = (world.maria, "Hi".to_owned());
    let say = Act::Send { who, to: Place::Group(room), text, contents: vec![], reply_to: None, forward: None };
    world.max.act(say).unwrap();
    world.max.act(Act::Rename { who, room, title: "Acme 2".to_owned() }).unwrap();
    world.max.act(Act::RemoveBot { who, room }).unwrap();
    world.max.deliver_all().await;
    assert_eq!(hook.kinds(), ["bot_added", "message_created", "chat_title_changed", "bot_removed"]);
    assert_eq!(hook.updates()[1]["message"]["recipient"], json!({"chat_id": room, "chat_type": "chat"}));
    let chat = world.ok(Method::GET, &format!("/chats/{room}"), json!(null)).await;
    assert_eq!((&chat["type"], &chat["title"]), (&json!("chat"), &json!("Acme 2")));
}

#[tokio::test]
async fn comments_belong_to_posts() {
    let (world, hook) = (World::with(|_| {}).await, Webhook::start());
    world.subscribe(&hook.url).await;
    let channel = world.max.add_channel(world.bot.id, "Acme news");
    let post = world.max.act(Act::Post { channel, text: "Sale!".to_owned() }).unwrap().mid.unwrap();
    let comment = world.maria().comments(&post, "How much?").unwrap();
    world.maria().edits(&comment, "How much is it?").unwrap();
    let path = format!("/messages/{post}/comments");
    let reply = json!({"text": "100", "link": {"type": "reply", "mid": comment}});
    let answer = world.ok(Method::POST, &path, reply).await["message"].clone();
    assert_eq!(answer["recipient"]["post_id"], json!(post));
    let id = answer["body"]["mid"].as_str().unwrap();
    world.ok(Method::PUT, &format!("{path}?comment_id={id}"), json!({"text": "99"})).await;
    let all = world.ok(Method::GET, &path, json!(null)).await;
    assert_eq!(all["messages"].as_array().unwrap().len(), 2);
    world.ok(Method::DELETE, &format!("{path}?comment_id={id}"), json!(null)).await;
    world.maria().removes(&comment).unwrap();
    let refused = world.refused(Method::POST, "/messages/mid.0/comments", json!({"text": "x"})).await;
    assert_eq!(refused.0, 404);
    world.max.deliver_all().await;
    assert_eq!(hook.kinds(), ["message_created", "comment_created", "comment_edited", "comment_removed"]);
    let all = hook.updates();
    assert!(all[0]["message"].get("sender").is_none(), "the channel itself");
    assert_eq!(all[1]["message"]["recipient"]["post_id"], json!(post));
    assert_eq!((&all[3]["post_id"], &all[3]["message_id"]), (&json!(post), &json!(comment)));
}
