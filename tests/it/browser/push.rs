//! Notifications of the browser: subscribing on the page, what its push service gets, and what the browser shows of it.

use std::time::Duration;

use parom_tests::push_service::PushService;
use parom_tests::{Browser, Engine, Place, World};
use serde_json::{Value, json};

use super::{enters, looks_right, run, until};

/// The worker's source, to press a notification with stand-ins of a page: no test can press a real one.
const WORKER: &str = include_str!("../../../pages/assets/panel/push-worker.js");
/// The notifications that the browser shows now.
const SHOWN: &str = "return (async () => (await (await navigator.serviceWorker.getRegistration('/panel/')).getNotifications())\
    .map((one) => [one.title, one.body, one.tag, one.data]))()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_subscribes_on_the_page_and_shows_an_alert_and_its_end() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = World::open(Engine::Sqlite).await.expect("SQLite is there");
    let line = world.line("support").await;
    let service = PushService::start();
    let origin = world.api.base();
    enters(&browser, &world, line.tenant_id).await;
    browser.goto(&format!("{origin}/panel/alerts")).await;
    until(&browser, "the browser may subscribe", "document.getElementById('push-form')?.hidden === false").await;
    // A person who refuses sees how to change that.
    let refuses = "Notification.requestPermission = async () => 'denied'; \
        document.querySelector('#push-form button').click()";
    run(&browser, refuses).await;
    until(&browser, "the notice is shown", "document.getElementById('push-said').textContent.includes('blocks')").await;

    // The service of the browser's vendor is out of reach here: a double is in its place. The permission, the worker
    // and what it shows are real.
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
    for count in 1..=2 {
        let sent = async || {
            parom::alert_notices::round(&app.alert_notices).await.unwrap();
            service.pushed().len() == count
        };
        browser.until("the push service has it", sent).await;
        let payload = service.pushed()[count - 1].payload.clone();
        let wanted = json!([[payload["title"], payload["body"], payload["tag"], payload["path"]]]);
        // Chromium drops a message that comes while it starts or stops the worker; a push service sends it again.
        let shows = async || {
            let shown = run(&browser, SHOWN).await;
            if shown != wanted {
                println!("shown: {shown}");
                arrives(&browser, &origin, &payload).await;
            }
            shown == wanted
        };
        browser.until("the browser shows that alone", shows).await;
        parom::alert::resolve(app, app.store.write(), line.tenant_id, "late", "").await.unwrap();
        world.advance(Duration::from_secs(11 * 60));
    }
    assert!(service.problems().is_empty(), "{:?}", service.problems());
    opens_pages_of_this_server_only(&browser).await;

    run(&browser, "document.querySelector('#push-devices form button').click()").await;
    until(&browser, "the list is empty", "!document.getElementById('push-devices')").await;
    until(&browser, "it can be switched on again", "document.getElementById('push-form').hidden === false").await;
    browser.close().await;
    world.close().await;
}

/// The push service passes a message to the page's worker. The browser counts its workers from 0, and this one has no other.
async fn arrives(browser: &Browser, origin: &str, payload: &Value) {
    browser.devtools("ServiceWorker.enable", json!({})).await;
    let message = json!({"origin": origin, "registrationId": "0", "data": payload.to_string()});
    browser.devtools("ServiceWorker.deliverPushMessage", message).await;
}

/// A pressed notification opens a page of this server, whatever was sent.
async fn opens_pages_of_this_server_only(browser: &Browser) {
    let script = format!(
        "const handlers = {{}}, opened = []; \
         const self = {{ addEventListener: (name, act) => (handlers[name] = act), location, \
         clients: {{ openWindow: async (url) => opened.push(url) }} }}; {WORKER}; \
         const click = (data) => handlers.notificationclick({{ waitUntil: () => {{}}, notification: {{ data, close: () => {{}} }} }}); \
         click('/panel/alerts?x=1'); click('https://elsewhere.example/'); click('//elsewhere.example/'); \
         return opened.map((url) => url.replace(location.origin, ''))"
    );
    assert_eq!(run(browser, &script).await, json!(["/panel/alerts?x=1"]));
}
