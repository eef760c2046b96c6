//! The widget host in a real Chromium: what a widget gets, and in which order it is called.

use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator, elements::Element, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::crm::archive::{files, zipped};
use crate::crm::caller::{HOST, World, text};

/// A browser, or none without a chromedriver.
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
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-proxy-server",
        "--lang=en",
    ];
    let mut wanted = Capabilities::new();
    wanted.insert("goog:chromeOptions".to_owned(), json!({"args": arguments}));
    let mut builder = ClientBuilder::new(HttpConnector::new());
    Some(builder.capabilities(wanted).connect(&driver).await.unwrap())
}

/// Opens a page of the account and waits until its widgets have run.
async fn open(browser: &Client, world: &World, path: &str) {
    browser.goto(&format!("{}/accounts/{HOST}{path}", world.sandbox.url())).await.unwrap();
    ready(browser).await;
}

async fn ready(browser: &Client) {
    find(browser, "#host[data-state=ready]").await;
}

/// Waits for an element. A page that is being left has other errors than its absence: also then.
pub async fn find(browser: &Client, selector: &str) -> Element {
    let search = async {
        loop {
            if let Ok(element) = browser.find(Locator::Css(selector)).await {
                return element;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(20), search).await;
    assert!(found.is_ok(), "no {selector} on the page");
    found.unwrap()
}

async fn run(browser: &Client, script: &str) -> Value {
    browser.execute(script, vec![]).await.unwrap()
}

/// What the widget wrote down under this key, once it did.
async fn written_down(browser: &Client, key: &str) -> String {
    find(browser, &format!("[data-shown={key}]")).await.text().await.unwrap()
}

/// The callbacks so far and the errors of the widget.
async fn calls(browser: &Client) -> Value {
    let script = "const all = (id) => [...document.querySelectorAll('#' + id + ' li')].map((li) => li.textContent);
        return [all('host-calls'), all('host-errors')];";
    run(browser, script).await
}

async fn press(browser: &Client, selector: &str) {
    browser.find(Locator::Css(selector)).await.unwrap().click().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_widget_lives_through_install_save_sources_card_and_disable() {
    let Some(browser) = browser().await else {
        println!("skipped: PAROM_TEST_CHROMEDRIVER is not set (tests/run sets it)");
        return;
    };
    let world = World::connected().await;
    world.sandbox.set_widget("main", "bridge", &zipped(&files())).unwrap();
    world.message(text("m-1", "Hello")).await;
    open(&browser, &world, "/settings/widgets/bridge").await;
    assert_eq!(calls(&browser).await, json!([["render", "init", "bind_actions", "settings"], []]));
    let user = world.sandbox.users(HOST)[0].id;
    for (key, value) in [
        ("account", "acme"),
        ("user", user.to_string().as_str()),
        ("context", "{}"),
        ("status", "install"),
        ("text", "Hello"),
        ("lib", "{\"jquery\":true}"),
        ("ajax", "200 Hello"),
    ] {
        assert_eq!(written_down(&browser, key).await, value, "{key}");
    }
    // One token for 25 minutes, however often it is asked for; then another.
    let token = "return JSON.parse(sessionStorage.getItem(sessionStorage.key(0))).token";
    let first = run(&browser, token).await;
    for (minutes, same) in [(24, true), (2, false)] {
        world.advance(chrono::TimeDelta::minutes(minutes));
        open(&browser, &world, "/settings/widgets/bridge").await;
        assert_eq!(written_down(&browser, "ajax").await, "200 Hello");
        assert_eq!(run(&browser, token).await == first, same, "{minutes}");
    }
    press(&browser, "[data-action=install]").await;
    find(&browser, "body[data-on-install] #host[data-installed=yes]").await;
    assert!(world.sandbox.is_installed(HOST, "main"));

    let token = world.access().await;
    let item = json!([{"name": "Line", "external_id": "line-1"}]);
    assert_eq!(world.json("POST", "/api/v4/sources", &token, Some(item)).await.0, 200);
    browser.goto(&format!("{}/accounts/{HOST}/pipelines", world.sandbox.url())).await.unwrap();
    press(&browser, "[data-external-id=line-1] a").await;
    ready(&browser).await;
    let source = &world.sandbox.sources(HOST)[0];
    let context = format!("{{\"external_id\":\"line-1\",\"source_id\":{}}}", source["id"]);
    assert_eq!(written_down(&browser, "context").await, context);
    assert_eq!(written_down(&browser, "status").await, "installed");

    browser.goto(&format!("{}/accounts/{HOST}/pipelines", world.sandbox.url())).await.unwrap();
    press(&browser, "section:nth-of-type(2) [data-add=bridge]").await;
    ready(&browser).await;
    let support = world.sandbox.accounts()[0].pipelines[1].id;
    assert_eq!(written_down(&browser, "pipeline").await, support.to_string());

    let lead = world.sandbox.chats(HOST)[0].lead.as_ref().unwrap().id;
    open(&browser, &world, &format!("/leads/{lead}")).await;
    assert_eq!(written_down(&browser, "card").await, lead.to_string());
    open(&browser, &world, "/settings/bridge").await;
    assert_eq!(written_down(&browser, "area").await, "advanced_settings");

    open(&browser, &world, "/settings/widgets/bridge").await;
    // The field of the kind "custom" was JSON, so it was kept.
    let kept = run(&browser, "return document.getElementById('bridge_custom').value").await;
    assert_eq!(kept, json!("{\"kept\":1}"));
    press(&browser, "[data-action=disable]").await;
    find(&browser, "#host[data-installed=no][data-state=ready]").await;
    assert!(!world.sandbox.is_installed(HOST, "main"));
    browser.close().await.unwrap();
}
