//! Conversations that managers begin: how they are opened, named, bound and kept apart.

use std::time::Duration;

use base::message::crm_id;
use entity::tenant;
use parom_tests::settings::CHANNEL_ID;
use parom_tests::{Answer, Line, Reply, World, both, once};
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;
use serde_json::{Value, json};
use simulator::crm::{ChatView, HookFault, HookKind, HookMessage, Said};

use crate::alerts::{detail, looks};
use crate::inbound::last_at_crm;
use crate::pages::olga;

const PHONE: &str = "+79995556677";

/// A manager writes to Pavel's number over a line; the hook is answered by 200.
async fn writes_first(world: &World, line: &Line, text: &str) -> Said {
    let source = Some(line.external_id.as_str());
    let message = HookMessage::text(text);
    let said = world.sandbox.manager_writes_first(&line.host, CHANNEL_ID, source, PHONE, message).await.unwrap();
    assert_eq!(said.answer.status, Some(200), "{:?}", said.answer);
    said
}

/// What a messenger answers that has opened a dialogue with Pavel.
fn opened(message: &str) -> Answer {
    Answer::Status(200, json!({"conversation": {"id": "chat-pavel"}, "receiver": {"id": "user-pavel"}, "id": message}))
}

/// Kind, text and conversation of every webhook, in order.
fn received_webhooks(world: &World) -> Vec<(String, String, String)> {
    let received = world.messenger.received();
    let kind = |body: &Value| body["type"].as_str().unwrap_or_default().to_owned();
    received.iter().map(|one| (kind(&one.body), one.text(), one.conversation())).collect()
}

fn began(text: &str) -> (String, String, String) {
    ("conversation.started".to_owned(), text.to_owned(), String::new())
}

fn went_on(text: &str) -> (String, String, String) {
    ("message.created".to_owned(), text.to_owned(), "chat-pavel".to_owned())
}

fn chat(world: &World, line: &Line, id: &str) -> ChatView {
    world.sandbox.chats(&line.host).into_iter().find(|chat| chat.id == id).expect("amoCRM has the chat")
}

/// Codes of the statuses that amoCRM received for a manager's message, with the codes of errors.
fn statuses(world: &World, line: &Line, said: &Said) -> Vec<(i64, Option<i64>)> {
    let there = world.sandbox.messages(&line.host).into_iter().find(|message| message.id == said.message_id);
    there.unwrap().statuses.iter().map(|status| (status.code, status.error_code)).collect()
}

// A manager writes first to a customer who has a chat already: amoCRM has two chats for one dialogue.

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

// The customer's first answer binds both sides' ids.

async fn the_first_answer_carries_all_four_ids_and_the_next_ours_alone(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_next([opened("m-1")]);
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    assert_eq!(received_webhooks(world), [began("Hello, this is Acme")]);
    let there = chat(world, &line, &said.chat_id);
    assert_eq!(there.conversation_id, None, "the customer has not answered");
    let pavel = world.customer(&line, "pavel");
    // By the messenger's id, which was in the answer.
    for status in ["delivered", "read"] {
        pavel.reports_status("m-1", status).await.is(202);
    }
    world.deliver_all().await;
    assert_eq!(statuses(world, &line, &said), [(1, None), (2, None)]);

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

// If writing first is impossible, the manager gets the reason.

async fn a_number_that_the_messenger_does_not_know_is_904(world: &mut World) {
    let line = world.line("support").await;
    let nobody = json!({"status": "failed", "error": {"code": "recipient_unreachable", "text": "No such number"}});
    world.messenger.answers_next([Answer::Status(200, nobody)]);
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    assert_eq!(statuses(world, &line, &said), [(-1, Some(904))]);
    let there = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == said.message_id).unwrap();
    assert_eq!(there.statuses[0].error.as_deref(), Some("No such number"));
    // It may be reported later too.
    let said = writes_first(world, &line, "Hello?").await;
    world.deliver_all().await;
    let id = world.messenger.received()[1].message_id();
    let failed = json!({"status": "failed", "error": {"code": "recipient_unreachable"}});
    world.api.post(&line.path(&format!("/messages/{id}/status")), &failed).await.is(202);
    world.deliver_all().await;
    assert_eq!(statuses(world, &line, &said), [(-1, Some(904))]);
}

/// Brazil's Porto Alegre and Peru have mobile phones with these digits: nobody is written to by a guess.
async fn a_number_of_two_peoples_phones_is_904(world: &mut World) {
    let line = world.line("support").await;
    let brazil = tenant::Entity::update_many().col_expr(tenant::Column::Country, Expr::value("BR"));
    brazil.exec(world.app().store.write()).await.unwrap();
    world.app().lookup.forget();
    let (source, hello) = (Some(line.external_id.as_str()), HookMessage::text("Hello, this is Acme"));
    let said = world.sandbox.manager_writes_first(&line.host, CHANNEL_ID, source, "51987654321", hello).await.unwrap();
    world.deliver_all().await;
    assert_eq!(statuses(world, &line, &said), [(-1, Some(904))]);
    assert_eq!(received_webhooks(world), []);
}

async fn a_channel_without_writing_first(world: &mut World) {
    let line = world.line("support").await;
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    assert_eq!(statuses(world, &line, &said), [(-1, Some(905))]);
    assert_eq!(received_webhooks(world), []);
    // The reason is its own wherever it is shown, with an advice that can be followed.
    let (reason, advice) = ("You cannot write first here.", "Answer when the customer writes");
    let told = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == said.message_id).unwrap();
    assert!(
        told.statuses[0].error.as_deref().is_some_and(|text| text.starts_with("Здесь нельзя написать первым.")),
        "{:?}",
        told.statuses
    );
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.text_at("/items/0/reason"), "writing_first");
    let message = dead.text_at("/items/0/message_id");
    let shown = world.api.get(&format!("/api/v1/messages/{message}")).await.is(200);
    assert_eq!(shown.text_at("/error/code"), "writing_first");
    looks(world).await;
    let alert = detail(world, &line, "undelivered").await;
    assert_eq!(alert["reason"], "writing_first");
    let visitor = olga(world, line.tenant_id).await;
    let page = visitor.opens(&format!("/panel/messages/{message}")).await.is(200);
    page.says(&[reason, advice]);
    page.never_says(&["The messenger refused"]);
    let list = visitor.opens("/panel/undelivered").await.is(200);
    list.says(&[reason, "Writing first is not possible"]);
    let found = visitor.opens("/panel/messages?reason=writing_first").await.is(200);
    found.says(&["1 message found"]);
    // The file names the customer, whose number is no formula.
    for file in ["/panel/undelivered.csv", "/panel/messages.csv"] {
        let file = visitor.opens(file).await.is(200);
        file.says(&[&format!("{}\"", &PHONE[1..])]);
        file.never_says(&["\"'"]);
    }
    // Who sends it again knows before that it will fail, and afterwards that it did.
    world.advance(Duration::from_secs(60));
    let letter = dead.text_at("/items/0/id");
    let fields = [("do", "retry"), ("id", letter.as_str())];
    let asked = visitor.sends("/panel/undelivered/confirm", &fields).await.is(200);
    asked.says(&["As things are, 1 of them will fail again: Writing first is not possible (1)."]);
    visitor
        .does("/panel/undelivered/decide", &fields)
        .await
        .says(&["1 message is queued again.", "0 delivered, 0 failed again, 1 still waiting."]);
    world.deliver_all().await;
    let list = visitor.opens("/panel/undelivered").await.is(200);
    list.says(&["0 delivered, 1 failed again."]);
    visitor.does("/panel/undelivered/decide", &[("do", "drop"), ("id", &letter)]).await.never_says(&["failed again"]);
}

// A messenger may name the dialogue later: with the customer's first message, or with a status.

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
    assert_eq!(statuses(world, &line, &said), [(1, None), (2, None)]);
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
    pavel_writes(world, &other, |body| body["sender"]["phone"] = json!(PHONE)).await;
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

// What a manager writes before the customer has answered.

async fn more_messages_find_the_same_chat_and_wait_behind_the_first(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_next([Answer::status(503), Answer::status(503), opened("m-1")]);
    let first = writes_first(world, &line, "one").await;
    world.deliver_all().await;
    let second = writes_first(world, &line, "two").await;
    let third = writes_first(world, &line, "three").await;
    assert_eq!([&first.chat_id, &first.chat_id], [&second.chat_id, &third.chat_id], "one chat at amoCRM");
    world.deliver_to_the_end().await;
    assert_eq!(received_webhooks(world), [began("one"), began("one"), began("one"), went_on("two"), went_on("three")]);
    let ids = world.messenger.received().iter().take(3).map(|one| one.webhook_id.clone()).collect::<Vec<_>>();
    assert_eq!([&ids[0], &ids[0]], [&ids[1], &ids[2]], "one webhook-id in every retry");
    let shown = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(shown.json["items"].as_array().unwrap().len(), 1, "{}", shown.text);
}

async fn a_first_message_that_failed_leaves_the_beginning_to_the_next(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_next([Answer::status(422), opened("m-2")]);
    let first = writes_first(world, &line, "one").await;
    writes_first(world, &line, "two").await;
    world.deliver_to_the_end().await;
    assert_eq!(received_webhooks(world), [began("one"), began("two")]);
    assert_eq!(statuses(world, &line, &first), [(-1, Some(905))]);
    world.customer(&line, "pavel").writes("Who is this?").await;
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).payload["conversation_ref_id"], first.chat_id.as_str());
}

// Hooks that come twice, answers that are lost, a server that dies between answer and commit.

/// The hook comes twice, and the messenger's answer is lost.
async fn an_answer_that_was_lost_is_asked_for_under_the_same_id(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().next_hooks(HookKind::Chats, 1, HookFault::Doubled);
    world.messenger.answers_next([Answer::Cut, opened("m-1")]);
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_to_the_end().await;
    let received = world.messenger.received();
    assert_eq!(received_webhooks(world), [began("Hello, this is Acme"), began("Hello, this is Acme")]);
    assert_eq!(received[0].webhook_id, received[1].webhook_id);
    assert_eq!([&received[0].body["repeat"], &received[1].body["repeat"]], [&json!(null), &json!(true)]);
    assert_eq!(world.messages().await.len(), 1);
    world.customer(&line, "pavel").writes("Who is this?").await;
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).payload["conversation_ref_id"], said.chat_id.as_str());
}

async fn a_death_between_answer_and_commit_loses_nothing(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_by(|_| opened("m-1"));
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.faults.add("deliver.after_call=error:1").unwrap();
    world.deliver_all().await;
    let shown = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(shown.json["items"][0]["external_id"], json!(null), "nothing was committed");
    world.advance(Duration::from_secs(61));
    world.restart().await;
    writes_first(world, &line, "Are you there?").await;
    world.deliver_to_the_end().await;
    assert_eq!(
        received_webhooks(world),
        [began("Hello, this is Acme"), began("Hello, this is Acme"), went_on("Are you there?")]
    );
    let received = world.messenger.received();
    assert_eq!(received[0].webhook_id, received[1].webhook_id);
    assert_eq!(received[1].body["repeat"], true);
    world.customer(&line, "pavel").writes("Who is this?").await;
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).payload["conversation_ref_id"], said.chat_id.as_str());
    assert_eq!(world.sandbox.chats(&line.host).len(), 1);
}

both!(both_chats_are_kept_apart_and_answers_go_where_the_manager_wrote_last);
both!(the_first_answer_carries_all_four_ids_and_the_next_ours_alone, by_the_phone_of_the_customers_first_message);
once!(a_first_message_that_failed_leaves_the_beginning_to_the_next, a_number_that_the_messenger_does_not_know_is_904);
once!(a_messenger_that_names_nothing_is_asked_by_the_phone_again, a_death_between_answer_and_commit_loses_nothing);
once!(more_messages_find_the_same_chat_and_wait_behind_the_first, by_the_message_that_the_first_answer_quotes);
once!(an_answer_that_amocrm_may_have_taken_still_carries_them, an_answer_that_was_lost_is_asked_for_under_the_same_id);
once!(a_number_of_two_peoples_phones_is_904, by_a_status_of_the_managers_message, strangers_stay_strangers);
once!(a_channel_without_writing_first in |config| config.integrations[0].channels[0].write_first = false);
