//! What a plan limits: sources, kinds, storage and rates; messages of a month are only counted.

use base::config::Config;
use parom_tests::settings::HOST;
use parom_tests::{Engine, Place, Setup, World};
use serde_json::{Value, json};

use super::{each, events, plans};
use crate::alerts::open;

async fn makes(world: &World, kind: &str, name: &str) -> parom_tests::Reply {
    let settings = if kind == "custom" { json!({ "webhook_url": world.messenger.url() }) } else { json!({}) };
    world.asks_for_source(kind, name, name, settings).await
}

async fn patch(world: &World, change: Value) -> Value {
    let id = world.active(HOST).await;
    world.api.patch(&format!("/api/v1/tenants/{id}"), &change).await.is(200).json
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_are_those_of_the_plan_unless_the_vendor_says_otherwise() {
    each(async |world| {
        makes(world, "custom", "one").await.is(201);
        makes(world, "webchat", "two").await.is(201);
        let refused = makes(world, "webchat", "three").await.is(409);
        assert_eq!(refused.json["type"], "/problems/source_limit");
        assert!(refused.text.contains("2 of 2"), "{}", refused.text);
        patch(world, json!({ "sources_limit": 3 })).await;
        makes(world, "webchat", "three").await.is(201);
        patch(world, json!({ "sources_limit": null })).await;
        makes(world, "webchat", "four").await.is(409);
        patch(world, json!({ "plan": "all" })).await;
        makes(world, "webchat", "four").await.is(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kinds_outside_of_the_plan_are_not_offered_and_those_there_go_on() {
    each(async |world| {
        let line = world.line("support").await;
        let panel = world.panel(line.tenant_id).await;
        let page = panel.opens("/panel/sources/new").await.is(200);
        page.says(&["value=\"webchat\""]);
        page.never_says(&["value=\"telegram\""]);
        let refused = world.asks_for_source("telegram", "Bot", "bot", json!({ "token": "1:x" })).await.is(409);
        assert_eq!(refused.json["type"], "/problems/plan_kind");
        assert!(refused.text.contains("“start”"), "{}", refused.text);
        // A plan that lacks the kind of a source that is there.
        world.setup_is(|config: &mut Config| {
            plans(config);
            let mut list = config.plan_list.get().to_vec();
            list[0].connectors = Some(vec!["webchat".to_owned()]);
            config.plan_list = list.into();
        });
        world.restart().await;
        makes(world, "custom", "other").await.is(409);
        world.customer(&line, "anna").writes("Hello").await;
        world.deliver_to_the_end().await;
        assert_eq!(world.texts_at_crm(&line), ["Hello"]);
        world.api.patch(&line.path(""), &json!({ "name": "Another" })).await.is(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_of_a_month_are_reported_and_never_refused() {
    each(async |world| {
        let line = world.line("support").await;
        let anna = world.customer(&line, "anna");
        let checks = async || parom::alert_checks::limits(&world.app().usage).await.unwrap();
        for number in 0..3 {
            anna.writes(&format!("message {number}")).await;
        }
        checks().await;
        assert!(open(world, line.tenant_id).await.is_empty());
        anna.writes("the fourth").await;
        checks().await;
        checks().await;
        assert_eq!(open(world, line.tenant_id).await, ["limit_near"]);
        anna.writes("the fifth").await;
        anna.writes("the sixth").await;
        checks().await;
        checks().await;
        assert_eq!(open(world, line.tenant_id).await, ["limit_reached"]);
        let (near, reached) = (events(world, "limit.near").await, events(world, "limit.reached").await);
        assert_eq!((near.len(), reached.len()), (1, 1), "each is reported once");
        let limit = json!({ "name": "messages", "used": 6, "most": 5, "unit": "count", "percent": 120 });
        assert_eq!(reached[0]["data"]["limit"], limit);
        let panel = world.panel(line.tenant_id).await;
        panel.opens("/panel/account").await.is(200).says(&["Messages this month", "6 of 5"]);
        world.deliver_to_the_end().await;
        assert_eq!(world.texts_at_crm(&line).len(), 6, "nothing is held back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_that_the_next_plan_lacks_is_no_longer_reached() {
    each(async |world| {
        let line = world.line("support").await;
        let anna = world.customer(&line, "anna");
        let checks = async || parom::alert_checks::limits(&world.app().usage).await.unwrap();
        for number in 0..5 {
            anna.writes(&format!("message {number}")).await;
        }
        checks().await;
        assert_eq!(open(world, line.tenant_id).await, ["limit_reached"]);
        patch(world, json!({ "plan": "all" })).await;
        checks().await;
        assert!(open(world, line.tenant_id).await.is_empty());
        world.deliver_to_the_end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storage_and_rates_are_those_of_the_plan() {
    let change = |config: &mut Config| {
        plans(config);
        config.limits.requests_burst_per_key = 1;
    };
    let Some(mut world) = World::start(Engine::Sqlite, Setup { change, ..Setup::default() }).await else { return };
    let line = world.line("support").await;
    let text = "x".repeat(200_000);
    let writes = async |id: &str| {
        let message = json!({ "id": id, "conversation": { "id": "c" }, "sender": { "role": "client", "id": "u", "name": "U" },
            "content": { "type": "text", "text": text } });
        world.api.post(&line.path("/messages"), &message).await
    };
    for id in 0..12 {
        writes(&format!("earlier-{id}")).await.is(202);
    }
    parom::usage::write_down(&world.app().usage).await.unwrap();
    let full = writes("7").await.is(507);
    assert_eq!(full.json["type"], "/problems/account_full");
    // Keys of the account have its plan's rate; the vendor's have the configured one, here none.
    world.add_key(line.tenant_id, "prm_own-key-of-the-account-0123456789abcdef", "read").await;
    let own = world.api.with_key("prm_own-key-of-the-account-0123456789abcdef");
    own.get(&line.path("")).await.is(200);
    own.get(&line.path("")).await.is(429);
    world.api.get(&line.path("")).await.is(200);
    patch(&world, json!({ "plan": "all" })).await;
    own.get(&line.path("")).await.is(200);
    own.get(&line.path("")).await.is(200);
    writes("7").await.is(202);
    world.leave_letters();
    world.close().await;
}
