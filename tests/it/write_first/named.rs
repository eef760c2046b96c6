//! A messenger may name the dialogue later: with the customer's first message, or with a status.

use parom_tests::{Answer, Line, Reply, World, both};
use serde_json::{Value, json};

use super::{began, chat, last_at_crm, received_webhooks, went_on, writes_first};

/// Pavel writes in a dialogue that the messenger has not named yet, with further fields.
async fn pavel_writes(world: &World, line: &Line, with: impl FnOnce(&mut Value)) -> Reply {
    let pavel = world.customer(line, "pavel");
    let mut body = pavel.body("p-1", "Who is this?");
    with(&mut body);
    pavel.posts(&body).await.is(202)
}

async fn by_the_phone_of_the_customers_first_message(world: &mut World) {
    let line = world.line("support").await;
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    // The same number in other dress.
    pavel_writes(world, &line, |body| body["sender"]["phone"] = json!("8 (999) 555-66-77")).await;
    world.deliver_all().await;
    let first = last_at_crm(world, &line);
    assert_eq!(first.payload["conversation_ref_id"], said.chat_id.as_str());
    assert_eq!(first.payload["sender"]["ref_id"], chat(world, &line, &said.chat_id).person_id.as_str());
    world.manager(&line).answers("pavel", "It is Acme").await;
    world.deliver_all().await;
    assert_eq!(received_webhooks(world)[1..], [went_on("It is Acme")]);
    assert_eq!(world.sandbox.chats(&line.host).len(), 1);
}

async fn by_the_message_that_the_first_answer_quotes(world: &mut World) {
    let line = world.line("support").await;
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    let id = world.messenger.received()[0].message_id();
    pavel_writes(world, &line, |body| body["reply_to"] = json!({"id": id})).await;
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).payload["conversation_ref_id"], said.chat_id.as_str());
    assert_eq!(world.sandbox.chats(&line.host).len(), 1);
}

async fn by_a_status_of_the_managers_message(world: &mut World) {
    let line = world.line("support").await;
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    let id = world.messenger.received()[0].message_id();
    let status = json!({
        "status": "delivered", "conversation": {"id": "chat-pavel"}, "receiver": {"id": "user-pavel"}, "id": "m-1",
    });
    world.api.post(&line.path(&format!("/messages/{id}/status")), &status).await.is(202);
    writes_first(world, &line, "Are you there?").await;
    world.deliver_all().await;
    assert_eq!(received_webhooks(world), [began("Hello, this is Acme"), went_on("Are you there?")]);
    // The messenger's id of the message is known now, too.
    world.customer(&line, "pavel").reports_status("m-1", "read").await.is(202);
    world.deliver_all().await;
    assert_eq!(super::statuses(world, &line, &said), [(1, None), (2, None)]);
    world.customer(&line, "pavel").writes("Who is this?").await;
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).payload["conversation_ref_id"], said.chat_id.as_str());
    let wrong = json!({"status": "read", "conversation": {"id": ""}});
    let refused = world.api.post(&line.path(&format!("/messages/{id}/status")), &wrong).await.is(422);
    assert_eq!(refused.wrong_fields(), ["/conversation/id"]);
}

/// A first message of another person names no chat.
async fn strangers_stay_strangers(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line("sales").await;
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    let mut body = world.customer(&line, "anna").body("a-1", "I am Anna");
    body["sender"]["phone"] = json!("+79995556678");
    world.customer(&line, "anna").posts(&body).await.is(202);
    // The same number over another line is another dialogue.
    pavel_writes(world, &other, |body| body["sender"]["phone"] = json!(super::PHONE)).await;
    world.deliver_all().await;
    assert_eq!(world.sandbox.chats(&line.host).len(), 3);
    assert_eq!(chat(world, &line, &said.chat_id).conversation_id, None);
}

async fn a_messenger_that_names_nothing_is_asked_by_the_phone_again(world: &mut World) {
    let line = world.line("support").await;
    writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    writes_first(world, &line, "Are you there?").await;
    world.deliver_all().await;
    assert_eq!(received_webhooks(world), [began("Hello, this is Acme")], "it waits a moment for the name");
    world.messenger.answers_next([Answer::ok()]);
    world.deliver_to_the_end().await;
    assert_eq!(received_webhooks(world)[1..], [began("Are you there?")]);
}

both!(
    by_the_phone_of_the_customers_first_message,
    by_the_message_that_the_first_answer_quotes,
    by_a_status_of_the_managers_message,
    strangers_stay_strangers,
    a_messenger_that_names_nothing_is_asked_by_the_phone_again,
);
