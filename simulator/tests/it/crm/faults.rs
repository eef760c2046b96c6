//! The switches: what the caller sees and what was stored.

use std::time::Duration;

use serde_json::json;
use simulator::crm::{Fault, Part};

use crate::crm::caller::{HOST, World, text};

fn body(msgid: &str) -> Vec<u8> {
    json!({"event_type": "new_message", "payload": text(msgid, "Hello")}).to_string().into_bytes()
}

#[tokio::test]
async fn reset_stores_nothing_and_a_lost_answer_stores() {
    let world = World::connected().await;
    world.sandbox.faults().next(Part::Message, 1, Fault::Reset);
    let sent = world.request("POST", &world.scope, &body("m-1")).send().await;
    assert!(sent.is_err(), "{sent:?}");
    assert!(world.sandbox.messages(HOST).is_empty());
    world.sandbox.faults().next(Part::Message, 1, Fault::LostAnswer);
    assert!(world.request("POST", &world.scope, &body("m-1")).send().await.is_err());
    assert_eq!(world.sandbox.messages(HOST).len(), 1);
    assert_eq!(world.sandbox.faults().left(), 0);
    assert_eq!(world.message(text("m-1", "Hello")).await.0, 400);
    let last = world.sandbox.requests();
    assert_eq!(last[last.len() - 2].status, None);
}

#[tokio::test]
async fn half_a_body_breaks_off() {
    let world = World::connected().await;
    world.sandbox.faults().next(Part::Message, 1, Fault::HalfBody);
    let answer = world.request("POST", &world.scope, &body("m-1")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.is_err());
    assert_eq!(world.sandbox.messages(HOST).len(), 1);
}

#[tokio::test]
async fn faults_by_status_html_and_matching_text() {
    let world = World::connected().await;
    let faults = world.sandbox.faults();
    faults.next_with(Part::Message, "m-2", 1, Fault::Status { code: 429, retry_after: Some(7) });
    faults.next_with(Part::Message, "m-3", 1, Fault::Html200);
    assert_eq!(world.message(text("m-1", "Hello")).await.0, 200);
    let answer = world.request("POST", &world.scope, &body("m-2")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    let answer = world.request("POST", &world.scope, &body("m-3")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().starts_with("<html>"));
    assert_eq!(world.sandbox.messages(HOST).len(), 1);
    faults.until_cleared(Part::Rest, Fault::Status { code: 402, retry_after: None });
    for _ in 0..2 {
        assert_eq!(world.json("GET", "/api/v4/account", "x", None).await.0, 402);
    }
    faults.clear();
    assert_eq!(world.json("GET", "/api/v4/account", "x", None).await.0, 401);
}

#[tokio::test]
async fn a_gate_holds_and_a_slow_answer_is_processed_though_the_caller_left() {
    let world = World::connected().await;
    let gate = world.sandbox.faults().hold(Part::Message);
    let sent = tokio::spawn(world.request("POST", &world.scope, &body("m-1")).send());
    gate.until_waiting(1).await;
    assert!(world.sandbox.messages(HOST).is_empty());
    world.sandbox.faults().clear();
    gate.open();
    assert_eq!(sent.await.unwrap().unwrap().status(), 200);
    world.sandbox.faults().next(Part::Message, 1, Fault::DelayAnswer(Duration::from_secs(60)));
    let impatient = world.request("POST", &world.scope, &body("m-2")).timeout(Duration::from_millis(200));
    assert!(impatient.send().await.unwrap_err().is_timeout());
    let second = world.sandbox.wait_for(|one| one.messages(HOST).get(1).map(|_| ()), Duration::from_secs(5)).await;
    assert_eq!(second, Some(()));
    world.sandbox.faults().next(Part::Message, 1, Fault::Delay(Duration::from_millis(150)));
    let left = world.request("POST", &world.scope, &body("m-3")).timeout(Duration::from_millis(50));
    assert!(left.send().await.is_err());
    let third = world.sandbox.wait_for(|one| one.messages(HOST).get(2).map(|_| ()), Duration::from_secs(5)).await;
    assert_eq!(third, Some(()));
}
