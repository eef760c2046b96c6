//! Sending – limits, window, files, actions – and reading back.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use simulator::meta::{Author, Content, Fault, Given, NewApp, NewPerson};

use super::{DAY, World, codes};

#[tokio::test]
async fn programs_may_answer_for_a_day_and_people_for_seven() {
    let world = World::start().await;
    for (account, closed) in [(&world.instagram, (10, 2_534_022)), (&world.page, (10, 2_018_278))] {
        let tagged = |tag: &str| {
            let mut call = world.text(account, "sorry");
            (call["messaging_type"], call["tag"]) = (json!("MESSAGE_TAG"), json!(tag));
            call
        };
        let post = |call| world.call(&account.token, Method::POST, "me/messages", call);
        assert_eq!(world.rejects(account, json!({ "text": "Hi" })).await, closed, "writing first is refused");
        world.anna(account).writes("Hello").unwrap();
        let path = format!("{}/messages", account.id);
        let answer = world.ok(account, Method::POST, &path, world.text(account, "Hi")).await;
        assert_eq!(answer["recipient_id"], json!(world.meta().scoped(&account.id, world.anna)));
        let sent = world.meta().sent_to(&account.id, world.anna);
        assert_eq!((sent.len(), Some(sent[0].id.as_str())), (1, answer["message_id"].as_str()));
        world.stage.advance(DAY - 1).await;
        world.says(account, "just in time").await;
        world.stage.advance(1).await;
        assert_eq!(world.rejects(account, json!({ "text": "late" })).await, closed);
        assert_eq!(post(tagged("HUMAN_AGENT")).await.0, 200);
        assert_eq!(world.meta().sent_to(&account.id, world.anna)[2].json["tag"], "HUMAN_AGENT");
        assert_eq!(codes(&post(tagged("ACCOUNT_UPDATE")).await.1), (100, 0));
        let plain = world.meta().add_app(NewApp { has_human_agent: false, ..NewApp::default() });
        let token = world.meta().add_token(&plain, &account.id, None);
        let (status, answer) = world.call(&token, Method::POST, "me/messages", tagged("HUMAN_AGENT")).await;
        assert_eq!((status, codes(&answer)), (403, (10, 0)), "the app has not asked for the feature");
        world.stage.advance(6 * DAY).await;
        assert_eq!(codes(&post(tagged("HUMAN_AGENT")).await.1), closed);
    }
}

#[tokio::test]
async fn texts_and_buttons_are_limited() {
    let world = World::start().await;
    for (account, longest) in [(&world.instagram, "я".repeat(500)), (&world.page, "я".repeat(2000))] {
        world.anna(account).writes("Hello").unwrap();
        world.says(account, &longest).await;
        assert_eq!(world.rejects(account, json!({ "text": format!("{longest}x") })).await, (100, 0));
        assert_eq!(world.rejects(account, json!({ "text": " " })).await, (100, 0));
    }
    let replies = |count: usize, title: &str| {
        let one = json!({ "content_type": "text", "title": title, "payload": "p" });
        json!({ "text": "Which?", "quick_replies": vec![one; count] })
    };
    let template = |count: usize| {
        let button = json!({ "type": "postback", "title": "Buy", "payload": "b" });
        let payload = json!({ "template_type": "button", "text": "Well?", "buttons": vec![button; count] });
        json!({ "attachment": { "type": "template", "payload": payload } })
    };
    world.sends(&world.page, replies(13, "twenty characters!!!")).await;
    world.sends(&world.page, template(3)).await;
    for message in [replies(14, "Yes"), replies(1, "twenty-one characters"), template(4)] {
        assert_eq!(world.rejects(&world.page, message).await, (100, 0));
    }
}

#[tokio::test]
async fn people_who_are_gone_are_not_reached() {
    let world = World::start().await;
    world.anna(&world.page).writes("Hello").unwrap();
    world.anna(&world.page).blocks(true).unwrap();
    assert_eq!(world.rejects(&world.page, json!({ "text": "Hi" })).await, (551, 1_545_041));
    world.anna(&world.page).blocks(false).unwrap();
    world.says(&world.page, "Hi").await;
    let stranger = world.text(&world.instagram, "Hi");
    let refused = world.refused(&world.page, Method::POST, "me/messages", stranger).await;
    assert_eq!(refused, (100, 2_018_001), "ids are scoped to the account");
}

#[tokio::test]
async fn files_are_uploaded_fetched_and_checked() {
    let world = World::start().await;
    let (page, instagram, meta) = (&world.page, &world.instagram, world.meta());
    world.anna(page).writes("Hello").unwrap();
    world.anna(instagram).writes("Hello").unwrap();
    let picture = format!("{}/static/face.png", meta.base_url());
    let of = |kind: &str, payload: Value| json!({ "attachment": { "type": kind, "payload": payload } });
    world.sends(instagram, of("image", json!({ "url": picture }))).await;
    assert_eq!(meta.sent_to(&instagram.id, world.anna)[0].files[0].mime, "image/png");
    for (message, subcode) in [
        (of("video", json!({ "url": picture })), 2_018_047),
        (of("image", json!({ "url": "http://127.0.0.1:9/x.png" })), 2_018_008),
        (of("image", json!({})), 2_018_047),
    ] {
        assert_eq!(world.rejects(instagram, message).await, (100, subcode));
    }
    let uploads = async |edge: &str, message: Value, part: Part| {
        let form = Form::new()
            .text("recipient", world.text(page, "")["recipient"].to_string())
            .text("message", message.to_string())
            .part("filedata", part);
        let request = world.stage.request(Method::POST, &format!("/v26.0/me/{edge}")).bearer_auth(&page.token);
        request.multipart(form).send().await.unwrap().json::<Value>().await.unwrap()
    };
    let pdf = Part::bytes(b"%PDF".to_vec()).file_name("offer.pdf").mime_str("application/pdf").unwrap();
    let kept = uploads("message_attachments", of("file", json!({ "is_reusable": true })), pdf).await;
    assert!(kept["attachment_id"].is_string(), "{kept}");
    world.sends(page, of("file", json!({ "attachment_id": kept["attachment_id"] }))).await;
    assert_eq!(meta.sent_to(&page.id, world.anna)[0].files[0].name, "offer.pdf");
    let big = Part::bytes(vec![1; 26 * 1024 * 1024]).file_name("p.png").mime_str("image/png").unwrap();
    assert_eq!(codes(&uploads("messages", of("image", json!({})), big).await), (100, 2_018_109));
    let photo = Content::of("image").file(Given::bytes("a.jpg", "image/jpeg", &b"jpeg"[..]));
    let mid = world.anna(page).sends(photo).unwrap();
    let url = meta.message(mid).unwrap().json["attachments"][0]["payload"]["url"].as_str().unwrap().to_owned();
    let get = async |url: &str| world.stage.http.get(url).send().await.unwrap();
    assert_eq!(get(&url).await.text().await.unwrap(), "jpeg");
    assert_eq!(get(&url.replace("AbSig", "x")).await.status(), 403);
    world.stage.advance(DAY).await;
    assert_eq!(get(&url).await.status(), 403, "an address works for a day");
}

#[tokio::test]
async fn typing_seen_and_reactions_are_shown() {
    let world = World::start().await;
    let (instagram, meta) = (&world.instagram, world.meta());
    let mid = world.anna(instagram).writes("Hello").unwrap();
    let act = async |action: &str, reaction: Value| {
        let mut call = world.text(instagram, "");
        call.as_object_mut().unwrap().remove("message");
        call["sender_action"] = json!(action);
        call["payload"] = json!({ "message_id": mid, "reaction": reaction });
        world.call(&instagram.token, Method::POST, "me/messages", call).await
    };
    for name in ["typing_on", "mark_seen"] {
        assert_eq!(act(name, Value::Null).await.0, 200);
    }
    let names: Vec<String> = meta.activities(&instagram.id).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["typing_on", "mark_seen"]);
    let reaction = || meta.message(&mid).unwrap().reactions.remove(&Author::Line);
    act("react", json!("love")).await;
    assert_eq!(reaction(), Some(vec!["❤️".to_owned()]));
    assert_eq!(codes(&act("react", json!("👍")).await.1), (100, 0));
    act("unreact", Value::Null).await;
    assert_eq!(reaction(), None);
    assert_eq!(codes(&act("dance", Value::Null).await.1), (100, 0));
}

#[tokio::test]
async fn people_and_conversations_are_read() {
    let world = World::start().await;
    let (instagram, page) = (&world.instagram, &world.page);
    let id = world.meta().scoped(&instagram.id, world.anna);
    assert_eq!(world.refused(instagram, Method::GET, &id, json!({})).await, (230, 0), "they have not written");
    world.anna(instagram).writes("first").unwrap();
    let told = world.ok(instagram, Method::GET, &id, json!({ "fields": "name,username,profile_pic" })).await;
    assert_eq!((&told["name"], &told["username"]), (&json!("Maria Kovaleva"), &json!("maria_kov")));
    world.anna(page).writes("Hello").unwrap();
    let id = world.meta().scoped(&page.id, world.anna);
    let told = world.ok(page, Method::GET, &id, json!({ "fields": "first_name,last_name" })).await;
    assert_eq!(told, json!({ "id": id, "first_name": "Maria", "last_name": "Kovaleva" }));
    let nobody = world.meta().scoped(&page.id, 999);
    assert_eq!(world.refused(page, Method::GET, &nobody, json!({})).await, (100, 33));
    let pete = world.meta().add_person(NewPerson { username: Some("pete".into()), ..NewPerson::default() });
    world.stage.advance(60).await;
    world.meta().customer(pete, &instagram.id).writes("second").unwrap();
    let fields = json!({ "platform": "instagram", "fields": "participants,messages{id,message,from,created_time}" });
    let all = world.ok(instagram, Method::GET, "me/conversations", fields).await;
    assert_eq!(all["data"][0]["messages"]["data"][0]["message"], "second");
    assert_eq!(all["data"][1]["messages"]["data"][0]["created_time"], "2026-11-20T10:00:00+0000");
    let path = format!("{}/messages", all["data"][1]["id"].as_str().unwrap());
    let one = world.ok(instagram, Method::GET, &path, json!({})).await;
    assert_eq!(one["data"][0]["from"]["username"], "maria_kov");
    assert_eq!(world.refused(page, Method::GET, &path, json!({})).await, (100, 33));
    let faults = world.meta().faults();
    faults.next("me", 1, Fault::refuse(400, 613, "(#613) Calls to this api have exceeded the rate limit."));
    assert_eq!(world.refused(page, Method::GET, "me", json!({})).await, (613, 0));
}
