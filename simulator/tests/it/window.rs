//! The phone's page in a real Chromium, with Telegram.

use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator, elements::Element, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use simulator::telegram::{Author, Telegram};

use crate::stage::LIMIT;
use crate::telegram::World;

pub async fn browser() -> Option<Client> {
    let driver = std::env::var("PAROM_TEST_CHROMEDRIVER").ok();
    // tests/run installs a browser and lets no test be skipped.
    assert!(driver.is_some() || std::env::var("PAROM_TEST_ALL").is_err(), "PAROM_TEST_CHROMEDRIVER is not set");
    let driver = driver?;
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-proxy-server",
        "--lang=en",
        "--window-size=400,800",
    ];
    let mut wanted = Capabilities::new();
    wanted.insert("goog:chromeOptions".to_owned(), json!({"args": arguments}));
    Some(ClientBuilder::new(HttpConnector::new()).capabilities(wanted).connect(&driver).await.unwrap())
}

/// Waits for an element. A page that is being left has other errors than its absence: also then.
pub async fn there(browser: &Client, selector: &str) -> Element {
    let search = async {
        loop {
            if let Ok(element) = browser.find(Locator::Css(selector)).await {
                return element;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let found = tokio::time::timeout(LIMIT, search).await;
    assert!(found.is_ok(), "no {selector} in the window");
    found.unwrap()
}

/// Presses a button at any place, also in a row that is just being redrawn.
pub async fn press(browser: &Client, selector: &str) {
    there(browser, selector).await;
    browser.execute("document.querySelector(arguments[0]).click()", vec![json!(selector)]).await.unwrap();
}

pub async fn write(browser: &Client, words: &str) {
    browser.find(Locator::Css("#text")).await.unwrap().send_keys(words).await.unwrap();
}

/// Waits until something is true of the simulator.
async fn until(world: &World, what: &str, holds: impl Fn(&Telegram) -> bool) {
    let found = world.telegram().wait_for(|telegram| holds(telegram).then_some(()), LIMIT).await;
    assert!(found.is_some(), "{what}");
}

/// The last of so many messages is of this kind.
async fn last(world: &World, count: usize, kind: &str) {
    let (bot, maria) = (world.bot.id, world.maria);
    let is_last = |telegram: &Telegram| {
        let all = telegram.history(bot, maria);
        all.len() == count && all.last().is_some_and(|one| one.kind == kind)
    };
    until(world, kind, is_last).await;
}

/// One deed after the other, as a person does them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_uses_the_phone_by_hand() {
    let Some(browser) = browser().await else {
        println!("skipped: PAROM_TEST_CHROMEDRIVER is not set (tests/run sets it)");
        return;
    };
    let world = World::start().await;
    let (bot, maria) = (world.bot.id, world.maria);
    let phone = format!("{}/phone/{maria}/{bot}?lang=en", world.telegram().base_url());
    // Every deed begins on a loaded page: a form's answer may still be on its way.
    let opened = async || browser.goto(&phone).await.unwrap();
    let presses = async |selector: &str| {
        opened().await;
        press(&browser, selector).await;
    };
    presses("#start").await;
    last(&world, 1, "text").await;
    opened().await;
    write(&browser, "Hello\u{e007}").await;
    last(&world, 2, "text").await;
    let mut count = 2;
    for kind in ["photo", "voice", "sticker", "poll", "location", "own_contact"] {
        presses(&format!("[data-sample={kind}]")).await;
        count += 1;
        last(&world, count, if kind == "own_contact" { "contact" } else { kind }).await;
    }
    // Two files of the device at once are an album.
    let sample = |name: &str| format!("{}/assets/samples/{name}", env!("CARGO_MANIFEST_DIR"));
    let both = format!("{}\n{}", sample("picture.png"), sample("picture.jpg"));
    opened().await;
    let input = browser.find(Locator::Css("input[data-kind=photo]")).await.unwrap();
    input.send_keys(&both).await.unwrap();
    last(&world, count + 2, "photo").await;
    let history = world.telegram().history(bot, maria);
    let album = |at: usize| history[at].json["media_group_id"].clone();
    assert!(album(count).is_string() && album(count) == album(count + 1));
    presses("#m-2 [data-do=edit]").await;
    write(&browser, ", you\u{e007}").await;
    until(&world, "edited", |telegram| telegram.history(bot, maria)[1].text == "Hello, you").await;
    let markup = json!({"inline_keyboard": [[{"text": "Yes", "callback_data": "1"}]]});
    let sent = world.ok("sendMessage", json!({"chat_id": maria, "text": "Well?", "reply_markup": markup})).await;
    let id = sent["message_id"].as_i64().unwrap();
    let told = |kind: &'static str, count: usize| {
        move |telegram: &Telegram| telegram.hooks(bot).iter().filter(|one| one.kind == kind).count() == count
    };
    presses(&format!("#m-{id} .key")).await;
    until(&world, "pressed", told("callback_query", 1)).await;
    presses(&format!("#m-{id} [data-emoji='👍']")).await;
    let has_reacted = |telegram: &Telegram| telegram.sent(bot)[0].reactions.contains_key(&Author::Person(maria));
    until(&world, "reacted", has_reacted).await;
    presses(&format!("#m-{id} [data-do=reply]")).await;
    write(&browser, "Yes\u{e007}").await;
    let is_answered = |telegram: &Telegram| telegram.history(bot, maria).last().unwrap().reply_to == Some(id.into());
    until(&world, "answered", is_answered).await;
    for (count, selector) in [(1, "#block"), (2, "#unblock")] {
        presses(selector).await;
        until(&world, selector, told("my_chat_member", count)).await;
    }
    browser.close().await.unwrap();
}
