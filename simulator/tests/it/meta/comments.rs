//! Comments: public answers, private replies, hiding, deleting.

use reqwest::Method;
use serde_json::json;
use simulator::meta::Act;

use super::world::{DAY, World};

#[tokio::test]
async fn comments_are_reported_and_answered_in_public() {
    let world = World::start().await;
    let receiver = world.hooked().await;
    for (account, edge, other) in [(&world.instagram, "replies", "comments"), (&world.page, "comments", "replies")] {
        let post = world.meta.add_post(&account.id, "Roses", "FEED");
        let id = world.anna(account).comments(&post, "Price?").unwrap();
        world.meta.deliver_all().await;
        let value = receiver.latest()["value"].clone();
        let told = if edge == "replies" {
            (&value["id"], &value["media"]["id"], &value["text"])
        } else {
            (&value["comment_id"], &value["post_id"], &value["message"])
        };
        assert_eq!(told, (&json!(id), &json!(post), &json!("Price?")));
        assert_eq!(value["from"]["id"], json!(world.meta.scoped(&account.id, world.anna)));
        let say = json!({ "message": "10 EUR" });
        let answer = world.ok(account, Method::POST, &format!("{id}/{edge}"), say.clone()).await;
        world.meta.deliver_all().await;
        assert_eq!(receiver.latest()["value"]["from"]["id"], json!(account.id), "own comments are reported too");
        let all = world.meta.comments(&post);
        assert!(all.iter().any(|(id, who, text)| json!(id) == answer["id"] && who.is_none() && text == "10 EUR"));
        assert_eq!(world.refused(account, Method::POST, &format!("{id}/{other}"), say).await, (2500, 0));
        let url = world.ok(account, Method::GET, &post, json!({ "fields": "permalink,permalink_url" })).await;
        assert!(url.get("permalink").or(url.get("permalink_url")).is_some());
    }
}

#[tokio::test]
async fn a_comment_gets_one_private_reply_within_seven_days() {
    let world = World::start().await;
    for account in [&world.instagram, &world.page] {
        let post = world.meta.add_post(&account.id, "Roses", "FEED");
        let first = world.anna(account).comments(&post, "Price?").unwrap();
        let reply = |id: &str| json!({ "recipient": { "comment_id": id }, "message": { "text": "10 EUR" } });
        let answer = world.ok(account, Method::POST, "me/messages", reply(&first)).await;
        assert_eq!(answer["recipient_id"], json!(world.meta.scoped(&account.id, world.anna)));
        assert_eq!(world.meta.sent(&account.id, world.anna).len(), 1);
        assert_eq!(world.refused(account, Method::POST, "me/messages", reply(&first)).await, (10_900, 0));
        let closed = world.refused(account, Method::POST, "me/messages", world.text(account, "and")).await;
        assert_eq!(closed.0, 10, "only their answer opens the window");
        let second = world.anna(account).comments(&post, "Hello?").unwrap();
        world.advance(7 * DAY);
        assert_eq!(world.refused(account, Method::POST, "me/messages", reply(&second)).await, (10_903, 0));
        assert_eq!(world.refused(account, Method::POST, "me/messages", reply("180")).await, (100, 33));
    }
    let live = world.meta.add_post(&world.instagram.id, "Live", "LIVE");
    let id = world.anna(&world.instagram).comments(&live, "Hi").unwrap();
    world.meta.end_live(&live);
    let reply = json!({ "recipient": { "comment_id": id }, "message": { "text": "Hi" } });
    assert_eq!(world.refused(&world.instagram, Method::POST, "me/messages", reply).await, (10_903, 0));
}

#[tokio::test]
async fn comments_are_hidden_deleted_and_changed() {
    let world = World::start().await;
    let receiver = world.hooked().await;
    let post = world.meta.add_post(&world.page.id, "Roses", "FEED");
    let id = world.anna(&world.page).comments(&post, "Spam").unwrap();
    world.ok(&world.page, Method::POST, &id, json!({ "is_hidden": true })).await;
    let told = world.ok(&world.page, Method::GET, &id, json!({ "fields": "is_hidden" })).await;
    assert_eq!(told["is_hidden"], json!(true));
    world.meta.act(Act::ChangeComment { comment: id.clone(), text: Some("Sorry".into()) }).unwrap();
    world.meta.deliver_all().await;
    assert_eq!(receiver.latest()["value"]["verb"], "edited");
    world.meta.act(Act::ChangeComment { comment: id.clone(), text: None }).unwrap();
    world.meta.deliver_all().await;
    assert_eq!(receiver.latest()["value"]["verb"], "remove");
    let other = world.anna(&world.page).comments(&post, "Again").unwrap();
    world.ok(&world.page, Method::DELETE, &other, json!({})).await;
    assert!(world.meta.comments(&post).is_empty());
    world.meta.take_permission(&world.page.token, "comments");
    let third = world.anna(&world.page).comments(&post, "?").unwrap();
    assert_eq!(world.refused(&world.page, Method::DELETE, &third, json!({})).await, (10, 0));
}
