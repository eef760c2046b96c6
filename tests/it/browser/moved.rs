//! A bot that another service uses is moved to Parom in the wizard: the current service is shown first, and one button
//! takes it over.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Place, Setup, World};
use simulator::telegram::NewBot;

use super::{enters, looks_right, say};

async fn moved_in(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let words = Words::new(language);
    let setup = Setup { live: true, telegram: true, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let bot = world.telegram().add_bot(NewBot::default());
    world.telegram().hijack_webhook(bot.id, "https://old.example/hook");
    enters(&browser, &world, tenant_id).await;
    let base = world.api.base();
    browser.goto(&format!("{base}/panel/sources/new")).await;
    browser.press("input[value=telegram]").await;
    browser.press("main form button.primary").await;
    browser.fill("[name=\"set.bot_token\"]", &bot.token).await;
    browser.press("button[value=next]").await;
    let said = words.text("wizard-tg-webhook-elsewhere").with("bot", "acme_support_bot").with("host", "old.example");
    browser.says(&said.to_string().replace('\u{a0}', " ")).await;
    assert_eq!(world.telegram().webhook(bot.id).expect("its webhook").url, "https://old.example/hook");
    let button = browser.find("button[value=next]").await.text().await.expect("a button has words");
    assert_eq!(button, say(words, "wizard-take-over"));
    looks_right(&browser, &format!("{}/wizard-telegram-moved", language.code())).await;
    browser.press("button[value=next]").await;
    browser.find("[name=name]").await;
    browser.press("main form button.primary").await;
    browser.says("@acme_support_bot").await;
    let taken = async || {
        let hook = world.telegram().webhook(bot.id)?;
        hook.url.contains("/hooks/telegram/").then_some(())
    };
    world.until("Telegram brings messages to us", taken).await;
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_is_moved_in_english() {
    moved_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_is_moved_in_russian() {
    moved_in(Language::Ru).await;
}
