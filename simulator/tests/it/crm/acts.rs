//! What managers do, as JSON over HTTP.

use serde_json::{Value, json};

use crate::crm::caller::{Answer, CHANNEL, HOST, World, read};
use crate::crm::receiver::Talk;

async fn act(world: &World, act: Value) -> Answer {
    let url = format!("{}/accounts/{HOST}/acts", world.sandbox.url());
    read(world.client.post(url).json(&act)).await
}

#[tokio::test]
async fn a_message_may_be_made_of_anything() {
    let Talk { world, mut hooks, chat, first } = Talk::begin("Hello").await;
    let upload = format!("{}/accounts/{HOST}/files?name=my%20photo.jpg", world.sandbox.url());
    let upload = world.client.post(upload).header("Content-Type", "image/jpeg").body("bytes");
    let (status, file) = read(upload).await;
    assert_eq!((status, &file["kind"], &file["name"]), (200, &json!("picture"), &json!("my photo.jpg")));
    let olga = world.sandbox.accounts()[0].users[0].clone();
    let message = json!({"text": "Look", "files": [{"sample": "second_picture"}, {"file": file["file"]}],
        "buttons": [[{"text": "Yes"}]], "quote": first, "user": olga.id, "at": 1_788_254_000_870_i64});
    let (status, done) = act(&world, json!({"act": "send", "chat": chat, "message": message})).await;
    assert_eq!(status, 200, "{done}");
    assert_eq!((&done["sent"][1]["chat_id"], &done["sent"][1]["answer"]["status"]), (&json!(chat), &json!(200)));
    let (one, two) = (hooks.whole().await["message"].take(), hooks.whole().await["message"].take());
    for hook in [&one, &two] {
        assert_eq!(hook["sender"]["id"].as_str(), olga.amojo_id.as_deref());
        assert_eq!(hook["msec_timestamp"], 1_788_254_000_870_i64);
        assert_eq!(hook["message"]["media_group_id"], one["message"]["media_group_id"]);
    }
    assert_eq!((&one["message"]["text"], &two["message"]["text"]), (&json!("Look"), &json!("")));
    assert_eq!(
        (&one["message"]["file_name"], &two["message"]["file_name"]),
        (&json!("sofa-green.jpg"), &json!("my photo.jpg"))
    );
    assert_eq!(one["message"]["reply_to"]["message"]["id"], json!(first));
    assert!(two["message"].get("reply_to").is_none() && two["message"].get("markup").is_none());

    let forward = json!({"act": "send", "chat": chat, "message": {"forward": first, "salesbot": true}});
    assert_eq!(act(&world, forward).await.0, 200);
    let hook = hooks.whole().await["message"].take();
    assert_eq!((&hook["sender"]["name"], &hook["message"]["text"]), (&json!("Salesbot"), &json!("")));
    assert_eq!(hook["message"]["forwards"]["conversation_ref_id"], json!(chat));
}

#[tokio::test]
async fn a_template_of_the_account_makes_the_text_and_the_buttons() {
    let Talk { world, mut hooks, chat, .. } = Talk::begin("Hello").await;
    let buttons =
        json!([{"type": "inline", "text": "Thanks"}, {"type": "url", "text": "Shop", "url": "https://acme.test"}]);
    let fields = json!({"external_id": "ready", "buttons": buttons});
    let id = world.sandbox.add_template(HOST, "Ready", "Order {{lead.id}} for {{contact.name}}", fields);
    let params = json!({"{{contact.name}}": "Maria", "{{lead.id}}": "7", "{{other}}": "x"});
    let send = |id: i64| {
        let message = json!({"template": {"id": id, "params": params}});
        act(&world, json!({"act": "send", "chat": chat, "message": message}))
    };
    assert_eq!(send(id).await.0, 200);
    let message = hooks.message().await;
    assert_eq!(message["text"], "Order 7 for Maria");
    let in_order = json!([{"key": "{{lead.id}}", "value": "7"}, {"key": "{{contact.name}}", "value": "Maria"}]);
    assert_eq!((&message["template"]["params"], &message["template"]["external_id"]), (&in_order, &json!("ready")));
    let rows = json!([[{"text": "Thanks"}], [{"text": "Shop", "url": "https://acme.test"}]]);
    assert_eq!(message["markup"]["buttons"], rows);
    assert_eq!(send(id + 1).await.0, 409);
}

#[tokio::test]
async fn an_impossible_act_is_refused_with_a_reason() {
    let Talk { world, hooks, chat, first } = Talk::begin("Hello").await;
    for (wrong, status) in [
        (json!({"act": "dance"}), 400),
        (json!({"act": "send", "chat": chat}), 400),
        (json!({"act": "send", "chat": chat, "message": {"txt": "x"}}), 400),
        (json!({"act": "send", "chat": chat, "message": {}}), 409),
        (json!({"act": "send", "chat": "none", "message": {"text": "x"}}), 409),
        (json!({"act": "send", "chat": chat, "message": {"files": [{"file": "none"}]}}), 409),
        (json!({"act": "send", "chat": chat, "message": {"text": "x", "user": 1}}), 409),
        (json!({"act": "send", "chat": chat, "message": {"text": "x", "comment": first}}), 409),
        (json!({"act": "write_first", "channel": "none", "phone": "1", "message": {"text": "x"}}), 409),
        (json!({"act": "write_first", "channel": CHANNEL, "phone": " ", "message": {"text": "x"}}), 409),
        (json!({"act": "react", "message": "none", "emoji": "👍"}), 409),
    ] {
        let (answered, body) = act(&world, wrong.clone()).await;
        assert_eq!(answered, status, "{wrong}: {body}");
        assert!(!body["error"].as_str().unwrap().is_empty());
    }
    let url = format!("{}/accounts/{HOST}/acts", world.sandbox.url());
    let forged = world.client.post(url).header("Origin", "https://evil.test").body("{}");
    assert_eq!(read(forged).await.0, 403);
    assert!(hooks.is_empty());
    assert_eq!(world.sandbox.messages(HOST).len(), 1);
}
