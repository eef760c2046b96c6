//! Chat templates and their approval.

use serde_json::{Value, json};

use crate::crm::caller::{HOST, World};

fn order_ready() -> Value {
    json!({"name": "order_ready", "content": "Hello {{contact.name}}", "external_id": "waba:order_ready:ru", "type": "waba",
        "waba_category": "UTILITY", "waba_language": "ru", "waba_examples": {"{{contact.name}}": "Ann"}, "waba_header": "Order",
        "waba_header_type": "text", "waba_footer": "Acme",
        "buttons": [{"type": "url", "text": "Track", "url": "https://shop.example/t"}, {"type": "inline", "text": "Thanks"}]})
}

async fn waba_source(world: &World, token: &str) -> i64 {
    let source =
        json!([{"name": "WA", "external_id": "wa", "services": [{"type": "whatsapp", "params": {"waba": true}}]}]);
    let (status, made) = world.api(token, "POST", "sources", Some(source)).await;
    assert_eq!(status, 200, "{made}");
    made["_embedded"]["sources"][0]["id"].as_i64().unwrap()
}

#[tokio::test]
async fn templates_live_by_their_rules() {
    let world = World::new().await;
    let token = world.access().await;
    assert_eq!(world.api(&token, "GET", "chats/templates", None).await.0, 204);
    let plain = json!({"name": "hello", "content": "Hi", "external_id": "h", "request_id": "x"});
    let (status, made) = world.api(&token, "POST", "chats/templates", Some(json!([order_ready(), plain]))).await;
    assert_eq!(status, 200, "{made}");
    let list = &made["_embedded"]["chat_templates"];
    assert_eq!(
        (&list[1]["type"], &list[1]["request_id"], &list[1]["waba_examples"]),
        (&json!("amocrm"), &json!("x"), &json!([]))
    );
    let (waba, hello) = (list[0]["id"].to_string(), list[1]["id"].to_string());
    let (_, found) = world.api(&token, "GET", "chats/templates?filter[external_id][]=h&limit=50", None).await;
    assert_eq!(found["_embedded"]["chat_templates"].as_array().unwrap().len(), 1);
    assert_eq!(world.api(&token, "GET", "chats/templates?limit=51", None).await.0, 400);
    for (field, value) in [
        ("name", json!("")),
        ("content", json!(null)),
        ("type", json!("sms")),
        ("waba_category", json!("utility")),
        ("waba_header", json!("x".repeat(61))),
        ("waba_header_type", json!("media")),
        ("buttons", json!([{"type": "url", "text": "No address"}])),
        ("buttons", json!([{"type": "reply", "text": "X"}])),
        ("attachment", json!({"id": "u", "name": "n", "type": "gif"})),
        ("waba_examples", json!({"{{name}}": 5})),
        ("is_editable", json!(1)),
    ] {
        let mut wrong = order_ready();
        wrong[field] = value.clone();
        assert_eq!(world.api(&token, "POST", "chats/templates", Some(json!([wrong]))).await.0, 400, "{field}: {value}");
    }
    let (status, body) =
        world.api(&token, "PATCH", &format!("chats/templates/{hello}"), Some(json!({"content": "Hey"}))).await;
    assert_eq!((status, &body["content"], &body["name"]), (200, &json!("Hey"), &json!("hello")));
    let footer = json!({"waba_footer": "Acme Ltd"});
    assert_eq!(world.api(&token, "PATCH", &format!("chats/templates/{waba}"), Some(footer)).await.0, 200);
    let maria = world.sandbox.users(HOST)[1].id;
    let code = world.sandbox.issue_code_for(HOST, "main", maria);
    let (_, pair) = world.token(json!({"grant_type": "authorization_code", "code": code})).await;
    assert_eq!(world.api(pair["access_token"].as_str().unwrap(), "GET", "chats/templates", None).await.0, 403);
    world.sandbox.set(|settings| settings.template_limit = 2);
    assert_eq!(world.api(&token, "POST", "chats/templates", Some(json!([{"name": "c", "content": "C"}]))).await.0, 422);
    assert_eq!(world.api(&token, "DELETE", "chats/templates", Some(json!([{"id": 5}]))).await.0, 400);
    assert_eq!(world.api(&token, "DELETE", "chats/templates", Some(json!([{"id": list[1]["id"]}]))).await.0, 204);
    assert_eq!(world.api(&token, "DELETE", &format!("chats/templates/{waba}"), None).await.0, 204);
    assert_eq!(world.api(&token, "DELETE", &format!("chats/templates/{waba}"), None).await.0, 404);
    assert_eq!(world.api(&token, "GET", &format!("chats/templates/{waba}"), None).await.0, 404);
}

#[tokio::test]
async fn an_approval_goes_there_and_back() {
    let world = World::new().await;
    let token = world.access().await;
    let source = waba_source(&world, &token).await;
    let (_, made) = world.api(&token, "POST", "chats/templates", Some(json!([order_ready()]))).await;
    let id = made["_embedded"]["chat_templates"][0]["id"].clone();
    let (_, fresh) = world.api(&token, "GET", &format!("chats/templates/{id}?with=reviews"), None).await;
    assert_eq!((&fresh["review_status"], &fresh["is_on_review"]), (&Value::Null, &json!(false)));
    let (status, asked) = world.api(&token, "POST", &format!("chats/templates/{id}/review"), Some(json!({}))).await;
    let review = &asked["_embedded"]["reviews"][0];
    assert_eq!((status, &review["source_id"], &review["status"]), (200, &json!(source), &json!("review")), "{asked}");
    let change = json!({"content": "Other"});
    assert_eq!(
        world.api(&token, "PATCH", &format!("chats/templates/{id}"), Some(change)).await.0,
        400,
        "it is no draft"
    );
    let path = format!("chats/templates/{id}/review/{}", review["id"]);
    for wrong in
        [json!({"status": "review"}), json!({}), json!({"status": "rejected", "reject_reason": "x".repeat(65_536)})]
    {
        assert_eq!(world.api(&token, "POST", &path, Some(wrong)).await.0, 400);
    }
    assert_eq!(world.api(&token, "PATCH", &path, Some(json!({"status": "approved"}))).await.0, 405);
    let no = json!({"status": "rejected", "reject_reason": "No variables at the end"});
    let (status, told) = world.api(&token, "POST", &path, Some(no)).await;
    assert_eq!(
        (status, &told["status"], &told["reject_reason"]),
        (200, &json!("rejected"), &json!("No variables at the end"))
    );
    assert_eq!(world.api(&token, "POST", &path, Some(json!({"status": "approved"}))).await.0, 200);
    let shown = world.sandbox.templates(HOST).remove(0);
    assert_eq!(
        (&shown["review_status"], &shown["_embedded"]["reviews"][0]["status"]),
        (&json!("approved"), &json!("approved"))
    );
    assert_eq!(
        world.api(&token, "POST", &format!("chats/templates/{id}/review/5"), Some(json!({"status": "paused"}))).await.0,
        404
    );
}
