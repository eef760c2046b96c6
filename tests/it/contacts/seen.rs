//! "Why this contact" in the panel, with the way to its card; and what stays of it when a customer is erased.

use parom::tenant::{Who, erase};
use parom_tests::settings::HOST;
use parom_tests::{World, both};

use super::{PHONE, anna_writes, because, line, linked_contact, why};

async fn on_the_pages_of_chat_and_message(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna <Card>", Some(PHONE), None);
    anna_writes(world, &line).await;
    let olga = world.panel_as(line.tenant_id, 2001, "Olga Owner", true).await;
    let id = world.api.get(&line.path("/conversations")).await.text_at("/items/0/id");
    let page = olga.opens(&format!("/panel/conversations/{id}")).await.is(200);
    let card = format!("https://{HOST}/contacts/detail/{anna}");
    page.says(&["Contact in amoCRM", "Anna &#60;Card&#62;", "It has the customer’s phone number.", &card]);
    let message = world.messages().await[0].id;
    let page = olga.opens(&format!("/panel/messages/{message}")).await.is(200);
    page.says(&[&card, "Open the card in amoCRM"]);
    olga.sends("/panel/language", &[("to", "ru")]).await.is(303);
    let page = olga.opens(&format!("/panel/conversations/{id}")).await.is(200);
    page.says(&["Контакт в amoCRM", "У него телефон клиента."]);
}

async fn a_contact_that_amocrm_chose_is_shown_too(world: &mut World) {
    let line = line(world, "leave").await;
    anna_writes(world, &line).await;
    let id = world.api.get(&line.path("/conversations")).await.text_at("/items/0/id");
    let olga = world.panel_as(line.tenant_id, 2001, "Olga Owner", true).await;
    let page = olga.opens(&format!("/panel/conversations/{id}")).await.is(200);
    page.says(&["amoCRM chose it by its own rules.", &format!("/contacts/detail/{}", linked_contact(world, &line))]);
    assert_eq!(why(world, &line).await, because(linked_contact(world, &line), "crm"));
}

async fn nothing_of_it_stays_of_an_erased_customer(world: &mut World) {
    let line = line(world, "link").await;
    world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    anna_writes(world, &line).await;
    erase(&world.app().tenants, line.tenant_id, &Who::Phone(PHONE.to_owned()), "test").await.unwrap();
    assert_eq!(why(world, &line).await, (None, None));
    assert_eq!(super::shown(world, &line).await["amocrm_contact_name"], serde_json::Value::Null);
}

both!(
    on_the_pages_of_chat_and_message,
    a_contact_that_amocrm_chose_is_shown_too,
    nothing_of_it_stays_of_an_erased_customer,
);
