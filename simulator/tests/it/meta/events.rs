//! What people do, as it is reported to apps: messages, receipts, presses, comments, and the bodies of webhooks.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::meta::{Act, Author, Content, HookFault, HookState, NewAccount};

use super::{DAY, World, signed, texts};

#[tokio::test]
async fn every_kind_of_message_looks_like_metas() {
    let world = World::start().await;
    let receiver = world.hooked().await;
    let message = async |content| {
        world.anna(&world.instagram).sends(content).unwrap();
        world.latest(&receiver).await["message"].clone()
    };
    let share = |form: &str| Content::of("share").with("form", form).with("title", "Roses");
    for (content, kinds) in [
        (Content::of("image"), json!(["image"])),
        (Content::of("file").with("form", "video"), json!(["video"])),
        (Content::of("audio"), json!(["audio"])),
        (Content::of("file"), json!(["file"])),
        (share("ig_reel"), json!(["ig_reel"])),
        (Content::of("story_mention"), json!(["story_mention"])),
        (Content::of("sticker").with("id", 369_239_263_222_822_i64), json!(["sticker", "image"])),
    ] {
        let told = message(content).await;
        let all = told["attachments"].as_array().unwrap();
        assert_eq!(all.iter().map(|one| one["type"].clone()).collect::<Value>(), kinds);
        assert!(all.iter().all(|one| one["payload"]["url"].as_str().unwrap().contains("signature=")), "{told}");
    }
    assert_eq!(message(share("ig_post")).await["attachments"][0]["payload"]["title"], "Roses");
    let story = message(Content::of("story_reply").saying("Nice")).await;
    assert!(story["reply_to"]["story"]["url"].is_string() && story["text"] == "Nice", "{story}");
    assert_eq!(message(Content::of("unsupported")).await["is_unsupported"], json!(true));
}

#[tokio::test]
async fn each_network_sends_its_own_events() {
    let world = World::start().await;
    let receiver = world.hooked().await;
    for account in [&world.instagram, &world.page] {
        let anna = world.anna(account);
        let is_instagram = account.id == world.instagram.id;
        let latest = async || world.latest(&receiver).await;
        let mid = anna.writes("Hello").unwrap();
        anna.edits(&mid, "Hello!").unwrap();
        assert_eq!(latest().await["message_edit"], json!({ "mid": mid, "text": "Hello!", "num_edit": 1 }));
        anna.reacts(&mid, "❤️").unwrap();
        let reaction = json!({ "mid": mid, "action": "react", "reaction": "love", "emoji": "❤️" });
        assert_eq!(latest().await["reaction"], reaction);
        anna.reacts(&mid, "").unwrap();
        assert_eq!(latest().await["reaction"], json!({ "mid": mid, "action": "unreact" }));
        anna.replies(&mid, "and").unwrap();
        assert_eq!(latest().await["message"]["reply_to"], json!({ "mid": mid }));
        let own = world.says(account, "Good day").await;
        let echo = latest().await;
        assert_eq!((&echo["message"]["is_echo"], &echo["message"]["mid"]), (&json!(true), &json!(own)));
        assert_eq!(
            (&echo["sender"]["id"], echo["message"].get("app_id").is_some()),
            (&json!(account.id), !is_instagram)
        );
        anna.receives().unwrap();
        anna.reads().unwrap();
        let at = echo["timestamp"].clone();
        assert_eq!(
            latest().await["read"],
            if is_instagram { json!({ "mid": own }) } else { json!({ "watermark": at }) }
        );
        anna.removes(&mid).unwrap();
        let last = latest().await;
        assert_eq!(last["message"]["is_deleted"].as_bool(), is_instagram.then_some(true), "Messenger is silent");
        anna.hears("from the phone").unwrap();
        assert_eq!(latest().await["message"]["text"], "from the phone");
        anna.opens("shop-7").unwrap();
        assert_eq!(latest().await["referral"]["ref"], "shop-7");
        assert!(anna.edits(&own, "not mine").is_err());
    }
    let all = [&world.instagram, &world.page].map(|account| world.meta().hooks(&account.id));
    let delivered = all.map(|all| all.iter().filter(|one| one.body.get("delivery").is_some()).count());
    assert_eq!(delivered, [0, 1], "Instagram has no delivery receipts");
}

#[tokio::test]
async fn buttons_are_postbacks_and_quick_replies_are_messages() {
    let world = World::start().await;
    let receiver = world.hooked().await;
    let anna = world.anna(&world.page);
    anna.opens("ad-1").unwrap();
    assert_eq!(world.latest(&receiver).await["postback"]["referral"]["ref"], "ad-1", "Get started carries the link");
    let reply = json!({ "content_type": "text", "title": "Red", "payload": "c:red" });
    let mid = world.sends(&world.page, json!({ "text": "Which?", "quick_replies": [reply] })).await;
    anna.presses(&mid, "Red").unwrap();
    let told = world.latest(&receiver).await["message"].clone();
    assert_eq!((&told["text"], &told["quick_reply"]["payload"]), (&json!("Red"), &json!("c:red")));
    let link = json!({ "type": "web_url", "title": "Shop", "url": "https://acme.test" });
    let buttons = json!([{ "type": "postback", "title": "Buy", "payload": "buy" }, link]);
    let payload = json!({ "template_type": "button", "text": "Well?", "buttons": buttons });
    let mid = world.sends(&world.page, json!({ "attachment": { "type": "template", "payload": payload } })).await;
    let own = anna.presses(&mid, "Buy").unwrap();
    let pressed = json!({ "mid": own.as_str(), "title": "Buy", "payload": "buy" });
    assert_eq!(world.latest(&receiver).await["postback"], pressed);
    assert!(own != mid.as_str() && anna.presses(&mid, "Sell").is_err());
    assert_eq!(anna.presses(&mid, "Shop").unwrap(), "https://acme.test");
}

#[tokio::test]
async fn comments_are_reported_answered_hidden_and_changed() {
    let world = World::start().await;
    let (receiver, meta) = (world.hooked().await, world.meta());
    for (account, edge, other) in [(&world.instagram, "replies", "comments"), (&world.page, "comments", "replies")] {
        let post = meta.add_post(&account.id, "Roses", "FEED");
        let id = world.anna(account).at("post", post.as_str()).writes("Price?").unwrap();
        let value = world.latest(&receiver).await["value"].clone();
        let told = if edge == "replies" {
            (&value["id"], &value["media"]["id"], &value["text"])
        } else {
            (&value["comment_id"], &value["post_id"], &value["message"])
        };
        assert_eq!(told, (&json!(id), &json!(post), &json!("Price?")));
        assert_eq!(value["from"]["id"], json!(meta.scoped(&account.id, world.anna)));
        let (path, say) = (format!("{id}/{edge}"), json!({ "message": "10 EUR" }));
        let answer = world.ok(account, Method::POST, &path, say.clone()).await;
        let latest = world.latest(&receiver).await;
        assert_eq!(latest["value"]["from"]["id"], json!(account.id), "own comments are reported too");
        let last = meta.comments(&post).pop().unwrap();
        assert_eq!(
            (last.author, last.text.as_str(), last.id.as_str()),
            (Author::Line, "10 EUR", answer["id"].as_str().unwrap())
        );
        assert_eq!(world.refused(account, Method::POST, &format!("{id}/{other}"), say).await, (2500, 0));
        let url = world.ok(account, Method::GET, &post, json!({ "fields": "permalink,permalink_url" })).await;
        assert!(url.get("permalink").or(url.get("permalink_url")).is_some());
    }
    let page = &world.page;
    let post = meta.add_post(&page.id, "Roses", "FEED");
    let comments = |text: &str| world.anna(page).at("post", post.as_str()).writes(text).unwrap();
    let id = comments("Spam");
    world.ok(page, Method::POST, &id, json!({ "is_hidden": true })).await;
    assert_eq!(world.ok(page, Method::GET, &id, json!({ "fields": "is_hidden" })).await["is_hidden"], json!(true));
    let change = || Act::own("change_comment").with("comment", id.as_str());
    for (act, verb, said) in [(change().text("Sorry"), "edited", json!("Sorry")), (change(), "remove", Value::Null)] {
        meta.act(act).unwrap();
        let value = world.latest(&receiver).await["value"].clone();
        assert_eq!((&value["verb"], &value["message"]), (&json!(verb), &said));
    }
    world.ok(page, Method::DELETE, &comments("Again"), json!({})).await;
    assert!(meta.comments(&post).is_empty());
    meta.take_permission(&page.token, "comments");
    assert_eq!(world.refused(page, Method::DELETE, &comments("?"), json!({})).await, (10, 0));
}

#[tokio::test]
async fn a_comment_gets_one_private_reply_within_seven_days() {
    let world = World::start().await;
    let comments = |account: &simulator::meta::AccountView, post: &str, text: &str| {
        world.anna(account).at("post", post).writes(text).unwrap()
    };
    let reply = async |account, id: &str| {
        let call = json!({ "recipient": { "comment_id": id }, "message": { "text": "10 EUR" } });
        let (status, answer) = world.call(account, Method::POST, "me/messages", call).await;
        if status == 200 { Ok(answer["recipient_id"].clone()) } else { Err(super::codes(&answer)) }
    };
    for account in [&world.instagram, &world.page] {
        let post = world.meta().add_post(&account.id, "Roses", "FEED");
        let first = comments(account, &post, "Price?");
        let scoped = world.meta().scoped(&account.id, world.anna);
        assert_eq!(reply(&account.token, &first).await, Ok(json!(scoped)));
        assert_eq!(world.meta().sent_to(&account.id, world.anna).len(), 1);
        assert_eq!(reply(&account.token, &first).await, Err((10_900, 0)));
        let closed = world.rejects(account, json!({ "text": "and" })).await;
        assert_eq!(closed.0, 10, "only their answer opens the window");
        let second = comments(account, &post, "Hello?");
        world.stage.advance(7 * DAY).await;
        assert_eq!(reply(&account.token, &second).await, Err((10_903, 0)));
        assert_eq!(reply(&account.token, "180").await, Err((100, 33)));
    }
    let live = world.meta().add_post(&world.instagram.id, "Live", "LIVE");
    let id = comments(&world.instagram, &live, "Hi");
    world.meta().end_live(&live);
    assert_eq!(reply(&world.instagram.token, &id).await, Err((10_903, 0)));
}

#[tokio::test]
async fn bodies_are_signed_and_repeated_until_they_are_taken() {
    let world = World::start().await;
    let (receiver, meta) = (world.hooked().await, world.meta());
    receiver.answers(&[(500, ""), (503, ""), (500, "")]);
    world.anna(&world.instagram).writes("Сколько стоит?").unwrap();
    assert_eq!(meta.deliver_all().await, 2, "the first repeat comes at once");
    world.anna(&world.instagram).writes("Эй").unwrap();
    assert_eq!(meta.deliver_all().await, 2, "nothing waits for an older event");
    world.stage.advance(60).await;
    assert_eq!(texts(&receiver), ["Сколько стоит?", "Сколько стоит?", "Эй", "Эй", "Сколько стоит?"]);
    assert_eq!(signed(&world, &receiver), [true; 5]);
    assert_eq!(receiver.calls()[0].headers["user-agent"], "facebookexternalua");
    meta.faults().next_hooks(1, HookFault::Forged);
    world.anna(&world.page).writes("forged").unwrap();
    meta.deliver_all().await;
    assert_eq!(signed(&world, &receiver)[5..], [false]);
    receiver.always(500, "");
    world.anna(&world.instagram).writes("lost").unwrap();
    meta.deliver_all().await;
    world.stage.advance(36 * 3600 + 1).await;
    assert_eq!(meta.hooks(&world.instagram.id).last().unwrap().state, HookState::Dropped);
}

#[tokio::test]
async fn events_of_several_accounts_share_a_body() {
    let world = World::with(true).await;
    let (receiver, meta) = (world.hooked().await, world.meta());
    let other = meta.add_account(&world.app, NewAccount { name: "Other".into(), ..NewAccount::instagram() });
    let fields = json!({ "subscribed_fields": "messages,comments" });
    world.ok(&other, Method::POST, "me/subscribed_apps", fields).await;
    meta.hold_hooks(true);
    world.anna(&world.instagram).writes("one").unwrap();
    world.anna(&world.instagram).writes("two").unwrap();
    world.anna(&other).writes("three").unwrap();
    let post = meta.add_post(&other.id, "Roses", "FEED");
    world.anna(&other).at("post", post.as_str()).writes("four").unwrap();
    world.anna(&world.page).writes("page").unwrap();
    meta.hold_hooks(false);
    assert_eq!(meta.deliver_all().await, 5);
    let bodies = receiver.bodies();
    let ids: Vec<&str> = bodies[0]["entry"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!((bodies.len(), ids), (2, vec![world.instagram.id.as_str(), &other.id, &other.id]));
    assert_eq!(bodies[0]["entry"][0]["messaging"].as_array().unwrap().len(), 2);
    assert_eq!(bodies[0]["entry"][2]["changes"][0]["value"]["text"], "four");
    assert_eq!(bodies[1]["object"], "page");
}

#[tokio::test]
async fn programs_act_by_json_and_the_phone_shows_it() {
    let world = World::start().await;
    let (page, stage) = (&world.page, &world.stage);
    let post = world.meta().add_post(&page.id, "Roses", "FEED");
    let act = async |act: Value| stage.post("/acts", &act).await;
    let content = json!({ "kind": "file", "form": "image", "text": "Look" });
    let (who, account) = (world.anna, page.id.as_str());
    let (_, sent) = act(json!({ "act": "send", "who": who, "account": account, "content": content })).await;
    let mid = world.says(page, "Good day").await;
    for done in [
        json!({ "act": "react", "who": who, "account": account, "message": mid, "emoji": "👍" }),
        json!({ "act": "comment", "who": who, "post": post, "text": "Price?" }),
        json!({ "act": "staff_comment", "post": post, "text": "10 EUR", "parent": null }),
        json!({ "act": "staff", "who": who, "account": account, "text": "from the phone" }),
        json!({ "act": "raw", "account": account, "field": "messages", "event": { "new": {} } }),
    ] {
        let (status, answer) = act(done.clone()).await;
        assert!(status == 200 && answer["id"].is_string(), "{done}: {answer}");
    }
    let chat: Value = serde_json::from_str(&stage.page(&format!("/chats/{account}/{who}")).await.1).unwrap();
    assert_eq!((&chat["messages"][0]["mid"], &chat["messages"][1]["mid"]), (&sent["id"], &json!(mid)));
    assert_eq!(act(json!({ "act": "read", "who": 999, "account": account })).await.0, 422);
    let (_, phone) = stage.page(&format!("/phone/{who}/{account}?lang=en")).await;
    for part in ["Messenger · @acmeflowers", "Look", "picture.jpg", "Good day", "Roses", "Price?", "10 EUR", "Unsend"]
    {
        assert!(phone.contains(part), "{part}: {phone}");
    }
    assert_eq!(stage.post("/faults", &json!({ "revoke": page.token })).await.0, 200);
    assert_eq!(world.refused(page, Method::GET, "me", json!({})).await, (190, 460));
}
