//! Every messenger of the demo connected and used by hand: credentials copied from its page, the wizard, the customer's
//! phone, the manager's window.

use std::path::Path;

use base::i18n::{Language, Words};
use parom_tests::{Browser, Demo};
use serde_json::{Value, json};

use super::{looks_right, say};
use crate::demo::BINARY;

/// What the page shows for one messenger.
struct Offer {
    kind: String,
    name: String,
    /// Names of settings and what to enter.
    fields: Vec<(String, String)>,
    phone: String,
}

const OFFERS: &str = "return [...document.querySelectorAll('section')].map(one => ({\
    kind: one.querySelector('h2').id.slice(2), name: one.querySelector('h2').textContent.trim(),\
    fields: [...one.querySelectorAll('code')].map(code => [code.dataset.name, code.textContent]),\
    phone: one.querySelector('a').href}))";

async fn offers(browser: &Browser) -> Vec<Offer> {
    let found = browser.run(OFFERS, vec![]).await;
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
    browser.goto(&format!("{parom}/panel/sources/new")).await;
    let radio = format!("document.querySelector('input[value={}]').click()", offer.kind);
    browser.run(&radio, vec![]).await;
    browser.press("main form button.primary").await;
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
    browser.press("main form button.primary").await;
    browser.until("the test step", async || browser.url().await.ends_with("/test")).await;
    browser.find("[data-live=end] a").await;
}

/// The customer writes on the phone, which shows it.
async fn writes(browser: &Browser, offer: &Offer, text: &str) {
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
async fn answers(browser: &Browser, manager: &str, question: &str, answer: &str) {
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
    let offers = offers(&browser).await;
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
