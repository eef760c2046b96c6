//! The panel by keys: Ctrl K, "/", j and k; on any keyboard layout, and not while a person types.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::{Value, json};

use super::enters;

/// Presses a key at its place on the keyboard; `key` is what the layout makes of it.
async fn presses(browser: &Browser, code: &str, key: &str, ctrl: bool) {
    let script = "const at = document.activeElement ?? document.body;\
        at.dispatchEvent(new KeyboardEvent('keydown', {code: arguments[0], key: arguments[1], ctrlKey: arguments[2], bubbles: true, cancelable: true}))";
    browser.run(script, vec![json!(code), json!(key), json!(ctrl)]).await;
}

/// The row of the list in which the focus is; null if it is in none.
async fn row(browser: &Browser) -> Value {
    let script = "const row = document.activeElement.closest('table.list tbody tr');\
        return row && [...row.parentElement.children].indexOf(row)";
    browser.run(script, vec![]).await
}

async fn is_open(browser: &Browser) -> bool {
    browser.run("return document.getElementById('palette').open", vec![]).await == json!(true)
}

async fn by_keys_in(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    for name in ["anna", "boris", "carl"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    assert_eq!(line.host, HOST);
    enters(&browser, &world, line.tenant_id).await;
    let messages = format!("{}/panel/messages", world.api.base());
    browser.goto(&messages).await;
    browser.find("[data-palette]:not([hidden])").await;
    // Rows of the list; the letters are those of a Cyrillic keyboard.
    let mut seen = Vec::new();
    for (code, key) in [("KeyJ", "о"), ("KeyJ", "j"), ("KeyJ", "j"), ("KeyJ", "j"), ("KeyK", "л")] {
        presses(&browser, code, key, false).await;
        seen.push(row(&browser).await);
    }
    assert_eq!(seen, [json!(0), json!(1), json!(2), json!(2), json!(1)]);
    presses(&browser, "Slash", "/", false).await;
    assert_eq!(browser.run("return document.activeElement.id", vec![]).await, json!("q"));
    // In a field they are letters.
    presses(&browser, "KeyJ", "j", false).await;
    assert_eq!(browser.run("return document.activeElement.id", vec![]).await, json!("q"));
    // Ctrl K works from everywhere: a page by its name.
    presses(&browser, "KeyK", "л", true).await;
    assert!(is_open(&browser).await);
    browser.is_accessible(&format!("the palette, {}", language.code())).await;
    let wanted = if language == Language::Ru { "отч" } else { "repo" };
    browser.types(wanted).await;
    let shown = "return document.querySelectorAll('#palette li:not([hidden],[data-suggested])').length";
    assert_eq!(browser.run(shown, vec![]).await, json!(1));
    browser.shot(&format!("{}/palette", language.code())).await;
    browser.presses_key("Enter").await;
    browser.until("the page is open", async || browser.url().await.ends_with("/panel/reports")).await;
    // Anything else is searched for.
    browser.find("[data-palette]:not([hidden])").await;
    presses(&browser, "Slash", ".", false).await;
    assert!(is_open(&browser).await, "a page without a search opens the palette");
    browser.types("boris").await;
    let offer = "const one = document.querySelector('#palette [data-search]'); return !one.hidden && one.textContent.includes('boris')";
    assert_eq!(browser.run(offer, vec![]).await, json!(true), "no page fits, and the palette says what Enter does");
    browser.presses_key("Enter").await;
    browser.until("it is searched", async || browser.url().await.contains("/panel/messages?q=boris")).await;
    browser.until("the message is found", async || browser.text().await.contains("boris")).await;
    // A source by its name, by the arrows; a message and a chat by their pasted ids.
    let suggested = async |typed: &str, kind: &str| {
        presses(&browser, "KeyK", "k", true).await;
        browser.types(typed).await;
        let offer = browser.find("#palette [data-suggested] a").await;
        let text = offer.text().await.expect("words");
        assert!(text.contains(kind), "{typed}: {text}");
    };
    let say = |key: &'static str| Words::new(language).text(key).to_string();
    suggested("SUPP", &say("connector-custom")).await;
    browser.is_accessible(&format!("suggestions, {}", language.code())).await;
    browser.presses_key("ArrowDown").await;
    browser.presses_key("Enter").await;
    let source = format!("/panel/sources/{}", line.source_id);
    browser.until("the source is open", async || browser.url().await.ends_with(&source)).await;
    let message = world.messages().await.pop().expect("a message");
    browser.find("[data-palette]:not([hidden])").await;
    suggested(&message.id.to_string(), &say("palette-message")).await;
    browser.presses_key("Enter").await;
    let opened = format!("/panel/messages/{}", message.id);
    browser.until("the message is open", async || browser.url().await.ends_with(&opened)).await;
    browser.find("[data-palette]:not([hidden])").await;
    suggested(&message.conversation_id.to_string(), &say("palette-chat")).await;
    browser.presses_key("Enter").await;
    let opened = format!("/panel/conversations/{}", message.conversation_id);
    browser.until("the chat is open", async || browser.url().await.ends_with(&opened)).await;
    browser.find("[data-palette]:not([hidden])").await;
    // Single keys can be switched off; the choice is remembered.
    presses(&browser, "KeyK", "k", true).await;
    browser.press("#palette [data-keys]").await;
    browser.presses_key("Escape").await;
    browser.goto(&messages).await;
    browser.find("[data-palette]:not([hidden])").await;
    presses(&browser, "KeyJ", "j", false).await;
    assert_eq!(row(&browser).await, Value::Null);
    presses(&browser, "KeyK", "k", true).await;
    assert!(is_open(&browser).await);
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_keys_in_english() {
    by_keys_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_keys_in_russian() {
    by_keys_in(Language::Ru).await;
}
