//! Comments, and public answers to them.

use serde_json::json;
use simulator::vk::{Act, Thing};

use super::stage::{Receiver, Stage};

#[actix_web::test]
async fn comments_on_every_kind_of_object_are_reported() {
    let receiver = Receiver::start();
    let kinds = [
        "wall_reply_new",
        "photo_comment_new",
        "video_comment_edit",
        "video_comment_new",
        "market_comment_new",
        "market_comment_delete",
    ];
    let stage = Stage::called(&receiver, &kinds).await;
    let (who, community) = (stage.maria, stage.acme.id);
    let comment = |on, text: &str| {
        stage.vk.act(Act::Comment { who, community, on, text: text.into(), reply_to: None }).unwrap().id
    };
    comment(Thing::Post(77), "Цена?");
    comment(Thing::Photo(5), "Размер?");
    let video = comment(Thing::Video(6), "Звук?");
    let item = comment(Thing::Item(7), "Есть?");
    let text = "Звук!".to_owned();
    stage.vk.act(Act::EditComment { who, community, on: Thing::Video(6), id: video, text }).unwrap();
    stage.vk.act(Act::DeleteComment { who, community, on: Thing::Item(7), id: item }).unwrap();
    stage.vk.deliver_all().await;
    let wanted = [
        "wall_reply_new",
        "photo_comment_new",
        "video_comment_new",
        "market_comment_new",
        "video_comment_edit",
        "market_comment_delete",
    ];
    assert_eq!(receiver.kinds(), wanted);
    let objects: Vec<_> = receiver.events().into_iter().map(|mut one| one["object"].take()).collect();
    assert_eq!((&objects[0]["post_id"], &objects[0]["owner_id"]), (&json!(77), &json!(-community)));
    assert_eq!((&objects[1]["photo_id"], &objects[1]["photo_owner_id"]), (&json!(5), &json!(-community)));
    assert_eq!((&objects[5]["item_id"], &objects[5]["id"]), (&json!(7), &json!(item)));
}

#[actix_web::test]
async fn a_comment_on_a_post_is_answered_once() {
    let stage = Stage::start().await;
    let (who, community) = (stage.maria, stage.acme.id);
    let on = Thing::Post(77);
    let asked = stage.vk.act(Act::Comment { who, community, on, text: "Цена?".into(), reply_to: None }).unwrap().id;
    let (owner, answered, group) = ((-community).to_string(), asked.to_string(), community.to_string());
    let params = [
        ("owner_id", owner.as_str()),
        ("post_id", "77"),
        ("from_group", &group),
        ("reply_to_comment", &answered),
        ("message", "Сто"),
        ("guid", "letter-1"),
    ];
    let first = stage.ok("wall.createComment", &params).await;
    assert_eq!(stage.ok("wall.createComment", &params).await, first, "the guid is the key");
    let comments = stage.vk.comments(community);
    assert_eq!((comments.len(), comments[1].reply_to, comments[1].from), (2, Some(asked), -community));
    let elsewhere = [("owner_id", "-1"), ("post_id", "77"), ("message", "x")];
    assert_eq!(stage.refused("wall.createComment", &elsewhere).await, 212);
}
