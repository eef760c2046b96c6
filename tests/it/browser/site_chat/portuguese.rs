//! The chat in a language that only some texts have: the visitor's browser chooses.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place};
use serde_json::json;

use super::{Shop, everywhere, root, shows, types, until};
use crate::browser::{looks_right, say};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_of_portuguese_reads_the_chat_in_portuguese() {
    let Some(browser) = Browser::open("pt-BR").await else { return };
    let words = Words::new(Language::Pt);
    let shop = Shop::open(|site| {
        let mut settings = everywhere(site);
        settings["ask"] = json!(["name", "phone"]);
        settings["title"] = json!(null);
        settings
    })
    .await;
    shop.visit(&browser).await;
    assert_eq!(browser.run("return document.querySelector('parom-chat').lang", vec![]).await, json!("pt"));
    let texts = "const text = (of) => root.querySelector(of).textContent; return [root.getElementById('text').placeholder,\
        text('#title'), text('#greeting'), ...[...root.querySelectorAll('#intro label')].map((one) => one.textContent)]";
    let keys = ["chat-placeholder", "chat-title", "chat-greeting", "chat-ask-name", "chat-ask-phone"];
    assert_eq!(root(&browser, texts).await, json!(keys.map(|key| say(words, key))));
    looks_right(&browser, "pt/site-chat-asks").await;
    root(&browser, "root.querySelector('#intro input[name=name]').value = 'Ana'").await;
    root(&browser, "root.querySelector('#intro input[name=phone]').value = '+55 11 91234-5678'").await;
    types(&browser, "Olá?").await;
    shows(&browser, &["Olá?"]).await;
    let world = &shop.world;
    let first = world.until("amoCRM has it", async || world.sandbox.messages(HOST).first().cloned()).await;
    browser.presses_key("Escape").await;
    until(&browser, "the chat is closed", "root.querySelector('.panel').hidden").await;
    for (count, said) in [(1, "one"), (2, "other")] {
        world.sandbox.manager_says(HOST, &first.chat_id, said).await.expect("the hook");
        until(&browser, "the badge counts", &format!("root.querySelector('.badge').textContent === '{count}'")).await;
        let named = root(&browser, "return root.querySelector('.bubble').getAttribute('aria-label')").await;
        let fresh = words.text("chat-new-messages").with("count", count).to_string();
        assert_eq!(named, json!(format!("{}. {fresh}", words.text("chat-open"))));
    }
    browser.close().await;
    shop.world.close().await;
}
