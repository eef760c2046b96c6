//! Quotes, reactions, typing and read marks from amoCRM (whatsapp §6, §8).

use std::time::Duration;

use parom_tests::both;
use serde_json::json;
use simulator::crm::{HookForm, HookMessage};

use super::{MARIA, WhatsAppWorld, arrives, chatting, chatting_with, last};

async fn a_quote_points_to_the_customers_message(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let asked = chat.customer(world).writes("Is the blue one in stock?").unwrap();
    arrives(world).await;
    let theirs = last(world);
    let said = chat.manager_gets_through(world, HookMessage::text("Yes, it is").quoting(&theirs.id)).await;
    assert_eq!(chat.last_sent(world).reply_to, Some(asked.into()));
    // The business's own message is quoted as well.
    chat.manager_gets_through(world, HookMessage::text("As I said").quoting(&said.message_id)).await;
    let own = chat.sent(world)[0].id.clone();
    assert_eq!(chat.last_sent(world).reply_to, Some(own));
}

async fn a_reaction_is_set_and_taken_back(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let asked = chat.customer(world).writes("Thanks!").unwrap();
    arrives(world).await;
    let theirs = last(world);
    for (emoji, there) in [(Some("👍"), vec!["👍"]), (None, vec![])] {
        world.sandbox.manager_reacts(&chat.line.host, &theirs.id, emoji, HookForm::Table).await.unwrap();
        arrives(world).await;
        let messages = world.messenger.history(&chat.number.phone, chat.maria);
        let reactions = messages.into_iter().find(|one| one.id == asked.as_str()).unwrap().reactions;
        assert_eq!(reactions.into_values().flatten().collect::<Vec<_>>(), there);
    }
}

async fn types(world: &mut WhatsAppWorld, chat: &super::Chat) {
    let there = chat.line.chat(world, MARIA);
    world.sandbox.manager_types(&chat.line.host, &there, None, HookForm::Table).await.unwrap();
    world.deliver_all().await;
}

async fn typing_is_shown_and_reads(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let is_read = |world: &WhatsAppWorld| world.messenger.history(&chat.number.phone, chat.maria)[0].is_read;
    assert!(!is_read(world), "no person has looked at it");
    types(world, &chat).await;
    assert!(world.messenger.is_typing(&chat.number.phone, chat.maria) && is_read(world));
    // It is shown for 25 seconds: more calls would change nothing.
    let calls = world.messenger.all_calls().len();
    world.advance(Duration::from_secs(6));
    types(world, &chat).await;
    assert_eq!(world.messenger.all_calls().len(), calls);
    world.advance(Duration::from_secs(24 * 3_600));
    types(world, &chat).await;
    assert_eq!(world.messenger.all_calls().len(), calls, "after a day there is nothing to read");
}

async fn an_answer_marks_as_read(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    chat.manager_gets_through(world, HookMessage::text("Good morning")).await;
    assert!(world.messenger.history(&chat.number.phone, chat.maria)[0].is_read);
    let reads = world.messenger.calls_of("read").len();
    chat.manager_gets_through(world, HookMessage::text("Are you there?")).await;
    assert_eq!(world.messenger.calls_of("read").len(), reads, "once a message");
}

async fn no_read_marks_are_sent_if_they_are_switched_off(world: &mut WhatsAppWorld) {
    let chat = chatting_with(world, &json!({"mark_read": false})).await;
    types(world, &chat).await;
    chat.manager_gets_through(world, HookMessage::text("Good morning")).await;
    let first = world.messenger.history(&chat.number.phone, chat.maria).remove(0);
    assert!(!first.is_read && world.messenger.calls_of("read").is_empty());
    assert_eq!(chat.texts(world), ["Good morning"]);
}

both!(
    a_quote_points_to_the_customers_message,
    a_reaction_is_set_and_taken_back,
    typing_is_shown_and_reads,
    an_answer_marks_as_read,
    no_read_marks_are_sent_if_they_are_switched_off,
);
