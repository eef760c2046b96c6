//! Files in the chat on another site: dragged, pasted, taken with a phone's camera, stored until there is a connection.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place};
use sandbox::Attachment;
use serde_json::json;

use super::{Shop, everywhere, opens, root, say, shows, types, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_dragged_pasted_and_wait_for_the_line() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(everywhere).await;
    shop.visit(&browser).await;
    let drop = "const data = new DataTransfer(); data.items.add(new File(['one two'], 'list.txt', { type: 'text/plain' }));\
        for (const name of ['dragover', 'drop']) root.querySelector('.panel').dispatchEvent(\
          new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }))";
    root(&browser, drop).await;
    let paste = "const data = new DataTransfer(); const picture = Uint8Array.from(atob(\
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),\
          (one) => one.charCodeAt(0));\
        data.items.add(new File([picture], 'shot.png', { type: 'image/png' }));\
        root.getElementById('text').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))";
    root(&browser, paste).await;
    until(&browser, "both are chosen", "root.querySelectorAll('.chosen li').length === 2").await;
    browser.is_accessible("the chat with files").await;
    browser.shot("site-chat-en-files").await;
    browser.offline(true).await;
    types(&browser, "Both").await;
    until(&browser, "both wait", "root.querySelectorAll('.mine .state').length === 2").await;
    browser.offline(false).await;
    let there = async || {
        let all = shop.world.sandbox.messages(HOST);
        let told: Vec<(&str, &str)> = all.iter().map(|one| (one.kind.as_str(), one.text.as_str())).collect();
        (told == [("file", "Both"), ("picture", "")]).then_some(())
    };
    shop.world.until("both files are in amoCRM, in their order", there).await;
    let loaded = "root.querySelector('.mine img')?.naturalWidth === 1 && root.querySelector('.mine .file a')?.href.includes('/media/')";
    until(&browser, "the customer sees them too", loaded).await;
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));

    // The page is left before the server has it: the browser keeps the file.
    browser.blocks(&["*/files"]).await;
    root(&browser, paste).await;
    until(&browser, "one is chosen", "root.querySelectorAll('.chosen li').length === 1").await;
    types(&browser, "Later").await;
    shows(&browser, &["Both", "Later"]).await;
    browser.goto(&shop.site.stranger("/")).await;
    opens(&browser).await;
    shows(&browser, &["Both", "Later"]).await;
    browser.blocks(&[]).await;
    let later = async || {
        let all = shop.world.sandbox.messages(HOST);
        let told: Vec<(&str, &str)> = all.iter().map(|one| (one.kind.as_str(), one.text.as_str())).collect();
        (told == [("file", "Both"), ("picture", ""), ("picture", "Later")]).then_some(())
    };
    shop.world.until("the file left after the reload, once", later).await;
    browser.close().await;
    shop.world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_takes_a_photo_and_breaks_lines() {
    let Some(browser) = Browser::open("ru").await else { return };
    let shop = Shop::open(everywhere).await;
    shop.visit(&browser).await;
    assert_eq!(root(&browser, "return root.querySelectorAll('[capture]').length").await, json!(0), "a desk has none");
    browser.becomes_a_phone().await;
    shop.visit(&browser).await;
    let camera =
        "const one = root.querySelector('[capture=environment]'); return [one.accept, one.previousSibling.title]";
    assert_eq!(root(&browser, camera).await, json!(["image/*", say(Words::new(Language::Ru), "chat-camera")]));
    browser.fits("the chat on a phone").await;
    browser.is_accessible("the chat on a phone").await;
    browser.shot("site-chat-ru-phone").await;
    types(&browser, "Вот").await;
    browser.types("такой").await;
    assert_eq!(root(&browser, "return root.getElementById('text').value").await, "Вот\nтакой");
    let taken = "const camera = root.querySelector('[capture]'); const data = new DataTransfer();\
        const picture = Uint8Array.from(atob(\
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),\
          (one) => one.charCodeAt(0));\
        data.items.add(new File([picture], 'image.png', { type: 'image/png' })); camera.files = data.files;\
        camera.dispatchEvent(new Event('change')); root.getElementById('form').requestSubmit()";
    root(&browser, taken).await;
    let there = async || {
        let all = shop.world.sandbox.messages(HOST);
        let told: Vec<(&str, &str)> = all.iter().map(|one| (one.kind.as_str(), one.text.as_str())).collect();
        (told == [("picture", "Вот\nтакой")]).then_some(())
    };
    shop.world.until("the photo is in amoCRM", there).await;
    browser.close().await;
    shop.world.close().await;
}

/// The files of an album are one bubble: they touch, are equally wide, and have one text and one time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_a_manager_sent_together_are_one_bubble() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(everywhere).await;
    shop.visit(&browser).await;
    types(&browser, "Which colours are there?").await;
    let asked = async || shop.world.sandbox.messages(HOST).pop();
    let chat = shop.world.until("the question is in amoCRM", asked).await.chat_id;
    let files = || vec![Attachment::sample("picture"), Attachment::second_picture()];
    for caption in ["These two", "And these"] {
        shop.world.sandbox.manager_sends_album(HOST, &chat, files(), caption).await.expect("the hooks");
    }
    let loaded = "[...root.querySelectorAll('.theirs img')].filter((one) => one.naturalWidth).length === 4";
    until(&browser, "all pictures are there", loaded).await;
    shows(&browser, &["Which colours are there?", "These two", "And these"]).await;
    let boxes = "const rows = [...root.querySelectorAll('.theirs')].map((one) => one.getBoundingClientRect());\
        const times = [...root.querySelectorAll('.theirs time')].filter((one) => one.checkVisibility()).length;\
        return [rows.map((one, at) => at && Math.round(one.top - rows[at - 1].bottom)), new Set(rows.map((one) => one.width)).size, times]";
    // On a busy machine the page may have put "New" above the second one.
    let live = root(&browser, boxes).await;
    assert_eq!([&live[0][1], &live[0][3], &live[1]], [&json!(0), &json!(0), &json!(1)], "{live}");
    browser.goto(&shop.site.stranger("/")).await;
    opens(&browser).await;
    until(&browser, "all pictures are there again", loaded).await;
    // A gap between the albums only; the time is shown once for messages that follow each other.
    assert_eq!(root(&browser, boxes).await, json!([[0, 0, 2, 0], 1, 1]));
    browser.is_accessible("the chat with albums").await;
    browser.shot("site-chat-en-albums").await;
    browser.close().await;
    shop.world.close().await;
}
