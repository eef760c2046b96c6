//! Which contact a new chat gets: one that is found, named, made first, or found by a number that comes later.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{Line, Reply, World, both, once};
use serde_json::json;
use simulator::crm::{Fault, Part};

use super::{EMAIL, PHONE, anna_writes, because, line, line_at, linked_contact, shown, why};
use crate::pages::olga;
use crate::webchat::sites::{new_secret, signed};
use crate::webchat::{OnSite, SHOP, chat_of, chat_with};

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

// A developer names the contact: `sender.contact_id`.

/// Anna's message with the id of a contact.
async fn anna_names(world: &mut World, line: &Line, id: &str, contact: &str) -> Reply {
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
    anna_names(world, &line, "a-1", &anna.to_string()).await.is(202);
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
    anna_names(world, &line, "a-2", &anna.to_string()).await.is(202);
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

async fn a_named_contact_that_amocrm_does_not_have_is_the_reason(world: &mut World) {
    let line = line(world, "link").await;
    anna_names(world, &line, "a-1", "424242").await.is(202);
    let (_, reason) = why(world, &line).await;
    assert_eq!(reason.as_deref(), Some("given_unknown"));
    let list = world.api.get(&line.path("/conversations")).await.is(200);
    let chat = format!("/panel/conversations/{}", list.text_at("/items/0/id"));
    // amoCRM is asked which contact it chose: the reason stays.
    for _ in 0..2 {
        let visitor = olga(world, line.tenant_id).await;
        visitor.opens(&chat).await.is(200).says(&["amoCRM has no contact 424242"]);
        world.advance(Duration::from_secs(3600));
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

// `create`: a contact is made first, and never a second one.

/// Texts in a request that creates a contact, and in one that links.
const MAKES: &str = "custom_fields_values";

const LINKS: &str = "chat_id";

/// By the email if no contact has the phone; amoCRM's own if there is none, or if the choice is left to it; made with the
/// customer's name, number and address, unless there is one.
async fn each_rule_chooses_or_makes_its_contact(world: &mut World) {
    let (joanna, anna) = (("Joanna", None, Some("joanna@example.com")), ("Anna Card", None, Some("Anna@Example.com")));
    let phone = ("Anna Card", Some(PHONE), None);
    for (host, rule, cards, reason) in [
        ("nobody.amocrm.ru", "link", vec![], Some("nobody")),
        ("email.amocrm.ru", "link", vec![joanna, anna], Some("email")),
        ("left.amocrm.ru", "leave", vec![phone], None),
        ("known.amocrm.ru", "create", vec![phone], Some("phone")),
        ("new.amocrm.ru", "create", vec![], Some("made")),
    ] {
        let line = line_at(world, host, rule).await;
        let cards: Vec<i64> =
            cards.iter().map(|(name, phone, email)| world.sandbox.add_contact(host, name, *phone, *email)).collect();
        anna_writes(world, &line).await;
        let linked = linked_contact(world, &line);
        let contacts = world.sandbox.contacts(host);
        let is_ours = !matches!(reason, None | Some("nobody"));
        assert_eq!(why(world, &line).await, (is_ours.then_some(linked), reason.map(str::to_owned)), "{host}");
        let is_known = matches!(reason, Some("email" | "phone"));
        assert_eq!(is_known.then_some(linked), cards.last().copied().filter(|_| is_known), "{host}");
        assert_eq!(contacts.len(), cards.len() + usize::from(!is_known), "{host}: {contacts:?}");
        if reason == Some("nobody") {
            assert_eq!(world.works("contacts").await, 0);
        }
        if reason == Some("made") {
            let made = &contacts[0];
            assert_eq!((made.id, made.name.as_str()), (linked, "anna"));
            assert_eq!(
                (made.phones.as_slice(), made.emails.as_slice()),
                (&[PHONE.to_owned()][..], &[EMAIL.to_owned()][..])
            );
        }
    }
}

/// The contacts with Anna's number that Parom made: those with the number as she gave it.
fn made(world: &World, host: &str) -> Vec<i64> {
    let all = world.sandbox.contacts(host).into_iter().filter(|contact| contact.phones == [PHONE]);
    all.map(|contact| contact.id).collect()
}

/// The answer to the creation is lost, or the link fails and the process ends.
async fn a_fault_while_a_contact_is_made_makes_no_second_one(world: &mut World) {
    for (host, call, fault) in [
        ("linked.amocrm.ru", LINKS, Fault::Status { code: 502, retry_after: None }),
        ("lost.amocrm.ru", MAKES, Fault::LostAnswer),
    ] {
        let line = line_at(world, host, "create").await;
        world.sandbox.faults().next_with(Part::Rest, call, 1, fault);
        anna_writes(world, &line).await;
        assert_eq!(made(world, host).len(), 1, "{call}: it was made");
        if call == LINKS {
            world.restart().await;
        }
        world.advance(Duration::from_secs(61));
        assert_eq!(world.works("contacts").await, 1, "{call}");
        let anna = linked_contact(world, &line);
        assert_eq!(made(world, host), [anna], "{call}: the chat is linked to it although its lead came first");
        assert_eq!(world.works("contacts").await, 0, "{call}: and that is all");
        if call == MAKES {
            assert_eq!(why(world, &line).await, because(anna, "made"));
        }
    }
}

async fn a_death_before_the_message_went_out_makes_no_second_one(world: &mut World) {
    let line = line(world, "create").await;
    world.faults.add("deliver.after_call=error:1").unwrap();
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

// A number that the customer provides after the chat began: the rule is applied again.

/// Anna writes, first without her number and then with it.
async fn anna_sends_her_number(world: &mut World, line: &Line) {
    let anna = world.customer(line, "anna");
    anna.writes("Hello").await;
    world.deliver_all().await;
    let mut body = anna.body("a-2", "My number is below");
    body["sender"]["phone"] = json!(PHONE);
    anna.posts(&body).await.is(202);
    world.deliver_all().await;
    assert_eq!(shown(world, line).await["phone"], PHONE, "it is kept, whatever the rule");
}

/// The contact to which the only chat is linked at amoCRM.
fn only_link(world: &World) -> i64 {
    let links = world.sandbox.contact_links(HOST);
    assert_eq!(links.len(), 1, "{links:?}");
    links[0].contact_id
}

async fn the_contact_is_found_by_it(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    anna_sends_her_number(world, &line).await;
    assert_ne!(linked_contact(world, &line), anna, "amoCRM made its own of the first message");
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(linked_contact(world, &line), anna);
    assert_eq!(why(world, &line).await, because(anna, "phone"));
    assert_eq!(world.sandbox.incoming_leads(HOST)[0].contact_id, anna, "the lead goes with its chat");
    // The same number again is no news.
    let mut body = world.customer(&line, "anna").body("a-3", "And?");
    body["sender"]["phone"] = json!(PHONE);
    world.customer(&line, "anna").posts(&body).await.is(202);
    world.deliver_all().await;
    assert_eq!(world.works("contacts").await, 0);
    // None is searched if the choice is left to amoCRM, and a chat that was there before a rule stays where it is.
    let left = line_at(world, "left.amocrm.ru", "leave").await;
    let card = world.sandbox.add_contact(&left.host, "Anna Card", Some(PHONE), None);
    anna_sends_her_number(world, &left).await;
    assert_eq!(world.works("contacts").await, 0);
    let there = linked_contact(world, &left);
    assert_ne!(there, card);
    world.api.patch(&left.path(""), &json!({"contact_rule": "create"})).await.is(200);
    world.customer(&left, "anna").writes("After").await;
    world.deliver_all().await;
    assert_eq!((linked_contact(world, &left), world.sandbox.contacts(&left.host).len()), (there, 2));
}

async fn one_that_was_made_gives_way_to_the_one_with_the_number(world: &mut World) {
    let line = line(world, "create").await;
    anna_sends_her_number(world, &line).await;
    let made = linked_contact(world, &line);
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(why(world, &line).await, because(made, "made"), "no other contact has the number");
    let card = world.sandbox.add_contact(HOST, "Anna Card", Some("+79990000001"), None);
    let mut body = world.customer(&line, "anna").body("a-3", "I have another one now");
    body["sender"]["phone"] = json!("+79990000001");
    world.customer(&line, "anna").posts(&body).await.is(202);
    world.deliver_all().await;
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(why(world, &line).await, because(card, "phone"));
}

/// Provided by the site, which has learned it meanwhile.
async fn on_a_site(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    world.api.patch(&format!("/api/v1/sources/{source}"), &json!({"contact_rule": "link"})).await.is(200);
    let secret = new_secret(&world.panel(world.active(HOST).await).await, &source).await;
    let exp = world.clock.millis() / 1000 + 3600;
    let with = |claims| OnSite { token: signed(&secret, &claims), ..OnSite::new(&source) };
    with(json!({"sub": "17", "name": "Anna", "exp": exp})).writes(world, "Hello").await.is(202);
    world.deliver_all().await;
    let card = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    let known = with(json!({"sub": "17", "name": "Anna", "phone": PHONE, "exp": exp}));
    known.writes(world, "You have my number").await.is(202);
    world.deliver_all().await;
    assert_eq!(chat_of(world, "Hello"), chat_of(world, "You have my number"));
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(only_link(world), card);
}

both!(a_death_before_the_message_went_out_makes_no_second_one, by_a_number_that_messengers_spell_in_another_way);
once!(of_several_contacts_the_last_changed_is_chosen_with_that_reason, the_named_contact_gets_the_chat_under_any_rule);
once!(a_contact_that_could_not_be_found_again_is_created_once, one_that_was_made_gives_way_to_the_one_with_the_number);
once!(by_the_phone_before_the_first_message_makes_a_contact, a_fault_while_a_contact_is_made_makes_no_second_one);
once!(a_chat_without_a_message_is_linked_to_its_contact, a_contact_that_is_not_there_counts_as_absent, on_a_site);
once!(a_named_contact_that_amocrm_does_not_have_is_the_reason);
once!(each_rule_chooses_or_makes_its_contact, a_contact_named_later_gets_the_chat, the_contact_is_found_by_it);
