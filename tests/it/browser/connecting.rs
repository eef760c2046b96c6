//! The shop owner's way in the demo: log in at the messenger, tick pages, and write as a customer.

use std::path::Path;

use base::i18n::{Language, Words};
use parom_tests::{Browser, Demo};
use serde_json::json;

use super::{looks_right, say};
use crate::cli::BINARY;

const PRIMARY: &str = "main form button.primary";

/// Waits until the address has this part.
async fn arrives(browser: &Browser, part: &str) {
    browser.until(part, async || browser.url().await.contains(part)).await;
}

/// From the list of messengers to the messenger's page.
async fn leaves(browser: &Browser, parom: &str, kind: &str) {
    browser.goto(&format!("{parom}/panel/sources/new")).await;
    browser.press(&format!("button[value={kind}]")).await;
    arrives(browser, "/access").await;
}

async fn ticks_all(browser: &Browser) {
    let tick = "document.querySelectorAll('input[name=line]').forEach(one => { if (!one.checked) one.click(); })";
    browser.run(tick, vec![]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_connected_by_logging_in() {
    let Some(browser) = Browser::open("en").await else { return };
    let data = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(Path::new(BINARY), "en_GB", data.path()).await;
    let words = Words::new(Language::En);
    let parom = demo.address("Parom");
    browser.goto(&demo.address("Messengers")).await;
    let phone = "return document.getElementById('n-facebook').closest('section').querySelector('a').href";
    let phone = browser.run(phone, vec![]).await.as_str().expect("the customer's phone").to_owned();
    browser.goto(&demo.address("Panel")).await;
    browser.find("main h1").await;
    leaves(&browser, &parom, "facebook").await;
    looks_right(&browser, "en/login-facebook").await;
    browser.press("main a.primary").await;
    arrives(&browser, "/dialog/oauth").await;
    browser.find("#allow").await;
    looks_right(&browser, "en/login-facebook-consent").await;
    browser.press("#cancel").await;
    browser.says("access was not granted").await;
    browser.press("main a.primary").await;
    arrives(&browser, "/dialog/oauth").await;
    browser.find("#allow").await;
    ticks_all(&browser).await;
    browser.press("#allow").await;
    arrives(&browser, "/line").await;
    browser.says(&say(words, "wizard-line-choose")).await;
    ticks_all(&browser).await;
    looks_right(&browser, "en/login-facebook-lines").await;
    browser.press(PRIMARY).await;
    arrives(&browser, "/routing").await;
    browser.find("input[name=\"name.1\"]").await;
    looks_right(&browser, "en/login-facebook-names").await;
    browser.press(PRIMARY).await;
    arrives(&browser, "/test").await;
    browser.says(&say(words, "wizard-several-waiting")).await;
    looks_right(&browser, "en/login-facebook-test").await;
    let test = browser.url().await;
    browser.goto(&phone).await;
    browser.fill("textarea#text", "Is the blue sofa still there?").await;
    browser.press(".composer .line button.primary").await;
    browser.goto(&test).await;
    browser.says(&say(words, "wizard-several-arrived")).await;
    browser.close().await;
    demo.is_killed().await;
}

/// VK names the communities on one page and authorizes the ticked ones on another, with a page of ours in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_messenger_of_the_demo_has_its_page() {
    let Some(browser) = Browser::open("en").await else { return };
    let data = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(Path::new(BINARY), "en_GB", data.path()).await;
    let parom = demo.address("Parom");
    browser.goto(&demo.address("Panel")).await;
    browser.find("main h1").await;
    for (kind, page) in
        [("whatsapp", "/dialog/oauth"), ("instagram", "/oauth/authorize"), ("avito", "/oauth?"), ("vk", "/authorize?")]
    {
        leaves(&browser, &parom, kind).await;
        browser.press("main a.primary").await;
        arrives(&browser, page).await;
        browser.find("#allow").await;
        looks_right(&browser, &format!("en/login-{kind}-consent")).await;
        browser.press("#allow").await;
        if kind == "vk" {
            arrives(&browser, "/line").await;
            browser.press("input[name=line]:not(:checked)").await;
            browser.press(PRIMARY).await;
            arrives(&browser, "group_ids=").await;
            browser.find("#allow").await;
            looks_right(&browser, "en/login-vk-confirm").await;
            browser.press("#allow").await;
        } else {
            // Of several a person chooses; they are ticked, as they were chosen on the messenger's page.
            let is_at = async |step: &str| browser.url().await.contains(step);
            browser.until("back", async || is_at("/line").await || is_at("/routing").await).await;
            if is_at("/line").await {
                browser.press(PRIMARY).await;
            }
        }
        arrives(&browser, "/routing").await;
        browser.press(PRIMARY).await;
        arrives(&browser, "/test").await;
        assert_eq!(
            browser.run("return document.querySelectorAll('main .notice.t-bad').length", vec![]).await,
            json!(0)
        );
    }
    browser.close().await;
    demo.is_killed().await;
}
