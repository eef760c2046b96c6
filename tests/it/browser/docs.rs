//! The page of the API's description, from which requests are sent where the configuration allows it.

use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::json;

use super::looks_right;

/// O4: it is open to all, and accessible to all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o4_a_request_is_sent_from_the_apis_page() {
    let Some(browser) = Browser::open("en").await else { return };
    let setup = Setup { change: |config| config.server.try_api = true, ..Setup::default() };
    let mut world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = world.line("support").await;
    browser.goto(&format!("{}/api/docs", world.api.base())).await;
    let article = "#post_sources_source_id_messages";
    browser.find(&format!("{article} .try")).await;
    browser.shows(&format!("{article} .address code"), &["/api/v1/sources/{source_id}/messages"]).await;
    browser.shows("#schema-ConversationIn dt", &["id required"]).await;
    looks_right(&browser, "api-docs").await;
    let send = async |key: &str| {
        let script = "const [article, key, source] = arguments; const one = document.querySelector(article); \
            const fill = (field, text) => { field.value = text; field.dispatchEvent(new Event('input')); }; \
            fill(document.querySelector('[data-key=key]'), key); one.querySelector('details.try').open = true; \
            fill(one.querySelector('[name=source_id]'), source); one.querySelector('.try button').click()";
        browser.run(script, vec![json!(article), json!(key), json!(line.source_id.to_string())]).await;
    };
    let answers = async |text: &str| {
        let script = "return document.querySelector(arguments[0]).textContent.includes(arguments[1])";
        let is_so = async || browser.run(script, vec![json!(format!("{article} .try pre")), json!(text)]).await == true;
        browser.until(&format!("the answer has {text}"), is_so).await;
    };
    send("prm_wrong").await;
    answers("401 Unauthorized").await;
    send(world.api.key()).await;
    answers("202 Accepted").await;
    answers("\"status\": \"queued\"").await;
    browser.close().await;
    world.deliver_to_the_end().await;
    world.close().await;
}
