//! Statuses: upwards only, in a lane of their own, parked while the messenger's id is not known.

use std::time::Duration;

use parom_tests::{Answer, Line, World, both};
use serde_json::json;
use simulator::crm::{Fault, Part, Said};

async fn answered(world: &mut World) -> (Line, Said, String) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let said = world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let id = world.messenger.taken().last().unwrap().message_id();
    (line, said, id)
}

async fn statuses_only_rise(world: &mut World) {
    let (line, said, id) = answered(world).await;
    let anna = world.customer(&line, "anna");
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    assert_eq!(shown.json["status"], "sent", "{}", shown.text);
    for status in ["delivered", "delivered", "read", "delivered", "failed", "read"] {
        anna.reports_status(&id, status).await.is(202);
        world.deliver_all().await;
    }
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1, 2]);
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    assert_eq!(shown.json["status"], "read", "{}", shown.text);
}

async fn a_lower_status_that_waits_behind_is_dropped(world: &mut World) {
    let (line, said, id) = answered(world).await;
    let anna = world.customer(&line, "anna");
    world.sandbox.faults().next(Part::Status, 1, Fault::Status { code: 500, retry_after: None });
    anna.reports_status(&id, "read").await.is(202);
    world.deliver_all().await;
    anna.reports_status(&id, "delivered").await.is(202);
    world.deliver_to_the_end().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [2]);
}

async fn simultaneous_statuses_end_at_the_higher(world: &mut World) {
    let (line, said, id) = answered(world).await;
    let anna = world.customer(&line, "anna");
    let (one, two) = tokio::join!(anna.reports_status(&id, "delivered"), anna.reports_status(&id, "read"));
    one.is(202);
    two.is(202);
    world.deliver_to_the_end().await;
    let told = world.statuses_at_crm(&line, &said.message_id);
    assert!(told == [1, 2] || told == [2], "{told:?}");
}

async fn a_failure_is_reported_with_code_and_text(world: &mut World) {
    let codes = [
        ("conversation_deleted", 901),
        ("recipient_blocked", 901),
        ("source_disconnected", 902),
        ("internal", 903),
        ("recipient_unreachable", 904),
        ("unsupported", 905),
        ("window_closed", 905),
        ("rejected", 905),
    ];
    let (line, ..) = answered(world).await;
    for (code, number) in codes {
        let said = world.manager(&line).answers("anna", code).await;
        world.deliver_all().await;
        let id = world.messenger.taken().last().unwrap().message_id();
        let body = json!({"status": "failed", "error": {"code": code, "text": "in words"}});
        world.api.post(&line.path(&format!("/messages/{id}/status")), &body).await.is(202);
        world.deliver_all().await;
        let told = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == said.message_id).unwrap();
        let told: Vec<_> = told.statuses.into_iter().map(|one| (one.code, one.error_code, one.error)).collect();
        assert_eq!(told, [(-1, Some(number), Some("in words".to_owned()))], "{code}");
    }
}

async fn the_answer_of_a_webhook_may_contain_id_and_status(world: &mut World) {
    let (line, ..) = answered(world).await;
    world.messenger.answers_next([Answer::Status(200, json!({"id": "theirs-1", "status": "delivered"}))]);
    let said = world.manager(&line).answers("anna", "with a receipt").await;
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1]);
    world.customer(&line, "anna").reports_status("theirs-1", "read").await.is(202);
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1, 2], "their own id works too");
    let failed =
        json!({"id": "theirs-2", "status": "failed", "error": {"code": "recipient_blocked", "text": "blocked"}});
    world.messenger.answers_next([Answer::Status(200, failed)]);
    let said = world.manager(&line).answers("anna", "refused in the answer").await;
    world.deliver_all().await;
    let told = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == said.message_id).unwrap();
    assert_eq!(told.statuses.iter().map(|one| (one.code, one.error_code)).collect::<Vec<_>>(), [(-1, Some(901))]);
}

async fn a_status_may_come_before_the_id_is_known(world: &mut World) {
    let (line, ..) = answered(world).await;
    let anna = world.customer(&line, "anna");
    let said = world.manager(&line).answers("anna", "overtaken").await;
    anna.reports_status("theirs-9", "read").await.is(202);
    assert!(world.statuses_at_crm(&line, &said.message_id).is_empty());
    world.messenger.answers_next([Answer::Status(200, json!({"id": "theirs-9"}))]);
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [2], "bound when the id is learned");
    // One that is not claimed within a day is deleted.
    anna.reports_status("theirs-10", "read").await.is(202);
    world.advance(Duration::from_secs(86_401));
    world.messenger.answers_next([Answer::Status(200, json!({"id": "theirs-10"}))]);
    let late = world.manager(&line).answers("anna", "a day later").await;
    world.deliver_all().await;
    assert!(world.statuses_at_crm(&line, &late.message_id).is_empty());
}

async fn an_unknown_id_in_our_form_is_not_parked(world: &mut World) {
    let (line, ..) = answered(world).await;
    let anna = world.customer(&line, "anna");
    anna.reports_status("0190a5b0-0000-7000-8000-000000000000", "read").await.is(404);
    let own = anna.writes("from the customer").await;
    anna.reports_status(&own, "read").await.is(409);
    world.deliver_all().await;
}

async fn a_status_does_not_wait_for_later_messages(world: &mut World) {
    let (line, said, id) = answered(world).await;
    world.messenger.answers_next([Answer::status(500)]);
    world.manager(&line).answers("anna", "stuck").await;
    world.deliver_all().await;
    world.customer(&line, "anna").reports_status(&id, "read").await.is(202);
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [2]);
    world.deliver_to_the_end().await;
}

/// A status may overtake its message there (chats-api §3.5); one that is never found is dropped and blocks no others.
async fn the_status_of_a_message_that_amocrm_does_not_know_yet_is_sent_again(world: &mut World) {
    let (line, said, id) = answered(world).await;
    let not_found = Fault::Status { code: 404, retry_after: None };
    world.sandbox.faults().next(Part::Status, 3, not_found.clone());
    world.customer(&line, "anna").reports_status(&id, "delivered").await.is(202);
    world.deliver_all().await;
    assert!(world.statuses_at_crm(&line, &said.message_id).is_empty());
    world.deliver_to_the_end().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1]);
    world.sandbox.faults().until_cleared(Part::Status, not_found);
    world.customer(&line, "anna").reports_status(&id, "read").await.is(202);
    world.deliver_to_the_end().await;
    world.sandbox.faults().clear();
    world.manager(&line).answers("anna", "And one more").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning", "And one more"]);
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1]);
}

both!(
    statuses_only_rise,
    the_status_of_a_message_that_amocrm_does_not_know_yet_is_sent_again,
    a_lower_status_that_waits_behind_is_dropped,
    simultaneous_statuses_end_at_the_higher,
    a_failure_is_reported_with_code_and_text,
    the_answer_of_a_webhook_may_contain_id_and_status,
    a_status_may_come_before_the_id_is_known,
    an_unknown_id_in_our_form_is_not_parked,
    a_status_does_not_wait_for_later_messages,
);
