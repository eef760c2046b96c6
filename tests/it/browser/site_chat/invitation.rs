//! Inviting visitors: by a text beside the button, or by opening the chat, after a time and on some pages.

use parom_tests::{Browser, Place};
use serde_json::{Value, json};

use super::{POLICE, Shop, arrived, everywhere, root, types, until};

async fn shop_that_invites(invitation: Value) -> Shop {
    let shop = Shop::open(|site| {
        let mut settings = everywhere(site);
        settings["invitation"] = invitation;
        settings["greeting"] = json!("Can we help you?");
        settings
    })
    .await;
    shop.writes("/prices", "");
    shop
}

/// Opens a page and waits for the chat's button.
async fn visits(browser: &Browser, shop: &Shop, path: &str) {
    browser.goto(&shop.site.stranger(path)).await;
    let is_there = async || browser.run("return Boolean(window.Parom)", vec![]).await == json!(true);
    browser.until("the chat's button is there", is_there).await;
}

/// A new visit shows no invitation.
async fn is_not_invited_again(browser: &Browser, shop: &Shop) {
    visits(browser, shop, "/prices").await;
    let nothing = "return [root.querySelector('.invite'), root.querySelector('.panel').hidden]";
    assert_eq!(root(browser, nothing).await, json!([null, true]));
}

async fn on_its_pages_until_it_is_closed(browser: &Browser) {
    let invitation =
        json!({"show": "text", "after_seconds": 1, "pages": ["/PRICES"], "text": "Questions about prices?"});
    let shop = shop_that_invites(invitation).await;
    browser.on_every_page(POLICE).await;
    visits(browser, &shop, "/").await;
    let place = "const place = root.querySelector('.invite'); \
        return [place.getAttribute('role'), place.childElementCount, root.querySelector('.panel').hidden]";
    assert_eq!(root(browser, place).await, json!(["status", 0, true]), "announced, and nothing to say yet");
    // The site changes its address without loading a page.
    let heading =
        "const box = document.querySelector('h1').getBoundingClientRect(); return [box.left, box.top, box.width]";
    let before = browser.run(heading, vec![]).await;
    browser.run("history.pushState(null, '', '/prices')", vec![]).await;
    let greets = "root.querySelector('.invite .say')?.textContent === 'Questions about prices?'";
    until(browser, "the greeting is there", greets).await;
    assert_eq!(browser.run(heading, vec![]).await, before, "the page does not move");
    let quiet =
        "return [root.querySelector('.panel').hidden, document.activeElement === document.body, document.cookie]";
    assert_eq!(root(browser, quiet).await, json!([true, true, ""]));
    let moves = "return getComputedStyle(root.querySelector('.say')).animationName";
    for (preference, animation) in [("no-preference", "come"), ("reduce", "none")] {
        let prefers = json!({"features": [{"name": "prefers-reduced-motion", "value": preference}]});
        browser.devtools("Emulation.setEmulatedMedia", prefers).await;
        assert_eq!(root(browser, moves).await, json!(animation));
    }
    browser.is_accessible("the site with an invitation").await;
    browser.resize(360, 740).await;
    browser.dark(true).await;
    browser.is_accessible("the invitation in the dark").await;
    browser.dark(false).await;

    // It stays on the pages of this visit, at once, until the visitor closes it; the address is the site's only.
    visits(browser, &shop, "/prices").await;
    until(browser, "it is still there", "root.querySelector('.say')").await;
    browser.run("history.pushState(null, '', '/')", vec![]).await;
    until(browser, "other pages do not have it", "!root.querySelector('.say')").await;
    browser.run("history.pushState(null, '', '/prices')", vec![]).await;
    until(browser, "it is back", "root.querySelector('.say')").await;
    root(browser, "root.querySelector('.bubble').focus()").await;
    for stop in ["say", "close"] {
        browser.presses_key("Tab").await;
        assert_eq!(root(browser, "return root.activeElement.className").await, json!(stop));
    }
    browser.presses_key("Enter").await;
    let closed = "!root.querySelector('.say') && root.activeElement === root.querySelector('.bubble')";
    until(browser, "it is closed, and the button has the focus", closed).await;
    is_not_invited_again(browser, &shop).await;
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));
    // Its page keeps a stream open.
    browser.goto("about:blank").await;
    shop.world.close().await;
}

/// Who answers the greeting is in the chat and not invited again.
async fn until_it_is_answered(browser: &Browser) {
    let shop = shop_that_invites(json!({"show": "text"})).await;
    browser.resize(1280, 900).await;
    visits(browser, &shop, "/").await;
    until(browser, "it says the greeting", "root.querySelector('.say')?.textContent === 'Can we help you?'").await;
    root(browser, "root.querySelector('.say').click()").await;
    until(browser, "the chat is open and has the focus", "root.activeElement?.id === 'text'").await;
    let gap = "const box = (one) => root.querySelector(one).getBoundingClientRect(); return box('.bubble').top - box('.panel').bottom";
    assert_eq!(root(browser, gap).await, json!(12), "the empty invitation takes no room");
    assert_eq!(root(browser, "return root.querySelector('.say')").await, json!(null), "not over an open chat");
    types(browser, "Yes").await;
    arrived(&shop.world, &["Yes"]).await;
    // Who has written is not invited, whatever else is remembered.
    let forgets =
        "Parom.close(); localStorage.removeItem(Object.keys(localStorage).find((key) => key.endsWith(':invited')))";
    browser.run(forgets, vec![]).await;
    is_not_invited_again(browser, &shop).await;
    browser.goto("about:blank").await;
    shop.world.close().await;
}

/// The chat opens by itself once and takes no focus.
async fn by_opening(browser: &Browser) {
    let shop = shop_that_invites(json!({"show": "chat", "after_seconds": 0})).await;
    visits(browser, &shop, "/").await;
    until(browser, "the chat is open", "!root.querySelector('.panel').hidden && root.getElementById('text')").await;
    let focus = "return [document.activeElement === document.body, root.activeElement]";
    assert_eq!(root(browser, focus).await, json!([true, null]), "the visitor goes on where they are");
    browser.is_accessible("the chat that opened by itself").await;
    browser.run("Parom.close()", vec![]).await;
    is_not_invited_again(browser, &shop).await;
    // On a phone the chat would cover the page.
    browser.run("localStorage.clear(); sessionStorage.clear()", vec![]).await;
    browser.becomes_a_phone().await;
    visits(browser, &shop, "/").await;
    until(browser, "the greeting is there instead", "root.querySelector('.say')").await;
    assert_eq!(root(browser, "return root.querySelector('.panel').hidden").await, json!(true));
    browser.goto("about:blank").await;
    shop.world.close().await;
}

/// Each shop is a site of its own, so its chat knows nothing of the others' visitors.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_greeting_invites_until_it_is_answered_or_closed() {
    let Some(browser) = Browser::open("en").await else { return };
    on_its_pages_until_it_is_closed(&browser).await;
    until_it_is_answered(&browser).await;
    by_opening(&browser).await;
    browser.close().await;
}
