//! The look of the chat during a conversation: header, groups, ticks, unread messages, reactions, the button.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place};
use serde_json::json;

use crate::webchat::logo;

use super::{Shop, arrived, everywhere, opens, root, say, shows, types, until};

async fn talk_in(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let words = Words::new(language);
    let shop = Shop::open(|site| {
        let mut settings = everywhere(site);
        settings["reply_time"] = json!("minutes");
        settings["side"] = json!("left");
        settings["color"] = json!("#0B5CAD");
        settings
    })
    .await;
    shop.visit(&browser).await;
    let head = "const said = (one) => root.querySelector(one).textContent.replaceAll('\\u00a0', ' '); return [said('.avatar'), said('h2'), said('#status')]";
    assert_eq!(root(&browser, head).await, json!(["S", "Shop talk", say(words, "chat-status-minutes")]));
    let left = "const box = root.querySelector('.bubble').getBoundingClientRect(); return box.left < 100";
    assert_eq!(root(&browser, left).await, json!(true));
    let cross =
        "return [...root.querySelectorAll('.bubble .drawing')].map((one) => getComputedStyle(one).display !== 'none')";
    assert_eq!(root(&browser, cross).await, json!([false, true]), "the button closes what it has opened");

    types(&browser, "One").await;
    types(&browser, "Two").await;
    arrived(&shop.world, &["One", "Two"]).await;
    until(&browser, "both are sent", "root.querySelectorAll('.state.sent').length === 2").await;
    let tick = "return getComputedStyle(root.querySelector('.state.sent'), '::after').content";
    assert_eq!(root(&browser, tick).await, json!("\"✓\""));
    assert_eq!(root(&browser, "return root.querySelectorAll('.follow').length").await, json!(1), "one group");
    let at_end = "const log = root.getElementById('log'), last = [...root.querySelectorAll('.message')].at(-1); \
        return log.getBoundingClientRect().bottom - last.getBoundingClientRect().bottom < 60";
    assert_eq!(root(&browser, at_end).await, json!(true), "a short talk is at the bottom");

    let chat_id = shop.world.sandbox.messages(HOST)[0].chat_id.clone();
    shop.world.sandbox.manager_says(HOST, &chat_id, "Good morning").await.expect("the hook");
    shows(&browser, &["One", "Two", "Good morning"]).await;
    until(&browser, "who answers has read", "root.querySelectorAll('.state.read').length === 2").await;
    assert_eq!(root(&browser, "return root.querySelectorAll('.new').length").await, json!(0), "it was seen");

    // Reactions are placed over the text and move nothing.
    let top = "return root.querySelector('.theirs .text').getBoundingClientRect().top";
    let before = root(&browser, top).await;
    root(&browser, "root.querySelector('.react').click()").await;
    until(&browser, "six are offered", "root.querySelector('.emoji')?.hidden === false").await;
    assert_eq!(root(&browser, top).await, before);
    browser.is_accessible("the chat with its reactions").await;
    browser.shot(&format!("site-chat-{}-reactions", language.code())).await;
    root(&browser, "root.getElementById('title').click()").await;
    until(&browser, "a press elsewhere closes them", "root.querySelector('.emoji').hidden").await;

    // What comes while the chat is closed begins with a line.
    browser.run("Parom.close()", vec![]).await;
    shop.world.sandbox.manager_says(HOST, &chat_id, "Are you there?").await.expect("the hook");
    until(&browser, "the button counts", "root.querySelector('.badge')?.textContent === '1'").await;
    browser.run("Parom.open()", vec![]).await;
    let divided = format!("root.querySelector('.new')?.textContent === {}", json!(say(words, "chat-new")));
    until(&browser, "the new begins with a line", &divided).await;
    browser.shot(&format!("site-chat-{}-new", language.code())).await;
    browser.resize(360, 740).await;
    has_room_to_write(&browser).await;
    browser.shot(&format!("site-chat-{}-new-360", language.code())).await;
    browser.dark(true).await;
    browser.is_accessible("the chat in the dark").await;
    browser.shot(&format!("site-chat-{}-new-dark-360", language.code())).await;
    browser.dark(false).await;
    browser.resize(1280, 900).await;
    types(&browser, "Yes").await;
    until(&browser, "who answers has seen it", "!root.querySelector('.new')").await;
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));
    browser.close().await;
    shop.world.close().await;
}

/// On a phone the text field is as wide as the chat, and the buttons below it are large enough and leave the screen on no side.
async fn has_room_to_write(browser: &Browser) {
    let sizes = "const box = (one) => root.querySelector(one).getBoundingClientRect(); \
        const tools = [...root.querySelectorAll('.tool, [type=submit]')].map((one) => one.getBoundingClientRect()); \
        const text = box('#text'), end = innerWidth; \
        return [text.width > 300, tools.length > 2, tools.every((one) => one.top >= text.bottom && one.width >= 40 \
            && one.height >= 40 && one.left >= 0 && one.right <= end), end - box('[type=submit]').right < 20]";
    assert_eq!(root(browser, sizes).await, json!([true, true, true, true]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_talk_looks_like_a_talk() {
    talk_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_talk_looks_like_a_talk_in_russian() {
    talk_in(Language::Ru).await;
}

/// The logo, and the first letter of the title where a site's policy lets no picture load.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logo_is_in_the_header() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(everywhere).await;
    let panel = shop.world.panel(shop.world.active(HOST).await).await;
    panel.opens(&format!("/panel/sources/{}/access", shop.source)).await.is(200);
    logo::uploads(&shop.world, &panel, &shop.source, logo::PICTURE).await.says(&["Saved"]);
    shop.visit(&browser).await;
    until(&browser, "the logo is there", "root.querySelector('.avatar img')?.naturalWidth === 108").await;
    let letter = "return root.querySelector('.avatar').textContent";
    assert_eq!(root(&browser, letter).await, json!(""));
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));
    browser.is_accessible("the chat with a logo").await;
    browser.shot("site-chat-en-logo").await;

    let base = shop.world.api.base();
    let line = format!("<script src=\"{base}/chat/{}/embed.js\" async></script>", shop.source);
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Shop</title><main><h1>Shop</h1></main>{line}</html>"
    );
    let policy = format!("default-src 'none'; script-src {base}; connect-src {base}; style-src {base}");
    shop.site.writes("/strict", &html, &policy);
    browser.goto(&shop.site.stranger("/strict")).await;
    opens(&browser).await;
    until(&browser, "the letter is there instead", "root.querySelector('.avatar')?.textContent === 'S'").await;
    browser.close().await;
    shop.world.close().await;
}

/// D28: where a text font has a smiley too, the coloured one is drawn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d28_smileys_are_drawn_in_colour() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(everywhere).await;
    shop.visit(&browser).await;
    types(&browser, "Hello").await;
    arrived(&shop.world, &["Hello"]).await;
    let chat_id = shop.world.sandbox.messages(HOST)[0].chat_id.clone();
    shop.world.sandbox.manager_says(HOST, &chat_id, "Good morning").await.expect("the hook");
    shows(&browser, &["Hello", "Good morning"]).await;
    root(&browser, "root.querySelector('.react').click()").await;
    until(&browser, "reactions are offered", "root.querySelector('.emoji button')").await;
    let fonts = "return ['.emoji button', '.smileys button'].map((one) => getComputedStyle(root.querySelector(one)).fontFamily\
        .split(',').slice(0, 3).map((name) => name.trim().replaceAll('\"', '')).join())";
    let coloured = "Apple Color Emoji,Segoe UI Emoji,Noto Color Emoji";
    assert_eq!(root(&browser, fonts).await, json!([coloured, coloured]));
    root(&browser, "root.querySelector('.emoji button').click()").await;
    until(&browser, "the reaction is shown", "root.querySelector('.reactions')?.textContent").await;
    let shown = fonts.replace("['.emoji button', '.smileys button']", "['.reactions']");
    assert_eq!(root(&browser, &shown).await, json!([coloured]));
    browser.close().await;
    shop.world.close().await;
}
