//! A month of a vendor's life on a moved clock: the last release's database is upgraded, an account installs, tries,
//! is warned, held and released, uses up its plan, survives the loss of the database and a new key, and leaves with its
//! data. At each stage the ledger, the usage figures and the vendor's webhooks agree.

mod disaster;
mod leaving;
mod plan;
mod service;

use parom_tests::settings::HOST;
use parom_tests::{Engine, Place};
use serde_json::json;

use crate::upgrade::load;
use service::Service;

/// The account that is followed from its installation to its departure.
const SHOP: &str = "shop.amocrm.ru";

/// The database of the last release opens, and what was queued in it is delivered once.
async fn upgrade(service: &mut Service, engine: Engine) {
    // amoCRM knows the account and its sources; the rows come from the fixture.
    let line = service.line("support").await;
    service.line("paused").await;
    service.crash();
    service.database().empty_again().await;
    let [_, paused] = load(service, engine).await;
    service.come_back().await;
    // What was leased is free after its lease.
    service.advance(service::MINUTE * 2);
    service.deliver_to_the_end().await;
    service.api.patch(&format!("/api/v1/sources/{}", paused.source), &json!({ "paused": false })).await.is(200);
    service.deliver_to_the_end().await;
    let mut there = service.texts_at_crm(&line);
    there.sort();
    assert_eq!(there, ["leased", "queued", "unknown", "waiting"]);
    let mut answers = service.messenger.texts();
    answers.sort();
    assert_eq!(answers, ["held", "queued answer"]);
    // The fixture's access was given by another amoCRM than this test's.
    service.owner(HOST).installs_in_a_browser().await.is(200);
    service.active(HOST).await;
    let tenant = service.tenant(HOST).await.unwrap();
    assert_eq!((&tenant["status"], &tenant["plan"]), (&json!("active"), &json!(null)), "it is served without a plan");
    service.agrees().await;
}

async fn a_month(engine: Engine) {
    let Some(mut service) = Service::open(engine).await else { return };
    upgrade(&mut service, engine).await;
    let line = plan::trial(&mut service).await;
    plan::end_and_payment(&mut service, &line).await;
    plan::limit(&mut service, &line).await;
    disaster::strikes(&mut service, &line).await;
    disaster::key(&mut service, &line).await;
    leaving::goes(&mut service, &line).await;
    service.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_of_a_vendor_on_sqlite() {
    a_month(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_of_a_vendor_on_postgres() {
    a_month(Engine::Postgres).await;
}
