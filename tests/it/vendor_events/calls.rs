//! Calls that fail are repeated, in order, and delay no other webhook; what became of events, and sending one
//! again.

use std::time::Duration;

use parom::vendor_webhooks;
use parom_tests::settings::HOST;
use parom_tests::{Answer, Api, both, on_postgres, once};
use serde_json::{Value, json};

use super::{SECRET, Vendor, type_of};
use crate::admin::operator::Operator;

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

// What became of events, who may see it, and sending one again.

const DAY: Duration = Duration::from_secs(86_400);

/// Types and states, the newest first.
async fn listed(vendor: &Vendor, query: &str) -> Vec<(String, String)> {
    let list = vendor.api.get(&format!("/api/v1/vendor-events{query}")).await.is(200).json;
    let word = |one: &serde_json::Value, field: &str| one[field].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(|one| (word(one, "type"), word(one, "status"))).collect()
}

async fn after_three_days_an_event_has_failed_and_can_be_sent_again(vendor: &mut Vendor) {
    vendor.billing.answers_by(|_| Answer::status(503));
    let tenant_id = vendor.account(HOST).await;
    for _ in 0..71 {
        vendor.advance(Duration::from_secs(3600));
        vendor.sends().await;
    }
    let waits = |kind: &str| (kind.to_owned(), "waiting".to_owned());
    assert_eq!(listed(vendor, "").await, [waits("account.connected"), waits("account.installed")]);
    for _ in 0..2 {
        vendor.advance(Duration::from_secs(3600));
        vendor.sends().await;
    }
    let failed = |kind: &str| (kind.to_owned(), "failed".to_owned());
    assert_eq!(listed(vendor, "").await, [failed("account.connected"), failed("account.installed")]);
    vendor.billing.heals();
    vendor.advance(DAY);
    assert_eq!(vendor.sends().await, 0, "not by itself");

    let list = vendor.api.get("/api/v1/vendor-events?status=failed").await.is(200);
    let (newer, older) = (list.text_at("/items/0/id"), list.text_at("/items/1/id"));
    assert_eq!(list.json["items"][1]["body"]["data"]["account"]["id"], json!(tenant_id), "what was missed can be read");
    for id in [&newer, &older] {
        let again = vendor.api.post(&format!("/api/v1/vendor-events/{id}/resend"), &json!({})).await.is(202);
        assert_eq!(again.json, json!({"id": id, "status": "waiting"}));
        vendor.advance(Duration::from_secs(1));
    }
    assert_eq!(vendor.sends().await, 2);
    let ids: Vec<_> = vendor.booked().into_iter().map(|one| one.webhook_id).collect();
    assert_eq!(ids, [newer.clone(), older], "in the order in which they were sent again");
    let delivered = |kind: &str| (kind.to_owned(), "delivered".to_owned());
    assert_eq!(listed(vendor, "").await, [delivered("account.connected"), delivered("account.installed")]);
    // What was delivered can be sent once more too.
    vendor.api.post(&format!("/api/v1/vendor-events/{newer}/resend"), &json!({})).await.is(202);
    assert_eq!((vendor.sends().await, vendor.booked().len()), (1, 3));
    let log = vendor.log().await;
    assert_eq!(log.iter().filter(|action| *action == "vendor_event.resent").count(), 3);
}

async fn events_are_listed_by_account_and_state_for_the_vendor_alone(vendor: &mut Vendor) {
    let ours = vendor.account(HOST).await;
    let other = vendor.account("other.amocrm.ru").await;
    assert_eq!(listed(vendor, "").await.len(), 4);
    assert_eq!(listed(vendor, &format!("?tenant_id={other}&status=delivered")).await.len(), 2);
    assert_eq!(listed(vendor, "?status=failed").await.len(), 0);
    let first = vendor.api.get("/api/v1/vendor-events?limit=3").await.is(200);
    assert_eq!(listed(vendor, &format!("?limit=3&cursor={}", first.text_at("/next_cursor"))).await.len(), 1);
    for (query, field) in [("status=lost", "/status"), ("tenant_id=x", "/tenant_id"), ("limit=0", "/limit")] {
        let refused = vendor.api.get(&format!("/api/v1/vendor-events?{query}")).await.is(422);
        assert_eq!(refused.wrong_fields(), [field]);
    }
    let id = first.text_at("/items/0/id");
    let nobody = "/api/v1/vendor-events/00000000-0000-0000-0000-000000000000";
    vendor.api.get(&format!("{nobody}/attempts")).await.is(404);
    vendor.api.post(&format!("{nobody}/resend"), &json!({})).await.is(404);

    let (key, reader) = ("prm_key-of-an-account-0123456789abcdefghijk", "prm_reader-of-the-vendor-0123456789abcdefgh");
    vendor.add_key(ours, key, "admin").await;
    vendor.add_vendor_key(reader, "read").await;
    let (account, reader) = (Api::new(&vendor.api.base(), key), Api::new(&vendor.api.base(), reader));
    account.get("/api/v1/vendor-events").await.is(403);
    account.get(&format!("/api/v1/vendor-events/{id}/attempts")).await.is(403);
    account.post(&format!("/api/v1/vendor-events/{id}/resend"), &json!({})).await.is(403);
    reader.get(&format!("/api/v1/vendor-events/{id}/attempts")).await.is(200);
    reader.post(&format!("/api/v1/vendor-events/{id}/resend"), &json!({})).await.is(403);
    assert_eq!(vendor.sends().await, 0);
}

async fn the_admin_shows_events_and_sends_one_again(vendor: &mut Vendor) {
    let olga = Operator::signed_in(vendor).await;
    olga.opens("/admin/webhooks?lang=en").await.is(200).says(&["No events match."]);
    vendor.billing.answers_next([Answer::ok(), Answer::status(500)]);
    let tenant_id = vendor.account(HOST).await;
    vendor.account("other.amocrm.ru").await;
    let all = olga.opens("/admin/webhooks").await.is(200);
    all.says(&[HOST, "other.amocrm.ru", "account.installed", "account.connected", "Waiting", "Delivered", "500"]);
    let found = olga.opens("/admin/webhooks?account=acme&state=waiting").await.is(200);
    found.says(&[HOST, "account.connected"]);
    found.never_says(&["other.amocrm.ru", "account.installed"]);
    olga.opens(&format!("/admin/webhooks?account={tenant_id}")).await.is(200).never_says(&["other.amocrm.ru"]);
    olga.opens("/admin/webhooks?account=nobody").await.is(200).says(&["No events match."]);

    let id = found.between("href=\"/admin/webhooks/", "\"").expect("an event").to_owned();
    let event = olga.opens(&format!("/admin/webhooks/{id}")).await.is(200);
    event.says(&["account.connected", &id, "your server answered 500", "Next attempt"]);
    vendor.advance(Duration::from_secs(2));
    vendor.sends().await;
    olga.sends(&format!("/admin/webhooks/{id}/resend"), &[]).await.is(303);
    olga.opens(&format!("/admin/webhooks/{id}")).await.is(200).says(&["being sent again", "Waiting"]);
    vendor.sends().await;
    assert_eq!(vendor.billing.received().iter().filter(|one| one.webhook_id == id).count(), 3);
    olga.opens("/admin/webhooks/00000000-0000-0000-0000-000000000000").await.is(404);
    let log = vendor.log().await;
    assert!(log.contains(&"vendor_event.resent".to_owned()), "{log:?}");
}

async fn the_secret_and_the_address_are_shown_nowhere(vendor: &mut Vendor) {
    // Doctor's page asks amoCRM by the machine's clock.
    vendor.allow_problems();
    vendor.billing.answers_next([Answer::Cut]);
    vendor.account(HOST).await;
    let olga = Operator::signed_in(vendor).await;
    olga.opens("/admin/doctor").await.is(200);
    olga.sends("/admin/doctor", &[]).await.is(303);
    let list = vendor.api.get("/api/v1/vendor-events").await.is(200);
    let id = list.text_at("/items/1/id");
    let shown = [
        format!("{:?}", vendor.app().config.vendor_webhooks[0].secret),
        format!("{:?}", vendor.rows().await),
        vendor.api.get(&format!("/api/v1/vendor-events/{id}/attempts")).await.is(200).text,
        list.text,
        olga.opens("/admin/webhooks").await.is(200).text,
        olga.opens(&format!("/admin/webhooks/{id}")).await.is(200).text,
        olga.opens("/admin/doctor").await.is(200).text,
    ];
    for text in shown {
        assert!(!text.contains(SECRET) && !text.contains("whsec_") && !text.contains("of-the-desk"), "{text}");
    }
}

async fn events_are_removed_after_thirty_days(vendor: &mut Vendor) {
    vendor.account(HOST).await;
    vendor.advance(29 * DAY);
    parom::retention::round(&vendor.app().delivery).await.unwrap();
    assert_eq!(vendor.rows().await.len(), 2);
    let id = vendor.rows().await[0].id;
    vendor.advance(2 * DAY);
    parom::retention::round(&vendor.app().delivery).await.unwrap();
    let attempts = parom::vendor_webhooks::attempts(vendor.app().store.read(), id, None, 10).await.unwrap();
    assert_eq!((vendor.rows().await.len(), attempts.len()), (0, 0));
}

async fn the_removal_of_a_deleted_account_is_still_reported(vendor: &mut Vendor) {
    let tenant_id = vendor.account(HOST).await;
    parom::tenant::forget(&vendor.app().tenants, tenant_id, true, "test").await.unwrap();
    let kinds: Vec<_> = vendor.rows().await.into_iter().map(|row| row.kind).collect();
    assert_eq!(kinds, ["account.left"; 2], "for both webhooks; what was delivered is gone with the account");
    vendor.sends().await;
    assert_eq!(vendor.types().last().map(String::as_str), Some("account.left"));
}

both!(an_event_that_is_refused_is_repeated_with_the_same_id_and_keeps_its_place);
both!(after_three_days_an_event_has_failed_and_can_be_sent_again);
once!(events_are_listed_by_account_and_state_for_the_vendor_alone, the_removal_of_a_deleted_account_is_still_reported);
once!(a_failure_slows_no_other_account_and_no_other_webhook, a_webhook_that_fails_for_an_hour_is_an_alert);
once!(the_secret_and_the_address_are_shown_nowhere, the_admin_shows_events_and_sends_one_again);
once!(events_are_removed_after_thirty_days, a_claim_of_a_dead_process_ends);
on_postgres!(two_processes_send_each_event_once);
