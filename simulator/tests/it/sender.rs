//! How updates reach a webhook: lanes, repeats, limits of time.

use std::time::Duration;

use serde_json::json;
use simulator::telegram::{NewPerson, UpdateState};

use crate::{receiver::Receiver, world::World};

/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(20);

async fn hooked(world: &World) -> Receiver {
    let receiver = Receiver::start();
    world.ok("setWebhook", json!({"url": receiver.url, "secret_token": "s3cr3t_Token-1"})).await;
    receiver
}

#[tokio::test]
async fn updates_come_with_the_secret_in_the_order_of_the_chat() {
    let world = World::start().await;
    let receiver = hooked(&world).await;
    for text in ["one", "two", "three"] {
        world.maria().writes(text).unwrap();
    }
    world.telegram.deliver_all().await;
    assert_eq!(receiver.texts(), ["one", "two", "three"]);
    assert!(receiver.secrets().iter().all(|secret| secret.as_deref() == Some("s3cr3t_Token-1")));
    assert!(world.telegram.updates(world.bot.id).iter().all(|one| one.state == UpdateState::Delivered));
}

#[tokio::test]
async fn a_refused_update_holds_its_chat_alone_and_waits_longer_and_longer() {
    let world = World::start().await;
    let receiver = hooked(&world).await;
    let pete = world.telegram.add_person(NewPerson::default());
    receiver.answers(&[(500, None), (302, None), (404, None), (503, None)]);
    world.maria().writes("first").unwrap();
    assert_eq!(world.telegram.deliver_all().await, 2, "the first repeat comes at once");
    world.maria().writes("second").unwrap();
    assert_eq!(world.telegram.deliver_all().await, 0, "the next of the chat waits");
    world.advance(1);
    assert_eq!(world.telegram.deliver_all().await, 0);
    world.advance(1);
    assert_eq!(world.telegram.deliver_all().await, 1);
    let info = world.ok("getWebhookInfo", json!({})).await;
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 404 Not Found");
    assert_eq!(info["pending_update_count"], 2);
    world.advance(4);
    assert_eq!(world.telegram.deliver_all().await, 1);
    world.telegram.customer(pete, world.bot.id).writes("from Pete").unwrap();
    world.telegram.deliver_all().await;
    assert_eq!(receiver.texts().last().unwrap(), "from Pete");
    world.advance(8);
    assert_eq!(world.telegram.deliver_all().await, 2);
    let texts = receiver.texts();
    assert_eq!(texts[texts.len() - 2..], ["first", "second"]);
}

#[tokio::test]
async fn retry_after_is_obeyed() {
    let world = World::start().await;
    let receiver = hooked(&world).await;
    receiver.answers(&[(429, Some(100))]);
    world.maria().writes("Hi").unwrap();
    world.telegram.deliver_all().await;
    world.advance(99);
    assert_eq!(world.telegram.deliver_all().await, 0);
    world.advance(1);
    assert_eq!(world.telegram.deliver_all().await, 1);
    assert_eq!(receiver.texts(), ["Hi", "Hi"]);
}

#[tokio::test]
async fn nothing_is_kept_longer_than_its_day() {
    let world = World::start().await;
    let receiver = hooked(&world).await;
    receiver.always(Some(500));
    world.maria().writes("lost").unwrap();
    world.telegram.deliver_all().await;
    world.advance(24 * 3600 - 1);
    world.telegram.deliver_all().await;
    assert_eq!(world.telegram.updates(world.bot.id)[0].state, UpdateState::Waiting);
    world.advance(1);
    receiver.always(None);
    world.telegram.deliver_all().await;
    assert_eq!(world.telegram.updates(world.bot.id)[0].state, UpdateState::Expired);
    world.maria().writes("heard").unwrap();
    world.telegram.deliver_all().await;
    assert_eq!(receiver.texts().last().unwrap(), "heard");
}

#[tokio::test]
async fn a_webhook_that_is_gone_is_removed() {
    let world = World::start().await;
    let receiver = hooked(&world).await;
    receiver.always(Some(410));
    world.maria().writes("one").unwrap();
    world.telegram.deliver_all().await;
    world.advance(22 * 3600);
    world.telegram.deliver_all().await;
    assert!(world.telegram.webhook(world.bot.id).is_some());
    world.advance(3600);
    world.telegram.deliver_all().await;
    assert!(world.telegram.webhook(world.bot.id).is_none());
}

#[tokio::test]
async fn a_webhook_without_a_listener_is_reported() {
    let world = World::start().await;
    world.ok("setWebhook", json!({"url": "http://127.0.0.1:9/hook"})).await;
    world.maria().writes("one").unwrap();
    world.telegram.deliver_all().await;
    assert_eq!(world.telegram.webhook(world.bot.id).unwrap().last_error.as_deref(), Some("Connection refused"));
    let receiver = hooked(&world).await;
    world.telegram.deliver_all().await;
    assert_eq!(receiver.texts(), ["one"], "a new address is tried at once");
    world.ok("setWebhook", json!({"url": receiver.url, "drop_pending_updates": true})).await;
    assert_eq!(world.telegram.webhook(world.bot.id).unwrap().pending, 0);
}

#[tokio::test]
async fn updates_held_for_a_day_are_sent_in_order() {
    let world = World::start().await;
    let receiver = hooked(&world).await;
    world.telegram.hold_updates(true);
    let texts: Vec<String> = (0..1_000).map(|number| format!("{number}")).collect();
    for text in &texts {
        world.maria().writes(text).unwrap();
    }
    assert_eq!(world.telegram.deliver_all().await, 0, "what is held stays");
    assert_eq!(world.telegram.webhook(world.bot.id).unwrap().pending, 1_000);
    world.telegram.hold_updates(false);
    assert_eq!(world.telegram.deliver_all().await, 1_000);
    assert_eq!(receiver.texts(), texts);
}
