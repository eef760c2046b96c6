//! A CRM that does not answer delays no message; the link is retried until a person works on the lead.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{World, both};
use serde_json::json;
use simulator::crm::{Fault, Part};

use super::{PHONE, anna_writes, because, line, linked_contact, why};

fn down(world: &World) {
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
}

async fn a_crm_that_is_down_holds_no_message_and_is_asked_later(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    down(world);
    anna_writes(world, &line).await;
    assert_ne!(linked_contact(world, &line), anna, "amoCRM made its own");
    assert_eq!(why(world, &line).await, (None, None));
    assert_eq!(world.works("contacts").await, 0, "not at once");
    world.advance(Duration::from_secs(61));
    assert_eq!(world.works("contacts").await, 1, "still down");
    world.sandbox.faults().clear();
    assert_eq!(world.works("contacts").await, 0);
    world.advance(Duration::from_secs(301));
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(linked_contact(world, &line), anna);
    assert_eq!(world.sandbox.incoming_leads(HOST)[0].contact_id, anna, "the lead goes with its chat");
    assert_eq!(why(world, &line).await, because(anna, "phone"));
}

async fn a_chat_with_an_accepted_lead_is_not_moved(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    down(world);
    anna_writes(world, &line).await;
    let made = linked_contact(world, &line);
    let lead = world.sandbox.incoming_leads(HOST)[0].clone();
    assert!(world.sandbox.accept_lead(HOST, &lead.uid));
    world.sandbox.faults().clear();
    world.advance(Duration::from_secs(61));
    assert_eq!(world.works("contacts").await, 1);
    assert_ne!(made, anna);
    assert_eq!(linked_contact(world, &line), made);
    assert_eq!(why(world, &line).await, because(made, "late"));
}

async fn an_account_that_is_not_paid_for_holds_no_message(world: &mut World) {
    let line = line(world, "create").await;
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 402, retry_after: None });
    anna_writes(world, &line).await;
    let contacts = world.sandbox.contacts(HOST).len();
    world.sandbox.faults().clear();
    world.advance(Duration::from_secs(61));
    world.works("contacts").await;
    assert_eq!(world.sandbox.contacts(HOST).len(), contacts, "amoCRM's own is taken, no second one made");
}

async fn it_ends_after_some_days(world: &mut World) {
    let line = line(world, "link").await;
    down(world);
    anna_writes(world, &line).await;
    let mut tries = 0;
    for _ in 0..10 {
        world.advance(Duration::from_secs(86_401));
        tries += world.works("contacts").await;
    }
    assert_eq!(tries, 6);
    assert_eq!(why(world, &line).await, (None, Some("unclear".to_owned())));
}

/// What waits for one account's amoCRM delays no other account.
async fn an_account_whose_crm_hangs_delays_no_other(world: &mut World) {
    let acme = line(world, "link").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    world.api.patch(&other.path(""), &json!({"contact_rule": "link"})).await.is(200);
    down(world);
    anna_writes(world, &acme).await;
    anna_writes(world, &other).await;
    world.sandbox.faults().clear();
    world.advance(Duration::from_secs(61));
    let gate = world.sandbox.faults().hold(Part::Rest);
    let jobs = world.app().jobs.clone();
    let linking = tokio::spawn(async move { parom::job::due_of(&jobs, "contacts").await });
    gate.until_waiting(2).await;
    gate.open();
    assert_eq!(linking.await.unwrap(), 2);
}

both!(
    a_crm_that_is_down_holds_no_message_and_is_asked_later,
    a_chat_with_an_accepted_lead_is_not_moved,
    an_account_that_is_not_paid_for_holds_no_message,
    it_ends_after_some_days,
    an_account_whose_crm_hangs_delays_no_other,
);
