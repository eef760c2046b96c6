//! Webhooks on their way: signatures, repeats, copies.

use serde_json::json;
use simulator::whatsapp::{NewApp, WebhookFault, WebhookState};

use super::{
    receiver::{Receiver, VERIFY},
    world::{WABA, World},
};

#[tokio::test]
async fn bodies_are_escaped_and_signed_with_the_apps_secret() {
    let world = World::start().await;
    let receiver = world.hears().await;
    world.maria().writes("Да 👋").unwrap();
    world.whatsapp.faults().next_webhooks(1, WebhookFault::Forged);
    world.whatsapp.deliver_all().await;
    world.whatsapp.faults().next_webhooks(1, WebhookFault::Unsigned);
    world.maria().writes("Нет").unwrap();
    world.whatsapp.deliver_all().await;
    world.maria().writes("Ну да").unwrap();
    world.whatsapp.deliver_all().await;
    assert_eq!(receiver.signed(), [false, false, true]);
    assert!(receiver.raw()[0].contains(r#""body":"\u0414\u0430 \ud83d\udc4b""#), "{}", receiver.raw()[0]);
    assert_eq!(receiver.texts(), ["Да 👋", "Нет", "Ну да"]);
}

#[tokio::test]
async fn refused_webhooks_come_again_later_and_hold_up_nothing() {
    let world = World::start().await;
    let receiver = world.hears().await;
    receiver.answers(&[500, 503]);
    world.maria().writes("one").unwrap();
    world.whatsapp.deliver_all().await;
    world.maria().writes("two").unwrap();
    world.whatsapp.deliver_all().await;
    world.maria().writes("three").unwrap();
    world.whatsapp.deliver_all().await;
    assert_eq!(receiver.texts(), ["one", "two", "three"]);
    world.advance(9);
    assert_eq!(world.whatsapp.deliver_all().await, 0);
    world.advance(1);
    assert_eq!(world.whatsapp.deliver_all().await, 2);
    assert_eq!(receiver.texts(), ["one", "two", "three", "one", "two"]);
    let bodies = receiver.bodies();
    assert_eq!(bodies[0], bodies[3], "a repeat is identical");
    receiver.answers(&[400; 40]);
    world.maria().writes("four").unwrap();
    world.whatsapp.deliver_all().await;
    world.advance(7 * 86_400 + 1);
    world.whatsapp.deliver_all().await;
    assert_eq!(world.whatsapp.webhooks().last().unwrap().state, WebhookState::Dropped, "given up after a week");
}

#[tokio::test]
async fn webhooks_come_twice_again_late_or_never() {
    let world = World::start().await;
    let receiver = world.hears().await;
    for (fault, text) in [
        (WebhookFault::Doubled, "doubled"),
        (WebhookFault::LostAnswer, "again"),
        (WebhookFault::Lost, "never"),
        (WebhookFault::Late, "late"),
    ] {
        world.whatsapp.faults().next_webhooks(1, fault);
        world.maria().writes(text).unwrap();
        world.whatsapp.deliver_all().await;
    }
    world.advance(10);
    world.whatsapp.deliver_all().await;
    world.maria().writes("after").unwrap();
    world.whatsapp.deliver_all().await;
    assert_eq!(receiver.texts(), ["doubled", "doubled", "again", "again", "after", "late"]);
    assert_eq!(world.whatsapp.waiting(), 0);
}

#[tokio::test]
async fn every_subscribed_app_gets_its_own_copy() {
    let world = World::start().await;
    let ours = world.hears().await;
    let other = world.whatsapp.add_app(NewApp { secret: "another".to_owned(), ..NewApp::default() });
    let theirs = Receiver::start();
    world.whatsapp.set_callback(&other.id, &theirs.url, VERIFY).await.unwrap();
    world.whatsapp.subscribe(&other.id, WABA);
    world.maria().writes("Hi").unwrap();
    world.whatsapp.deliver_all().await;
    assert_eq!((ours.signed(), theirs.signed()), (vec![true], vec![false]), "each with its secret");
    assert_eq!(ours.bodies(), theirs.bodies());
    world.whatsapp.set_fields(&other.id, &["account_update"]);
    world.whatsapp.notify(WABA, "account_update", json!({"event": "VERIFIED_ACCOUNT"}));
    world.maria().writes("again").unwrap();
    world.whatsapp.deliver_all().await;
    assert_eq!((ours.bodies().len(), theirs.bodies().len()), (3, 2));
    assert_eq!(theirs.bodies()[1]["entry"][0]["time"], json!(super::world::START / 1000));
}
