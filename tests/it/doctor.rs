//! The road to the marketplace: `doctor` after each step of docs/marketplace.md, and with the mistakes that people make
//! there.

use std::path::Path;
use std::time::Duration;

use base::config::Config;
use base::store::VENDOR;
use parom::alert::{Alarm, VENDOR_KINDS};
use parom::doctor::{Check, RoadInspector, RoadRecords, Status, is_at_its_end};
use parom_tests::settings::{CHANNEL_ID, CHANNEL_SECRET, CLIENT_ID, HOST};
use parom_tests::{World, once};
use secrecy::SecretString;
use serde_json::json;

use crate::admin::operator::Operator;
use crate::browser::{CODE, archive};

/// Each step's checks, in their order.
async fn road(world: &World) -> Vec<(&'static str, Vec<Check>)> {
    let app = world.app();
    let inspector = RoadInspector {
        public_url: &app.config.server.public_url,
        http: app.http.trusted(),
        clock: &app.clock,
        records: Some(RoadRecords { store: &app.store, vault: &app.vault }),
    };
    let road = inspector.road(&app.integrations.named("main").unwrap()).await.unwrap();
    road.steps.into_iter().map(|step| (step.name, step.checks)).collect()
}

/// The first step that is not proved, and what is said of it.
async fn next(world: &World) -> (&'static str, String) {
    let is_done = |checks: &[Check]| !checks.is_empty() && checks.iter().all(|check| check.status == Status::Ok);
    let Some((name, checks)) = road(world).await.into_iter().find(|(_, checks)| !is_done(checks)) else {
        return ("", String::new());
    };
    (name, said(&checks))
}

fn said(checks: &[Check]) -> String {
    let wrong = checks.iter().filter(|check| check.status != Status::Ok);
    let one = |check: &Check| format!("{:?} {} → {}", check.status, check.detail, check.remedy.as_ref().unwrap());
    wrong.map(one).collect::<Vec<_>>().join("\n")
}

/// What is said of one step.
async fn of_step(world: &World, name: &str) -> String {
    said(&road(world).await.into_iter().find(|step| step.0 == name).unwrap().1)
}

async fn is_next(world: &World, name: &str, words: &[&str]) {
    let (next, said) = next(world).await;
    assert_eq!(next, name, "{said}");
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
}

/// The configuration from now on.
async fn configures(world: &mut World, change: fn(&mut Config)) {
    world.setup_is(change);
    world.restart().await;
}

fn coded(config: &mut Config) {
    config.integrations[0].widget.get_or_insert_default().code = Some(CODE.to_owned());
}

fn without_a_channel(config: &mut Config) {
    coded(config);
    config.integrations[0].channels.clear();
}

fn public(config: &mut Config) {
    coded(config);
    config.integrations[0].channels[0].public = true;
}

fn upload(world: &World) {
    world.sandbox.set_widget("main", CODE, &archive(world)).unwrap();
}

/// An account that installed the integration with its archive.
async fn installed(world: &mut World) {
    configures(world, coded).await;
    upload(world);
    world.owner(HOST).installs_in_a_browser().await.is(200);
}

async fn each_step_is_proved_and_the_next_is_named(world: &mut World) {
    configures(world, |config| config.integrations[0].channels.clear()).await;
    is_next(world, "installed", &["no account has installed main", "/oauth/install?integration=main", "step 3"]).await;
    let code = of_step(world, "archive").await;
    assert!(code.contains("[integration.widget] code") && code.contains("step 4"), "{code}");

    world.owner(HOST).installs_in_a_browser().await.is(200);
    is_next(world, "archive", &["code of main is not set"]).await;
    configures(world, without_a_channel).await;
    is_next(world, "archive", &[&format!("no archive with the code {CODE}"), "parom widget build", "step 4"]).await;
    upload(world);
    is_next(world, "channel", &["main has no channel", "parom channel request --integration main", "step 5"]).await;

    configures(world, coded).await;
    is_next(world, "connected", &["not connected", CHANNEL_ID]).await;
    world.owner(HOST).installs_in_a_browser().await.is(200);
    is_next(world, "first_source", &[&format!("{HOST} has no source"), "step 7"]).await;
    let olga = Operator::signed_in(world).await;
    // The page shows the last check and does not call amoCRM.
    let asked = world.sandbox.requests().len();
    let page = olga.opens("/admin/channels").await.is(200);
    page.says(&["Marketplace checklist", "Not checked yet"]);
    olga.sends("/admin/integrations/other/look", &[]).await.is(404);
    olga.does("/admin/integrations/main/look", &[]).await;
    assert!(world.sandbox.requests().len() > asked);
    world.advance(Duration::from_secs(3 * 60));
    let asked = world.sandbox.requests().len();
    let page = olga.opens("/admin/channels").await.is(200);
    page.says(&["Checked 3 minutes ago", "aria-current=\"step\"", "has no source"]);
    assert_eq!(world.sandbox.requests().len(), asked, "the page waits for nobody");
    olga.opens("/admin").await.is(200).says(&["/admin/channels\">Marketplace checklist"]);
    let page = olga.opens("/admin/channels?lang=ru").await.is(200);
    page.says(&["Публикация в маркетплейсе", "нет источников", "docs/ru/marketplace.md"]);

    let line = world.line("support").await;
    is_next(world, "message", &["no message and no test has gone through"]).await;
    let main = world.app().integrations.named("main").unwrap();
    assert!(!is_at_its_end(&world.app().store, &main).await.unwrap());
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    is_next(world, "", &[]).await;
    assert!(is_at_its_end(&world.app().store, &main).await.unwrap());
    olga.opens("/admin/channels?lang=en").await.is(200).never_says(&["The road to the marketplace"]);

    // A channel for everybody leads to the marketplace.
    configures(world, public).await;
    is_next(world, "published", &["only one account has it", "moderation", "step 11"]).await;
    world.owner("other.amocrm.ru").installs_in_a_browser().await.is(200);
    is_next(world, "", &[]).await;
}

async fn an_external_integration_is_named(world: &mut World) {
    world.sandbox.set(|settings| settings.external = true);
    configures(world, coded).await;
    assert!(world.sandbox.set_widget("main", CODE, &archive(world)).is_err(), "amoCRM takes no archive of it");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    is_next(world, "installed", &["Fail", "external integration", "create a private integration", "step 1)"]).await;
}

async fn a_wrong_redirect_address_is_named(world: &mut World) {
    let address = world.app().integrations.named("main").unwrap().redirect_uri(&world.app().config.server.public_url);
    // To a page that does not exist here, amoCRM's answer is lost; only the person sees it.
    world.sandbox.set_redirect_uri("main", &format!("{}/nowhere", world.api.base()));
    world.owner(HOST).installs_from_the_marketplace().await;
    is_next(world, "installed", &["no account", "a page that does not exist", &address]).await;
    world.sandbox.set_redirect_uri("main", &format!("{address}?from=amocrm"));
    world.owner(HOST).installs_from_the_marketplace().await;
    let failed = async || of_step(world, "installed").await.contains("was not installed").then_some(());
    world.until("the installation fails", failed).await;
    is_next(world, "installed", &[HOST, "redirect_uri", &format!("must be exactly {address}"), "step 3"]).await;
    world.sandbox.set_redirect_uri("main", &address);
    world.owner(HOST).installs_in_a_browser().await.is(200);
    is_next(world, "archive", &[]).await;
}

async fn a_wrong_archive_is_named(world: &mut World) {
    installed(world).await;
    is_next(world, "first_source", &[]).await;
    let mut spoilt = widget::Archive::read(&archive(world)).unwrap();
    let manifest = String::from_utf8(spoilt.files["manifest.json"].clone()).unwrap();
    spoilt.files.insert("manifest.json".into(), manifest.replace("lead_sources", "lcard-0").into_bytes());
    world.sandbox.set_widget("main", CODE, &spoilt.write().unwrap()).unwrap();
    is_next(world, "archive", &["Fail", "no lead_sources among its locations", "step 4"]).await;
    upload(world);
    configures(world, |config| {
        coded(config);
        config.integrations[0].widget.as_mut().unwrap().version = "1.0.1".to_owned();
    })
    .await;
    is_next(world, "archive", &["has version 1.0.0", "says 1.0.1", "step 9"]).await;
    // Its code is that of another integration's archive.
    configures(world, |config| {
        coded(config);
        config.integrations[0].client_id = CLIENT_ID.replace("5f1d", "6f1d");
    })
    .await;
    is_next(world, "archive", &["Fail", "belongs to another integration", CLIENT_ID]).await;
}

async fn a_channel_that_is_not_connected_is_named(world: &mut World) {
    let account = world.sandbox.add_account(HOST).id;
    world.sandbox.set(|settings| drop(settings.private_channels.insert(CHANNEL_ID.to_owned(), Vec::new())));
    installed(world).await;
    is_next(world, "connected", &["not on its list", CHANNEL_ID, &format!("add account {account}"), "step 6"]).await;
    configures(world, |config| {
        coded(config);
        config.integrations[0].channels[0].secret = SecretString::from(format!("{CHANNEL_SECRET}x"));
    })
    .await;
    is_next(world, "channel", &["Fail", "does not accept a signed request"]).await;
    world.allow_problems();
}

async fn multiple_sources_switched_off_is_named(world: &mut World) {
    world.sandbox.set(|settings| settings.single_source = true);
    installed(world).await;
    is_next(world, "first_source", &["“Multiple sources” is off", "made the source “main”", "step 7"]).await;
}

/// The vendor's kinds have no name to subscribe to: a key must not show instead.
async fn the_vendors_alerts_are_named(world: &mut World) {
    for kind in VENDOR_KINDS {
        let alarm = Alarm { tenant_id: VENDOR, kind, object: "", source_id: None, detail: json!({}) };
        parom::alert::raise(world.app(), world.app().store.write(), alarm).await.unwrap();
        let checks = parom::doctor::stored(&world.app().store).await;
        let open = checks.iter().find(|check| check.name == "alarms").unwrap().detail.to_string();
        assert!(open.contains(kind) && !open.contains("alert-"), "{open}");
        parom::alert::resolve(world.app(), world.app().store.write(), VENDOR, kind, "").await.unwrap();
    }
}

once!(the_vendors_alerts_are_named);
once!(each_step_is_proved_and_the_next_is_named, an_external_integration_is_named, a_wrong_redirect_address_is_named);
once!(a_wrong_archive_is_named, a_channel_that_is_not_connected_is_named, multiple_sources_switched_off_is_named);

/// The steps of the page, each with the name of the check that proves it.
const STEPS: [(u8, &str); 9] = [
    (2, "integration"),
    (3, "installed"),
    (4, "archive"),
    (5, "channel"),
    (6, "connected"),
    (7, "first_source"),
    (8, "message"),
    (9, "archive"),
    (11, "published"),
];

#[test]
fn the_pages_name_what_proves_each_step() {
    for page in ["docs/marketplace.md", "docs/ru/marketplace.md"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page);
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.len() <= 12 * 1024, "{page}: {} bytes", text.len());
        for (step, check) in STEPS {
            let section = text.split("\n## ").find(|section| section.starts_with(&format!("{step}. ")));
            assert!(section.unwrap_or_default().contains(&format!("`{check}`")), "{page}: step {step}, {check}");
        }
    }
}
