//! The sentences about limits above every page of the panel and in the widget, on a phone and on a desk.

use base::config::{Config, Plan, PlansConfig};
use base::i18n::{Language, Words, bytes};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::json;

use super::{CODE, archive, enters, looks_right, opens_widget, with_widget};

fn with_plan(config: &mut Config) {
    with_widget(config);
    let plans = PlansConfig { grace_days: 7, warn_days: vec![7], default: "start".to_owned(), trial_days: 0 };
    config.plans = plans.into();
    config.vendor.support_url = "https://help.example/".to_owned();
    config.plan_list = vec![Plan {
        name: "start".to_owned(),
        sources: Some(1),
        messages_a_month: Some(5),
        connectors: None,
        storage_mb: Some(1),
        requests_per_key: None,
    }]
    .into();
}

/// What follows the used part in a sentence about a size.
fn after_used(words: Words, key: &'static str, most: u64) -> String {
    let text = words.text(key).with("used", "USED").with("most", bytes(most, words.language())).to_string();
    text.replace('\u{a0}', " ").split_once("USED").expect("what is used").1.to_owned()
}

async fn are_above_every_page(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let setup = Setup { live: true, change: with_plan, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    for number in 0..4 {
        anna.writes(&format!("{number}{}", "x".repeat(200_000))).await;
    }
    world.sandbox.set_widget("main", CODE, &archive(&world)).expect("the sandbox takes the archive");
    parom::usage::write_down(world.app()).await.expect("sums are written");
    parom::alert_checks::limits(&world.app().usage).await.expect("limits are checked");

    let words = Words::new(language);
    let said = |key: &'static str, used: i64, most: i64| {
        words.text(key).with("used", used).with("most", most).to_string().replace('\u{a0}', " ")
    };
    let all = [
        said("limit-notice-sources-reached", 1, 1),
        said("limit-notice-messages-near", 4, 5),
        // How much of it is used depends on what the database adds to the texts.
        after_used(words, "limit-notice-stored-reached", 1 << 20),
    ];
    enters(&browser, &world, line.tenant_id).await;
    for path in ["", "/messages", "/sources"] {
        browser.goto(&format!("{}/panel{path}", world.api.base())).await;
        for sentence in &all {
            browser.says(sentence).await;
        }
    }
    let links = "return [...document.querySelectorAll('.strip a')].map((link) => link.href)";
    assert_eq!(browser.run(links, vec![]).await, json!(vec!["https://help.example/"; 3]));
    looks_right(&browser, &format!("{}/limits", language.code())).await;

    opens_widget(&browser, &world).await;
    for sentence in &all {
        browser.says(sentence).await;
    }
    looks_right(&browser, &format!("{}/limits-widget", language.code())).await;
    assert_eq!(world.active(HOST).await, line.tenant_id);
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_above_every_page_in_english() {
    are_above_every_page(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_above_every_page_in_russian() {
    are_above_every_page(Language::Ru).await;
}
