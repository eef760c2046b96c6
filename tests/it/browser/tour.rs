//! The screens that the widget's tour shows in the marketplaces of amoCRM and Kommo: sources, the wizard, a message's route.
//! Drawn on request: `PAROM_TEST_SHOTS=FOLDER` with `--run-ignored all` saves them as `tour/N-LANGUAGE` and, of
//! Kommo, `tour/kommo-N-LANGUAGE`.

use base::config::{Config, Platform};
use base::i18n::{Language, Words};
use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::json;
use simulator::crm::MessageView;
use uuid::Uuid;

use super::{CODE, archive, presses, say, with_widget};

fn with_kommo(config: &mut Config) {
    with_widget(config);
    if let Some(integration) = config.integrations.first_mut() {
        integration.platform = Platform::Kommo;
        integration.account_hosts = vec!["kommo.com".to_owned()];
    }
}

/// An account in front of a browser.
struct Tour {
    world: World,
    browser: Browser,
    language: Language,
    host: &'static str,
    name: String,
}

impl Tour {
    async fn begins(language: Language, platform: Platform) -> Option<Self> {
        let browser = Browser::open(language.code()).await?;
        let is_kommo = platform == Platform::Kommo;
        let change = if is_kommo { with_kommo } else { with_widget };
        let world = World::start(Engine::Sqlite, Setup { live: true, change, ..Setup::default() }).await?;
        let host = if is_kommo { "demo.kommo.com" } else { "demo.amocrm.ru" };
        let name = if is_kommo { "tour/kommo-".to_owned() } else { "tour/".to_owned() };
        browser.devtools("Emulation.setScrollbarsHidden", json!({"hidden": true})).await;
        world.sandbox.add_account(host);
        world.sandbox.set_language(host, language.code());
        world.sandbox.set_widget("main", CODE, &archive(&world)).expect("the sandbox takes the archive");
        world.owner(host).installs_in_a_browser().await.is(200);
        Some(Self { world, browser, language, host, name })
    }

    fn words(&self, english: &'static str, russian: &'static str) -> &'static str {
        if self.language == Language::Ru { russian } else { english }
    }

    async fn shot(&self, number: u32) {
        self.browser.shot(&format!("{}{number}-{}", self.name, self.language.code())).await;
    }

    /// Three sources; returns the default one.
    async fn has_sources(&self, tenant_id: Uuid) -> String {
        let add = async |body| {
            let path = format!("/api/v1/tenants/{tenant_id}/sources");
            self.world.api.post(&path, &body).await.is(201).text_at("/id")
        };
        let site = self.words("Shop site", "Сайт магазина");
        let site = add(json!({"kind": "webchat", "name": site, "default": true, "settings": {}})).await;
        let hook = json!({"webhook_url": self.world.messenger.url()});
        add(json!({"kind": "custom", "name": self.words("Partners", "Партнёры"), "settings": hook})).await;
        add(json!({"kind": "webchat", "name": self.words("Wholesale", "Оптовые клиенты"), "settings": {}})).await;
        site
    }

    /// The widget's own page, without the page of the CRM around it.
    async fn lists_sources(&self) {
        let url = format!("{}/accounts/{}/settings/{CODE}", self.world.sandbox.url(), self.host);
        self.browser.goto(&url).await;
        let words = Words::new(self.language);
        self.browser.press_words(self.words("Wholesale", "Оптовые клиенты")).await;
        presses(&self.browser, "pause").await;
        presses(&self.browser, "confirm").await;
        self.browser.says(&say(words, "source-resume")).await;
        presses(&self.browser, "back").await;
        self.browser.says(&say(words, "widget-add-source")).await;
        self.browser.resize(1000, 560).await;
        let alone = "const one = document.querySelector('.parom-widget'); one.style.padding = '24px'; \
            one.querySelector('.parom-footer')?.remove(); document.body.replaceChildren(one); scrollTo(0, 0)";
        self.browser.run(alone, vec![]).await;
        self.shot(1).await;
    }

    async fn begins_the_wizard(&self, tenant_id: Uuid) {
        let olga = self.words("Olga", "Ольга");
        let ticket = parom::identity::ticket::issue(&self.world.app().identity, tenant_id, 1001, olga, true).await;
        let base = self.world.api.base();
        self.browser.goto(&format!("{base}/panel/enter?ticket={}", ticket.expect("a ticket"))).await;
        self.browser.find("main h1").await;
        self.browser.goto(&format!("{base}/panel/sources/new")).await;
        self.browser.run("document.querySelector('input[value=webchat]').click()", vec![]).await;
        self.browser.resize(1060, 560).await;
        self.shot(2).await;
    }

    /// A visitor's question, its answer, and the answer's route until it is read.
    async fn follows_a_message(&self, site: &str) {
        let base = self.world.api.base();
        let question = self.words("Is the blue one in stock?", "Есть ли синий?");
        let answer = self.words("Yes, three of them.", "Да, три штуки.");
        self.browser.goto(&format!("{base}/chat/{site}")).await;
        self.browser.fill("#form textarea", question).await;
        self.browser.press("#form [type=submit]").await;
        let there = async || self.world.sandbox.messages(self.host).pop();
        let chat_id = self.world.until("the question is in the CRM", there).await.chat_id;
        self.world.sandbox.manager_says(self.host, &chat_id, answer).await.expect("the hook");
        self.browser.shows("#messages .theirs .text", &[answer]).await;
        let is_read = |one: &MessageView| one.statuses.iter().any(|status| status.code == 2);
        let read = async || self.world.sandbox.messages(self.host).iter().any(is_read).then_some(());
        self.world.until("the CRM knows that it was read", read).await;
        self.browser.goto(&format!("{base}/panel/messages")).await;
        self.browser.run("document.querySelector('main a[href^=\"/panel/messages/\"]').click()", vec![]).await;
        let words = Words::new(self.language);
        self.browser.shows("main h1", &[&say(words, "msg-title")]).await;
        self.browser.resize(820, 640).await;
        let alone = "document.querySelectorAll('header.top, nav').forEach((one) => one.remove()); scrollTo(0, 0)";
        self.browser.run(alone, vec![]).await;
        self.shot(3).await;
    }
}

async fn tour_in(language: Language, platform: Platform) {
    let Some(tour) = Tour::begins(language, platform).await else { return };
    let tenant_id = tour.world.active(tour.host).await;
    let site = tour.has_sources(tenant_id).await;
    tour.lists_sources().await;
    tour.begins_the_wizard(tenant_id).await;
    tour.follows_a_message(&site).await;
    tour.browser.close().await;
    tour.world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "draws pictures; the stories of the widget, the wizard and messages assert the same"]
async fn the_tour_is_drawn() {
    for (language, platform) in
        [(Language::En, Platform::Amocrm), (Language::Ru, Platform::Amocrm), (Language::En, Platform::Kommo)]
    {
        tour_in(language, platform).await;
    }
}
