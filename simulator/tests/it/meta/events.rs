//! What people do, as it is reported to apps: messages, receipts, presses, comments, and the bodies of webhooks.

use serde_json::json;
use simulator::kit::signature;
use simulator::meta::{HookFault, HookState};

use super::World;
use crate::stage::{Called, acts, faults};

#[tokio::test]
async fn each_network_sends_its_own_events() {
    let world = World::hooked().await;
    for account in [&world.instagram, &world.page] {
        let (anna, is_instagram) = (world.anna(account), account.id == world.instagram.id);
        let mid = anna.writes("Hello").unwrap();
        anna.edits(&mid, "Hello!").unwrap();
        assert_eq!(world.latest().await["message_edit"], json!({ "mid": mid, "text": "Hello!", "num_edit": 1 }));
        for (emoji, told) in [
            ("❤️", json!({ "mid": mid, "action": "react", "reaction": "love", "emoji": "❤️" })),
            ("", json!({ "mid": mid, "action": "unreact" })),
        ] {
            anna.reacts(&mid, emoji).unwrap();
            assert_eq!(world.latest().await["reaction"], told);
        }
        anna.replies(&mid, "and").unwrap();
        assert_eq!(world.latest().await["message"]["reply_to"], json!({ "mid": mid }));
        let own = world.says(account, "Good day").await.unwrap();
        let echo = world.latest().await;
        assert_eq!((&echo["message"]["is_echo"], &echo["message"]["mid"]), (&json!(true), &json!(own)));
        assert_eq!(echo["message"].get("app_id").is_some(), !is_instagram);
        anna.does_own("receive", |act| act).unwrap();
        let received = world.latest().await.get("delivery").is_some();
        assert_eq!(received, !is_instagram, "Instagram has no delivery receipts");
        anna.reads().unwrap();
        let read = if is_instagram { json!({ "mid": own }) } else { json!({ "watermark": echo["timestamp"] }) };
        assert_eq!(world.latest().await["read"], read);
        anna.removes(&mid).unwrap();
        let removed = world.latest().await["message"]["is_deleted"].as_bool();
        assert_eq!(removed, is_instagram.then_some(true), "Messenger is silent");
        anna.opens("shop-7").unwrap();
        assert_eq!(world.latest().await["referral"]["ref"], "shop-7");
        assert!(anna.edits(&own, "not mine").is_err());
    }
}

#[tokio::test]
async fn bodies_are_signed_and_repeated_until_they_are_taken() {
    let world = World::hooked().await;
    let (receiver, meta) = (&world.receiver, world.meta());
    receiver.answers(&[(500, ""), (503, ""), (500, "")]);
    let writes = |text: &str| world.anna(&world.instagram).writes(text).unwrap();
    writes("Сколько стоит?");
    assert_eq!(meta.deliver_all().await, 2, "the first repeat comes at once");
    writes("Эй");
    assert_eq!(meta.deliver_all().await, 2, "nothing waits for an older event");
    world.stage.advance(60).await;
    meta.faults().next_hooks(1, HookFault::Forged);
    writes("forged");
    meta.deliver_all().await;
    let is_signed = |call: Called| {
        let body = std::str::from_utf8(&call.bytes).unwrap();
        assert!(body.is_ascii() && call.headers["user-agent"] == "facebookexternalua", "Meta escapes everything else");
        call.headers["x-hub-signature-256"] == format!("sha256={}", signature(&world.app.secret, body))
    };
    let signed: Vec<bool> = receiver.calls().into_iter().map(is_signed).collect();
    assert_eq!(signed, [true, true, true, true, true, false]);
    receiver.always(500, "");
    writes("lost");
    meta.deliver_all().await;
    world.stage.advance(36 * 3600 + 1).await;
    assert_eq!(meta.hooks(&world.instagram.id).last().unwrap().state, HookState::Dropped);
}

#[tokio::test]
async fn programs_act_and_break_by_json() {
    let world = World::start().await;
    let (page, stage, meta) = (&world.page, &world.stage, world.meta());
    let post = meta.add_post(&page.id, "Roses", "FEED");
    let mid = world.anna(page).writes("Hello").unwrap();
    for mut act in acts("meta") {
        let right =
            [("who", json!(world.anna)), ("account", json!(page.id)), ("post", json!(post)), ("message", json!(mid))];
        for (name, right) in right {
            if act.get(name).is_some() {
                act[name] = right;
            }
        }
        let (status, done) = stage.post("/acts", &act).await;
        assert!(status == 200 && done["id"].is_string(), "{act}: {done}");
    }
    let chat = meta.history(&page.id, world.anna);
    assert_eq!((chat[0].id.as_str(), chat[1].text.as_str()), (mid.as_str(), "Look"));
    for mut fault in faults("meta") {
        if fault.get("revoke").is_some() {
            fault["revoke"] = json!(page.token);
        }
        assert_eq!(stage.post("/faults", &fault).await.0, 200, "{fault}");
    }
    assert_eq!(meta.faults().left(), 4);
    meta.faults().clear();
    assert_eq!(world.get(page, "me").await, Err((190, 460)));
}
