//! A WhatsApp number connected by people: by hand, on Meta's own page, and from amoCRM's list of WhatsApp services.
//! Avito's seller the same way.

use base::config::Config;
use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Beside, Browser, Engine, Place, Setup, Simulated};
use simulator::avito::{Avito, NewApp as AvitoApp, NewSeller};
use simulator::whatsapp::{NewApp, NewPhone, WhatsApp};

use super::{CODE, archive, crm_page, enters, looks_right, presses, say, speaks, types, with_widget};

const WABA: &str = "220011223344556";
const PHONE: &str = "+77010009900";

fn with_apps(config: &mut Config) {
    with_widget(config);
    config.whatsapp.app_id = Some(NewApp::default().id);
    config.whatsapp.app_secret = Some(NewApp::default().secret.into());
    config.whatsapp.config_id = Some("5005".into());
    config.avito.client_id = Some("app".into());
    config.avito.client_secret = Some("app-secret".into());
}

/// A person in front of the panel.
struct Way<M> {
    world: Beside<M>,
    browser: Browser,
    words: Words,
    name: String,
}

impl<M: Simulated> Way<M> {
    /// None if there is no browser.
    async fn begins(language: Language, change: fn(&mut Config)) -> Option<Self> {
        let browser = Browser::open(language.code()).await?;
        let setup = Setup { live: true, change, ..Setup::default() };
        let world = Beside::start(Engine::Sqlite, setup).await.expect("SQLite is there");
        speaks(&world, language);
        world.owner(HOST).installs_in_a_browser().await.is(200);
        world.active(HOST).await;
        Some(Self { world, browser, words: Words::new(language), name: language.code().to_owned() })
    }

    fn text(&self, key: &str) -> String {
        say(self.words, key)
    }

    async fn looks_right(&self, stop: &str) {
        looks_right(&self.browser, &format!("{}/connecting-{stop}", self.name)).await;
    }

    /// From the panel's first page to the second step of the wizard.
    async fn chooses(&self, kind: &str) {
        let tenant_id = self.world.active(HOST).await;
        enters(&self.browser, &self.world, tenant_id).await;
        self.browser.goto(&format!("{}/panel/sources/new", self.world.api.base())).await;
        self.browser.press(&format!("input[value={kind}]")).await;
        self.browser.press("main form button.primary").await;
    }

    /// The name is suggested; the source is made.
    async fn makes(&self, suggested: &str) {
        self.browser.find("[name=name]").await;
        let name = self.browser.run("return document.querySelector('[name=name]').value", vec![]).await;
        assert_eq!(name, suggested);
        self.browser.press("main form button.primary").await;
        self.browser.says(&self.text("wizard-tick-stored")).await;
        assert_eq!(self.world.sandbox.sources(HOST).len(), 1);
    }

    async fn ends(self) {
        self.browser.close().await;
        self.world.close().await;
    }
}

impl Way<WhatsApp> {
    /// Meta has the vendor's app and one number, which is new.
    async fn with_meta(language: Language) -> Option<Self> {
        let way = Self::begins(language, with_apps).await?;
        let meta = &way.world.messenger;
        meta.add_app(NewApp::default());
        meta.add_waba(WABA, "Acme");
        let phone = meta.add_phone(NewPhone { is_registered: false, ..NewPhone::of(WABA) });
        meta.verify(&phone);
        Some(way)
    }

    async fn on_metas_page(&self) {
        self.chooses("whatsapp").await;
        self.browser.says(&self.text("wizard-consent-whatsapp")).await;
        self.looks_right("access").await;
        self.browser.press("main section a.primary").await;
        self.browser.press("#decline").await;
        let declined = self.words.text("wizard-consent-declined").with("messenger", self.text("connector-whatsapp"));
        self.browser.says(&declined.to_string().replace('\u{a0}', " ")).await;
        self.looks_right("declined").await;
        self.browser.press("main section a.primary").await;
        self.browser.press(&format!("#waba-{WABA}")).await;
        self.browser.says(&self.text("wizard-line-choose")).await;
        self.browser.says(PHONE).await;
        self.looks_right("line").await;
        self.browser.press("main form button.primary").await;
        self.browser.find("[name=pipeline]").await;
        self.looks_right("routing").await;
        self.makes(PHONE).await;
        self.looks_right("test").await;
        let source = &self.world.sandbox.sources(HOST)[0];
        assert_eq!(source["services"][0]["params"]["waba"], true, "{source}");
    }

    async fn by_hand(&self) {
        let meta = &self.world.messenger;
        let app = meta.add_app(NewApp::default());
        meta.add_waba(WABA, "Acme");
        let phone = meta.add_phone(NewPhone::of(WABA));
        let token = meta.add_token(&app.id, &[WABA]);
        self.chooses("whatsapp").await;
        for (field, text) in [("phone_number_id", phone.as_str()), ("waba_id", WABA), ("access_token", "EAAB-wrong")] {
            self.browser.fill(&format!("[name=\"set.{field}\"]"), text).await;
        }
        self.browser.fill("[name=\"set.app_secret\"]", &NewApp::default().secret).await;
        self.looks_right("by-hand").await;
        self.browser.press("button[value=next]").await;
        self.browser.find("#e-set\\.access_token").await;
        self.looks_right("by-hand-refused").await;
        self.browser.fill("[name=\"set.access_token\"]", &token).await;
        self.browser.press("button[value=check]").await;
        self.browser.says(&self.text("wizard-check-passed")).await;
        self.looks_right("by-hand-passed").await;
        self.browser.press("button[value=next]").await;
        self.makes(PHONE).await;
        self.browser.says(&self.text("wizard-wa-webhook-title")).await;
        self.looks_right("by-hand-test").await;
    }

    /// amoCRM's list of WhatsApp services opens the widget's window.
    async fn opens_from_amocrms_list(&self) {
        self.world.sandbox.set_widget("main", CODE, &archive(&self.world)).expect("the sandbox takes the archive");
        let window = format!("settings/widgets/{CODE}?list=whatsapp_modal");
        self.browser.goto(&crm_page(&self.world, &window)).await;
        self.browser.find("#host[data-state=ready]").await;
        self.browser.find("[data-key=consent]").await;
        self.browser.says(&self.text("wizard-consent-hint-whatsapp")).await;
        self.looks_right("widget").await;
        presses(&self.browser, "by-hand").await;
        types(&self.browser, "field-name", "Acme").await;
        self.looks_right("widget-by-hand").await;
    }
}

async fn signs_up(language: Language) {
    let Some(way) = Way::with_meta(language).await else { return };
    way.on_metas_page().await;
    way.ends().await;
}

async fn types_it(language: Language) {
    let Some(way) = Way::<WhatsApp>::begins(language, with_widget).await else { return };
    way.by_hand().await;
    way.ends().await;
}

async fn comes_from_amocrm(language: Language) {
    let Some(way) = Way::with_meta(language).await else { return };
    way.opens_from_amocrms_list().await;
    way.ends().await;
}

async fn sells_at_avito(language: Language) {
    let Some(way) = Way::<Avito>::begins(language, with_apps).await else { return };
    let redirect_uri = format!("{}/panel/sources/new/avito/consented", way.world.api.base());
    let (client_id, client_secret) = ("app".to_owned(), "app-secret".to_owned());
    way.world.messenger.add_app(AvitoApp { name: "Parom".to_owned(), client_id, client_secret, redirect_uri });
    let seller = way.world.messenger.add_seller(NewSeller::default());
    way.chooses("avito").await;
    way.looks_right("avito").await;
    way.browser.press("main section a.primary").await;
    way.browser.press(&format!("#seller-{seller}")).await;
    way.browser.says(&NewSeller::default().name).await;
    way.looks_right("avito-line").await;
    way.browser.press("main form button.primary").await;
    way.makes(&format!("{} ({seller})", NewSeller::default().name)).await;
    way.ends().await;
}

macro_rules! in_both_languages {
    ($($way:ident: $english:ident, $russian:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $english() {
            $way(Language::En).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $russian() {
            $way(Language::Ru).await;
        }
    )*};
}

in_both_languages! {
    signs_up: a_number_is_connected_on_metas_page_in_english, a_number_is_connected_on_metas_page_in_russian;
    types_it: a_number_is_connected_by_hand_in_english, a_number_is_connected_by_hand_in_russian;
    comes_from_amocrm: amocrms_list_opens_the_number_in_english, amocrms_list_opens_the_number_in_russian;
    sells_at_avito: a_seller_is_connected_in_english, a_seller_is_connected_in_russian;
}
