//! Sending: limits, window, files, actions.

use reqwest::{Method, multipart};
use serde_json::{Value, json};
use simulator::meta::{Fault, Given, NewApp, NewPerson};

use super::world::{DAY, World, codes};

#[tokio::test]
async fn an_answer_needs_a_message_of_the_last_day() {
    let world = World::start().await;
    for (account, closed) in [(&world.instagram, (10, 2_534_022)), (&world.page, (10, 2_018_278))] {
        let say = || world.text(account, "Hi");
        assert_eq!(
            world.refused(account, Method::POST, "me/messages", say()).await,
            closed,
            "writing first is refused"
        );
        world.anna(account).writes("Hello").unwrap();
        let answer = world.ok(account, Method::POST, &format!("{}/messages", account.id), say()).await;
        assert_eq!(answer["recipient_id"], json!(world.meta.scoped(&account.id, world.anna)));
        let sent = world.meta.sent(&account.id, world.anna);
        assert_eq!((sent.len(), Some(sent[0].mid.as_str())), (1, answer["message_id"].as_str()));
    }
    world.advance(DAY - 1);
    world.says(&world.page, "just in time").await;
    world.advance(1);
    let late = world.refused(&world.page, Method::POST, "me/messages", world.text(&world.page, "late")).await;
    assert_eq!(late, (10, 2_018_278));
}

#[tokio::test]
async fn people_may_answer_for_seven_days() {
    let world = World::start().await;
    world.anna(&world.instagram).writes("Hello").unwrap();
    let tagged = |tag: &str| {
        let mut call = world.text(&world.instagram, "sorry");
        call["messaging_type"] = json!("MESSAGE_TAG");
        call["tag"] = json!(tag);
        call
    };
    world.advance(7 * DAY - 1);
    world.ok(&world.instagram, Method::POST, "me/messages", tagged("HUMAN_AGENT")).await;
    assert_eq!(world.meta.sent(&world.instagram.id, world.anna)[0].tag.as_deref(), Some("HUMAN_AGENT"));
    let unknown = world.refused(&world.instagram, Method::POST, "me/messages", tagged("ACCOUNT_UPDATE")).await;
    assert_eq!(unknown, (100, 0));
    world.advance(1);
    let late = world.refused(&world.instagram, Method::POST, "me/messages", tagged("HUMAN_AGENT")).await;
    assert_eq!(late, (10, 2_534_022));
    let plain = world.meta.add_app(NewApp { has_human_agent: false, ..NewApp::default() });
    let token = world.meta.add_token(&plain, &world.instagram.id, None);
    let (status, answer) = world.call(&token, Method::POST, "me/messages", tagged("HUMAN_AGENT")).await;
    assert_eq!((status, codes(&answer)), (403, (10, 0)), "the app has not asked for the feature");
}

#[tokio::test]
async fn texts_are_limited_in_each_platforms_unit() {
    let world = World::start().await;
    let most = [(&world.instagram, "я".repeat(500), "x"), (&world.page, "я".repeat(2000), "x")];
    for (account, longest, more) in most {
        world.anna(account).writes("Hello").unwrap();
        world.says(account, &longest).await;
        let too_long = world.text(account, &format!("{longest}{more}"));
        assert_eq!(world.refused(account, Method::POST, "me/messages", too_long).await, (100, 0));
        assert_eq!(world.refused(account, Method::POST, "me/messages", world.text(account, " ")).await, (100, 0));
    }
}

#[tokio::test]
async fn people_who_are_gone_are_not_reached() {
    let world = World::start().await;
    world.anna(&world.page).writes("Hello").unwrap();
    world.anna(&world.page).blocks(true).unwrap();
    let hi = world.text(&world.page, "Hi");
    assert_eq!(world.refused(&world.page, Method::POST, "me/messages", hi).await, (551, 1_545_041));
    world.anna(&world.page).blocks(false).unwrap();
    world.says(&world.page, "Hi").await;
    let mut stranger = world.text(&world.page, "Hi");
    stranger["recipient"]["id"] = json!(world.meta.scoped(&world.instagram.id, world.anna));
    let refused = world.refused(&world.page, Method::POST, "me/messages", stranger).await;
    assert_eq!(refused, (100, 2_018_001), "ids are scoped to the account");
}

#[tokio::test]
async fn files_are_uploaded_fetched_and_checked() {
    let world = World::start().await;
    world.anna(&world.page).writes("Hello").unwrap();
    world.anna(&world.instagram).writes("Hello").unwrap();
    let picture = format!("{}/static/face.png", world.meta.base_url());
    let send = |account, attachment: Value| {
        let mut call = world.text(account, "");
        call["message"] = json!({ "attachment": attachment });
        call
    };
    let by_url = send(&world.instagram, json!({ "type": "image", "payload": { "url": picture } }));
    world.ok(&world.instagram, Method::POST, "me/messages", by_url).await;
    let sent = world.meta.sent(&world.instagram.id, world.anna);
    assert_eq!(sent[0].file.as_ref().map(|file| file.1.as_str()), Some("image/png"));
    for (attachment, subcode) in [
        (json!({ "type": "video", "payload": { "url": picture } }), 2_018_047),
        (json!({ "type": "image", "payload": { "url": "http://127.0.0.1:9/x.png" } }), 2_018_008),
        (json!({ "type": "image", "payload": {} }), 2_018_047),
    ] {
        let call = send(&world.instagram, attachment);
        assert_eq!(world.refused(&world.instagram, Method::POST, "me/messages", call).await, (100, subcode));
    }
    let form = multipart::Form::new()
        .text("message", json!({ "attachment": { "type": "file", "payload": { "is_reusable": true } } }).to_string())
        .part(
            "filedata",
            multipart::Part::bytes(b"%PDF".to_vec()).file_name("offer.pdf").mime_str("application/pdf").unwrap(),
        );
    let url = format!("{}/v26.0/me/message_attachments", world.meta.base_url());
    let kept = world.http.post(&url).bearer_auth(&world.page.token).multipart(form).send().await.unwrap();
    let kept: Value = kept.json().await.unwrap();
    let again = send(&world.page, json!({ "type": "file", "payload": { "attachment_id": kept["attachment_id"] } }));
    world.ok(&world.page, Method::POST, "me/messages", again).await;
    let sent = world.meta.sent(&world.page.id, world.anna);
    assert_eq!(sent[0].file.as_ref().map(|file| file.0.as_str()), Some("offer.pdf"));
    let form = multipart::Form::new()
        .text("recipient", json!({ "id": world.meta.scoped(&world.page.id, world.anna) }).to_string())
        .text("message", json!({ "attachment": { "type": "image", "payload": {} } }).to_string())
        .part(
            "filedata",
            multipart::Part::bytes(vec![1; 26 * 1024 * 1024]).file_name("p.png").mime_str("image/png").unwrap(),
        );
    let url = format!("{}/v26.0/me/messages", world.meta.base_url());
    let big = world.http.post(&url).bearer_auth(&world.page.token).multipart(form).send().await.unwrap();
    assert_eq!(codes(&big.json().await.unwrap()), (100, 2_018_109));
}

#[tokio::test]
async fn a_files_address_works_for_a_day() {
    let world = World::start().await;
    let photo = simulator::meta::Content::file("image", Given::bytes("a.jpg", "image/jpeg", &b"jpeg"[..]));
    world.anna(&world.page).sends(photo).unwrap();
    let url =
        world.meta.chat(&world.page.id, world.anna)[0].attachments[0]["payload"]["url"].as_str().unwrap().to_owned();
    assert_eq!(world.http.get(&url).send().await.unwrap().text().await.unwrap(), "jpeg");
    assert_eq!(world.http.get(url.replace("AbSig", "x")).send().await.unwrap().status(), 403);
    world.advance(DAY);
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn typing_seen_and_reactions_are_shown() {
    let world = World::start().await;
    let mid = world.anna(&world.instagram).writes("Hello").unwrap();
    let id = &world.instagram.id;
    let act =
        |action: &str| json!({ "recipient": { "id": world.meta.scoped(id, world.anna) }, "sender_action": action });
    world.ok(&world.instagram, Method::POST, "me/messages", act("typing_on")).await;
    assert!(world.meta.is_typing(id, world.anna));
    world.ok(&world.instagram, Method::POST, "me/messages", act("mark_seen")).await;
    assert_eq!(world.meta.seen_at(id, world.anna), super::world::START);
    let mut react = act("react");
    react["payload"] = json!({ "message_id": mid, "reaction": "love" });
    world.ok(&world.instagram, Method::POST, "me/messages", react.clone()).await;
    assert_eq!(world.meta.chat(id, world.anna)[0].reaction.as_deref(), Some("❤️"));
    react["payload"]["reaction"] = json!("👍");
    assert_eq!(world.refused(&world.instagram, Method::POST, "me/messages", react).await, (100, 0));
    let mut unreact = act("unreact");
    unreact["payload"] = json!({ "message_id": mid });
    world.ok(&world.instagram, Method::POST, "me/messages", unreact).await;
    assert_eq!(world.meta.chat(id, world.anna)[0].reaction, None);
    assert_eq!(world.refused(&world.instagram, Method::POST, "me/messages", act("dance")).await, (100, 0));
}

#[tokio::test]
async fn quick_replies_and_buttons_have_limits() {
    let world = World::start().await;
    world.anna(&world.page).writes("Hello").unwrap();
    let with = |count: usize, title: &str| {
        let mut call = world.text(&world.page, "Which?");
        let one = json!({ "content_type": "text", "title": title, "payload": "p" });
        call["message"]["quick_replies"] = Value::Array(vec![one; count]);
        call
    };
    world.ok(&world.page, Method::POST, "me/messages", with(13, "twenty characters!!!")).await;
    assert_eq!(world.refused(&world.page, Method::POST, "me/messages", with(14, "Yes")).await, (100, 0));
    let long = with(1, "twenty-one characters");
    assert_eq!(world.refused(&world.page, Method::POST, "me/messages", long).await, (100, 0));
    let template = |count: usize| {
        let mut call = world.text(&world.page, "");
        let button = json!({ "type": "postback", "title": "Buy", "payload": "b" });
        let payload = json!({ "template_type": "button", "text": "Well?", "buttons": vec![button; count] });
        call["message"] = json!({ "attachment": { "type": "template", "payload": payload } });
        call
    };
    world.ok(&world.page, Method::POST, "me/messages", template(3)).await;
    assert_eq!(world.refused(&world.page, Method::POST, "me/messages", template(4)).await, (100, 0));
}

#[tokio::test]
async fn a_profile_is_readable_once_the_person_has_written() {
    let world = World::start().await;
    let id = world.meta.scoped(&world.instagram.id, world.anna);
    assert_eq!(world.refused(&world.instagram, Method::GET, &id, json!({})).await, (230, 0));
    world.anna(&world.instagram).writes("Hello").unwrap();
    let told = world.ok(&world.instagram, Method::GET, &id, json!({ "fields": "name,username,profile_pic" })).await;
    assert_eq!((&told["name"], &told["username"]), (&json!("Anna Kim"), &json!("anna_k")));
    world.anna(&world.page).writes("Hello").unwrap();
    let id = world.meta.scoped(&world.page.id, world.anna);
    let told = world.ok(&world.page, Method::GET, &id, json!({ "fields": "first_name,last_name" })).await;
    assert_eq!(told, json!({ "id": id, "first_name": "Anna", "last_name": "Kim" }));
    let nobody = world.meta.scoped(&world.page.id, 999);
    assert_eq!(world.refused(&world.page, Method::GET, &nobody, json!({})).await, (100, 33));
}

#[tokio::test]
async fn conversations_are_read_back() {
    let world = World::start().await;
    let pete = world.meta.add_person(NewPerson { name: "Pete Roe".into(), username: "pete".into() });
    world.anna(&world.instagram).writes("first").unwrap();
    world.advance(60);
    world.meta.customer(pete, &world.instagram.id).writes("second").unwrap();
    let fields = json!({ "platform": "instagram", "fields": "participants,messages{id,message,from,created_time}" });
    let all = world.ok(&world.instagram, Method::GET, "me/conversations", fields).await;
    assert_eq!(all["data"][0]["messages"]["data"][0]["message"], "second");
    assert_eq!(all["data"][1]["messages"]["data"][0]["created_time"], "2026-11-20T10:00:00+0000");
    let path = format!("{}/messages", all["data"][1]["id"].as_str().unwrap());
    let one = world.ok(&world.instagram, Method::GET, &path, json!({})).await;
    assert_eq!(one["data"][0]["from"]["username"], "anna_k");
    assert_eq!(world.refused(&world.page, Method::GET, &path, json!({})).await, (100, 33));
}

#[tokio::test]
async fn calls_are_refused_broken_and_lost() {
    let world = World::start().await;
    world.anna(&world.page).writes("Hello").unwrap();
    let faults = world.meta.faults();
    let message = "(#613) Calls to this api have exceeded the rate limit.".to_owned();
    faults.next("messages", 1, Fault::Refuse { status: 400, code: 613, subcode: None, message });
    let hi = || world.text(&world.page, "Hi");
    assert_eq!(world.refused(&world.page, Method::POST, "me/messages", hi()).await, (613, 0));
    faults.next("*", 1, Fault::HtmlPage { status: 502 });
    let url = format!("{}/me/messages", world.meta.base_url());
    let page = world.http.post(&url).bearer_auth(&world.page.token).json(&hi()).send().await.unwrap();
    assert_eq!(page.status(), 502);
    for (fault, count) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        faults.next("messages", 1, fault);
        assert!(world.http.post(&url).bearer_auth(&world.page.token).json(&hi()).send().await.is_err());
        assert_eq!(world.meta.sent(&world.page.id, world.anna).len(), count);
    }
    assert_eq!(faults.left(), 0);
    let gate = faults.hold("messages");
    let call = tokio::spawn(world.http.post(&url).bearer_auth(&world.page.token).json(&hi()).send());
    gate.until_waiting(1).await;
    assert_eq!(world.meta.sent(&world.page.id, world.anna).len(), 1);
    gate.open();
    assert_eq!(call.await.unwrap().unwrap().status(), 200);
}
