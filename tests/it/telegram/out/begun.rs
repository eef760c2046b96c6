//! A manager writes first. A bot cannot start a chat; customers who wrote to it and shared their number are reached
//! there.

use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{TelegramLine, TelegramWorld, both, once};
use serde_json::json;
use simulator::crm::{HookMessage, Said, Status};
use simulator::telegram::{Content, NewBot, NewPerson};

use super::{chat, chatting, last};

/// The number of every person of the world's Telegram who has no other.
const PHONE: &str = "+79990001122";

async fn writes_first(world: &TelegramWorld, line: &TelegramLine, phone: &str, text: &str) -> Said {
    let (source, message) = (Some(line.line.external_id.as_str()), HookMessage::text(text));
    let said = world.sandbox.manager_writes_first(HOST, CHANNEL_ID, source, phone, message).await.unwrap();
    assert_eq!(said.answer.status, Some(200));
    said
}

/// The last status of a manager's message.
fn status(world: &TelegramWorld, said: &Said) -> Status {
    let messages = world.sandbox.messages(HOST);
    let found = messages.into_iter().find(|message| message.id == said.message_id).unwrap();
    found.statuses.last().expect("a status").clone()
}

async fn a_person_who_shared_their_number_is_reached_in_their_own_chat(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    line.customer(world).sends(Content::of("own_contact")).unwrap();
    world.telegram_arrives().await;
    let old = line.chat(world);
    let said = writes_first(world, &line, "8 (999) 000-11-22", "Your order is here").await;
    assert_ne!(said.chat_id, old, "amoCRM makes another chat");
    world.deliver_all().await;
    assert_eq!((chat(&last(world, &line)), last(world, &line).text.as_str()), (line.person, "Your order is here"));
    assert_eq!(world.statuses_at_crm(&line.line, &said.message_id), [1]);
    // The dialogue goes on in the chat in which a manager wrote last; what follows there needs no search.
    line.customer(world).writes("On my way").unwrap();
    world.telegram_arrives().await;
    let came = world.sandbox.messages(HOST).pop().unwrap();
    assert_eq!((came.text.as_str(), came.chat_id.as_str()), ("On my way", said.chat_id.as_str()));
    for (chat, text) in [(&said.chat_id, "Good"), (&old, "From the old chat")] {
        line.manager_sends_to(world, chat, HookMessage::text(text)).await;
        world.deliver_to_the_end().await;
    }
    let texts: Vec<_> = line.sent(world).into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["Your order is here", "Good", "From the old chat"]);
    line.customer(world).writes("Thanks").unwrap();
    world.telegram_arrives().await;
    assert_eq!(world.sandbox.messages(HOST).pop().unwrap().chat_id, old);
}

async fn a_person_unknown_to_the_bot_is_904(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    for (phone, why) in [(PHONE, "a person who shared no number"), ("+79990001123", "a stranger")] {
        let said = writes_first(world, &line, phone, "Hello").await;
        world.deliver_all().await;
        let told = status(world, &said);
        assert_eq!((told.code, told.error_code), (-1, Some(904)), "{why}");
        let words = told.error.unwrap_or_default().replace('\u{a0}', " ");
        assert_eq!(words, "Клиент ещё не запускал бота. Пришлите ему ссылку на бота.", "{why}");
    }
    assert!(line.sent(world).is_empty());
}

async fn a_person_who_blocked_the_bot_is_named_as_such(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    line.customer(world).sends(Content::of("own_contact")).unwrap();
    line.customer(world).blocks().unwrap();
    world.telegram_arrives().await;
    let said = writes_first(world, &line, PHONE, "Hello").await;
    world.deliver_all().await;
    assert_eq!(status(world, &said).error_code, Some(901));
}

async fn the_bot_that_knows_them_is_named(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    line.customer(world).sends(Content::of("own_contact")).unwrap();
    world.telegram_arrives().await;
    let sales = NewBot { id: 7_100_000_001, username: "acme_sales_bot".to_owned(), ..NewBot::default() };
    let sales = world.telegram_source(sales, json!({})).await;
    let said = writes_first(world, &sales, PHONE, "Hello").await;
    world.deliver_all().await;
    let told = status(world, &said);
    assert_eq!(told.error_code, Some(904));
    let name = world.api.get(&line.line.path("")).await.is(200).text_at("/name");
    assert!(told.error.unwrap().contains(&name), "where they can be reached");
    assert!(sales.sent(world).is_empty() && line.sent(world).is_empty());
    let other = NewPerson { id: 5_512_345_679, phone: "79990001123".to_owned(), ..NewPerson::default() };
    let other = world.telegram().add_person(other);
    world.telegram().customer(other, sales.bot).starts("").unwrap();
    world.telegram().customer(other, sales.bot).sends(Content::of("own_contact")).unwrap();
    world.telegram_arrives().await;
    writes_first(world, &sales, "+79990001123", "Hello").await;
    world.deliver_all().await;
    assert_eq!(chat(&last(world, &sales)), other);
}

both!(a_person_who_shared_their_number_is_reached_in_their_own_chat, a_person_unknown_to_the_bot_is_904);
once!(a_person_who_blocked_the_bot_is_named_as_such, the_bot_that_knows_them_is_named);
