//! People join, delete and move contacts in amoCRM; the row follows when it is looked at.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{Line, World, both};

use super::{PHONE, anna_writes, because, line, linked_contact, shown, why};

/// Looks at the conversation's page after a while.
async fn looked_at(world: &World, line: &Line) {
    world.advance(Duration::from_secs(601));
    let list = world.api.get(&line.path("/conversations")).await.is(200);
    let id = list.text_at("/items/0/id");
    let olga = world.panel_as(line.tenant_id, 2001, "Olga Owner", true).await;
    olga.opens(&format!("/panel/conversations/{id}")).await.is(200);
}

async fn joined_with_another(world: &mut World) {
    let line = line(world, "link").await;
    let gone = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    let kept = world.sandbox.add_contact(HOST, "Anna Kept", None, None);
    anna_writes(world, &line).await;
    assert_eq!(why(world, &line).await, because(gone, "phone"));
    assert!(world.sandbox.merge_contacts(HOST, kept, gone));
    looked_at(world, &line).await;
    assert_eq!(linked_contact(world, &line), kept);
    assert_eq!(why(world, &line).await, because(kept, "merged"));
    assert_eq!(shown(world, &line).await["amocrm_contact_name"], "Anna Kept");
}

async fn deleted(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    anna_writes(world, &line).await;
    assert!(world.sandbox.delete_contact(HOST, anna));
    looked_at(world, &line).await;
    assert_eq!(why(world, &line).await, (None, Some("gone".to_owned())));
    // Messages go on.
    world.customer(&line, "anna").writes("And more").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "And more"]);
}

async fn moved_and_renamed(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    let other = world.sandbox.add_contact(HOST, "Anna's husband", None, None);
    anna_writes(world, &line).await;
    assert!(world.sandbox.rename_contact(HOST, anna, "Anna Married"));
    looked_at(world, &line).await;
    assert_eq!(why(world, &line).await, because(anna, "phone"));
    assert_eq!(shown(world, &line).await["amocrm_contact_name"], "Anna Married");
    assert!(world.sandbox.link_chat(HOST, &world.manager(&line).chat_with("anna"), other));
    looked_at(world, &line).await;
    assert_eq!(why(world, &line).await, because(other, "moved"));
}

async fn a_contact_that_is_deleted_while_it_is_being_linked(world: &mut World) {
    use simulator::crm::{Fault, Part};
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    world.sandbox.faults().next_with(Part::Rest, "chat_id", 1, Fault::Status { code: 400, retry_after: None });
    anna_writes(world, &line).await;
    assert!(world.sandbox.delete_contact(HOST, anna));
    world.advance(Duration::from_secs(61));
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(why(world, &line).await, because(linked_contact(world, &line), "crm"));
}

both!(joined_with_another, deleted, moved_and_renamed, a_contact_that_is_deleted_while_it_is_being_linked);
