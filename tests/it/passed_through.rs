//! An account that keeps no texts: what was delivered is found in no column of any table, what was not keeps its text.

use std::time::Duration;

use parom_tests::{Line, World, both};
use serde_json::json;
use simulator::crm::{Fault, Part};

use crate::life::everything;
use crate::pages::olga;

const DAY: Duration = Duration::from_secs(86_400);

/// Switches it on for the line's account.
async fn keeps_nothing(world: &World, line: &Line) {
    let path = format!("/api/v1/tenants/{}", line.tenant_id);
    world.api.patch(&path, &json!({"texts_days": 91})).await.is(422);
    assert_eq!(world.api.patch(&path, &json!({"texts_days": 0})).await.is(200).json["texts_days"], 0);
}

/// Where a text is stored, as itself or as the bytes of a hook.
async fn stored(world: &World, text: &str) -> usize {
    let hex = text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let all = everything(world).await;
    all.lines().filter(|line| line.contains(text) || line.to_lowercase().contains(&hex)).count()
}

async fn a_delivered_text_is_stored_nowhere(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("kept-before").await;
    world.deliver_to_the_end().await;
    keeps_nothing(world, &line).await;

    let id = anna.writes("canary-of-anna").await;
    assert!(stored(world, "canary-of-anna").await > 0, "it is not delivered yet");
    world.deliver_to_the_end().await;
    world.manager(&line).answers("anna", "canary-of-olga").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["kept-before", "canary-of-anna"]);
    assert_eq!(world.messenger.texts(), ["canary-of-olga"]);
    for text in ["canary-of-anna", "canary-of-olga"] {
        assert_eq!(stored(world, text).await, 0, "{text}");
    }
    assert!(stored(world, "kept-before").await > 0, "the daily round erases what was kept before");
    let ledger = world.api.get(&line.path("/ledger")).await.is(200).json;
    assert_eq!((&ledger["to_crm"]["delivered"], &ledger["to_messenger"]["delivered"]), (&json!(2), &json!(1)));
    let message = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200).json;
    assert_eq!((&message["content"]["text"], &message["status"]), (&json!(""), &json!("delivered")));
    let page = olga(world, line.tenant_id).await.opens(&format!("/panel/messages/{id}")).await.is(200);
    page.says(&["Not kept."]);
}

async fn an_undelivered_message_keeps_its_text(world: &mut World) {
    let line = world.line("support").await;
    keeps_nothing(world, &line).await;
    let anna = world.customer(&line, "anna");
    let refused = Fault::Status { code: 400, retry_after: None };
    world.sandbox.faults().next_with(Part::Message, "canary-refused", 1, refused);
    anna.writes("canary-refused").await;
    world.deliver_to_the_end().await;
    world.advance(DAY);
    parom::retention::round(&world.app().delivery).await.unwrap().unwrap();
    assert!(stored(world, "canary-refused").await > 0);
    let dead = world.api.get(&line.dead_letters()).await.is(200).json["items"][0]["id"].as_str().unwrap().to_owned();
    world.api.post(&format!("/api/v1/dead-letters/{dead}/retry"), &json!({})).await.is(202);
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["canary-refused"]);
    assert_eq!(stored(world, "canary-refused").await, 0, "delivered by hand");

    // The answer is lost, so the outcome is unknown until amoCRM's history was searched.
    world.sandbox.faults().next_with(Part::Message, "canary-unclear", 1, Fault::LostAnswer);
    anna.writes("canary-unclear").await;
    world.deliver_all().await;
    assert!(stored(world, "canary-unclear").await > 0);
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["canary-refused", "canary-unclear"]);
    assert_eq!(stored(world, "canary-unclear").await, 0);
}

async fn a_message_is_changed_after_its_text_was_erased(world: &mut World) {
    let line = world.line("support").await;
    keeps_nothing(world, &line).await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("one", "canary-blue")).await.is(202);
    world.deliver_to_the_end().await;
    let path = line.path("/messages/one");
    // Each change finds an empty message; one back to an earlier text is a change too.
    for text in ["canary-red", "canary-green", "canary-red", "canary-blue"] {
        world.api.patch(&path, &json!({"content": {"type": "text", "text": text}})).await.is(202);
        world.deliver_to_the_end().await;
        assert_eq!(world.texts_at_crm(&line), [text]);
        assert_eq!(stored(world, text).await, 0, "{text}");
    }
    world.api.delete(&path).await.is(202);
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Удалено клиентом"]);
}

async fn an_erased_message_is_not_sent_again(world: &mut World) {
    let line = world.line("support").await;
    keeps_nothing(world, &line).await;
    world.customer(&line, "anna").writes("blue").await;
    world.deliver_to_the_end().await;
    world.manager(&line).answers("anna", "red").await;
    world.deliver_to_the_end().await;
    let attempts = world.api.get(&line.path("/webhook-attempts")).await.is(200).json;
    let path = format!("/api/v1/webhook-attempts/{}/resend", attempts["items"][0]["id"].as_str().unwrap());
    let refused = world.api.post(&path, &json!({})).await.is(409);
    assert_eq!(refused.json["type"], "/problems/webhook_not_kept");
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["red"], "no empty message");
}

both!(
    a_delivered_text_is_stored_nowhere,
    an_undelivered_message_keeps_its_text,
    a_message_is_changed_after_its_text_was_erased,
    an_erased_message_is_not_sent_again
);
