//! The state of a source: when it is proved, tested by hand, and reported to a custom messenger.

use std::time::Duration;

use base::store::{StatementsOfTask, statements_of};
use entity::source_notice;
use parom::doctor::Status;
use parom::webhook_notices::due_now;
use parom_tests::{Answer, Line, Received, World, both, on_postgres, once};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

async fn state(world: &World, made: &Reply) -> (String, Value, Value) {
    let shown = get(world, made).await.json;
    (shown["status"].as_str().unwrap().to_owned(), shown["status_reason"].clone(), shown["status_action"].clone())
}

fn is(status: &str, reason: Value, action: Value) -> (String, Value, Value) {
    (status.to_owned(), reason, action)
}

/// A pause has a name and a time, and the account shows through.
async fn a_pause_and_the_account_show_through(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    world.advance(Duration::from_secs(60));
    world.api.patch(&path, &json!({"paused": true})).await.is(200);
    world.advance(Duration::from_secs(60));
    assert_eq!(state(world, &made).await, is("paused", Value::Null, json!("resume")));
    assert_eq!(get(world, &made).await.json["status_since"], "2026-11-20T09:01:00.000Z");
    let source =
        parom::source::find(&world.app().sources, tenant_id, made.text_at("/id").parse().unwrap()).await.unwrap();
    assert_eq!(parom::source::state(&world.app().sources, &source).await.unwrap().paused_by, "admin key of the tests");
    world.api.patch(&path, &json!({"paused": false})).await.is(200);
    assert_eq!(state(world, &made).await, is("working", Value::Null, json!("test")));
    let tenant = format!("/api/v1/tenants/{tenant_id}");
    world.api.patch(&tenant, &json!({"suspended": true})).await.is(200);
    assert_eq!(state(world, &made).await, is("paused", json!("account_suspended"), json!("support")));
    world.api.patch(&tenant, &json!({"suspended": false})).await.is(200);
    assert_eq!(state(world, &made).await, is("working", Value::Null, json!("test")));
    world.sandbox.expire_refresh_tokens(HOST);
    world.sandbox.expire_access_tokens(HOST);
    world.api.get(&format!("{tenant}/pipelines")).await.is(409);
    assert_eq!(state(world, &made).await, is("needs_attention", json!("account_access_lost"), json!("allow_access")));
}

async fn messages_prove_a_source_once_a_minute(world: &mut World) {
    let line = world.line("support").await;
    let proved = async |world: &World| world.api.get(&line.path("")).await.is(200).json["proved_at"].clone();
    assert_eq!(proved(world).await, Value::Null, "never yet");
    world.customer(&line, "anna").writes("Hello").await;
    assert_eq!(proved(world).await, Value::Null, "it has not gone through yet");
    world.deliver_all().await;
    assert_eq!(proved(world).await, "2026-11-20T09:00:00.000Z");
    world.advance(Duration::from_secs(59));
    world.customer(&line, "anna").writes("Hello?").await;
    world.deliver_all().await;
    assert_eq!(proved(world).await, "2026-11-20T09:00:00.000Z");
    world.advance(Duration::from_secs(1));
    world.manager(&line).answers("anna", "Yes").await;
    world.deliver_all().await;
    assert_eq!(proved(world).await, "2026-11-20T09:01:00.000Z");
}

// "Test this source": live, without a customer and without notifying anyone.

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
    assert_eq!(
        (&shown["status"], &shown["status_reason"]),
        (&json!("needs_attention"), &json!("test_failed")),
        "{shown}"
    );
    assert_eq!(shown["proved_at"], Value::Null, "only a refusal stops it");
}

/// What `doctor` says of sources.
async fn doctor(world: &World) -> (Status, String) {
    let checks = parom::doctor::stored(&world.app().store).await;
    let found = checks.into_iter().find(|check| check.name == "sources").unwrap();
    (found.status, found.detail.to_string())
}

/// A3: a source whose test had just failed was "Working" in API, panel and `doctor`.
async fn a_failed_test_shows_until_something_proves_the_source(world: &mut World) {
    let line = world.line("support").await;
    let panel = world.panel(line.tenant_id).await;
    let (page, list) = (format!("/panel/sources/{}", line.source_id), "/panel/sources");
    let shown = async |world: &World| {
        let shown = world.api.get(&line.path("")).await.is(200).json;
        ["status", "status_reason", "status_detail", "status_action"].map(|field| shown[field].clone())
    };
    let never = [json!("working"), Value::Null, Value::Null, json!("test")];
    let working = [json!("working"), Value::Null, Value::Null, Value::Null];
    let failed = |detail: &str| [json!("needs_attention"), json!("test_failed"), json!(detail), json!("test")];
    assert_eq!(shown(world).await, never);
    for path in [page.as_str(), list, "/panel"] {
        panel.opens(path).await.is(200).says(&["Not tested yet"]);
    }
    let (status, said) = doctor(world).await;
    assert!(
        status == Status::Warn && said.contains("no test has gone through") && said.contains("Line support"),
        "{said}"
    );

    for code in [500, 404] {
        world.messenger.answers_next([Answer::status(code)]);
        steps(world, &line.path("")).await;
        assert_eq!(shown(world).await, failed(&format!("webhook: your server answered {code}")));
        world.advance(Duration::from_secs(60));
    }
    let since = world.api.get(&line.path("")).await.json["status_since"].clone();
    assert_eq!(since, "2026-11-20T09:00:00.000Z", "since the first");
    for path in [page.as_str(), list, "/panel"] {
        panel.opens(path).await.is(200).says(&["Needs attention"]);
    }
    panel.opens(&page).await.says(&["The last test failed", "your server answered 404"]);
    let (status, said) = doctor(world).await;
    assert!(status == Status::Warn && said.contains("your server answered 404"), "{said}");

    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(shown(world).await, working, "a message proves it");
    assert_eq!(doctor(world).await.0, Status::Ok);
    panel.opens(&page).await.is(200).never_says(&["Not tested yet", "Needs attention"]);
    world.messenger.answers_next([Answer::status(500)]);
    steps(world, &line.path("")).await;
    assert_eq!(shown(world).await, failed("webhook: your server answered 500"), "whatever was proved before");
    assert_eq!(steps(world, &line.path("")).await, passed());
    assert_eq!(shown(world).await, working, "a test proves it");
}

async fn a_test_that_passes_lets_a_stopped_source_go_on(world: &mut World) {
    let line = world.chatting().await.0;
    world.messenger.answers_next([Answer::status(403)]);
    world.manager(&line).answers("anna", "one").await;
    world.deliver_to_the_end().await;
    assert!(world.messenger.texts().is_empty());
    assert_eq!(steps(world, &line.path("")).await, passed());
    assert_eq!(world.api.get(&line.path("")).await.is(200).json["status"], "working");
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["one"]);
}

// C3: that sources work is written down together, not one by one.

async fn c3_a_thousand_quiet_sources_are_proved_in_one_commit(world: &mut World) {
    let line = world.line("support").await;
    let app = world.app().clone();
    // Its first proof ends a check, which closes an alert as well.
    parom::source::prove(&app.sources, line.tenant_id, line.source_id);
    parom::source::observations::write_proofs(&app.sources).await;
    world.advance(Duration::from_secs(61));
    let remembered = statements_of(async {
        for _ in 0..999 {
            parom::source::prove(&app.sources, line.tenant_id, Uuid::new_v4());
        }
        parom::source::prove(&app.sources, line.tenant_id, line.source_id);
    });
    assert_eq!(remembered.await, StatementsOfTask::default(), "only remembered");
    let written = statements_of(parom::source::observations::write_proofs(&app.sources)).await;
    assert_eq!(written.transactions, 1);
    // The second ends the alert of the one source that was being checked.
    let at_most = if app.store.is_sqlite() { 25 } else { 2 };
    assert!((1..=at_most).contains(&written.statements.len()), "{} statements", written.statements.len());
    let nothing = statements_of(parom::source::observations::write_proofs(&app.sources)).await;
    assert_eq!(nothing, StatementsOfTask::default(), "and nothing when there is nothing");
    assert_eq!(proved(world, &line).await, "2026-11-20T09:01:01.000Z");
}

async fn proved(world: &World, line: &Line) -> Value {
    world.api.get(&line.path("")).await.is(200).json["proved_at"].clone()
}

/// What was collected outlives an order to stop.
async fn c3_collected_proofs_are_written_when_the_process_stops(world: &mut World) {
    let line = world.line("support").await;
    let second = world.another_server().await;
    parom::source::prove(&second.app.sources, line.tenant_id, line.source_id);
    assert_eq!(proved(world, &line).await, Value::Null);
    second.stop().await;
    assert_eq!(proved(world, &line).await, "2026-11-20T09:00:00.000Z");
}

/// A message that went before new settings says nothing of these.
async fn c3_an_old_proof_ends_no_check(world: &mut World) {
    let line = world.line("support").await;
    let app = world.app().clone();
    parom::source::stopped(&app.sources, line.tenant_id, line.source_id, "your server answered 401").await.unwrap();
    world.advance(Duration::from_secs(1));
    let second = world.another_server().await;
    parom::source::prove(&second.app.sources, line.tenant_id, line.source_id);
    world.advance(Duration::from_secs(1));
    let settings = serde_json::json!({"settings": {"webhook_url": world.messenger.url()}});
    world.api.patch(&line.path(""), &settings).await.is(200);
    let status = async |world: &World| world.api.get(&line.path("")).await.is(200).json["status"].clone();
    parom::source::observations::write_proofs(&second.app.sources).await;
    assert_eq!(status(world).await, "checking");
    parom::source::prove(&app.sources, line.tenant_id, line.source_id);
    parom::source::observations::write_proofs(&app.sources).await;
    assert_eq!(status(world).await, "working");
    second.stop().await;
    world.deliver_to_the_end().await;
}

// Notices to a custom messenger about its source: changes and the deletion, besides the messages.

/// Webhooks about sources, in their order.
fn source_webhooks(world: &World) -> Vec<Received> {
    let about = |one: &Received| one.body["type"].as_str().is_some_and(|kind| kind.starts_with("source."));
    world.messenger.received().into_iter().filter(about).collect()
}

async fn waiting(world: &World) -> usize {
    source_notice::Entity::find().all(world.app().store.write()).await.unwrap().len()
}

async fn a_change_is_reported_once_with_the_current_state(world: &mut World) {
    let line = world.line("support").await;
    assert_eq!((due_now(&world.app().usage).await, waiting(world).await), (0, 0), "a new source is no change");
    world.api.patch(&line.path(""), &json!({"name": "First"})).await.is(200);
    world.api.patch(&line.path(""), &json!({"name": "Second", "contact_rule": "link"})).await.is(200);
    assert_eq!(due_now(&world.app().usage).await, 1);
    let all = source_webhooks(world);
    assert_eq!((all.len(), &all[0].body["type"]), (1, &json!("source.updated")));
    let source = &all[0].body["data"]["source"];
    let shown = world.api.get(&line.path("")).await.is(200);
    assert_eq!(source, &shown.json, "as GET shows it");
    assert_eq!((&source["name"], &source["webhook_secret"]), (&json!("Second"), &json!(null)));
    assert_eq!((due_now(&world.app().usage).await, waiting(world).await), (0, 0));
    // A request without effect causes no notice.
    world.api.patch(&line.path(""), &json!({"name": "Second"})).await.is(200);
    assert_eq!(due_now(&world.app().usage).await, 0);
    // A messenger that refuses is left alone.
    world.messenger.answers_next([Answer::status(404)]);
    world.api.patch(&line.path(""), &json!({"name": "Renamed"})).await.is(200);
    assert_eq!((due_now(&world.app().usage).await, waiting(world).await), (1, 0));
    // Kinds without webhooks of their own get no notices.
    let chat = json!({"kind": "webchat", "name": "Site", "settings": {}});
    let made = world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &chat).await.is(201);
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    world.api.patch(&path, &json!({"name": "Other"})).await.is(200);
    assert_eq!((due_now(&world.app().usage).await, waiting(world).await), (0, 0));
}

async fn a_refused_notice_is_retried_and_delays_no_message(world: &mut World) {
    let line = world.chatting().await.0;
    world.messenger.answers_next([Answer::status(500), Answer::Cut]);
    world.api.patch(&line.path(""), &json!({"name": "Renamed"})).await.is(200);
    assert_eq!(due_now(&world.app().usage).await, 1);
    world.advance(Duration::from_secs(10));
    assert_eq!(due_now(&world.app().usage).await, 1);
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"], "a customer's answer waits for no notice");
    assert_eq!(due_now(&world.app().usage).await, 0, "not yet");
    world.advance(Duration::from_secs(60));
    assert_eq!(due_now(&world.app().usage).await, 1);
    let all = source_webhooks(world);
    let ids: Vec<_> = all.iter().map(|one| one.webhook_id.clone()).collect();
    assert!(ids.len() == 3 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(
        all.iter().map(|one| &one.body["repeat"]).collect::<Vec<_>>(),
        [&json!(null), &json!(true), &json!(true)]
    );
    assert_eq!(waiting(world).await, 0);
}

async fn a_paused_source_gets_only_the_notice_of_its_deletion(world: &mut World) {
    let line = world.line("support").await;
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    assert_eq!(
        (due_now(&world.app().usage).await, waiting(world).await),
        (0, 0),
        "it takes everything in and sends nothing"
    );
    world.api.patch(&line.path(""), &json!({"name": "Renamed"})).await.is(200);
    due_now(&world.app().usage).await;
    assert!(source_webhooks(world).is_empty());
    world.api.delete(&line.path("")).await.is(204);
    assert_eq!(due_now(&world.app().usage).await, 1);
    let all = source_webhooks(world);
    assert_eq!((all.len(), &all[0].body["type"]), (1, &json!("source.deleted")));
    let source = &all[0].body["data"]["source"];
    assert_eq!((&source["id"], &source["name"]), (&json!(line.source_id), &json!("Renamed")));
    assert_eq!(waiting(world).await, 0, "with nothing of its secret left");
}

async fn notices_are_retried_for_at_most_a_day(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_by(|_| Answer::status(503));
    world.api.delete(&line.path("")).await.is(204);
    for _ in 0..40 {
        due_now(&world.app().usage).await;
        world.advance(Duration::from_secs(3600));
    }
    assert_eq!(waiting(world).await, 0);
    assert!((5..25).contains(&source_webhooks(world).len()), "{}", source_webhooks(world).len());
}

both!(c3_a_thousand_quiet_sources_are_proved_in_one_commit);
once!(a_paused_source_gets_only_the_notice_of_its_deletion, a_refused_notice_is_retried_and_delays_no_message);
once!(a_change_is_reported_once_with_the_current_state, a_test_that_passes_lets_a_stopped_source_go_on);
once!(messages_prove_a_source_once_a_minute, notices_are_retried_for_at_most_a_day, the_first_step_that_fails_is_named);
once!(a_pause_and_the_account_show_through, every_step_of_the_road_is_tried);
once!(a_failed_test_shows_until_something_proves_the_source);
on_postgres!(c3_collected_proofs_are_written_when_the_process_stops, c3_an_old_proof_ends_no_check);
