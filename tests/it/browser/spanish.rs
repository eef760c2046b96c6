//! What a tenant sees first in a language that only some texts have: the widget in the language of the CRM's interface, the
//! panel that it opens, and the wizard.

use base::i18n::{Language, Words};
use parom_tests::{Browser, Place};
use serde_json::json;

use super::{CODE, crm_page, enters, installed, looks_right, run, say};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_connects_in_spanish() {
    let Some(browser) = Browser::open("es-MX").await else { return };
    let (world, tenant_id) = installed().await;
    browser.goto(&crm_page(&world, &format!("settings/widgets/{CODE}?lang=es"))).await;
    browser.find("#host[data-state=ready]").await;
    let words = Words::new(Language::Es);
    let shows = "return document.querySelector('.parom-widget')?.lang === 'es' &&\
        [...document.querySelectorAll('.parom-widget button')].some((one) => one.textContent.trim() === arguments[0])";
    let add = json!(say(words, "widget-add-source"));
    let is_there = async || browser.run(shows, vec![add.clone()]).await == json!(true);
    browser.until("the widget has its list", is_there).await;
    browser.is_accessible("the widget in Spanish").await;

    enters(&browser, &world, tenant_id).await;
    browser.goto(&format!("{}/panel/sources/new", world.api.base())).await;
    assert_eq!(run(&browser, "return document.documentElement.lang").await, json!("es"));
    browser.shows("main h1", &[&say(words, "wizard-title")]).await;
    looks_right(&browser, "es/wizard").await;
    // The menu offers the three others, each by its own name.
    browser.press(".pick summary").await;
    let others: Vec<&str> = Language::Es.others().map(Language::name).collect();
    browser.shows(".pick button", &others).await;
    browser.resize(360, 740).await;
    browser.is_accessible("the menu of languages").await;
    browser.resize(1280, 900).await;
    browser.press(".pick button[value=en]").await;
    browser.shows("main h1", &[&say(Words::new(Language::En), "wizard-title")]).await;
    browser.close().await;
    world.close().await;
}
