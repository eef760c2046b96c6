//! What people do, as it is reported to apps.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::meta::{Act, Content};

use super::world::World;

#[tokio::test]
async fn every_kind_of_message_looks_like_metas() {
    let world = World::start().await;
    let receiver = world.hooked().await;
    let anna = world.anna(&world.instagram);
    let message = async |content| {
        anna.sends(content).unwrap();
        world.meta.deliver_all().await;
        receiver.latest()["message"].clone()
    };
    let share = |form: &str| Content::Share { form: form.into(), url: None, title: Some("Roses".into()) };
    let kinds = |message: Value| {
        let all = message["attachments"].as_array().unwrap().iter();
        all.map(|one| one["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join("+")
    };
    for form in ["image", "video", "audio", "file"] {
        let told = message(Content::file(form, Default::default())).await;
        assert!(told["attachments"][0]["payload"]["url"].as_str().unwrap().contains("signature="));
        assert_eq!(kinds(told), form);
    }
    assert_eq!(kinds(message(share("ig_reel")).await), "ig_reel");
    assert_eq!(message(share("ig_post")).await["attachments"][0]["payload"]["title"], "Roses");
    assert_eq!(kinds(message(Content::StoryMention).await), "story_mention");
    assert_eq!(kinds(message(Content::Sticker { id: 369_239_263_222_822 }).await), "sticker+image");
    let story = message(Content::StoryReply { text: "Nice".into() }).await;
    assert!(story["reply_to"]["story"]["url"].is_string() && story["text"] == "Nice");
    assert_eq!(message(Content::Unsupported).await["is_unsupported"], json!(true));
}

#[tokio::test]
async fn each_platform_sends_its_own_events() {
    let world = World::start().await;
    let receiver = world.hooked().await;
    for account in [&world.instagram, &world.page] {
        let anna = world.anna(account);
        let is_instagram = account.id == world.instagram.id;
        let latest = async || {
            world.meta.deliver_all().await;
            receiver.latest()
        };
        let mid = anna.writes("Hello").unwrap();
        anna.edits(&mid, "Hello!").unwrap();
        assert_eq!(latest().await["message_edit"], json!({ "mid": mid, "text": "Hello!", "num_edit": 1 }));
        anna.reacts(&mid, Some("❤️")).unwrap();
        assert_eq!(
            latest().await["reaction"],
            json!({ "mid": mid, "action": "react", "reaction": "love", "emoji": "❤️" })
        );
        anna.reacts(&mid, None).unwrap();
        assert_eq!(latest().await["reaction"], json!({ "mid": mid, "action": "unreact" }));
        let own = world.says(account, "Good day").await;
        let echo = latest().await["message"].clone();
        assert_eq!((&echo["is_echo"], echo["mid"].as_str()), (&json!(true), Some(own.as_str())));
        assert_eq!(echo.get("app_id").is_some(), !is_instagram);
        anna.receives().unwrap();
        anna.reads().unwrap();
        let read = latest().await["read"].clone();
        assert_eq!(
            read,
            if is_instagram { json!({ "mid": own }) } else { json!({ "watermark": super::world::START }) }
        );
        anna.unsends(&mid).unwrap();
        let last = latest().await;
        assert_eq!(last["message"]["is_deleted"].as_bool(), is_instagram.then_some(true), "Messenger is silent");
        anna.hears("from the phone").unwrap();
        assert_eq!(latest().await["message"]["text"], "from the phone");
        anna.opens("shop-7").unwrap();
        assert_eq!(latest().await["referral"]["ref"], "shop-7");
        assert!(anna.edits(&own, "not mine").is_err());
    }
    let delivered = world.meta.hooks().into_iter().filter(|one| one.event.get("delivery").is_some()).count();
    assert_eq!(delivered, 1, "Instagram has no delivery receipts");
}

#[tokio::test]
async fn buttons_are_postbacks_and_quick_replies_are_messages() {
    let world = World::start().await;
    let receiver = world.hooked().await;
    let anna = world.anna(&world.page);
    anna.opens("ad-1").unwrap();
    world.meta.deliver_all().await;
    assert_eq!(receiver.latest()["postback"]["referral"]["ref"], "ad-1", "Get started carries the link");
    let mut call = world.text(&world.page, "Which?");
    call["message"]["quick_replies"] = json!([{ "content_type": "text", "title": "Red", "payload": "c:red" }]);
    let mid = world.ok(&world.page, Method::POST, "me/messages", call).await["message_id"].as_str().unwrap().to_owned();
    anna.presses(&mid, "Red").unwrap();
    world.meta.deliver_all().await;
    let told = receiver.latest()["message"].clone();
    assert_eq!((&told["text"], &told["quick_reply"]["payload"]), (&json!("Red"), &json!("c:red")));
    let mut call = world.text(&world.page, "");
    let buttons = json!([{ "type": "postback", "title": "Buy", "payload": "buy" }]);
    let payload = json!({ "template_type": "button", "text": "Well?", "buttons": buttons });
    call["message"] = json!({ "attachment": { "type": "template", "payload": payload } });
    let mid = world.ok(&world.page, Method::POST, "me/messages", call).await["message_id"].as_str().unwrap().to_owned();
    let own = anna.presses(&mid, "Buy").unwrap();
    world.meta.deliver_all().await;
    assert_eq!(receiver.latest()["postback"], json!({ "mid": own, "title": "Buy", "payload": "buy" }));
    assert_ne!(own, mid);
    assert!(anna.presses(&mid, "Sell").is_err());
}

#[tokio::test]
async fn acts_and_faults_are_json_for_other_languages() {
    let world = World::start().await;
    let base = world.meta.base_url();
    let post = |path: &str, body: Value| world.http.post(format!("{base}{path}")).body(body.to_string()).send();
    let content = json!({ "kind": "text", "text": "Hi" });
    let act = json!({ "act": "send", "who": world.anna, "account": world.page.id, "content": content });
    let done: Value = post("/acts", act).await.unwrap().json().await.unwrap();
    let chat = world.http.get(format!("{base}/chats/{}/{}", world.page.id, world.anna)).send().await.unwrap();
    assert_eq!(chat.json::<Value>().await.unwrap()["messages"][0]["mid"], done["id"]);
    let wrong = post("/acts", json!({ "act": "read", "who": 999, "account": world.page.id })).await.unwrap();
    assert_eq!(wrong.status(), 422);
    let fault = json!({ "edge": "me", "count": 1, "fault": "refuse", "status": 500, "code": 2, "message": "later" });
    post("/faults", fault).await.unwrap();
    assert_eq!(world.refused(&world.page, Method::GET, "me", json!({})).await, (2, 0));
    post("/faults", json!({ "revoke": world.page.token })).await.unwrap();
    assert_eq!(world.refused(&world.page, Method::GET, "me", json!({})).await, (190, 460));
    let strange = world.http.post(format!("{base}/acts")).header("Origin", "https://evil.example").body("{}");
    assert_eq!(strange.send().await.unwrap().status(), 403);
    assert!(serde_json::from_value::<Act>(json!({ "act": "dance" })).is_err());
}

#[tokio::test]
async fn a_phone_shows_the_chat_and_the_posts() {
    let world = World::start().await;
    let post = world.meta.add_post(&world.instagram.id, "Roses", "FEED");
    world.anna(&world.instagram).writes("Hello").unwrap();
    world.anna(&world.instagram).comments(&post, "Price?").unwrap();
    world.says(&world.instagram, "Good day").await;
    let get = |path: String| world.http.get(format!("{}{path}", world.meta.base_url())).send();
    let list = get("/phone?lang=ru".into()).await.unwrap().text().await.unwrap();
    let href = format!("/phone/{}/{}", world.anna, world.instagram.id);
    assert!(list.contains(&href) && list.contains("Телефоны"));
    let page = get(format!("{href}?lang=en")).await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    assert!(page.text().await.unwrap().contains("Anna Kim → Acme Flowers"));
    let rows: Value = get(format!("{href}/rows")).await.unwrap().json().await.unwrap();
    assert_eq!((&rows["messages"][1]["text"], &rows["messages"][1]["is_mine"]), (&json!("Good day"), &json!(false)));
    assert_eq!(rows["posts"][0]["comments"][0]["text"], "Price?");
    assert_eq!(get("/phone/999/1".into()).await.unwrap().status(), 404);
}
