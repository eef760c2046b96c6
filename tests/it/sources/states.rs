//! The state of a source, and when it is proved.

use super::*;

async fn state(world: &World, made: &Reply) -> (String, Value, Value) {
    let shown = get(world, made).await.json;
    (shown["status"].as_str().unwrap().to_owned(), shown["status_reason"].clone(), shown["status_action"].clone())
}

fn is(status: &str, reason: Value, action: Value) -> (String, Value, Value) {
    (status.to_owned(), reason, action)
}

async fn the_account_shows_through(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
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

async fn a_pause_has_a_name_and_a_time(world: &mut World) {
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
}

async fn the_state_shows_that_amocrm_does_not_answer(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    for _ in 0..4 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(120));
    }
    let shown = world.api.get(&line.path("")).await.is(200).json;
    assert_eq!((&shown["status"], &shown["status_action"]), (&json!("crm_unreachable"), &Value::Null));
    assert_eq!(shown["status_since"], "2026-11-20T09:00:00.000Z", "since the oldest that waits");
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    assert_eq!(world.api.get(&line.path("")).await.is(200).json["status"], "working");
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

async fn a_server_that_locks_us_out_pauses_its_source_until_it_lets_us_in(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([parom_tests::Answer::status(401)]);
    world.manager(&line).answers("anna", "one").await;
    world.deliver_to_the_end().await;
    let shown = world.api.get(&line.path("")).await.is(200).json;
    assert_eq!(
        (&shown["status"], &shown["status_reason"], &shown["status_action"], &shown["status_detail"]),
        (&json!("paused"), &json!("access_refused"), &json!("reconnect"), &json!("your server answered 401"))
    );
    let open = parom::alert::open(world.app().store.read(), line.tenant_id).await.unwrap();
    assert_eq!((open.len(), open[0].kind.as_str(), open[0].source_id), (1, "source_stopped", Some(line.source_id)));
    world.api.patch(&line.path(""), &json!({"settings": {"webhook_url": world.messenger.url()}})).await.is(200);
    assert_eq!(world.api.get(&line.path("")).await.is(200).json["status"], "checking", "not proved yet");
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["one"]);
    assert_eq!(world.api.get(&line.path("")).await.is(200).json["status"], "working");
    assert!(parom::alert::open(world.app().store.read(), line.tenant_id).await.unwrap().is_empty());
}

both!(
    the_account_shows_through,
    messages_prove_a_source_once_a_minute,
    a_server_that_locks_us_out_pauses_its_source_until_it_lets_us_in,
);
once!(a_pause_has_a_name_and_a_time, the_state_shows_that_amocrm_does_not_answer);
