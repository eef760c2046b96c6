//! `create`: a contact is made first, and never a second one.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{World, both};
use simulator::crm::{Fault, Part};

use super::{EMAIL, PHONE, anna_writes, because, line, linked_contact, why};

/// Texts in a request that creates a contact, and in one that links.
const MAKES: &str = "custom_fields_values";
const LINKS: &str = "chat_id";

async fn with_the_customers_name_number_and_address(world: &mut World) {
    let line = line(world, "create").await;
    anna_writes(world, &line).await;
    let contacts = world.sandbox.contacts(HOST);
    assert_eq!(contacts.len(), 1, "{contacts:?}");
    assert_eq!(contacts[0].name, "anna");
    assert_eq!((&contacts[0].phones[..], &contacts[0].emails[..]), (&[PHONE.to_owned()][..], &[EMAIL.to_owned()][..]));
    assert_eq!(linked_contact(world, &line), contacts[0].id);
    assert_eq!(why(world, &line).await, because(contacts[0].id, "made"));
}

async fn an_existing_contact_is_linked_instead(world: &mut World) {
    let line = line(world, "create").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    anna_writes(world, &line).await;
    assert_eq!(world.sandbox.contacts(HOST).len(), 1);
    assert_eq!(linked_contact(world, &line), anna);
    assert_eq!(why(world, &line).await, because(anna, "phone"));
}

/// How many contacts with Anna's number Parom made: those with the number as she gave it.
fn made(world: &World) -> usize {
    world.sandbox.contacts(HOST).iter().filter(|contact| contact.phones == [PHONE]).count()
}

async fn an_answer_that_was_lost_makes_no_second_one(world: &mut World) {
    let line = line(world, "create").await;
    world.sandbox.faults().next_with(Part::Rest, MAKES, 1, Fault::LostAnswer);
    anna_writes(world, &line).await;
    assert_eq!(made(world), 1, "it was made, and the answer was lost");
    world.advance(Duration::from_secs(61));
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(made(world), 1);
    let anna = world.sandbox.contacts(HOST).into_iter().find(|contact| contact.phones == [PHONE]).unwrap();
    assert_eq!(linked_contact(world, &line), anna.id, "the chat is linked to it although its lead came first");
    assert_eq!(why(world, &line).await, because(anna.id, "made"));
}

async fn a_link_that_failed_is_made_up_for(world: &mut World) {
    let line = line(world, "create").await;
    world.sandbox.faults().next_with(Part::Rest, LINKS, 1, Fault::Status { code: 502, retry_after: None });
    anna_writes(world, &line).await;
    assert_eq!(made(world), 1);
    world.restart().await;
    world.advance(Duration::from_secs(61));
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(made(world), 1);
    let anna = world.sandbox.contacts(HOST).into_iter().find(|contact| contact.phones == [PHONE]).unwrap();
    assert_eq!(linked_contact(world, &line), anna.id);
    assert_eq!(world.works("contacts").await, 0, "and that is all");
}

async fn a_death_before_the_message_went_out_makes_no_second_one(world: &mut World) {
    let line = line(world, "create").await;
    world.faults.add("carry.after_call=error:1").unwrap();
    let mut body = world.customer(&line, "anna").body("a-1", "Hello");
    body["sender"]["phone"] = serde_json::json!(PHONE);
    world.customer(&line, "anna").posts(&body).await.is(202);
    world.deliver_all().await;
    world.advance(Duration::from_secs(61));
    world.restart().await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    world.works("contacts").await;
    assert_eq!(world.sandbox.contacts(HOST).len(), 1);
    assert_eq!(linked_contact(world, &line), world.sandbox.contacts(HOST)[0].id);
}

async fn a_contact_that_could_not_be_found_again_is_created_once(world: &mut World) {
    let line = line(world, "create").await;
    world.sandbox.faults().next_with(Part::Rest, "\"name\":\"anna\"", 1, Fault::LostAnswer);
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let before = world.sandbox.contacts(HOST).len();
    world.advance(Duration::from_secs(61));
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(world.sandbox.contacts(HOST).len(), before, "neither number nor address: none is made again");
    assert_eq!(world.works("contacts").await, 0);
}

both!(
    with_the_customers_name_number_and_address,
    an_existing_contact_is_linked_instead,
    an_answer_that_was_lost_makes_no_second_one,
    a_link_that_failed_is_made_up_for,
    a_death_before_the_message_went_out_makes_no_second_one,
    a_contact_that_could_not_be_found_again_is_created_once,
);
