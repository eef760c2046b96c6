//! The chat in the languages that only some texts have: the visitor's browser chooses.

use base::i18n::{Language, Words};
use parom_tests::{Browser, Place};
use serde_json::json;

use super::{Shop, everywhere, root, shows, types, until};
use crate::browser::{looks_right, say};

/// What the chat says in a language, from its opening to an answer that waits unread.
async fn talk(language: Language, browsers: &str) {
    let Some(browser) = Browser::open(browsers).await else { return };
    let words = Words::new(language);
    let shop = Shop::open(|site| {
        let mut settings = everywhere(site);
        settings["ask"] = json!(["name", "phone"]);
        settings["title"] = json!(null);
        settings
    })
    .await;
    shop.visit(&browser).await;
    let code = language.code();
    assert_eq!(browser.run("return document.querySelector('parom-chat').lang", vec![]).await, json!(code));
    let texts = root(
        &browser,
        "const text = (of) => root.querySelector(of).textContent;\
         return [root.getElementById('text').placeholder, text('#title'), text('#greeting')]",
    );
    let wanted = ["chat-placeholder", "chat-title", "chat-greeting"].map(|key| say(words, key));
    assert_eq!(texts.await, json!(wanted));
    let labels =
        root(&browser, "return [...root.querySelectorAll('#intro label')].map((one) => one.textContent)").await;
    assert_eq!(labels, json!([say(words, "chat-ask-name"), say(words, "chat-ask-phone")]));
    looks_right(&browser, &format!("site-chat-{code}-asks")).await;

    root(&browser, "root.querySelector('#intro input[name=name]').value = 'Ana'").await;
    root(&browser, "root.querySelector('#intro input[name=phone]').value = '+55 11 91234-5678'").await;
    types(&browser, "¿Hola? Olá?").await;
    shows(&browser, &["¿Hola? Olá?"]).await;
    let world = &shop.world;
    let there = async || world.sandbox.messages(parom_tests::settings::HOST).first().cloned();
    let first = world.until("amoCRM has it", there).await;
    world
        .sandbox
        .manager_says(parom_tests::settings::HOST, &first.chat_id, "Gracias, obrigado")
        .await
        .expect("the hook");
    shows(&browser, &["¿Hola? Olá?", "Gracias, obrigado"]).await;
    browser.shot(&format!("site-chat-{code}-open")).await;

    browser.presses_key("Escape").await;
    until(&browser, "the chat is closed", "root.querySelector('.panel').hidden").await;
    for (count, said) in [(1, "one"), (2, "other")] {
        world.sandbox.manager_says(parom_tests::settings::HOST, &first.chat_id, said).await.expect("the hook");
        until(&browser, "the badge counts", &format!("root.querySelector('.badge').textContent === '{count}'")).await;
        let named = root(&browser, "return root.querySelector('.bubble').getAttribute('aria-label')").await;
        let fresh = words.text("chat-new-messages").with("count", count).to_string();
        assert_eq!(named, json!(format!("{}. {fresh}", words.text("chat-open"))));
    }
    browser.close().await;
    shop.world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_of_spanish_reads_the_chat_in_spanish() {
    talk(Language::Es, "es-MX").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_of_portuguese_reads_the_chat_in_portuguese() {
    talk(Language::Pt, "pt-BR").await;
}
