//! Calls that fail are repeated, in order, and delay no other webhook.

use std::time::Duration;

use parom::vendor_webhooks;
use parom_tests::settings::HOST;
use parom_tests::{Answer, both, on_postgres, once};
use serde_json::{Value, json};

use super::{Vendor, type_of};

const OTHER: &str = "other.amocrm.ru";

async fn an_event_that_is_refused_is_repeated_with_the_same_id_and_keeps_its_place(vendor: &mut Vendor) {
    vendor.billing.answers_next([Answer::status(500), Answer::Cut, Answer::RetryAfter(503, 90)]);
    vendor.owner(HOST).installs_in_a_browser().await.is(200);
    vendor.active(HOST).await;
    assert_eq!(vendor.sends().await, 1, "the second event waits for the first");
    assert_eq!(vendor.sends().await, 0);
    vendor.advance(Duration::from_secs(2));
    assert_eq!(vendor.sends().await, 1);
    // What was asked for is waited for, over a restart too.
    vendor.advance(Duration::from_secs(3));
    assert_eq!(vendor.sends().await, 1);
    vendor.restart().await;
    vendor.advance(Duration::from_secs(60));
    assert_eq!(vendor.sends().await, 0);
    vendor.advance(Duration::from_secs(30));
    assert_eq!(vendor.sends().await, 2);

    let calls = vendor.billing.received();
    let types: Vec<_> = calls.iter().map(type_of).collect();
    let installed = "account.installed";
    assert_eq!(types, [installed, installed, installed, installed, "account.connected"]);
    assert!(calls[..4].iter().all(|call| call.webhook_id == calls[0].webhook_id && call.body == calls[0].body));
    assert!(calls[3].timestamp > calls[0].timestamp, "each attempt is signed with its time");
    let path = format!("/api/v1/vendor-events/{}/attempts", calls[0].webhook_id);
    let attempts = vendor.api.get(&path).await.is(200).json;
    let told: Vec<_> =
        attempts["items"].as_array().unwrap().iter().map(|one| (&one["number"], &one["status"])).collect();
    assert_eq!(
        told,
        [(&json!(4), &json!(200)), (&json!(3), &json!(503)), (&json!(2), &Value::Null), (&json!(1), &json!(500)),]
    );
    assert_eq!((&attempts["items"][0]["error"], attempts["items"][2]["error"].is_string()), (&Value::Null, true));
    let first = vendor.api.get(&format!("{path}?limit=3")).await.is(200);
    let rest = vendor.api.get(&format!("{path}?limit=3&cursor={}", first.text_at("/next_cursor"))).await.is(200).json;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["items"][0]["number"]), (1, &json!(1)));
}

async fn a_failure_slows_no_other_account_and_no_other_webhook(vendor: &mut Vendor) {
    for host in [HOST, OTHER] {
        vendor.account(host).await;
    }
    let fails = |host: &Value| if host == HOST { Answer::status(500) } else { Answer::ok() };
    vendor.billing.answers_by(move |call| fails(&call.body["data"]["account"]["host"]));
    for host in [HOST, OTHER] {
        let tenant_id = vendor.active(host).await;
        parom::tenant::disconnect(&vendor.app().tenants, tenant_id).await.unwrap();
    }
    assert_eq!(vendor.sends().await, 4);
    let left: Vec<_> = vendor.booked().into_iter().filter(|one| type_of(one) == "account.left").collect();
    assert_eq!((left.len(), &left[0].body["data"]["account"]["host"]), (1, &json!(OTHER)));
    assert_eq!(vendor.desk.received().len(), 2);
    vendor.billing.heals();
    vendor.advance(Duration::from_secs(2));
    assert_eq!(vendor.sends().await, 1);
}

async fn a_webhook_that_fails_for_an_hour_is_an_alert(vendor: &mut Vendor) {
    let alarm = "vendor_webhook_failing:billing";
    vendor.billing.answers_by(|_| Answer::status(503));
    vendor.account(HOST).await;
    for _ in 0..5 {
        vendor.advance(Duration::from_secs(600));
        vendor.sends().await;
    }
    assert_eq!(vendor.alarms().await, [""; 0], "not yet");
    for _ in 0..2 {
        vendor.advance(Duration::from_secs(1200));
        vendor.sends().await;
    }
    assert_eq!(vendor.alarms().await, [alarm]);
    let olga = crate::admin::operator::Operator::signed_in(vendor).await;
    olga.opens("/admin/alerts?lang=en").await.is(200).says(&["“billing” has failed for an hour", "answered 503"]);
    vendor.billing.heals();
    vendor.advance(Duration::from_secs(1200));
    assert_eq!(vendor.sends().await, 2);
    assert_eq!(
        (vendor.alarms().await.len(), vendor.types()),
        (0, vec!["account.installed".to_owned(), "account.connected".to_owned()])
    );
}

async fn two_processes_send_each_event_once(vendor: &mut Vendor) {
    let other = vendor.another_server().await;
    for number in 0..6 {
        vendor.owner(&format!("shop{number}.amocrm.ru")).installs_in_a_browser().await.is(200);
        vendor.active(&format!("shop{number}.amocrm.ru")).await;
    }
    let here = async || vendor_webhooks::due_now(vendor.app()).await;
    let there = async || vendor_webhooks::due_now(&other.app).await;
    let (one, two, three, four) = tokio::join!(here(), there(), here(), there());
    let rest = vendor.sends().await;
    assert_eq!((one + two + three + four + rest, vendor.billing.received().len()), (12, 12));
    for number in 0..6 {
        let host = format!("shop{number}.amocrm.ru");
        let of_host = vendor.booked().into_iter().filter(|one| one.body["data"]["account"]["host"] == host.as_str());
        assert_eq!(of_host.map(|one| type_of(&one)).collect::<Vec<_>>(), ["account.installed", "account.connected"]);
    }
    other.stop().await;
}

/// The process that had claimed it died.
async fn a_claim_of_a_dead_process_ends(vendor: &mut Vendor) {
    vendor.owner(HOST).installs_in_a_browser().await.is(200);
    vendor.active(HOST).await;
    let store = &vendor.app().store;
    let first = vendor.rows().await.pop().unwrap();
    let until = vendor.clock.millis() + 60_000;
    let column = entity::vendor_event::Column::NextTryAt;
    assert!(base::due::claim(store, &first, column, until).await.unwrap());
    assert_eq!(vendor.sends().await, 0, "the other process may still send it");
    vendor.advance(Duration::from_secs(60));
    assert_eq!(vendor.sends().await, 2);
    assert_eq!(vendor.types(), ["account.installed", "account.connected"]);
}

both!(
    an_event_that_is_refused_is_repeated_with_the_same_id_and_keeps_its_place,
    a_failure_slows_no_other_account_and_no_other_webhook,
    a_webhook_that_fails_for_an_hour_is_an_alert,
);
on_postgres!(two_processes_send_each_event_once);
once!(a_claim_of_a_dead_process_ends);
