//! `parom demo` in a browser: started again on its data, its admin after the link has ended, and its languages.

use std::path::Path;

use parom_tests::{Browser, Demo};

use super::text_at;
use crate::demo::{BINARY, vendor_link};

/// D13: the demo did not start again after the second account was installed. D14: nothing led back into the admin once
/// the link was used. D24: in the English demo customers had Russian names, and a card in amoCRM another name than the
/// page behind it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d13_d14_d24_the_demo_comes_back_in_the_readers_language() {
    let Some(browser) = Browser::open("en").await else { return };
    let data = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(Path::new(BINARY), "en_GB", data.path()).await;
    browser.goto(&demo.address("A new account")).await;
    let card = text_at(&browser, ".card h2").await;
    browser.press(".card a.primary").await;
    browser.find("#host").await;
    assert_eq!(text_at(&browser, "#widget-name").await.trim(), card.trim(), "D24");
    browser.press("[data-action=install]").await;
    browser.find("#host[data-installed=yes] [data-key=add]").await;

    browser.goto(&demo.address("Customer's page")).await;
    browser.fill("#text", "Is it there?").await;
    browser.press("#form button:not([type=button])").await;
    // The page shows it before the server has it.
    browser.find("#messages .mine .state.sent").await;
    browser.goto(&demo.address("Manager's window")).await;
    browser.says("Is it there?").await;
    let chats = text_at(&browser, "#chat-rows").await;
    assert!(chats.contains("Site visitor"), "D24: {chats}");
    let is_cyrillic = |sign: char| ('\u{400}'..'\u{500}').contains(&sign);
    assert!(!chats.contains(is_cyrillic), "D24: {chats}");
    demo.is_killed().await;

    let demo = Demo::start(Path::new(BINARY), "en_GB", data.path()).await;
    browser.goto(&demo.address("Panel")).await;
    browser.find("main h1").await;
    browser.goto(&format!("{}/panel/sources", demo.address("Parom"))).await;
    browser.says("Telegram").await;
    // The link that was printed works once; another is made by the command beside it.
    let printed = demo.address("Vendor's admin");
    browser.goto(&printed).await;
    browser.press("main form button").await;
    browser.find("code.mono.all").await;
    browser.client().delete_all_cookies().await.expect("the operator is out");
    browser.goto(&printed).await;
    browser.find("main h1").await;
    let has_form = "return document.querySelector('main form[action=\"/admin/link\"]') !== null";
    assert_eq!(browser.run(has_form, vec![]).await, false, "D14: the link is used up");
    let link = vendor_link(data.path()).await;
    let link = String::from_utf8(link.stdout).expect("text");
    browser.goto(link.trim()).await;
    browser.press("main form button").await;
    browser.find("code.mono.all").await;
    browser.close().await;
    demo.is_killed().await;
}
