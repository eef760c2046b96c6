//! amoCRM refuses in the middle of the widget's form, or its call gets lost: the page says what happened and what to do,
//! nothing is half-made, and what was typed stays. The panel's wizard is tested by HTTP, in `pages/wizard.rs`.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place, World};
use serde_json::json;
use simulator::crm::Sandbox;
use uuid::Uuid;

use super::{
    CODE, comes_back, crm_page, goes_to_the_new_window, installed, new_world, opens_widget, presses, say, types,
};

/// A way in which amoCRM refuses everything about an account.
struct Trouble {
    name: &'static str,
    set: fn(&Sandbox, bool),
    /// What the widget's form says of it.
    says: &'static str,
}

const TROUBLES: [Trouble; 4] = [
    Trouble { name: "402", set: |sandbox, on| sandbox.set_unpaid(HOST, on), says: "widget-said-crm_unpaid" },
    Trouble { name: "403", set: |sandbox, on| sandbox.set_blocked(HOST, on), says: "widget-said-crm_blocked" },
    Trouble {
        name: "429",
        set: |sandbox, on| sandbox.set_too_many(HOST, on.then_some(1)),
        says: "widget-said-unavailable",
    },
    Trouble {
        name: "502 in HTML",
        set: |sandbox, on| sandbox.set_gateway_page(HOST, on.then_some(502)),
        says: "widget-said-unavailable",
    },
];

/// A sentence up to its first number, which depends on the moment.
fn beginning(words: Words, key: &'static str) -> String {
    let said = words.text(key).with("crm", "amoCRM").with("seconds", 7).to_string().replace('\u{a0}', " ");
    said.split('7').next().unwrap_or_default().trim().to_owned()
}

/// How many sources there are, here and at amoCRM: always as many.
pub(super) async fn sources(world: &World, tenant_id: Uuid) -> usize {
    let here = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources?limit=200")).await.is(200);
    let here = here.json["items"].as_array().expect("a list").len();
    assert_eq!(here, world.sandbox.sources(HOST).len(), "half-made");
    let rows = async || {
        let usage = parom::source::usage(&world.app().sources, tenant_id).await.expect("the usage");
        (usage.used == u64::try_from(here).expect("few")).then_some(())
    };
    world.until("no place is taken by what is not there", rows).await;
    here
}

/// Waits until the notice at a selector says all of this: a page may draw it again at any time.
pub(super) async fn notice_says(browser: &Browser, selector: &str, wanted: &[&str]) {
    let script = "return document.querySelector(arguments[0])?.innerText.replaceAll('\\u00a0', ' ') ?? ''";
    let is_so = async || {
        let said = browser.run(script, vec![json!(selector)]).await;
        wanted.iter().all(|words| said.as_str().is_some_and(|said| said.contains(words)))
    };
    browser.until(&format!("{selector} says {wanted:?}"), is_so).await;
}

pub(super) async fn value(browser: &Browser, selector: &str) -> String {
    let value = browser.run("return document.querySelector(arguments[0]).value", vec![json!(selector)]).await;
    value.as_str().expect("a field").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_widget_survives_amocrms_troubles() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, tenant_id) = installed().await;
    let words = Words::new(Language::En);
    opens_widget(&browser, &world).await;
    for (number, trouble) in TROUBLES.iter().enumerate() {
        let name = format!("Source «{}»", trouble.name);
        presses(&browser, "add").await;
        presses(&browser, "kind-webchat").await;
        types(&browser, "field-name", &name).await;
        (trouble.set)(&world.sandbox, true);
        for _ in 0..2 {
            presses(&browser, "create").await;
            notice_says(&browser, "[data-notice][role=alert]", &[&beginning(words, trouble.says)]).await;
            assert_eq!(value(&browser, "[data-key=field-name]").await, name);
            assert_eq!(sources(&world, tenant_id).await, number, "{}", trouble.name);
            browser.run("document.querySelector('[data-notice]').remove()", vec![]).await;
        }
        (trouble.set)(&world.sandbox, false);
        presses(&browser, "create").await;
        browser.find("[data-key=test]").await;
        browser.says(&name).await;
        assert_eq!(sources(&world, tenant_id).await, number + 1);
        presses(&browser, "back").await;
    }
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_install_call_is_made_up_for_in_english() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = new_world().await;
    let words = Words::new(Language::En);
    world.sandbox.set_lose_install_calls(true);
    opens_widget(&browser, &world).await;
    browser.says(&say(words, "widget-not-installed")).await;
    browser.press("[data-action=install]").await;
    browser.says(&say(words, "widget-provisioning")).await;
    assert!(world.sandbox.is_installed(HOST, "main") && world.tenant(HOST).await.is_none(), "the call is lost");
    // A minute of waiting.
    browser.run("const real = Date.now; Date.now = () => real() + 61000", vec![]).await;
    browser.says(&say(words, "widget-provisioning-late")).await;
    presses(&browser, "connect").await;
    let here = goes_to_the_new_window(&browser, "the consent opens in a window").await;
    browser.press("button[value=allow], form button.primary").await;
    browser.says(HOST).await;
    world.active(HOST).await;
    comes_back(&browser, here).await;
    // The window continues automatically.
    browser.says(&say(words, "tenant-state-active")).await;
    browser.says(&say(words, "sources-empty-title")).await;
    assert_eq!(browser.url().await, crm_page(&world, &format!("settings/widgets/{CODE}")));
    browser.close().await;
    world.close().await;
}
