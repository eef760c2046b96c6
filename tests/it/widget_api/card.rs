//! The lead card: this contact's chats and what became of them.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{Line, World, both, once};
use serde_json::{Value, json};
use simulator::crm::LeadView;

use super::{User, problem};

fn lead(world: &World, line: &Line, name: &str) -> LeadView {
    let conversation = line.crm_conversation(&format!("chat-{name}"));
    let chats = world.sandbox.chats(HOST);
    chats.into_iter().find(|chat| chat.conversation_id.as_deref() == Some(&conversation)).unwrap().lead.unwrap()
}

async fn card(world: &World, user: &User, query: &str) -> Value {
    user.get(world, &format!("/card?{query}")).await.is(200).json["items"].clone()
}

async fn a_contacts_chats_and_what_became_of_the_last_message(world: &mut World) {
    let line = world.line("support").await;
    let user = User::of(world, HOST, 1).await;
    let anna = world.customer(&line, "anna");
    let first = anna.writes("Hello").await;
    world.customer(&line, "boris").writes("Other").await;
    world.deliver_all().await;
    let annas = lead(world, &line, "anna");
    let items = card(world, &user, &format!("contact_id={}", annas.contact_id)).await;
    assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
    assert_eq!(items[0]["source"], json!({"id": line.source_id, "name": "Line support", "kind": "custom"}));
    assert_eq!((&items[0]["contact"]["name"], &items[0]["window"]), (&json!("anna"), &json!(null)));
    let last = &items[0]["last_message"];
    assert_eq!(
        (&last["id"], &last["direction"], &last["status"]),
        (&json!(first), &json!("to_crm"), &json!("delivered"))
    );
    assert_eq!((&last["error"], &items[0]["last_failure"]), (&json!(null), &json!(null)));

    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let sent = world.messages().await.pop().unwrap();
    anna.reports_status(&sent.id.to_string(), "failed").await.is(202);
    world.deliver_all().await;
    let items = card(world, &user, &format!("lead_id={}&lang=ru", annas.id)).await;
    let (last, failure) = (&items[0]["last_message"], &items[0]["last_failure"]);
    assert_eq!((&last["status"], &last["direction"]), (&json!("failed"), &json!("to_messenger")), "{items}");
    assert_eq!((&failure["id"], &failure["reason"]), (&json!(sent.id), &last["error"]["reason"]));
    assert!(failure["fix"].as_str().unwrap().chars().any(|sign| sign >= 'а'), "{items}");
    assert!(!items.to_string().contains("Good morning"), "no texts in the card: {items}");

    // Newest first; unknown and absent contacts have no chats.
    let boris = lead(world, &line, "boris").contact_id;
    world.advance(Duration::from_secs(5));
    world.customer(&line, "boris").writes("Again").await;
    world.deliver_all().await;
    let both = card(world, &user, &format!("contact_id={}&contact_id={boris}", annas.contact_id)).await;
    let names: Vec<_> = both.as_array().unwrap().iter().map(|item| item["contact"]["name"].clone()).collect();
    assert_eq!(names, ["boris", "anna"]);
    for nothing in ["", "contact_id=1", "contact_id=x", "lead_id=1"] {
        assert_eq!(card(world, &user, nothing).await, json!([]), "{nothing}");
    }
}

async fn the_card_says_when_amocrm_does_not(world: &mut World) {
    let line = world.line("support").await;
    let user = User::of(world, HOST, 1).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let query = format!("/card?contact_id={}", lead(world, &line, "anna").contact_id);
    world.sandbox.set_unpaid(HOST, true);
    assert_eq!(problem(&user.get(world, &query).await.is(409)), "crm-unpaid");
    world.sandbox.set_unpaid(HOST, false);
    world.sandbox.set_too_many(HOST, Some(3));
    assert!(!user.get(world, &query).await.is(503).header("retry-after").is_empty());
    world.sandbox.set_too_many(HOST, None);
    world.sandbox.set_gateway_page(HOST, Some(502));
    user.get(world, &query).await.is(503);
    world.sandbox.set_gateway_page(HOST, None);
    user.get(world, &query).await.is(200);
}

async fn the_window_closes_a_day_after_the_customer_wrote(world: &mut World) {
    let line = world.line("support").await;
    let settings = json!({"webhook_url": world.messenger.url(), "time_window_seconds": 86_400});
    world.api.patch(&line.path(""), &json!({"settings": settings})).await.is(200);
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let query = format!("contact_id={}", lead(world, &line, "anna").contact_id);
    let user = User::of(world, HOST, 1).await;
    let window = card(world, &user, &query).await[0]["window"].clone();
    assert_eq!((&window["open"], &window["templates"]), (&json!(true), &json!(true)), "{window}");
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(86_400));
    let user = User::of(world, HOST, 1).await;
    let closed = card(world, &user, &query).await[0]["window"].clone();
    assert_eq!((&closed["open"], &closed["until"]), (&json!(false), &window["until"]), "our answers open nothing");
}

both!(a_contacts_chats_and_what_became_of_the_last_message);
once!(the_card_says_when_amocrm_does_not, the_window_closes_a_day_after_the_customer_wrote);
