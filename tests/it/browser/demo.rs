//! The demo as the README introduces it, and every messenger connected by hand.

use std::path::Path;

use base::i18n::{Language, Words};
use parom_tests::{Browser, Demo};
use serde_json::{Value, json};

use super::{looks_right, presses, say, types};
use crate::cli::BINARY;

/// What the page shows for one messenger.
pub(super) struct Offer {
    pub kind: String,
    name: String,
    /// Names of settings and what to enter.
    pub fields: Vec<(String, String)>,
    pub phone: String,
}

const OFFERS: &str = "return [...document.querySelectorAll(arguments[0])].map(one => ({\
    kind: one.querySelector('h2, h3').id.slice(2), name: one.querySelector('h2, h3').textContent.trim(),\
    fields: [...one.querySelectorAll('code')].map(code => [code.dataset.name, code.textContent]),\
    phone: one.querySelector('a').href}))";

pub(super) async fn offers(browser: &Browser, cards: &str) -> Vec<Offer> {
    let found = browser.run(OFFERS, vec![json!(cards)]).await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let offer = |one: &Value| Offer {
        kind: text(&one["kind"]),
        name: text(&one["name"]),
        fields: one["fields"].as_array().expect("fields").iter().map(|f| (text(&f[0]), text(&f[1]))).collect(),
        phone: text(&one["phone"]),
    };
    found.as_array().expect("messengers").iter().map(offer).collect()
}

/// Steps two to four of the wizard.
async fn connects(browser: &Browser, words: Words, parom: &str, offer: &Offer) {
    routes(browser, words, parom, offer).await;
    browser.press("main form button.primary").await;
    browser.until("the test step", async || browser.url().await.ends_with("/test")).await;
    browser.find("[data-live=end] a").await;
}

/// The same until the third step is filled in.
pub(super) async fn routes(browser: &Browser, words: Words, parom: &str, offer: &Offer) {
    browser.goto(&format!("{parom}/panel/sources/new")).await;
    browser.press(&format!("button[value={}]", offer.kind)).await;
    browser.until("the access step", async || browser.url().await.ends_with("/access")).await;
    // Where there is a shorter way the form is folded.
    let unfold = "document.querySelectorAll('main details').forEach(one => { one.open = true; })";
    browser.run(unfold, vec![]).await;
    for (name, value) in &offer.fields {
        browser.fill(&format!("[name=\"set.{name}\"]"), value).await;
    }
    browser.press("main form button[value=check]").await;
    browser.says(&say(words, "wizard-check-passed")).await;
    browser.run(unfold, vec![]).await;
    looks_right(browser, &format!("en/connect-{}-checked", offer.kind)).await;
    browser.press("main form button[value=next]").await;
    browser.until("the routing step", async || browser.url().await.ends_with("/routing")).await;
    browser.fill("input[name=name]", &offer.name).await;
}

/// The customer writes on the phone, which shows it.
pub(super) async fn writes(browser: &Browser, offer: &Offer, text: &str) {
    browser.goto(&offer.phone).await;
    browser.find("textarea#text").await;
    let start = "const start = document.querySelector('button[value=start], #start, [data-do=start]');\
                 if (start && start.getClientRects().length) { start.click(); return true; } return false";
    if browser.run(start, vec![]).await == json!(true) {
        browser.find("textarea#text").await;
    }
    browser.fill("textarea#text", text).await;
    browser.press(".composer .line button.primary").await;
    browser.says(text).await;
}

/// The manager answers in the chat with this question; a long message is cut in the list after the advert's link.
pub(super) async fn answers(browser: &Browser, manager: &str, question: &str, answer: &str) {
    browser.goto(manager).await;
    browser.find("#chat-rows a").await;
    let open = "const rows = [...document.querySelectorAll('#chat-rows a')];\
                const row = rows.find(a => a.textContent.includes(arguments[0])) || rows.find(a => a.textContent.includes('https://'));\
                if (row) row.click(); return Boolean(row)";
    browser.until("the chat is there", async || browser.run(open, vec![json!(question)]).await == json!(true)).await;
    browser.says(question).await;
    browser.find("#answer textarea").await.send_keys(answer).await.expect("it takes text");
    browser.press("#answer button:not([type=button])").await;
    // In this chat, as other chats have the same answer; and on its way: the page sends it only as long as it is open.
    let sent = "const last = [...document.querySelectorAll('#message-rows .mine')].at(-1)?.textContent ?? '';\
                return last.includes(arguments[0]) && last.includes('hook → 200')";
    let is_sent = async || browser.run(sent, vec![json!(answer)]).await == json!(true);
    browser.until("the answer is on its way", is_sent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_messenger_is_connected_by_hand() {
    let Some(browser) = Browser::open("en").await else { return };
    let data = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(Path::new(BINARY), "en_GB", data.path()).await;
    let words = Words::new(Language::En);
    let (parom, manager) = (demo.address("Parom"), demo.address("Manager's window"));
    let page = demo.address("Messengers");
    browser.goto(&page).await;
    browser.says(&say(words, "demo-title")).await;
    looks_right(&browser, "en/demo-messengers").await;
    let offers = offers(&browser, "section").await;
    assert_eq!(offers.len(), 7);
    browser.goto(&demo.address("Panel")).await;
    browser.find("main h1").await;
    for offer in &offers {
        let (question, answer) = (format!("Is the blue sofa still there? ({})", offer.kind), "Yes, it is.");
        connects(&browser, words, &parom, offer).await;
        let test = browser.url().await;
        browser.becomes_a_phone().await;
        writes(&browser, offer, &question).await;
        browser.resize(1280, 900).await;
        browser.goto(&test).await;
        browser.says(&say(words, "wizard-finish")).await;
        answers(&browser, &manager, &question, answer).await;
        browser.goto(&offer.phone).await;
        browser.resize(360, 740).await;
        browser.says(answer).await;
        browser.is_accessible(&format!("the phone of {}", offer.kind)).await;
    }
    browser.close().await;
    demo.is_killed().await;
}

/// docs/takeover.md: the line of the other service, Parom beside it, a talk, and the day on both sides.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_takeover_begins_in_the_demo() {
    let Some(browser) = Browser::open("en").await else { return };
    let data = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(Path::new(BINARY), "en_GB", data.path()).await;
    let words = Words::new(Language::En);
    let (parom, page) = (demo.address("Parom"), demo.address("Messengers"));
    browser.goto(&page).await;
    let lines = offers(&browser, "article").await;
    assert_eq!(lines.iter().map(|line| line.kind.as_str()).collect::<Vec<_>>(), ["vk", "avito"]);
    browser.goto(&demo.address("Panel")).await;
    browser.find("main h1").await;
    let mut sources = Vec::new();
    for line in &lines {
        routes(&browser, words, &parom, line).await;
        browser.press("input[name=shadow]").await;
        browser.press("main form button.primary").await;
        browser.until("the comparison", async || browser.url().await.ends_with("/shadow")).await;
        sources.push(browser.url().await);
    }
    browser.goto(&page).await;
    browser.press("#other summary").await;
    browser.press("#other form button").await;
    browser.says(&say(words, "demo-other-talked")).await;
    for source in sources {
        // A messenger brings Parom its copy when it likes, so the page is loaded again, as its reader is told.
        let day = "return document.querySelector('main th a[href*=\"?day=\"]')?.href";
        let figures = "return [...document.querySelectorAll('main dl.facts dd')].map(one => one.textContent)";
        let is_seen = async || {
            browser.goto(&source).await;
            let Some(day) = browser.run(day, vec![]).await.as_str().map(str::to_owned) else { return false };
            browser.goto(&day).await;
            browser.run(figures, vec![]).await == json!(["2", "2", "2"])
        };
        browser.until("both messages are seen on both sides", is_seen).await;
        looks_right(&browser, "en/demo-compared").await;
        // On paper it has the whole width of a page.
        browser.resize(680, 900).await;
        browser.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
        let is_wide = "return document.querySelector('main').offsetWidth === document.documentElement.clientWidth";
        assert_eq!(browser.run(is_wide, vec![]).await, json!(true));
        browser.devtools("Emulation.setEmulatedMedia", json!({"media": ""})).await;
    }
    browser.close().await;
    demo.is_killed().await;
}

// The first steps of the README, as a person takes them in the demo; its pictures are `customer`, `manager`,
// `message` and `widget`.

const QUESTION: &str = "Hello! Is the blue one in stock?";

const ANSWER: &str = "Good morning! Yes, three of them.";

/// Leaves the field or button that was used last: its frame says nothing in a picture. So do scroll bars.
async fn rests(browser: &Browser) {
    browser.run("document.activeElement.blur()", vec![]).await;
    browser.devtools("Emulation.setScrollbarsHidden", json!({"hidden": true})).await;
}

/// The customer's page and the manager's window side by side, until the manager sees that the answer was read.
async fn talk(browser: &Browser, demo: &Demo) {
    let customer = browser.client().window().await.expect("the customer's window");
    browser.goto(&demo.address("Customer's page")).await;
    browser.resize(720, 620).await;
    browser.fill("#form textarea", QUESTION).await;
    browser.press("#form [type=submit]").await;

    let manager = browser.client().new_window(false).await.expect("the manager's window").handle;
    browser.client().switch_to_window(manager.clone()).await.expect("it comes to the front");
    browser.resize(1280, 660).await;
    browser.goto(&demo.address("Manager's window")).await;
    browser.find("#chat-rows a").await;
    // In one step, because the rows are rendered again at any event; the other service's chats are there before.
    let open = "const rows = [...document.querySelectorAll('#chat-rows a')];\
                const row = rows.find(a => a.textContent.includes(arguments[0]));\
                if (row) row.click(); return Boolean(row)";
    browser.until("the chat is there", async || browser.run(open, vec![json!(QUESTION)]).await == json!(true)).await;
    browser.shows("#message-rows .text", &[QUESTION]).await;
    // D24: nothing is in another language than the reader's.
    browser.says("Site visitor").await;
    browser.fill("#answer textarea", ANSWER).await;
    browser.press("#answer button:not([type=button])").await;

    browser.client().switch_to_window(customer).await.expect("the customer's window comes back");
    browser.shows("#messages .theirs .text", &[ANSWER]).await;
    browser.client().refresh().await.expect("the page is loaded again");
    browser.shows("#messages .text", &[QUESTION, ANSWER]).await;
    browser.find("#messages .mine .state.read").await;
    rests(browser).await;
    browser.shot("customer").await;
    browser.client().switch_to_window(manager).await.expect("the manager's window comes back");
    browser.says("Read").await;
    rests(browser).await;
    browser.shot("manager").await;
}

async fn text_at(browser: &Browser, selector: &str) -> String {
    browser.find(selector).await.text().await.expect("words").trim().to_owned()
}

/// The last message in the panel: where it is, with each step of its route.
async fn finds_the_message(browser: &Browser, demo: &Demo) {
    browser.goto(&demo.address("Panel")).await;
    browser.find("main h1").await;
    browser.goto(&format!("{}/panel/messages", demo.address("Parom"))).await;
    browser.run("location.href = document.querySelector('main a[href^=\"/panel/messages/\"]').href", vec![]).await;
    browser.find("ol.timeline").await;
    browser.says("Status shown in amoCRM").await;
    rests(browser).await;
    browser.shot_whole("message", 1280).await;
}

/// An account in which nothing is installed: the integration, a web chat, and its test.
async fn sets_up(browser: &Browser, demo: &Demo) {
    browser.goto(&demo.address("A new account")).await;
    let card = text_at(browser, ".card h2").await;
    browser.press(".card a.primary").await;
    browser.find("#widget-name").await;
    assert_eq!(text_at(browser, "#widget-name").await, card, "D24: a card and the page behind it have one name");
    browser.press("[data-action=install]").await;
    presses(browser, "kind-webchat").await;
    types(browser, "field-name", "Shop site").await;
    types(browser, "field-allowed_origins", "shop.example").await;
    presses(browser, "create").await;
    presses(browser, "test").await;
    browser.find(".parom-steps li:nth-child(5)").await;
    browser.resize(900, 730).await;
    browser.run("document.querySelector('.parom-widget').scrollIntoView()", vec![]).await;
    rests(browser).await;
    browser.shot("widget").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_readme_is_followed_to_its_end() {
    let Some(browser) = Browser::open("en").await else { return };
    let data = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(Path::new(BINARY), "en_GB", data.path()).await;
    talk(&browser, &demo).await;
    finds_the_message(&browser, &demo).await;
    sets_up(&browser, &demo).await;
    let failed = browser.run("return document.querySelectorAll('.parom-steps .parom-bad').length", vec![]).await;
    assert_eq!(failed, json!(0), "{}", browser.text().await);
    browser.close().await;
    demo.is_killed().await;
}
