//! Notices to a custom messenger about its source: changes and the deletion, besides the messages.

use std::time::Duration;

use entity::source_notice;
use parom::webhook_notices::due_now;
use parom_tests::{Answer, Received, World, both, once};
use sea_orm::EntityTrait;
use serde_json::json;

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
}

async fn a_refused_notice_is_retried_and_delays_no_message(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
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

async fn messengers_that_refuse_are_left_alone(world: &mut World) {
    let line = world.line("support").await;
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

both!(a_change_is_reported_once_with_the_current_state, a_refused_notice_is_retried_and_delays_no_message);
once!(
    a_paused_source_gets_only_the_notice_of_its_deletion,
    notices_are_retried_for_at_most_a_day,
    messengers_that_refuse_are_left_alone,
);
