//! The log of webhooks, and sending one again.

use parom_tests::{Answer, Line, World, both};
use serde_json::{Value, json};
use simulator::crm::HookForm;

async fn log(world: &World, line: &Line) -> Vec<Value> {
    let reply = world.api.get(&line.path("/webhook-attempts")).await.is(200);
    reply.json["items"].as_array().unwrap().clone()
}

async fn again(world: &World, attempt: &Value, status: u16) -> Value {
    let path = format!("/api/v1/webhook-attempts/{}/resend", attempt["id"].as_str().unwrap());
    world.api.post(&path, &json!({})).await.is(status).json
}

async fn every_attempt_is_listed_in_the_webhook_log(world: &mut World) {
    let (line, manager) = world.chatting().await;
    assert_eq!(log(world, &line).await, Vec::<Value>::new());
    world.messenger.answers_next([Answer::status(503), Answer::Cut, Answer::status(200), Answer::status(422)]);
    manager.answers("anna", "one").await;
    world.deliver_to_the_end().await;
    manager.answers("anna", "two").await;
    world.deliver_to_the_end().await;
    let log = log(world, &line).await;
    let seen: Vec<_> =
        log.iter().map(|one| (one["type"].clone(), one["number"].clone(), one["status"].clone())).collect();
    let created = |number: i32, status: Value| (json!("message.created"), json!(number), status);
    assert_eq!(
        seen,
        [created(1, json!(422)), created(3, json!(200)), created(2, json!(null)), created(1, json!(503))],
        "newest first"
    );
    assert_eq!(log[1]["error"], json!(null));
    for (index, words) in [(0, "answered 422"), (2, "broke"), (3, "answered 503")] {
        let error = log[index]["error"].as_str().unwrap();
        assert!(error.contains(words), "{error}");
    }
    let ids: Vec<_> = world.messenger.received().iter().rev().map(|one| json!(one.webhook_id)).collect();
    assert_eq!(log.iter().map(|one| one["webhook_id"].clone()).collect::<Vec<_>>(), ids);

    let path = line.path("/webhook-attempts?limit=3");
    let first = world.api.get(&path).await.is(200);
    assert_eq!(first.json["items"].as_array().unwrap().as_slice(), &log[..3]);
    let cursor = first.text_at("/next_cursor");
    let rest = world.api.get(&format!("{path}&cursor={cursor}")).await.is(200);
    assert_eq!((&rest.json["items"], &rest.json["next_cursor"]), (&json!([log[3]]), &json!(null)));
    let dead = world.api.get(&line.dead_letters()).await.is(200).text_at("/items/0/id");
    world.api.delete(&format!("/api/v1/dead-letters/{dead}")).await.is(204);
}

async fn an_accepted_webhook_is_resent_under_its_id(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_next([Answer::Status(200, json!({"id": "theirs-1", "status": "delivered"}))]);
    let said = manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    let tried = log(world, &line).await.remove(0);
    let answered = again(world, &tried, 202).await;
    assert_eq!(answered, json!({"id": tried["id"], "webhook_id": tried["webhook_id"], "status": "queued"}));
    world.messenger.answers_next([Answer::Status(200, json!({"id": "theirs-2", "status": "read"}))]);
    world.deliver_all().await;
    let received = world.messenger.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].webhook_id, received[1].webhook_id);
    assert_eq!((&received[0].body["repeat"], &received[1].body["repeat"]), (&json!(null), &json!(true)));
    assert_eq!(received[0].body["data"], received[1].body["data"]);
    let numbers: Vec<_> = log(world, &line).await.iter().map(|one| one["number"].clone()).collect();
    assert_eq!(numbers, [json!(2), json!(1)]);
    // Nothing that amoCRM or the ledger knows has changed.
    let shown = world.api.get(&format!("/api/v1/messages/{}", received[0].message_id())).await.is(200);
    assert_eq!((&shown.json["status"], &shown.json["external_id"]), (&json!("delivered"), &json!("theirs-1")));
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1]);
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_messenger"]["delivered"], 1, "{}", ledger.text);
}

async fn a_repeat_that_is_refused_harms_nothing(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let said = manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    let tried = log(world, &line).await.remove(0);
    let mut answers = [500, 400].into_iter();
    world.messenger.answers_by(move |one| match one.text().as_str() {
        "Good morning" => Answer::status(answers.next().unwrap_or(200)),
        _ => Answer::ok(),
    });
    again(world, &tried, 202).await;
    manager.answers("anna", "Meanwhile").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["Good morning", "Meanwhile"]);
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), Vec::<i64>::new(), "its manager hears of no failure");
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"][0]["kind"], "resend", "{}", dead.text);
    let id = dead.text_at("/items/0/id");
    world.api.post(&format!("/api/v1/dead-letters/{id}/retry"), &json!({})).await.is(202);
    world.deliver_to_the_end().await;
    let last = world.messenger.received().pop().unwrap();
    assert_eq!((json!(last.webhook_id), last.text()), (tried["webhook_id"].clone(), "Good morning".to_owned()));
}

async fn resending_continues_failed_and_waiting_webhooks(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_next([Answer::status(400)]);
    manager.answers("anna", "refused").await;
    world.deliver_all().await;
    let refused = log(world, &line).await.remove(0);
    again(world, &refused, 202).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["refused"]);
    assert!(world.api.get(&line.dead_letters()).await.is(200).json["items"].as_array().unwrap().is_empty());
    world.messenger.answers_next([Answer::RetryAfter(503, 3600)]);
    manager.answers("anna", "late").await;
    world.deliver_all().await;
    let late = log(world, &line).await.remove(0);
    assert_eq!(world.messenger.texts(), ["refused"]);
    again(world, &late, 202).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["refused", "late"], "neither waits an hour");
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_messenger"], json!({"accepted": 2, "delivered": 2, "failed": 0, "waiting": 0}));
}

async fn only_what_is_kept_is_sent_again_and_only_by_its_account(world: &mut World) {
    let (line, manager) = world.chatting().await;
    manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    let hello = world.sandbox.messages(&line.host).into_iter().find(|one| one.text == "Hello").unwrap();
    world.sandbox.manager_reacts(&line.host, &hello.id, Some("👍"), HookForm::Sample).await.unwrap();
    world.deliver_all().await;
    let log = log(world, &line).await;
    assert_eq!(log[0]["type"], "reaction");
    assert_eq!(again(world, &log[0], 409).await["type"].as_str().unwrap().rsplit('/').next(), Some("webhook_not_kept"));

    // People read why.
    let page = world.panel(line.tenant_id).await.opens(&format!("/panel/webhooks/{}", line.source_id)).await.is(200);
    page.says(&["Reactions and typing are sent once"]);

    world.add_key(line.tenant_id, "prm_a-key-that-only-reads-0123456789", "read").await;
    let other = world.line_at("other.amocrm.ru", "other").await;
    world.add_key(other.tenant_id, "prm_a-key-of-somebody-else-0123456789", "write").await;
    let path = format!("/api/v1/webhook-attempts/{}/resend", log[1]["id"].as_str().unwrap());
    let reader = world.api.with_key("prm_a-key-that-only-reads-0123456789");
    reader.post(&path, &json!({})).await.is(403);
    reader.get(&line.path("/webhook-attempts")).await.is(200);
    let stranger = world.api.with_key("prm_a-key-of-somebody-else-0123456789");
    stranger.post(&path, &json!({})).await.is(404);
    stranger.get(&line.path("/webhook-attempts")).await.is(404);
    world.api.post(&format!("/api/v1/webhook-attempts/{}/resend", other.source_id), &json!({})).await.is(404);
    world.api.post("/api/v1/webhook-attempts/x/resend", &json!({})).await.is(404);
    world.api.get(&line.path("/webhook-attempts?limit=0")).await.is(422);
    world.api.delete(&line.path("")).await.is(204);
    world.api.post(&path, &json!({})).await.is(404);
}

both!(
    every_attempt_is_listed_in_the_webhook_log,
    an_accepted_webhook_is_resent_under_its_id,
    a_repeat_that_is_refused_harms_nothing,
    resending_continues_failed_and_waiting_webhooks,
    only_what_is_kept_is_sent_again_and_only_by_its_account,
);
