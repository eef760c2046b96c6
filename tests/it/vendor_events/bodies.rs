//! What is sent of which change.

use std::time::Duration;

use base::config::VendorEventKind;
use parom::vendor_events::record;
use parom_tests::settings::HOST;
use parom_tests::{World, both, once};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};

use super::{DESK, Vendor, type_of};
use crate::routes::has_rules;

const MINUTE: Duration = Duration::from_secs(60);
const PHONE: &str = "+79151112233";

/// The last event that the billing system took.
fn last(vendor: &Vendor) -> Value {
    vendor.booked().pop().expect("an event").body
}

async fn a_life_of_an_account_arrives_in_order(vendor: &mut Vendor) {
    vendor.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = vendor.active(HOST).await;
    assert_eq!(vendor.sends().await, 2);
    assert_eq!(vendor.types(), ["account.installed", "account.connected"]);
    let [installed, connected] = vendor.booked().try_into().unwrap();
    assert_eq!((&installed.body["data"]["again"], &connected.body["data"]["again"]), (&json!(false), &Value::Null));
    assert_eq!(installed.body["data"]["account"]["status"], "provisioning");
    let shown = vendor.api.get(&format!("/api/v1/tenants/{tenant_id}")).await.is(200).json;
    assert_eq!(connected.body["data"]["account"], shown, "as GET shows it");
    assert_eq!(connected.body["timestamp"], "2026-11-20T09:00:00.000Z");
    assert_ne!(installed.webhook_id, connected.webhook_id);

    let line = vendor.line("support").await;
    vendor.sends().await;
    let created = last(vendor);
    assert_eq!((&created["type"], &created["data"]["account"]["id"]), (&json!("source.created"), &json!(tenant_id)));
    let source = json!({"id": line.source_id, "kind": "custom", "name": "Line support", "external_id": "support"});
    assert_eq!(created["data"]["source"], source);
    vendor.api.delete(&line.path("")).await.is(204);
    vendor.sends().await;
    let stopped = last(vendor);
    assert_eq!(
        (&stopped["type"], &stopped["data"]["reason"], &stopped["data"]["source"]),
        (&json!("source.stopped"), &json!("deleted"), &source)
    );

    assert_eq!(vendor.owner(HOST).uninstalls().await.status, Some(200));
    vendor.becomes(HOST, "uninstalled").await;
    vendor.sends().await;
    let left = last(vendor);
    let account = &left["data"]["account"];
    assert_eq!(
        (&left["type"], &left["data"]["reason"], &account["status"], &account["channels"][0]["status"]),
        (&json!("account.left"), &json!("uninstalled"), &json!("uninstalled"), &json!("disconnected"))
    );
    assert_eq!(vendor.desk.received().iter().map(type_of).collect::<Vec<_>>(), ["account.left"], "all that it wants");

    vendor.owner(HOST).installs_in_a_browser().await.is(200);
    vendor.active(HOST).await;
    vendor.sends().await;
    let mut back = vendor.booked();
    let left = back.iter().position(|one| type_of(one) == "account.left").expect("it has left");
    assert_eq!(left, 4, "after installed, connected, created and stopped: {:?}", vendor.types());
    back.drain(..=left);
    assert_eq!(back.iter().map(type_of).collect::<Vec<_>>(), ["account.installed", "account.connected"]);
    assert_eq!(back[0].body["data"]["again"], true);
    assert_eq!(vendor.sends().await, 0);
}

async fn trouble_and_its_end_are_reported(vendor: &mut Vendor) {
    let tenant_id = vendor.account(HOST).await;
    let pipelines = format!("/api/v1/tenants/{tenant_id}/pipelines");
    vendor.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 402, retry_after: None });
    for _ in 0..2 {
        vendor.api.get(&pipelines).await;
    }
    vendor.sends().await;
    let unpaid = last(vendor);
    assert_eq!(
        (&unpaid["type"], &unpaid["data"]["reason"], &unpaid["data"]["account"]["status"]),
        (&json!("account.needs_attention"), &json!("unpaid"), &json!("unpaid"))
    );
    vendor.sandbox.faults().clear();
    vendor.api.get(&pipelines).await.is(200);
    vendor.sends().await;
    assert_eq!(last(vendor)["data"]["account"]["status"], "active");

    vendor.sandbox.revoke_silently(HOST, "main");
    vendor.api.get(&pipelines).await;
    assert_eq!(vendor.sends().await, 0, "it may be about to leave");
    vendor.advance(MINUTE);
    vendor.sends().await;
    assert_eq!(last(vendor)["data"]["reason"], "needs_reauth");
    vendor.owner(HOST).installs_in_a_browser().await.is(200);
    vendor.active(HOST).await;
    parom::tenant::disconnect(&vendor.app().tenants, tenant_id).await.unwrap();
    parom::tenant::disconnect(&vendor.app().tenants, tenant_id).await.unwrap();
    vendor.sends().await;
    assert_eq!(last(vendor)["data"]["reason"], "disconnected");
    let told: Vec<String> = vendor.types().into_iter().skip(2).collect();
    let wanted = [
        "account.needs_attention",
        "account.connected",
        "account.needs_attention",
        "account.connected",
        "account.left",
    ];
    assert_eq!(told, wanted, "each once");
}

/// amoCRM ends the access first and reports it later: a call in between is refused.
async fn leaving_is_no_trouble(vendor: &mut Vendor) {
    let tenant_id = vendor.account(HOST).await;
    vendor.sandbox.revoke_silently(HOST, "main");
    vendor.api.get(&format!("/api/v1/tenants/{tenant_id}/pipelines")).await;
    assert_eq!(vendor.tenant(HOST).await.unwrap()["status"], "needs_reauth");
    vendor.sends().await;
    assert_eq!(vendor.owner(HOST).uninstalls().await.status, Some(200));
    vendor.becomes(HOST, "uninstalled").await;
    vendor.advance(MINUTE);
    vendor.sends().await;
    assert_eq!(vendor.types()[2..], ["account.left"]);
    assert_eq!(vendor.sends().await, 0);
}

async fn every_kind_has_its_type_account_and_data(vendor: &mut Vendor) {
    let tenant_id = vendor.account(HOST).await;
    let app = vendor.app();
    for kind in VendorEventKind::ALL {
        record(app, app.store.write(), kind, tenant_id, json!({"limit": "sources"})).await.unwrap();
    }
    vendor.sends().await;
    let told: Vec<_> = vendor.booked().into_iter().skip(2).collect();
    let of_accounts = VendorEventKind::ALL.into_iter().filter(|kind| !kind.is_about_customers());
    let of_accounts: Vec<_> = of_accounts.map(VendorEventKind::as_str).collect();
    assert_eq!(told.iter().map(type_of).collect::<Vec<_>>(), of_accounts);
    for one in told {
        let data = &one.body["data"];
        assert_eq!((&data["account"]["host"], &data["limit"]), (&json!(HOST), &json!("sources")));
    }
    assert_eq!(vendor.desk.received().iter().map(type_of).collect::<Vec<_>>(), DESK.map(VendorEventKind::as_str));
    // What is rolled back did not happen.
    let stored = vendor.rows().await.len();
    let tx = vendor.app().store.write_tx().await.unwrap();
    record(vendor.app(), &tx, VendorEventKind::LimitNear, tenant_id, json!({})).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!((vendor.sends().await, vendor.rows().await.len()), (0, stored));
}

/// Of the desk, which names these kinds.
async fn what_becomes_of_customers_is_told_to_who_asks(vendor: &mut Vendor) {
    let line = vendor.line("support").await;
    vendor.api.patch(&line.path(""), &json!({"contact_rule": "link"})).await.is(200);
    let manager = vendor.sandbox.users(HOST)[1].id;
    let anna = vendor.sandbox.add_contact(HOST, "Anna", Some(PHONE), None);
    let person = json!({"kind": "person", "user_id": manager.to_string()});
    has_rules(vendor, &line, json!([{"id": "all", "then": {"accept": true, "responsible": person}}])).await;
    vendor.sends().await;
    let mut body = vendor.customer(&line, "anna").body("a-1", "Hello");
    body["sender"]["phone"] = json!(PHONE);
    let message = vendor.customer(&line, "anna").posts(&body).await.is(202).json["id"].clone();
    vendor.deliver_all().await;
    vendor.advance(MINUTE);
    assert_eq!(vendor.works("routes").await, 1);
    vendor.sends().await;
    let told = vendor.desk.received();
    assert_eq!(told.iter().map(type_of).collect::<Vec<_>>(), ["customer.linked", "enquiry.routed"]);
    let link = &told[0].body["data"]["link"];
    assert_eq!(
        [&link["amocrm_contact_id"], &link["previous_contact_id"], &link["why"], &link["id_kind"]],
        [&json!(anna.to_string()), &json!(null), &json!("phone"), &json!("phone")],
        "{link}"
    );
    let enquiry = &told[1].body["data"]["enquiry"];
    let lead = vendor.sandbox.leads(HOST)[0].id.to_string();
    assert_eq!(
        [&enquiry["message_id"], &enquiry["rule"]["id"], &enquiry["state"], &enquiry["lead_id"]],
        [&message, &json!("all"), &json!("done"), &json!(lead)],
        "{enquiry}"
    );
    assert!(!enquiry["steps"].as_array().unwrap().is_empty(), "{enquiry}");
    let consents = format!("/api/v1/tenants/{}/marketing-consents", line.tenant_id);
    let stopped =
        vendor.api.post(&consents, &json!({"phone": PHONE, "decision": "stopped", "way": "form"})).await.is(201);
    vendor.sends().await;
    let told = vendor.desk.received();
    assert_eq!(told.len(), 3, "{told:?}");
    let consent = &told[2].body["data"]["consent"];
    let by_number = json!({"id": stopped.json["id"], "conversation_id": null, "phone_hash": stopped.json["phone_hash"],
        "decision": "stopped", "way": "form"});
    assert_eq!((&*type_of(&told[2]), consent), ("consent.changed", &by_number));
}

async fn without_a_webhook_nothing_is_stored(world: &mut World) {
    let line = world.line("support").await;
    world.api.delete(&line.path("")).await.is(204);
    let stored = entity::vendor_event::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(stored.is_empty(), "{stored:?}");
    assert_eq!(parom::vendor_webhooks::due_now(world.app()).await, 0);
}

both!(a_life_of_an_account_arrives_in_order);
both!(what_becomes_of_customers_is_told_to_who_asks);
once!(every_kind_has_its_type_account_and_data);
once!(without_a_webhook_nothing_is_stored, trouble_and_its_end_are_reported, leaving_is_no_trouble);
