//! Templates: what their makers accept, lists, edits, deletion.

use serde_json::{Value, json};

use super::world::{WABA, World};

fn path() -> String {
    format!("{WABA}/message_templates")
}

fn with(body: &str, example: Value) -> Value {
    let mut component = json!({"type": "BODY", "text": body});
    if !example.is_null() {
        component["example"] = example;
    }
    json!({"name": "order_ready", "language": "ru", "category": "UTILITY", "components": [component]})
}

/// Code and subcode of a template that is not made.
async fn refused(world: &World, template: Value) -> (Value, Value) {
    let (status, error) = world.refused("POST", &path(), template).await;
    assert_eq!(status, 400);
    (error["code"].clone(), error["error_subcode"].clone())
}

#[tokio::test]
async fn variables_need_examples_and_words_around_them() {
    let world = World::start().await;
    let fine = "Здравствуйте, {{1}}! Заказ {{2}} готов к выдаче.";
    let example = json!({"body_text": [["Мария", "1592"]]});
    for (text, example, subcode) in [
        (fine, Value::Null, json!(2_388_043)),
        (fine, json!({"body_text": [["Мария"]]}), json!(2_388_043)),
        ("{{1}} готов, заходите к нам скорее", json!({"body_text": [["a"]]}), json!(2_388_299)),
        ("Готов и ждёт вас {{1}}", json!({"body_text": [["a"]]}), json!(2_388_299)),
        ("Готов {{1}} {{2}} ждёт вас в зале", json!({"body_text": [["a", "b"]]}), json!(2_388_072)),
        ("Готов {{2}}, ждёт вас в зале", json!({"body_text": [["a"]]}), json!(2_388_072)),
        ("Готов {{order}}, ждёт вас в зале", json!({"body_text": [["a"]]}), json!(2_388_072)),
        ("Вот {{1}}!", json!({"body_text": [["a"]]}), json!(2_388_293)),
        ("", Value::Null, json!(2_388_072)),
    ] {
        assert_eq!(refused(&world, with(text, example)).await, (json!(100), subcode), "{text}");
    }
    assert_eq!(refused(&world, with(&"я".repeat(1025), Value::Null)).await.1, 2_388_040);
    let made = world.ok("POST", &path(), with(fine, example.clone())).await;
    assert_eq!((&made["status"], &made["category"]), (&json!("PENDING"), &json!("UTILITY")));
    assert_eq!(refused(&world, with(fine, example)).await.1, 2_388_024);
    let mut named = with(
        "Заказ {{order_id}} готов к выдаче",
        json!({"body_text_named_params": [{"param_name": "order_id", "example": "1592"}]}),
    );
    named["parameter_format"] = json!("NAMED");
    named["name"] = json!("named");
    world.ok("POST", &path(), named.clone()).await;
    named["name"] = json!("nameless");
    named["components"][0]["example"]["body_text_named_params"][0]["param_name"] = json!("other");
    assert_eq!(refused(&world, named).await.1, 2_388_043);
}

#[tokio::test]
async fn names_components_and_buttons_have_rules() {
    let world = World::start().await;
    for (key, value) in [("name", "Order Ready"), ("language", "Russian"), ("category", "SPAM")] {
        let mut template = with("Готов", Value::Null);
        template[key] = json!(value);
        assert_eq!(refused(&world, template).await.0, 100, "{key}");
    }
    let url = |url: &str| json!({"type": "URL", "text": "Shop", "url": url});
    let reply = || json!({"type": "QUICK_REPLY", "text": "Yes"});
    let call = || json!({"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+77010009900"});
    let header = |text: &str| json!({"type": "HEADER", "format": "TEXT", "text": text});
    let example =
        json!({"type": "URL", "text": "Shop", "url": "https://a.test/{{1}}", "example": ["https://a.test/1"]});
    let buttons = |all: Vec<Value>| json!({"type": "BUTTONS", "buttons": all});
    for (component, is_fine) in [
        (buttons(vec![reply(), reply(), url("https://a.test"), call()]), true),
        (buttons(vec![reply(), url("https://a.test"), reply()]), false),
        (buttons(vec![url("https://a.test"), url("https://b.test"), url("https://c.test")]), false),
        (buttons(vec![call(), call()]), false),
        (buttons(vec![url("https://a.test/{{1}}")]), false),
        (buttons(vec![url("https://a.test/{{1}}/x")]), false),
        (buttons(vec![example]), true),
        (buttons(vec![json!({"type": "QUICK_REPLY", "text": "я".repeat(26)})]), false),
        (buttons(vec![reply(); 11]), false),
        (header(&"я".repeat(60)), true),
        (header(&"я".repeat(61)), false),
        (header("{{1}}"), false),
        (json!({"type": "HEADER", "format": "IMAGE"}), false),
        (json!({"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::none"]}}), false),
        (json!({"type": "FOOTER", "text": "я".repeat(61)}), false),
        (json!({"type": "FOOTER", "text": "by {{1}}"}), false),
        (json!({"type": "FOOTER", "text": "Acme"}), true),
        (json!({"type": "BODY", "text": "twice"}), false),
    ] {
        let mut template = with("Готов", Value::Null);
        template["components"].as_array_mut().unwrap().push(component.clone());
        if !is_fine {
            assert_eq!(refused(&world, template).await.0, 100, "{component}");
            continue;
        }
        world.ok("POST", &path(), template).await;
        world.ok("DELETE", &format!("{}?name=order_ready", path()), Value::Null).await;
    }
    world.whatsapp.set_template_limit(WABA, 0);
    assert_eq!(refused(&world, with("Готов", Value::Null)).await.1, 2_388_019);
}

#[tokio::test]
async fn lists_have_pages_filters_and_fields() {
    let world = World::start().await;
    for at in 0..5 {
        let mut template = with("Готов", Value::Null);
        template["name"] = json!(format!("order_{at}"));
        if at == 4 {
            template["language"] = json!("en");
        }
        world.ok("POST", &path(), template).await;
    }
    let names = |list: &Value| -> Vec<String> {
        list["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let page = world.get(&format!("{}?limit=2&fields=name,status", path())).await;
    assert_eq!(names(&page), ["order_0", "order_1"]);
    assert_eq!(page["data"][0].as_object().unwrap().len(), 3, "the id is always there");
    let after = page["paging"]["cursors"]["after"].as_str().unwrap();
    let next = world.get(&format!("{}?limit=2&after={after}", path())).await;
    assert_eq!(names(&next), ["order_2", "order_3"]);
    let link = next["paging"]["next"].as_str().unwrap();
    let last: Value = world.http.get(link).bearer_auth(&world.token).send().await.unwrap().json().await.unwrap();
    assert_eq!((names(&last), last["paging"]["next"].is_null()), (vec!["order_4".to_owned()], true));
    assert_eq!(names(&world.get(&format!("{}?language=en", path())).await), ["order_4"]);
    assert_eq!(names(&world.get(&format!("{}?name=order_3", path())).await), ["order_3"]);
    assert_eq!(world.get(&format!("{}?status=APPROVED", path())).await, json!({"data": []}));
    let unknown = world.refused("GET", &format!("{}?fields=colour", path()), Value::Null).await;
    assert!(unknown.1["message"].as_str().unwrap().contains("nonexisting field (colour)"));
}

#[tokio::test]
async fn edits_are_reviewed_again_and_deleted_names_stay_taken() {
    let world = World::start().await;
    let made = world.ok("POST", &path(), with("Готов", Value::Null)).await;
    let id = made["id"].as_str().unwrap();
    let edit = |text: &str| json!({"components": [{"type": "BODY", "text": text}]});
    assert_eq!(world.refused("POST", id, edit("Почти")).await.1["error_subcode"], 2_388_030, "it is pending");
    world.whatsapp.approve(id).unwrap();
    world.ok("POST", id, edit("Почти")).await;
    let read = world.get(id).await;
    assert_eq!((&read["status"], &read["components"][0]["text"]), (&json!("PENDING"), &json!("Почти")));
    world.whatsapp.approve(id).unwrap();
    assert_eq!(world.refused("POST", id, edit("Снова")).await.1["error_subcode"], 2_388_030, "once a day");
    world.advance(86_400);
    let mut category = edit("Снова");
    category["category"] = json!("MARKETING");
    assert_eq!(world.refused("POST", id, category).await.1["error_subcode"], 2_388_030);
    world.ok("POST", id, edit("Снова")).await;
    world.whatsapp.approve(id).unwrap();
    world.ok("DELETE", &format!("{}?name=order_ready&hsm_id={id}", path()), Value::Null).await;
    world.refused("GET", id, Value::Null).await;
    assert_eq!(world.refused("DELETE", &format!("{}?name=order_ready", path()), Value::Null).await.0, 400);
    assert_eq!(refused(&world, with("Готов", Value::Null)).await.1, 2_388_023);
    world.advance(30 * 86_400);
    world.ok("POST", &path(), with("Готов", Value::Null)).await;
}
