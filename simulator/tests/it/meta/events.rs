//! What people do, as it is reported to apps: messages, receipts, presses, comments, and the bodies of webhooks.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::kit::signature;
use simulator::meta::{Act, Author, Content, HookFault, HookState, NewAccount};

use super::{DAY, World};
use crate::stage::{Called, examples};

#[tokio::test]
async fn every_kind_of_message_looks_like_metas() {
    let world = World::hooked(false).await;
    let message = async |content| {
        world.anna(&world.instagram).sends(content).unwrap();
        world.latest().await["message"].clone()
    };
    let share = |form: &str| Content::of("share").with("form", form).with("title", "Roses");
    for (content, kinds) in [
        (Content::of("file").with("form", "video"), json!(["video"])),
        (share("ig_reel"), json!(["ig_reel"])),
        (Content::of("story_mention"), json!(["story_mention"])),
        (Content::of("sticker").with("id", 369_239_263_222_822_i64), json!(["sticker", "image"])),
    ] {
        let all = message(content).await["attachments"].take();
        let one = |one: &Value| one["payload"]["url"].is_string().then(|| one["type"].clone());
        assert_eq!(all.as_array().unwrap().iter().map(one).collect::<Option<Value>>(), Some(kinds));
    }
    assert_eq!(message(share("ig_post")).await["attachments"][0]["payload"]["title"], "Roses");
    let story = message(Content::of("story_reply").saying("Nice")).await;
    assert!(story["reply_to"]["story"]["url"].is_string() && story["text"] == "Nice", "{story}");
    assert_eq!(message(Content::of("unsupported")).await["is_unsupported"], json!(true));
}

#[tokio::test]
async fn each_network_sends_its_own_events() {
    let world = World::hooked(false).await;
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
        anna.receives().unwrap();
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
async fn buttons_are_postbacks_and_quick_replies_are_messages() {
    let world = World::hooked(false).await;
    let (anna, page) = (world.anna(&world.page), &world.page);
    anna.opens("ad-1").unwrap();
    assert_eq!(world.latest().await["postback"]["referral"]["ref"], "ad-1", "Get started carries the link");
    let which = json!({ "text": "Which?", "quick_replies": [{ "title": "Red", "payload": "c:red" }] });
    anna.presses(world.sends(page, which).await.unwrap(), "Red").unwrap();
    let told = world.latest().await["message"].clone();
    assert_eq!((&told["text"], &told["quick_reply"]["payload"]), (&json!("Red"), &json!("c:red")));
    let buttons = json!([{ "type": "postback", "title": "Buy", "payload": "buy" }]);
    let payload = json!({ "template_type": "button", "text": "Well?", "buttons": buttons });
    let template = json!({ "attachment": { "type": "template", "payload": payload } });
    let mid = world.sends(page, template).await.unwrap();
    let own = anna.presses(&mid, "Buy").unwrap();
    let pressed = json!({ "mid": own.as_str(), "title": "Buy", "payload": "buy" });
    assert_eq!(world.latest().await["postback"], pressed);
    assert!(own != mid.as_str() && anna.presses(&mid, "Sell").is_err());
}

#[tokio::test]
async fn comments_are_reported_answered_hidden_and_changed() {
    let world = World::hooked(false).await;
    let (meta, page) = (world.meta(), &world.page);
    for (account, edge, other) in [(&world.instagram, "replies", "comments"), (page, "comments", "replies")] {
        let post = meta.add_post(&account.id, "Roses", "FEED");
        let id = world.comments(account, &post, "Price?");
        let value = world.latest().await["value"].clone();
        let names = if edge == "replies" { ["/id", "/media/id"] } else { ["/comment_id", "/post_id"] };
        assert_eq!(names.map(|name| value.pointer(name).cloned()), [Some(json!(id)), Some(json!(post))]);
        assert_eq!(value["from"]["id"], json!(meta.scoped(&account.id, world.anna)));
        let say = |edge: &str| format!("{id}/{edge}?message=10+EUR");
        let answer = world.post(account, &say(edge), Value::Null).await.unwrap();
        let latest = world.latest().await;
        assert_eq!(latest["value"]["from"]["id"], json!(account.id), "own comments are reported too");
        let last = meta.comments(&post).pop().unwrap();
        assert_eq!(
            (last.author, last.text.as_str(), json!(last.id.as_str())),
            (Author::Line, "10 EUR", answer["id"].clone())
        );
        assert_eq!(world.post(account, &say(other), Value::Null).await, Err((2500, 0)));
    }
    let post = meta.add_post(&page.id, "Roses", "FEED");
    let id = world.comments(page, &post, "Spam");
    world.post(page, &id, json!({ "is_hidden": true })).await.unwrap();
    assert_eq!(world.get(page, &id).await.unwrap()["is_hidden"], json!(true));
    let change = || Act::own("change_comment").with("comment", id.as_str());
    for (act, verb, said) in [(change().text("Sorry"), "edited", json!("Sorry")), (change(), "remove", Value::Null)] {
        meta.act(act).unwrap();
        let value = world.latest().await["value"].clone();
        assert_eq!((&value["verb"], &value["message"]), (&json!(verb), &said));
    }
    let delete = async |id: &str| world.call(&page.token, Method::DELETE, id, Value::Null).await.map(drop);
    delete(&world.comments(page, &post, "Again")).await.unwrap();
    assert!(meta.comments(&post).is_empty());
    meta.take_permission(&page.token, "comments");
    assert_eq!(delete(&world.comments(page, &post, "?")).await, Err((10, 0)));
}

#[tokio::test]
async fn a_comment_gets_one_private_reply_within_seven_days() {
    let world = World::start(false).await;
    let reply = async |account, id: &str| {
        let call = json!({ "recipient": { "comment_id": id }, "message": { "text": "10 EUR" } });
        world.post(account, "me/messages", call).await.map(|answer| answer["recipient_id"].clone())
    };
    for account in [&world.instagram, &world.page] {
        let post = world.meta().add_post(&account.id, "Roses", "FEED");
        let first = world.comments(account, &post, "Price?");
        assert_eq!(reply(account, &first).await, Ok(json!(world.meta().scoped(&account.id, world.anna))));
        assert_eq!(world.meta().sent_to(&account.id, world.anna).len(), 1);
        assert_eq!(reply(account, &first).await, Err((10_900, 0)));
        assert_eq!(world.says(account, "and").await.unwrap_err().0, 10, "only their answer opens the window");
        let second = world.comments(account, &post, "Hello?");
        world.stage.advance(7 * DAY).await;
        assert_eq!(reply(account, &second).await, Err((10_903, 0)));
        assert_eq!(reply(account, "180").await, Err((100, 33)));
    }
    let live = world.meta().add_post(&world.instagram.id, "Live", "LIVE");
    let id = world.comments(&world.instagram, &live, "Hi");
    world.meta().end_live(&live);
    assert_eq!(reply(&world.instagram, &id).await, Err((10_903, 0)));
}

#[tokio::test]
async fn bodies_are_signed_and_repeated_until_they_are_taken() {
    let world = World::hooked(false).await;
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
async fn events_of_several_accounts_share_a_body() {
    let world = World::hooked(true).await;
    let (receiver, meta) = (&world.receiver, world.meta());
    let other = meta.add_account(&world.app, NewAccount { name: "Other".into(), ..NewAccount::instagram() });
    world.post(&other, "me/subscribed_apps?subscribed_fields=messages,comments", Value::Null).await.unwrap();
    meta.hold_hooks(true);
    for account in [&world.instagram, &world.instagram, &other, &world.page] {
        world.anna(account).writes("Hello").unwrap();
    }
    let post = meta.add_post(&other.id, "Roses", "FEED");
    world.comments(&other, &post, "Price?");
    meta.hold_hooks(false);
    assert_eq!(meta.deliver_all().await, 5);
    let bodies = receiver.bodies();
    let ids: Vec<&str> = bodies[0]["entry"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!((bodies.len(), ids), (2, vec![world.instagram.id.as_str(), &other.id, &other.id]));
    assert_eq!(bodies[0]["entry"][0]["messaging"].as_array().unwrap().len(), 2);
    assert_eq!(bodies[0]["entry"][2]["changes"][0]["value"]["text"], "Price?");
    assert_eq!(bodies[1]["object"], "page");
}

#[tokio::test]
async fn programs_act_by_json_and_the_phone_shows_it() {
    let world = World::start(false).await;
    let (page, stage, meta) = (&world.page, &world.stage, world.meta());
    let post = meta.add_post(&page.id, "Roses", "FEED");
    let mid = world.anna(page).writes("Hello").unwrap();
    for mut act in examples("meta-acts") {
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
    let chat = stage.page(&format!("/chats/{}/{}", page.id, world.anna)).await.1;
    let chat: Value = serde_json::from_str(&chat).unwrap();
    assert_eq!((&chat["messages"][0]["mid"], &chat["messages"][1]["text"]), (&json!(mid), &json!("Look")));
    let (_, phone) = stage.page(&format!("/phone/{}/{}?lang=en", world.anna, page.id)).await;
    for part in ["Messenger · @acmeflowers", "Look", "picture.jpg", "Roses", "Price?", "10 EUR", "Unsend"] {
        assert!(phone.contains(part), "{part}: {phone}");
    }
    for mut fault in examples("meta-faults") {
        if fault.get("revoke").is_some() {
            fault["revoke"] = json!(page.token);
        }
        assert_eq!(stage.post("/faults", &fault).await.0, 200, "{fault}");
    }
    assert_eq!(meta.faults().left(), 4);
    meta.faults().clear();
    assert_eq!(world.get(page, "me").await, Err((190, 460)));
}
