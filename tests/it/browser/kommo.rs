//! What a tenant sees first in Spanish and Portuguese: the widget in the language of the user's interface in the CRM, the
//! panel that it opens, and the wizard.

use base::i18n::{Language, Words};
use parom_tests::{Browser, Place};
use serde_json::json;

use super::{CODE, crm_page, enters, installed, looks_right, say};

async fn connects_in(language: Language, browsers: &str) {
    let Some(browser) = Browser::open(browsers).await else { return };
    let words = Words::new(language);
    let (world, tenant_id) = installed().await;
    let code = language.code();
    browser.goto(&crm_page(&world, &format!("settings/widgets/{CODE}?lang={code}"))).await;
    browser.find("#host[data-state=ready]").await;
    let add = say(words, "widget-add-source");
    let shows = "return document.querySelector('.parom-widget')?.lang === arguments[0] &&\
        [...document.querySelectorAll('.parom-widget button')].some((one) => one.textContent.trim() === arguments[1])";
    let arguments = || vec![json!(code), json!(add)];
    browser.until("the widget has its list", async || browser.run(shows, arguments()).await == json!(true)).await;
    browser.is_accessible(&format!("the widget in {code}")).await;
    browser.shot(&format!("{code}/widget-list")).await;

    enters(&browser, &world, tenant_id).await;
    let base = world.api.base();
    browser.goto(&format!("{base}/panel/sources/new")).await;
    assert_eq!(browser.run("return document.documentElement.lang", vec![]).await, json!(code));
    browser.shows("main h1", &[&say(words, "wizard-title")]).await;
    looks_right(&browser, &format!("{code}/wizard-choose")).await;
    // The menu offers the three others, each by its own name.
    browser.press(".pick summary").await;
    let others: Vec<&str> = language.others().map(Language::name).collect();
    browser.shows(".pick button", &others).await;
    browser.resize(360, 740).await;
    browser.fits(&format!("the menu of languages in {code}")).await;
    browser.is_accessible(&format!("the menu of languages in {code}")).await;
    browser.shot(&format!("{code}/languages-360")).await;
    browser.resize(1280, 900).await;
    browser.press(".pick button[value=en]").await;
    browser.shows("main h1", &[&say(Words::new(Language::En), "wizard-title")]).await;
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_connects_in_spanish() {
    connects_in(Language::Es, "es-MX").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_connects_in_portuguese() {
    connects_in(Language::Pt, "pt-BR").await;
}
