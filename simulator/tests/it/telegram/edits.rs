//! Changing, deleting, copying, forwarding.

use serde_json::{Value, json};
use simulator::telegram::Content;

use super::{World, bad};

async fn sent(world: &World, text: &str) -> i64 {
    world.ok("sendMessage", json!({"chat_id": world.maria, "text": text})).await["message_id"].as_i64().unwrap()
}

#[tokio::test]
async fn own_messages_change_and_others_do_not() {
    let world = World::started().await;
    let theirs = world.maria().writes("Hi").unwrap();
    let own = sent(&world, "Hello").await;
    let edit = |id: i64, text: &str| json!({"chat_id": world.maria, "message_id": id, "text": text});
    let changed = world.ok("editMessageText", edit(own, "Good day")).await;
    assert_eq!((&changed["text"], changed.get("edit_date").is_some()), (&json!("Good day"), true));
    let (code, words) = world.refused("editMessageText", edit(own, "Good day")).await;
    assert!(code == 400 && words.starts_with("Bad Request: message is not modified: specified new message content"));
    assert_eq!(world.refused("editMessageText", edit(theirs, "x")).await, bad("message can't be edited"));
    assert_eq!(world.refused("editMessageText", edit(999, "x")).await, bad("message to edit not found"));
    let caption = json!({"chat_id": world.maria, "message_id": own, "caption": "x"});
    assert_eq!(world.refused("editMessageCaption", caption).await, bad("there is no caption in the message to edit"));
    let markup = json!({"inline_keyboard": [[{"text": "Yes", "callback_data": "1"}]]});
    let with = json!({"chat_id": world.maria, "message_id": own, "reply_markup": markup});
    world.ok("editMessageReplyMarkup", with).await;
    assert_eq!(world.telegram().sent(world.bot.id)[0].buttons[0][0].text, "Yes");
    world.ok("editMessageText", edit(own, "Bye")).await;
    assert!(world.telegram().sent(world.bot.id)[0].buttons.is_empty(), "left out buttons are taken away");
    assert!(
        world.updates().await.iter().all(|update| update.get("edited_message").is_none()),
        "a bot hears nothing of itself"
    );
}

#[tokio::test]
async fn messages_are_deleted_within_two_days() {
    let world = World::started().await;
    let (first, second, theirs) =
        (sent(&world, "1").await, sent(&world, "2").await, world.maria().writes("Hi").unwrap());
    let delete = |id: i64| json!({"chat_id": world.maria, "message_id": id});
    world.ok("deleteMessage", delete(first)).await;
    assert_eq!(world.refused("deleteMessage", delete(first)).await, bad("message to delete not found"));
    world.ok("deleteMessages", json!({"chat_id": world.maria, "message_ids": [first, theirs]})).await;
    let many: Vec<i64> = (1..=101).collect();
    let too_many = json!({"chat_id": world.maria, "message_ids": many});
    assert_eq!(world.refused("deleteMessages", too_many).await, bad("too many message identifiers specified"));
    world.stage.advance(48 * 3600).await;
    assert_eq!(world.refused("deleteMessage", delete(second)).await, bad("message can't be deleted for everyone"));
    let deleted: Vec<bool> = world.telegram().sent(world.bot.id).iter().map(|one| one.is_removed).collect();
    assert_eq!(deleted, [true, false]);
}

#[tokio::test]
async fn messages_are_copied_and_forwarded() {
    let world = World::started().await;
    let photo = world.maria().sends(Content::of("photo").saying("Чек")).unwrap();
    let from = |id: i64| json!({"chat_id": world.maria, "from_chat_id": world.maria, "message_id": id});
    let copied = world.ok("copyMessage", from(photo)).await;
    assert!(copied["message_id"].is_i64());
    let forwarded = world.ok("forwardMessage", from(photo)).await;
    assert_eq!(forwarded["forward_origin"]["sender_user"]["id"], json!(world.maria));
    let sent = world.telegram().sent(world.bot.id);
    assert!(sent.iter().all(|one| one.kind == "photo" && one.text == "Чек"));
    assert_eq!(sent[0].json.get("forward_origin"), None::<&Value>);
    assert_eq!(world.refused("copyMessage", from(999)).await, bad("message to copy not found"));
    assert_eq!(world.refused("forwardMessage", from(999)).await, bad("message to forward not found"));
}
