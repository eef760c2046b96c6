//! Sites without the chat, and what the vendor's own check says.

use base::i18n::Language;
use parom_tests::{Answer, Browser, Engine, Place, Setup, Site, World};
use serde_json::json;

use super::super::operator::{connects_an_authenticator, is_invited};
use super::super::{new_world, opens_widget, presses, types};
use crate::webchat::chat_with;

/// Keeps what the page's scripts warn of.
const WARNINGS: &str = "window.warnings = []; const warn = console.warn; \
    console.warn = (...said) => { window.warnings.push(said.join(' ')); warn(...said) }";

/// D25: on a site that is not in the list nothing said why the chat is not there, and the widget gave out the line
/// without a word about the list.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d25_a_site_that_is_not_listed_is_explained() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = new_world().await;
    let site = Site::start();
    let source = chat_with(&world, json!({"allowed_origins": ["https://shop.example"]})).await;
    let line = format!("<script src=\"{}/chat/{source}/embed.js\" async></script>", world.api.base());
    site.writes("/", &format!("<!doctype html><title>Shop</title><h1>Shop</h1>{line}"), "");
    browser.on_every_page(WARNINGS).await;
    browser.goto(&site.stranger("/")).await;
    let explained = async || {
        let said = browser.run("return window.warnings.join('\\n')", vec![]).await;
        let said = said.as_str().unwrap_or_default();
        said.contains(&format!("no chat on {}", site.stranger(""))) && said.contains("Add this address")
    };
    browser.until("the console says what to do", explained).await;

    opens_widget(&browser, &world).await;
    presses(&browser, "add").await;
    presses(&browser, "kind-webchat").await;
    types(&browser, "field-name", "Shop chat").await;
    presses(&browser, "create").await;
    browser.find("[data-key=copy-embed]").await;
    browser.says("The chat appears only on listed sites, and no site is listed yet.").await;
    browser.close().await;
    world.close().await;
}

/// D26: where letters were given up, the check asked which side is slow, though the customer had blocked the bot.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d26_the_check_leads_to_the_reasons_of_what_was_given_up() {
    let Some(browser) = Browser::open("en").await else { return };
    let setup = Setup { live: true, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.carries_all().await;
    let blocked = json!({"status": "failed", "error": {"code": "recipient_blocked"}});
    world.messenger.answers_next([Answer::Status(200, blocked)]);
    world.manager(&line).answers("anna", "Good morning").await;
    world.carries_all().await;
    is_invited(&browser, &world, Language::En).await;
    connects_an_authenticator(&browser, &world).await;
    browser.goto(&format!("{}/admin/doctor?run=all", world.api.base())).await;
    browser.says("1 item was given up").await;
    let remedy = "const card = [...document.querySelectorAll('main li.card, main tr')]\
        .find((one) => one.textContent.replaceAll('\\u00a0', ' ').includes('1 item was given up')); return card.textContent";
    let remedy = browser.run(remedy, vec![]).await;
    let remedy = remedy.as_str().expect("a remedy").replace('\u{a0}', " ");
    assert!(remedy.contains("see the reasons with parom dead list") && !remedy.contains("slow"), "{remedy}");
    browser.close().await;
    world.close().await;
}
