//! A visitor on a phone, from the first message through a bad day.

use std::time::Duration;

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place};
use serde_json::json;

use super::files::last_are;
use super::{Shop, arrived, everywhere, opens, root, say, shows, until};

/// Enters an answer like a person who types it.
async fn answers(browser: &Browser, name: &str, value: &str) {
    let script = format!(
        "const field = root.querySelector('[name={name}]'); field.value = {}; \
         field.dispatchEvent(new Event('input', {{ bubbles: true }}))",
        json!(value)
    );
    root(browser, &script).await;
}

async fn submits(browser: &Browser) {
    root(browser, "root.getElementById('form').requestSubmit()").await;
}

/// On a phone Enter breaks the line; the button sends.
async fn writes(browser: &Browser, text: &str) {
    root(browser, "root.getElementById('text').focus()").await;
    browser.types(text).await;
    submits(browser).await;
}

/// D1: a wrong phone number is asked for again, with the reason, and nothing is lost: not even by a reload.
async fn a_wrong_number_is_asked_for_again(browser: &Browser, shop: &Shop, words: Words) {
    let consent = "return root.querySelector('.check a').getAttribute('href')";
    assert_eq!(root(browser, consent).await, json!("https://shop.example/privacy"));
    answers(browser, "phone", "12345").await;
    root(browser, "root.querySelector('[name=consent]').checked = true").await;
    writes(browser, "Hello").await;
    let wrong = json!(say(words, "chat-wrong-phone"));
    let asked =
        format!("!root.getElementById('intro').hidden && root.getElementById('notice').textContent === {wrong}");
    until(browser, "the number is asked for again, with the reason", &asked).await;
    assert_eq!(root(browser, "return root.activeElement.name").await, json!("phone"));
    browser.is_accessible("the chat that asks again").await;
    // What is written meanwhile comes after it.
    answers(browser, "phone", "нет").await;
    writes(browser, "Are you there?").await;
    until(browser, "it is asked for once more", &asked).await;
    browser.goto(&shop.site.stranger("/")).await;
    opens(browser).await;
    until(browser, "after a reload too", &asked).await;
    let kept = "return [root.querySelector('[name=phone]').value, root.querySelector('[name=consent]').checked]";
    assert_eq!(root(browser, kept).await, json!(["нет", true]));
    answers(browser, "phone", "+7 915 111-22-33").await;
    submits(browser).await;
    arrived(&shop.world, &["Hello", "Are you there?"]).await;
    let over = "root.getElementById('intro').hidden && root.getElementById('notice').hidden";
    until(browser, "nothing is asked any more", over).await;
    let sender = shop.world.sandbox.messages(HOST).remove(0).payload["sender"].clone();
    assert_eq!(sender["profile"]["phone"], "+7 915 111-22-33");
}

/// A photo is taken with the camera, and a text of two lines is written.
async fn a_photo_is_taken(browser: &Browser, shop: &Shop, words: Words) {
    let camera =
        "const one = root.querySelector('[capture=environment]'); return [one.accept, one.previousSibling.title]";
    assert_eq!(root(browser, camera).await, json!(["image/*", say(words, "chat-camera")]));
    super::types(browser, "Like").await;
    browser.types("this").await;
    assert_eq!(root(browser, "return root.getElementById('text').value").await, "Like\nthis");
    let taken = "const camera = root.querySelector('[capture]'); const data = new DataTransfer();\
        const picture = Uint8Array.from(atob(\
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),\
          (one) => one.charCodeAt(0));\
        data.items.add(new File([picture], 'image.png', { type: 'image/png' })); camera.files = data.files;\
        camera.dispatchEvent(new Event('change')); root.getElementById('form').requestSubmit()";
    root(browser, taken).await;
    last_are(&shop.world, &[("picture", "Like\nthis")]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_on_a_phone_gets_through_a_bad_day() {
    let Some(browser) = Browser::open("en").await else { return };
    let words = Words::new(Language::En);
    let shop = Shop::open(|site| {
        let mut settings = everywhere(site);
        settings["ask"] = json!(["phone"]);
        settings["consent_text"] = json!("I agree: https://shop.example/privacy.");
        settings
    })
    .await;
    shop.visit(&browser).await;
    assert_eq!(root(&browser, "return root.querySelectorAll('[capture]').length").await, json!(0), "a desk has none");
    browser.becomes_a_phone().await;
    shop.visit(&browser).await;
    let full = "const box = root.querySelector('.panel').getBoundingClientRect(); return box.width === innerWidth";
    assert_eq!(root(&browser, full).await, json!(true), "the chat fills the screen");
    browser.is_accessible("the chat on a phone").await;
    a_wrong_number_is_asked_for_again(&browser, &shop, words).await;
    a_photo_is_taken(&browser, &shop, words).await;

    // The network goes and comes back.
    let said = ["Hello", "Are you there?", "Like\nthis", "Is it in stock?"];
    browser.offline(true).await;
    let offline = json!(say(words, "chat-offline"));
    let told = format!("root.getElementById('notice').textContent.startsWith({offline})");
    until(&browser, "it is said that there is no internet", &told).await;
    writes(&browser, "Is it in stock?").await;
    shows(&browser, &said).await;
    browser.offline(false).await;
    arrived(&shop.world, &said).await;

    // Gone for an hour, in which the manager answers.
    until(&browser, "all are sent", "root.querySelectorAll('.mine .state.sent').length === 4").await;
    browser.goto("about:blank").await;
    shop.world.advance(Duration::from_secs(3_600));
    let chat = shop.world.sandbox.messages(HOST).remove(0).chat_id;
    shop.world.sandbox.manager_says(HOST, &chat, "Yes, three of them").await.expect("the hook");
    let stored = async || (shop.world.messages().await.len() == 5).then_some(());
    shop.world.until("the answer is stored", stored).await;
    browser.goto(&shop.site.stranger("/")).await;
    until(&browser, "the launcher counts it", "root?.querySelector('.badge')?.textContent === '1'").await;
    opens(&browser).await;
    let all = [&said[..], &["Yes, three of them"]].concat();
    shows(&browser, &all).await;
    until(&browser, "it is marked as new", "root.querySelector('.day.new')").await;
    until(&browser, "nothing is asked any more", "root.getElementById('intro').hidden").await;
    writes(&browser, "I take one").await;
    last_are(&shop.world, &[("text", "I take one")]).await;
    browser.close().await;
    shop.world.close().await;
}
