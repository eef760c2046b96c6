//! What a shop sets up around the talk: its team, frequent questions, where the button is, and pages without it.

use parom_tests::settings::HOST;
use parom_tests::{Browser, Place};
use serde_json::json;

use super::{Shop, arrived, everywhere, looks_right, root, shows, until};

async fn a_shop_with_quick_answers() -> Shop {
    let shop = Shop::open(|site| {
        let mut settings = everywhere(site);
        settings["team"] = json!(["Anna", "Pavel"]);
        settings["quick_answers"] = json!([
            "How much is delivery? | Free in the city. Call +7 916 123-45-67 or write to anna@shop.example.",
            "Can I pay in parts?"
        ]);
        settings["offset"] = json!({"bottom": 90, "side": "40"});
        settings["hide_on"] = json!(["/Checkout"]);
        settings
    })
    .await;
    shop.writes("/checkout", "");
    shop
}

/// The button keeps its distance, and pages of the list do not have it, whichever way the visitor came to them.
async fn the_button_is_where_it_does_not_disturb(browser: &Browser) {
    let place = "const box = root.querySelector('.bubble').getBoundingClientRect(); \
        return [innerHeight - box.bottom, document.documentElement.clientWidth - box.right]";
    assert_eq!(root(browser, place).await, json!([90, 40]));
    browser.run("history.pushState(null, '', '/checkout?step=1')", vec![]).await;
    until(browser, "the page is without it", "!root.querySelector('.bubble').checkVisibility()").await;
    browser.run("history.pushState(null, '', '/')", vec![]).await;
    until(browser, "it is back", "root.querySelector('.bubble').checkVisibility()").await;
}

/// An answer that comes while the chat is closed is read beside the button, until it is dismissed or opened.
async fn an_answer_is_previewed(browser: &Browser, shop: &Shop) {
    let world = &shop.world;
    let chat = world.sandbox.messages(HOST).remove(0).chat_id;
    browser.presses_key("Escape").await;
    world.sandbox.manager_says(HOST, &chat, "Yes, in four").await.expect("the hook");
    let said = |text: &str| format!("root.querySelector('.say span')?.textContent === {}", json!(text));
    until(browser, "it is beside the button", &said("Yes, in four")).await;
    assert_eq!(root(browser, "return root.activeElement.className").await, json!("bubble"), "it takes no focus");
    browser.is_accessible("the site with an answer beside the button").await;
    browser.shot("site-chat-preview").await;
    root(browser, "root.querySelector('.peek .close').click()").await;
    let gone = "!root.querySelector('.say') && root.querySelector('.badge').textContent === '1'";
    until(browser, "it is dismissed, and still counted", gone).await;
    world.sandbox.manager_says(HOST, &chat, "Without interest").await.expect("the hook");
    until(browser, "the next one is shown", &said("Without interest")).await;
    root(browser, "root.querySelector('.say').click()").await;
    let opened = "!root.querySelector('.say') && !root.querySelector('.panel').hidden";
    until(browser, "it opens the chat", opened).await;
    shows(browser, &["Can I pay in parts?", "Yes, in four", "Without interest"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_answers_before_anyone_writes() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = a_shop_with_quick_answers().await;
    shop.visit(&browser).await;
    let team = "return [...root.querySelectorAll('header .avatar')].map((one) => one.textContent)";
    assert_eq!(root(&browser, team).await, json!(["S", "A", "P"]));
    root(&browser, "root.querySelector('details.quick summary').click()").await;
    let links = "return [...root.querySelectorAll('details.quick[open] p a')].map((one) => [one.getAttribute('href'), one.target])";
    let wanted = json!([["tel:+79161234567", ""], ["mailto:anna@shop.example", ""]]);
    assert_eq!(root(&browser, links).await, wanted);
    looks_right(&browser, "site-chat-quick").await;
    the_button_is_where_it_does_not_disturb(&browser).await;
    root(&browser, "root.querySelector('button.quick').click()").await;
    arrived(&shop.world, &["Can I pay in parts?"]).await;
    an_answer_is_previewed(&browser, &shop).await;

    // Its own page has the same, and the buttons stay away from a talk that goes on.
    browser.goto(&format!("{}/chat/{}", shop.world.api.base(), shop.source)).await;
    browser.find("button.quick:not([hidden])").await;
    browser.is_accessible("the chat's page with quick answers").await;
    browser.goto(&shop.site.stranger("/checkout")).await;
    let there = async || browser.run("return Boolean(window.Parom)", vec![]).await == json!(true);
    browser.until("the script is ready", there).await;
    assert_eq!(root(&browser, "return root.querySelectorAll('.quick').length").await, json!(0));
    assert_eq!(root(&browser, "return root.querySelector('.bubble').checkVisibility()").await, json!(false));
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));
    browser.close().await;
    shop.world.close().await;
}
