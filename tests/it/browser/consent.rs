//! The tick by which an administrator agrees to the vendor's agreement, before the account's first source.

use base::config::Config;
use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Setup, World};
use serde_json::json;

use super::{CODE, archive, looks_right, opens_widget, presses, say, with_widget};

fn with_agreement(config: &mut Config) {
    with_widget(config);
    config.vendor.legal_entity = "Ferries Ltd".to_owned();
    config.vendor.legal_address = "1 Harbour Road, Riga".to_owned();
    config.vendor.hosting_region = "Frankfurt, Germany".to_owned();
}

async fn is_asked_before_the_first_source(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let setup = Setup { live: true, change: with_agreement, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    world.sandbox.set_widget("main", CODE, &archive(&world)).expect("the sandbox takes the archive");
    let tenant_id = world.active(HOST).await;
    let words = Words::new(language);
    let given = async || parom::legal::consent::last(world.app().store.read(), tenant_id).await.expect("a look");

    opens_widget(&browser, &world).await;
    browser.says(&say(words, "widget-consent")).await;
    browser.says(&say(words, "widget-consent-agreement")).await;
    looks_right(&browser, &format!("{}/consent", language.code())).await;
    let can_add = "return document.querySelector('[data-key=add]') !== null";
    assert_eq!(browser.run(can_add, vec![]).await, json!(false), "first the agreement");
    presses(&browser, "consent").await;
    assert!(given().await.is_none(), "not without the tick");
    presses(&browser, "consent-tick").await;
    presses(&browser, "consent").await;
    browser.find("[data-key=add]").await;
    let row = given().await.expect("a consent");
    assert_eq!((row.language.as_str(), row.text.contains("Ferries Ltd")), (language.code(), true));
    opens_widget(&browser, &world).await;
    browser.find("[data-key=add]").await;
    let asks = "return document.querySelector('[data-key=consent]') !== null";
    assert_eq!(browser.run(asks, vec![]).await, json!(false), "once");
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_asked_before_the_first_source_in_english() {
    is_asked_before_the_first_source(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_asked_before_the_first_source_in_russian() {
    is_asked_before_the_first_source(Language::Ru).await;
}
