//! What panel and widget say above their pages when a limit is nearly used up, or is.

use base::config::Config;
use entity::audit;
use parom_tests::settings::HOST;
use parom_tests::{Line, Reply, World, both, once};
use sea_orm::QueryOrder;
use serde_json::{Value, json};

use super::{DAY, events, looks, patch, plans};
use crate::alerts::open;
use crate::widget_api::User;

async fn checks_limits(world: &World) {
    parom::usage::write_down(&world.app().usage).await.unwrap();
    parom::alert_checks::limits(&world.app().usage).await.unwrap();
}

async fn page(world: &World, line: &Line) -> Reply {
    world.panel(line.tenant_id).await.opens("/panel/messages").await.is(200)
}

/// The texts that the widget shows.
async fn widget(world: &World, user: &User, language: &str) -> Vec<String> {
    let answer = user.get(world, &format!("/sources?lang={language}")).await.is(200).json;
    let notices = answer["tenant"]["notices"].as_array().unwrap().clone();
    notices.iter().map(|one| one["text"].as_str().unwrap().replace('\u{a0}', " ")).collect()
}

async fn messages_of_the_month_are_announced_until_the_month_ends(world: &mut World) {
    let line = world.line("support").await;
    let user = User::administrator(world).await;
    let anna = world.customer(&line, "anna");
    for number in 0..4 {
        anna.writes(&format!("message {number}")).await;
    }
    page(world, &line).await.never_says(&["Messages this month"]);
    checks_limits(world).await;
    let near = "Messages this month: 4 of the 5 of the plan. Those beyond that are delivered too";
    let shown = page(world, &line).await;
    shown.says(&[near, "For a larger plan, write to support."]);
    assert!(shown.text.contains("class=\"strip t-warn\""), "{}", shown.text);
    // A viewer reads it too, on every page.
    let viewer = world.panel_as(line.tenant_id, 2002, "Vera", false).await;
    viewer.opens("/panel").await.is(200).says(&[near]);
    assert!(widget(world, &user, "en").await[0].starts_with(near));
    assert!(widget(world, &user, "ru").await[0].starts_with("Сообщений в этом месяце: 4 из 5 по тарифу."));

    anna.writes("the fifth").await;
    anna.writes("the sixth").await;
    checks_limits(world).await;
    page(world, &line).await.says(&["messages of this month are used up: 6 of 5."]);
    anna.writes("the seventh").await;
    checks_limits(world).await;
    page(world, &line).await.says(&["are used up: 7 of 5."]);
    assert_eq!(widget(world, &user, "en").await.len(), 1);
    world.deliver_to_the_end().await;

    // A larger plan ends it at once, before the next look at the limits; so does the next month.
    patch(world, json!({ "plan": "all" })).await;
    page(world, &line).await.never_says(&["used up"]);
    patch(world, json!({ "plan": "start", "paid_until": "2027-06-01T00:00:00Z" })).await;
    page(world, &line).await.says(&["are used up: 7 of 5."]);
    world.advance(12 * DAY);
    assert_eq!(open(world, line.tenant_id).await, ["limit_reached"]);
    page(world, &line).await.never_says(&["used up"]);
    let user = User::administrator(world).await;
    assert_eq!(widget(world, &user, "en").await, [""; 0]);
    checks_limits(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
}

async fn sources_are_announced_as_they_are_now(world: &mut World) {
    let line = world.line("one").await;
    world.line("two").await;
    checks_limits(world).await;
    page(world, &line).await.says(&["2 of 2 sources are used: none can be added", "write to support"]);
    patch(world, json!({ "sources_limit": 3 })).await;
    page(world, &line).await.never_says(&["sources are used"]);
    let third = world.line("three").await;
    page(world, &line).await.says(&["3 of 3 sources are used"]);
    world.api.delete(&third.path("")).await.is(204);
    page(world, &line).await.never_says(&["sources are used"]);
}

async fn without_warnings_only_a_reached_limit_is_reported(world: &mut World) {
    world.setup_is(|config: &mut Config| {
        plans(config);
        config.alerts.limit_percent = 0;
    });
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    for number in 0..4 {
        anna.writes(&format!("message {number}")).await;
    }
    checks_limits(world).await;
    assert_eq!(open(world, line.tenant_id).await, ["limit_near"]);
    world.restart().await;
    checks_limits(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
    page(world, &line).await.never_says(&["Messages this month"]);
    anna.writes("the fifth").await;
    checks_limits(world).await;
    assert_eq!(open(world, line.tenant_id).await, ["limit_reached"]);
    assert_eq!(events(world, "limit.reached").await.len(), 1);
    page(world, &line).await.says(&["used up: 5 of 5."]);
    world.deliver_to_the_end().await;
}

// A trial, its warnings, the hold after the grace, and the release on payment.

/// Changes an account, whatever its state is.
async fn changed(world: &World, line: &Line, change: Value) -> Value {
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

async fn an_unpaid_trial_is_warned_held_and_released_in_order(world: &mut World) {
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
    let tenant = changed(world, &line, json!({ "paid_until": in_days(world, 30) })).await;
    assert_eq!(tenant["status"], "active");
    assert!(open(world, line.tenant_id).await.is_empty());
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["In time", "In the grace", "One", "Two"]);
    assert_eq!(world.messenger.texts(), ["An answer"]);
    assert_eq!(parom_did(world, &line).await, ["account.plan_ended", "account.plan_renewed"]);
    looks(world).await;
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "active");
}

async fn a_suspension_and_an_end_do_not_lift_each_other(world: &mut World) {
    let line = world.line("support").await;
    changed(world, &line, json!({ "suspended": true })).await;
    // While it is suspended, it ends and is paid for.
    assert_eq!(changed(world, &line, json!({ "paid_until": in_days(world, -8) })).await["status"], "suspended");
    world.customer(&line, "anna").writes("Hello").await;
    assert_eq!(changed(world, &line, json!({ "paid_until": in_days(world, 30) })).await["status"], "suspended");
    world.deliver_to_the_end().await;
    assert!(world.texts_at_crm(&line).is_empty(), "a payment lifts no suspension");
    // While it has ended, it is suspended and resumed.
    changed(world, &line, json!({ "paid_until": in_days(world, -8) })).await;
    assert_eq!(changed(world, &line, json!({ "suspended": false })).await["status"], "plan_ended");
    world.deliver_to_the_end().await;
    assert!(world.texts_at_crm(&line).is_empty(), "a person's word is no payment");
    changed(world, &line, json!({ "suspended": true })).await;
    changed(world, &line, json!({ "paid_until": in_days(world, 30), "suspended": false })).await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
}

async fn an_interrupted_end_is_finished_by_the_next_process(world: &mut World) {
    let line = world.line("support").await;
    changed(world, &line, json!({ "paid_until": in_days(world, 1) })).await;
    world.advance(9 * DAY);
    world.restart().await;
    looks(world).await;
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "plan_ended");
    // Without an end an account is served.
    let tenant = changed(world, &line, json!({ "paid_until": null, "trial_until": null })).await;
    assert_eq!((&tenant["status"], &tenant["trial_until"]), (&json!("active"), &Value::Null));
    assert!(open(world, line.tenant_id).await.is_empty());
}

both!(messages_of_the_month_are_announced_until_the_month_ends, an_unpaid_trial_is_warned_held_and_released_in_order, an_interrupted_end_is_finished_by_the_next_process in super::plans);
once!(sources_are_announced_as_they_are_now, without_warnings_only_a_reached_limit_is_reported, a_suspension_and_an_end_do_not_lift_each_other in super::plans);
