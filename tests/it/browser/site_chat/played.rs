//! Two plays of a day: the owner of a shop sets the chat up and puts it on a page; a visitor writes from a phone.

use std::time::Duration;

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place, Site};
use serde_json::json;

use super::super::{enters, installed};
use super::first_message::{answers, submits};
use super::{Shop, arrived, everywhere, opens, root, say, shows, types, until};

/// Adds up how far the chat moved what was on the page.
const SHIFTS: &str = "window.shifts = 0; new PerformanceObserver((list) => \
    list.getEntries().forEach((one) => (window.shifts += one.value))).observe({ type: 'layout-shift', buffered: true })";

/// On a phone Enter breaks the line; the button sends.
async fn writes(browser: &Browser, text: &str) {
    root(browser, "root.getElementById('text').focus()").await;
    browser.types(text).await;
    submits(browser).await;
}

/// A condition on the page itself, outside the chat.
async fn page(browser: &Browser, what: &str, condition: &str) {
    let script = format!("return Boolean({condition})");
    browser.until(what, async || browser.run(&script, vec![]).await == json!(true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_sets_the_chat_up_and_puts_it_on_a_page() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, tenant_id) = installed().await;
    let (base, site) = (world.api.base(), Site::start());
    enters(&browser, &world, tenant_id).await;
    // The wizard, to the test that waits for a message.
    browser.goto(&format!("{base}/panel/sources/new")).await;
    browser.run("document.querySelector('input[value=webchat]').click()", vec![]).await;
    browser.press("main form button.primary").await;
    browser.find("ol [aria-current=step]").await;
    browser.press("main form button.primary").await;
    browser.find("main select[name=pipeline]").await;
    browser.press("main form button.primary").await;
    browser.until("the test step", async || browser.url().await.contains("/test")).await;
    // What it looks like, and where it may appear.
    let sources = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200).json;
    let source = sources["items"].as_array().expect("a list").iter().find(|source| source["kind"] == "webchat");
    let id = source.expect("it was created")["id"].as_str().expect("its id").to_owned();
    browser.goto(&format!("{base}/panel/sources/{id}/access?tab=appearance")).await;
    let fills = "const field = document.getElementById(arguments[0]); field.value = arguments[1]; \
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.run(fills, vec![json!("f-set.title"), json!("Flowers")]).await;
    browser.run(fills, vec![json!("f-set.allowed_origins"), json!(site.stranger(""))]).await;
    browser.run("document.querySelector('form[data-chat]').requestSubmit()", vec![]).await;
    page(&browser, "it is saved", "document.querySelector('#notice.t-ok')").await;

    // The line goes to a page as it is shown.
    browser.goto(&format!("{base}/panel/sources/{id}/access?tab=install")).await;
    let line = "return [...document.querySelectorAll('[data-tab=install] code')].map((one) => one.textContent).find((text) => text.includes('embed.js'))";
    let line = browser.run(line, vec![]).await.as_str().expect("the line").to_owned();
    let html =
        format!("<!doctype html><html lang=en><meta charset=utf-8><title>Shop</title><h1>Shop</h1>{line}</html>");
    site.writes("/", &html, "");
    browser.on_every_page(SHIFTS).await;
    browser.goto(&site.stranger("/")).await;
    until(&browser, "the launcher is there", "root?.querySelector('.bubble')").await;
    assert_eq!(browser.run("return window.shifts", vec![]).await, json!(0), "nothing on the page moved");
    root(&browser, "root.querySelector('.bubble').click()").await;
    until(&browser, "the chat is open", "root.getElementById('text')").await;
    assert_eq!(root(&browser, "return root.querySelector('h2').textContent").await, "Flowers");
    types(&browser, "Do you have roses?").await;
    arrived(&world, &["Do you have roses?"]).await;
    let chat = world.sandbox.messages(HOST).remove(0).chat_id;
    world.sandbox.manager_says(HOST, &chat, "Red and white ones").await.expect("the hook");
    shows(&browser, &["Do you have roses?", "Red and white ones"]).await;
    let read = async || {
        let all = world.sandbox.messages(HOST);
        let answer = all.iter().find(|message| message.text == "Red and white ones")?;
        answer.statuses.iter().any(|status| status.code == 2).then_some(())
    };
    world.until("amoCRM knows that it was read", read).await;

    // The owner sees that the page has it.
    browser.goto(&format!("{base}/panel/sources/{id}/access?tab=install")).await;
    page(&browser, "the site was seen", "document.querySelector('[data-tab=install] .sites time')").await;
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_on_a_phone_gets_through_a_bad_day() {
    let Some(browser) = Browser::open("en").await else { return };
    browser.becomes_a_phone().await;
    let words = Words::new(Language::En);
    let shop = Shop::open(|site| {
        let mut settings = everywhere(site);
        settings["ask"] = json!(["phone"]);
        settings
    })
    .await;
    shop.visit(&browser).await;
    let full = "const box = root.querySelector('.panel').getBoundingClientRect(); return box.width === innerWidth";
    assert_eq!(root(&browser, full).await, json!(true), "the chat fills the screen");

    // A wrong number is asked for again, and nothing is lost.
    answers(&browser, "phone", "12345").await;
    writes(&browser, "Hello").await;
    let wrong = json!(say(words, "chat-wrong-phone"));
    let asked =
        format!("!root.getElementById('intro').hidden && root.getElementById('notice').textContent === {wrong}");
    until(&browser, "the number is asked for again", &asked).await;
    answers(&browser, "phone", "+7 915 111-22-33").await;
    submits(&browser).await;
    arrived(&shop.world, &["Hello"]).await;

    // The network goes and comes back.
    browser.offline(true).await;
    let offline = json!(say(words, "chat-offline"));
    let told = format!("root.getElementById('notice').textContent.startsWith({offline})");
    until(&browser, "it is said that there is no internet", &told).await;
    writes(&browser, "Is it in stock?").await;
    shows(&browser, &["Hello", "Is it in stock?"]).await;
    browser.offline(false).await;
    arrived(&shop.world, &["Hello", "Is it in stock?"]).await;

    // Gone for an hour, in which the manager answers.
    until(&browser, "both are sent", "root.querySelectorAll('.mine .state').length === 2").await;
    browser.goto("about:blank").await;
    shop.world.advance(Duration::from_secs(3_600));
    let chat = shop.world.sandbox.messages(HOST).remove(0).chat_id;
    shop.world.sandbox.manager_says(HOST, &chat, "Yes, three of them").await.expect("the hook");
    let stored = async || (shop.world.messages().await.len() == 3).then_some(());
    shop.world.until("the answer is stored", stored).await;
    browser.goto(&shop.site.stranger("/")).await;
    until(&browser, "the launcher counts it", "root?.querySelector('.badge')?.textContent === '1'").await;
    opens(&browser).await;
    shows(&browser, &["Hello", "Is it in stock?", "Yes, three of them"]).await;
    until(&browser, "it is marked as new", "root.querySelector('.day.new')").await;
    until(&browser, "nothing is asked any more", "root.getElementById('intro').hidden").await;
    writes(&browser, "I take one").await;
    arrived_from_visitor(&shop, &["Hello", "Is it in stock?", "I take one"]).await;
    browser.close().await;
    shop.world.close().await;
}

/// What amoCRM has of the visitor.
async fn arrived_from_visitor(shop: &Shop, wanted: &[&str]) {
    let there = async || {
        let all = shop.world.sandbox.messages(HOST);
        let texts: Vec<&str> = all.iter().map(|one| one.text.as_str()).filter(|text| wanted.contains(text)).collect();
        (texts == wanted).then_some(())
    };
    shop.world.until("amoCRM has what the visitor wrote, in order", there).await;
}
