//! A person's pause holds both directions of a source (docs/decisions/0040-a-persons-pause.md).

use std::time::Duration;

use base::store::VENDOR;
use parom::delivery::gauges;
use parom::delivery::worker::Worker;
use parom_tests::settings::VENDOR_KEY;
use parom_tests::{Api, Line, World, both, on_postgres};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};

async fn pause(api: &Api, line: &Line, paused: bool) {
    api.patch(&line.path(""), &json!({ "paused": paused })).await.is(200);
}

/// Status and reason of a message.
async fn shown(world: &World, id: &str) -> (Value, Value) {
    let message = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200).json;
    (message["status"].clone(), message["reason"].clone())
}

async fn waiting(world: &World, line: &Line) -> Value {
    world.api.get(&line.path("/ledger")).await.is(200).json["to_crm"]["waiting"].clone()
}

async fn what_customers_write_to_a_paused_source_waits(world: &mut World) {
    let (line, other) = (world.line("support").await, world.line("sales").await);
    let (anna, boris) = (world.customer(&line, "anna"), world.customer(&line, "boris"));
    anna.writes("before").await;
    world.deliver_all().await;
    pause(&world.api, &line, true).await;
    let id = anna.writes("one").await;
    boris.writes("a new chat").await;
    // Another source of the same channel goes on.
    world.customer(&other, "clara").writes("elsewhere").await;
    for minutes in [0, 1, 30, 60, 120] {
        world.advance(Duration::from_secs(minutes * 60));
        world.deliver_all().await;
        assert_eq!(world.texts_at_crm(&line), ["before", "elsewhere"], "after {minutes} minutes");
    }
    anna.writes("two").await;
    world.deliver_all().await;
    assert_eq!(shown(world, &id).await, (json!("held"), json!("paused")));
    assert_eq!(waiting(world, &line).await, json!(3));
    let held = world.api.get(&line.path("")).await.is(200);
    assert_eq!((&held.json["status"], &held.json["held"]["count"]), (&json!("paused"), &json!(3)), "{}", held.text);
    world.restart().await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["before", "elsewhere"], "after a restart");
    pause(&world.api, &line, false).await;
    // At once: no back-off is waited for.
    world.deliver_all().await;
    let texts = world.texts_at_crm(&line);
    assert_eq!(texts.len(), 5, "{texts:?}");
    let of_anna: Vec<_> = texts.iter().filter(|text| ["one", "two"].contains(&text.as_str())).collect();
    assert_eq!(of_anna, ["one", "two"], "in order");
    assert_eq!(shown(world, &id).await.0, json!("delivered"));
    assert_eq!(waiting(world, &line).await, json!(0));
    let tries = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200).text;
    assert!(!tries.contains("\"held\""), "a pause is no attempt: {tries}");
}

async fn what_customers_change_on_a_paused_source_waits(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("first", "Is it red?")).await.is(202);
    world.deliver_all().await;
    let said = world.manager(&line).answers("anna", "It is").await;
    world.deliver_all().await;
    let theirs = world.messenger.received().last().unwrap().message_id();
    pause(&world.api, &line, true).await;
    world
        .api
        .patch(&line.path("/messages/first"), &json!({"content": {"type": "text", "text": "Is it blue?"}}))
        .await
        .is(202);
    let reaction = json!({"message": {"id": theirs}, "sender": {"id": "user-anna"}, "emoji": "👍"});
    world.api.post(&line.path("/reactions"), &reaction).await.is(202);
    anna.reports_status(&theirs, "read").await.is(202);
    let typing = json!({"conversation": {"id": "chat-anna"}, "sender": {"id": "user-anna"}});
    world.api.post(&line.path("/typing"), &typing).await.is(202);
    let seen = |world: &World| {
        let messages = world.sandbox.messages(&line.host);
        let reactions: usize = messages.iter().map(|message| message.reactions.len()).sum();
        let read = world.statuses_at_crm(&line, &said.message_id).contains(&2);
        let types = world.sandbox.chats(&line.host)[0].typing_until.is_some();
        (world.texts_at_crm(&line), reactions, read, types)
    };
    for _ in 0..3 {
        world.deliver_all().await;
        assert_eq!(seen(world), (vec!["Is it red?".to_owned()], 0, false, false));
        world.advance(Duration::from_secs(3_600));
    }
    pause(&world.api, &line, false).await;
    world.deliver_to_the_end().await;
    assert_eq!(seen(world), (vec!["Is it blue?".to_owned()], 1, true, false), "typing of an hour ago is not shown");
}

/// A message that waited too long is reported to its manager, paused or not.
async fn managers_of_a_paused_source_learn_what_became_too_old(world: &mut World) {
    let (line, manager) = world.chatting().await;
    pause(&world.api, &line, true).await;
    let said = manager.answers("anna", "held for a day").await;
    world.customer(&line, "anna").writes("held for a week").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(25 * 3_600));
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [-1]);
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    for _ in 0..7 {
        world.advance(Duration::from_secs(24 * 3_600));
        world.deliver_all().await;
    }
    assert_eq!(waiting(world, &line).await, json!(0), "to amoCRM a message waits for seven days");
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert!(dead.json["items"].as_array().unwrap().iter().all(|item| item["reason"] == "too_old"), "{}", dead.text);
    pause(&world.api, &line, false).await;
    world.deliver_to_the_end().await;
}

/// What Parom pauses itself, because a developer's server refuses, holds no customer, until a person pauses it too.
async fn a_person_may_pause_what_parom_has_paused(world: &mut World) {
    let (line, _) = world.chatting().await;
    let row = "UPDATE source SET paused = true, paused_by = ''";
    sea_orm::ConnectionTrait::execute_unprepared(world.app().store.write(), row).await.unwrap();
    world.app().lookup.forget();
    let anna = world.customer(&line, "anna");
    anna.writes("goes on").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "goes on"]);
    pause(&world.api, &line, true).await;
    anna.writes("waits").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "goes on"]);
    pause(&world.api, &line, false).await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "goes on", "waits"]);
    // Customers' messages wait for no one when the source is gone.
    pause(&world.api, &line, true).await;
    anna.writes("leaves").await;
    world.deliver_all().await;
    world.api.delete(&line.path("")).await.is(204);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "goes on", "waits", "leaves"]);
}

async fn a_pause_at_one_process_holds_customers_at_the_other_at_once(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("before").await;
    world.deliver_all().await;
    let second = world.another_server().await;
    let door = Api::new(second.url(), VENDOR_KEY);
    let mut other = Worker::new(second.app.delivery.clone());
    // The second has read the source, and keeps it.
    door.post(&line.path("/messages"), &anna.body("kept", "kept")).await.is(202);
    other.deliver_all().await.unwrap();
    pause(&world.api, &line, true).await;
    door.post(&line.path("/messages"), &anna.body("one", "one")).await.is(202);
    other.deliver_all().await.unwrap();
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["before", "kept"]);
    pause(&door, &line, false).await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["before", "kept", "one"]);
    second.stop().await;
}

// accepted = delivered + failed + waiting: checked automatically, with an alert if it does not hold.

async fn accepted_by_hand(world: &World, line: &Line, by: i64) {
    let tenant = if world.app().store.is_sqlite() {
        format!("x'{}'", line.tenant_id.simple())
    } else {
        format!("'{}'", line.tenant_id)
    };
    let sql =
        format!("UPDATE ledger_delta SET accepted = accepted + {by} WHERE tenant_id = {tenant} AND direction = 1");
    world.app().store.write().execute_unprepared(&sql).await.unwrap();
}

async fn gaps(world: &World) -> Vec<serde_json::Value> {
    let open = parom::alert::open(world.app().store.read(), VENDOR).await.unwrap();
    let gaps = open.iter().filter(|alert| alert.kind == gauges::BALANCE_ALARM);
    gaps.map(|alert| serde_json::from_str(&alert.detail).unwrap()).collect()
}

fn gauge(world: &World, line: &str) -> f64 {
    let page = world.app().metrics.render();
    let found =
        page.lines().find_map(|one| one.strip_prefix(line)).unwrap_or_else(|| panic!("{line} is not in {page}"));
    found.trim().parse().unwrap()
}

async fn a_missing_message_is_reported_until_it_is_found(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("one").await;
    world.deliver_all().await;
    // One that fails and one that waits: healthy counts are no gap.
    world.sandbox.faults().next_with(Part::Message, "refused", 1, Fault::Status { code: 400, retry_after: None });
    anna.writes("refused").await;
    world.deliver_all().await;
    world.sandbox.faults().next_with(Part::Message, "later", 1, Fault::Status { code: 503, retry_after: None });
    anna.writes("later").await;
    world.deliver_all().await;
    assert_eq!(gauges::check_balance(&world.app().delivery).await.unwrap(), 0);
    assert!(gaps(world).await.is_empty());
    assert_eq!(gauge(world, "parom_ledger_gap{direction=\"to_crm\"}"), 0.0);

    accepted_by_hand(world, &line, 2).await;
    assert_eq!(gauges::check_balance(&world.app().delivery).await.unwrap(), 2);
    let told = gaps(world).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let counts = ["gap", "accepted", "delivered", "failed", "waiting"].map(|name| told[0][name].as_i64().unwrap());
    assert_eq!(counts, [2, 5, 1, 1, 1], "{told:?}");
    assert_eq!(told[0]["source"], "Line support");
    assert_eq!(gauge(world, "parom_ledger_gap{direction=\"to_crm\"}"), 2.0);
    gauges::check_balance(&world.app().delivery).await.unwrap();
    assert_eq!(gaps(world).await.len(), 1, "one cause is one alert");

    accepted_by_hand(world, &line, -2).await;
    assert_eq!(gauges::check_balance(&world.app().delivery).await.unwrap(), 0);
    assert!(gaps(world).await.is_empty(), "it is over by itself");
    assert_eq!(gauge(world, "parom_ledger_gap{direction=\"to_crm\"}"), 0.0);
    world.deliver_to_the_end().await;
    assert_eq!(gauges::check_balance(&world.app().delivery).await.unwrap(), 0);
}

async fn waiting_letters_are_counted_by_reason(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    let channel = other.scope_id[..36].parse().unwrap();
    gauges::look(&world.app().delivery).await.unwrap();
    assert_eq!(gauge(world, "parom_letters{direction=\"to_crm\",state=\"due\"}"), 0.0);
    world.customer(&line, "anna").writes("one").await;
    world.customer(&line, "boris").writes("two").await;
    world.advance(std::time::Duration::from_secs(7));
    world.app().queue.hold(other.tenant_id, channel, "amojo:main", "paused").await.unwrap();
    world.customer(&other, "clara").writes("three").await;
    gauges::look(&world.app().delivery).await.unwrap();
    assert_eq!(gauge(world, "parom_letters{direction=\"to_crm\",state=\"due\"}"), 2.0);
    assert_eq!(gauge(world, "parom_letters{direction=\"to_crm\",state=\"held\"}"), 1.0);
    assert_eq!(gauge(world, "parom_queue_age_seconds{direction=\"to_crm\"}"), 7.0);
    assert_eq!(gauge(world, "parom_targets_hindered{by=\"held\"}"), 1.0);

    world.sandbox.faults().next_with(Part::Message, "one", 1, Fault::Status { code: 503, retry_after: None });
    world.deliver_all().await;
    gauges::look(&world.app().delivery).await.unwrap();
    assert_eq!(gauge(world, "parom_letters{direction=\"to_crm\",state=\"later\"}"), 1.0, "a back-off");
    assert_eq!(gauge(world, "parom_queue_age_seconds{direction=\"to_crm\"}"), 0.0, "a back-off is no delay of ours");
    assert!(
        world.app().metrics.render().contains("parom_remote_errors_total{remote=\"amojo:main\",error=\"broken\"} 1")
    );
    world.app().queue.resume(other.tenant_id, channel, 0).await.unwrap();
    world.deliver_to_the_end().await;
    gauges::look(&world.app().delivery).await.unwrap();
    assert_eq!(gauge(world, "parom_letters{direction=\"to_crm\",state=\"later\"}"), 0.0);
}

both!(managers_of_a_paused_source_learn_what_became_too_old, a_missing_message_is_reported_until_it_is_found);
both!(what_customers_change_on_a_paused_source_waits, what_customers_write_to_a_paused_source_waits);
both!(a_person_may_pause_what_parom_has_paused);
both!(waiting_letters_are_counted_by_reason);
on_postgres!(a_pause_at_one_process_holds_customers_at_the_other_at_once);
