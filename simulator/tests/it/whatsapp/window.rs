//! The window of free-form messages, by the clock of the options.

use serde_json::json;
use simulator::whatsapp::{Content, Dressing, Status};

use super::{
    kinds::ad,
    world::{PHONE, World},
};

const DAY: i64 = 86_400;

/// The status and error of the last message.
fn last(world: &World) -> (Option<Status>, Option<i64>) {
    let sent = world.whatsapp.sent(PHONE).pop().unwrap();
    (sent.status, sent.error)
}

#[tokio::test]
async fn it_is_open_for_a_day_after_each_message() {
    let (world, receiver) = World::open().await;
    world.advance(DAY - 1);
    world.send("text", json!({"body": "in time"})).await;
    assert_eq!(last(&world), (Some(Status::Delivered), None));
    world.advance(1);
    world.send("text", json!({"body": "too late"})).await;
    assert_eq!(last(&world), (Some(Status::Failed), Some(131_047)));
    world.whatsapp.deliver_all().await;
    let failed = receiver.all("statuses").pop().unwrap();
    assert_eq!((&failed["status"], &failed["errors"][0]["code"]), (&json!("failed"), &json!(131_047)));
    let id = world.whatsapp.sent(PHONE)[0].id.clone();
    world.maria().reacts(&id, "👍").unwrap();
    world.send("text", json!({"body": "a reaction opens it too"})).await;
    assert_eq!(last(&world).1, None);
}

#[tokio::test]
async fn it_is_closed_before_the_first_message_and_templates_pass() {
    let world = World::start().await;
    world.send("text", json!({"body": "Hello"})).await;
    assert_eq!(last(&world).1, Some(131_047));
    world
        .approved(json!({"name": "hello", "language": "en", "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Your order is ready"}]}))
        .await;
    world.send("template", json!({"name": "hello", "language": {"code": "en"}})).await;
    assert_eq!(last(&world), (Some(Status::Delivered), None));
    world.whatsapp.set_refuses_at_once(true);
    let refused = world.not_sent("text", json!({"body": "Hello"})).await;
    assert_eq!(refused.0, 131_047);
    assert_eq!(world.whatsapp.sent(PHONE).len(), 2);
}

#[tokio::test]
async fn an_ad_opens_it_for_longer() {
    for (hours, error) in [(72, None), (24, Some(131_047))] {
        let world = World::with(|options| options.entry_hours = hours).await;
        let with = Dressing { referral: Some(ad()), ..Dressing::default() };
        world.maria().sends_with(Content::text("Price?"), with).unwrap();
        world.advance(3 * DAY - 1);
        world.send("text", json!({"body": "Still there?"})).await;
        assert_eq!(last(&world).1, error, "{hours}");
        world.advance(1);
        world.send("text", json!({"body": "And now?"})).await;
        assert_eq!(last(&world).1, Some(131_047), "{hours}");
    }
}
