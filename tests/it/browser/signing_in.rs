//! Who comes in and from where: frames and forms of other sites, no scripts, the API's page, notifications.

use std::time::Duration;

use base::i18n::{Language, Words};
use parom::admin::operators;
use parom::audit::{Actor, By};
use parom_tests::push_service::PushService;
use parom_tests::settings::HOST;
use parom_tests::{Answer, Browser, Engine, Place, Setup, Site, World};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};
use uuid::Uuid;

use super::{CODE, crm_page, enters, entry, installed, looks_right, run, say, until};

const EMAIL: &str = "olga@vendor.example";

/// A new operator opens the link of the invitation and sees the secret for an authenticator.
pub async fn is_invited(browser: &Browser, world: &World, language: Language) {
    let by = By { actor: Actor::Cli, address: None };
    let added = operators::add_operator(&world.app().panel, EMAIL, "Olga", language, &by).await.expect("an operator");
    browser.goto(&added.expect("a new one").1).await;
    browser.press("main form button").await;
    browser.find("code.mono.all").await;
}

/// The operator enters a code of this secret; the page with recovery codes is open.
pub async fn connects_an_authenticator(browser: &Browser, world: &World) {
    let secret = browser.find("code.mono.all").await.text().await.expect("the secret");
    let secret = Secret::try_from_base32(secret.trim()).expect("base32");
    let totp = Builder::new().with_secret(secret).with_account_name("x").build().expect("a generator");
    let now = u64::try_from(world.clock.millis() / 1000).expect("after 1970");
    browser.fill("input[name=code]", &totp.generate(now).to_string()).await;
    browser.press("main form button").await;
    browser.find("ul.codes").await;
}

// Whose page may hold ours, whose form we take, and a browser that runs no scripts.

/// Opens an address in a frame of the present page and steps into it. False: the browser refused to show it there.
async fn is_framed(browser: &Browser, url: &str) -> bool {
    let script = "const done = arguments[1], old = document.getElementById('inner');\
        if (old) old.remove();\
        const frame = document.createElement('iframe');\
        frame.id = 'inner'; frame.width = 900; frame.height = 600;\
        frame.addEventListener('load', () => done(true), { once: true });\
        frame.src = arguments[0]; document.body.append(frame)";
    browser.client().execute_async(script, vec![json!(url)]).await.expect("the frame is loaded");
    browser.find("#inner").await.enter_frame().await.expect("there is a frame");
    // A refused page is the browser's own, of no address; an error page of ours would still be ours.
    browser.run("return location.protocol", vec![]).await != json!("chrome-error:")
}

async fn leaves(browser: &Browser) {
    browser.client().enter_parent_frame().await.expect("the page around it");
}

/// Fails the test if the present page may hold the other one.
async fn is_refused(browser: &Browser, url: &str) {
    assert!(!is_framed(browser, url).await, "{} holds {url}", browser.url().await);
    leaves(browser).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_pages_of_amocrm_hold_the_panel_in_a_frame() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, tenant_id) = installed().await;
    let (site, words, base) = (Site::start(), Words::new(Language::En), world.api.base());
    let chat = json!({"kind": "webchat", "name": "Site", "settings": {"allowed_origins": [site.stranger("")]}});
    let chat = world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &chat).await.is(201).text_at("/id");
    is_invited(&browser, &world, Language::En).await;
    connects_an_authenticator(&browser, &world).await;

    // In the account: a whole panel, with its cookie, that goes on from page to page.
    browser.goto(&crm_page(&world, &format!("settings/widgets/{CODE}"))).await;
    browser.find("#host[data-state=ready]").await;
    assert!(is_framed(&browser, &entry(&world, tenant_id).await).await);
    browser.says(HOST).await;
    browser.find("html.framed").await;
    browser.press("nav.side .wide a[href='/panel/sources']").await;
    browser.says(&say(words, "sources-title")).await;
    browser.says("Site").await;
    leaves(&browser).await;
    // The panel of a person signed in by password, the admin and the customers' page cannot be framed by any page.
    let alone = [
        "/panel/sign-in?again".to_owned(),
        "/admin/sign-in".to_owned(),
        "/admin/accounts".to_owned(),
        format!("/chat/{chat}"),
        "/oauth/callback".to_owned(),
    ];
    for path in &alone[1..] {
        is_refused(&browser, &format!("{base}{path}")).await;
    }

    // In any other page: nothing, signed in or not, by the same site's cookies or none.
    let fresh = entry(&world, tenant_id).await;
    for address in [site.neighbour("/"), site.stranger("/")] {
        site.writes("/", "<!doctype html><title>Foreign</title><body>", "");
        site.writes("/own", "<!doctype html><body>own", "");
        browser.goto(&address).await;
        assert!(is_framed(&browser, &format!("{address}own")).await, "a frame as such works");
        leaves(&browser).await;
        for path in ["/panel", "/panel/sources/new", "/panel/messages", "/panel/enter?ticket=used", "/panel/nothing"] {
            is_refused(&browser, &format!("{base}{path}")).await;
        }
        for path in &alone {
            is_refused(&browser, &format!("{base}{path}")).await;
        }
        is_refused(&browser, &fresh).await;
    }
    // All of them work outside of frames.
    for path in ["/panel", "/admin/accounts"] {
        browser.goto(&format!("{base}{path}")).await;
        browser.find("main h1").await;
        assert!(browser.url().await.ends_with(path), "{}", browser.url().await);
    }
    browser.goto(&format!("{base}/chat/{chat}")).await;
    browser.find("#form textarea").await;
    browser.close().await;
    world.close().await;
}

/// A page that submits a form automatically.
fn trap(action: &str, fields: &[(&str, &str)]) -> String {
    let field = |(name, value): &(&str, &str)| format!("<input type=hidden name=\"{name}\" value=\"{value}\">");
    let fields: String = fields.iter().map(field).collect();
    format!(
        "<!doctype html><body><form method=post action=\"{action}\">{fields}</form>\
         <script>document.forms[0].submit()</script>"
    )
}

/// What forms could have changed: sources with their states, keys, the language, who is signed in.
async fn state(browser: &Browser, world: &World, tenant_id: Uuid) -> Value {
    let sources = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200).json["items"].clone();
    browser.goto(&format!("{}/panel/keys", world.api.base())).await;
    let main = browser.find("main").await.text().await.expect("the page's words");
    json!([sources, main, browser.url().await])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_of_other_sites_change_nothing() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, tenant_id) = installed().await;
    let (site, base) = (Site::start(), world.api.base());
    let source = json!({"kind": "webchat", "name": "Site", "settings": {}});
    let source = world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &source).await.is(201).text_at("/id");
    enters(&browser, &world, tenant_id).await;
    let before = state(&browser, &world, tenant_id).await;
    let csrf = browser.run("return document.querySelector('input[name=csrf]').value", vec![]).await;
    // Even a proof that was stolen somehow is no use from elsewhere; HTTP tests try forms without one.
    let csrf = csrf.as_str().expect("the page's proof").to_owned();
    let pause = format!("/panel/sources/{source}/pause");
    let delete = format!("/panel/sources/{source}/delete");
    let deeds: [(&str, &[(&str, &str)]); 6] = [
        (&pause, &[]),
        (&delete, &[]),
        ("/panel/keys", &[("name", "stolen"), ("scope", "admin"), ("days", "")]),
        ("/panel/language", &[("to", "ru")]),
        ("/panel/sources/new", &[("kind", "webchat")]),
        ("/panel/sign-out", &[]),
    ];
    for (path, fields) in deeds {
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        site.writes("/", &trap(&format!("{base}{path}"), &fields), "");
        for address in [site.neighbour("/"), site.stranger("/")] {
            browser.goto(&address).await;
            browser.until("the form is sent", async || browser.url().await.starts_with(&base)).await;
            browser.find("main h1").await;
            assert_eq!(state(&browser, &world, tenant_id).await, before, "{path} from {address}");
        }
    }
    // The same form from a page of ours does what it says.
    let own = "const form = document.createElement('form'); form.method = 'post'; form.action = arguments[0];\
        const field = document.createElement('input'); field.name = 'csrf'; field.value = arguments[1];\
        form.append(field); document.body.append(form); form.submit()";
    browser.run(own, vec![json!(pause), json!(csrf)]).await;
    let paused = async || {
        let shown = world.api.get(&format!("/api/v1/sources/{source}")).await.is(200);
        (shown.json["status"] == "paused").then_some(())
    };
    world.until("the source is paused", paused).await;
    browser.close().await;
    world.close().await;
}

/// Opens the page of the first message and sends it again.
async fn sends_again(browser: &Browser, world: &World, message: Uuid) {
    browser.goto(&format!("{}/panel/messages/{message}", world.api.base())).await;
    browser.find("ol.timeline").await;
    browser.press("section.card .row .button.primary").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panel_works_without_scripts() {
    let Some(browser) = Browser::open_without_scripts("en").await else { return };
    let (world, tenant_id) = installed().await;
    let (words, base) = (Words::new(Language::En), world.api.base());
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    let arrived = async || (!world.sandbox.messages(HOST).is_empty()).then_some(());
    world.until("the message is in the CRM", arrived).await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "Good morning").await;
    let refused = async || world.messages().await.into_iter().find(|one| one.state == 4).map(|one| one.id);
    let refused = world.until("the messenger refuses it", refused).await;

    enters(&browser, &world, tenant_id).await;
    let ran = browser.run("return document.documentElement.dataset.script || null", vec![]).await;
    assert_eq!(ran, Value::Null, "scripts run");
    browser.says(&say(words, "nav-overview")).await;
    browser.find("main svg").await;
    // D20: nothing updates automatically, so the page says how old it is.
    browser.says("As of ").await;
    assert!(!browser.text().await.contains("automatically"), "{}", browser.text().await);
    browser.goto(&format!("{base}/panel/sources")).await;
    browser.says("Line support").await;

    // A source, from nothing to its link.
    browser.press("main .head a.button").await;
    browser.press("button[name=kind][value=webchat]").await;
    browser.fill("input[name='set.title']", "Shop").await;
    browser.press("main form button[value=next]").await;
    browser.fill("input[name=name]", "Made by hand").await;
    browser.press("main form button.primary").await;
    browser.until("the test step", async || browser.url().await.ends_with("/test")).await;
    browser.says("As of ").await;
    let sources = world.sandbox.sources(HOST);
    assert!(sources.iter().any(|one| one["name"] == "Made by hand"), "{sources:?}");

    sends_again(&browser, &world, refused).await;
    browser.says(&say(words, "msg-sent-again")).await;
    let taken = async || (world.messenger.texts() == ["Good morning"]).then_some(());
    world.until("the messenger takes it", taken).await;
    world.carries_all().await;
    browser.goto(&format!("{base}/panel/messages/{refused}")).await;
    browser.says(&say(words, "message-state-sent")).await;
    browser.press("form[action$='/text'] button").await;
    browser.says("Good morning").await;
    browser.close().await;
    world.close().await;
}

// The page of the API's description, from which requests are sent where the configuration allows it.

/// O4: it is open to all, and accessible to all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o4_a_request_is_sent_from_the_apis_page() {
    let Some(browser) = Browser::open("en").await else { return };
    let setup = Setup { change: |config| config.server.try_api = true, ..Setup::default() };
    let mut world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = world.line("support").await;
    browser.goto(&format!("{}/api/docs", world.api.base())).await;
    let article = "#send_message";
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

// Notifications of the browser: subscribing on the page, what its push service gets, and what the browser shows of it.

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
