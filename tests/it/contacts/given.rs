//! A developer names the contact: `sender.contact_id`.

use parom_tests::settings::HOST;
use parom_tests::{Line, Reply, World, both};
use serde_json::json;

use super::{PHONE, because, hangs_on, line, why};

/// Anna's message with the id of a contact.
async fn anna_writes(world: &mut World, line: &Line, id: &str, contact: &str) -> Reply {
    let mut body = world.customer(line, "anna").body(id, "Hello");
    body["sender"]["contact_id"] = json!(contact);
    let reply = world.customer(line, "anna").posts(&body).await;
    world.deliver_all().await;
    reply
}

async fn the_named_contact_gets_the_chat_whatever_the_rule(world: &mut World) {
    let line = line(world, "leave").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", None, None);
    world.sandbox.add_contact(HOST, "Another Anna", Some(PHONE), None);
    anna_writes(world, &line, "a-1", &anna.to_string()).await.is(202);
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    assert_eq!(hangs_on(world, &line), anna);
    assert_eq!(why(world, &line).await, because(anna, "given"));
    assert_eq!(world.sandbox.contacts(HOST).len(), 2, "none was made");
}

async fn a_contact_named_later_gets_the_chat(world: &mut World) {
    let line = line(world, "leave").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", None, None);
    anna_writes(world, &line, "a-2", &anna.to_string()).await.is(202);
    assert_eq!(parom::contact::due_now(&world.app().tenants).await, 1);
    assert_eq!(hangs_on(world, &line), anna);
    assert_eq!(why(world, &line).await, because(anna, "given"));
}

async fn a_contact_that_is_not_there_counts_as_absent(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    let mut body = world.customer(&line, "anna").body("a-1", "Hello");
    body["sender"]["contact_id"] = json!("987654321");
    body["sender"]["phone"] = json!(PHONE);
    world.customer(&line, "anna").posts(&body).await.is(202);
    world.deliver_all().await;
    assert_eq!(why(world, &line).await, because(anna, "phone"));
    for (contact, role) in [("x", "client"), ("-1", "client"), ("0", "client"), ("1", "bot")] {
        body["sender"]["contact_id"] = json!(contact);
        body["sender"]["role"] = json!(role);
        body["id"] = json!(format!("wrong-{contact}-{role}"));
        if role == "bot" {
            body["receiver"] = json!({"id": "user-anna"});
        }
        let refused = world.customer(&line, "anna").posts(&body).await.is(422);
        assert_eq!(refused.wrong_fields(), ["/sender/contact_id"], "{contact} {role}");
    }
}

both!(
    the_named_contact_gets_the_chat_whatever_the_rule,
    a_contact_named_later_gets_the_chat,
    a_contact_that_is_not_there_counts_as_absent,
);
