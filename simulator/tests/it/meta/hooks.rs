//! Webhooks: handshake, subscriptions, signatures, repeats, batches.

use reqwest::Method;
use serde_json::json;
use simulator::meta::{HookFault, HookState, NewAccount, Platform};

use super::{
    receiver::Receiver,
    world::{ALL, World, codes},
};

#[tokio::test]
async fn a_callback_has_to_repeat_the_challenge() {
    let world = World::start().await;
    let receiver = Receiver::start(&world.app.secret);
    let path = format!("{}/subscriptions", world.app.id);
    let params = |verify_token: &str| json!({ "object": "page", "callback_url": receiver.url, "verify_token": verify_token, "fields": "messages,feed" });
    let (_, answer) = world.call(&world.app.token(), Method::POST, &path, params("vt-wrong")).await;
    assert_eq!(codes(&answer).0, 2200);
    let (status, _) = world.call(&world.app.token(), Method::POST, &path, params("vt-right")).await;
    assert_eq!(status, 200);
    assert_eq!(world.meta.callback(&world.app.id, Platform::Facebook).as_deref(), Some(receiver.url.as_str()));
    let (_, all) = world.call(&world.app.token(), Method::GET, &path, json!({})).await;
    assert_eq!((&all["data"][0]["object"], &all["data"][0]["active"]), (&json!("page"), &json!(true)));
    let (_, wrong) = world.call(&format!("{}|nonsense", world.app.id), Method::GET, &path, json!({})).await;
    assert_eq!(codes(&wrong).0, 190);
    world.call(&world.app.token(), Method::DELETE, &path, json!({ "object": "page" })).await;
    assert_eq!(world.meta.callback(&world.app.id, Platform::Facebook), None);
    assert!(world.meta.verify(&receiver.url, "vt-right").await.is_ok());
    assert!(world.meta.verify("http://127.0.0.1:9/hook", "vt-right").await.is_err());
}

#[tokio::test]
async fn a_field_comes_if_app_and_account_want_it() {
    let world = World::start().await;
    let receiver = Receiver::start(&world.app.secret);
    world.meta.set_callback(&world.app, Platform::Facebook, &receiver.url, &["messages"]);
    world.anna(&world.page).writes("unheard").unwrap();
    let fields = json!({ "subscribed_fields": "messages,message_reads" });
    world.ok(&world.page, Method::POST, "me/subscribed_apps", fields).await;
    world.anna(&world.page).writes("heard").unwrap();
    world.says(&world.page, "no echo was asked for").await;
    world.anna(&world.page).reads().unwrap();
    world.meta.deliver_all().await;
    assert_eq!(receiver.texts(), ["heard"]);
    let listed = world.ok(&world.page, Method::GET, "me/subscribed_apps", json!({})).await;
    assert_eq!(listed["data"][0]["subscribed_fields"], json!(["message_reads", "messages"]));
    let wrong = json!({ "subscribed_fields": "messages,messaging_seen" });
    assert_eq!(world.refused(&world.page, Method::POST, "me/subscribed_apps", wrong).await, (100, 0));
    world.ok(&world.page, Method::DELETE, "me/subscribed_apps", json!({})).await;
    world.anna(&world.page).writes("unheard again").unwrap();
    assert_eq!(world.meta.deliver_all().await, 0);
}

#[tokio::test]
async fn bodies_are_signed_and_repeated_until_they_are_taken() {
    let world = World::start().await;
    let receiver = world.hooked().await;
    receiver.answers(&[500, 503, 500]);
    world.anna(&world.instagram).writes("Сколько стоит?").unwrap();
    assert_eq!(world.meta.deliver_all().await, 2, "the first repeat comes at once");
    world.anna(&world.instagram).writes("Эй").unwrap();
    assert_eq!(world.meta.deliver_all().await, 2, "nothing waits for an older event");
    world.advance(60);
    assert_eq!(world.meta.deliver_all().await, 1);
    assert_eq!(receiver.texts(), ["Сколько стоит?", "Сколько стоит?", "Эй", "Эй", "Сколько стоит?"]);
    assert!(receiver.signed().iter().all(|is_right| *is_right));
    receiver.answers(&[500; 20]);
    world.anna(&world.instagram).writes("lost").unwrap();
    world.meta.deliver_all().await;
    world.advance(36 * 3600);
    world.meta.deliver_all().await;
    assert_eq!(world.meta.hooks().last().unwrap().state, HookState::Dropped);
}

#[tokio::test]
async fn events_of_several_accounts_share_a_body() {
    let world = World::with(|options| options.batches = true).await;
    let receiver = world.hooked().await;
    let other = world.meta.add_account(&world.app, NewAccount { name: "Other".into(), ..NewAccount::instagram() });
    let fields = json!({ "subscribed_fields": "messages,comments" });
    world.ok(&other, Method::POST, "me/subscribed_apps", fields).await;
    world.meta.set_callback(&world.app, Platform::Instagram, &receiver.url, ALL);
    world.meta.hold_hooks(true);
    world.anna(&world.instagram).writes("one").unwrap();
    world.anna(&world.instagram).writes("two").unwrap();
    world.anna(&other).writes("three").unwrap();
    let post = world.meta.add_post(&other.id, "Roses", "FEED");
    world.anna(&other).comments(&post, "four").unwrap();
    world.anna(&world.page).writes("page").unwrap();
    assert_eq!(world.meta.deliver_all().await, 0, "what is held stays");
    world.meta.hold_hooks(false);
    assert_eq!(world.meta.deliver_all().await, 5);
    let bodies = receiver.bodies();
    assert_eq!(bodies.len(), 2);
    let ids: Vec<&str> = bodies[0]["entry"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [&world.instagram.id, &other.id, &other.id]);
    assert_eq!(bodies[0]["entry"][0]["messaging"].as_array().unwrap().len(), 2);
    assert_eq!(bodies[0]["entry"][2]["changes"][0]["value"]["text"], "four");
    assert_eq!(bodies[1]["object"], "page");
}

#[tokio::test]
async fn events_come_twice_again_forged_or_never() {
    let world = World::start().await;
    let receiver = world.hooked().await;
    let all = [
        (HookFault::Doubled, "doubled"),
        (HookFault::LostAnswer, "again"),
        (HookFault::Forged, "forged"),
        (HookFault::Lost, "never"),
    ];
    for (fault, text) in all {
        world.meta.faults().next_hooks(1, fault);
        world.anna(&world.page).writes(text).unwrap();
        world.meta.deliver_all().await;
    }
    assert_eq!(receiver.texts(), ["doubled", "doubled", "again", "again", "forged"]);
    assert_eq!(receiver.signed(), [true, true, true, true, false]);
}
