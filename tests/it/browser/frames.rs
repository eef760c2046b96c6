//! Whose page may hold ours, whose form we take, and a browser that runs no scripts.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Answer, Browser, Place, Site, World};
use serde_json::{Value, json};
use uuid::Uuid;

use super::signing_in::{connects_an_authenticator, is_invited};
use super::{CODE, crm_page, enters, entry, installed, say};

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
    browser.press("input[name=kind][value=webchat]").await;
    browser.press("main form button.primary").await;
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
