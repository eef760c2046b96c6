//! What raises an alert, and what ends it.

use std::time::Duration;

use entity::{alert, source};
use parom_tests::{Answer, Engine, Line, Setup, World, both, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};

use super::{HOUR, MINUTE, looks, open};

async fn detail(world: &World, line: &Line, kind: &str) -> Value {
    let found = alert::Entity::of_tenant(line.tenant_id).filter(alert::Column::Kind.eq(kind));
    let found = found.one(world.app().store.read()).await.unwrap().expect(kind);
    serde_json::from_str(&found.detail).unwrap()
}

/// The messenger refuses the manager's message.
async fn is_refused(world: &mut World, line: &Line, text: &str) {
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(line).answers("anna", text).await;
    world.deliver_all().await;
}

async fn undelivered_messages_are_one_alert_of_the_account_until_they_are_resolved(world: &mut World) {
    let (one, two) = (world.line("one").await, world.line("two").await);
    for line in [&one, &two] {
        world.customer(line, "anna").writes("Hello").await;
    }
    world.deliver_all().await;
    looks(world).await;
    assert!(open(world, one.tenant_id).await.is_empty());
    is_refused(world, &one, "A secret answer").await;
    looks(world).await;
    assert_eq!(open(world, one.tenant_id).await, ["undelivered"]);
    is_refused(world, &two, "Another one").await;
    looks(world).await;
    looks(world).await;
    assert_eq!(open(world, one.tenant_id).await, ["undelivered"], "one card for all sources");
    let told = detail(world, &one, "undelivered").await;
    assert_eq!((&told["count"], &told["reason"]), (&json!(2), &json!("refused")), "{told}");
    assert!(!told.to_string().contains("secret"), "{told}");
    for line in [&one, &two] {
        let dead = world.api.get(&line.dead_letters()).await.is(200).text_at("/items/0/id");
        world.api.delete(&format!("/api/v1/dead-letters/{dead}")).await.is(204);
    }
    looks(world).await;
    assert!(open(world, one.tenant_id).await.is_empty(), "the list is empty");
}

async fn an_undelivered_message_without_action_is_reported_once(world: &mut World) {
    let line = world.line("one").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    is_refused(world, &line, "One").await;
    looks(world).await;
    assert_eq!(open(world, line.tenant_id).await, ["undelivered"]);
    world.advance(5 * HOUR);
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty(), "none was added for hours");
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty(), "the same one is no news");
    // After midnight the window of days moves on, and the old failure stays known.
    world.advance(20 * HOUR);
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
}

async fn an_amocrm_that_does_not_answer_is_one_alert_for_all_sources(world: &mut World) {
    let (one, two) = (world.line("one").await, world.line("two").await);
    for line in [&one, &two] {
        world.customer(line, "anna").writes("Hello").await;
    }
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    for _ in 0..4 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(120));
    }
    looks(world).await;
    assert_eq!(open(world, one.tenant_id).await, ["crm_unreachable"], "and it is not called late as well");
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    looks(world).await;
    assert!(open(world, one.tenant_id).await.is_empty());
}

/// The alert is opened after three failures: it says since when amoCRM fails, and claims no duration.
async fn amocrm_does_not_answer_since_its_first_failure(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.advance(30 * MINUTE);
    world.sandbox.faults().until_cleared(Part::Message, Fault::Reset);
    world.customer(&line, "anna").writes("Anyone?").await;
    while open(world, line.tenant_id).await != ["crm_unreachable"] {
        world.deliver_all().await;
        world.advance(Duration::from_secs(45));
        looks(world).await;
    }
    let owner = world.panel(line.tenant_id).await;
    let alerts = owner.opens("/panel/alerts").await.is(200);
    alerts.says(&["amoCRM is not answering", "amoCRM has not answered since 12:30."]);
    for page in [alerts, owner.opens("/panel").await.is(200)] {
        page.says(&["amoCRM is not answering", ">12:30</time>"]);
        page.never_says(&["for 5 min", "12:31</time>"]);
    }
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
}

async fn a_messenger_that_does_not_answer_raises_an_alert(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_by(|_| Answer::status(503));
    world.manager(&line).answers("anna", "Hi").await;
    for _ in 0..4 {
        world.deliver_all().await;
        world.advance(HOUR);
    }
    looks(world).await;
    assert_eq!(open(world, line.tenant_id).await, ["messenger_unreachable"]);
    world.messenger.heals();
    world.deliver_to_the_end().await;
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
}

async fn messages_that_take_too_long_are_late(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.advance(Duration::from_secs(59));
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty(), "within a minute");
    world.advance(Duration::from_secs(61));
    looks(world).await;
    assert_eq!(open(world, line.tenant_id).await, ["late"]);
    assert_eq!(detail(world, &line, "late").await, json!({ "count": 1, "delay": 120_000 }));
    world.deliver_all().await;
    looks(world).await;
    assert_eq!(open(world, line.tenant_id).await, ["late"], "the last quarter of an hour was slow");
    world.advance(16 * MINUTE);
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
}

/// Stores what a messenger said of a line.
async fn says(world: &World, line: &Line, facts: &Value) {
    source::Entity::update_many()
        .col_expr(source::Column::Facts, Expr::value(facts.to_string()))
        .filter(source::Column::TenantId.eq(line.tenant_id))
        .filter(source::Column::Id.eq(line.source_id))
        .exec(world.app().store.write())
        .await
        .unwrap();
}

async fn problems_that_messengers_report_about_lines_raise_alerts(world: &mut World) {
    let line = world.line("support").await;
    let since = world.clock.millis();
    let failing =
        json!({ "webhook": { "state": "failing", "words": "502 Bad Gateway", "waiting": 3, "since": since } });
    for (facts, kind) in [
        (failing, "line_failing"),
        (json!({ "webhook": { "state": "not_set", "words": "bad port", "since": since } }), "line_not_set"),
        (json!({ "troubles": { "quality": { "words": "The quality is low.", "since": since } } }), "line_trouble"),
        (json!({ "owners": { "5": { "is_enabled": false, "name": "Anna", "at": since } } }), "business_off"),
        (json!({ "token_ends_on": "2026-11-23" }), "token_expiring"),
    ] {
        says(world, &line, &facts).await;
        looks(world).await;
        assert_eq!(open(world, line.tenant_id).await, [kind]);
        let page = world.panel(line.tenant_id).await.opens("/panel/alerts").await.is(200);
        page.says(&["Line support", &line.source_id.to_string(), "Acknowledge"]);
        assert!(!page.text.contains("http://127.0.0.1") || !page.text.contains("{ $"), "{}", page.text);
    }
    says(world, &line, &json!({})).await;
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
    // A person knows of a source that they paused.
    says(world, &line, &json!({ "token_ends_on": "2026-11-23" })).await;
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
}

async fn many_sources_with_one_trouble_are_one_card(world: &mut World) {
    let mut lines = Vec::new();
    for name in ["one", "two", "three", "four"] {
        lines.push(world.line(name).await);
    }
    let since = world.clock.millis();
    for line in &lines {
        let facts =
            json!({ "webhook": { "state": "failing", "words": "502 Bad Gateway", "waiting": 3, "since": since } });
        says(world, line, &facts).await;
    }
    looks(world).await;
    assert_eq!(open(world, lines[0].tenant_id).await.len(), 4);
    let panel = world.panel(lines[0].tenant_id).await;
    let page = panel.opens("/panel/alerts").await.is(200);
    page.says(&["A messenger cannot pass on messages (4)", "Line one", "Line four", "Open the sources"]);
    assert_eq!(page.text.matches("class=\"card\"><p><strong>").count(), 1, "{}", page.text);
    let keys: Vec<String> = lines.iter().map(|line| format!("line_failing:{}", line.source_id)).collect();
    let fields: Vec<(&str, &str)> = keys.iter().map(|key| ("key", key.as_str())).collect();
    panel.does("/panel/alerts/take", &fields).await.says(&["Being handled by"]);
    let open = parom::alert::open(world.app().store.read(), lines[0].tenant_id).await.unwrap();
    assert!(open.iter().all(|alert| !alert.taken_by.is_empty()), "all four are taken");
}

async fn an_alert_warns_before_a_limit_is_reached() {
    let change = |config: &mut base::config::Config| config.limits.sources_per_tenant = 5;
    let setup = Setup { change, ..Setup::default() };
    let Some(world) = World::start(Engine::Sqlite, setup).await else { return };
    let checks = async |world: &World| parom::alert_checks::limits(&world.app().usage).await.unwrap();
    let mut lines = Vec::new();
    for name in ["one", "two", "three"] {
        lines.push(world.line(name).await);
    }
    checks(&world).await;
    assert!(open(&world, lines[0].tenant_id).await.is_empty(), "3 of 5");
    lines.push(world.line("four").await);
    checks(&world).await;
    assert_eq!(open(&world, lines[0].tenant_id).await, ["limit_near"]);
    let page = world.panel(lines[0].tenant_id).await.opens("/panel/alerts").await.is(200);
    page.says(&["80% of a limit used: Sources", "Everything still works"]);
    world.api.delete(&lines[3].path("")).await.is(204);
    checks(&world).await;
    assert!(open(&world, lines[0].tenant_id).await.is_empty());
    parom_tests::Place::close(world).await;
}

both!(
    undelivered_messages_are_one_alert_of_the_account_until_they_are_resolved,
    an_undelivered_message_without_action_is_reported_once,
    an_amocrm_that_does_not_answer_is_one_alert_for_all_sources,
    messages_that_take_too_long_are_late,
);
once!(
    amocrm_does_not_answer_since_its_first_failure,
    a_messenger_that_does_not_answer_raises_an_alert,
    problems_that_messengers_report_about_lines_raise_alerts,
    many_sources_with_one_trouble_are_one_card,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits() {
    an_alert_warns_before_a_limit_is_reached().await;
}
