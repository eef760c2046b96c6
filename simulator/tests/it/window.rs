//! The phone's page, in HTML and in a real Chromium.

use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use simulator::telegram::{Content, Telegram};

use crate::{sender::LIMIT, world::World};

async fn page(world: &World, path: &str) -> (u16, String) {
    let answer = world.http.get(format!("{}{path}", world.telegram.base_url())).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn pages_are_in_both_languages_and_harmless() {
    let world = World::started().await;
    world.maria().writes("<script>alert(1)</script> \"quoted\"").unwrap();
    world.maria().sends(Content::photo("see https://acme.test/?a=1&b=2")).unwrap();
    let place = Content::Location {
        latitude: 43.25,
        longitude: -76.95,
        live_period: None,
        heading: None,
        horizontal_accuracy: None,
    };
    world.maria().sends(place).unwrap();
    let own = format!("/phone/{}/{}", world.maria, world.bot.id);
    for path in ["/phone", own.as_str(), "/trouble"] {
        let (status, english) = page(&world, &format!("{path}?lang=en")).await;
        let (_, russian) = page(&world, &format!("{path}?lang=ru")).await;
        assert_eq!(
            (status, english.contains("<html lang=\"en\">"), russian.contains("<html lang=\"ru\">")),
            (200, true, true)
        );
        assert_ne!(english.len(), russian.len(), "{path}");
        assert!(!english.contains("<script>alert"), "{path}");
        assert!(!english.contains("{who}") && !english.contains("{bot}"), "{path}");
    }
    world.ok("sendChatAction", json!({"chat_id": world.maria, "action": "typing"})).await;
    let (_, phone) = page(&world, &own).await;
    assert!(phone.contains("Acme Support is typing…"));
    world.advance(5);
    assert!(!page(&world, &own).await.1.contains("is typing…"));
    assert!(phone.contains("href=\"https://maps.google.com/maps?q=43.25,-76.95\"") && phone.contains("Show on a map"));
    assert!(phone.contains("href=\"https://acme.test/?a=1&#38;b=2\""), "{phone}");
    assert_eq!(page(&world, "/phone/1/2").await.0, 404);
    assert_eq!(page(&world, "/nothing").await.0, 404);
}

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

/// Presses a button at any place, also in a row that is just being redrawn.
pub async fn press(browser: &Client, selector: &str) {
    let wait = browser.wait().at_most(Duration::from_secs(20));
    wait.for_element(Locator::Css(selector)).await.unwrap();
    browser.execute("document.querySelector(arguments[0]).click()", vec![json!(selector)]).await.unwrap();
}

pub async fn write(browser: &Client, words: &str) {
    browser.find(Locator::Css("#text")).await.unwrap().send_keys(words).await.unwrap();
}

/// Waits until the chat has so many messages; the kind and the text of the last one.
async fn last(world: &World, count: usize) -> (String, String) {
    let found = |telegram: &Telegram| {
        let all = telegram.history(world.bot.id, world.maria);
        (all.len() >= count).then(|| all.last().map(|one| (one.kind.clone(), one.text.clone())).unwrap())
    };
    world.telegram.wait_for(found, LIMIT).await.unwrap()
}

/// One deed after the other, as a person does them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_uses_the_phone_by_hand() {
    let Some(browser) = browser().await else {
        println!("skipped: PAROM_TEST_CHROMEDRIVER is not set (tests/run sets it)");
        return;
    };
    let world = World::start().await;
    browser
        .goto(&format!("{}/phone/{}/{}?lang=en", world.telegram.base_url(), world.maria, world.bot.id))
        .await
        .unwrap();
    press(&browser, "#start:not([hidden])").await;
    assert_eq!(last(&world, 1).await.1, "/start");
    write(&browser, "Hello\u{e007}").await;
    assert_eq!(last(&world, 2).await, ("text".to_owned(), "Hello".to_owned()));
    let mut count = 2;
    for kind in ["photo", "video", "voice", "document", "sticker", "poll", "dice"] {
        press(&browser, &format!("[data-sample={kind}]")).await;
        count += 1;
        assert_eq!(last(&world, count).await.0, kind);
    }
    for (way, kind) in [("location", "location"), ("contact", "contact"), ("own-contact", "contact")] {
        press(&browser, &format!("[data-do={way}]")).await;
        count += 1;
        assert_eq!(last(&world, count).await.0, kind);
    }
    // A file of the device, then two at once with a caption.
    let sample = |name: &str| format!("{}/assets/samples/{name}", env!("CARGO_MANIFEST_DIR"));
    let input = Locator::Css("input[data-kind=photo]");
    press(&browser, "[data-tool=attach] summary").await;
    browser.find(input).await.unwrap().send_keys(&sample("picture.png")).await.unwrap();
    count += 1;
    assert_eq!(last(&world, count).await.0, "photo");
    write(&browser, "two").await;
    let both = format!("{}\n{}", sample("picture.png"), sample("picture.jpg"));
    browser.find(input).await.unwrap().send_keys(&both).await.unwrap();
    count += 2;
    last(&world, count).await;
    let history = world.telegram.history(world.bot.id, world.maria);
    let album = |at: usize| history[at].json["media_group_id"].clone();
    assert!(album(count - 1).is_string() && album(count - 1) == album(count - 2));
    assert_eq!(history[count - 2].text, "two");
    press(&browser, "#m-2 [data-do=edit]").await;
    write(&browser, ", you\u{e007}").await;
    let edited =
        |telegram: &Telegram| (telegram.history(world.bot.id, world.maria)[1].text == "Hello, you").then_some(());
    world.telegram.wait_for(edited, LIMIT).await.expect("the message is changed");
    let markup = json!({"inline_keyboard": [[{"text": "Yes", "callback_data": "1"}]]});
    let sent = world.ok("sendMessage", json!({"chat_id": world.maria, "text": "Well?", "reply_markup": markup})).await;
    let id = sent["message_id"].as_i64().unwrap();
    press(&browser, &format!("#m-{id} .key")).await;
    let pressed = |telegram: &Telegram| {
        telegram.updates(world.bot.id).iter().any(|one| one.kind == "callback_query").then_some(())
    };
    world.telegram.wait_for(pressed, LIMIT).await.expect("the button is pressed");
    press(&browser, &format!("#m-{id} [data-emoji='👍']")).await;
    let reacted = |telegram: &Telegram| (!telegram.sent(world.bot.id)[0].reactions.is_empty()).then_some(());
    world.telegram.wait_for(reacted, LIMIT).await.expect("the reaction is set");
    press(&browser, &format!("#m-{id} [data-do=reply]")).await;
    write(&browser, "Yes\u{e007}").await;
    last(&world, count + 2).await;
    assert_eq!(world.telegram.history(world.bot.id, world.maria).last().unwrap().reply_to, Some(id));
    press(&browser, "#menu:not([hidden]) #block").await;
    press(&browser, "#blocked:not([hidden]) #unblock").await;
    press(&browser, "#menu:not([hidden]) #block").await;
    press(&browser, "#blocked:not([hidden])").await;
    browser.close().await.unwrap();
}
