//! A template's whole way by hand: made in the panel, approved on Meta's page, sent when the time for free text is
//! over.
//! `PAROM_TEST_SHOTS=FOLDER` keeps the pictures (`docs/images/template-…` is one of them).

use std::time::Duration;

use base::i18n::{Language, Words};
use parom_tests::{Beside, Browser, Engine, Line, Place, Setup};
use serde_json::json;
use simulator::whatsapp::{NewApp, NewPerson, NewPhone, WhatsApp};

use super::{crm_page, enters, kinds, phones, say, speaks};

const DAY: Duration = Duration::from_secs(25 * 3_600);

/// A number, its customer, and the person in front of the browser.
struct Office {
    world: Beside<WhatsApp>,
    browser: Browser,
    line: Line,
    maria: i64,
    phone: String,
    words: Words,
}

impl Office {
    /// None if there is no browser. Maria has asked something.
    async fn opens() -> Option<Self> {
        let browser = Browser::open("en").await?;
        let world: Beside<WhatsApp> = Beside::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
        speaks(&world, Language::En);
        let meta = world.messenger.clone();
        let app = meta.add_app(NewApp::default());
        let waba = meta.add_waba("220011223344556", "Acme");
        let phone = meta.add_phone(NewPhone::of(&waba));
        let token = meta.add_token(&app.id, &[&waba]);
        let settings =
            json!({"phone_number_id": phone, "waba_id": waba, "access_token": token, "app_secret": app.secret});
        let line = world.line_of("whatsapp", "Acme", "wa-1", settings).await;
        let maria = meta.add_person(NewPerson { name: "Maria".to_owned(), ..NewPerson::default() });
        let office = Self { world, browser, line, maria, phone, words: Words::new(Language::En) };
        office.world.messenger.customer(maria, &office.phone).writes("Is it there?").unwrap();
        office.delivers().await;
        Some(office)
    }

    /// Whatever is on its way arrives.
    async fn delivers(&self) {
        for _ in 0..2 {
            self.world.messenger.deliver_all().await;
            self.world.another_worker().deliver_all().await.unwrap();
            while self.world.works("templates").await > 0 {}
        }
    }

    fn panel(&self, path: &str) -> String {
        format!("{}/panel/{path}", self.world.api.base())
    }

    async fn says(&self, key: &str) {
        self.browser.says(&say(self.words, key)).await;
    }

    async fn makes_a_template(&self, name: &str, text: &str) {
        let browser = &self.browser;
        enters(browser, &self.world, self.line.tenant_id).await;
        browser.goto(&self.panel("templates/new")).await;
        browser.choose("[name=kind]", "waba").await;
        for (field, typed) in
            [("name", name), ("text", text), ("examples", "{{contact.name}} = Anna"), ("footer", "Acme")]
        {
            browser.fill(&format!("[name={field}]"), typed).await;
        }
        browser.press("main form button.primary").await;
        browser.says(&self.words.text("templates-saved").with("name", name).to_string().replace('\u{a0}', " ")).await;
        browser.press("form[action$='/review'] button").await;
        self.says("templates-review-sent").await;
        self.delivers().await;
    }

    /// Meta decides, on its own page.
    async fn approves(&self, name: &str, text: &str) {
        let browser = &self.browser;
        browser.goto(&format!("{}/reviews?lang=en", self.world.messenger.base_url())).await;
        browser.says(text).await;
        browser.press("section.card button.primary").await;
        browser.says("APPROVED").await;
        self.delivers().await;
        browser.goto(&self.panel("templates/register")).await;
        browser.says(name).await;
        self.says("template-stage-approved").await;
        browser.resize(1000, 420).await;
        browser.fits("the register").await;
        browser.shot("template-register-en").await;
    }

    /// The manager's window in amoCRM.
    async fn in_the_window(&self) {
        let chat = self.line.chat(&self.world, "KZ.1234567890123456789");
        self.browser.goto(&format!("{}?chat={chat}&lang=en", crm_page(&self.world, ""))).await;
        self.browser.find("#answer textarea").await;
    }

    async fn bubbles(&self, wanted: i64) {
        let count = "return document.querySelectorAll('#message-rows li.bubble').length";
        let shown = async || self.browser.run(count, vec![]).await == json!(wanted);
        self.browser.until(&format!("{wanted} messages"), shown).await;
    }

    async fn answers_too_late(&self) {
        let browser = &self.browser;
        enters(browser, &self.world, self.line.tenant_id).await;
        let list = self.world.api.get(&self.line.path("/conversations")).await.is(200);
        browser.goto(&self.panel(&format!("conversations/{}", list.text_at("/items/0/id")))).await;
        self.says("conversation-window-over-template").await;
        self.in_the_window().await;
        browser.fill("#answer textarea", "Yes, come today").await;
        browser.press("#answer .primary").await;
        self.bubbles(2).await;
        // The window shows what is written before its hook is sent.
        let refused = async || {
            self.delivers().await;
            let marks = "return document.querySelectorAll('#message-rows .marks .t-bad').length";
            browser.run(marks, vec![]).await == json!(1)
        };
        browser.until("it is marked as refused", refused).await;
        assert!(self.world.messenger.sent(&self.phone).is_empty(), "nothing was sent");
    }

    async fn sends_the_template(&self, text: &str) {
        let choose = "const choice = document.getElementById('template'); choice.selectedIndex = 1;\
            choice.dispatchEvent(new Event('change'))";
        self.browser.run(choose, vec![]).await;
        self.browser.press("#answer .primary").await;
        self.bubbles(3).await;
        let sent = async || {
            self.delivers().await;
            self.world.messenger.sent(&self.phone).pop()
        };
        let sent = self.world.until("the template is sent", sent).await;
        assert_eq!((sent.kind.as_str(), sent.text.as_str()), ("template", text));
        self.in_the_window().await;
        self.bubbles(3).await;
        kinds::picture(&self.browser, "template-window-en").await;
        let (base, maria, phone) = (self.world.messenger.base_url(), self.maria, &self.phone);
        self.browser.goto(&format!("{base}/phone/{maria}/{phone}?lang=en")).await;
        self.browser.says(text).await;
        phones::picture(&self.browser, "#scroll", "template-phone-en").await;
        self.delivers().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_goes_all_the_way() {
    let Some(office) = Office::opens().await else { return };
    let (name, text) = ("Sofa is here", "Hello {{contact.name}}, your sofa waits for you at Acme.");
    office.makes_a_template(name, text).await;
    office.approves(name, &text.replace("{{contact.name}}", "{{1}}")).await;
    office.world.advance(DAY);
    office.answers_too_late().await;
    office.sends_the_template(&text.replace("{{contact.name}}", "Maria")).await;
    office.browser.close().await;
    office.world.close().await;
}
