//! Links, files and albums in the chat on another site, and where its list is when something comes.

use parom_tests::settings::HOST;
use parom_tests::{Browser, Place, World};
use serde_json::json;
use simulator::crm::Attachment;

use super::{Shop, arrived, everywhere, opens, root, shows, types, until};

/// A square picture is pasted.
fn paste(size: u32) -> String {
    format!(
        "const data = new DataTransfer(); const canvas = document.createElement('canvas');\
         canvas.width = canvas.height = {size}; canvas.getContext('2d').fillRect(0, 0, {size}, {size});\
         const bytes = Uint8Array.from(atob(canvas.toDataURL().split(',')[1]), (one) => one.charCodeAt(0));\
         data.items.add(new File([bytes], 'shot.png', {{ type: 'image/png' }}));\
         root.getElementById('text').dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true }}))"
    )
}

/// The last messages at amoCRM, by kind and text.
pub(super) async fn last_are(world: &World, wanted: &[(&str, &str)]) {
    let there = async || {
        let all = world.sandbox.messages(HOST);
        let told: Vec<(&str, &str)> = all.iter().map(|one| (one.kind.as_str(), one.text.as_str())).collect();
        told.ends_with(wanted).then_some(())
    };
    world.until(&format!("amoCRM has {wanted:?} last"), there).await;
}

async fn chosen(browser: &Browser, count: usize) {
    let there = format!("root.querySelectorAll('.chosen li').length === {count}");
    until(browser, &format!("{count} files are chosen"), &there).await;
}

async fn files_are_dragged_pasted_and_wait_for_the_line(browser: &Browser) {
    let shop = Shop::open(everywhere).await;
    shop.visit(browser).await;
    let drop = "const data = new DataTransfer(); data.items.add(new File(['one two'], 'list.txt', { type: 'text/plain' }));\
        for (const name of ['dragover', 'drop']) root.querySelector('.panel').dispatchEvent(\
          new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }))";
    root(browser, drop).await;
    root(browser, &paste(1)).await;
    chosen(browser, 2).await;
    browser.is_accessible("the chat with files").await;
    browser.offline(true).await;
    types(browser, "Both").await;
    until(browser, "both wait", "root.querySelectorAll('.mine .state').length === 2").await;
    browser.offline(false).await;
    last_are(&shop.world, &[("file", "Both"), ("picture", "")]).await;
    let loaded = "root.querySelector('.mine img')?.naturalWidth === 1 && root.querySelector('.mine .file a')?.href.includes('/media/')";
    until(browser, "the customer sees them too", loaded).await;

    // The page is left before the server has it: the browser keeps the file.
    browser.blocks(&["*/files"]).await;
    root(browser, &paste(1)).await;
    chosen(browser, 1).await;
    types(browser, "Later").await;
    shows(browser, &["Both", "Later"]).await;
    browser.goto(&shop.site.stranger("/")).await;
    opens(browser).await;
    shows(browser, &["Both", "Later"]).await;
    browser.blocks(&[]).await;
    last_are(&shop.world, &[("file", "Both"), ("picture", ""), ("picture", "Later")]).await;
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));
    // Its page keeps a stream open.
    browser.goto("about:blank").await;
    shop.world.close().await;
}

async fn links_albums_and_the_end_of_the_list(browser: &Browser) {
    let shop = Shop::open(everywhere).await;
    let world = &shop.world;
    shop.visit(browser).await;
    types(browser, "Hello").await;
    arrived(world, &["Hello"]).await;
    let chat = world.sandbox.messages(HOST).remove(0).chat_id;
    // The files of an album are one bubble: they touch, are equally wide, and have one text and one time.
    for caption in ["These two", "And these"] {
        let files = vec![Attachment::sample("picture"), Attachment::second_picture()];
        world.sandbox.manager_sends_album(HOST, &chat, files, caption).await.expect("the hooks");
    }
    let loaded = "[...root.querySelectorAll('.theirs img')].filter((one) => one.naturalWidth).length === 4";
    until(browser, "all pictures are there", loaded).await;
    shows(browser, &["Hello", "These two", "And these"]).await;
    let boxes = "const rows = [...root.querySelectorAll('.theirs')].map((one) => one.getBoundingClientRect());\
        const times = [...root.querySelectorAll('.theirs time')].filter((one) => one.checkVisibility()).length;\
        return [rows.map((one, at) => at && Math.round(one.top - rows[at - 1].bottom)), new Set(rows.map((one) => one.width)).size, times]";
    // On a busy machine the page may have put "New" above the second one.
    let live = root(browser, boxes).await;
    assert_eq!([&live[0][1], &live[0][3], &live[1]], [&json!(0), &json!(0), &json!(1)], "{live}");
    browser.goto(&shop.site.stranger("/")).await;
    opens(browser).await;
    until(browser, "all pictures are there again", loaded).await;
    // A gap between the albums only; the time is shown once for messages that follow each other.
    assert_eq!(root(browser, boxes).await, json!([[0, 0, 2, 0], 1, 1]));
    browser.is_accessible("the chat with albums").await;

    // D3: links.
    let link = "See https://shop.example/a?b=c, please.";
    world.sandbox.manager_says(HOST, &chat, link).await.expect("the hook");
    shows(browser, &["Hello", "These two", "And these", link]).await;
    let href = "return [...root.querySelectorAll('.theirs .text a')].map((one) => [one.getAttribute('href'), one.rel])";
    assert_eq!(root(browser, href).await, json!([["https://shop.example/a?b=c", "noopener noreferrer"]]));

    // D4, D5: many messages arrive while the chat is closed: it opens at the end, and the earlier ones count as read.
    root(browser, "root.querySelector('.bubble').click()").await;
    for number in 0..12 {
        let text = format!("Line {number}\n\nand more\n\nand more");
        world.sandbox.manager_says(HOST, &chat, &text).await.expect("the hook");
    }
    until(browser, "all are counted", "root.querySelector('.badge').textContent === '12'").await;
    root(browser, "root.querySelector('.bubble').click()").await;
    until(browser, "none is unread", "root.querySelector('.badge').hidden && root.getElementById('fresh').hidden")
        .await;
    let read = async || {
        let all = world.sandbox.messages(HOST);
        let unread = all.iter().skip(1).filter(|one| !one.statuses.iter().any(|status| status.code == 2)).count();
        (unread == 0).then_some(())
    };
    world.until("amoCRM knows that all were read", read).await;

    // A picture that grows when it is loaded leaves the end in sight.
    root(browser, &paste(400)).await;
    chosen(browser, 1).await;
    types(browser, "With a caption").await;
    until(browser, "it is drawn", "root.querySelector('.mine img')?.naturalWidth === 400").await;
    let at_end = "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 2)(root.getElementById('log'))";
    until(browser, "the end is in sight", at_end).await;
    browser.goto("about:blank").await;
    shop.world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_links_albums_and_the_end_of_the_list() {
    let Some(browser) = Browser::open("en").await else { return };
    files_are_dragged_pasted_and_wait_for_the_line(&browser).await;
    links_albums_and_the_end_of_the_list(&browser).await;
    browser.close().await;
}
