//! Installation and trial, the warnings, the end, the payment, and the plan's limit.

use parom::identity::MemberRole;
use parom_tests::Line;
use serde_json::{Value, json};

use super::SHOP;
use super::service::{DAY, Service};
use crate::alerts::open;
use crate::panel::add_member;

/// The account installs, talks to its customers, and is warned a week, three days and a day before the end.
pub async fn trial(service: &mut Service) -> Line {
    let line = service.line_at(SHOP, "shop").await;
    service.reports().await;
    assert_eq!(service.booked(0).0, ["account.installed", "account.connected", "source.created"]);
    add_member(service, line.tenant_id, "anna@shop.example", MemberRole::Owner).await;
    let tenant = service.shop().await;
    assert_eq!((&tenant["plan"], &tenant["paid_until"]), (&json!("start"), &Value::Null));
    assert!(tenant["trial_until"].as_str().unwrap().starts_with("2026-12-04"), "{tenant}");
    service.customer(&line, "anna").writes("Hello").await;
    service.deliver_to_the_end().await;
    service.manager(&line).answers("anna", "Good morning").await;
    service.deliver_to_the_end().await;
    service.looks().await;
    assert!(open(service, line.tenant_id).await.is_empty());
    service.counts(&line, [1, 1, 0, 0], [1, 1, 0, 0]).await;

    for (days, left) in [(7, 7), (4, 3), (2, 1)] {
        service.advance(DAY * days);
        service.looks().await;
        assert_eq!(open(service, line.tenant_id).await, ["plan_ending"]);
        let letter = service.mails().await;
        assert_eq!(letter.to, "anna@shop.example");
        letter.says(&["the subscription to the service ends on 4 Dec", SHOP]);
        service.reports().await;
        let (types, events) = service.booked(3);
        assert_eq!(
            (types.last().unwrap().as_str(), &events.last().unwrap().body["data"]["days"]),
            ("trial.ending", &json!(left))
        );
    }
    assert_eq!(service.booked(3).0.len(), 3);
    let panel = service.panel(line.tenant_id).await;
    panel
        .opens("/panel/messages")
        .await
        .is(200)
        .says(&["The trial ends on 4 Dec. Messages are delivered until 11 Dec"]);
    line
}

/// The trial ends, the grace ends, messages are held, and a payment releases them in order.
pub async fn end_and_payment(service: &mut Service, line: &Line) {
    let anna = service.customer(line, "anna");
    service.advance(DAY);
    service.looks().await;
    assert_eq!(open(service, line.tenant_id).await, ["plan_grace"]);
    service.mails().await.says(&["ended on 4 Dec"]);
    anna.writes("In the grace").await;
    service.deliver_to_the_end().await;
    service.counts(line, [2, 2, 0, 0], [1, 1, 0, 0]).await;

    service.advance(DAY * 7);
    service.looks().await;
    assert_eq!(open(service, line.tenant_id).await, ["plan_ended"]);
    service.mails().await.says(&["ended on 4 Dec"]);
    assert_eq!(service.shop().await["status"], "plan_ended");
    anna.writes("One").await;
    anna.writes("Two").await;
    service.manager(line).answers("anna", "An answer").await;
    service.deliver_to_the_end().await;
    service.counts(line, [4, 2, 0, 2], [2, 1, 0, 1]).await;
    assert_eq!(service.texts_at_crm(line), ["Hello", "In the grace"]);

    let tenant = service.books(line, json!({ "plan": "pro", "paid_until": service.in_days(30) })).await;
    assert_eq!((&tenant["status"], &tenant["plan"]), (&json!("active"), &json!("pro")));
    service.deliver_to_the_end().await;
    service.counts(line, [4, 4, 0, 0], [2, 2, 0, 0]).await;
    assert_eq!(service.texts_at_crm(line), ["Hello", "In the grace", "One", "Two"]);
    assert!(service.messenger.texts().ends_with(&["An answer".to_owned()]));
    // The alert is over, and its end is one letter.
    service.looks().await;
    assert!(open(service, line.tenant_id).await.is_empty());
    service.mails().await;
    service.reports().await;
}

/// Four of the month's ten messages are used: a warning at eight, a report at ten, and nothing is held back.
pub async fn limit(service: &mut Service, line: &Line) {
    let known = service.booked(0).0.len();
    let bert = service.customer(line, "bert");
    for number in 1..=4 {
        bert.writes(&format!("Order {number}")).await;
    }
    service.looks().await;
    assert_eq!(open(service, line.tenant_id).await, ["limit_near"]);
    service.mails().await.says(&["Messages this month", "80%"]);
    for number in 5..=7 {
        bert.writes(&format!("Order {number}")).await;
    }
    service.looks().await;
    assert_eq!(open(service, line.tenant_id).await, ["limit_reached"]);
    service.mails().await.says(&["limit reached: Messages this month", "110%"]);
    service.deliver_to_the_end().await;
    service.reports().await;
    let (types, events) = service.booked(known);
    assert_eq!(types, ["limit.near", "limit.reached"]);
    assert_eq!(events[1].body["data"]["limit"]["used"], 11);
    service.counts(line, [11, 11, 0, 0], [2, 2, 0, 0]).await;
    let used = service.api.get("/api/v1/usage?month=2026-12&format=csv").await.is(200).text;
    let rows = used.lines().filter(|row| row.contains(SHOP)).count();
    assert_eq!(rows, 1, "{used}");
}
