//! A developer names the contact: `sender.contact_id`.

use parom_tests::settings::HOST;
use parom_tests::{Line, Reply, World, both};
use serde_json::json;
use simulator::crm::{Fault, Part};

use crate::pages::olga;

use super::{PHONE, because, line, linked_contact, why};

/// Anna's message with the id of a contact.
async fn anna_writes(world: &mut World, line: &Line, id: &str, contact: &str) -> Reply {
    let mut body = world.customer(line, "anna").body(id, "Hello");
    body["sender"]["contact_id"] = json!(contact);
    let reply = world.customer(line, "anna").posts(&body).await;
    world.deliver_all().await;
    reply
}

async fn the_named_contact_gets_the_chat_under_any_rule(world: &mut World) {
    let line = line(world, "leave").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", None, None);
    world.sandbox.add_contact(HOST, "Another Anna", Some(PHONE), None);
    anna_writes(world, &line, "a-1", &anna.to_string()).await.is(202);
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    assert_eq!(linked_contact(world, &line), anna);
    assert_eq!(why(world, &line).await, because(anna, "given"));
    assert_eq!(world.sandbox.contacts(HOST).len(), 2, "none was made");
}

async fn a_contact_named_later_gets_the_chat(world: &mut World) {
    let line = line(world, "leave").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", None, None);
    anna_writes(world, &line, "a-2", &anna.to_string()).await.is(202);
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(linked_contact(world, &line), anna);
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

/// A program starts a chat for a contact before the contact has written.
async fn a_chat_without_a_message_is_linked_to_its_contact(world: &mut World) {
    let line = line(world, "leave").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", None, None);
    let path = line.path("/conversations");
    let body = |contact: &str| json!({"conversation": {"id": "chat-anna"}, "customer": {"id": "user-anna", "name": "Anna", "contact_id": contact}});
    // amoCRM is away at first.
    world.sandbox.faults().until_cleared(Part::CreateChat, Fault::Status { code: 503, retry_after: None });
    let made = world.api.post(&path, &body(&anna.to_string())).await.is(202);
    assert_eq!((&made.json["external_id"], &made.json["duplicate"]), (&json!("chat-anna"), &json!(false)));
    world.deliver_all().await;
    assert!(world.sandbox.chats(HOST).is_empty());
    world.sandbox.faults().clear();
    world.advance(std::time::Duration::from_secs(600));
    world.deliver_all().await;
    assert_eq!(world.sandbox.chats(HOST).len(), 1);
    assert_eq!(linked_contact(world, &line), anna);
    assert_eq!(why(world, &line).await, because(anna, "given"));
    assert!(world.sandbox.incoming_leads(HOST).is_empty() && world.texts_at_crm(&line).is_empty());
    let list = world.api.get(&path).await.is(200);
    assert_eq!(list.json["items"][0]["id"], made.json["id"]);
    assert!(list.json["items"][0]["amocrm_chat_id"].is_string(), "{}", list.text);

    let again = world.api.post(&path, &body(&anna.to_string())).await.is(200);
    assert_eq!((&again.json["id"], &again.json["duplicate"]), (&made.json["id"], &json!(true)));
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!((world.sandbox.chats(HOST).len(), linked_contact(world, &line)), (1, anna));
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    for (body, pointer) in [
        (body("x"), "/customer/contact_id"),
        (json!({"conversation": {"id": ""}, "customer": {"id": "u"}}), "/conversation/id"),
        (json!({"conversation": {"id": "c"}, "customer": {"id": ""}}), "/customer/id"),
    ] {
        assert_eq!(world.api.post(&path, &body).await.is(422).wrong_fields(), [pointer], "{body}");
    }
}

/// A conversation with a title is a group: the title names its chat, and each message names who wrote it.
async fn a_group_is_named_by_its_title(world: &mut World) {
    let line = line(world, "leave").await;
    let writes = async |world: &mut World, who: &str, id: &str, title: &str| {
        let mut body = world.customer(&line, who).body(id, "Hello");
        body["conversation"] = json!({"id": "group-1", "title": title});
        let reply = world.customer(&line, who).posts(&body).await;
        world.deliver_all().await;
        reply
    };
    writes(world, "anna", "g-1", "Delivery 77").await.is(202);
    writes(world, "boris", "g-2", "Delivery 77").await.is(202);
    let names = |world: &World| -> Vec<String> {
        world.sandbox.contacts(HOST).into_iter().map(|contact| contact.name).collect()
    };
    assert_eq!((world.sandbox.chats(HOST).len(), names(world)), (1, vec!["Delivery 77".to_owned()]));
    writes(world, "anna", "g-3", "Delivery 78").await.is(202);
    let mut body = world.customer(&line, "anna").body("g-5", "Hello");
    let people = json!([{"id": "user-anna", "name": "Anna"}, {"id": "user-boris"}]);
    body["conversation"] = json!({"id": "group-1", "title": "Delivery 78", "participants": people});
    world.customer(&line, "anna").posts(&body).await.is(202);
    let list = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(
        list.json["items"][0]["participants"],
        json!([{"id": "user-anna", "name": "Anna"}, {"id": "user-boris", "name": null}])
    );
    let visitor = olga(world, line.tenant_id).await;
    let page = format!("/panel/conversations/{}", list.text_at("/items/0/id"));
    visitor.opens(&page).await.is(200).says(&["Delivery 78", "Participants", "Anna, user-boris"]);
    body["id"] = json!("g-6");
    body["conversation"] = json!({"id": "group-1", "participants": [{"id": ""}]});
    let refused = world.customer(&line, "anna").posts(&body).await.is(422);
    assert_eq!(refused.wrong_fields(), ["/conversation/participants"]);
    world.works("contacts").await;
    assert_eq!(names(world), ["Delivery 78"]);
    let long = writes(world, "anna", "g-4", &"x".repeat(256)).await.is(422);
    assert_eq!(long.wrong_fields(), ["/conversation/title"]);
}

both!(
    a_chat_without_a_message_is_linked_to_its_contact,
    a_group_is_named_by_its_title,
    the_named_contact_gets_the_chat_under_any_rule,
    a_contact_named_later_gets_the_chat,
    a_contact_that_is_not_there_counts_as_absent,
);
