//! Sending – limits, window, files, actions – and reading back.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use simulator::meta::{Author, Content, Fault, Given, NewApp};

use super::{DAY, World, codes};

#[tokio::test]
async fn programs_may_answer_for_a_day_and_people_for_seven() {
    let world = World::start(false).await;
    for (account, closed) in [(&world.instagram, Err((10, 2_534_022))), (&world.page, Err((10, 2_018_278)))] {
        let says = async |token: &str, tag: &str| {
            let mut call = world.to_anna(account, json!({ "message": { "text": "Hi" } }));
            if !tag.is_empty() {
                (call["messaging_type"], call["tag"]) = (json!("MESSAGE_TAG"), json!(tag));
            }
            world.call(token, Method::POST, "me/messages", call).await.map(drop)
        };
        assert_eq!(says(&account.token, "").await, closed, "writing first is refused");
        world.anna(account).writes("Hello").unwrap();
        let plain = world.meta().add_app(NewApp { has_human_agent: false, ..NewApp::default() });
        let plain = world.meta().add_token(&plain, &account.id, None);
        for (passed, token, tag, answer) in [
            (DAY - 1, &account.token, "", Ok(())),
            (1, &account.token, "", closed),
            (0, &account.token, "HUMAN_AGENT", Ok(())),
            (0, &account.token, "ACCOUNT_UPDATE", Err((100, 0))),
            (0, &plain, "HUMAN_AGENT", Err((10, 0))),
            (6 * DAY, &account.token, "HUMAN_AGENT", closed),
        ] {
            world.stage.advance(passed).await;
            assert_eq!(says(token, tag).await, answer, "{passed} {tag}");
        }
        assert_eq!(world.meta().sent_to(&account.id, world.anna)[1].json["tag"], "HUMAN_AGENT");
    }
}

#[tokio::test]
async fn texts_buttons_and_reactions_are_limited() {
    let world = World::start(false).await;
    let (instagram, page) = (&world.instagram, &world.page);
    let mid = world.anna(instagram).writes("Hello").unwrap();
    world.anna(page).writes("Hello").unwrap();
    let replies = |count: usize, title: &str| {
        let one = json!({ "content_type": "text", "title": title, "payload": "p" });
        json!({ "text": "Which?", "quick_replies": vec![one; count] })
    };
    let template = |count: usize| {
        let button = json!({ "type": "postback", "title": "Buy", "payload": "b" });
        let payload = json!({ "template_type": "button", "text": "Well?", "buttons": vec![button; count] });
        json!({ "attachment": { "type": "template", "payload": payload } })
    };
    let letters = |count: usize, more: &str| json!({ "text": format!("{}{more}", "я".repeat(count)) });
    for (account, right, wrong) in [
        (instagram, letters(500, ""), letters(500, "x")),
        (page, letters(2000, ""), letters(2000, "x")),
        (page, replies(13, "twenty characters!!!"), replies(14, "Yes")),
        (page, template(3), template(4)),
        (page, replies(1, "Yes"), replies(1, "twenty-one characters")),
        (page, letters(1, ""), json!({ "text": " " })),
    ] {
        world.sends(account, right).await.unwrap();
        assert_eq!(world.sends(account, wrong).await, Err((100, 0)));
    }
    for (action, reaction, codes) in
        [("react", "love", None), ("react", "👍", Some((100, 0))), ("unreact", "", None), ("dance", "", Some((100, 0)))]
    {
        let payload = json!({ "message_id": mid, "reaction": reaction });
        let call = world.to_anna(instagram, json!({ "sender_action": action, "payload": payload }));
        assert_eq!(world.post(instagram, "me/messages", call).await.err(), codes, "{action} {reaction}");
        let is_there = world.meta().message(&mid).unwrap().reactions.contains_key(&Author::Line);
        assert_eq!(is_there, action == "react");
    }
}

#[tokio::test]
async fn people_are_read_and_reached() {
    let world = World::start(false).await;
    let (page, meta) = (&world.page, world.meta());
    let id = meta.scoped(&page.id, world.anna);
    assert_eq!(world.get(page, &id).await, Err((230, 0)), "they have not written");
    world.anna(page).writes("Hello").unwrap();
    let told = world.get(page, &format!("{id}?fields=first_name,last_name")).await;
    assert_eq!(told, Ok(json!({ "id": id, "first_name": "Maria", "last_name": "Kovaleva" })));
    assert_eq!(world.get(page, &meta.scoped(&page.id, 999)).await, Err((100, 33)));
    let talks = world.get(page, "me/conversations?fields=participants").await.unwrap();
    let path = format!("{}/messages", talks["data"][0]["id"].as_str().unwrap());
    assert_eq!(world.get(page, &path).await.unwrap()["data"][0]["created_time"], "2026-11-20T10:00:00+0000");
    assert_eq!(world.get(&world.instagram, &path).await, Err((100, 33)));
    world.anna(page).blocks().unwrap();
    assert_eq!(world.says(page, "Hi").await, Err((551, 1_545_041)));
    let stranger = world.to_anna(&world.instagram, json!({ "message": { "text": "Hi" } }));
    assert_eq!(world.post(page, "me/messages", stranger).await, Err((100, 2_018_001)), "ids are the account's");
    meta.faults().next("me", 1, Fault::refuse(400, 613, "(#613) Calls to this api have exceeded the limit."));
    assert_eq!(world.get(page, "me").await, Err((613, 0)));
}

#[tokio::test]
async fn files_are_uploaded_fetched_and_checked() {
    let world = World::start(false).await;
    let (page, instagram, meta) = (&world.page, &world.instagram, world.meta());
    world.anna(page).writes("Hello").unwrap();
    world.anna(instagram).writes("Hello").unwrap();
    let picture = format!("{}/static/face.png", meta.base_url());
    let of = |kind: &str, payload: Value| json!({ "attachment": { "type": kind, "payload": payload } });
    world.sends(instagram, of("image", json!({ "url": picture }))).await.unwrap();
    assert_eq!(meta.sent_to(&instagram.id, world.anna)[0].files[0].mime, "image/png");
    for (wrong, subcode) in [
        (of("video", json!({ "url": picture })), 2_018_047),
        (of("image", json!({ "url": "http://127.0.0.1:9/x.png" })), 2_018_008),
        (of("image", json!({})), 2_018_047),
    ] {
        assert_eq!(world.sends(instagram, wrong).await, Err((100, subcode)));
    }
    let uploads = async |edge: &str, message: Value, part: Part| {
        let recipient = world.to_anna(page, json!({}))["recipient"].to_string();
        let form = Form::new().text("recipient", recipient).text("message", message.to_string());
        let request = world.stage.request(Method::POST, &format!("/v26.0/me/{edge}")).bearer_auth(&page.token);
        request.multipart(form.part("filedata", part)).send().await.unwrap().json::<Value>().await.unwrap()
    };
    let pdf = Part::bytes(b"%PDF".to_vec()).file_name("offer.pdf").mime_str("application/pdf").unwrap();
    let kept = uploads("message_attachments", of("file", json!({ "is_reusable": true })), pdf).await;
    world.sends(page, of("file", kept)).await.unwrap();
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
