//! Subscriptions and the sender.

use reqwest::Method;
use serde_json::json;
use simulator::max::UpdateFault;

use super::world::{Webhook, World};

#[tokio::test]
async fn the_documents_rules_of_an_address_hold() {
    let world = World::with(|options| options.local = false).await;
    for url in ["http://parom.example/hook", "https://parom.example:8443/hook", "nothing"] {
        let refused = world.refused(Method::POST, "/subscriptions", json!({"url": url})).await;
        assert_eq!((refused.0, refused.1.as_str()), (400, "proto.payload"), "{url}");
    }
    let wrong = json!({"url": "https://parom.example/hook", "secret": "no spaces"});
    assert_eq!(world.refused(Method::POST, "/subscriptions", wrong).await.0, 400);
    let good = json!({"url": "https://parom.example/hook", "update_types": ["bot_started"], "secret": "s3cr3t"});
    world.ok(Method::POST, "/subscriptions", good).await;
    let all = world.ok(Method::GET, "/subscriptions", json!(null)).await;
    assert_eq!(all["subscriptions"][0]["url"], "https://parom.example/hook");
    assert_eq!(all["subscriptions"][0]["update_types"], json!(["bot_started"]));
    let path = "/subscriptions?url=https%3A%2F%2Fparom.example%2Fhook";
    assert_eq!(world.ok(Method::DELETE, path, json!(null)).await["success"], true);
    assert_eq!(world.ok(Method::DELETE, path, json!(null)).await["success"], false);
}

#[tokio::test]
async fn each_call_carries_the_secret_and_only_wanted_types() {
    let (world, hook) = (World::with(|_| {}).await, Webhook::start());
    let body = json!({"url": hook.url, "update_types": ["message_created"], "secret": "s3cr3t"});
    world.ok(Method::POST, "/subscriptions", body).await;
    world.maria().starts("lead").unwrap();
    world.maria().writes("Hi").unwrap();
    world.max.deliver_all().await;
    assert_eq!((hook.kinds(), hook.secrets()), (vec!["message_created".to_owned()], vec!["s3cr3t".to_owned()]));
}

#[tokio::test]
async fn failures_are_repeated_later_and_end_the_subscription_after_eight_hours() {
    let (world, hook) = (World::with(|_| {}).await, Webhook::start());
    world.subscribe(&hook.url).await;
    hook.always(500);
    world.maria().starts("").unwrap();
    world.max.deliver_all().await;
    assert_eq!(hook.updates().len(), 1);
    world.advance(59);
    world.max.deliver_all().await;
    assert_eq!(hook.updates().len(), 1, "the first repeat comes after a minute");
    world.advance(1);
    world.max.deliver_all().await;
    assert_eq!(hook.updates().len(), 2);
    world.advance(8 * 3600);
    world.max.deliver_all().await;
    assert!(world.max.subscriptions(world.bot.id).is_empty());
}

#[tokio::test]
async fn updates_come_twice_again_or_never() {
    let (world, hook) = (World::started().await, Webhook::start());
    world.subscribe(&hook.url).await;
    let faults = world.max.faults();
    for (fault, text) in
        [(UpdateFault::Doubled, "twice"), (UpdateFault::LostAnswer, "again"), (UpdateFault::Lost, "never")]
    {
        faults.next_updates(1, fault);
        world.maria().writes(text).unwrap();
        world.max.deliver_all().await;
    }
    world.advance(60);
    world.max.deliver_all().await;
    let text = |update: &serde_json::Value| update["message"]["body"]["text"].as_str().unwrap().to_owned();
    let texts: Vec<String> = hook.updates().iter().map(text).collect();
    assert_eq!(texts, ["twice", "twice", "again", "again"]);
}

#[tokio::test]
async fn a_token_is_needed_and_can_be_taken_back() {
    let world = World::with(|_| {}).await;
    let me = world.ok(Method::GET, "/me", json!(null)).await;
    assert_eq!((me["user_id"].as_i64(), me["username"].as_str()), (Some(world.bot.id), Some("acme_support_bot")));
    world.max.revoke_token(world.bot.id);
    let refused = world.refused(Method::GET, "/me", json!(null)).await;
    assert_eq!(refused, (401, "verify.token".to_owned(), "Invalid access_token".to_owned()));
}
