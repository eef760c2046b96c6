//! Journeys by the keyboard alone, each to its end, at 640 CSS pixels, which is 1280 at a zoom of 200 %. At each stop the focus is in
//! sight, nothing lies over it, and it is marked; no page scrolls sideways.

use std::path::Path;

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Answer, Browser, Demo, Engine, Line, MailServer, Place, Setup, World};
use serde_json::{Value, json};

use super::demo::{offers, routes};
use super::signing_in::{connects_an_authenticator, is_invited};
use super::sweep::has_proved;
use super::{enters, run};
use crate::cli::BINARY;
use crate::panel::add_member;

/// More stops than any page has.
const MOST: usize = 250;

/// What has the focus: its text or label, and what is wrong with it; null once the focus has left the page. A stop in the
/// shadow of a site's chat is one too.
const STOP: &str = "let one = document.activeElement;\
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;\
    if (!one || one === document.body || one === document.documentElement) return null;\
    const box = one.getBoundingClientRect(), root = one.getRootNode();\
    const rings = [getComputedStyle(one), getComputedStyle(one, '::after'), getComputedStyle(one.closest('.field') ?? one)];\
    const isMarked = rings.some((style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) \
      || rings[0].boxShadow !== 'none' && one.matches('input,textarea,select') || one.closest('.row')?.matches(':has(textarea:focus-visible)');\
    const between = (from, to, most) => (Math.max(from, 0) + Math.min(to, most)) / 2;\
    const [x, y] = [between(box.left, box.right, innerWidth), between(box.top, box.bottom, innerHeight)];\
    const isInside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;\
    const above = root.elementFromPoint(x, y);\
    const isFree = isInside && above && (one.contains(above) || above.contains(one) || one.labels?.[0]?.contains(above));\
    const wrong = [isMarked || 'unmarked', isInside || 'out of sight', isFree || `below ${above?.outerHTML.slice(0, 80)}`];\
    const all = root.querySelectorAll('*');\
    return {at: [...all].indexOf(one), said: (one.labels?.[0] ?? one).textContent.replace(/\\s+/g, ' ').trim(), name: one.name ?? '',\
      html: one.outerHTML.slice(0, 160), wrong: wrong.filter((it) => it !== true)}";

/// One person without a mouse.
struct Keys<'way> {
    browser: &'way Browser,
    name: &'static str,
}

impl Keys<'_> {
    async fn opens(&self, address: &str) {
        self.browser.goto(address).await;
        self.browser.find("h1").await;
        self.browser.fits(&format!("{} at {address}", self.name)).await;
    }

    /// The next stop; what is wrong there fails.
    async fn tab(&self) -> Value {
        self.browser.presses_key("Tab").await;
        let stop = run(self.browser, STOP).await;
        if !stop.is_null() {
            assert_eq!(stop["wrong"], json!([]), "{}, {}: {stop}", self.name, self.browser.url().await);
        }
        stop
    }

    /// Goes on until a stop fits.
    async fn until(&self, what: &str, fits: impl Fn(&Value) -> bool) {
        for _ in 0..MOST {
            let stop = self.tab().await;
            if !stop.is_null() && fits(&stop) {
                return;
            }
        }
        panic!("{}: no stop at {what} on {}", self.name, self.browser.url().await);
    }

    /// Through the whole page, from its beginning.
    async fn walks(&self, address: &str) {
        self.opens(address).await;
        let mut before = Vec::new();
        for _ in 0..MOST {
            let stop = self.tab().await;
            if stop.is_null() || before.contains(&stop["at"]) {
                break;
            }
            before.push(stop["at"].clone());
        }
        assert!((4..MOST).contains(&before.len()), "{}: {} stops at {address}", self.name, before.len());
    }

    /// To the link or button with these words, and presses it.
    async fn presses(&self, words: &str) {
        self.until(words, |stop| stop["said"].as_str().is_some_and(|said| said.starts_with(words))).await;
        self.browser.presses_key("Enter").await;
    }

    async fn field(&self, name: &str, text: &str) {
        self.until(name, |stop| stop["name"] == name).await;
        self.browser.types(text).await;
    }

    /// To the field with this name, and chooses what begins with these letters, ticks a box with a space, or goes to the next.
    async fn chooses(&self, name: &str, letters: &str) {
        self.until(name, |stop| stop["name"] == name).await;
        match letters {
            " " | "ArrowRight" => self.browser.presses_key(letters).await,
            letters => self.browser.types(letters).await,
        }
    }

    /// What was entered is saved by the button with these words.
    async fn saves(&self, words: &str) {
        self.presses(words).await;
        self.browser.find("#notice.t-ok").await;
        self.browser.fits(&format!("{}, saved", self.name)).await;
    }

    /// Waits for the next page, which is no wider than the window either.
    async fn arrives(&self, part: &str) {
        self.browser.until(part, async || self.browser.url().await.contains(part)).await;
        self.browser.find("h1").await;
        self.browser.fits(&format!("{} at {part}", self.name)).await;
    }
}

/// A message, an answer, and one that the messenger refused.
async fn talked(world: &World, line: &Line) {
    world.customer(line, "anna").writes("Is the blue one there?").await;
    let arrived = async || (!world.sandbox.messages(HOST).is_empty()).then_some(());
    world.until("the message is in the CRM", arrived).await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(line).answers("anna", "Yes").await;
    world.carries_all().await;
}

async fn with_mail() -> (MailServer, World) {
    let mail = MailServer::start().await;
    let setup = Setup { live: true, change: MailServer::serves, ..Setup::default() };
    (mail, World::start(Engine::Sqlite, setup).await.expect("SQLite is there"))
}

async fn closes(browser: Browser, world: World) {
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_and_people_need_no_mouse() {
    let Some(browser) = Browser::open("en").await else { return };
    let (_mail, world) = with_mail().await;
    let line = world.line("support").await;
    talked(&world, &line).await;
    add_member(&world, line.tenant_id, "anna@example.com", parom::identity::MemberRole::Administrator).await;
    browser.resize(640, 450).await;
    enters(&browser, &world, line.tenant_id).await;
    let base = world.api.base();
    let journey = |name| Keys { browser: &browser, name };
    let at = |path: &str| format!("{base}/panel{path}");

    let keys = journey("a source from the overview");
    keys.walks(&at("")).await;
    keys.opens(&at("")).await;
    keys.presses("Line support").await;
    keys.arrives("/panel/sources/").await;

    let keys = journey("a message in the list");
    keys.walks(&at("/messages")).await;
    keys.opens(&at("/messages")).await;
    keys.until("the first message", |stop| stop["html"].as_str().is_some_and(|html| html.contains("data-row"))).await;
    browser.presses_key("Enter").await;
    keys.arrives("/panel/messages/").await;
    keys.walks(&browser.url().await).await;

    let keys = journey("an undelivered message");
    keys.walks(&at("/undelivered")).await;
    keys.opens(&at("/undelivered")).await;
    keys.until("its box", |stop| stop["html"].as_str().is_some_and(|html| html.contains("name=\"id\""))).await;
    browser.presses_key(" ").await;
    keys.presses("Send selected again").await;
    keys.arrives("/undelivered/confirm").await;
    keys.saves("Send 1 again").await;

    let keys = journey("chats that are held");
    world.api.patch(&line.path(""), &json!({"new_chats_per_hour": 1})).await.is(200);
    for name in ["boris", "carl"] {
        world.customer(&line, name).writes("Hello").await;
    }
    keys.walks(&at(&format!("/held/{}", line.source_id))).await;
    keys.opens(&at(&format!("/held/{}", line.source_id))).await;
    keys.saves("Release all").await;

    let keys = journey("who gets alerts");
    keys.walks(&at("/alerts")).await;
    keys.opens(&at("/alerts")).await;
    let is_group = |stop: &Value| stop["html"].as_str().is_some_and(|html| html.starts_with("<summary>Messages"));
    keys.until("a group of alerts", is_group).await;
    browser.presses_key("Enter").await;
    keys.saves("Save").await;

    let keys = journey("a new key");
    keys.opens(&at("/keys/new")).await;
    keys.field("name", "Robot").await;
    keys.presses("Create key").await;
    browser.find("[data-copy]:not([hidden])").await;

    let keys = journey("an invitation");
    keys.walks(&at("/team")).await;
    keys.opens(&at("/team")).await;
    keys.field("email", "boris@example.com").await;
    browser.presses_key("Enter").await;
    browser.says("boris@example.com").await;
    closes(browser, world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn setting_up_needs_no_mouse() {
    let Some(browser) = Browser::open("en").await else { return };
    let (_mail, world) = with_mail().await;
    let line = world.line("support").await;
    browser.resize(640, 450).await;
    enters(&browser, &world, line.tenant_id).await;
    let base = world.api.base();
    let journey = |name| Keys { browser: &browser, name };
    let at = |path: &str| format!("{base}/panel{path}");

    let keys = journey("a new source");
    keys.opens(&at("/sources/new")).await;
    keys.presses("Website chat").await;
    keys.arrives("/webchat/access").await;
    keys.field("set.title", "Second shop").await;
    keys.presses("Continue").await;
    keys.arrives("/routing").await;
    keys.presses("Create").await;
    keys.arrives("/test").await;

    let keys = journey("working hours");
    let hours = at(&format!("/sources/{}/hours", line.source_id));
    keys.walks(&hours).await;
    keys.opens(&hours).await;
    keys.chooses("open", "ArrowRight").await;
    keys.presses("Copy to all days").await;
    keys.saves("Save").await;
    let saved = world.api.get(&line.path("")).await.is(200).json["settings"]["working_hours"]["hours"].clone();
    assert_eq!(saved, json!(["mon-sun 09:00-18:00"]));

    let keys = journey("a rule");
    keys.walks(&at("/routing/rules/new")).await;
    keys.opens(&at("/routing/rules/new")).await;
    keys.field("name", "At night").await;
    keys.chooses("working_hours", "Outside").await;
    keys.presses("More conditions").await;
    keys.field("text_contains", "price").await;
    keys.saves("Save").await;
    keys.saves("Switch on").await;
    browser.says("price").await;

    let keys = journey("a template");
    keys.walks(&at("/templates/new")).await;
    keys.opens(&at("/templates/new")).await;
    keys.field("name", "Order ready").await;
    keys.field("text", "Your order is ready").await;
    keys.saves("Save").await;
    browser.says("Order ready").await;

    let keys = journey("an import");
    keys.walks(&at("/import/new")).await;
    keys.opens(&at("/import/new")).await;
    keys.until("the file", |stop| stop["name"] == "file").await;
    // The window in which a file is chosen is the system's own.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("chats.ndjson");
    std::fs::write(&file, crate::import::texts("carl", 3)).expect("a file");
    browser.find("#f-file").await.send_keys(file.to_str().expect("a path")).await.expect("it takes a file");
    keys.presses("Check file").await;
    keys.arrives("/panel/import/").await;
    let counted = async || browser.text().await.contains("Import 3 messages");
    browser.until("the file is counted", counted).await;
    keys.saves("Import 3 messages").await;
    closes(browser, world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_and_its_settings_need_no_mouse() {
    let Some(browser) = Browser::open("en").await else { return };
    let (_mail, world) = with_mail().await;
    let line = world.line("support").await;
    let body = json!({"kind": "webchat", "name": "Shop's site", "settings": {"title": "Shop"}});
    let chat =
        world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201).text_at("/id");
    browser.resize(640, 450).await;
    enters(&browser, &world, line.tenant_id).await;
    let base = world.api.base();

    let keys = Keys { browser: &browser, name: "settings of a chat" };
    let settings = format!("{base}/panel/sources/{chat}/access?tab=appearance");
    keys.walks(&settings).await;
    keys.opens(&settings).await;
    keys.presses("Before the chat").await;
    keys.presses("Add a question").await;
    browser.types("Do you deliver?").await;
    keys.chooses("set.ask", " ").await;
    keys.saves("Save").await;
    let saved = world.api.get(&format!("/api/v1/sources/{chat}")).await.is(200).json["settings"].clone();
    assert_eq!((&saved["quick_answers"], &saved["ask"]), (&json!(["Do you deliver?"]), &json!(["name"])));

    let keys = Keys { browser: &browser, name: "a visitor of the chat" };
    keys.opens(&format!("{base}/chat/{chat}")).await;
    // The shop's questions come first, and who writes is asked once there is something to send.
    keys.field("text", "Hello").await;
    browser.presses_key("Enter").await;
    keys.field("name", "Anna").await;
    browser.presses_key("Enter").await;
    browser.shows("#messages .mine .text", &["Hello"]).await;
    browser.find("#messages .mine .state.sent").await;
    closes(browser, world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_of_the_admin_needs_no_mouse() {
    let Some(browser) = Browser::open("en").await else { return };
    let (_mail, world) = with_mail().await;
    let line = world.line("support").await;
    is_invited(&browser, &world, Language::En).await;
    connects_an_authenticator(&browser, &world).await;
    has_proved(&world).await;
    browser.resize(640, 450).await;
    let base = world.api.base();

    let keys = Keys { browser: &browser, name: "an account" };
    keys.walks(&format!("{base}/admin/accounts")).await;
    keys.opens(&format!("{base}/admin/accounts")).await;
    keys.presses(HOST).await;
    keys.arrives(&line.tenant_id.to_string()).await;
    keys.walks(&browser.url().await).await;
    keys.opens(&format!("{base}/admin/accounts/{}", line.tenant_id)).await;
    keys.presses("Plan and limits").await;
    keys.arrives("/plan").await;
    keys.field("limit", "7").await;
    keys.saves("Save").await;
    keys.opens(&format!("{base}/admin/accounts/{}/suspend", line.tenant_id)).await;
    keys.field("reason", "Not paid").await;
    keys.presses("Suspend account").await;
    browser.says("Resume account").await;
    closes(browser, world).await;
}

/// In the demo, where another service has the line.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_takeover_needs_no_mouse() {
    let Some(browser) = Browser::open("en").await else { return };
    let data = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(Path::new(BINARY), "en_GB", data.path()).await;
    browser.goto(&demo.address("Messengers")).await;
    let line =
        offers(&browser, "article").await.into_iter().find(|line| line.kind == "avito").expect("the line is there");
    browser.goto(&demo.address("Panel")).await;
    browser.find("main h1").await;
    routes(&browser, Words::new(Language::En), &demo.address("Parom"), &line).await;
    browser.press("input[name=shadow]").await;
    browser.press("main form button.primary").await;
    browser.until("the comparison", async || browser.url().await.ends_with("/shadow")).await;
    browser.resize(640, 450).await;

    let keys = Keys { browser: &browser, name: "a takeover" };
    keys.walks(&browser.url().await).await;
    keys.opens(&browser.url().await).await;
    keys.presses("Takeover").await;
    keys.arrives("/takeover").await;
    keys.walks(&browser.url().await).await;
    keys.opens(&browser.url().await).await;
    keys.saves("Switch now").await;
    browser.says("Being switched").await;
    browser.close().await;
    demo.is_killed().await;
}
