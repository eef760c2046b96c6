//! Rules 6 and 8 towards a messenger of one's own, and what becomes of held messages.

use std::time::Duration;

use parom_tests::{Answer, World, both};
use serde_json::json;
use simulator::crm::{Fault, Part};

async fn a_webhook_refused_for_now_is_repeated_with_the_same_id(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let mut written = Vec::new();
    for answer in [
        Answer::status(500),
        Answer::status(503),
        Answer::RetryAfter(503, 60),
        Answer::status(408),
        Answer::status(425),
        Answer::status(429),
        Answer::RetryAfter(429, 5),
        Answer::Cut,
    ] {
        let text = format!("{answer:?}");
        world.messenger.answers_next([answer.clone(), answer]);
        manager.answers("anna", &text).await;
        manager.answers("anna", &format!("after {text}")).await;
        world.deliver_to_the_end().await;
        written.extend([text.clone(), format!("after {text}")]);
    }
    assert_eq!(world.messenger.texts(), written);
    for one in world.messenger.received() {
        let tries = world.messenger.received().into_iter().filter(|other| other.message_id() == one.message_id());
        let ids: std::collections::BTreeSet<_> = tries.map(|other| other.webhook_id).collect();
        assert_eq!(ids.len(), 1, "one webhook-id a message");
    }
}

async fn a_retry_is_marked_as_repeat_if_an_earlier_attempt_may_have_arrived(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_next([Answer::status(500), Answer::Cut, Answer::status(503), Answer::ok()]);
    manager.answers("anna", "Good morning").await;
    world.deliver_to_the_end().await;
    let marked: Vec<_> = world.messenger.received().iter().map(|one| one.body["repeat"].clone()).collect();
    assert_eq!(marked, [json!(null), json!(true), json!(true), json!(true)]);
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_messenger"]["delivered"], 1, "{}", ledger.text);
}

async fn a_refusal_fails_the_message_and_the_next_goes_on(world: &mut World) {
    let (line, manager) = world.chatting().await;
    for status in [400, 404, 409, 413, 415, 422, 418, 301, 302] {
        world.messenger.answers_next([Answer::status(status)]);
        let refused = manager.answers("anna", &format!("refused with {status}")).await;
        manager.answers("anna", &format!("after {status}")).await;
        world.deliver_all().await;
        assert_eq!(world.messenger.texts().last(), Some(&format!("after {status}")));
        let told = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == refused.message_id).unwrap();
        let told: Vec<_> = told.statuses.iter().map(|one| (one.code, one.error_code)).collect();
        assert_eq!(told, [(-1, Some(905))], "{status}");
    }
}

async fn a_messenger_that_locks_us_out_pauses_its_source(world: &mut World) {
    for (number, status) in [401_u16, 403, 410].into_iter().enumerate() {
        let line = world.line(&format!("line-{status}")).await;
        world.customer(&line, "anna").writes("Hello").await;
        world.deliver_all().await;
        let manager = world.manager(&line);
        world.messenger.answers_next([Answer::status(status)]);
        manager.answers("anna", "one").await;
        manager.answers("anna", "two").await;
        world.deliver_to_the_end().await;
        assert_eq!(world.messenger.texts().len(), number * 2, "{status}: nothing more is sent");
        let source = world.api.get(&line.path("")).await.is(200);
        assert_eq!(source.json["status"], "paused", "{}", source.text);
        assert_eq!(source.json["held"]["count"], 2, "{}", source.text);
        // Repaired: the owner resumes.
        world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
        world.deliver_to_the_end().await;
        assert_eq!(world.messenger.texts()[number * 2..], ["one", "two"], "{status}");
        let source = world.api.get(&line.path("")).await.is(200);
        assert_eq!(source.json["status"], "working", "{}", source.text);
    }
}

async fn a_paused_source_takes_in_and_sends_nothing(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    manager.answers("anna", "one").await;
    world.advance(Duration::from_secs(3600));
    manager.answers("anna", "two").await;
    world.customer(&line, "boris").writes("customers wait too").await;
    world.deliver_all().await;
    assert!(world.messenger.received().is_empty());
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    let source = world.api.get(&line.path("")).await.is(200);
    assert_eq!(
        (&source.json["status"], &source.json["held"]["count"]),
        (&json!("paused"), &json!(3)),
        "{}",
        source.text
    );
    let messages = world.api.get(&line.path("/conversations")).await.is(200);
    assert!(messages.text.contains("chat-anna"));
    // The person who resumes it drops messages that are too old.
    let before = (world.clock.now() - Duration::from_secs(60)).to_rfc3339();
    world.api.patch(&line.path(""), &json!({"paused": false, "drop_before": before})).await.is(200);
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["two"]);
    assert_eq!(world.texts_at_crm(&line), ["Hello", "customers wait too"]);
    let said = world.sandbox.messages(&line.host);
    let dropped = said.iter().find(|message| message.text == "one").unwrap();
    assert_eq!(dropped.statuses.iter().map(|one| (one.code, one.error_code)).collect::<Vec<_>>(), [(-1, Some(902))]);
}

async fn waiting_for_a_messenger_ends_after_a_day(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_by(|_| Answer::status(500));
    let said = manager.answers("anna", "too late").await;
    for seconds in [0, 60, 3_600, 82_739] {
        world.advance(Duration::from_secs(seconds));
        world.deliver_all().await;
        assert!(world.statuses_at_crm(&line, &said.message_id).is_empty());
    }
    // Found too old when its back-off ends.
    world.advance(Duration::from_secs(1_200));
    world.deliver_all().await;
    assert!(world.messenger.texts().is_empty());
    let told = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == said.message_id).unwrap();
    assert_eq!(told.statuses.iter().map(|one| (one.code, one.error_code)).collect::<Vec<_>>(), [(-1, Some(902))]);
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"][0]["direction"], "to_messenger", "{}", dead.text);
    let id = dead.text_at("/items/0/id");
    world.api.delete(&format!("/api/v1/dead-letters/{id}")).await.is(204);
    world.api.delete(&format!("/api/v1/dead-letters/{id}")).await.is(404);
}

async fn an_answer_resent_after_its_failure_is_reported_as_delivered(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_by(|_| Answer::status(400));
    let said = manager.answers("anna", "second try").await;
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [-1]);
    world.messenger.answers_by(|_| Answer::status(200));
    let dead = world.api.get(&line.dead_letters()).await.is(200).text_at("/items/0/id");
    world.api.post(&format!("/api/v1/dead-letters/{dead}/retry"), &json!({})).await.is(202);
    world.deliver_all().await;
    let id = world.messenger.taken().last().unwrap().message_id();
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    assert_eq!((&shown.json["status"], &shown.json["error"]), (&json!("sent"), &json!(null)), "{}", shown.text);
    world.customer(&line, "anna").reports_status(&id, "delivered").await.is(202);
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [-1, 1], "the manager need not believe in a failure");
}

/// The report of the failure still waits for amoCRM when the message arrives after all.
async fn a_failure_that_is_no_longer_true_is_not_reported(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_by(|_| Answer::status(400));
    world.sandbox.faults().next(Part::Status, 1, Fault::Status { code: 500, retry_after: None });
    let said = manager.answers("anna", "second try").await;
    world.deliver_all().await;
    assert!(world.statuses_at_crm(&line, &said.message_id).is_empty());
    world.messenger.answers_by(|_| Answer::status(200));
    let dead = world.api.get(&line.dead_letters()).await.is(200).text_at("/items/0/id");
    world.api.post(&format!("/api/v1/dead-letters/{dead}/retry"), &json!({})).await.is(202);
    world.deliver_all().await;
    let id = world.messenger.taken().last().unwrap().message_id();
    world.customer(&line, "anna").reports_status(&id, "delivered").await.is(202);
    world.deliver_to_the_end().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1]);
}

async fn age_counts_while_held(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    let old = manager.answers("anna", "held for a day").await;
    world.advance(Duration::from_secs(12 * 3_600));
    let young = manager.answers("anna", "held for half a day").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(13 * 3_600));
    world.deliver_all().await;
    let statuses = |said: &simulator::crm::Said| {
        let told = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == said.message_id).unwrap();
        told.statuses.into_iter().map(|one| (one.code, one.error_code)).collect::<Vec<_>>()
    };
    assert_eq!(statuses(&old), [(-1, Some(902))]);
    assert!(statuses(&young).is_empty());
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["held for half a day"]);
}

async fn a_worker_that_vanishes_repeats_marked(world: &mut World) {
    let (_, manager) = world.chatting().await;
    world.faults.add("carry.after_call=error:1").unwrap();
    manager.answers("anna", "one").await;
    manager.answers("anna", "two").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(60));
    world.deliver_all().await;
    let received: Vec<_> =
        world.messenger.received().iter().map(|one| (one.text(), one.body["repeat"] == true)).collect();
    assert_eq!(received, [("one".to_owned(), false), ("one".to_owned(), true), ("two".to_owned(), false)]);
}

async fn no_more_of_an_answer_is_read_than_64_kib(world: &mut World) {
    let (line, manager) = world.chatting().await;
    for (length, known) in [(60_000, json!("theirs")), (70_000, json!(null))] {
        let long = json!({"id": "theirs", "pad": "x".repeat(length)});
        world.messenger.answers_next([Answer::Status(200, long)]);
        manager.answers("anna", &format!("answered by {length}")).await;
        world.deliver_all().await;
        let id = world.messenger.taken().last().unwrap().message_id();
        let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
        assert_eq!((&shown.json["status"], &shown.json["external_id"]), (&json!("sent"), &known), "{length}");
    }
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_messenger"]["delivered"], 2, "2xx means accepted, with any body: {}", ledger.text);
}

both!(
    no_more_of_an_answer_is_read_than_64_kib,
    an_answer_resent_after_its_failure_is_reported_as_delivered,
    a_failure_that_is_no_longer_true_is_not_reported,
    a_webhook_refused_for_now_is_repeated_with_the_same_id,
    a_retry_is_marked_as_repeat_if_an_earlier_attempt_may_have_arrived,
    a_refusal_fails_the_message_and_the_next_goes_on,
    a_messenger_that_locks_us_out_pauses_its_source,
    a_paused_source_takes_in_and_sends_nothing,
    waiting_for_a_messenger_ends_after_a_day,
    age_counts_while_held,
    a_worker_that_vanishes_repeats_marked,
);
