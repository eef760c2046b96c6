//! The two demo windows in a real browser: the customer's page and the manager's.

use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::json;

async fn writes(browser: &Browser, form: &str, text: &str) {
    browser.find(&format!("{form} textarea")).await.send_keys(text).await.expect("it takes text");
    browser.press(&format!("{form} button:not([type=button])")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customer_and_manager_talk_in_two_windows() {
    let Some(browser) = Browser::open("ru").await else { return };
    let world = World::start(Engine::Sqlite, Setup { live: true, ..Setup::default() }).await.expect("SQLite is there");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let source = json!({"kind": "webchat", "name": "Site", "settings": {}});
    let source = world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &source).await.is(201).text_at("/id");
    let customers_page = format!("{}/chat/{source}", world.api.base());
    let managers_page = format!("{}/accounts/{HOST}/", world.sandbox.url());

    let customer = browser.client().window().await.expect("a window");
    browser.goto(&customers_page).await;
    writes(&browser, "#form", "Здравствуйте! <b>Есть</b> кто?").await;
    browser.shows("#messages .mine .text", &["Здравствуйте! <b>Есть</b> кто?"]).await;

    let manager = browser.client().new_window(false).await.expect("another window").handle;
    browser.client().switch_to_window(manager.clone()).await.expect("it comes to the front");
    browser.goto(&managers_page).await;
    browser.find("#chat-rows a").await;
    // In one step, because the rows are rendered again at any event.
    browser.run("document.querySelector('#chat-rows a').click()", vec![]).await;
    browser.shows("#message-rows .text", &["Здравствуйте! <b>Есть</b> кто?"]).await;
    writes(&browser, "#answer", "Добрый день").await;
    browser.shows("#message-rows .text", &["Здравствуйте! <b>Есть</b> кто?", "Добрый день"]).await;

    browser.client().switch_to_window(customer).await.expect("the customer's window comes back");
    browser.shows("#messages .theirs .text", &["Добрый день"]).await;
    for _ in 0..2 {
        browser.client().refresh().await.expect("the page is loaded again");
        browser.shows("#messages .text", &["Здравствуйте! <b>Есть</b> кто?", "Добрый день"]).await;
    }
    writes(&browser, "#form", "Спасибо").await;
    let whole = ["Здравствуйте! <b>Есть</b> кто?", "Добрый день", "Спасибо"];
    browser.shows("#messages .text", &whole).await;
    browser.client().switch_to_window(manager).await.expect("the manager's window comes back");
    browser.shows("#message-rows .text", &whole).await;
    browser.close().await;

    world.carries_all().await;
    let there: Vec<String> = world.sandbox.messages(HOST).into_iter().map(|message| message.text).collect();
    assert_eq!(there, whole, "nothing is doubled");
    world.close().await;
}
