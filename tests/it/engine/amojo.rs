//! Rules 6 and 8 towards amoCRM: whatever goes wrong, each message is there once and in order.

use std::time::Duration;

use parom_tests::{World, both};
use simulator::crm::{Fault, Part};

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
    world.faults.add("carry.after_call=error:1").unwrap();
    anna.writes("one").await;
    anna.writes("two").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["one"], "sent, but this was not stored");
    world.advance(Duration::from_secs(59));
    assert_eq!(world.deliver_all().await, 0, "the lease still runs");
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["one", "two"]);
}

async fn a_letter_that_never_finishes_is_given_up(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    world.faults.add("carry.before_call=error:3").unwrap();
    let id = anna.writes("poison").await;
    anna.writes("after").await;
    for _ in 0..3 {
        world.deliver_all().await;
        assert!(world.texts_at_crm(&line).is_empty());
        world.advance(Duration::from_secs(60));
    }
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["after"], "the lane goes on");
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"][0]["message_id"], id.as_str(), "{}", dead.text);
    assert_eq!(dead.json["items"][0]["reason"], "poison", "{}", dead.text);
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

async fn waiting_for_amocrm_ends_after_seven_days(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().until_cleared(Part::Message, status(500));
    let id = world.customer(&line, "anna").writes("old").await;
    for seconds in [0, 60, 3_600, 6 * 86_400, 86_400] {
        world.advance(Duration::from_secs(seconds));
        world.deliver_all().await;
    }
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    assert_eq!(shown.json["status"], "failed", "{}", shown.text);
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"][0]["reason"], "too_old", "{}", dead.text);
    world.sandbox.faults().clear();
}

both!(
    every_fault_ends_in_one_message_in_order,
    a_message_that_may_have_arrived_is_searched_before_it_is_sent_again,
    a_message_that_amocrm_refuses_as_known_is_confirmed_by_history,
    a_worker_that_vanishes_after_the_call_leaves_no_repeat,
    a_letter_that_never_finishes_is_given_up,
    asking_to_slow_down_stops_the_whole_account_for_as_long_as_asked,
    an_unpaid_account_is_asked_again_every_hour,
    a_refused_signature_holds_the_channel_until_it_is_connected_again,
    a_refused_message_is_buried_and_the_next_goes_on,
    waiting_for_amocrm_ends_after_seven_days,
);
