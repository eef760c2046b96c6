//! An account's data: taken along by its owner, and deleted in the end.

use std::collections::BTreeMap;

use base::error::Error;
use parom::tenant::{Export, ExportPages};
use parom_tests::settings::HOST;
use parom_tests::{World, both, once};
use serde_json::Value;
use uuid::Uuid;

use super::erase::everything;
use super::{status, wait};

async fn exported(world: &World, tenant_id: Uuid) -> String {
    let mut export = Export::begin(&world.app().tenants, tenant_id).await.unwrap();
    let mut text = Vec::new();
    while let Some(page) = export.page().await.unwrap() {
        text.extend(page);
    }
    String::from_utf8(text).unwrap()
}

async fn an_export_holds_everything_but_secrets(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "theirs").await;
    world.customer(&other, "boris").writes("somebody else's").await;
    for number in 0..3 {
        world.customer(&line, "anna").writes(&format!("text {number}")).await;
    }
    world.deliver_all().await;
    world.manager(&line).answers("anna", "answered").await;
    world.deliver_all().await;
    let text = exported(world, line.tenant_id).await;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut last = Value::Null;
    for one in text.lines() {
        last = serde_json::from_str(one).unwrap();
        *counts.entry(last["type"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let count = |kind: &str| counts.get(kind).copied().unwrap_or(0);
    assert_eq!([count("account"), count("channel"), count("grant"), count("source")], [1, 1, 1, 1], "{counts:?}");
    assert_eq!([count("conversation"), count("message"), count("end")], [1, 4, 1], "{counts:?}");
    assert!(count("ledger") >= 2, "{counts:?}");
    assert_eq!((&last["type"], &last["data"]["lines"]), (&"end".into(), &(text.lines().count() - 1).into()));
    for part in ["text 0", "answered", HOST, "anna"] {
        assert!(text.contains(part), "{part}");
    }
    for secret in [line.webhook_secret.as_str(), "somebody else", "access_token", "refresh_token", "def50200"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

async fn more_than_a_page_is_exported_whole(world: &mut World) {
    let line = world.line("support").await;
    for number in 0..520 {
        world.customer(&line, "anna").writes(&format!("text {number}.")).await;
    }
    let text = exported(world, line.tenant_id).await;
    assert_eq!(
        text.lines().filter(|line| line.starts_with("{\"data\"") && line.contains("\"type\":\"message\"")).count(),
        520
    );
    for number in [0, 499, 500, 519] {
        assert_eq!(text.matches(&format!("text {number}.")).count(), 1, "{number}");
    }
    world.deliver_to_the_end().await;
}

async fn erased_data_is_gone_and_that_of_others_stays(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "theirs").await;
    for (line, name) in [(&line, "anna"), (&other, "boris")] {
        world.customer(line, name).writes(&format!("a word of {name}")).await;
        world.deliver_all().await;
        world.manager(line).answers(name, &format!("to {name}")).await;
        world.deliver_all().await;
    }
    // Something waits, too.
    parom::tenant::suspend(&world.app().tenants, line.tenant_id, true).await.unwrap();
    world.customer(&line, "anna").writes("a canary waits").await;
    parom::tenant::suspend(&world.app().tenants, line.tenant_id, false).await.unwrap();

    let amojo_id = world.sandbox.add_account(HOST).amojo_id;
    let refused = parom::tenant::forget(&world.app().tenants, line.tenant_id, false, "test").await.unwrap_err();
    assert!(matches!(refused, Error::Conflict { problem: "tenant_active", .. }), "{refused:?}");
    assert_eq!(status(world).await, "active", "nothing was touched");
    let before = everything(world).await;
    for there in [amojo_id.as_str(), "anna", &line.external_id] {
        assert!(before.contains(there), "{there}");
    }
    let proof = parom::tenant::forget(&world.app().tenants, line.tenant_id, true, "test").await.unwrap();
    assert!(proof.counts["message"] >= 3 && proof.counts["tenant"] == 1, "{proof:?}");
    assert!(
        world.sandbox.connections().iter().all(|one| !one.scope_id.ends_with(&amojo_id)),
        "amoCRM has received the disconnect"
    );
    let after = everything(world).await;
    let id = line.tenant_id;
    let ids = [id.to_string(), id.simple().to_string(), id.simple().to_string().to_uppercase()];
    for gone in ids.iter().map(String::as_str).chain([amojo_id.as_str(), "anna", "canary", &line.external_id, HOST]) {
        assert!(!after.contains(gone), "{gone} is still there");
    }
    assert!(after.contains("boris"), "no other account's data is touched");
    let again = parom::tenant::forget(&world.app().tenants, id, true, "test").await.unwrap_err();
    assert!(matches!(again, Error::NotFound), "{again:?}");
    wait(world, 1);
    world.customer(&other, "boris").writes("still here").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&other), ["a word of boris", "still here"]);
    // An account that returns starts without any data.
    let again = world.line("anew").await;
    assert_ne!(again.tenant_id, id);
}

both!(an_export_holds_everything_but_secrets, erased_data_is_gone_and_that_of_others_stays);
once!(more_than_a_page_is_exported_whole);
