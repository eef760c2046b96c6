//! A trial, its warnings, the hold after the grace, and the release on payment.

use entity::audit;
use parom_tests::settings::HOST;
use parom_tests::{Line, World};
use sea_orm::QueryOrder;
use serde_json::{Value, json};

use super::{DAY, each, events, looks};
use crate::alerts::open;

async fn patch(world: &World, line: &Line, change: Value) -> Value {
    world.api.patch(&format!("/api/v1/tenants/{}", line.tenant_id), &change).await.is(200).json
}

/// So many days from now, as the API takes it.
fn in_days(world: &World, days: i64) -> Value {
    json!((world.clock.now() + chrono::TimeDelta::days(days)).to_rfc3339())
}

/// The actions of Parom itself in the account's log.
async fn parom_did(world: &World, line: &Line) -> Vec<String> {
    let rows = audit::Entity::of_tenant(line.tenant_id).order_by_asc(audit::Column::Id);
    let rows = rows.all(world.app().store.read()).await.unwrap().into_iter();
    rows.filter(|row| row.action.starts_with("account.plan_") && row.actor_kind == "parom")
        .map(|row| row.action)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unpaid_trial_is_warned_held_and_released_in_order() {
    each(async |world| {
        let line = world.line("support").await;
        let tenant = world.tenant(HOST).await.unwrap();
        assert_eq!((&tenant["plan"], &tenant["paid_until"]), (&json!("start"), &Value::Null));
        assert_eq!(tenant["trial_until"], "2026-12-04T09:00:00.000Z");
        world.customer(&line, "anna").writes("In time").await;
        world.deliver_to_the_end().await;
        looks(world).await;
        assert!(open(world, line.tenant_id).await.is_empty());

        // Each warning is a letter of its own, and an event for the vendor.
        for (days, left) in [(7, 7), (4, 3), (2, 1)] {
            world.advance(days * DAY);
            looks(world).await;
            looks(world).await;
            assert_eq!(open(world, line.tenant_id).await, ["plan_ending"]);
            let told = events(world, "trial.ending").await.pop().unwrap();
            assert_eq!((&told["data"]["days"], &told["data"]["account"]["host"]), (&json!(left), &json!(HOST)));
        }
        let panel = world.panel(line.tenant_id).await;
        let overview = panel.opens("/panel").await.is(200);
        overview.says(&["The trial ends on 4 Dec"]);
        overview.never_says(&["the subscription to the service ends"]);
        panel
            .opens("/panel/messages")
            .await
            .is(200)
            .says(&["The trial ends on 4 Dec. Messages are delivered until 11 Dec"]);
        panel.opens("/panel/alerts").await.is(200).says(&["ends on 4 Dec", "Messages are delivered until 11 Dec"]);

        world.advance(DAY);
        looks(world).await;
        assert_eq!(open(world, line.tenant_id).await, ["plan_grace"]);
        world.customer(&line, "anna").writes("In the grace").await;
        world.deliver_to_the_end().await;
        assert_eq!(world.texts_at_crm(&line), ["In time", "In the grace"]);

        world.advance(7 * DAY);
        looks(world).await;
        assert_eq!(open(world, line.tenant_id).await, ["plan_ended"]);
        assert_eq!(events(world, "trial.ending").await.len(), 4);
        let tenant = world.tenant(HOST).await.unwrap();
        assert_eq!((&tenant["status"], &tenant["suspended"]), (&json!("plan_ended"), &json!(false)));
        let source = world.api.get(&line.path("")).await.is(200).json;
        assert_eq!((&source["status"], &source["status_reason"]), (&json!("paused"), &json!("account_plan_ended")));
        let id = world.customer(&line, "anna").writes("One").await;
        world.customer(&line, "anna").writes("Two").await;
        world.manager(&line).answers("anna", "An answer").await;
        world.deliver_to_the_end().await;
        assert_eq!((world.letters().await.len(), world.texts_at_crm(&line).len()), (3, 2), "kept, not delivered");
        let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200).json;
        assert_eq!((&shown["status"], &shown["reason"]), (&json!("held"), &json!("plan_ended")));
        let panel = world.panel(line.tenant_id).await;
        for path in ["/panel", "/panel/account"] {
            let page = panel.opens(path).await.is(200);
            page.says(&["Subscription ended", "Write to support"]);
            page.never_says(&["source needs attention"]);
            assert_eq!(
                page.text.replace('\u{a0}', " ").matches("ended on 4 Dec").count(),
                1,
                "one cause, one card: {path}"
            );
        }
        panel.opens("/panel/sources/new").await.is(200).says(&["ended on 4 Dec"]);
        panel
            .opens("/panel/me")
            .await
            .is(200)
            .says(&["ended on 4 Dec. Messages are received and wait; delivery resumes after renewal"]);

        // A payment takes effect with the answer.
        let tenant = patch(world, &line, json!({ "paid_until": in_days(world, 30) })).await;
        assert_eq!(tenant["status"], "active");
        assert!(open(world, line.tenant_id).await.is_empty());
        world.deliver_to_the_end().await;
        assert_eq!(world.texts_at_crm(&line), ["In time", "In the grace", "One", "Two"]);
        assert_eq!(world.messenger.texts(), ["An answer"]);
        assert_eq!(parom_did(world, &line).await, ["account.plan_ended", "account.plan_renewed"]);
        looks(world).await;
        assert_eq!(world.tenant(HOST).await.unwrap()["status"], "active");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspension_and_an_end_do_not_lift_each_other() {
    each(async |world| {
        let line = world.line("support").await;
        patch(world, &line, json!({ "suspended": true })).await;
        // While it is suspended, it ends and is paid for.
        assert_eq!(patch(world, &line, json!({ "paid_until": in_days(world, -8) })).await["status"], "suspended");
        world.customer(&line, "anna").writes("Hello").await;
        assert_eq!(patch(world, &line, json!({ "paid_until": in_days(world, 30) })).await["status"], "suspended");
        world.deliver_to_the_end().await;
        assert!(world.texts_at_crm(&line).is_empty(), "a payment lifts no suspension");
        // While it has ended, it is suspended and resumed.
        patch(world, &line, json!({ "paid_until": in_days(world, -8) })).await;
        assert_eq!(patch(world, &line, json!({ "suspended": false })).await["status"], "plan_ended");
        world.deliver_to_the_end().await;
        assert!(world.texts_at_crm(&line).is_empty(), "a person's word is no payment");
        patch(world, &line, json!({ "suspended": true })).await;
        patch(world, &line, json!({ "paid_until": in_days(world, 30), "suspended": false })).await;
        world.deliver_to_the_end().await;
        assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_end_is_finished_by_the_next_process() {
    each(async |world| {
        let line = world.line("support").await;
        patch(world, &line, json!({ "paid_until": in_days(world, 1) })).await;
        world.advance(9 * DAY);
        world.restart().await;
        looks(world).await;
        assert_eq!(world.tenant(HOST).await.unwrap()["status"], "plan_ended");
        // Without an end an account is served.
        let tenant = patch(world, &line, json!({ "paid_until": null, "trial_until": null })).await;
        assert_eq!((&tenant["status"], &tenant["trial_until"]), (&json!("active"), &Value::Null));
        assert!(open(world, line.tenant_id).await.is_empty());
    })
    .await;
}
