//! A visitor of a chat: what a talk looks like, on a phone through a bad day, and how a greeting invites.

use std::time::Duration;

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place};
use serde_json::{Value, json};

use super::{POLICE, Shop, arrived, everywhere, last_are, opens, root, say, shows, types, until};
use crate::webchat::files as logo;

const STYLE: &str = "body{margin:0;font:16px/1.5 'DejaVu Sans',sans-serif;color:#202020}header{padding:20px 32px;border-bottom:1px solid #ddd}\
    main{padding:32px}h1{margin:0 0 12px}.things{display:flex;gap:20px;margin-top:28px}.thing{width:184px;padding:12px;\
    border:1px solid #ddd;border-radius:6px}.thing i{display:block;height:110px;border-radius:4px}p{margin:8px 0}";

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

// A visitor on a phone, from the first message through a bad day.

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

/// The whole form is in view and the field with the focus too, whatever is asked and whatever was wrong.
async fn all_is_in_view(browser: &Browser, what: &str, field: &str) {
    let inside = "const box = (one) => one.getBoundingClientRect(); \
        const within = (one, frame) => box(one).top >= box(frame).top && box(one).bottom <= box(frame).bottom; \
        const [panel, log] = [root.querySelector('.panel'), root.getElementById('log')]; \
        return [root.activeElement.name, within(root.activeElement, log), \
            ...['#text', '[type=submit]', '#privacy'].map((one) => within(root.querySelector(one), panel))]";
    assert_eq!(root(browser, inside).await, json!([field, true, true, true, true]), "{what}");
}

/// Panels of these heights, a narrow one, and one at 200 %; the last is a phone's.
const SIZES: [(u32, u32); 5] = [(1280, 640), (1280, 766), (360, 640), (640, 320), (360, 740)];

/// On every screen the chat opens at its first question, with the greeting above it and the button that sends below.
async fn the_questions_leave_the_button_in_view(browser: &Browser, shop: &Shop) {
    for (width, height) in SIZES {
        browser.resize(width, height).await;
        shop.visit(browser).await;
        let what = format!("{width} by {height}");
        all_is_in_view(browser, &what, "name").await;
        let greets = "return root.getElementById('greeting').getBoundingClientRect().top \
            >= root.getElementById('log').getBoundingClientRect().top";
        assert_eq!(root(browser, greets).await, json!(true), "{what}: the greeting");
        browser.shot(&format!("site-chat-asks-{width}-{height}")).await;
    }
}

/// D1: wrong answers are asked for again, all at once and with their reasons, and nothing is lost: not even by a reload.
async fn wrong_answers_are_asked_for_again(browser: &Browser, shop: &Shop, words: Words) {
    let consent = "return root.querySelector('.check a').getAttribute('href')";
    assert_eq!(root(browser, consent).await, json!("https://shop.example/privacy"));
    answers(browser, "name", "Anna").await;
    answers(browser, "phone", "+7 916 123-45-67 доб. 12").await;
    answers(browser, "email", "anna@shop").await;
    root(browser, "root.querySelector('[name=consent]').checked = true").await;
    writes(browser, "Hello").await;
    let asked = |reasons: &[&str]| {
        let reasons: Vec<String> = reasons.iter().map(|key| say(words, key)).collect();
        format!(
            "!root.getElementById('intro').hidden && JSON.stringify([...root.querySelectorAll('.wrong')]\
             .map((one) => one.textContent.replaceAll('\\u00a0', ' '))) === {}",
            json!(json!(reasons).to_string())
        )
    };
    let both = asked(&["chat-phone-extra", "chat-wrong-email"]);
    until(browser, "both are asked for again, with the reasons", &both).await;
    assert_eq!(root(browser, "return root.activeElement.name").await, json!("phone"), "the first of them");
    browser.shot("site-chat-wrong").await;
    browser.becomes_a_phone().await;
    browser.is_accessible("the chat that asks again").await;
    answers(browser, "phone", "12345").await;
    answers(browser, "email", "anna@shop.example").await;
    let asked = asked(&["chat-wrong-phone"]);
    // What is written meanwhile comes after it.
    writes(browser, "Are you there?").await;
    until(browser, "it is asked for once more", &asked).await;
    let unsent = format!(
        "[...root.querySelectorAll('.mine.bad .state')].filter((one) => one.textContent === {}).length === 2",
        json!(say(words, "chat-state-failed"))
    );
    until(browser, "neither is said to be on its way", &unsent).await;
    browser.goto(&shop.site.stranger("/")).await;
    opens(browser).await;
    until(browser, "after a reload too", &asked).await;
    let kept = "return [root.querySelector('[name=phone]').value, root.querySelector('[name=consent]').checked]";
    assert_eq!(root(browser, kept).await, json!(["12345", true]));
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
        settings["ask"] = json!(["name", "phone", "email"]);
        settings["consent_text"] = json!("I agree: https://shop.example/privacy.");
        settings
    })
    .await;
    the_questions_leave_the_button_in_view(&browser, &shop).await;
    assert_eq!(root(&browser, "return root.querySelectorAll('[capture]').length").await, json!(0), "a desk has none");
    browser.becomes_a_phone().await;
    shop.visit(&browser).await;
    let full = "const box = root.querySelector('.panel').getBoundingClientRect(); return box.width === innerWidth";
    assert_eq!(root(&browser, full).await, json!(true), "the chat fills the screen");
    browser.is_accessible("the chat on a phone").await;
    wrong_answers_are_asked_for_again(&browser, &shop, words).await;
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

// Inviting visitors: by a text beside the button, or by opening the chat, after a time and on some pages.

async fn shop_that_invites(invitation: Value) -> Shop {
    let shop = Shop::open(|site| {
        let mut settings = everywhere(site);
        settings["invitation"] = invitation;
        settings["greeting"] = json!("Can we help you?");
        settings
    })
    .await;
    shop.writes("/prices", "");
    shop
}

/// Opens a page and waits for the chat's button.
async fn visits(browser: &Browser, shop: &Shop, path: &str) {
    browser.goto(&shop.site.stranger(path)).await;
    let is_there = async || browser.run("return Boolean(window.Parom)", vec![]).await == json!(true);
    browser.until("the chat's button is there", is_there).await;
}

/// A new visit shows no invitation.
async fn is_not_invited_again(browser: &Browser, shop: &Shop) {
    visits(browser, shop, "/prices").await;
    let nothing = "return [root.querySelector('.invite'), root.querySelector('.panel').hidden]";
    assert_eq!(root(browser, nothing).await, json!([null, true]));
}

async fn on_its_pages_until_it_is_closed(browser: &Browser) {
    let invitation =
        json!({"show": "text", "after_seconds": 1, "pages": ["/PRICES"], "text": "Questions about prices?"});
    let shop = shop_that_invites(invitation).await;
    browser.on_every_page(POLICE).await;
    visits(browser, &shop, "/").await;
    let place = "const place = root.querySelector('.invite'); \
        return [place.getAttribute('role'), place.childElementCount, root.querySelector('.panel').hidden]";
    assert_eq!(root(browser, place).await, json!(["status", 0, true]), "announced, and nothing to say yet");
    // The site changes its address without loading a page.
    let heading =
        "const box = document.querySelector('h1').getBoundingClientRect(); return [box.left, box.top, box.width]";
    let before = browser.run(heading, vec![]).await;
    browser.run("history.pushState(null, '', '/prices')", vec![]).await;
    let greets = "root.querySelector('.invite .say')?.textContent === 'Questions about prices?'";
    until(browser, "the greeting is there", greets).await;
    assert_eq!(browser.run(heading, vec![]).await, before, "the page does not move");
    let quiet =
        "return [root.querySelector('.panel').hidden, document.activeElement === document.body, document.cookie]";
    assert_eq!(root(browser, quiet).await, json!([true, true, ""]));
    let moves = "return getComputedStyle(root.querySelector('.say')).animationName";
    for (preference, animation) in [("no-preference", "come"), ("reduce", "none")] {
        let prefers = json!({"features": [{"name": "prefers-reduced-motion", "value": preference}]});
        browser.devtools("Emulation.setEmulatedMedia", prefers).await;
        assert_eq!(root(browser, moves).await, json!(animation));
    }
    browser.is_accessible("the site with an invitation").await;
    browser.resize(360, 740).await;
    browser.dark(true).await;
    browser.is_accessible("the invitation in the dark").await;
    browser.dark(false).await;

    // It stays on the pages of this visit, at once, until the visitor closes it; the address is the site's only.
    visits(browser, &shop, "/prices").await;
    until(browser, "it is still there", "root.querySelector('.say')").await;
    browser.run("history.pushState(null, '', '/')", vec![]).await;
    until(browser, "other pages do not have it", "!root.querySelector('.say')").await;
    browser.run("history.pushState(null, '', '/prices')", vec![]).await;
    until(browser, "it is back", "root.querySelector('.say')").await;
    root(browser, "root.querySelector('.bubble').focus()").await;
    for stop in ["say", "close"] {
        browser.presses_key("Tab").await;
        assert_eq!(root(browser, "return root.activeElement.className").await, json!(stop));
    }
    browser.presses_key("Enter").await;
    let closed = "!root.querySelector('.say') && root.activeElement === root.querySelector('.bubble')";
    until(browser, "it is closed, and the button has the focus", closed).await;
    is_not_invited_again(browser, &shop).await;
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));
    // Its page keeps a stream open.
    browser.goto("about:blank").await;
    shop.world.close().await;
}

/// Who answers the greeting is in the chat and not invited again.
async fn until_it_is_answered(browser: &Browser) {
    let shop = shop_that_invites(json!({"show": "text"})).await;
    browser.resize(1280, 900).await;
    visits(browser, &shop, "/").await;
    until(browser, "it says the greeting", "root.querySelector('.say')?.textContent === 'Can we help you?'").await;
    root(browser, "root.querySelector('.say').click()").await;
    until(browser, "the chat is open and has the focus", "root.activeElement?.id === 'text'").await;
    let gap = "const box = (one) => root.querySelector(one).getBoundingClientRect(); return box('.bubble').top - box('.panel').bottom";
    assert_eq!(root(browser, gap).await, json!(12), "the empty invitation takes no room");
    assert_eq!(root(browser, "return root.querySelector('.say')").await, json!(null), "not over an open chat");
    types(browser, "Yes").await;
    arrived(&shop.world, &["Yes"]).await;
    // Who has written is not invited, whatever else is remembered.
    let forgets =
        "Parom.close(); localStorage.removeItem(Object.keys(localStorage).find((key) => key.endsWith(':invited')))";
    browser.run(forgets, vec![]).await;
    is_not_invited_again(browser, &shop).await;
    browser.goto("about:blank").await;
    shop.world.close().await;
}

/// The chat opens by itself once and takes no focus.
async fn by_opening(browser: &Browser) {
    let shop = shop_that_invites(json!({"show": "chat", "after_seconds": 0})).await;
    visits(browser, &shop, "/").await;
    until(browser, "the chat is open", "!root.querySelector('.panel').hidden && root.getElementById('text')").await;
    let focus = "return [document.activeElement === document.body, root.activeElement]";
    assert_eq!(root(browser, focus).await, json!([true, null]), "the visitor goes on where they are");
    browser.is_accessible("the chat that opened by itself").await;
    browser.run("Parom.close()", vec![]).await;
    is_not_invited_again(browser, &shop).await;
    // On a phone the chat would cover the page.
    browser.run("localStorage.clear(); sessionStorage.clear()", vec![]).await;
    browser.becomes_a_phone().await;
    visits(browser, &shop, "/").await;
    until(browser, "the greeting is there instead", "root.querySelector('.say')").await;
    assert_eq!(root(browser, "return root.querySelector('.panel').hidden").await, json!(true));
    browser.goto("about:blank").await;
    shop.world.close().await;
}

/// Each shop is a site of its own, so its chat knows nothing of the others' visitors.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_greeting_invites_until_it_is_answered_or_closed() {
    let Some(browser) = Browser::open("en").await else { return };
    on_its_pages_until_it_is_closed(&browser).await;
    until_it_is_answered(&browser).await;
    by_opening(&browser).await;
    browser.close().await;
}

// The look of the chat during a talk on the site of a shop: header, groups, ticks, reactions, unread messages, the
// logo; wide and on a dark phone. The pictures `webchat` and `webchat-phone` are those of docs/webchat.md.

const QUESTION: &str = "Hello! Is the blue sofa in stock?";

const ANSWER: &str = "Good morning! Yes, two are left. Shall I keep one for you?";

/// On a phone the text field is as wide as the chat, and the buttons below it are large enough and leave the screen on no side.
async fn has_room_to_write(browser: &Browser) {
    let sizes = "const box = (one) => root.querySelector(one).getBoundingClientRect(); \
        const tools = [...root.querySelectorAll('.tool, [type=submit]')].map((one) => one.getBoundingClientRect()); \
        const text = box('#text'), end = innerWidth; \
        return [text.width > 300, tools.length > 2, tools.every((one) => one.top >= text.bottom && one.width >= 40 \
            && one.height >= 40 && one.left >= 0 && one.right <= end), end - box('[type=submit]').right < 24]";
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
    let colour = "const style = getComputedStyle(root.host); return [root.querySelector('.here'), style.getPropertyValue('--accent')]";
    assert_eq!(
        root(&browser, colour).await,
        json!([null, "#1F6F54"]),
        "nobody set hours; buttons have the chat's colour"
    );
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
            "root.querySelector('#greeting .avatar img')?.naturalWidth === 108 && !root.querySelector('#greeting .avatar').textContent",
        ),
        ("/strict", "the letter is there instead", "root.querySelector('#greeting .avatar')?.textContent === 'N'"),
    ] {
        browser.goto(&shop.site.stranger(path)).await;
        opens(&browser).await;
        until(&browser, what, condition).await;
    }
    browser.close().await;
    shop.world.close().await;
}

// Beyond plain messages: a reply, a correction, and a voice note.

async fn a_text_is_corrected(browser: &Browser, shop: &Shop) {
    types(browser, "Too sofas").await;
    arrived(&shop.world, &["Too sofas"]).await;
    until(browser, "it may be corrected", "root.querySelector('.mine .edit')?.checkVisibility()").await;
    root(browser, "root.querySelector('.mine .edit').click()").await;
    let input =
        "const text = root.activeElement; const { value } = text; text.value = 'Two sofas'; return [text.id, value]";
    assert_eq!(root(browser, input).await, json!(["text", "Too sofas"]));
    browser.presses_key("Enter").await;
    arrived(&shop.world, &["Two sofas"]).await;
    shows(browser, &["Two sofas"]).await;
    // What does not arrive is undone, and not lost.
    browser.blocks(&["*/edits"]).await;
    root(browser, "root.querySelector('.mine .edit').click(); root.getElementById('text').value = 'Ten sofas'").await;
    browser.presses_key("Enter").await;
    let undone = "root.getElementById('text').value === 'Ten sofas' && !root.getElementById('notice').hidden";
    until(browser, "it is said", undone).await;
    shows(browser, &["Two sofas"]).await;
    browser.blocks(&[]).await;
    root(browser, "root.getElementById('text').value = ''").await;
    browser.forgets_errors().await;
}

async fn an_answer_is_replied_to(browser: &Browser, shop: &Shop) {
    let world = &shop.world;
    let chat = world.sandbox.messages(HOST).remove(0).chat_id;
    world.sandbox.manager_says(HOST, &chat, "Which colour?").await.expect("the hook");
    shows(browser, &["Two sofas", "Which colour?"]).await;
    root(browser, "root.querySelector('.theirs .reply').click()").await;
    until(browser, "it says to what", "root.querySelector('.replying').textContent.includes('Which colour?')").await;
    browser.is_accessible("the chat with a reply").await;
    browser.shot("site-chat-reply").await;
    types(browser, "Blue").await;
    until(
        browser,
        "it is above the reply",
        "root.querySelector('.mine .quote')?.textContent.includes('Which colour?')",
    )
    .await;
    assert_eq!(root(browser, "return root.querySelector('.replying').hidden").await, json!(true));
    let quoted = async || {
        let all = world.sandbox.messages(HOST);
        let of = |text: &str| all.iter().find(|message| message.text == text);
        let about = &of("Blue")?.payload["reply_to"]["message"]["id"];
        (*about == json!(of("Which colour?")?.id)).then_some(())
    };
    world.until("amoCRM has the reply with its question", quoted).await;
}

async fn a_voice_note_is_recorded(browser: &Browser, shop: &Shop) {
    let records = "root.querySelector('.recording')?.checkVisibility()";
    root(browser, "root.querySelector('.record').click()").await;
    until(browser, "it records", records).await;
    root(browser, "root.querySelector('.recording .out').click()").await;
    until(browser, "it is thrown away", &format!("!{records}")).await;
    assert_eq!(root(browser, "return root.activeElement.id").await, json!("text"));
    root(browser, "root.querySelector('.record').click()").await;
    until(browser, "it records for a second", "root.querySelector('.recording .name')?.textContent === '0:01'").await;
    browser.is_accessible("the chat that records").await;
    browser.shot("site-chat-voice").await;
    browser.presses_key("Enter").await;
    last_are(&shop.world, &[("voice", "")]).await;
    until(browser, "it can be heard", "root.querySelector('.mine audio')?.src.includes('/media/')").await;
    let heard = "const sound = root.querySelector('.mine audio'); sound.muted = true; window.__heard = []; \
        for (const event of ['play', 'ended']) sound.addEventListener(event, () => window.__heard.push(event, root.querySelector('.play').title)); \
        root.querySelector('.sound .play').focus()";
    root(browser, heard).await;
    browser.presses_key("Enter").await;
    until(browser, "it is played to its end", "window.__heard.join(' ') === 'play Pause ended Play'").await;
    let place = "return [root.querySelector('.sound input').value > 0.9, root.querySelector('.sound .size').textContent > '0:00']";
    assert_eq!(root(browser, place).await, json!([true, true]));
    browser.is_accessible("the chat with a voice note").await;
}

/// Where no mouse hovers, the icons beside a message come when it is touched.
async fn a_touched_message_shows_what_can_be_done(browser: &Browser) {
    browser.becomes_a_phone().await;
    let row = "const row = root.querySelector('.theirs'), style = getComputedStyle(row.querySelector('.reply'));";
    let shown = format!("{row} return [style.opacity, style.pointerEvents]");
    assert_eq!(root(browser, &shown).await, json!(["0", "none"]), "it is not the last one");
    let place = format!(
        "{row} row.scrollIntoView(); const box = row.getBoundingClientRect(); return [{{x: box.x + 9, y: box.y + 9}}]"
    );
    let place = root(browser, &place).await;
    browser.devtools("Input.dispatchTouchEvent", json!({"type": "touchStart", "touchPoints": place})).await;
    browser.devtools("Input.dispatchTouchEvent", json!({"type": "touchEnd", "touchPoints": []})).await;
    browser.until("they are there", async || root(browser, &shown).await == json!(["1", "auto"])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_corrects_replies_and_speaks() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(everywhere).await;
    shop.visit(&browser).await;
    a_text_is_corrected(&browser, &shop).await;
    an_answer_is_replied_to(&browser, &shop).await;
    a_voice_note_is_recorded(&browser, &shop).await;
    a_touched_message_shows_what_can_be_done(&browser).await;
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));
    browser.close().await;
    shop.world.close().await;
}
