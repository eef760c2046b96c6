//! A number that the customer provides after the chat began: the rule is applied again.

use parom_tests::settings::HOST;
use parom_tests::{Line, TelegramWorld, World, both, once};
use serde_json::json;
use simulator::telegram::Content;

use super::{PHONE, because, line, linked_contact, shown, why};
use crate::webchat::customers::{new_secret, signed};
use crate::webchat::{OnSite, SHOP, chat_of, chat_with};

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

async fn a_chat_with_an_accepted_lead_is_not_moved(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    anna_sends_her_number(world, &line).await;
    let there = linked_contact(world, &line);
    let lead = world.sandbox.incoming_leads(HOST)[0].clone();
    assert!(world.sandbox.accept_lead(HOST, &lead.uid));
    assert_eq!(world.works("contacts").await, 1);
    assert_ne!(there, anna);
    assert_eq!(why(world, &line).await, because(there, "late"));
}

async fn no_contact_is_searched_if_the_choice_is_left_to_amocrm(world: &mut World) {
    let line = line(world, "leave").await;
    world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    anna_sends_her_number(world, &line).await;
    assert_eq!(world.works("contacts").await, 0);
}

/// Shared by the button of Telegram, with the chat begun by a `/start` before.
async fn in_telegram(world: &mut TelegramWorld) {
    let mut line = world.telegram_source(Default::default(), json!({})).await;
    world.api.patch(&line.line.path(""), &json!({"contact_rule": "link"})).await.is(200);
    line.person = world.telegram().add_person(Default::default());
    line.customer(world).starts("").unwrap();
    line.customer(world).writes("Здравствуйте").unwrap();
    world.telegram_arrives().await;
    let card = world.sandbox.add_contact(HOST, "Maria Card", Some("+79990001122"), None);
    assert_ne!(only_link(world), card);
    line.customer(world).sends(Content::of("own_contact")).unwrap();
    world.telegram_arrives().await;
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(only_link(world), card);
    assert_eq!(why(world, &line.line).await, because(card, "phone"));
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

both!(the_contact_is_found_by_it, in_telegram);
once!(
    one_that_was_made_gives_way_to_the_one_with_the_number,
    a_chat_with_an_accepted_lead_is_not_moved,
    no_contact_is_searched_if_the_choice_is_left_to_amocrm,
    on_a_site,
);
