//! Notifications of the browser: subscribing on the page, and what its push service gets.

use std::time::Duration;

use parom_tests::push_service::PushService;
use parom_tests::{Browser, Engine, Place, World};
use serde_json::{Value, json};

use super::{enters, looks_right};

async fn run(browser: &Browser, script: &str) -> Value {
    browser.run(script, vec![]).await
}

async fn until(browser: &Browser, what: &str, condition: &str) {
    let script = format!("return (async () => Boolean({condition}))()");
    browser.until(what, async || run(browser, &script).await == json!(true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_subscribes_on_the_page_and_its_push_service_gets_the_alert() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = World::open(Engine::Sqlite).await.expect("SQLite is there");
    let line = world.line("support").await;
    let service = PushService::start();
    let origin = world.api.base();
    enters(&browser, &world, line.tenant_id).await;
    browser.goto(&format!("{origin}/panel/alerts")).await;
    until(&browser, "the browser may subscribe", "document.getElementById('push-form')?.hidden === false").await;
    looks_right(&browser, "alerts-push-off").await;
    // A person who refuses sees how to change that.
    let refuses = "Notification.requestPermission = async () => 'denied'; \
        document.querySelector('#push-form button').click()";
    run(&browser, refuses).await;
    until(&browser, "it is said", "document.getElementById('push-said').textContent.includes('blocks')").await;

    // The service of the browser's vendor is out of reach here: a double is in its place. The permission and
    // the worker are real.
    let allows = json!({"origin": origin, "permissions": ["notifications"]});
    browser.devtools("Browser.grantPermissions", allows).await;
    browser.goto(&format!("{origin}/panel/alerts")).await;
    let key = run(&browser, "return document.getElementById('push-form').dataset.key").await;
    let made = service.subscribes(key.as_str().unwrap());
    let keys = json!({"endpoint": made.endpoint, "keys": {"p256dh": made.p256dh, "auth": made.auth}});
    let double = format!(
        "PushManager.prototype.subscribe = async function (options) {{ \
         if (!options.userVisibleOnly || options.applicationServerKey !== {key}) throw new Error('wrong'); \
         return {{ toJSON: () => ({keys}) }}; }}; document.querySelector('#push-form button').click()"
    );
    run(&browser, &double).await;
    let listed = "document.querySelector('#push-devices li')?.textContent.includes('Chrome')";
    until(&browser, "the browser is in the list", listed).await;
    let worker = "return (async () => (await navigator.serviceWorker.getRegistrations()).map((one) => \
        [new URL(one.scope).pathname, new URL((one.active || one.waiting || one.installing).scriptURL).pathname]))()";
    assert_eq!(run(&browser, worker).await, json!([["/panel/", "/panel/push-worker.js"]]));
    let known = format!(
        "PushManager.prototype.getSubscription = async () => ({{ endpoint: {}, unsubscribe: async () => true }});",
        json!(made.endpoint)
    );
    browser.on_every_page(&known).await;
    browser.goto(&format!("{origin}/panel/alerts")).await;
    let recognised =
        "!document.querySelector('#push-devices [data-here]').hidden && document.getElementById('push-form').hidden";
    until(&browser, "the page says which of the browsers it is", recognised).await;
    looks_right(&browser, "alerts-push-on").await;

    let app = world.app();
    let alarm =
        parom::alert::Alarm { tenant_id: line.tenant_id, kind: "late", object: "", source_id: None, detail: json!({}) };
    parom::alert::raise(app, app.store.write(), alarm).await.unwrap();
    world.advance(Duration::from_secs(11 * 60));
    let sent = async || {
        parom::alert_notices::round(&app.alert_notices).await.unwrap();
        service.pushed().len() == 1
    };
    browser.until("the push service has it", sent).await;
    assert!(service.problems().is_empty(), "{:?}", service.problems());
    browser.close().await;
    world.close().await;
}
