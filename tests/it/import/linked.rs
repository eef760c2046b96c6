//! An import that links its new chats to existing contacts, whatever its source's rule; its customers can be erased
//! before any chat is created.

use parom::tenant::{Export, ExportPages, Who, erase};
use parom_tests::settings::HOST;
use parom_tests::{World, both};
use serde_json::{Value, json};

use super::{import_of, imports, lines, sends, wrote};

const PHONE: &str = "+79151112233";

fn with_phone(mut line: Value) -> Value {
    line["sender"]["phone"] = json!(PHONE);
    line
}

/// The contact to which a chat is linked at amoCRM.
fn contact_of(world: &World, chat: &str) -> i64 {
    let links = world.sandbox.contact_links(HOST);
    links.iter().find(|link| link.chat_id == chat).map(|link| link.contact_id).expect("the chat has a contact")
}

async fn new_chats_hang_on_contacts_that_are_there(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    let file = lines(&[with_phone(wrote("a1", "chat-anna", 1, "one")), with_phone(wrote("a2", "chat-anna", 2, "two"))]);
    let done = imports(world, &line, "?link_contacts=true", &file).await;
    assert_eq!((&done["link_contacts"], &done["done"]), (&json!(true), &json!(2)));
    assert_eq!(done["notes"].as_array().unwrap().len(), 1, "nothing more to know: {done}");
    let chat = world.manager(&line).chat_with("anna");
    assert_eq!(contact_of(world, &chat), anna);
    let list = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(list.json["items"][0]["contact"]["why"], "phone");
    // Another import of the same source leaves it to amoCRM.
    let file = lines(&[with_phone(wrote("b1", "chat-boris", 1, "one"))]);
    let done = imports(world, &line, "", &file).await;
    assert_eq!(done["link_contacts"], false);
    assert_ne!(contact_of(world, &world.manager(&line).chat_with("boris")), anna);
}

async fn it_is_tried_again_when_amocrm_is_away(world: &mut World) {
    use simulator::crm::{Fault, Part};
    let line = world.line("support").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    let file = lines(&[with_phone(wrote("a1", "chat-anna", 1, "one"))]);
    imports(world, &line, "?link_contacts=true", &file).await;
    world.sandbox.faults().clear();
    world.advance(std::time::Duration::from_secs(61));
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(contact_of(world, &world.manager(&line).chat_with("anna")), anna);
}

async fn imports_are_taken_along(world: &mut World) {
    let line = world.line("support").await;
    imports(world, &line, "", &lines(&[wrote("a1", "chat-anna", 1, "one")])).await;
    let mut export = Export::begin(&world.app().tenants, line.tenant_id).await.unwrap();
    let mut text = Vec::new();
    while let Some(page) = export.page().await.unwrap() {
        text.extend(page);
    }
    let text = String::from_utf8(text).unwrap();
    let found: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let import = found.iter().find(|one| one["type"] == "import").expect("the import is there");
    assert_eq!((&import["data"]["total"], &import["data"]["done"]), (&json!(1), &json!(1)), "{import}");
}

async fn a_customer_in_a_waiting_import_can_be_erased(world: &mut World) {
    let line = world.line("support").await;
    let mut shared = wrote("c1", "chat-carl", 1, "x");
    shared["content"] = json!({"type": "contact", "name": "Anna", "phone": PHONE});
    let file = lines(&[
        with_phone(wrote("a1", "chat-anna", 1, "one")),
        wrote("a2", "chat-anna", 2, "without a number"),
        wrote("b1", "chat-boris", 3, "stays"),
        shared,
        wrote("c2", "chat-carl", 2, "stays too"),
    ]);
    let id = sends(world, &line, "?dry_run=true", file).await.is(202).text_at("/id");
    let who = Who::Phone("8 915 111-22-33".to_owned());
    let found = erase::find(&world.app().tenants, line.tenant_id, &who).await.unwrap();
    assert_eq!((found.conversations.len(), found.messages), (0, 3));
    let proof = erase(&world.app().tenants, line.tenant_id, &who, "test").await.unwrap();
    assert_eq!(proof.counts["import_line"], 3, "{proof:?}");
    assert_eq!(erase::find(&world.app().tenants, line.tenant_id, &who).await.unwrap().messages, 0);
    let left = entity_lines(world).await;
    assert_eq!(left, ["b1", "c2"]);
    assert_eq!(import_of(world, &id).await["status"], "done");
}

/// The ids of lines that wait.
async fn entity_lines(world: &World) -> Vec<String> {
    use entity::import_line;
    use sea_orm::EntityTrait;
    let mut ids: Vec<_> = import_line::Entity::find()
        .all(world.app().store.write())
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.external_id)
        .collect();
    ids.sort();
    ids
}

both!(new_chats_hang_on_contacts_that_are_there, a_customer_in_a_waiting_import_can_be_erased);
parom_tests::once!(it_is_tried_again_when_amocrm_is_away, imports_are_taken_along);
