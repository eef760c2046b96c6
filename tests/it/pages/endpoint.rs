//! How a developer's endpoint does: its attempts over time, and what the reading costs.

use std::time::Duration;

use base::millis::DAY;
use base::store::statements_of;
use parom::delivery::read::endpoint::{self, EndpointRange, NextAttempt};
use parom_tests::{Answer, World, both, once};
use sea_orm::{ConnectionTrait, Statement};

async fn attempts_are_shown_by_hour_and_by_day(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let path = format!("/panel/webhooks/{}", line.source_id);
    let empty = world.panel(line.tenant_id).await.opens(&path).await.is(200);
    empty.says(&["No attempts in this period.", "0 attempts", "None in 7 days", ">Nothing is waiting<"]);
    world.messenger.answers_next([Answer::status(503)]);
    world.manager(&line).answers("anna", "One").await;
    world.deliver_to_the_end().await;
    world.advance(Duration::from_secs(2 * 86_400));
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "Two").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::RetryAfter(503, 3600)]);
    world.manager(&line).answers("anna", "Three").await;
    world.deliver_all().await;
    let visitor = world.panel(line.tenant_id).await;
    let day = visitor.opens(&path).await.is(200);
    day.says(&["Delivery attempts by hour: 0 accepted, 2 failed.", "2 attempts", "Next attempt: <time"]);
    day.never_says(&["None in 7 days"]);
    // The chart of a week, with the filters of the list kept, and the other way round.
    let week = visitor.opens(&format!("{path}?chart=7&state=failed")).await.is(200);
    week.says(&[
        "Delivery attempts by day: 1 accepted, 3 failed.",
        "20 Nov: 1 accepted, 1 failed",
        "22 Nov: 0 accepted, 2 failed",
        "4 attempts",
        "?state=failed\"",
        "?chart=7\"",
        "name=\"chart\" value=\"7\"",
    ]);
    visitor.opens(&format!("{path}?chart=x")).await.is(200).says(&["by hour"]);
    world.messenger.heals();
    world.advance(Duration::from_secs(3_700));
    world.deliver_to_the_end().await;
}

/// Two statements that begin with the index of webhooks, and two for the next attempt, however many webhooks there are.
async fn the_reading_is_bounded(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    for text in ["One", "Two"] {
        world.manager(&line).answers("anna", text).await;
    }
    world.deliver_all().await;
    world.messenger.answers_next([Answer::RetryAfter(503, 3600)]);
    world.manager(&line).answers("anna", "Three").await;
    world.deliver_all().await;
    let (app, now) = (world.app().clone(), world.clock.millis());
    let range = EndpointRange {
        tenant_id: line.tenant_id,
        source_id: line.source_id,
        counted_from: now - 7 * DAY,
        timed_from: now - DAY,
    };
    let asked = statements_of(async {
        let read = endpoint::read(&app.delivery, range).await.unwrap();
        let sum = read.quarters.iter().fold((0, 0), |sum, one| (sum.0 + one.attempts, sum.1 + one.accepted));
        assert_eq!((sum, read.answers.map(|times| times.messages)), ((3, 2), Some(3)));
        assert!(read.last_success().is_some_and(|at| at <= now) && read.counted_since().is_none());
        assert!(matches!(read.next, NextAttempt::At(at) if at > now), "{:?}", read.next);
    });
    let statements = asked.await.statements;
    let selects: Vec<&String> = statements.iter().filter(|text| text.starts_with("SELECT")).collect();
    assert_eq!(selects.len(), 4, "{statements:#?}");
    assert!(selects[..3].iter().all(|text| text.contains("LIMIT")), "{statements:#?}");
    if app.store.is_sqlite() {
        let indexes = [
            "INDEX attempt_webhook (tenant_id=? AND source_id=? AND id>?)",
            "INDEX attempt_webhook",
            "INDEX lane_due",
            "(tenant_id=? AND target=?)",
        ];
        for (text, index) in selects.iter().zip(indexes) {
            let db = app.store.read();
            let plan = Statement::from_string(db.get_database_backend(), format!("EXPLAIN QUERY PLAN {text}"));
            let steps = db.query_all_raw(plan).await.unwrap();
            let steps: Vec<String> = steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
            assert!(steps.iter().any(|step| step.contains(index)), "{index} for {text}: {steps:#?}");
            assert!(!steps.iter().any(|step| step.starts_with("SCAN ") && step != "SCAN newest"), "{text}: {steps:#?}");
        }
    }
    world.advance(Duration::from_secs(3_700));
    world.deliver_to_the_end().await;
}

both!(the_reading_is_bounded);
once!(attempts_are_shown_by_hour_and_by_day);
