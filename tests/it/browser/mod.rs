//! What only a real browser finds: scripts, keys, focus, layout, frames, policies, live updates, files and the clipboard.
//! One story a page, in English; [`sweep`] looks at every page in Russian. Texts, statuses and rights are tested by HTTP.
//! `PAROM_TEST_SHOTS=FOLDER` keeps pictures of what is looked at.

mod accounts;
mod connecting;
mod demo;
mod forms;
mod hostile;
mod journey;
mod keyboard;
mod panel;
mod salesbot;
mod shop_owner;
mod signing_in;
mod site_chat;
mod sweep;

use base::config::{Config, Platform};
use base::i18n::{Language, Words};
use parom::identity::ticket;
use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Setup, World};
use serde_json::{Value, json};
use uuid::Uuid;

/// The widget's code.
pub const CODE: &str = "parom_widget";

/// The archive of this world's server.
pub fn archive(world: &World) -> Vec<u8> {
    let config = &world.app().config;
    let is_kommo = config.integrations.first().is_some_and(|one| one.platform == Platform::Kommo);
    let (platform, languages): (_, &[&str]) = if is_kommo {
        (widget::Platform::Kommo, &["en", "es", "pt"])
    } else {
        (widget::Platform::Amocrm, &["ru", "en", "es", "pt"])
    };
    widget::build(&widget::BuildInputs {
        platform,
        name: "Parom".to_owned(),
        code: CODE.to_owned(),
        version: "1.0.0".to_owned(),
        languages: languages.iter().map(|&code| code.to_owned()).collect(),
        integration: "main".to_owned(),
        public_url: config.server.public_url.clone(),
        vendor: widget::Vendor::default(),
        colors: None,
        card: true,
        whatsapp: true,
        dev: true,
        images: Default::default(),
    })
    .expect("the widget is built")
}

fn with_widget(config: &mut Config) {
    if let Some(integration) = config.integrations.first_mut() {
        integration.widget.get_or_insert_default().code = Some(CODE.to_owned());
    }
}

/// Whether the current page is accessible and no wider than its window: on a phone, in the frames that amoCRM has for it,
/// and dark on a wide screen. Its scripts have reported no error until now.
pub async fn looks_right(browser: &Browser, name: &str) {
    browser.has_no_errors(name).await;
    // The widget's buttons are pale while it waits for an answer.
    let is_idle = "return !document.querySelector('[aria-busy=true]')";
    browser.until("the page is idle", async || run(browser, is_idle).await == json!(true)).await;
    for width in [360, 600, 1000] {
        browser.resize(width, 900).await;
        if width == 360 {
            browser.is_accessible(&format!("{name} at {width}")).await;
        }
        browser.fits(&format!("{name} at {width}")).await;
    }
    browser.shot_whole(&format!("{name}-360"), 360).await;
    browser.resize(1280, 900).await;
    browser.dark(true).await;
    browser.is_accessible(&format!("{name}, dark at 1280")).await;
    browser.dark(false).await;
    browser.shot_whole(&format!("{name}-1280"), 1280).await;
    browser.resize(1280, 900).await;
    // axe-core itself may be refused something by a page's policy.
    browser.forgets_errors().await;
}

/// A live world with the widget, in which nothing is installed.
pub async fn new_world() -> World {
    let world = World::start(Engine::Sqlite, Setup { live: true, change: with_widget, ..Setup::default() })
        .await
        .expect("SQLite is there");
    world.owner(HOST);
    world.sandbox.set_widget("main", CODE, &archive(&world)).expect("the sandbox takes the archive");
    world
}

/// The same with the account installed.
pub async fn installed() -> (World, Uuid) {
    let world = new_world().await;
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    (world, tenant_id)
}

/// The address by which an administrator enters the panel.
pub async fn entry(world: &World, tenant_id: Uuid) -> String {
    let ticket = ticket::issue(&world.app().identity, tenant_id, 1001, "Anna Ivanova", true).await.expect("a ticket");
    format!("{}/panel/enter?ticket={ticket}", world.api.base())
}

/// Opens the panel as an administrator.
pub async fn enters(browser: &Browser, world: &World, tenant_id: Uuid) {
    browser.goto(&entry(world, tenant_id).await).await;
    browser.find("main h1").await;
}

/// A page of the account in amoCRM.
pub fn crm_page(world: &World, path: &str) -> String {
    format!("{}/accounts/{HOST}/{path}", world.sandbox.url())
}

/// Opens the widget's window.
pub async fn opens_widget(browser: &Browser, world: &World) {
    browser.goto(&crm_page(world, &format!("settings/widgets/{CODE}"))).await;
    browser.find("#host[data-state=ready]").await;
}

/// Presses a control of the widget by its key.
pub async fn presses(browser: &Browser, key: &str) {
    let selector = format!("[data-key=\"{key}\"]");
    browser.find(&selector).await;
    // In one step, because the window is rendered again at any event.
    browser.run("document.querySelector(arguments[0]).click()", vec![json!(selector)]).await;
}

/// Types into a field of one of the widget's forms once the form has loaded its data, because loading renders it again.
pub async fn types(browser: &Browser, key: &str, text: &str) {
    browser.find("[data-key=field-pipeline_id] option:nth-child(2)").await;
    browser.fill(&format!("[data-key=\"{key}\"]"), text).await;
}

/// The account's users have amoCRM in this language: names of people, pipelines and new visitors are in it.
pub fn speaks(world: &World, language: Language) {
    world.sandbox.add_account(HOST);
    world.sandbox.set_language(HOST, language.code());
}

/// A sentence as a page shows it.
pub fn say(words: Words, key: &str) -> String {
    words.text(key.to_owned()).with("crm", "amoCRM").to_string().replace('\u{a0}', " ")
}

/// Runs a script without arguments.
pub async fn run(browser: &Browser, script: &str) -> Value {
    browser.run(script, vec![]).await
}

/// Waits for a condition in the page's script.
pub async fn until(browser: &Browser, what: &str, condition: &str) {
    let script = format!("return Boolean({condition})");
    browser.until(what, async || run(browser, &script).await == json!(true)).await;
}

/// Waits for another window than this one and brings it to the front; returns this one's handle.
pub async fn goes_to_the_new_window(browser: &Browser, what: &str) -> fantoccini::wd::WindowHandle {
    let client = browser.client();
    let here = client.window().await.expect("this window");
    browser.until(what, async || client.windows().await.is_ok_and(|all| all.len() > 1)).await;
    let all = client.windows().await.expect("the windows");
    let other = all.into_iter().find(|one| *one != here).expect("the new one");
    client.switch_to_window(other).await.expect("it comes to the front");
    here
}

/// Closes the window in front and goes back to another.
pub async fn comes_back(browser: &Browser, to: fantoccini::wd::WindowHandle) {
    browser.client().close_window().await.expect("it closes");
    browser.client().switch_to_window(to).await.expect("the first window is there");
}
