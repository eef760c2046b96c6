//! Rules 6 and 8 towards amoCRM: whatever goes wrong, each message is there once and in order.

use std::time::Duration;

use parom_tests::{Answer, Line, World, both};
use serde_json::json;
use simulator::crm::{Fault, Part, Said};

fn status(code: u16) -> Fault {
    Fault::Status { code, retry_after: None }
}

async fn every_fault_ends_in_one_message_in_order(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let faults = [
        ("500", status(500)),
        ("502", status(502)),
        ("503", status(503)),
        ("504", status(504)),
        ("408", status(408)),
        ("429", status(429)),
        ("429 with Retry-After", Fault::Status { code: 429, retry_after: Some(3) }),
        ("HTML", Fault::Html200),
        ("reset", Fault::Reset),
        ("lost answer", Fault::LostAnswer),
        ("half a body", Fault::HalfBody),
    ];
    let mut written = Vec::new();
    for (name, fault) in faults {
        for (text, times) in [(format!("{name}, once"), 1), (format!("{name}, three times"), 3)] {
            world.sandbox.faults().next_with(Part::Message, &text, times, fault.clone());
            anna.writes(&text).await;
            written.push(text);
        }
        written.push(format!("after {name}"));
        anna.writes(&format!("after {name}")).await;
    }
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), written);
    // A lost answer happens once a message, for then it is found: its other two switches were never met.
    assert_eq!(world.sandbox.faults().left(), 2, "{:?}", world.sandbox.faults().describe());
    world.sandbox.faults().clear();
}

async fn a_message_that_may_have_arrived_is_searched_before_it_is_sent_again(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().next(Part::Message, 1, Fault::LostAnswer);
    world.sandbox.faults().next(Part::History, 3, status(503));
    world.sandbox.faults().next(Part::CreateChat, 1, Fault::Reset);
    let id = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"], "it arrived, only the answer was lost");
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    assert_eq!(world.sandbox.faults().left(), 0);
    let address = format!("/v2/origin/custom/{}", line.scope_id);
    let sends =
        world.sandbox.requests().into_iter().filter(|request| request.method == "POST" && request.path == address);
    assert_eq!(sends.count(), 1, "it was posted once");
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    assert_eq!(shown.json["status"], "delivered", "{}", shown.text);
    assert_eq!(shown.json["amocrm_message_id"], world.sandbox.messages(&line.host)[0].id);
}

async fn a_message_that_amocrm_refuses_as_known_is_confirmed_by_history(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().next(Part::Message, 1, Fault::LostAnswer);
    // At first its history does not show what it took.
    world.sandbox.faults().next(Part::History, 1, status(204));
    let id = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    assert_eq!(world.sandbox.repeats().len(), 1, "it was posted twice under one id");
    world.allow_repeats();
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    assert_eq!(shown.json["status"], "delivered", "{}", shown.text);
    assert_eq!(shown.json["amocrm_message_id"], world.sandbox.messages(&line.host)[0].id);
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    let counts = &ledger.json["to_crm"];
    assert_eq!((&counts["delivered"], &counts["failed"]), (&1.into(), &0.into()), "{counts}");
}

async fn a_worker_that_vanishes_after_the_call_leaves_no_repeat(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let mut written = Vec::new();
    for effect in ["error", "panic"] {
        world.faults.add(&format!("deliver.after_call={effect}:1")).unwrap();
        for text in ["one", "two"] {
            written.push(format!("{text}, {effect}"));
            anna.writes(&format!("{text}, {effect}")).await;
        }
        world.deliver_all().await;
        assert_eq!(world.texts_at_crm(&line), written[..written.len() - 1], "sent, but this was not stored");
        world.advance(Duration::from_secs(59));
        assert_eq!(world.deliver_all().await, 0, "the lease still runs");
        world.advance(Duration::from_secs(1));
        world.deliver_all().await;
        assert_eq!(world.texts_at_crm(&line), written, "amoCRM is asked whether it has the first");
    }
}

async fn a_letter_that_never_finishes_is_given_up(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    for (effect, there) in [("error", 0), ("panic", 1)] {
        world.faults.add(&format!("deliver.before_call={effect}:3")).unwrap();
        let id = anna.writes("poison").await;
        anna.writes("after").await;
        for _ in 0..3 {
            world.deliver_all().await;
            assert_eq!(world.texts_at_crm(&line).len(), there, "{effect}");
            world.advance(Duration::from_secs(60));
        }
        world.deliver_all().await;
        assert_eq!(world.texts_at_crm(&line), vec!["after"; there + 1], "the lane goes on after {effect}");
        let dead = world.api.get(&line.dead_letters()).await.is(200);
        assert_eq!(dead.json["items"][0]["message_id"], id.as_str(), "{}", dead.text);
        assert_eq!(dead.json["items"][0]["reason"], "poison", "{}", dead.text);
    }
}

async fn asking_to_slow_down_stops_the_whole_account_for_as_long_as_asked(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    world.sandbox.faults().next_with(Part::Message, "one", 1, Fault::Status { code: 429, retry_after: Some(40) });
    let id = world.customer(&line, "anna").writes("one").await;
    world.deliver_all().await;
    world.customer(&line, "boris").writes("two").await;
    world.customer(&other, "clara").writes("elsewhere").await;
    world.deliver_all().await;
    assert!(world.texts_at_crm(&line).is_empty(), "the account is left alone");
    assert_eq!(world.texts_at_crm(&other), ["elsewhere"], "others are not");
    world.advance(Duration::from_secs(39));
    world.deliver_all().await;
    assert!(world.texts_at_crm(&line).is_empty());
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    let mut there = world.texts_at_crm(&line);
    there.sort();
    assert_eq!(there, ["one", "two"]);
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    let tries =
        shown.json["timeline"].as_array().unwrap().iter().filter(|event| event["answer"]["status"] == 429).count();
    assert_eq!(tries, 1, "the timeline shows it: {}", shown.text);
}

async fn an_unpaid_account_is_asked_again_every_hour(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().until_cleared(Part::Message, status(402));
    world.customer(&line, "anna").writes("one").await;
    world.deliver_all().await;
    let asked = world.sandbox.requests().len();
    world.advance(Duration::from_secs(3590));
    world.deliver_all().await;
    assert_eq!(world.sandbox.requests().len(), asked, "not before");
    world.sandbox.faults().clear();
    world.advance(Duration::from_secs(10));
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["one"]);
}

async fn a_refused_signature_holds_the_channel_until_it_is_connected_again(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    world.sandbox.faults().until_cleared(Part::Message, status(403));
    anna.writes("one").await;
    anna.writes("two").await;
    world.deliver_to_the_end().await;
    assert!(world.texts_at_crm(&line).is_empty());
    let tenant = world.tenant(&line.host).await.unwrap();
    assert_eq!(tenant["channels"][0]["status"], "misconfigured", "{tenant}");
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    assert!(world.texts_at_crm(&line).is_empty(), "held until a person repairs it");
    world.owner(&line.host).installs_in_a_browser().await.is(200);
    world
        .until("the channel is connected again", async || {
            (world.tenant(&line.host).await?["channels"][0]["status"] == "connected").then_some(())
        })
        .await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["one", "two"]);
}

async fn a_refused_message_is_buried_and_the_next_goes_on(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    world.sandbox.faults().next_with(Part::Message, "bad", 1, status(422));
    let id = anna.writes("bad").await;
    anna.writes("good").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["good"]);
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    assert_eq!(shown.json["status"], "failed", "{}", shown.text);
    let dead = world.api.get(&line.dead_letters()).await.is(200).text_at("/items/0/id");
    anna.writes("later").await;
    world.api.post(&format!("/api/v1/dead-letters/{dead}/retry"), &serde_json::json!({})).await.is(202);
    world.api.post(&format!("/api/v1/dead-letters/{dead}/retry"), &serde_json::json!({})).await.is(404);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["good", "later", "bad"], "what is tried again comes last");
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    assert_eq!(shown.json["status"], "delivered", "{}", shown.text);
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    let counts = &ledger.json["to_crm"];
    assert_eq!(
        (&counts["accepted"], &counts["delivered"], &counts["failed"]),
        (&3.into(), &3.into(), &0.into()),
        "{counts}"
    );
}

// Statuses: upwards only, in a lane of their own, parked while the messenger's id is not known.

async fn answered(world: &mut World) -> (Line, Said, String) {
    let line = world.chatting().await.0;
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

async fn a_failure_is_reported_with_code_and_text(world: &mut World) {
    let codes = [
        ("conversation_deleted", 901),
        ("recipient_blocked", 901),
        ("source_disconnected", 902),
        ("internal", 903),
        ("recipient_unreachable", 904),
        ("unsupported", 905),
        ("writing_first", 905),
        ("marketing_stopped", 905),
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
    assert_eq!(world.failures_at_crm(&line, &said.message_id), [(-1, Some(901))]);
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
    // Not one that could only be ours, and not one of a customer's own message.
    anna.reports_status("0190a5b0-0000-7000-8000-000000000000", "read").await.is(404);
    let own = anna.writes("from the customer").await;
    anna.reports_status(&own, "read").await.is(409);
    // One that is not claimed within a day is deleted.
    anna.reports_status("theirs-10", "read").await.is(202);
    world.advance(Duration::from_secs(86_401));
    world.messenger.answers_next([Answer::Status(200, json!({"id": "theirs-10"}))]);
    let late = world.manager(&line).answers("anna", "a day later").await;
    world.deliver_all().await;
    assert!(world.statuses_at_crm(&line, &late.message_id).is_empty());
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

both!(a_message_that_may_have_arrived_is_searched_before_it_is_sent_again, a_lower_status_that_waits_behind_is_dropped);
both!(the_status_of_a_message_that_amocrm_does_not_know_yet_is_sent_again, an_unpaid_account_is_asked_again_every_hour);
both!(a_refused_signature_holds_the_channel_until_it_is_connected_again, a_status_does_not_wait_for_later_messages);
both!(asking_to_slow_down_stops_the_whole_account_for_as_long_as_asked, a_failure_is_reported_with_code_and_text);
both!(a_message_that_amocrm_refuses_as_known_is_confirmed_by_history, a_refused_message_is_buried_and_the_next_goes_on);
both!(a_worker_that_vanishes_after_the_call_leaves_no_repeat, the_answer_of_a_webhook_may_contain_id_and_status);
both!(a_letter_that_never_finishes_is_given_up, a_status_may_come_before_the_id_is_known, statuses_only_rise);
both!(every_fault_ends_in_one_message_in_order);
