//! The two demo windows in a real browser: the customer's page and the manager's.

use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use parom_tests::settings::HOST;
use parom_tests::{Engine, Place, Setup, World};
use serde_json::json;

const LIMIT: Duration = Duration::from_secs(20);

/// A headless Chromium, steered by the chromedriver that `tests/run` started. None: there is none, and a line said so.
async fn chromium() -> Option<Client> {
    let Some(driver) = parom::config::variable("PAROM_TEST_CHROMEDRIVER") else {
        println!("skipped: PAROM_TEST_CHROMEDRIVER is not set (tests/run sets it)");
        return None;
    };
    let arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server"];
    let mut wanted = Capabilities::new();
    wanted.insert("goog:chromeOptions".to_owned(), json!({"args": arguments}));
    let mut builder = ClientBuilder::new(HttpConnector::new());
    Some(builder.capabilities(wanted).connect(&driver).await.expect("chromedriver starts a browser"))
}

/// Waits until exactly these texts stand at a selector, in this order.
async fn shows(browser: &Client, selector: &str, wanted: &[&str]) {
    let mut there = Vec::new();
    let waiting = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(50));
        loop {
            ticks.tick().await;
            let script = "return [...document.querySelectorAll(arguments[0])].map(one => one.textContent.trim())";
            let found = browser.execute(script, vec![json!(selector)]).await.expect("the page answers");
            there = found.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect();
            if there == wanted {
                return;
            }
        }
    };
    let shown = tokio::time::timeout(LIMIT, waiting).await;
    assert!(shown.is_ok(), "{selector} shows {there:?} instead of {wanted:?}");
}

async fn writes(browser: &Client, form: &str, text: &str) {
    let field = browser.wait().at_most(LIMIT).for_element(Locator::Css(&format!("{form} textarea"))).await;
    field.expect("a field to write in").send_keys(text).await.expect("it takes text");
    browser
        .find(Locator::Css(&format!("{form} button")))
        .await
        .expect("a button")
        .click()
        .await
        .expect("it is pressed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customer_and_manager_talk_in_two_windows() {
    let Some(browser) = chromium().await else { return };
    let world = World::start(Engine::Sqlite, Setup { live: true, ..Setup::default() }).await.expect("SQLite is there");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let source = json!({"kind": "webchat", "name": "Site", "settings": {}});
    let source = world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &source).await.is(201).text_at("/id");
    let customers_page = format!("{}/chat/{source}", world.api.base());
    let managers_page = format!("{}/accounts/{HOST}/", world.sandbox.url());

    let customer = browser.window().await.expect("a window");
    browser.goto(&customers_page).await.expect("the customer's page opens");
    writes(&browser, "#form", "Здравствуйте! <b>Есть</b> кто?").await;
    shows(&browser, "#messages .mine .text", &["Здравствуйте! <b>Есть</b> кто?"]).await;

    let manager = browser.new_window(false).await.expect("another window").handle;
    browser.switch_to_window(manager.clone()).await.expect("it comes to the front");
    browser.goto(&managers_page).await.expect("the manager's window opens");
    browser.wait().at_most(LIMIT).for_element(Locator::Css("#chat-rows a")).await.expect("the chat comes in");
    // In one step: the rows are drawn anew whenever something happens.
    browser.execute("document.querySelector('#chat-rows a').click()", vec![]).await.expect("the chat opens");
    shows(&browser, "#message-rows .text", &["Здравствуйте! <b>Есть</b> кто?"]).await;
    writes(&browser, "#answer", "Добрый день").await;
    shows(&browser, "#message-rows .text", &["Здравствуйте! <b>Есть</b> кто?", "Добрый день"]).await;

    browser.switch_to_window(customer).await.expect("the customer's window comes back");
    shows(&browser, "#messages .theirs .text", &["Добрый день"]).await;
    for _ in 0..2 {
        browser.refresh().await.expect("the page is loaded again");
        shows(&browser, "#messages .text", &["Здравствуйте! <b>Есть</b> кто?", "Добрый день"]).await;
    }
    writes(&browser, "#form", "Спасибо").await;
    let whole = ["Здравствуйте! <b>Есть</b> кто?", "Добрый день", "Спасибо"];
    shows(&browser, "#messages .text", &whole).await;
    browser.switch_to_window(manager).await.expect("the manager's window comes back");
    shows(&browser, "#message-rows .text", &whole).await;
    browser.close().await.expect("the browser closes");

    world.until("all letters are carried", async || world.letters().await.is_empty().then_some(())).await;
    let there: Vec<String> = world.sandbox.messages(HOST).into_iter().map(|message| message.text).collect();
    assert_eq!(there, whole, "nothing is doubled");
    world.close().await;
}
