//! `link`: an existing contact with exactly the customer's number or address.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{World, both};
use serde_json::json;

use super::{EMAIL, PHONE, anna_writes, because, line, linked_contact, shown, why};

async fn by_the_phone_before_the_first_message_makes_a_contact(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some("89151112233"), None);
    // Numbers that only look alike.
    world.sandbox.add_contact(HOST, "Other", Some("+791511122331"), None);
    world.sandbox.add_contact(HOST, "Abroad", Some("+19151112233"), None);
    anna_writes(world, &line).await;
    assert_eq!(linked_contact(world, &line), anna);
    assert_eq!(world.sandbox.contacts(HOST).len(), 3, "amoCRM made none");
    assert_eq!(world.sandbox.incoming_leads(HOST)[0].contact_id, anna);
    assert_eq!(why(world, &line).await, because(anna, "phone"));
    assert_eq!(shown(world, &line).await["amocrm_contact_name"], "Anna Card");
    // The second message causes no further query.
    world.customer(&line, "anna").writes("And more").await;
    world.deliver_all().await;
    assert_eq!(linked_contact(world, &line), anna);
}

/// WhatsApp's spelling of a number and people's (whatsapp §12): one subscriber, one contact. And two that only look alike.
async fn by_a_number_that_messengers_spell_in_another_way(world: &mut World) {
    let line = line(world, "link").await;
    for (person, theirs, card, is_theirs) in [
        ("brazil", "+551187654321", "+55 11 98765-4321", true),
        ("argentina", "+5491123456789", "+54 11 2345-6789", true),
        ("mexico", "+5215512345678", "+52 55 1234 5678", true),
        ("here", "+79991112200", "999 111-22-00", true),
        ("kyrgyzstan", "+996555123456", "996 555 123 456", true),
        ("vietnam", "+84912345678", "8 (4912) 34-56-78", false),
        ("who-knows", "+84912345679", "84912345679", false),
    ] {
        let contact = world.sandbox.add_contact(HOST, person, Some(card), None);
        let mut body = world.customer(&line, person).body(person, "Hello");
        body["sender"]["phone"] = json!(theirs);
        world.customer(&line, person).posts(&body).await.is(202);
        world.deliver_all().await;
        let chat = world.manager(&line).chat_with(person);
        let links = world.sandbox.contact_links(HOST);
        let is_linked = links.iter().any(|link| link.chat_id == chat && link.contact_id == contact);
        assert_eq!(is_linked, is_theirs, "{person}: {theirs} and {card}");
    }
}

async fn by_the_email_if_no_contact_has_the_phone(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", None, Some("Anna@Example.com"));
    world.sandbox.add_contact(HOST, "Joanna", None, Some("joanna@example.com"));
    anna_writes(world, &line).await;
    assert_eq!(linked_contact(world, &line), anna);
    assert_eq!(why(world, &line).await, because(anna, "email"));
}

async fn of_several_contacts_the_last_changed_is_chosen_with_that_reason(world: &mut World) {
    let line = line(world, "link").await;
    let first = world.sandbox.add_contact(HOST, "Anna", Some(PHONE), None);
    let second = world.sandbox.add_contact(HOST, "Anna again", Some(PHONE), Some(EMAIL));
    world.advance(Duration::from_secs(60));
    assert!(world.sandbox.rename_contact(HOST, first, "Anna Card"));
    anna_writes(world, &line).await;
    assert_ne!(linked_contact(world, &line), second);
    assert_eq!(why(world, &line).await, because(first, "phone_several"));
}

async fn amocrm_chooses_if_no_contact_is_found(world: &mut World) {
    let line = line(world, "link").await;
    anna_writes(world, &line).await;
    assert_eq!(world.sandbox.contacts(HOST).len(), 1, "amoCRM's own");
    assert_eq!(why(world, &line).await, (None, Some("nobody".to_owned())));
    assert_eq!(world.works("contacts").await, 0);
}

async fn no_contact_is_searched_if_the_choice_is_left_to_amocrm(world: &mut World) {
    let line = line(world, "leave").await;
    let known = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    anna_writes(world, &line).await;
    assert_ne!(linked_contact(world, &line), known);
    assert_eq!(why(world, &line).await, (None, None));
}

async fn a_chat_that_was_there_before_the_rule_stays_where_it_is(world: &mut World) {
    let line = line(world, "leave").await;
    world.customer(&line, "anna").writes("Before").await;
    world.deliver_all().await;
    let there = linked_contact(world, &line);
    world.api.patch(&line.path(""), &json!({"contact_rule": "create"})).await.is(200);
    world.customer(&line, "anna").writes("After").await;
    world.deliver_all().await;
    assert_eq!(linked_contact(world, &line), there);
    assert_eq!(world.sandbox.contacts(HOST).len(), 1);
}

both!(
    by_the_phone_before_the_first_message_makes_a_contact,
    by_a_number_that_messengers_spell_in_another_way,
    by_the_email_if_no_contact_has_the_phone,
    of_several_contacts_the_last_changed_is_chosen_with_that_reason,
    amocrm_chooses_if_no_contact_is_found,
    no_contact_is_searched_if_the_choice_is_left_to_amocrm,
    a_chat_that_was_there_before_the_rule_stays_where_it_is,
);
