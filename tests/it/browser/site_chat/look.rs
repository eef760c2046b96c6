//! The look of the chat during a talk on the site of a shop: header, groups, ticks, reactions, unread messages, the logo; wide
//! and on a dark phone. The pictures `webchat` and `webchat-phone` are those of docs/webchat.md.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place};
use serde_json::json;

use super::{Shop, arrived, opens, root, say, shows, types, until};
use crate::webchat::logo;

const STYLE: &str = "body{margin:0;font:16px/1.5 'DejaVu Sans',sans-serif;color:#202020}header{padding:20px 32px;border-bottom:1px solid #ddd}\
    main{padding:32px}h1{margin:0 0 12px}.things{display:flex;gap:20px;margin-top:28px}.thing{width:184px;padding:12px;\
    border:1px solid #ddd;border-radius:6px}.thing i{display:block;height:110px;border-radius:4px}p{margin:8px 0}";
const QUESTION: &str = "Hello! Is the blue sofa in stock?";
const ANSWER: &str = "Good morning! Yes, two are left. Shall I keep one for you?";

/// The shop's page with the chat's line.
fn page(line: &str) -> String {
    let thing = |(colour, name, price): (&str, &str, &str)| {
        format!("<div class=thing><i style='background:{colour}'></i><p><b>{name}</b><p>{price}</div>")
    };
    let things = [
        ("#2f5f9f", "Blue sofa", "From €890"),
        ("#b98b5c", "Oak chair", "From €240"),
        ("#d8c16c", "Reading lamp", "From €120"),
    ];
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width, initial-scale=1'>\
         <title>Northwind</title><style>{STYLE}</style><header><b>Northwind Furniture</b></header><main><h1>Northwind Furniture</h1>\
         <p>Sofas, chairs and lamps made to last.</p><div class=things>{}</div></main>{line}</html>",
        things.map(thing).concat()
    )
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

/// D28: where a text font has a smiley too, the coloured one is drawn.
async fn smileys_are_coloured(browser: &Browser, at: &str) {
    let font = format!(
        "return getComputedStyle(root.querySelector('{at}')).fontFamily.split(',').slice(0, 3)\
         .map((name) => name.trim().replaceAll('\"', '')).join()"
    );
    assert_eq!(root(browser, &font).await, json!("Apple Color Emoji,Segoe UI Emoji,Noto Color Emoji"), "{at}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_talk_looks_like_a_talk() {
    let Some(browser) = Browser::open("en").await else { return };
    browser.resize(1000, 640).await;
    let words = Words::new(Language::En);
    let shop = Shop::open(|site| {
        json!({"allowed_origins": [site.stranger("")], "title": "Northwind Furniture", "color": "#1f6f54",
            "reply_time": "minutes", "side": "left"})
    })
    .await;
    let line = format!("<script src=\"{}/chat/{}/embed.js\" async></script>", shop.world.api.base(), shop.source);
    shop.site.writes("/", &page(&line), "");
    shop.visit(&browser).await;
    let head = "const said = (one) => root.querySelector(one).textContent.replaceAll('\\u00a0', ' '); return [said('.avatar'), said('h2'), said('#status')]";
    assert_eq!(root(&browser, head).await, json!(["N", "Northwind Furniture", say(words, "chat-status-minutes")]));
    let left = "const box = root.querySelector('.bubble').getBoundingClientRect(); return box.left < 100";
    assert_eq!(root(&browser, left).await, json!(true));
    let cross =
        "return [...root.querySelectorAll('.bubble .drawing')].map((one) => getComputedStyle(one).display !== 'none')";
    assert_eq!(root(&browser, cross).await, json!([false, true]), "the button closes what it has opened");

    types(&browser, QUESTION).await;
    arrived(&shop.world, &[QUESTION]).await;
    until(&browser, "it is sent", "root.querySelector('.state.sent')").await;
    let tick = "return getComputedStyle(root.querySelector('.state.sent'), '::after').content";
    assert_eq!(root(&browser, tick).await, json!("\"✓\""));
    let at_end = "const log = root.getElementById('log'), last = [...root.querySelectorAll('.message')].at(-1); \
        return log.getBoundingClientRect().bottom - last.getBoundingClientRect().bottom < 60";
    assert_eq!(root(&browser, at_end).await, json!(true), "a short talk is at the bottom");
    let chat_id = shop.world.sandbox.messages(HOST)[0].chat_id.clone();
    let manager_says = async |text: &str| {
        shop.world.sandbox.manager_says(HOST, &chat_id, text).await.expect("the hook");
    };
    manager_says(ANSWER).await;
    shows(&browser, &[QUESTION, ANSWER]).await;
    until(&browser, "who answers has read", "root.querySelector('.state.read')").await;
    assert_eq!(root(&browser, "return root.querySelectorAll('.new').length").await, json!(0), "it was seen");
    root(&browser, "root.activeElement?.blur()").await;
    browser.shot("webchat").await;

    // Reactions are placed over the text and move nothing.
    let top = "return root.querySelector('.theirs .text').getBoundingClientRect().top";
    let before = root(&browser, top).await;
    root(&browser, "root.querySelector('.react').click()").await;
    until(&browser, "six are offered", "root.querySelector('.emoji')?.hidden === false").await;
    assert_eq!(root(&browser, top).await, before);
    smileys_are_coloured(&browser, ".emoji button").await;
    smileys_are_coloured(&browser, ".smileys button").await;
    browser.is_accessible("the chat with its reactions").await;
    root(&browser, "root.getElementById('title').click()").await;
    until(&browser, "a press elsewhere closes them", "root.querySelector('.emoji').hidden").await;
    root(&browser, "root.querySelector('.react').click(); root.querySelector('.emoji button').click()").await;
    until(&browser, "the reaction is shown", "root.querySelector('.reactions')?.textContent").await;
    smileys_are_coloured(&browser, ".reactions").await;

    // What comes while the chat is closed begins with a line.
    browser.run("Parom.close()", vec![]).await;
    manager_says("Are you there?").await;
    until(&browser, "the button counts", "root.querySelector('.badge')?.textContent === '1'").await;
    browser.run("Parom.open()", vec![]).await;
    let divided = format!("root.querySelector('.new')?.textContent === {}", json!(say(words, "chat-new")));
    until(&browser, "the new begins with a line", &divided).await;
    browser.resize(360, 640).await;
    has_room_to_write(&browser).await;
    browser.dark(true).await;
    browser.is_accessible("the chat on a dark phone").await;
    browser.shot("webchat-phone").await;
    browser.dark(false).await;
    browser.resize(1280, 900).await;
    types(&browser, "Yes").await;
    types(&browser, "Both").await;
    until(&browser, "who answers has seen it", "!root.querySelector('.new')").await;
    until(&browser, "two in a row are one group", "root.querySelectorAll('.mine.follow').length === 1").await;

    // The logo; and the first letter of the title where a site's policy lets no picture load.
    let panel = shop.world.panel(shop.world.active(HOST).await).await;
    panel.opens(&format!("/panel/sources/{}/access", shop.source)).await.is(200);
    logo::uploads(&shop.world, &panel, &shop.source, logo::PICTURE).await.says(&["Saved"]);
    let base = shop.world.api.base();
    shop.site.writes(
        "/strict",
        &page(&line),
        &format!("default-src 'none'; script-src {base}; connect-src {base}; style-src {base}"),
    );
    for (path, what, condition) in [
        (
            "/",
            "the logo is there",
            "root.querySelector('.avatar img')?.naturalWidth === 108 && !root.querySelector('.avatar').textContent",
        ),
        ("/strict", "the letter is there instead", "root.querySelector('.avatar')?.textContent === 'N'"),
    ] {
        browser.goto(&shop.site.stranger(path)).await;
        opens(&browser).await;
        until(&browser, what, condition).await;
    }
    browser.close().await;
    shop.world.close().await;
}
