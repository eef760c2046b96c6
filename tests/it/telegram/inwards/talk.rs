//! Parts around messages: the first one, answers, forwards, authors.

use entity::conversation;
use parom_tests::settings::HOST;
use parom_tests::{TelegramWorld, both};
use serde_json::json;
use simulator::crm::HookMessage;
use simulator::telegram::{Act, Content};

use super::{at_crm, chatting, last, received_message};

async fn a_start_makes_the_chat_and_keeps_where_it_came_from(world: &mut TelegramWorld) {
    let line = world.telegram_source(Default::default(), json!({})).await;
    let person = world.telegram().add_person(Default::default());
    let maria = world.telegram().customer(person, line.bot);
    maria.starts("lead_77-A").unwrap();
    world.telegram_arrives().await;
    assert!(at_crm(world).is_empty(), "no message has been written");
    let rows = conversation::Entity::of_tenant(line.line.tenant_id).all(world.app().store.read()).await.unwrap();
    let [row] = <[conversation::Model; 1]>::try_from(rows).unwrap();
    assert_eq!((row.visit.as_str(), row.external_id), ("lead_77-A", person.to_string()));
    world.telegram().customer(person, line.bot).writes("Здравствуйте").unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).text, "Здравствуйте");
    assert_eq!(world.sandbox.chats(HOST).len(), 1);
}

async fn answers_find_what_they_answer(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    line.manager_sends(world, HookMessage::text("The blue one is in stock, the red one is not")).await;
    world.deliver_all().await;
    let asked = line.sent(world).pop().unwrap();
    line.customer(world).replies(&asked.id, "Эта!").unwrap();
    world.telegram_arrives().await;
    let came = last(world);
    assert_eq!(came.text, "Эта!");
    let of = at_manager(world, "The blue one is in stock, the red one is not");
    assert!(came.payload.to_string().contains(&of), "{}", came.payload);
    let quote = json!({"text": "in stock", "is_manual": true});
    let with = |act: Act| act.reply_to(&asked.id).with("quote", quote);
    line.customer(world).sends_with(Content::text("Когда?"), with).unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).text, "> in stock\nКогда?");
}

/// amojo's id of a manager's message.
fn at_manager(world: &TelegramWorld, text: &str) -> String {
    let messages = world.sandbox.messages(HOST);
    messages.into_iter().find(|message| message.msgid.is_none() && message.text == text).unwrap().id
}

async fn a_forwarded_text_names_its_author(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let news = json!({"id": -1_001_122_334_455_i64, "title": "Acme news", "username": "acme_news"});
    for (forward, text) in [
        (json!({"user": {"id": 777, "first_name": "Ivan"}}), "Переслано от Ivan:\nок"),
        (json!({"hidden": {"name": "Петя ★"}}), "Переслано от Петя ★:\nок"),
        (
            json!({"channel": {"chat": news, "message": 877}}),
            "Переслано от Acme news (https://t.me/acme_news/877):\nок",
        ),
    ] {
        line.customer(world).sends_with(Content::text("ок"), |act| act.with("forward", forward)).unwrap();
        world.telegram_arrives().await;
        assert_eq!(last(world).text, text);
    }
}

async fn a_shared_own_number_becomes_the_customers_phone(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    line.customer(world).sends(Content::of("own_contact")).unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).kind, "contact");
    let phone = received_message(&last(world))["contact"]["phone"].as_str().unwrap().to_owned();
    assert!(phone.starts_with('+'), "{phone}");
    let chats = world.sandbox.chats(HOST);
    assert_eq!(chats[0].phone, phone.trim_start_matches('+'));
    let shown = world.api.get(&line.line.path("/conversations")).await.is(200);
    assert_eq!(shown.json["items"][0]["contact"]["phone"], json!(phone));
}

async fn customers_are_named_as_they_name_themselves(world: &mut TelegramWorld) {
    chatting(world).await;
    let came = last(world);
    assert_eq!(came.sender_name, "Maria Kovaleva");
    assert_eq!(came.payload["sender"]["profile_link"], "https://t.me/maria_kov");
}

both!(
    a_start_makes_the_chat_and_keeps_where_it_came_from,
    answers_find_what_they_answer,
    a_forwarded_text_names_its_author,
    a_shared_own_number_becomes_the_customers_phone,
    customers_are_named_as_they_name_themselves,
);
