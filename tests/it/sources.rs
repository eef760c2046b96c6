//! Sources: made here and at amoCRM or not at all, changed, paused, deleted.

use std::time::Duration;

use entity::source;
use parom_tests::{Reply, World, both, once, world};
use sandbox::{Fault, Part};
use serde_json::{Value, json};
use uuid::Uuid;

const HOST: &str = world::HOST;

/// The tenant of the usual account, installed.
async fn tenant(world: &World) -> Uuid {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    world.active(HOST).await
}

fn wanted(world: &World, external_id: &str) -> Value {
    json!({"kind": "custom", "name": format!("Line {external_id}"), "external_id": external_id,
        "settings": {"webhook_url": world.messenger.url()}})
}

async fn make(world: &World, tenant_id: Uuid, body: &Value) -> Reply {
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), body).await
}

async fn rows(world: &World, tenant_id: Uuid) -> Vec<source::Model> {
    source::Entity::of_tenant(tenant_id).all(world.app().store.read()).await.unwrap()
}

/// What amoCRM has, by external id.
fn at_crm(world: &World, external_id: &str) -> Option<Value> {
    world.sandbox.sources(HOST).into_iter().find(|source| source["external_id"] == external_id)
}

#[track_caller]
fn problem(reply: &Reply, status: u16, name: &str) {
    assert_eq!(reply.status, status, "{}", reply.text);
    let kind = reply.text_at("/type");
    assert!(kind.ends_with(&format!("/{name}")), "{kind}: {}", reply.text);
}

async fn a_source_is_made_on_both_sides(world: &mut World) {
    let tenant_id = tenant(world).await;
    let made = make(world, tenant_id, &wanted(world, "support")).await.is(201);
    let mirror = at_crm(world, "support").unwrap();
    assert_eq!(made.text_at("/amocrm_source_id"), mirror["id"].to_string());
    assert_eq!(made.text_at("/pipeline_id"), mirror["pipeline_id"].to_string());
    assert_eq!((made.json["status"].as_str(), made.json["default"].as_bool()), (Some("working"), Some(false)));
    assert!(made.text_at("/webhook_secret").starts_with("whsec_"));
    let read = world.api.get(&format!("/api/v1/sources/{}", made.text_at("/id"))).await.is(200);
    assert!(read.json.get("webhook_secret").is_none());
    assert!(read.json["settings"].get("webhook_secret").is_none(), "{}", read.text);
    let row = rows(world, tenant_id).await.remove(0);
    assert!(!row.settings.contains("whsec_") && row.secrets.is_some());

    let named = make(world, tenant_id, &json!({"kind": "webchat", "name": "Site", "settings": {}})).await.is(201);
    assert!(named.json.get("webhook_secret").is_none());
    assert!(at_crm(world, &named.text_at("/external_id")).is_some());
}

async fn wrong_fields_are_named_all_at_once(world: &mut World) {
    let tenant_id = tenant(world).await;
    let before = world.sandbox.requests().len();
    let body = json!({"kind": "custom", "name": " ", "external_id": "имя", "settings": {"webhook_url": "http://10.0.0.1/"}});
    let mut fields = make(world, tenant_id, &body).await.is(422).wrong_fields();
    fields.sort();
    assert_eq!(fields, ["/external_id", "/name", "/settings/webhook_url"]);
    for (change, field) in [
        (json!({"kind": "pigeon"}), "/kind"),
        (json!({"name": "x".repeat(256)}), "/name"),
        (json!({"external_id": "x".repeat(37)}), "/external_id"),
        (json!({"channel_id": Uuid::nil()}), "/channel_id"),
        (json!({"services": {}}), "/services"),
    ] {
        let mut body = wanted(world, "support");
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(make(world, tenant_id, &body).await.is(422).wrong_fields(), [field], "{body}");
    }
    assert_eq!(world.sandbox.requests().len(), before, "amoCRM was asked about wrong fields");
    let mut body = wanted(world, "support");
    body["pipeline_id"] = json!("1");
    assert_eq!(make(world, tenant_id, &body).await.is(422).wrong_fields(), ["/pipeline_id"]);
    assert!(rows(world, tenant_id).await.is_empty());
}

async fn a_pipeline_and_the_default_are_mirrored(world: &mut World) {
    let tenant_id = tenant(world).await;
    let pipelines = world.sandbox.add_account(HOST).pipelines;
    let second = pipelines.iter().find(|pipeline| !pipeline.is_main).unwrap().id.to_string();
    let mut body = wanted(world, "one");
    body["pipeline_id"] = json!(second);
    body["default"] = json!(true);
    let one = make(world, tenant_id, &body).await.is(201);
    assert_eq!(one.text_at("/pipeline_id"), second);
    assert_eq!(one.json["default"], true);
    let mut body = wanted(world, "two");
    body["default"] = json!(true);
    let two = make(world, tenant_id, &body).await.is(201);
    let defaults: Vec<bool> = rows(world, tenant_id).await.iter().map(|row| row.is_default).collect();
    assert_eq!(defaults.iter().filter(|default| **default).count(), 1);
    let path = format!("/api/v1/sources/{}", one.text_at("/id"));
    assert_eq!(world.api.get(&path).await.json["default"], false);

    let changed = world.api.patch(&path, &json!({"name": "Renamed", "default": true})).await.is(200);
    assert_eq!((changed.json["name"].as_str(), changed.json["default"].as_bool()), (Some("Renamed"), Some(true)));
    assert_eq!(at_crm(world, "one").unwrap()["name"], "Renamed");
    let other = world.api.get(&format!("/api/v1/sources/{}", two.text_at("/id"))).await;
    assert_eq!(other.json["default"], false);
}

async fn parallel_creations_keep_the_limit_and_the_names(world: &mut World) {
    let tenant_id = tenant(world).await;
    world.api.patch(&format!("/api/v1/tenants/{tenant_id}"), &json!({"sources_limit": 3})).await.is(200);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (api, body) = (world.api.clone(), wanted(world, &format!("line-{number}")));
        tasks.spawn(async move { api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &body).await });
    }
    let mut made = 0;
    while let Some(reply) = tasks.join_next().await {
        let reply = reply.unwrap();
        if reply.status == 201 {
            made += 1;
        } else {
            problem(&reply, 409, "source_limit");
        }
    }
    assert_eq!((made, world.sandbox.sources(HOST).len(), rows(world, tenant_id).await.len()), (3, 3, 3));
    world.api.patch(&format!("/api/v1/tenants/{tenant_id}"), &json!({"sources_limit": null})).await.is(200);
    let taken = rows(world, tenant_id).await[0].external_id.clone();
    problem(&make(world, tenant_id, &wanted(world, &taken)).await, 409, "external_id_taken");
}

async fn nothing_half_made_stays(world: &mut World) {
    let tenant_id = tenant(world).await;
    let trouble = Fault::Status { code: 503, retry_after: Some(7) };
    world.sandbox.faults().next(Part::Rest, 1, trouble);
    let reply = make(world, tenant_id, &wanted(world, "support")).await.is(503);
    assert_eq!(reply.header("retry-after"), "7");
    world.sandbox.faults().next(Part::Rest, 1, Fault::Status { code: 422, retry_after: None });
    problem(&make(world, tenant_id, &wanted(world, "support")).await, 409, "crm_refused");
    assert!(rows(world, tenant_id).await.is_empty());
    make(world, tenant_id, &wanted(world, "support")).await.is(201);
}

async fn a_lost_answer_makes_one_source(world: &mut World) {
    let tenant_id = tenant(world).await;
    world.sandbox.faults().next(Part::Rest, 1, Fault::LostAnswer);
    let made = make(world, tenant_id, &wanted(world, "support")).await.is(201);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
    assert_eq!(made.text_at("/amocrm_source_id"), at_crm(world, "support").unwrap()["id"].to_string());

    // Nobody can tell, and the look-up fails as well: 503, and the repetition adopts what is there.
    world.sandbox.faults().next_with(Part::Rest, "second", 1, Fault::LostAnswer);
    world.sandbox.faults().next(Part::Rest, 1, Fault::DelayAnswer(Duration::ZERO));
    world.sandbox.faults().until_cleared_with(Part::Rest, "nothing-has-this", Fault::Reset);
    let reply = make(world, tenant_id, &wanted(world, "second")).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    assert_eq!(world.sandbox.sources(HOST).len(), 2);
    world.sandbox.faults().clear();
}

async fn an_unknown_outcome_is_adopted_by_the_repetition(world: &mut World) {
    let tenant_id = tenant(world).await;
    world.sandbox.faults().next(Part::Rest, 1, Fault::LostAnswer);
    world.sandbox.faults().next(Part::Rest, 1, Fault::Status { code: 502, retry_after: None });
    make(world, tenant_id, &wanted(world, "support")).await.is(503);
    assert!(at_crm(world, "support").is_some());
    let listed = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200);
    assert_eq!(listed.json["items"], json!([]));
    let mut body = wanted(world, "support");
    body["name"] = json!("Second try");
    let made = make(world, tenant_id, &body).await.is(201);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
    assert_eq!(at_crm(world, "support").unwrap()["name"], "Second try");
    assert_eq!(made.text_at("/amocrm_source_id"), at_crm(world, "support").unwrap()["id"].to_string());
    world.allow_problems();
}

async fn an_account_that_is_not_active_gets_no_source(world: &mut World) {
    let tenant_id = tenant(world).await;
    world.api.patch(&format!("/api/v1/tenants/{tenant_id}"), &json!({"suspended": true})).await.is(200);
    problem(&make(world, tenant_id, &wanted(world, "support")).await, 409, "tenant_inactive");
    world.api.patch(&format!("/api/v1/tenants/{tenant_id}"), &json!({"suspended": false})).await.is(200);
    world.owner(HOST).uninstalls().await;
    world
        .until("the account is gone", async || (world.tenant(HOST).await?["status"] == "uninstalled").then_some(()))
        .await;
    problem(&make(world, tenant_id, &wanted(world, "support")).await, 409, "tenant_inactive");
    make(world, Uuid::nil(), &wanted(world, "support")).await.is(404);
}

async fn a_paused_source_keeps_and_then_sends(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let paused = world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    assert_eq!(paused.json["status"], "paused");
    let manager = world.manager(&line);
    manager.answers("anna", "old").await;
    world.deliver_all().await;
    assert!(world.messenger.texts().is_empty());
    let held = world.api.get(&line.path("")).await.is(200);
    assert_eq!(held.json["held"]["count"], 1);
    world.advance(Duration::from_secs(3600));
    let between = world.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    world.advance(Duration::from_secs(1));
    manager.answers("anna", "new").await;
    let resumed = world.api.patch(&line.path(""), &json!({"paused": false, "drop_before": between})).await.is(200);
    assert_eq!(resumed.json["status"], "working");
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["new"]);
    let wrong = world.api.patch(&line.path(""), &json!({"drop_before": between})).await.is(422);
    assert_eq!(wrong.wrong_fields(), ["/drop_before"]);
}

async fn a_deleted_source_fails_what_waits_and_frees_its_name(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    let waiting = world.manager(&line).answers("anna", "waits").await;
    world.api.delete(&line.path("")).await.is(204);
    assert!(at_crm(world, "support").is_none());
    world.deliver_to_the_end().await;
    assert!(world.messenger.texts().is_empty());
    assert_eq!(world.statuses_at_crm(&line, &waiting.message_id), [-1]);
    world.api.get(&line.path("")).await.is(404);
    world.api.delete(&line.path("")).await.is(404);
    let row = rows(world, line.tenant_id).await.remove(0);
    assert!(row.deleted_at.is_some() && row.secrets.is_none());
    make(world, line.tenant_id, &wanted(world, "support")).await.is(201);
}

async fn a_source_that_is_gone_at_amocrm_says_so_and_can_be_deleted(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.delete_source(HOST, "support");
    problem(&world.api.patch(&line.path(""), &json!({"name": "Other"})).await, 409, "crm_refused");
    let shown = world.api.get(&line.path("")).await.is(200);
    assert_eq!(shown.json["status"], "needs_attention");
    assert_eq!(shown.json["name"], "Line support");
    world.api.delete(&line.path("")).await.is(204);
}

both!(
    a_source_is_made_on_both_sides,
    parallel_creations_keep_the_limit_and_the_names,
    nothing_half_made_stays,
    an_unknown_outcome_is_adopted_by_the_repetition,
    a_paused_source_keeps_and_then_sends,
    a_deleted_source_fails_what_waits_and_frees_its_name,
);

once!(
    wrong_fields_are_named_all_at_once,
    a_pipeline_and_the_default_are_mirrored,
    a_lost_answer_makes_one_source,
    an_account_that_is_not_active_gets_no_source,
    a_source_that_is_gone_at_amocrm_says_so_and_can_be_deleted,
);
