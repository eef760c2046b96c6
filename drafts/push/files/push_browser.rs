//! Notifications of the browser: subscribing on the page, and the worker that shows them.

use parom_tests::push_service::PushService;
use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::{Value, json};

use super::{enters, looks_right};

/// The worker's source, to run it with a page's stand-ins: a browser starts it only for its own push service.
const WORKER: &str = include_str!("../../../server/assets/panel/push-worker.js");

async fn run(browser: &Browser, script: &str) -> Value {
    browser.run(script, vec![]).await
}

async fn until(browser: &Browser, what: &str, condition: &str) {
    let script = format!("return Boolean({condition})");
    browser.until(what, async || run(browser, &script).await == json!(true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_subscribes_on_the_page_and_its_worker_shows_what_comes() {
    let Some(browser) = Browser::open("en").await else { return };
    let setup = Setup { live: true, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = world.line("support").await;
    let service = PushService::start();
    enters(&browser, &world, line.tenant_id).await;
    let path = format!("{}/panel/alerts", world.api.base());
    browser.goto(&path).await;
    until(&browser, "the browser may subscribe", "document.getElementById('push-form')?.hidden === false").await;
    looks_right(&browser, "alerts-push-off").await;
    // A person who refuses sees how to change that.
    run(&browser, "Notification.requestPermission = async () => 'denied'; document.querySelector('#push-form button').click()")
        .await;
    until(&browser, "it is said", "document.getElementById('push-said').textContent.includes('blocks')").await;

    // The browser's own service is out of reach here: a double is in its place. Everything else is real.
    let key = run(&browser, "return document.getElementById('push-form').dataset.key").await;
    let made = service.subscribes(key.as_str().unwrap());
    let keys = json!({"endpoint": made.endpoint, "keys": {"p256dh": made.p256dh, "auth": made.auth}});
    let double = format!(
        "Notification.requestPermission = async () => 'granted'; \
         PushManager.prototype.getSubscription = async () => null; \
         PushManager.prototype.subscribe = async function (options) {{ \
         if (!options.userVisibleOnly || options.applicationServerKey !== {key}) throw new Error('wrong'); \
         return {{ toJSON: () => ({keys}) }}; }}; document.querySelector('#push-form button').click()"
    );
    run(&browser, &double).await;
    until(&browser, "the browser is in the list", "document.querySelector('#push-devices li')?.textContent.includes('Chrome')")
        .await;
    looks_right(&browser, "alerts-push-on").await;
    let worker = "const all = await navigator.serviceWorker.getRegistrations(); \
        return all.map((one) => [new URL(one.scope).pathname, new URL((one.active || one.installing || one.waiting).scriptURL).pathname])";
    let registered = run(&browser, &format!("return (async () => {{ {worker} }})()")).await;
    assert_eq!(registered, json!([["/panel/", "/panel/push-worker.js"]]));

    let given = r#"{"title": "Late", "body": "Two messages", "tag": "t1", "path": "/panel/alerts?x=1"}"#;
    let script = format!(
        "const handlers = {{}}, shown = [], opened = []; \
         const self = {{ addEventListener: (name, act) => (handlers[name] = act), location, \
         registration: {{ showNotification: async (title, about) => shown.push([title, about.body, about.tag, about.data]) }}, \
         clients: {{ openWindow: async (url) => opened.push(url) }} }}; {WORKER}; \
         const wait = {{ waitUntil: () => {{}} }}; \
         handlers.push({{ ...wait, data: {{ json: () => ({given}) }} }}); \
         const click = (data) => handlers.notificationclick({{ ...wait, notification: {{ data, close: () => {{}} }} }}); \
         click('/panel/alerts?x=1'); click('https://elsewhere.example/'); click('//elsewhere.example/'); \
         return [shown, opened.map((url) => url.replace(location.origin, ''))]"
    );
    let wanted = json!([[["Late", "Two messages", "t1", "/panel/alerts?x=1"]], ["/panel/alerts?x=1"]]);
    assert_eq!(run(&browser, &script).await, wanted);
    browser.close().await;
    world.close().await;
}
