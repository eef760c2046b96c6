//! A manager writes first to a customer who has a chat already: amoCRM has two chats for one dialogue.

use parom_tests::{World, both};
use simulator::crm::HookMessage;

use super::{began, chat, last_at_crm, opened, received_webhooks, statuses, went_on, writes_first};

async fn both_chats_are_kept_apart_and_answers_go_where_the_manager_wrote_last(world: &mut World) {
    let line = world.line("support").await;
    let pavel = world.customer(&line, "pavel");
    pavel.writes("I have a question").await;
    world.deliver_all().await;
    let old = last_at_crm(world, &line).chat_id;

    world.messenger.answers_next([opened("m-1")]);
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    assert_ne!(said.chat_id, old, "amoCRM makes another chat");
    world.deliver_all().await;
    assert_eq!(received_webhooks(world), [began("Hello, this is Acme")]);

    let person = chat(world, &line, &said.chat_id).person_id;
    pavel.writes("to the new chat").await;
    world.deliver_all().await;
    let bound = last_at_crm(world, &line);
    assert_eq!(bound.chat_id, said.chat_id);
    assert_eq!(bound.payload["conversation_ref_id"], said.chat_id.as_str());
    assert_eq!(bound.payload["sender"]["ref_id"], person.as_str());
    let olds = chat(world, &line, &old);
    assert_ne!(bound.payload["conversation_id"].as_str(), olds.conversation_id.as_deref(), "ids of its own");
    pavel.writes("also there").await;
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).chat_id, said.chat_id);

    // The manager goes on in the old chat: it is the same dialogue, and the answer follows.
    let there = world.sandbox.manager_sends(&line.host, &old, HookMessage::text("from the old chat")).await.unwrap();
    world.deliver_all().await;
    assert_eq!(received_webhooks(world)[1..], [went_on("from the old chat")]);
    pavel.writes("to the old chat").await;
    world.deliver_all().await;
    let answer = last_at_crm(world, &line);
    assert_eq!(answer.chat_id, old);
    assert_eq!(answer.payload.get("conversation_ref_id"), None);

    // And back; each message has its own statuses.
    let here = world.sandbox.manager_sends(&line.host, &said.chat_id, HookMessage::text("and back")).await.unwrap();
    world.deliver_all().await;
    pavel.writes("to the new chat again").await;
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).chat_id, said.chat_id);
    let ids: Vec<String> = world.messenger.received().iter().map(parom_tests::Received::message_id).collect();
    pavel.reports_status(&ids[1], "read").await.is(202);
    pavel.reports_status(&ids[2], "delivered").await.is(202);
    world.deliver_all().await;
    assert_eq!(statuses(world, &line, &there), [(2, None)]);
    assert_eq!(statuses(world, &line, &here), [(1, None)]);
    assert_eq!(world.sandbox.chats(&line.host).len(), 2);
}

both!(both_chats_are_kept_apart_and_answers_go_where_the_manager_wrote_last);
