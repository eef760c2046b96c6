//! The first steps of the README, as a person takes them in the demo; its pictures are `customer`, `manager`, `message` and
//! `widget`.

use std::path::Path;

use parom_tests::{Browser, Demo};
use serde_json::json;

use super::{presses, types};
use crate::demo::BINARY;

const QUESTION: &str = "Hello! Is the blue one in stock?";
const ANSWER: &str = "Good morning! Yes, three of them.";

/// Leaves the field or button that was used last: its frame says nothing in a picture. So do scroll bars.
async fn rests(browser: &Browser) {
    browser.run("document.activeElement.blur()", vec![]).await;
    browser.devtools("Emulation.setScrollbarsHidden", json!({"hidden": true})).await;
}

/// The customer's page and the manager's window side by side, until the manager sees that the answer was read.
async fn talk(browser: &Browser, demo: &Demo) {
    let customer = browser.client().window().await.expect("the customer's window");
    browser.goto(&demo.address("Customer's page")).await;
    browser.resize(720, 620).await;
    browser.fill("#form textarea", QUESTION).await;
    browser.press("#form [type=submit]").await;

    let manager = browser.client().new_window(false).await.expect("the manager's window").handle;
    browser.client().switch_to_window(manager.clone()).await.expect("it comes to the front");
    browser.resize(1280, 660).await;
    browser.goto(&demo.address("Manager's window")).await;
    browser.find("#chat-rows a").await;
    // In one step, because the rows are rendered again at any event.
    browser.run("document.querySelector('#chat-rows a').click()", vec![]).await;
    browser.shows("#message-rows .text", &[QUESTION]).await;
    // D24: nothing is in another language than the reader's.
    browser.says("Site visitor").await;
    browser.fill("#answer textarea", ANSWER).await;
    browser.press("#answer button:not([type=button])").await;

    browser.client().switch_to_window(customer).await.expect("the customer's window comes back");
    browser.shows("#messages .theirs .text", &[ANSWER]).await;
    browser.client().refresh().await.expect("the page is loaded again");
    browser.shows("#messages .text", &[QUESTION, ANSWER]).await;
    browser.find("#messages .mine .state.read").await;
    rests(browser).await;
    browser.shot("customer").await;
    browser.client().switch_to_window(manager).await.expect("the manager's window comes back");
    browser.says("Read").await;
    rests(browser).await;
    browser.shot("manager").await;
}

async fn text_at(browser: &Browser, selector: &str) -> String {
    browser.find(selector).await.text().await.expect("words").trim().to_owned()
}

/// The last message in the panel: where it is, with each step of its route.
async fn finds_the_message(browser: &Browser, demo: &Demo) {
    browser.goto(&demo.address("Panel")).await;
    browser.find("main h1").await;
    browser.goto(&format!("{}/panel/messages", demo.address("Parom"))).await;
    browser.run("document.querySelector('main a[href^=\"/panel/messages/\"]').click()", vec![]).await;
    browser.shows("main h1", &["Where is my message?"]).await;
    browser.says("Status shown in amoCRM").await;
    rests(browser).await;
    browser.shot_whole("message", 1280).await;
}

/// An account in which nothing is installed: the integration, a web chat, and its test.
async fn sets_up(browser: &Browser, demo: &Demo) {
    browser.goto(&demo.address("A new account")).await;
    let card = text_at(browser, ".card h2").await;
    browser.press(".card a.primary").await;
    browser.find("#widget-name").await;
    assert_eq!(text_at(browser, "#widget-name").await, card, "D24: a card and the page behind it have one name");
    browser.press("[data-action=install]").await;
    presses(browser, "add").await;
    presses(browser, "kind-webchat").await;
    types(browser, "field-name", "Shop site").await;
    presses(browser, "create").await;
    presses(browser, "test").await;
    browser.find(".parom-steps li:nth-child(5)").await;
    browser.resize(900, 730).await;
    browser.run("document.querySelector('.parom-widget').scrollIntoView()", vec![]).await;
    rests(browser).await;
    browser.shot("widget").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_readme_is_followed_to_its_end() {
    let Some(browser) = Browser::open("en").await else { return };
    let data = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(Path::new(BINARY), "en_GB", data.path()).await;
    talk(&browser, &demo).await;
    finds_the_message(&browser, &demo).await;
    sets_up(&browser, &demo).await;
    let failed = browser.run("return document.querySelectorAll('.parom-steps .parom-bad').length", vec![]).await;
    assert_eq!(failed, json!(0), "{}", browser.text().await);
    browser.close().await;
    demo.is_killed().await;
}
