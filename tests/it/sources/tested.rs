//! "Test this source": live, without a customer and without notifying anyone.

use parom_tests::Answer;

use super::*;

async fn steps(world: &World, path: &str) -> Vec<(String, bool)> {
    let reply = world.api.post(&format!("{path}/test"), &json!({})).await.is(200);
    let steps = reply.json["steps"].as_array().unwrap();
    steps.iter().map(|step| (step["name"].as_str().unwrap().to_owned(), step["ok"] == true)).collect()
}

fn passed() -> Vec<(String, bool)> {
    ["credentials", "webhook", "chat", "message", "status"].map(|name| (name.to_owned(), true)).to_vec()
}

async fn every_step_of_the_road_is_tried(world: &mut World) {
    let line = world.line("support").await;
    assert_eq!(steps(world, &line.path("")).await, passed());
    let received = world.messenger.received();
    assert_eq!((received.len(), &received[0].body["type"]), (1, &json!("source.test")));
    assert_eq!(received[0].body["data"], json!({"source_id": line.source_id}));
    let messages = world.sandbox.messages(&line.host);
    assert_eq!((messages.len(), messages[0].silent), (1, true));
    let chats = world.sandbox.chats(&line.host);
    assert_eq!(
        (chats.len(), chats[0].unread, chats[0].lead.is_none()),
        (1, 0, true),
        "no lead, no manager is notified"
    );
    assert_eq!(chats[0].source.as_deref(), Some("support"));
    let shown = world.api.get(&line.path("")).await.is(200).json;
    assert_eq!((&shown["status"], &shown["proved_at"]), (&json!("working"), &json!("2026-11-20T09:00:00.000Z")));

    assert_eq!(steps(world, &line.path("")).await, passed());
    assert_eq!((world.sandbox.chats(&line.host).len(), world.sandbox.messages(&line.host).len()), (1, 2));
    assert!(world.messages().await.is_empty(), "no ledger counts it");
    let listed = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(listed.json["items"], json!([]));
}

async fn the_first_step_that_fails_is_named(world: &mut World) {
    let line = world.line("support").await;
    let until = |name: &str| {
        let mut steps = passed();
        let at = steps.iter().position(|step| step.0 == name).unwrap();
        steps.truncate(at + 1);
        steps[at].1 = false;
        steps
    };
    for status in [401, 404, 500] {
        world.messenger.answers_next([Answer::status(status)]);
        assert_eq!(steps(world, &line.path("")).await, until("webhook"), "{status}");
    }
    for (part, name) in [(Part::CreateChat, "chat"), (Part::Message, "message"), (Part::Status, "status")] {
        for fault in [
            Fault::Status { code: 503, retry_after: None },
            Fault::Status { code: 403, retry_after: None },
            Fault::Reset,
        ] {
            world.sandbox.faults().next(part, 1, fault.clone());
            assert_eq!(steps(world, &line.path("")).await, until(name), "{fault:?}");
            assert_eq!(world.sandbox.faults().left(), 0);
        }
    }
    let shown = world.api.get(&line.path("")).await.is(200).json;
    assert_eq!((&shown["status"], &shown["proved_at"]), (&json!("working"), &Value::Null), "only a refusal stops it");
}

async fn a_test_that_passes_lets_a_stopped_source_go_on(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(403)]);
    world.manager(&line).answers("anna", "one").await;
    world.deliver_to_the_end().await;
    assert!(world.messenger.texts().is_empty());
    assert_eq!(steps(world, &line.path("")).await, passed());
    assert_eq!(world.api.get(&line.path("")).await.is(200).json["status"], "working");
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["one"]);
}

async fn a_web_chat_has_no_messenger_to_ask(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &json!({"kind": "webchat", "name": "Site", "settings": {}})).await.is(201);
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    assert_eq!(steps(world, &path).await, passed());
    world.add_vendor_key("prm_reader-of-the-tests-0123456789abcdef", "read").await;
    let reader = world.api.with_key("prm_reader-of-the-tests-0123456789abcdef");
    reader.post(&format!("{path}/test"), &json!({})).await.is(403);
}

both!(every_step_of_the_road_is_tried, a_test_that_passes_lets_a_stopped_source_go_on);
once!(the_first_step_that_fails_is_named, a_web_chat_has_no_messenger_to_ask);
