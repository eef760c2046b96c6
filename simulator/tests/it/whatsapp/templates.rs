//! Templates: what Meta accepts, lists, edits, decisions, and the values of messages.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::whatsapp::Review;

use super::{DAY, WABA, World};

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

async fn refused(world: &World, template: Value) -> (i64, i64) {
    world.refused(Method::POST, &path(), template).await
}

#[tokio::test]
async fn variables_need_examples_and_words_around_them() {
    let world = World::start().await;
    let fine = "Здравствуйте, {{1}}! Заказ {{2}} готов к выдаче.";
    let example = json!({"body_text": [["Мария", "1592"]]});
    let one = json!({"body_text": [["a"]]});
    for (text, example, subcode) in [
        (fine, Value::Null, 2_388_043),
        (fine, one.clone(), 2_388_043),
        ("{{1}} готов, заходите к нам скорее", one.clone(), 2_388_299),
        ("Готов и ждёт вас {{1}}", one.clone(), 2_388_299),
        ("Готов {{1}} {{2}} ждёт вас в зале", json!({"body_text": [["a", "b"]]}), 2_388_072),
        ("Готов {{2}}, ждёт вас в зале", one.clone(), 2_388_072),
        ("Готов {{order}}, ждёт вас в зале", one.clone(), 2_388_072),
        ("Вот {{1}}!", one, 2_388_293),
        ("", Value::Null, 2_388_072),
        (&"я".repeat(1025), Value::Null, 2_388_040),
    ] {
        assert_eq!(refused(&world, with(text, example)).await, (100, subcode), "{text}");
    }
    let made = world.post(&path(), with(fine, example.clone())).await;
    assert_eq!((&made["status"], &made["category"]), (&json!("PENDING"), &json!("UTILITY")));
    assert_eq!(refused(&world, with(fine, example)).await.1, 2_388_024);
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
    let image = |example: Value| json!({"type": "HEADER", "format": "IMAGE", "example": example});
    let mut example = url("https://a.test/{{1}}");
    example["example"] = json!(["https://a.test/1"]);
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
        (image(Value::Null), false),
        (image(json!({"header_handle": ["4::none"]})), false),
        (json!({"type": "FOOTER", "text": "я".repeat(61)}), false),
        (json!({"type": "FOOTER", "text": "by {{1}}"}), false),
        (json!({"type": "FOOTER", "text": "Acme"}), true),
        (json!({"type": "BODY", "text": "twice"}), false),
    ] {
        let mut template = with("Готов", Value::Null);
        template["components"].as_array_mut().unwrap().push(component.clone());
        let (status, answer) = world.call(Method::POST, &path(), template).await;
        assert_eq!((status == 200, answer["error"]["code"] == 100), (is_fine, !is_fine), "{component}");
        world.call(Method::DELETE, &format!("{}?name=order_ready", path()), Value::Null).await;
    }
    world.whatsapp().set_template_limit(WABA, 0);
    assert_eq!(refused(&world, with("Готов", Value::Null)).await.1, 2_388_019);
}

#[tokio::test]
async fn edits_are_reviewed_again_and_deleted_names_stay_taken() {
    let world = World::start().await;
    let made = world.post(&path(), with("Готов", Value::Null)).await;
    let id = made["id"].as_str().unwrap();
    let edit = |text: &str| json!({"components": [{"type": "BODY", "text": text}]});
    let cannot = async |body: Value| {
        assert_eq!(world.refused(Method::POST, id, body).await, (100, 2_388_030));
    };
    cannot(edit("Почти")).await;
    world.whatsapp().approve(id).unwrap();
    world.post(id, edit("Почти")).await;
    let read = world.get(id).await;
    assert_eq!((&read["status"], &read["components"][0]["text"]), (&json!("PENDING"), &json!("Почти")));
    world.whatsapp().approve(id).unwrap();
    cannot(edit("Снова")).await;
    world.stage.advance(DAY).await;
    let mut category = edit("Снова");
    category["category"] = json!("MARKETING");
    cannot(category).await;
    world.post(id, edit("Снова")).await;
    world.whatsapp().approve(id).unwrap();
    world.call(Method::DELETE, &format!("{}?name=order_ready&hsm_id={id}", path()), Value::Null).await;
    assert_eq!(world.refused(Method::GET, id, Value::Null).await, (100, 33));
    let again = world.refused(Method::DELETE, &format!("{}?name=order_ready", path()), Value::Null).await;
    assert_eq!(again, (100, 2_593_002));
    assert_eq!(refused(&world, with("Готов", Value::Null)).await.1, 2_388_023);
    world.stage.advance(30 * DAY).await;
    world.post(&path(), with("Готов", Value::Null)).await;
}

fn order() -> Value {
    json!({"name": "order_ready", "language": "ru", "category": "UTILITY", "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Заказ {{1}}", "example": {"header_text": ["1592"]}},
        {"type": "BODY", "text": "Здравствуйте, {{1}}! Заказ {{2}} готов к выдаче.",
            "example": {"body_text": [["Мария", "1592"]]}},
        {"type": "FOOTER", "text": "Acme"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Заберу"},
            {"type": "URL", "text": "Заказ", "url": "https://acme.test/o/{{1}}", "example": ["https://acme.test/o/1"]}]}]})
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn message(body: &[Value]) -> Value {
    json!({"name": "order_ready", "language": {"code": "ru"}, "components": [
        {"type": "header", "parameters": [text("1592")]},
        {"type": "body", "parameters": body},
        {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "k1"}]},
        {"type": "button", "sub_type": "url", "index": 1, "parameters": [text("1592")]}]})
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused() {
    let world = World::start().await;
    world.approved(order()).await;
    let both = message(&[text("Мария"), text("1592")]);
    let without = |at: usize| {
        let mut message = both.clone();
        message["components"].as_array_mut().unwrap().remove(at);
        message
    };
    let second = |value: Value| message(&[text("Мария"), value]);
    let picture = json!({"type": "image", "image": {"link": "https://acme.test/a.jpg"}});
    let (mut wrong_button, mut language) = (both.clone(), both.clone());
    wrong_button["components"][2]["index"] = json!("1");
    language["language"]["code"] = json!("en");
    for (content, code) in [
        (message(&[text("Мария")]), 132_000),
        (message(&[text("Мария"), text("1"), text("2")]), 132_000),
        (without(0), 132_000),
        (second(picture), 132_012),
        (second(text("1\n2")), 132_007),
        (second(text("1     2")), 132_007),
        (second(text(&"я".repeat(1024))), 132_005),
        (without(3), 131_008),
        (wrong_button, 132_012),
        (language, 132_001),
        (json!({"name": "none", "language": {"code": "ru"}}), 132_001),
        (json!({"name": "order_ready"}), 100),
    ] {
        assert_eq!(world.not_sent("template", content.clone()).await.0, code, "{content}");
    }
    world.send("template", without(2)).await;
    let words = world.not_sent("template", message(&[text("Мария")])).await.1;
    assert_eq!(words, "body: number of localizable_params (1) does not match the expected number of params (2)");
}

#[tokio::test]
async fn the_state_of_a_template_decides() {
    let world = World::start().await;
    let made = world.post(&path(), order()).await;
    let id = made["id"].as_str().unwrap();
    let message = || message(&[text("Мария"), text("1592")]);
    assert_eq!(world.not_sent("template", message()).await.0, 132_001, "pending");
    for (review, code) in [(Review::Pause, 132_015), (Review::Disable, 132_016)] {
        world.whatsapp().review(id, review.clone()).unwrap();
        assert_eq!(world.not_sent("template", message()).await.0, code, "{review:?}");
    }
    world.whatsapp().approve(id).unwrap();
    world.send("template", message()).await;
    assert_eq!(world.last().error(), None);
}
