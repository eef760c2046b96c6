//! Answers by e-mail: the visitor asks in the chat, confirms in the letter, leaves, and comes back by the letter's link.

use std::time::Duration;

use base::i18n::{Language, Words};
use parom::webchat::by_email::round;
use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Mail, MailServer, Place, Setup, Site, World};
use serde_json::{Value, json};

use super::{Shop, everywhere, opens, root, say, shows, types, until};
use crate::browser::looks_right;
use crate::webchat::chat_with;

fn link_in(letter: &Mail, part: &str) -> String {
    let mut words = letter.text.split_whitespace();
    words.find(|word| word.contains(part)).unwrap_or_else(|| panic!("no link in {letter:?}")).to_owned()
}

/// The messages on the chat's own page.
async fn page_shows(browser: &Browser, wanted: &[&str]) {
    let script = "return [...document.querySelectorAll('.message .text')].map((one) => one.textContent)";
    browser.until("the page shows the chat", async || browser.run(script, vec![]).await == json!(wanted)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_who_left_gets_the_answer_by_email_and_returns() {
    let Some(browser) = Browser::open("en").await else { return };
    let words = Words::new(Language::En);
    let mail = MailServer::start().await;
    let setup = Setup { change: MailServer::serves, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let site = Site::start();
    let mut settings = everywhere(&site);
    settings["email_answers_after"] = json!(10);
    let source = chat_with(&world, settings).await;
    let mut shop = Shop { world, site, source };
    shop.writes("/", "");
    shop.visit(&browser).await;
    assert_eq!(root(&browser, "return root.querySelector('.mail')").await, Value::Null, "nothing is written yet");
    types(&browser, "Is it in stock?").await;
    until(&browser, "it is sent", "root.querySelector('.mine .state.sent')").await;
    let offered = format!("root.querySelector('.mail button')?.textContent === {}", json!(say(words, "chat-mail")));
    until(&browser, "answers by e-mail are offered", &offered).await;
    browser.is_accessible("the chat that offers answers by e-mail").await;
    root(&browser, "root.querySelector('.mail button').click()").await;
    until(&browser, "the address is asked for", "root.activeElement?.name === 'email'").await;
    browser.is_accessible("the chat that asks for an address").await;
    browser.types("anna@example.com").await;
    browser.presses_key("Enter").await;
    let sent = format!("root.querySelector('.mail').textContent === {}", json!(say(words, "chat-mail-sent")));
    until(&browser, "the letter is on its way", &sent).await;

    browser.goto(&link_in(&mail.next().await, "/email/confirm?")).await;
    looks_right(&browser, "chat-mail-confirm-en").await;
    browser.press("form button").await;
    browser.says("Done. Answers you miss in the chat will come by e-mail.").await;

    let guests = shop.world.app().webchat.guests.clone();
    shop.world.until("the visitor has left", async || (guests.streams() == 0).then_some(())).await;
    shop.world.deliver_all().await;
    let chat = shop.world.sandbox.messages(HOST).remove(0).chat_id;
    shop.world.sandbox.manager_says(HOST, &chat, "Yes, in blue").await.expect("the hook");
    shop.world.deliver_all().await;
    shop.world.advance(Duration::from_secs(11 * 60));
    assert_eq!(round(&shop.world.app().webchat).await.expect("a round"), 1);
    let letter = mail.next().await;
    letter.says(&["Shop talk", "Yes, in blue"]);

    browser.goto(&link_in(&letter, "/email/back?")).await;
    page_shows(&browser, &["Is it in stock?", "Yes, in blue"]).await;
    assert!(!browser.url().await.contains("token"), "the link does not stay in the address bar");
    browser.press("#text").await;
    browser.types("I take it").await;
    browser.presses_key("Enter").await;
    page_shows(&browser, &["Is it in stock?", "Yes, in blue", "I take it"]).await;
    let stored = "return Boolean(document.querySelector('.mine:last-child .state.sent'))";
    browser.until("it is sent", async || browser.run(stored, vec![]).await == json!(true)).await;

    // On the site it is the same chat, and what is confirmed is not offered again.
    browser.goto(&shop.site.stranger("/")).await;
    opens(&browser).await;
    shows(&browser, &["Is it in stock?", "Yes, in blue", "I take it"]).await;
    assert_eq!(root(&browser, "return root.querySelector('.mail')").await, Value::Null);

    // In a browser with another conversation here, a site's link asks first.
    let (base, back) = (shop.world.api.base(), link_in(&letter, "/email/back?"));
    let page = format!("{base}/chat/{}", shop.source);
    browser.goto(&page).await;
    browser.client().delete_all_cookies().await.expect("another person's browser");
    browser.goto(&page).await;
    browser.press("#text").await;
    browser.types("Where is my order?").await;
    browser.presses_key("Enter").await;
    browser.until("it is sent", async || browser.run(stored, vec![]).await == json!(true)).await;
    shop.site.writes("/trap", &format!("<!doctype html><a id=go href=\"{back}\">Win</a>"), "");
    browser.goto(&shop.site.stranger("/trap")).await;
    browser.press("#go").await;
    browser.says(&say(words, "chat-mail-another")).await;
    looks_right(&browser, "chat-mail-back-en").await;
    browser.press("main p a").await;
    page_shows(&browser, &["Where is my order?"]).await;
    browser.goto(&back).await;
    browser.press("form button").await;
    page_shows(&browser, &["Is it in stock?", "Yes, in blue", "I take it"]).await;

    browser.goto(&link_in(&letter, "/email/end?")).await;
    browser.press("form button").await;
    browser.says("You will get no more e-mails from this chat.").await;
    browser.close().await;
    shop.world.deliver_all().await;
    shop.world.close().await;
}
