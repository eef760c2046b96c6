//! What bots send.

use reqwest::Method;
use serde_json::json;
use simulator::max::Fault;

use super::world::World;

#[tokio::test]
async fn texts_have_a_limit_and_are_changed_and_removed() {
    let world = World::started().await;
    let path = format!("/messages?chat_id={}", world.dialog());
    let long = world.refused(Method::POST, &path, json!({"text": "x".repeat(4001)})).await;
    assert_eq!(long.2, "Field 'text' size (4001) must be at most 4000");
    assert_eq!(world.refused(Method::POST, &path, json!({"text": ""})).await.1, "proto.payload");
    let mid = world.sent(json!({"text": "Hi"})).await;
    let edit = format!("/messages?message_id={mid}");
    assert_eq!(world.ok(Method::PUT, &edit, json!({"text": "Hello"})).await["success"], true);
    assert_eq!(world.max.message(&mid).unwrap().text, "Hello");
    world.advance(7 * 86_400 + 1);
    assert_eq!(world.ok(Method::PUT, &edit, json!({"text": "late"})).await["success"], false);
    world.ok(Method::DELETE, &edit, json!(null)).await;
    assert!(world.max.message(&mid).unwrap().is_removed);
    assert_eq!(
        world.refused(Method::PUT, &edit, json!({"text": "gone"})).await.2,
        format!("Invalid message_id: {mid}")
    );
}

#[tokio::test]
async fn links_name_messages_and_forwards_have_no_text() {
    let world = World::started().await;
    let mid = world.maria().writes("Hi").unwrap();
    let answer = world.sent(json!({"text": "Hello", "link": {"type": "reply", "mid": mid}})).await;
    assert_eq!(world.max.message(&answer).unwrap().link, Some(("reply".to_owned(), mid.clone())));
    let path = format!("/messages?chat_id={}", world.dialog());
    let forward = json!({"text": "x", "link": {"type": "forward", "mid": mid}});
    assert_eq!(world.refused(Method::POST, &path, forward).await.2, "errors.forward.text.not-empty");
    let nothing = json!({"text": "x", "link": {"type": "reply", "mid": "mid.0"}});
    assert_eq!(world.refused(Method::POST, &path, nothing).await.2, "Invalid message_id: mid.0");
}

#[tokio::test]
async fn keyboards_have_limits() {
    let world = World::started().await;
    let path = format!("/messages?chat_id={}", world.dialog());
    let key = json!({"type": "callback", "text": "A", "payload": "a"});
    let link = json!({"type": "link", "text": "A", "url": "https://acme.test"});
    let body = |rows: serde_json::Value| json!({"text": "?", "attachments": [{"type": "inline_keyboard", "payload": {"buttons": rows}}]});
    for wrong in [
        json!([]),
        json!(vec![vec![key.clone()]; 31]),
        json!([vec![key.clone(); 8]]),
        json!([vec![link.clone(); 4]]),
        json!([[{"type": "callback", "text": "", "payload": "a"}]]),
        json!([[{"type": "callback", "text": "A", "payload": "a".repeat(1025)}]]),
        json!([[{"type": "link", "text": "A", "url": "tel:+7"}]]),
    ] {
        assert_eq!(world.refused(Method::POST, &path, body(wrong.clone())).await.0, 400, "{wrong}");
    }
    let mid = world.sent(body(json!([vec![key; 7], vec![link; 3]]))).await;
    assert_eq!(world.max.message(&mid).unwrap().buttons.iter().map(Vec::len).collect::<Vec<_>>(), [7, 3]);
}

#[tokio::test]
async fn typing_is_shown() {
    let world = World::started().await;
    let path = format!("/chats/{}/actions", world.dialog());
    world.ok(Method::POST, &path, json!({"action": "typing_on"})).await;
    assert_eq!(world.max.actions(world.bot.id), [(world.dialog(), "typing_on".to_owned())]);
    assert_eq!(world.refused(Method::POST, &path, json!({"action": "dancing"})).await.0, 400);
}

#[tokio::test]
async fn calls_are_refused_broken_and_lost() {
    let world = World::started().await;
    let path = format!("/messages?chat_id={}", world.dialog());
    let (faults, say) = (world.max.faults(), json!({"text": "Hi"}));
    faults.next("POST /messages", 1, Fault::TooMany { retry_after: Some(3) });
    assert_eq!(world.refused(Method::POST, &path, say.clone()).await.0, 429);
    faults.next("*", 1, Fault::Refuse { status: 403, code: "x".to_owned(), message: "y".to_owned() });
    assert_eq!(world.refused(Method::POST, &path, say.clone()).await, (403, "x".to_owned(), "y".to_owned()));
    faults.next("POST /messages", 1, Fault::NotSuccess { message: "no".to_owned() });
    assert_eq!(world.ok(Method::POST, &path, say.clone()).await, json!({"success": false, "message": "no"}));
    for (fault, sent) in [(Fault::HtmlPage { status: 502 }, 0), (Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        faults.next("POST /messages", 1, fault);
        let url = format!("{}{path}", world.max.base_url());
        let answer = world.http.post(url).header("Authorization", &world.bot.token).json(&say).send().await;
        assert!(answer.is_err() || answer.unwrap().status() == 502);
        assert_eq!((world.max.sent(world.bot.id).len(), faults.left()), (sent, 0));
    }
    let statuses: Vec<u16> = world.max.calls(world.bot.id).iter().map(|call| call.status).collect();
    assert_eq!(statuses, [429, 403, 200, 502, 0, 0]);
}
