//! Ctrl K leads to a single setting: it is in sight, marked, and can be changed at once.

use base::i18n::{Language, Words};
use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::json;

use super::enters;

/// What a link led to: in sight, with a background of its own around it, and where the focus is.
const ARRIVED: &str = "const one = document.querySelector(':target');\
    if (!one) return null;\
    const box = one.getBoundingClientRect();\
    const around = one.closest('.field,h2,section') ?? one;\
    const colour = getComputedStyle(around).backgroundColor;\
    return [one.id, box.height > 0 && box.top >= 0 && box.bottom <= innerHeight, colour !== 'rgba(0, 0, 0, 0)', document.activeElement === one]";

async fn finds(browser: &Browser, typed: &str, place: &str, is_field: bool) {
    browser.find("[data-palette]:not([hidden])").await;
    browser.press("[data-palette]").await;
    browser.types(typed).await;
    let wanted = format!("#palette [data-suggested] a[href$='{place}']");
    browser.find(&wanted).await;
    browser.shot(&format!("palette-setting-{}", place.trim_start_matches('#'))).await;
    browser.press(&wanted).await;
    let (_, id) = place.rsplit_once('#').expect("a place on the page");
    let arrived = json!([id, true, true, is_field]);
    browser.until(&format!("{typed}: {place} is marked"), async || browser.run(ARRIVED, vec![]).await == arrived).await;
}

async fn in_language(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    let body = json!({"kind": "webchat", "name": "Shop", "settings": {"title": "Shop"}});
    world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    enters(&browser, &world, line.tenant_id).await;
    // Low, so that the places are out of sight before.
    browser.resize(1280, 420).await;
    let label = |key: &'static str| Words::new(language).text(key).to_string();
    browser.goto(&format!("{}/panel", world.api.base())).await;
    finds(&browser, &label("data-retention"), "#f-days", true).await;
    // On the page where one is already.
    finds(&browser, &label("data-export-title"), "#export", false).await;
    finds(&browser, &label("wizard-web-consent"), "?tab=before#f-set.consent_text", true).await;
    finds(&browser, &label("source-edit-lead-origin"), "#f-lead_origin", true).await;
    browser.is_accessible(&format!("a marked setting, {}", language.code())).await;
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_is_in_sight_and_marked_in_english() {
    in_language(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_is_in_sight_and_marked_in_russian() {
    in_language(Language::Ru).await;
}
