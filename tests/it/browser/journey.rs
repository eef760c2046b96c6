//! An administrator's way through the widget: install, credentials, a source, the first message, access lost and given
//! again, disabling. Each stop is looked at. And the vendor's agreement,
//! which comes before the first source.

use base::config::{Config, CustomersMode};
use base::i18n::{Language, Words};
use parom::customer;
use parom::identity::password;
use parom_tests::settings::HOST;
use parom_tests::{Answer, Browser, Engine, Place, Setup, World};
use sea_orm::ConnectionTrait;
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use super::{
    CODE, archive, comes_back, crm_page, goes_to_the_new_window, installed, looks_right, new_world, opens_widget,
    presses, run, say, types,
};

const LOGIN: &str = "acme";
const PASSWORD: &str = "correct horse battery";

fn change(config: &mut Config) {
    super::with_widget(config);
    config.customers.mode = CustomersMode::Password;
}

fn with_agreement(config: &mut Config) {
    super::with_widget(config);
    config.vendor.legal_entity = "Ferries Ltd".to_owned();
    config.vendor.legal_address = "1 Harbour Road, Riga".to_owned();
    config.vendor.hosting_region = "Frankfurt, Germany".to_owned();
}

/// One administrator in front of one browser.
struct Way<'way> {
    world: &'way World,
    browser: &'way Browser,
    words: Words,
}

impl Way<'_> {
    fn text(&self, key: &'static str) -> String {
        say(self.words, key)
    }

    async fn says(&self, key: &'static str) {
        self.browser.says(&self.text(key)).await;
    }

    async fn settings(&self) {
        opens_widget(self.browser, self.world).await;
    }

    /// Presses a control of the widget by its key.
    async fn press(&self, key: &str) {
        presses(self.browser, key).await;
    }

    async fn fill(&self, key: &str, text: &str) {
        self.browser.fill(&format!("[data-key=\"{key}\"]"), text).await;
    }

    /// Whether the page looks right, and amoCRM complains of nothing.
    async fn looks_right(&self, stop: &str) {
        looks_right(self.browser, &format!("en/widget-{stop}")).await;
        let errors = "return [...document.querySelectorAll('#host-errors li')].map(one => one.textContent)";
        assert_eq!(run(self.browser, errors).await, json!([]), "the host complains at {stop}");
    }

    async fn installs(&self) {
        self.settings().await;
        self.says("widget-not-installed").await;
        self.looks_right("new").await;
        self.browser.press("[data-action=install]").await;
        self.browser.find("[data-key=sign-in-login]").await;
        self.says("tenant-state-awaiting_credentials").await;
        self.looks_right("credentials").await;
    }

    async fn gives_credentials(&self) {
        self.fill("sign-in-login", LOGIN).await;
        self.fill("sign-in-password", "not this").await;
        self.press("sign-in").await;
        self.says("widget-wrong-credentials").await;
        let below = "return document.activeElement.nextElementSibling.className";
        assert_eq!(run(self.browser, below).await, json!("parom-field-error"), "below the field, which has the focus");
        self.looks_right("wrong-password").await;
        self.fill("sign-in-password", PASSWORD).await;
        self.press("sign-in").await;
        self.says("wizard-choose").await;
        self.looks_right("empty").await;
    }

    /// Before the first source.
    async fn agrees(&self, tenant_id: uuid::Uuid) {
        self.settings().await;
        let given =
            async || parom::legal::last_consent(self.world.app().store.read(), tenant_id).await.expect("a look");
        for key in ["widget-consent", "widget-consent-agreement"] {
            self.says(key).await;
        }
        self.looks_right("consent").await;
        let can_add = "return document.querySelector('.parom-kind, [data-key=add]') !== null";
        assert_eq!(run(self.browser, can_add).await, json!(false), "first the agreement");
        self.press("consent").await;
        assert!(given().await.is_none(), "not without the tick");
        self.press("consent-tick").await;
        self.press("consent").await;
        self.browser.find("[data-key=kind-webchat]").await;
        let row = given().await.expect("a consent");
        assert_eq!((row.language.as_str(), row.text.contains("Ferries Ltd")), ("en", true));
        self.settings().await;
        self.browser.find("[data-key=kind-webchat]").await;
        let asks = "return document.querySelector('[data-key=consent]') !== null";
        assert_eq!(run(self.browser, asks).await, json!(false), "once");
    }

    async fn adds(&self, name: &str) -> String {
        self.press("kind-webchat").await;
        self.fill("field-name", name).await;
        self.fill("field-allowed_origins", "shop.example").await;
        self.press("more").await;
        self.looks_right("adding").await;
        self.chooses_link().await;
        self.press("create").await;
        self.browser.find("[data-key=test]").await;
        self.browser.says(name).await;
        let rule = "return document.querySelector('[data-key=field-contact_rule]').value";
        assert_eq!(self.browser.run(rule, vec![]).await, json!("link"));
        let link = "const found = [...document.querySelectorAll('.parom-widget a')].find(a => a.href.includes('/chat/'));\
            return found ? found.href : ''";
        let link = self.browser.run(link, vec![]).await;
        link.as_str().expect("the source's link").to_owned()
    }

    /// The contact rule is asked at the start, and shown where the source is changed.
    async fn chooses_link(&self) {
        let choose = "const rule = document.querySelector('[data-key=field-contact_rule]'); const before = rule.value; \
            rule.value = 'link'; rule.dispatchEvent(new Event('change')); return before";
        assert_eq!(self.browser.run(choose, vec![]).await, json!("leave"));
    }

    async fn tests_it(&self) {
        self.press("test").await;
        self.browser.find(".parom-steps li").await;
        let failed =
            self.browser.run("return document.querySelectorAll('.parom-steps .parom-bad').length", vec![]).await;
        assert_eq!(failed, json!(0), "{}", self.browser.text().await);
        self.looks_right("tested").await;
    }

    /// A customer writes on the hosted page; the manager sees it in the CRM and the card shows the chat.
    async fn first_message(&self, page: &str) {
        self.browser.goto(page).await;
        self.browser.find("#form textarea").await.send_keys("<b>Hello</b>").await.expect("it takes text");
        self.browser.press("#form [type=submit]").await;
        self.browser.shows("#messages .mine .text", &["<b>Hello</b>"]).await;
        let arrived =
            async || self.world.sandbox.messages(HOST).iter().any(|one| one.text == "<b>Hello</b>").then_some(());
        self.world.until("the message is in the CRM", arrived).await;
        let lead = self.world.sandbox.chats(HOST).iter().find_map(|chat| chat.lead.as_ref().map(|lead| lead.id));
        self.browser.goto(&crm_page(self.world, &format!("leads/{}", lead.expect("an incoming lead")))).await;
        self.says("card-title").await;
        self.browser.find(".parom-chat").await;
        self.looks_right("card").await;
    }

    /// Access is lost, and given again by one click without losing a source.
    async fn allows_again(&self, tenant_id: uuid::Uuid) {
        let before = self.world.sandbox.sources(HOST).len();
        self.world.sandbox.expire_access_tokens(HOST);
        self.world.sandbox.expire_refresh_tokens(HOST);
        self.world.api.get(&format!("/api/v1/tenants/{tenant_id}/pipelines")).await.is(409);
        self.settings().await;
        self.says("tenant-state-needs_reauth").await;
        self.looks_right("reauth").await;
        self.press("reauth").await;
        let here = goes_to_the_new_window(self.browser, "the consent opens in a window").await;
        self.browser.press("button[value=allow], form button.primary").await;
        self.browser.says(HOST).await;
        self.world.active(HOST).await;
        comes_back(self.browser, here).await;
        self.settings().await;
        // The button is there only where sources can be changed.
        self.browser.find("[data-key=add]").await;
        assert_eq!(self.world.sandbox.sources(HOST).len(), before, "sources stay");
    }

    async fn disables(&self) {
        self.browser.press("[data-action=disable]").await;
        let gone = async || {
            let tenant = self.world.tenant(HOST).await?;
            (tenant["status"] == "uninstalled").then_some(())
        };
        self.world.until("the account is uninstalled", gone).await;
        self.settings().await;
        self.looks_right("disabled").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_goes_the_whole_way() {
    let Some(browser) = Browser::open("en").await else { return };
    let setup = Setup { live: true, change, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    world.owner(HOST);
    world.sandbox.set_widget("main", CODE, &archive(&world)).expect("the sandbox takes the archive");
    let hash = password::hash(&world.app().identity, SecretString::from(PASSWORD)).await.expect("a password");
    customer::add(&world.app().store, &world.clock, LOGIN, hash).await.expect("a login");
    let way = Way { world: &world, browser: &browser, words: Words::new(Language::En) };
    way.installs().await;
    way.gives_credentials().await;
    let tenant_id = world.active(HOST).await;
    let page = way.adds("First").await;
    way.tests_it().await;
    way.first_message(&page).await;
    way.allows_again(tenant_id).await;
    way.disables().await;
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_agreement_is_asked_before_the_first_source() {
    let Some(browser) = Browser::open("en").await else { return };
    let setup = Setup { live: true, change: with_agreement, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    world.sandbox.set_widget("main", CODE, &archive(&world)).expect("the sandbox takes the archive");
    let tenant_id = world.active(HOST).await;
    Way { world: &world, browser: &browser, words: Words::new(Language::En) }.agrees(tenant_id).await;
    browser.close().await;
    world.close().await;
}

// amoCRM refuses in the middle of the widget's form, or its call gets lost: the page says what happened and what to
// do, nothing is half-made, and what was typed stays. The panel's wizard is tested by HTTP, in
// `tests/it/pages/sources.rs`.

/// A sentence up to its first number, which depends on the moment.
fn beginning(words: Words, key: &'static str) -> String {
    let said = words.text(key).with("crm", "amoCRM").with("seconds", 7).to_string().replace('\u{a0}', " ");
    said.split('7').next().unwrap_or_default().trim().to_owned()
}

/// How many sources there are, here and at amoCRM: always as many.
async fn sources(world: &World, tenant_id: Uuid) -> usize {
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

/// Waits until the notice at a selector says this: a page may draw it again at any time.
async fn notice_says(browser: &Browser, selector: &str, wanted: &str) {
    let script = "return document.querySelector(arguments[0])?.innerText.replaceAll('\\u00a0', ' ') ?? ''";
    let is_so = async || {
        let said = browser.run(script, vec![json!(selector)]).await;
        said.as_str().is_some_and(|said| said.contains(wanted))
    };
    browser.until(&format!("{selector} says “{wanted}”"), is_so).await;
}

async fn value(browser: &Browser, selector: &str) -> String {
    let value = browser.run("return document.querySelector(arguments[0]).value", vec![json!(selector)]).await;
    value.as_str().expect("a field").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_widget_survives_amocrms_troubles() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, tenant_id) = installed().await;
    let words = Words::new(Language::En);
    opens_widget(&browser, &world).await;
    presses(&browser, "kind-webchat").await;
    types(&browser, "field-name", "Shop").await;
    types(&browser, "field-allowed_origins", "shop.example").await;
    world.sandbox.switch(HOST, |switches| switches.too_many = Some(1));
    for _ in 0..2 {
        presses(&browser, "create").await;
        notice_says(&browser, "[data-notice][role=alert]", &beginning(words, "widget-said-unavailable")).await;
        assert_eq!(value(&browser, "[data-key=field-name]").await, "Shop");
        assert_eq!(sources(&world, tenant_id).await, 0);
        browser.run("document.querySelector('[data-notice]').remove()", vec![]).await;
    }
    world.sandbox.switch(HOST, |switches| switches.too_many = None);
    presses(&browser, "create").await;
    browser.find("[data-key=test]").await;
    assert_eq!(sources(&world, tenant_id).await, 1);
    // amoCRM's own button saves what was changed, so that the form needs none.
    browser.fill("[data-key=field-name]", "Second shop").await;
    let own = "return document.querySelector('[data-key=save]').getClientRects().length";
    assert_eq!(run(&browser, own).await, json!(0), "one button to save");
    browser.press("[data-action=save]").await;
    notice_says(&browser, "[data-notice].parom-ok", &say(words, "common-saved")).await;
    browser.shows(".parom-heading", &["Second shop"]).await;
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_install_call_is_made_up_for_in_english() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = new_world().await;
    let words = Words::new(Language::En);
    world.sandbox.set(|settings| settings.lose_install_calls = true);
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
    browser.says(&say(words, "wizard-choose")).await;
    assert_eq!(browser.url().await, crm_page(&world, &format!("settings/widgets/{CODE}")));
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_source_says_what_waits_and_is_connected_again_by_one_click() {
    let Some(browser) = Browser::open("en").await else { return };
    let (mut world, _) = installed().await;
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_by(|_| Answer::status(401));
    world.manager(&line).answers("anna", "Hi").await;
    let held = async || (world.api.get(&line.path("")).await.is(200).json["held"]["count"] == 1).then_some(());
    world.until("the answer is held", held).await;
    // A source of one's own server is stopped by nothing else.
    let stopped = "UPDATE source SET paused = false, status = 'stopped', status_reason = 'credentials_erased'";
    world.app().store.write().execute_unprepared(stopped).await.unwrap();
    opens_widget(&browser, &world).await;
    presses(&browser, &format!("open-{}", line.source_id)).await;
    browser.says("1 message waits, the oldest since").await;
    presses(&browser, "reconnect").await;
    let here = goes_to_the_new_window(&browser, "the panel opens in a window").await;
    let place = format!("/panel/sources/{}/access", line.source_id);
    browser.until(&place, async || browser.url().await.ends_with(&place)).await;
    comes_back(&browser, here).await;
    world.api.delete(&line.path("")).await.is(204);
    browser.close().await;
    world.close().await;
}
