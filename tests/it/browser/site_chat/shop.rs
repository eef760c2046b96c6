//! What a shop sets up around the talk: its team, frequent questions, where the button is, and pages without it.

use base::i18n::{Language, Words};
use base::message::{TalkScore, Visits};
use entity::conversation;
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place};
use sea_orm::EntityTrait;
use serde_json::json;

use crate::webchat::files;

use super::{Shop, arrived, everywhere, looks_right, opens, root, say, shows, types, until};

/// Counts the tones that are played.
const TONES: &str = "window.__tones = 0; const { start } = OscillatorNode.prototype; \
    OscillatorNode.prototype.start = function (...when) { window.__tones += 1; return start.apply(this, when) }";

async fn a_shop_with_quick_answers() -> Shop {
    let shop = Shop::open(|site| {
        let mut settings = everywhere(site);
        settings["team"] = json!(["Anna", "Pavel"]);
        settings["quick_answers"] = json!([
            "How much is delivery? | Free in the city. Call +7 916 123-45-67 or write to anna@shop.example.",
            "Can I pay in parts?"
        ]);
        settings["offset"] = json!({"bottom": 90, "side": "40"});
        settings["hide_on"] = json!(["/Checkout"]);
        settings
    })
    .await;
    shop.writes("/checkout", "");
    shop
}

/// The site's page is as it was while the chat appears, opens, gets an answer and closes: nothing of it moves, and what has
/// its focus keeps it until the visitor opens the chat.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_the_site_stays_as_it_is() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(everywhere).await;
    browser
        .on_every_page(
            "window.__moved = []; new PerformanceObserver((list) => { for (const { value, sources } of list.getEntries()) \
                window.__moved.push([value, ...sources.map(({ node }) => node?.nodeName)]) })\
             .observe({ type: 'layout-shift', buffered: true })",
        )
        .await;
    browser.goto(&shop.site.stranger("/")).await;
    let begins = "const field = document.createElement('input'); document.querySelector('main').append(field); field.focus(); \
        for (let row = 0; row < 60; row += 1) document.querySelector('main').append(Object.assign(document.createElement('p'), { textContent: row })); \
        scrollTo(0, 200)";
    let there = async || browser.run("return Boolean(window.Parom)", vec![]).await == json!(true);
    browser.until("the script is ready", there).await;
    browser.run(begins, vec![]).await;
    let page = "const box = document.querySelector('h1').getBoundingClientRect(); return [box.x, box.y, box.width, scrollY, \
        document.documentElement.scrollWidth, document.documentElement.scrollHeight, getComputedStyle(document.body).overflow]";
    let before = browser.run(page, vec![]).await;
    let focus = "return document.activeElement.tagName";
    assert_eq!(browser.run(focus, vec![]).await, json!("INPUT"));
    opens(&browser).await;
    assert_eq!(browser.run(page, vec![]).await, before, "it opened");
    assert_eq!(browser.run("return window.__moved", vec![]).await, json!([]), "layout shifts");
    types(&browser, "Hello").await;
    arrived(&shop.world, &["Hello"]).await;
    browser.presses_key("Escape").await;
    until(&browser, "it is closed", "root.querySelector('.panel').hidden").await;
    browser.run("document.querySelector('input').focus({ preventScroll: true })", vec![]).await;
    let chat = shop.world.sandbox.messages(HOST).remove(0).chat_id;
    shop.world.sandbox.manager_says(HOST, &chat, "Good morning").await.expect("the hook");
    until(&browser, "the answer is beside the button", "root.querySelector('.say')").await;
    assert_eq!(browser.run(focus, vec![]).await, json!("INPUT"), "an answer takes no focus");
    assert_eq!(browser.run(page, vec![]).await, before, "it closed, and an answer came");
    // In a talk older messages make room for new ones, within the chat.
    let outside = "return window.__moved.filter(([, ...nodes]) => nodes.some((name) => name && name !== 'PAROM-CHAT'))";
    assert_eq!(browser.run(outside, vec![]).await, json!([]), "layout shifts of the page");
    browser.close().await;
    shop.world.close().await;
}

/// The button keeps its distance, and pages of the list do not have it, whichever way the visitor came to them.
async fn the_button_is_where_it_does_not_disturb(browser: &Browser) {
    let place = "const box = root.querySelector('.bubble').getBoundingClientRect(); \
        return [innerHeight - box.bottom, document.documentElement.clientWidth - box.right]";
    assert_eq!(root(browser, place).await, json!([90, 40]));
    browser.run("history.pushState(null, '', '/checkout?step=1')", vec![]).await;
    until(browser, "the page is without it", "!root.querySelector('.bubble').checkVisibility()").await;
    browser.run("history.pushState(null, '', '/')", vec![]).await;
    until(browser, "it is back", "root.querySelector('.bubble').checkVisibility()").await;
}

/// An answer that comes while the chat is closed is read beside the button, until it is dismissed or opened.
async fn an_answer_is_previewed(browser: &Browser, shop: &Shop) {
    let world = &shop.world;
    let chat = world.sandbox.messages(HOST).remove(0).chat_id;
    // What comes while a closed chat fades is not read.
    root(browser, "root.querySelector('.panel').style.transition = '60s allow-discrete'").await;
    browser.presses_key("Escape").await;
    world.sandbox.manager_says(HOST, &chat, "Yes, in four").await.expect("the hook");
    let delivered = async || {
        let all = world.sandbox.messages(HOST);
        let statuses = &all.iter().find(|one| one.text == "Yes, in four")?.statuses;
        let has = |code| statuses.iter().any(|status| status.code == code);
        has(1).then(|| !has(2))
    };
    assert!(world.until("amoCRM knows that it was delivered", delivered).await, "nobody has read it");
    root(browser, "root.querySelector('.panel').style.transition = 'none'").await;
    let said = |text: &str| format!("root.querySelector('.say span')?.textContent === {}", json!(text));
    until(browser, "it is beside the button", &said("Yes, in four")).await;
    assert_eq!(root(browser, "return root.activeElement.className").await, json!("bubble"), "it takes no focus");
    browser.is_accessible("the site with an answer beside the button").await;
    browser.shot("site-chat-preview").await;
    root(browser, "root.querySelector('.peek .close').click()").await;
    let gone = "!root.querySelector('.say') && root.querySelector('.badge').textContent === '1'";
    until(browser, "it is dismissed, and still counted", gone).await;
    world.sandbox.manager_says(HOST, &chat, "Without interest").await.expect("the hook");
    until(browser, "the next one is shown", &said("Without interest")).await;
    root(browser, "root.querySelector('.say').click()").await;
    let opened = "!root.querySelector('.say') && !root.querySelector('.panel').hidden";
    until(browser, "it opens the chat", opened).await;
    shows(browser, &["Can I pay in parts?", "Yes, in four", "Without interest"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_answers_before_anyone_writes() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = a_shop_with_quick_answers().await;
    browser.on_every_page(TONES).await;
    shop.visit(&browser).await;
    let team = "return [...root.querySelectorAll('header .avatar')].map((one) => one.textContent)";
    assert_eq!(root(&browser, team).await, json!(["S", "A", "P"]));
    let panel = shop.world.panel(shop.world.active(HOST).await).await;
    files::uploads_photo(&shop.world, &panel, &shop.source, "Pavel", files::PICTURE).await;
    shop.visit(&browser).await;
    assert_eq!(root(&browser, team).await, json!(["S", "A", ""]));
    until(&browser, "the photo is loaded", "root.querySelector('header .avatar img').naturalWidth > 0").await;
    root(&browser, "root.querySelector('details.quick summary').click()").await;
    let links = "return [...root.querySelectorAll('details.quick[open] p a')].map((one) => [one.getAttribute('href'), one.target])";
    let wanted = json!([["tel:+79161234567", ""], ["mailto:anna@shop.example", ""]]);
    assert_eq!(root(&browser, links).await, wanted);
    looks_right(&browser, "site-chat-quick").await;
    the_button_is_where_it_does_not_disturb(&browser).await;
    root(&browser, "root.querySelector('button.quick').click()").await;
    arrived(&shop.world, &["Can I pay in parts?"]).await;
    an_answer_is_previewed(&browser, &shop).await;
    the_tone_is_turned_off(&browser, &shop).await;

    // Its own page has the same, and the buttons stay away from a talk that goes on.
    browser.goto(&format!("{}/chat/{}", shop.world.api.base(), shop.source)).await;
    browser.find("button.quick:not([hidden])").await;
    browser.is_accessible("the chat's page with quick answers").await;
    browser.goto(&shop.site.stranger("/checkout")).await;
    let there = async || browser.run("return Boolean(window.Parom)", vec![]).await == json!(true);
    browser.until("the script is ready", there).await;
    assert_eq!(root(&browser, "return root.querySelectorAll('.quick').length").await, json!(0));
    assert_eq!(root(&browser, "return root.querySelector('.bubble').checkVisibility()").await, json!(false));
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));
    browser.close().await;
    shop.world.close().await;
}

/// The tone for an answer that is not in view; what the visitor chose is remembered.
async fn the_tone_is_turned_off(browser: &Browser, shop: &Shop) {
    let words = Words::new(Language::En);
    let chat = shop.world.sandbox.messages(HOST).remove(0).chat_id;
    let answers = async |text: &str| {
        for key in ["ArrowLeft", "Escape"] {
            browser.presses_key(key).await;
        }
        shop.world.sandbox.manager_says(HOST, &chat, text).await.expect("the hook");
        let counted = "root.querySelector('.panel').hidden && !root.querySelector('.badge').hidden";
        until(browser, "the answer is counted", counted).await;
        opens(browser).await;
        until(browser, "and read", "root.querySelector('.badge').hidden").await;
        browser.run("return window.__tones", vec![]).await
    };
    browser.run("window.__tones = 0", vec![]).await;
    let title = "return root.querySelector('.about + .close').title";
    assert_eq!(root(browser, title).await, json!(say(words, "chat-sound-off")));
    assert_eq!(answers("Loud").await, json!(1));
    root(browser, "root.querySelector('.about + .close').click()").await;
    assert_eq!(root(browser, title).await, json!(say(words, "chat-sound-on")));
    assert_eq!(answers("Quiet").await, json!(1));
    browser.goto(&shop.site.stranger("/")).await;
    opens(browser).await;
    assert_eq!(root(browser, title).await, json!(say(words, "chat-sound-on")), "another page has it too");
    root(browser, "root.querySelector('.about + .close').click()").await;
    assert_eq!(root(browser, title).await, json!(say(words, "chat-sound-off")));
}

/// The questions are a card in the talk; what the shop requires is asked for until it is there.
async fn the_shops_own_questions_are_asked(browser: &Browser, shop: &Shop) {
    shop.visit(browser).await;
    let labels = "return [...root.querySelectorAll('#intro label')].map((one) => one.textContent)";
    assert_eq!(root(browser, labels).await, json!(["Your name (optional)", "Order number", "City (optional)"]));
    // One thing at a time: first the shop's questions, then those that have to be answered, in the chat's language.
    let there = "return ['.quick', '#intro'].map((one) => root.querySelector(one).checkVisibility())";
    assert_eq!(root(browser, there).await, json!([true, false]));
    assert_eq!(root(browser, "return root.activeElement.id").await, json!("text"), "hidden ones take no focus");
    types(browser, "Hello").await;
    until(browser, "it is asked for", "root.activeElement.name === 'field0'").await;
    assert_eq!(root(browser, there).await, json!([false, true]));
    browser.presses_key("Enter").await;
    let wrong = "return [...root.querySelectorAll('.wrong, .message')].map((one) => one.textContent.replaceAll('\\u00a0', ' '))";
    let needed = say(Words::new(Language::En), "chat-required");
    assert_eq!(root(browser, wrong).await, json!([needed]), "nothing is sent without it");
    looks_right(browser, "site-chat-questions").await;
    root(browser, "root.getElementById('ask-field0').focus()").await;
    browser.types("A-17").await;
    browser.presses_key("Enter").await;
    arrived(&shop.world, &["Hello"]).await;
}

/// Below its field, in the chat's language, as what is missing before a talk.
async fn a_wrong_address_is_told(browser: &Browser) {
    root(browser, "root.querySelector('.mail button').click()").await;
    browser.types("anna@shop").await;
    browser.presses_key("Enter").await;
    let wrong = json!(say(Words::new(Language::En), "chat-wrong-email"));
    let said = "root.querySelector('.mail .wrong')?.textContent.replaceAll('\\u00a0', ' ')";
    until(browser, "it is said", &format!("{said} === {wrong}")).await;
    looks_right(browser, "site-chat-mail").await;
}

async fn a_talk_that_is_over_is_rated(browser: &Browser, shop: &Shop) {
    let world = &shop.world;
    let chat = world.sandbox.messages(HOST).remove(0).chat_id;
    world.sandbox.manager_says(HOST, &chat, "It is on its way").await.expect("the hook");
    shows(browser, &["Hello", "It is on its way"]).await;
    assert_eq!(root(browser, "return root.querySelector('.rating')").await, json!(null), "it may go on");
    // An hour later, by the visitor's clock.
    browser.on_every_page("const { now } = Date; Date.now = () => now() + 3_600_000").await;
    browser.goto(&shop.site.stranger("/")).await;
    opens(browser).await;
    until(browser, "it asks", "root.querySelectorAll('.rating button').length === 3").await;
    looks_right(browser, "site-chat-rating").await;
    root(browser, "root.querySelector('.rating [title=Good]').click()").await;
    browser.types("Quick").await;
    browser.is_accessible("the chat that asks for a comment").await;
    browser.presses_key("Enter").await;
    until(browser, "it thanks", "root.querySelector('.rating')?.textContent === 'Thank you'").await;
    let stored = async || {
        let row = conversation::Entity::find().one(world.app().store.read()).await.expect("the database is there")?;
        let told = Visits::stored(&row.visit)?;
        assert_eq!((told.answers.len(), told.answers[0].answer.as_str()), (1, "A-17"));
        told.rating.filter(|rating| rating.score == TalkScore::Good && rating.comment == "Quick")
    };
    world.until("the rating is stored", stored).await;
    browser.goto(&shop.site.stranger("/")).await;
    opens(browser).await;
    shows(browser, &["Hello", "It is on its way"]).await;
    assert_eq!(root(browser, "return root.querySelector('.rating')").await, json!(null), "once is enough");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_asks_before_a_talk_and_after_it() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(|site| {
        let mut settings = everywhere(site);
        settings["ask"] = json!(["name"]);
        settings["ask_optional"] = json!(["name"]);
        settings["custom_fields"] = json!(["Order number *", "City"]);
        settings["quick_answers"] = json!(["Can I pay in parts?"]);
        settings["rating"] = json!(true);
        settings["email_answers_after"] = json!(10);
        settings
    })
    .await;
    the_shops_own_questions_are_asked(&browser, &shop).await;
    a_wrong_address_is_told(&browser).await;
    a_talk_that_is_over_is_rated(&browser, &shop).await;
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));
    browser.close().await;
    shop.world.close().await;
}
