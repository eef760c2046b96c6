//! A month of a vendor's life on a moved clock: the last release's database is upgraded, an account installs,
//! tries, is warned, held and released, uses up its plan, survives the loss of the database and a new key, and
//! leaves with its data. At each stage the ledger, the usage figures and the vendor's webhooks agree.

mod service;

use base::vault::Vault;
use parom::backup;
use parom::identity::MemberRole;
use parom::rotation::{self, Turned};
use parom::tenant::{Export, ExportPages, forget, watch};
use parom_tests::settings::HOST;
use parom_tests::{Answer, Engine, Line, Place};
use sandbox::{Fault, Part};
use serde_json::{Value, json};
use service::{DAY, HOUR, Service, key_file};

use crate::alerts::open;
use crate::life::erase::everything;
use crate::panel::add_member;
use crate::upgrade::fixture;

/// The account that is followed from its installation to its departure.
const SHOP: &str = "shop.amocrm.ru";

/// The database of the last release opens, and what was queued in it is delivered once.
async fn upgrade(service: &mut Service, engine: Engine) {
    // amoCRM knows the account and its sources; the rows come from the fixture.
    let line = service.line("support").await;
    service.line("paused").await;
    service.crash();
    service.database().empty_again().await;
    let [_, paused] = fixture::load(service, engine).await;
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
    let line = trial(&mut service).await;
    end_and_payment(&mut service, &line).await;
    limit(&mut service, &line).await;
    strikes(&mut service, &line).await;
    key(&mut service, &line).await;
    goes(&mut service, &line).await;
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

// Installation and trial, the warnings, the end, the payment, and the plan's limit.

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

// The database is backed up, lost and restored; then the key is replaced.

/// What waited in the backup is delivered once, what came after it is the gap, and the account goes on.
pub async fn strikes(service: &mut Service, line: &Line) {
    let (anna, known) = (service.customer(line, "anna"), service.booked(0).0.len());
    // An event and two messages wait when the backup is made; all arrive before the disaster.
    let site = serde_json::json!({ "kind": "webchat", "name": "Site", "settings": {} });
    service.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &site).await.is(201);
    service.sandbox.faults().next_with(Part::Message, "Waiting", 1, Fault::Status { code: 503, retry_after: None });
    service.messenger.answers_next([Answer::status(503)]);
    anna.writes("Waiting").await;
    service.manager(line).answers("anna", "A waiting answer").await;
    service.deliver_all().await;
    service.counts(line, [12, 11, 0, 1], [3, 2, 0, 1]).await;
    let config = service.app().config.clone();
    let folder = service.database().folder().join("backup");
    let (store, vault) = (&service.app().store, &service.app().vault);
    let manifest = backup::create(&config, store, vault, &folder, &mut |_| {}).await.unwrap();
    assert_eq!(manifest.waiting, 2);
    service.deliver_to_the_end().await;
    service.reports().await;
    anna.writes("After the backup").await;
    service.deliver_to_the_end().await;
    service.counts(line, [13, 13, 0, 0], [3, 3, 0, 0]).await;

    service.crash();
    service.database().empty_again().await;
    service.advance(HOUR * 6);
    backup::verify(&folder, &mut |_| {}).await.unwrap();
    let restored = backup::restore(&config, &folder, &service.clock.clone(), &mut |_| {}).await.unwrap();
    assert!((1..20).contains(&restored.gap()), "{} of {} a day", restored.gap(), restored.manifest.accepted_a_day);
    service.come_back().await;
    service.deliver_to_the_end().await;
    service.reports().await;
    // The message that came after the backup is at amoCRM and in no ledger.
    service.counts(line, [12, 12, 0, 0], [3, 3, 0, 0]).await;
    let there = service.texts_at_crm(line);
    assert_eq!(there[there.len() - 2..], ["Waiting", "After the backup"], "each once: {there:?}");
    let answers = service.messenger.received();
    let repeated: Vec<&Value> =
        answers.iter().filter(|one| one.text() == "A waiting answer").map(|one| &one.body["repeat"]).collect();
    assert_eq!(repeated.last(), Some(&&Value::Bool(true)), "a possible repeat is marked: {repeated:?}");
    let (types, events) = service.booked(known);
    assert_eq!(types, ["source.created", "source.created"], "an event may come twice");
    assert_eq!(events[0].webhook_id, events[1].webhook_id);
    anna.writes("It goes on").await;
    service.manager(line).answers("anna", "So do answers").await;
    service.deliver_to_the_end().await;
    service.counts(line, [13, 13, 0, 0], [4, 4, 0, 0]).await;
}

/// Everything is sealed by a new key beside the serving process, which goes on, also after a restart.
pub async fn key(service: &mut Service, line: &Line) {
    let file = key_file(&service.app().config);
    let before = std::fs::read_to_string(&file).unwrap();
    let turned = rotation::turn(service.app(), &mut |_| {}).await.unwrap();
    assert!(matches!(turned, Turned::Done { .. }), "{turned:?}");
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(before != after && after.lines().count() == 1);
    let vault = Vault::open(&service.app().config.secrets, false).unwrap();
    assert_eq!(rotation::look(&service.app().store, vault.key_ids()[0]).await.unwrap(), []);
    for (stage, sums) in [("beside", 14), ("after a restart", 15)] {
        service.customer(line, "anna").writes(&format!("With the new key, {stage}")).await;
        service.deliver_to_the_end().await;
        service.counts(line, [sums, sums, 0, 0], [4, 4, 0, 0]).await;
        service.restart().await;
    }
}

// The account takes its data along and leaves; nothing of it stays, and the other account goes on.

pub async fn goes(service: &mut Service, line: &Line) {
    let known = service.booked(0).0.len();
    let mut export = Export::begin(&service.app().tenants, line.tenant_id).await.unwrap();
    let mut text = Vec::new();
    while let Some(page) = export.page().await.unwrap() {
        text.extend(page);
    }
    let text = String::from_utf8(text).unwrap();
    let of_kind = |kind: &str| {
        let rows = text.lines().map(|row| serde_json::from_str::<Value>(row).unwrap());
        rows.filter(|row| row["type"] == kind).count()
    };
    // As many messages as the ledger counts: fifteen of customers and four of managers.
    assert_eq!((of_kind("message"), of_kind("source"), of_kind("conversation"), of_kind("end")), (19, 2, 2, 1));
    for part in ["Hello", "An answer", "With the new key, beside"] {
        assert!(text.contains(part), "{part}");
    }

    assert_eq!(service.owner(SHOP).uninstalls().await.status, Some(200));
    let left = async || (service.shop().await["status"] == "uninstalled").then_some(());
    service.until("the account has left", left).await;
    let off = async || {
        let rows = entity::tenant_channel::Entity::of_tenant(line.tenant_id).all(service.app().store.read()).await;
        let rows = rows.unwrap();
        rows.iter().all(|row| row.status == "disconnected" && row.next_try_at.is_none()).then_some(())
    };
    service.until("amoCRM has taken its channel off", off).await;
    service.reports().await;
    let (types, events) = service.booked(known);
    assert_eq!(
        (types, &events[0].body["data"]["reason"]),
        (vec!["account.left".to_owned()], &Value::from("uninstalled"))
    );
    service.agrees().await;
    service.advance(HOUR * 25);
    parom::job::due_of(&service.app().jobs, watch::KIND).await;
    forget(&service.app().tenants, line.tenant_id, false, "the contract has ended").await.unwrap();
    let after = everything(service).await;
    // The other account has a chat-anna of its own.
    for gone in ["Order 1", "An answer", "user-bert"] {
        assert!(!after.contains(gone), "{gone} is still there");
    }
    service.agrees().await;

    // The account of the last release's database is still served.
    assert_eq!(service.tenant(HOST).await.unwrap()["status"], "active");
}
