//! What is asked before the first message, links in texts, and where the list is when something comes.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place};
use serde_json::{Value, json};

use super::{Shop, arrived, everywhere, opens, root, say, shows, types, until};

/// Enters an answer like a person who types it.
pub(super) async fn answers(browser: &Browser, name: &str, value: &str) {
    let script = format!(
        "const field = root.querySelector('[name={name}]'); field.value = {}; \
         field.dispatchEvent(new Event('input', {{ bubbles: true }}))",
        json!(value)
    );
    root(browser, &script).await;
}

pub(super) async fn submits(browser: &Browser) {
    root(browser, "root.getElementById('form').requestSubmit()").await;
}

/// D1 of the review by people: a wrong phone number locked the visitor out for good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d1_a_wrong_phone_number_is_asked_for_again() {
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
    let consent = "return root.querySelector('.check a').getAttribute('href')";
    assert_eq!(root(&browser, consent).await, json!("https://shop.example/privacy"));
    answers(&browser, "phone", "12345").await;
    root(&browser, "root.querySelector('[name=consent]').checked = true").await;
    types(&browser, "Hello").await;
    let asked = format!(
        "!root.getElementById('intro').hidden && root.getElementById('notice').textContent === {}",
        json!(say(words, "chat-wrong-phone"))
    );
    until(&browser, "the phone number is asked for again, with the reason", &asked).await;
    assert_eq!(root(&browser, "return root.activeElement.name").await, json!("phone"));
    browser.is_accessible("the chat that asks again").await;
    browser.shot("site-chat-en-wrong-phone").await;
    // What is written meanwhile comes after it.
    answers(&browser, "phone", "нет").await;
    types(&browser, "Are you there?").await;
    until(&browser, "it is asked for once more", &asked).await;

    browser.goto(&shop.site.stranger("/")).await;
    opens(&browser).await;
    until(&browser, "after a reload too", &asked).await;
    assert_eq!(root(&browser, "return root.querySelector('[name=phone]').value").await, json!("нет"));
    assert_eq!(root(&browser, "return root.querySelector('[name=consent]').checked").await, json!(true));
    answers(&browser, "phone", "+7 915 111-22-33").await;
    submits(&browser).await;
    arrived(&shop.world, &["Hello", "Are you there?"]).await;
    until(
        &browser,
        "nothing is asked any more",
        "root.getElementById('intro').hidden && root.getElementById('notice').hidden",
    )
    .await;
    let sender = shop.world.sandbox.messages(HOST).remove(0).payload["sender"].clone();
    assert_eq!(sender["profile"]["phone"], "+7 915 111-22-33");
    browser.close().await;
    shop.world.close().await;
}

/// D3, D4 and D5: links, the end of the list, and what was read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d3_d4_d5_links_the_end_and_what_was_read() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(everywhere).await;
    let world = &shop.world;
    shop.visit(&browser).await;
    types(&browser, "Hello").await;
    arrived(world, &["Hello"]).await;
    let chat = world.sandbox.messages(HOST).remove(0).chat_id;
    let link = "See https://shop.example/a?b=c, please.";
    world.sandbox.manager_says(HOST, &chat, link).await.expect("the hook");
    shows(&browser, &["Hello", link]).await;
    let href = "return [...root.querySelectorAll('.theirs .text a')].map((one) => [one.getAttribute('href'), one.rel])";
    assert_eq!(root(&browser, href).await, json!([["https://shop.example/a?b=c", "noopener noreferrer"]]));

    // Many messages arrive while the chat is closed: it opens at the end, and the earlier ones count as read.
    root(&browser, "root.querySelector('.bubble').click()").await;
    let mut texts = vec!["Hello".to_owned(), link.to_owned()];
    for number in 0..12 {
        texts.push(format!("Line {number}\n\nand more\n\nand more"));
        world.sandbox.manager_says(HOST, &chat, texts.last().unwrap()).await.expect("the hook");
    }
    until(&browser, "all are counted", "root.querySelector('.badge').textContent === '12'").await;
    root(&browser, "root.querySelector('.bubble').click()").await;
    until(&browser, "none is unread", "root.querySelector('.badge').hidden && root.getElementById('fresh').hidden")
        .await;
    let read = async || {
        let all = world.sandbox.messages(HOST);
        let unread = all.iter().skip(1).filter(|one| !one.statuses.iter().any(|status| status.code == 2)).count();
        (unread == 0).then_some(())
    };
    world.until("amoCRM knows that all were read", read).await;

    // A picture that grows when it is loaded leaves the end in sight.
    let picture = "const data = new DataTransfer(); const canvas = document.createElement('canvas');\
        canvas.width = canvas.height = 400; canvas.getContext('2d').fillRect(0, 0, 400, 400);\
        const bytes = Uint8Array.from(atob(canvas.toDataURL().split(',')[1]), (one) => one.charCodeAt(0));\
        data.items.add(new File([bytes], 'shot.png', { type: 'image/png' }));\
        root.getElementById('text').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))";
    root(&browser, picture).await;
    until(&browser, "it is chosen", "root.querySelectorAll('.chosen li').length === 1").await;
    types(&browser, "With a caption").await;
    until(&browser, "it is drawn", "root.querySelector('.mine img')?.naturalWidth === 400").await;
    let at_end =
        "const log = root.getElementById('log'); return log.scrollHeight - log.scrollTop - log.clientHeight < 2";
    let stays = async || root(&browser, at_end).await == Value::Bool(true);
    browser.until("the end is in sight", stays).await;
    browser.close().await;
    shop.world.close().await;
}
