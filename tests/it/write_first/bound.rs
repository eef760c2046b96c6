//! The customer's first answer binds both sides' ids.

use base::message::crm_id;
use parom_tests::{World, both};
use serde_json::json;

use super::{began, chat, last_at_crm, opened, received_webhooks, statuses, went_on, writes_first};

async fn the_first_answer_carries_all_four_ids_and_the_next_ours_alone(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_next([opened("m-1")]);
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    assert_eq!(received_webhooks(world), [began("Hello, this is Acme")]);
    let there = chat(world, &line, &said.chat_id);
    assert_eq!(there.conversation_id, None, "the customer has not answered");

    let pavel = world.customer(&line, "pavel");
    pavel.writes("Who is this?").await;
    world.deliver_all().await;
    let first = last_at_crm(world, &line);
    assert_eq!(first.chat_id, said.chat_id);
    let ours = (line.crm_conversation("chat-pavel"), crm_id(line.source_id, "person", "user-pavel").to_string());
    assert_eq!(first.payload["conversation_id"], ours.0.as_str());
    assert_eq!(first.payload["conversation_ref_id"], said.chat_id.as_str());
    assert_eq!(first.payload["sender"]["id"], ours.1.as_str());
    assert_eq!(first.payload["sender"]["ref_id"], there.person_id.as_str());

    pavel.writes("Hello?").await;
    world.deliver_all().await;
    let second = last_at_crm(world, &line);
    assert_eq!((&second.chat_id, &second.payload["conversation_id"]), (&said.chat_id, &json!(ours.0)));
    assert_eq!(second.payload.get("conversation_ref_id"), None, "{}", second.payload);
    assert_eq!(second.payload["sender"].get("ref_id"), None, "{}", second.payload);

    // From here on it is a chat like any other.
    world.manager(&line).answers("pavel", "It is Acme").await;
    world.deliver_all().await;
    assert_eq!(received_webhooks(world)[1..], [went_on("It is Acme")]);
    assert_eq!(world.sandbox.chats(&line.host).len(), 1);
    let shown = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(shown.json["items"].as_array().unwrap().len(), 1, "{}", shown.text);
    assert_eq!(shown.json["items"][0]["external_id"], "chat-pavel");
    assert_eq!(shown.json["items"][0]["contact"]["id"], "user-pavel");
}

async fn an_answer_that_amocrm_may_have_taken_still_carries_them(world: &mut World) {
    use simulator::crm::{Fault, Part};
    let line = world.line("support").await;
    world.messenger.answers_next([opened("m-1")]);
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    world.sandbox.faults().next(Part::Message, 1, Fault::Status { code: 503, retry_after: None });
    world.sandbox.faults().next(Part::Message, 1, Fault::LostAnswer);
    world.customer(&line, "pavel").writes("Who is this?").await;
    world.deliver_to_the_end().await;
    assert_eq!(last_at_crm(world, &line).chat_id, said.chat_id);
    world.customer(&line, "pavel").writes("Hello?").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Who is this?", "Hello?"]);
    assert_eq!(last_at_crm(world, &line).payload.get("conversation_ref_id"), None);
    assert_eq!(world.sandbox.chats(&line.host).len(), 1);
}

async fn statuses_of_what_was_written_first_reach_the_manager(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_next([opened("m-1")]);
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    let pavel = world.customer(&line, "pavel");
    // By the messenger's id, which was in the answer.
    pavel.reports_status("m-1", "delivered").await.is(202);
    pavel.reports_status("m-1", "read").await.is(202);
    world.deliver_all().await;
    assert_eq!(statuses(world, &line, &said), [(1, None), (2, None)]);
}

both!(
    the_first_answer_carries_all_four_ids_and_the_next_ours_alone,
    an_answer_that_amocrm_may_have_taken_still_carries_them,
    statuses_of_what_was_written_first_reach_the_manager,
);
