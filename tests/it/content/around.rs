//! Parts around a message: buttons, lists, templates, quotes, comments, names.

use parom_tests::{World, both};
use serde_json::{Value, json};
use simulator::crm::{Button, HookMessage, ListMessage, ListRow, Section};

use super::{content, last_id, message};

async fn buttons_and_lists_are_part_of_the_content(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let button = |text: &str, url: Option<&str>| Button { text: text.into(), url: url.map(str::to_owned) };
    let rows = [vec![button("Accept", None), button("Decline", None)], vec![button("Later", None)]];
    manager.sends("anna", HookMessage::text("Well?").buttons(&rows)).await;
    world.deliver_all().await;
    assert_eq!(
        content(world).0,
        json!({
            "type": "text",
            "text": "Well?",
            "buttons": [
                [{"text": "Accept", "url": null}, {"text": "Decline", "url": null}],
                [{"text": "Later", "url": null}],
            ],
        })
    );
    manager.sends("anna", HookMessage::text("See").buttons(&[vec![button("Shop", Some("https://acme.test"))]])).await;
    world.deliver_all().await;
    assert_eq!(content(world).0["buttons"], json!([[{"text": "Shop", "url": "https://acme.test"}]]));
    let row = |data: &str, title: &str, description: &str| ListRow {
        callback_data: data.into(),
        title: title.into(),
        description: description.into(),
    };
    let section =
        Section { title: "Available".into(), rows: vec![row("k7", "Delivery", "1-2 days"), row("m3", "Pick-up", "")] };
    let list = ListMessage {
        header: "Pick a service".into(),
        body: "Choose one below".into(),
        footer: "Acme".into(),
        button: "Services".into(),
        sections: vec![section],
    };
    manager.sends("anna", HookMessage::text("Pick a service").list(list)).await;
    world.deliver_all().await;
    assert_eq!(
        content(world).0["list"],
        json!({
            "header": "Pick a service",
            "body": "Choose one below",
            "footer": "Acme",
            "button": "Services",
            "sections": [{"title": "Available", "rows": [
                {"id": "k7", "title": "Delivery", "description": "1-2 days"},
                {"id": "m3", "title": "Pick-up", "description": ""},
            ]}],
        })
    );
}

async fn a_template_is_named_with_its_values(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let ready = HookMessage::text("").template(
        7103,
        Some("order_ready_v2"),
        "Order {{lead.id}} is ready",
        &[("{{lead.id}}", "1592")],
    );
    manager.sends("anna", ready).await;
    world.deliver_all().await;
    let told = message(world);
    assert_eq!(told["content"]["text"], "Order 1592 is ready");
    assert_eq!(
        told["template"],
        json!({
            "id": "7103",
            "external_id": "order_ready_v2",
            "content": "Order {{lead.id}} is ready",
            "params": [{"key": "{{lead.id}}", "value": "1592"}],
        })
    );
}

async fn a_template_without_its_final_text_is_filled_in(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let params = [("{{lead.id}}", "1592"), ("{{contact.name}}", "Anna")];
    let bare =
        HookMessage::text("").template(7103, Some("ready"), "{{contact.name}}: {{lead.id}}, {{lead.id}}", &params);
    manager.sends("anna", bare.with("text", json!(""))).await;
    world.deliver_all().await;
    let told = message(world);
    assert_eq!(
        (&told["content"]["text"], &told["template"]["external_id"]),
        (&json!("Anna: 1592, 1592"), &json!("ready"))
    );
}

/// amojo's id of a message by its text.
fn amojo_id(world: &World, host: &str, text: &str) -> String {
    world.sandbox.messages(host).into_iter().find(|message| message.text == text).unwrap().id
}

async fn quotes_name_the_message_by_the_id_the_messenger_knows(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("ext-1000", "Is the blue one in stock?")).await.is(202);
    world.deliver_all().await;
    let question = amojo_id(world, &line.host, "Is the blue one in stock?");
    manager.sends("anna", HookMessage::text("Yes").quoting(&question)).await;
    world.deliver_all().await;
    let quote = message(world)["reply_to"].clone();
    assert_eq!((&quote["id"], &quote["text"]), (&json!("ext-1000"), &json!("Is the blue one in stock?")), "{quote}");
    assert!(quote["sent_at"].is_string(), "{quote}");
    let ours = last_id(world).await;
    let answer = amojo_id(world, &line.host, "Yes");
    manager.sends("anna", HookMessage::text("As I said").quoting(&answer)).await;
    world.deliver_all().await;
    assert_eq!(message(world)["reply_to"]["id"], ours, "what the messenger gave no id of its own has ours");
    // An unknown message is described by a text.
    let quoted = json!({"message": {"id": "00000000-0000-4000-8000-000000000001", "type": "text", "text": "Long ago",
        "timestamp": 1_788_253_800, "msec_timestamp": "1788253800125", "sender": {"id": "x", "name": "Maria"}}});
    manager.sends("anna", HookMessage::text("Once").with("reply_to", quoted)).await;
    world.deliver_all().await;
    assert_eq!(
        message(world)["reply_to"],
        json!({"text": "Long ago", "sender": {"name": "Maria"}, "sent_at": "2026-09-01T09:10:00.125Z"})
    );
}

async fn a_forwarded_message_comes_with_an_empty_text(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let hello = amojo_id(world, &line.host, "Hello");
    manager.sends("anna", HookMessage::text("").forwarding(&hello)).await;
    world.deliver_all().await;
    let told = message(world);
    assert_eq!((&told["content"]["text"], &told["forward"]["text"]), (&json!(""), &json!("Hello")), "{told}");
    assert_eq!(told["forward"]["id"], "anna-0");
    assert_eq!(told["reply_to"], Value::Null);
}

async fn an_answer_to_a_comment_names_its_post(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let anna = world.customer(&line, "anna");
    let mut comment = anna.body("cmt-1", "What does it cost?");
    comment["post"] = json!({"id": "post-900", "url": "https://social.example/p/900"});
    anna.posts(&comment).await.is(202);
    world.deliver_all().await;
    let asked = amojo_id(world, &line.host, "What does it cost?");
    manager.sends("anna", HookMessage::text("See our profile").answering_comment(&asked)).await;
    world.deliver_all().await;
    let told = message(world);
    assert_eq!((&told["post"], &told["reply_to"]["id"]), (&json!({"id": "post-900"}), &json!("cmt-1")), "{told}");
    manager.answers("anna", "In private").await;
    world.deliver_all().await;
    assert!(message(world).get("post").is_none());
}

async fn managers_and_bots_are_named(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let users = world.sandbox.users(&line.host);
    let maria = users.iter().find(|user| !user.is_admin && user.amojo_id.is_some()).unwrap();
    manager.sends("anna", HookMessage::text("It is me").by_user(maria.id)).await;
    world.deliver_all().await;
    assert_eq!(message(world)["sender"], json!({"role": "manager", "id": maria.amojo_id, "name": maria.name}));
    manager.sends("anna", HookMessage::text("A bot").by_salesbot()).await;
    world.deliver_all().await;
    assert_eq!(message(world)["sender"]["name"], "Salesbot");
}

async fn an_unavailable_name_delays_no_message(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world
        .sandbox
        .faults()
        .until_cleared(simulator::crm::Part::Rest, simulator::crm::Fault::Status { code: 500, retry_after: None });
    manager.answers("anna", "Nameless").await;
    world.deliver_all().await;
    world.sandbox.faults().clear();
    assert_eq!(
        (world.messenger.texts(), &message(world)["sender"]["name"]),
        (vec!["Nameless".to_owned()], &Value::Null)
    );
    assert!(world.sandbox.messages(&line.host).len() > 1);
}

both!(
    buttons_and_lists_are_part_of_the_content,
    a_template_is_named_with_its_values,
    a_template_without_its_final_text_is_filled_in,
    quotes_name_the_message_by_the_id_the_messenger_knows,
    a_forwarded_message_comes_with_an_empty_text,
    an_answer_to_a_comment_names_its_post,
    managers_and_bots_are_named,
    an_unavailable_name_delays_no_message,
);
