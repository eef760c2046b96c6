//! An endpoint that fails for a day: its source is paused, nothing is lost, and one probe goes before all the rest.

use std::time::Duration;

use entity::alert;
use parom_tests::{Answer, Line, Manager, World, both};
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(3_600);

/// Managers write every hour; each hour all that is due is tried.
async fn hours(world: &mut World, manager: &Manager, hours: std::ops::Range<u32>) {
    for hour in hours {
        manager.answers("anna", &format!("hour {hour}")).await;
        world.deliver_all().await;
        world.advance(HOUR);
    }
}

async fn source(world: &World, line: &Line) -> Value {
    world.api.get(&line.path("")).await.is(200).json
}

async fn alerts(world: &World, line: &Line) -> Vec<(String, bool)> {
    let found = alert::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    found.into_iter().map(|alert| (alert.kind, alert.resolved_at.is_none())).collect()
}

async fn a_day_of_failures_pauses_the_source(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_by(|_| Answer::status(503));
    hours(world, &manager, 0..24).await;
    let seen = source(world, &line).await;
    assert_eq!((&seen["paused"], &seen["status_reason"]), (&json!(false), &json!("messenger_unreachable")), "{seen}");
    hours(world, &manager, 24..26).await;
    let seen = source(world, &line).await;
    let said = ["status", "status_reason", "status_action", "paused"].map(|field| seen[field].clone());
    assert_eq!(said, [json!("paused"), json!("webhook_suspended"), json!("resume"), json!(true)], "{seen}");
    assert_eq!(alerts(world, &line).await, [("webhook_suspended".to_owned(), true)]);

    // From here on it is not called; everything waits, each message for its day.
    world.deliver_all().await;
    let tries = world.messenger.received().len();
    let seen = source(world, &line).await;
    let held = seen["held"]["count"].as_u64().unwrap();
    let late = manager.answers("anna", "one more").await;
    world.customer(&line, "boris").writes("customers go on").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(600));
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), tries);
    assert_eq!(world.texts_at_crm(&line), ["Hello", "customers go on"]);
    assert_eq!(source(world, &line).await["held"]["count"], held + 1);
    let messages = world.messages().await;
    let last = messages.iter().rev().find(|one| one.direction == 2).unwrap();
    let shown = world.api.get(&format!("/api/v1/messages/{}", last.id)).await.is(200);
    assert_eq!((&shown.json["status"], world.statuses_at_crm(&line, &late.message_id).len()), (&json!("held"), 0));

    // The owner resumes too early: one probe, and the rest waits on.
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    assert_eq!(alerts(world, &line).await, [("webhook_suspended".to_owned(), false)]);
    world.deliver_all().await;
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), tries + 1, "a probe alone");
    let seen = source(world, &line).await;
    assert_eq!(seen["paused"], json!(false), "another day begins: {seen}");
    world.messenger.heals();
    world.deliver_to_the_end().await;
    let texts = world.messenger.texts();
    assert_eq!(u64::try_from(texts.len()).unwrap(), held + 1);
    assert_eq!(texts.last().unwrap(), "one more");
    let hours: Vec<_> = texts.iter().filter_map(|text| text.strip_prefix("hour ")?.parse::<u32>().ok()).collect();
    assert!(hours.is_sorted(), "in order: {hours:?}");
    assert_eq!(source(world, &line).await["status"], "working");
}

async fn resuming_a_source_may_drop_letters_that_are_too_old(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_by(|_| Answer::status(500));
    hours(world, &manager, 0..26).await;
    assert_eq!(source(world, &line).await["status_reason"], "webhook_suspended");
    let tries = world.messenger.received().len();
    let before = (world.clock.now() - Duration::from_secs(3 * 3_600 + 60)).to_rfc3339();
    world.api.patch(&line.path(""), &json!({"paused": false, "drop_before": before})).await.is(200);
    world.deliver_all().await;
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), tries + 1, "what is dropped is no probe");
    world.messenger.heals();
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["hour 23", "hour 24", "hour 25"]);
}

async fn one_answer_in_a_day_is_enough(world: &mut World) {
    let (line, manager) = world.chatting().await;
    for answer in [200, 400] {
        world.messenger.answers_by(|_| Answer::status(500));
        hours(world, &manager, 0..20).await;
        world.messenger.answers_by(move |_| Answer::status(answer));
        hours(world, &manager, 20..21).await;
        world.messenger.answers_by(|_| Answer::status(500));
        hours(world, &manager, 21..30).await;
        assert_eq!(source(world, &line).await["paused"], json!(false), "after an answer {answer}");
        world.messenger.heals();
        world.deliver_to_the_end().await;
    }
}

async fn a_quiet_endpoint_is_not_given_up_for_one_failure(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_next([Answer::status(500)]);
    manager.answers("anna", "one").await;
    world.deliver_all().await;
    world.advance(25 * HOUR);
    world.messenger.answers_next([Answer::status(500)]);
    manager.answers("anna", "two").await;
    world.deliver_all().await;
    assert_eq!(source(world, &line).await["paused"], json!(false));
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["two"], "the first one had its day");
}

async fn a_suspended_account_keeps_the_reason_of_its_source(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_by(|_| Answer::status(500));
    hours(world, &manager, 0..26).await;
    let tenant = format!("/api/v1/tenants/{}", line.tenant_id);
    for suspended in [true, false] {
        world.api.patch(&tenant, &json!({"suspended": suspended})).await.is(200);
    }
    let seen = source(world, &line).await;
    assert_eq!((&seen["status"], &seen["status_reason"]), (&json!("paused"), &json!("webhook_suspended")), "{seen}");
    world.api.delete(&line.path("")).await.is(204);
    assert_eq!(alerts(world, &line).await, [("webhook_suspended".to_owned(), false)], "nothing is left to be repaired");
    world.deliver_to_the_end().await;
}

both!(
    a_day_of_failures_pauses_the_source,
    resuming_a_source_may_drop_letters_that_are_too_old,
    one_answer_in_a_day_is_enough,
    a_quiet_endpoint_is_not_given_up_for_one_failure,
    a_suspended_account_keeps_the_reason_of_its_source,
);
