//! What a community's program reads, and what people do besides writing.

use serde_json::json;
use simulator::vk::{Act, Content, Dressing, Place};

use super::stage::{Receiver, Stage};

const KINDS: [&str; 7] = [
    "message_new",
    "message_edit",
    "message_reply",
    "message_read",
    "message_typing_state",
    "message_reaction_event",
    "message_allow",
];

#[actix_web::test]
async fn every_action_of_people_is_reported() {
    let receiver = Receiver::start();
    let stage = Stage::called(&receiver, &KINDS).await;
    let (who, community) = (stage.maria, stage.acme.id);
    let to = Place::Community(community);
    let cmid = stage.vk.writes(who, community, "Helo").unwrap();
    stage.vk.act(Act::Edit { who, to, cmid, text: "Hello".into() }).unwrap();
    stage.vk.act(Act::Type { who, community }).unwrap();
    let text = "По телефону".to_owned();
    stage.vk.act(Act::AdminWrites { admin: 42, community, peer: who, text }).unwrap();
    stage.vk.act(Act::Read { who, community, cmid: None }).unwrap();
    stage.vk.act(Act::React { who, to, cmid: cmid + 1, reaction: Some(4) }).unwrap();
    stage.vk.act(Act::React { who, to, cmid: cmid + 1, reaction: None }).unwrap();
    stage.vk.deliver_all().await;
    let wanted = [
        "message_allow",
        "message_new",
        "message_edit",
        "message_typing_state",
        "message_reply",
        "message_read",
        "message_reaction_event",
        "message_reaction_event",
    ];
    assert_eq!(receiver.kinds(), wanted);
    let objects: Vec<_> = receiver.events().into_iter().map(|mut one| one["object"].take()).collect();
    assert_eq!((&objects[4]["admin_author_id"], &objects[4]["random_id"]), (&json!(42), &json!(0)));
    assert_eq!(objects[5]["conversation_message_id"], cmid + 1);
    assert_eq!((&objects[6]["reaction_id"], objects[7].get("reaction_id")), (&json!(4), None));
}

#[actix_web::test]
async fn messages_carry_what_they_answer_and_where_people_came_from() {
    let stage = Stage::met().await;
    let (who, to) = (stage.maria, Place::Community(stage.acme.id));
    let with = Dressing {
        reply_to: Some(1),
        forward: vec![1],
        referral: Some("ad_7".into()),
        ref_source: Some("site".into()),
        payload: Some("{\"command\":\"start\"}".into()),
    };
    let content = Content::Location { latitude: 55.75, longitude: 37.61 };
    stage.vk.act(Act::Send { who, to, content, with: Box::new(with) }).unwrap();
    let shown = stage.vk.dialogue(stage.acme.id, who).pop().unwrap().json;
    assert_eq!((&shown["ref"], &shown["ref_source"]), (&json!("ad_7"), &json!("site")));
    assert_eq!(
        (&shown["reply_message"]["text"], &shown["fwd_messages"][0]["text"]),
        (&json!("Hello"), &json!("Hello"))
    );
    assert_eq!(shown["geo"]["coordinates"]["latitude"], 55.75);
    assert_eq!(shown["payload"], "{\"command\":\"start\"}");
}

#[actix_web::test]
async fn history_is_read_page_by_page() {
    let stage = Stage::met().await;
    for number in 1..=4 {
        stage.send(&number.to_string(), &format!("Answer {number}")).await;
    }
    let peer = stage.maria.to_string();
    let page = [("peer_id", peer.as_str()), ("count", "2"), ("offset", "1"), ("rev", "1"), ("extended", "1")];
    let read = stage.ok("messages.getHistory", &page).await;
    let texts: Vec<_> = read["items"].as_array().unwrap().iter().map(|one| one["text"].clone()).collect();
    assert_eq!((texts, &read["count"]), (vec![json!("Answer 1"), json!("Answer 2")], &json!(5)));
    let dialogues = stage.ok("messages.getConversations", &[("count", "200"), ("extended", "1")]).await;
    assert_eq!(dialogues["items"][0]["conversation"]["peer"]["id"], stage.maria);
    assert_eq!(dialogues["profiles"][0]["first_name"], "Maria");
    let id = stage.vk.sent(stage.acme.id, stage.maria)[0].id.to_string();
    let one = stage.ok("messages.getById", &[("message_ids", &id)]).await;
    assert_eq!(one["items"][0]["conversation_message_id"], 2);
    let same = [("peer_id", peer.as_str()), ("conversation_message_ids", "2")];
    let same = stage.ok("messages.getByConversationMessageId", &same).await;
    assert_eq!(same["items"][0]["id"].to_string(), id);
    stage.ok("messages.markAsRead", &[("peer_id", &peer), ("start_message_id", &id)]).await;
    assert_eq!(stage.vk.read_by_community(stage.acme.id, stage.maria), 2);
}

#[actix_web::test]
async fn the_owner_and_the_rights_of_a_token_can_be_read() {
    let stage = Stage::start().await;
    let own = stage.ok("groups.getById", &[]).await;
    assert_eq!((&own["groups"][0]["id"], &own["groups"][0]["screen_name"]), (&json!(stage.acme.id), &json!("acme")));
    let other = stage.vk.add_community(simulator::vk::NewCommunity::default()).id;
    let named = stage.ok("groups.getById", &[("group_id", &other.to_string())]).await;
    assert_eq!(named["groups"][0]["id"], json!(other), "any community is described to any key");
    let rights = stage.ok("groups.getTokenPermissions", &[]).await;
    let names: Vec<_> = rights["permissions"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["photos", "messages", "wall", "docs", "manage"]);
}

/// The lines of a block of the README.
fn readme(block: &str) -> Vec<&'static str> {
    let text = include_str!("../../../README.md");
    let (_, rest) = text.split_once(&format!("```json {block}\n")).unwrap();
    rest.split("```").next().unwrap().lines().collect()
}

#[actix_web::test]
async fn the_examples_of_the_readme_are_accepted() {
    for line in readme("vk-acts") {
        serde_json::from_str::<Act>(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    let stage = Stage::start().await;
    let address = format!("{}/faults", stage.vk.base_url());
    for line in readme("vk-faults") {
        let answer = stage.http.post(&address).body(line).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{line}");
    }
    assert_eq!(stage.vk.faults().describe().len(), 3);
    assert_eq!(stage.refused("users.get", &[]).await, 5, "the token was revoked");
    stage.http.delete(&address).send().await.unwrap();
    assert!(stage.vk.faults().describe().is_empty());
}
