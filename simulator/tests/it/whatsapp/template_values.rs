//! Template messages: the state of the template, and its values.

use serde_json::{Value, json};
use simulator::whatsapp::Review;

use super::world::{PHONE, WABA, World, sample};

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

fn message(body: Vec<Value>) -> Value {
    json!({"name": "order_ready", "language": {"code": "ru"}, "components": [
        {"type": "header", "parameters": [text("1592")]},
        {"type": "body", "parameters": body},
        {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "k1"}]},
        {"type": "button", "sub_type": "url", "index": 1, "parameters": [text("1592")]}]})
}

#[tokio::test]
async fn values_are_put_in_and_a_quick_reply_brings_its_payload() {
    let world = World::start().await;
    let receiver = world.hears().await;
    world.approved(order()).await;
    let sent = world.send("template", message(vec![text("Мария"), text("1592")])).await;
    assert_eq!(sent["messages"][0]["message_status"], "accepted");
    let id = sent["messages"][0]["id"].as_str().unwrap();
    assert_eq!(world.whatsapp.sent(PHONE)[0].text, "Здравствуйте, Мария! Заказ 1592 готов к выдаче.");
    world.maria().presses(id, 0).unwrap();
    assert!(world.maria().presses(id, 1).is_err(), "an address is no quick reply");
    world.whatsapp.deliver_all().await;
    let pressed = receiver.all("messages").pop().unwrap();
    assert_eq!(pressed["button"], json!({"payload": "k1", "text": "Заберу"}));
    let pricing = &receiver.all("statuses")[0]["pricing"];
    let wanted = json!({"billable": true, "pricing_model": "PMP", "type": "regular", "category": "utility"});
    assert_eq!(pricing, &wanted);
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused() {
    let world = World::start().await;
    world.approved(order()).await;
    let both = || vec![text("Мария"), text("1592")];
    let without = |at: usize| {
        let mut message = message(both());
        message["components"].as_array_mut().unwrap().remove(at);
        message
    };
    let picture = json!({"type": "image", "image": {"link": "https://acme.test/a.jpg"}});
    let mut wrong_button = message(both());
    wrong_button["components"][2]["index"] = json!("1");
    let mut language = message(both());
    language["language"]["code"] = json!("en");
    for (content, code) in [
        (message(vec![text("Мария")]), 132_000),
        (message(vec![]), 132_000),
        (message(vec![text("Мария"), text("1"), text("2")]), 132_000),
        (without(0), 132_000),
        (message(vec![text("Мария"), picture]), 132_012),
        (message(vec![text("Мария"), text("1\n2")]), 132_007),
        (message(vec![text("Мария"), text("1     2")]), 132_007),
        (message(vec![text("Мария"), text(&"я".repeat(1024))]), 132_005),
        (without(3), 131_008),
        (wrong_button, 132_012),
        (language, 132_001),
        (json!({"name": "none", "language": {"code": "ru"}}), 132_001),
        (json!({"name": "order_ready"}), 100),
    ] {
        assert_eq!(world.not_sent("template", content.clone()).await.0, code, "{content}");
    }
    world.send("template", without(2)).await;
    let words = world.not_sent("template", message(vec![text("Мария")])).await.1;
    assert_eq!(words, "body: number of localizable_params (1) does not match the expected number of params (2)");
}

#[tokio::test]
async fn the_state_of_a_template_decides() {
    let world = World::start().await;
    let made = world.ok("POST", &format!("{WABA}/message_templates"), order()).await;
    let id = made["id"].as_str().unwrap();
    let message = || message(vec![text("Мария"), text("1592")]);
    assert_eq!(world.not_sent("template", message()).await.0, 132_001, "pending");
    world.whatsapp.reject(id, "PROMOTIONAL").unwrap();
    assert_eq!(world.not_sent("template", message()).await.0, 132_001, "rejected");
    for (review, code) in [
        (Review::Pause, Some(132_015)),
        (Review::Unpause, None),
        (Review::Disable, Some(132_016)),
        (Review::Approve, None),
    ] {
        world.whatsapp.review(id, review.clone()).unwrap();
        match code {
            Some(code) => assert_eq!(world.not_sent("template", message()).await.0, code, "{review:?}"),
            None => drop(world.send("template", message()).await),
        }
    }
    world.whatsapp.set_send_status(id, "held_for_quality_assessment");
    let held = world.send("template", message()).await;
    assert_eq!(held["messages"][0]["message_status"], "held_for_quality_assessment");
    world.whatsapp.set_payment(WABA, false);
    world.send("template", message()).await;
    assert_eq!(world.whatsapp.sent(PHONE).pop().unwrap().error, Some(131_042));
}

#[tokio::test]
async fn named_values_and_files_in_the_header() {
    let world = World::start().await;
    let handle = super::uploads::handle(&world, "application/pdf", &sample("offer.pdf")).await;
    world
        .approved(json!({"name": "offer", "language": "ru", "category": "MARKETING", "parameter_format": "NAMED",
            "components": [{"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": [handle]}},
                {"type": "BODY", "text": "Ваше предложение {{number}} ждёт ответа",
                    "example": {"body_text_named_params": [{"param_name": "number", "example": "7"}]}}]}))
        .await;
    let file = world.upload("offer.pdf", "application/pdf", sample("offer.pdf")).await;
    let header = json!({"type": "header", "parameters": [{"type": "document", "document": {"id": file}}]});
    let number = |name: &str| {
        json!({"type": "body", "parameters":
        [{"type": "text", "parameter_name": name, "text": "77"}]})
    };
    let message = |parts: Value| json!({"name": "offer", "language": {"code": "ru"}, "components": parts});
    world.send("template", message(json!([header, number("number")]))).await;
    let sent = world.whatsapp.sent(PHONE).pop().unwrap();
    assert_eq!(
        (sent.text.as_str(), sent.file.unwrap().mime.as_str()),
        ("Ваше предложение 77 ждёт ответа", "application/pdf")
    );
    assert_eq!(world.not_sent("template", message(json!([header, number("other")]))).await.0, 132_012);
    assert_eq!(world.not_sent("template", message(json!([number("number")]))).await.0, 132_012);
    let text = json!({"type": "header", "parameters": [text("77")]});
    assert_eq!(world.not_sent("template", message(json!([text, number("number")]))).await.0, 132_012);
    // Marketing has limits of its own, of the person's and of Meta's.
    let (phone, who) = (PHONE.to_owned(), world.maria);
    world.whatsapp.act(simulator::whatsapp::Act::StopMarketing { who, phone, on: true }).unwrap();
    world.send("template", message(json!([header, number("number")]))).await;
    assert_eq!(world.whatsapp.sent(PHONE).pop().unwrap().error, Some(131_050));
    let phone = PHONE.to_owned();
    world.whatsapp.act(simulator::whatsapp::Act::StopMarketing { who, phone, on: false }).unwrap();
    world.whatsapp.set_sated(who, true);
    world.send("template", message(json!([header, number("number")]))).await;
    assert_eq!(world.whatsapp.sent(PHONE).pop().unwrap().error, Some(131_049));
}
