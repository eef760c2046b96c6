//! Parts around a message: quotes, forwards, comments, shared posts.

use parom_tests::{Answer, World, both, once};
use serde_json::json;
use simulator::crm::HookMessage;

use super::{around, last_at_crm, received_message};

async fn an_answer_quotes_by_whichever_id(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("one", "Is the blue one in stock?")).await.is(202);
    // Both wait: the quoted message is known to amoCRM by the time this one comes.
    anna.posts(&around(&anna, "two", "and the red one?", "reply_to", json!({"id": "one"}))).await.is(202);
    world.deliver_all().await;
    let first = world.sandbox.messages(&line.host)[0].clone();
    let reply = last_at_crm(world, &line).payload["reply_to"]["message"].clone();
    assert!([json!({"id": first.id}), json!({"msgid": first.msgid})].contains(&reply), "{reply}");

    // A manager's message, by our id of it.
    let said = world.manager(&line).answers("anna", "Yes, it is.").await;
    world.deliver_all().await;
    let ours = world.messenger.received().last().unwrap().message_id();
    anna.posts(&around(&anna, "three", "Great!", "reply_to", json!({"id": ours}))).await.is(202);
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).payload["reply_to"]["message"], json!({"id": said.message_id}));
}

async fn a_quote_of_an_unknown_message_becomes_text_or_is_left_out(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.posts(&around(&anna, "one", "See above", "reply_to", json!({"id": "never-came"}))).await.is(202);
    world.deliver_all().await;
    assert!(last_at_crm(world, &line).payload.get("reply_to").is_none());
    let words = json!({"text": "old text", "sender": {"name": "Maria"}, "sent_at": "2026-11-19T09:00:00Z"});
    anna.posts(&around(&anna, "two", "See above", "reply_to", words)).await.is(202);
    world.deliver_all().await;
    let reply = last_at_crm(world, &line).payload["reply_to"]["message"].clone();
    assert_eq!((&reply["text"], &reply["sender"]), (&json!("old text"), &json!({"name": "Maria"})));
    assert_eq!(reply["msec_timestamp"], 1_795_078_800_000_i64);
    // A message of another chat may not be quoted, but forwarded.
    let boris = world.customer(&line, "boris");
    boris.posts(&around(&boris, "three", "This one", "reply_to", json!({"id": "one"}))).await.is(202);
    world.deliver_all().await;
    assert!(last_at_crm(world, &line).payload.get("reply_to").is_none());
}

async fn a_message_is_passed_on(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("one", "Look")).await.is(202);
    world.deliver_all().await;
    let first = last_at_crm(world, &line);
    let boris = world.customer(&line, "boris");
    boris.posts(&around(&boris, "two", "From Anna", "forward", json!({"id": "one"}))).await.is(202);
    world.deliver_all().await;
    let forwards = last_at_crm(world, &line).payload["forwards"].clone();
    assert_eq!(forwards["messages"], json!([{"id": first.id}]));
    assert_eq!(forwards["conversation_id"], line.crm_conversation("chat-anna").as_str());
}

async fn comments_and_shared_posts_arrive(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let post = json!({"id": "post-900", "url": "https://social.example/p/900", "username": "acme", "caption": "New model",
        "permalink": "https://social.example/p/900.png"});
    anna.posts(&around(&anna, "one", "What does it cost?", "post", post)).await.is(202);
    world.deliver_all().await;
    let comment = json!({"id": "post-900", "url": "https://social.example/p/900", "username": "acme", "caption": "New model",
        "preview_permalink": "https://social.example/p/900.png"});
    assert_eq!(received_message(&last_at_crm(world, &line))["post"], comment);
    let shared = json!({"url": "https://social.example/p/1", "site_name": "Social"});
    let sent = anna.posts(&around(&anna, "two", "look", "shared_post", shared.clone())).await.is(202);
    world.deliver_all().await;
    let there = received_message(&last_at_crm(world, &line))["shared_post"].clone();
    assert_eq!(there, json!({"url": "https://social.example/p/1", "type": "post", "site_name": "Social"}));
    let shown = world.api.get(&format!("/api/v1/messages/{}", sent.text_at("/id"))).await.is(200);
    assert_eq!(shown.json["shared_post"], shared);
}

async fn a_quote_of_a_manager_by_the_messengers_id(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::Status(200, json!({"id": "theirs-1"}))]);
    let said = world.manager(&line).sends("anna", HookMessage::text("Good morning")).await;
    world.deliver_all().await;
    anna.posts(&around(&anna, "two", "Morning!", "reply_to", json!({"id": "theirs-1"}))).await.is(202);
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).payload["reply_to"]["message"], json!({"id": said.message_id}));
}

both!(an_answer_quotes_by_whichever_id, comments_and_shared_posts_arrive);
once!(
    a_quote_of_an_unknown_message_becomes_text_or_is_left_out,
    a_message_is_passed_on,
    a_quote_of_a_manager_by_the_messengers_id,
);
