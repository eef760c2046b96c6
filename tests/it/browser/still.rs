//! While the database takes nothing: the strip of the panel and the admin.

use base::i18n::{Language, Words};
use parom_tests::{Browser, Place};
use sandbox::HookMessage;

use super::{enters, installed, looks_right, say};

async fn strip_in(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let (world, tenant_id) = installed().await;
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    // A manager answers in a chat that amoCRM has.
    world.carries_all().await;
    enters(&browser, &world, tenant_id).await;
    let hook = world.manager(&line).prepares("anna", HookMessage::text("kept"));
    let blocked = world.database().blocked().await;
    assert_eq!(world.manager(&line).posts(&hook).await, Some(200));
    browser.goto(&format!("{}/panel/undelivered", world.api.base())).await;
    browser.find(".strip").await;
    let page = browser.text().await.replace('\u{a0}', " ");
    assert!(page.contains(&say(Words::new(language), "page-read-only")), "{page}");
    looks_right(&browser, &format!("still-{}", language.code())).await;
    blocked.release().await;
    let spool = &world.app().spool;
    world.until("the spool is empty", async || (spool.waiting() == 0).then_some(())).await;
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_strip_is_there_in_english() {
    strip_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_strip_is_there_in_russian() {
    strip_in(Language::Ru).await;
}
