//! The database is backed up, lost and restored; then the key is replaced.

use base::vault::Vault;
use parom::backup;
use parom::rotation::{self, Turned};
use parom_tests::{Answer, Line};
use serde_json::Value;
use simulator::crm::{Fault, Part};

use super::service::{HOUR, Service, key_file};

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
