//! A WhatsApp number connected by people: on Meta's own page, which leads away and back; by hand, with a mistake; and from
//! amoCRM's list of WhatsApp services, which opens the widget's window.

use base::config::Config;
use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Beside, Browser, Engine, Place, Setup};
use simulator::whatsapp::{NewApp, NewPhone, WhatsApp};

use super::{CODE, archive, crm_page, enters, looks_right, presses, run, say, types, with_widget};

const WABA: &str = "220011223344556";
const PHONE: &str = "+77010009900";

fn with_app(config: &mut Config) {
    with_widget(config);
    config.whatsapp.app_id = Some(NewApp::default().id);
    config.whatsapp.app_secret = Some(NewApp::default().secret.into());
    config.whatsapp.config_id = Some("5005".into());
}

/// A person in front of the panel.
struct Way {
    world: Beside<WhatsApp>,
    browser: Browser,
    words: Words,
}

impl Way {
    async fn says(&self, key: &str) {
        self.browser.says(&say(self.words, key)).await;
    }

    async fn looks_right(&self, stop: &str) {
        looks_right(&self.browser, &format!("en/connecting-{stop}")).await;
    }

    /// To the second step of the wizard.
    async fn chooses_whatsapp(&self) {
        self.browser.goto(&format!("{}/panel/sources/new", self.world.api.base())).await;
        self.browser.press("input[value=whatsapp]").await;
        self.browser.press("main form button.primary").await;
        self.says("wizard-consent-whatsapp").await;
    }

    async fn by_hand_with_a_mistake(&self) {
        self.chooses_whatsapp().await;
        run(&self.browser, "document.querySelectorAll('main details').forEach((one) => { one.open = true })").await;
        let secret = NewApp::default().secret;
        let phone = NewPhone::of(WABA).id;
        for (field, text) in [
            ("phone_number_id", phone.as_str()),
            ("waba_id", WABA),
            ("access_token", "EAAB-wrong"),
            ("app_secret", &secret),
        ] {
            self.browser.fill(&format!("[name=\"set.{field}\"]"), text).await;
        }
        self.browser.press("button[value=next]").await;
        self.browser.find("#e-set\\.access_token").await;
        self.looks_right("by-hand-refused").await;
    }

    async fn on_metas_page(&self) {
        self.chooses_whatsapp().await;
        self.looks_right("access").await;
        self.browser.press("main section a.primary").await;
        self.browser.press("#decline").await;
        let declined =
            self.words.text("wizard-consent-declined").with("messenger", say(self.words, "connector-whatsapp"));
        self.browser.says(&declined.to_string().replace('\u{a0}', " ")).await;
        self.browser.press("main section a.primary").await;
        self.browser.press(&format!("#waba-{WABA}")).await;
        self.says("wizard-line-choose").await;
        self.browser.says(PHONE).await;
        self.looks_right("line").await;
        self.browser.press("main form button.primary").await;
        self.browser.find("[name=name]").await;
        assert_eq!(run(&self.browser, "return document.querySelector('[name=name]').value").await, PHONE, "suggested");
        self.browser.press("main form button.primary").await;
        self.says("wizard-tick-stored").await;
        assert_eq!(self.world.sandbox.sources(HOST).len(), 1);
    }

    async fn takes_amocrms_list(&self) {
        self.world.sandbox.set_widget("main", CODE, &archive(&self.world)).expect("the sandbox takes the archive");
        let window = format!("settings/widgets/{CODE}?list=whatsapp_modal");
        self.browser.goto(&crm_page(&self.world, &window)).await;
        self.browser.find("#host[data-state=ready]").await;
        self.browser.find("[data-key=consent]").await;
        self.says("wizard-consent-hint-whatsapp").await;
        self.looks_right("widget").await;
        presses(&self.browser, "by-hand").await;
        types(&self.browser, "field-name", "Acme").await;
        self.looks_right("widget-by-hand").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_connected_by_hand_on_metas_page_and_from_amocrm() {
    let Some(browser) = Browser::open("en").await else { return };
    let setup = Setup { live: true, change: with_app, ..Setup::default() };
    let world: Beside<WhatsApp> = Beside::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    // Meta has the vendor's app and one number, which is new.
    world.messenger.add_app(NewApp::default());
    world.messenger.add_waba(WABA, "Acme");
    let phone = world.messenger.add_phone(NewPhone { is_registered: false, ..NewPhone::of(WABA) });
    world.messenger.verify(&phone);
    let way = Way { world, browser, words: Words::new(Language::En) };
    enters(&way.browser, &way.world, tenant_id).await;
    way.by_hand_with_a_mistake().await;
    way.on_metas_page().await;
    way.takes_amocrms_list().await;
    way.browser.close().await;
    way.world.close().await;
}
