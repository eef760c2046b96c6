//! Blocking a customer: what they write is stored and not passed on, and amoCRM shows it once.

use entity::message;
use parom_tests::settings::HOST;
use parom_tests::{Line, World, both, once};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::pages::olga;

async fn chat(world: &World, line: &Line) -> Value {
    world.api.get(&line.path("/conversations")).await.is(200).json["items"][0].clone()
}

/// What Anna writes reaches amoCRM, or not.
async fn writes(world: &mut World, line: &Line, text: &str) {
    world.customer(line, "anna").writes(text).await;
    world.works("block_lines").await;
    world.deliver_all().await;
}

async fn what_a_blocked_customer_writes_is_stored_alone(world: &mut World) {
    let line = world.line("support").await;
    writes(world, &line, "Hello").await;
    let id = chat(world, &line).await["id"].as_str().unwrap().to_owned();
    let olga = olga(world, line.tenant_id).await;
    let path = format!("/panel/customers/{id}");
    olga.opens(&format!("{path}/block")).await.is(200).says(&["stored but not passed on", "who blocked them"]);
    for _ in 0..2 {
        olga.sends(&format!("{path}/block"), &[]).await.is(303);
        writes(world, &line, "Buy cheap things").await;
    }
    let blocked = "[Клиент заблокирован: Olga Owner. То, что он пишет, сохраняется, но здесь не показывается]";
    assert_eq!(world.texts_at_crm(&line), ["Hello", blocked], "once");
    olga.opens(&path).await.is(200).says(&["Blocked by Olga Owner", "Unblock"]);
    let list = world.api.get(&line.path(&format!("/conversations/{id}/messages"))).await.is(200);
    assert_eq!(list.json["items"][0]["content"]["text"], "Buy cheap things");
    assert_eq!(list.json["items"][0]["status"], "shadow");
    let message = list.text_at("/items/0/id");
    olga.opens(&format!("/panel/messages/{message}")).await.is(200).says(&["The customer was blocked when it came"]);
    // Its change is not passed on either, nor later.
    let spam = format!("/messages/{}", list.text_at("/items/0/external_id"));
    world.api.patch(&line.path(&spam), &json!({"content": {"type": "text", "text": "Buy"}})).await.is(202);
    // A manager may still write, and the ledger adds up.
    world.manager(&line).answers("anna", "No, thank you").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["No, thank you"]);
    let ledger = world.api.get(&line.path("/ledger")).await.is(200).json["to_crm"].clone();
    assert_eq!((&ledger["accepted"], &ledger["delivered"], &ledger["waiting"]), (&json!(2), &json!(2), &json!(0)));

    olga.sends(&format!("{path}/unblock"), &[]).await.is(303);
    world.works("block_lines").await;
    writes(world, &line, "Sorry").await;
    world.api.patch(&line.path(&spam), &json!({"content": {"type": "text", "text": "Buy!"}})).await.is(202);
    world.deliver_all().await;
    let unblocked = "[Клиент разблокирован: Olga Owner. Новые сообщения снова показываются здесь]";
    assert_eq!(world.texts_at_crm(&line), ["Hello", blocked, unblocked, "Sorry"]);
    assert!(chat(world, &line).await["blocked_at"].is_null());
}

/// By the API; a crash between the block and its line loses neither, and nobody gets an automatic answer.
async fn a_block_survives_a_crash_and_gets_no_automatic_answer(world: &mut World) {
    let line = world.line("support").await;
    let hours = json!({"time_zone": "Europe/Moscow", "hours": ["mon-fri 09:00-18:00"], "text": "Closed"});
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.api.post(&line.path("/conversations/chat-anna/block"), &json!({})).await.is(204);
    world
        .api
        .patch(&line.path(""), &json!({"settings": {"webhook_url": world.messenger.url(), "working_hours": hours}}))
        .await
        .is(200);
    world.advance(std::time::Duration::from_secs(10 * 3600));
    world.restart().await;
    writes(world, &line, "Hello?").await;
    let shown = world.texts_at_crm(&line);
    assert_eq!((shown.len(), shown[1].starts_with("[Клиент заблокирован: ")), (2, true), "{shown:?}");
    assert_eq!(world.messenger.texts(), [""; 0], "no automatic answer");
    assert_eq!(world.sandbox.incoming_leads(HOST).len(), 1);
    for _ in 0..2 {
        world.api.post(&line.path("/conversations/chat-anna/unblock"), &json!({})).await.is(204);
    }
    writes(world, &line, "Hello!").await;
    assert_eq!(world.messenger.texts(), ["Closed"]);
    let stored = message::Entity::find().all(world.app().store.read()).await.unwrap().len();
    assert_eq!(stored, 6, "three messages, two lines and an answer");
    for deed in ["block", "unblock"] {
        world.api.post(&line.path(&format!("/conversations/nobody/{deed}")), &json!({})).await.is(404);
    }
}

both!(what_a_blocked_customer_writes_is_stored_alone);
once!(a_block_survives_a_crash_and_gets_no_automatic_answer);
