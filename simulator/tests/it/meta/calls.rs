//! Sending – limits, window, files, actions – and reading back.

use reqwest::Method;
use serde_json::json;
use simulator::meta::{Author, Fault};

use super::{DAY, World};

#[tokio::test]
async fn programs_may_answer_for_a_day_and_people_for_seven() {
    let world = World::start().await;
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
        for (passed, token, tag, answer) in [
            (DAY - 1, &account.token, "", Ok(())),
            (1, &account.token, "", closed),
            (0, &account.token, "HUMAN_AGENT", Ok(())),
            (0, &account.token, "ACCOUNT_UPDATE", Err((100, 0))),
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
    let world = World::start().await;
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
    let world = World::start().await;
    let (page, meta) = (&world.page, world.meta());
    let id = meta.scoped(&page.id, world.anna);
    assert_eq!(world.get(page, &id).await, Err((230, 0)), "they have not written");
    world.anna(page).writes("Hello").unwrap();
    let told = world.get(page, &format!("{id}?fields=first_name,last_name")).await;
    assert_eq!(told, Ok(json!({ "id": id, "first_name": "Maria", "last_name": "Kovaleva" })));
    assert_eq!(world.get(page, &meta.scoped(&page.id, 999)).await, Err((100, 33)));
    let talks = world.get(page, "me/conversations?fields=messages").await.unwrap();
    assert_eq!(talks["data"][0]["messages"]["data"][0]["created_time"], "2026-11-20T10:00:00+0000");
    world.anna(page).blocks().unwrap();
    assert_eq!(world.says(page, "Hi").await, Err((551, 1_545_041)));
    let stranger = world.to_anna(&world.instagram, json!({ "message": { "text": "Hi" } }));
    assert_eq!(world.post(page, "me/messages", stranger).await, Err((100, 2_018_001)), "ids are the account's");
    meta.faults().next("me", 1, Fault::refuse(400, 613, "(#613) Calls to this api have exceeded the limit."));
    assert_eq!(world.get(page, "me").await, Err((613, 0)));
}
