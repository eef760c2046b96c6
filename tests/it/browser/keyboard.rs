//! Ten journeys by the keyboard alone, at 640 CSS pixels, which is 1280 at a zoom of 200 %. At each stop the focus is in sight,
//! nothing lies over it, and it is marked; no page scrolls sideways.

use parom_tests::settings::HOST;
use parom_tests::{Answer, Browser, Engine, Line, MailServer, Place, Setup, World};
use serde_json::{Value, json};

use super::{enters, run};
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_journeys_need_no_mouse() {
    let Some(browser) = Browser::open("en").await else { return };
    let _mail = MailServer::start().await;
    let setup = Setup { live: true, change: MailServer::serves, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = world.line("support").await;
    let body = json!({"kind": "webchat", "name": "Shop's site", "settings": {"title": "Shop"}});
    let chat =
        world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201).text_at("/id");
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

    let keys = journey("a new source");
    keys.opens(&at("/sources/new")).await;
    keys.presses("Website chat").await;
    keys.arrives("/webchat/access").await;
    keys.field("set.title", "Second shop").await;
    keys.presses("Continue").await;
    keys.arrives("/routing").await;
    keys.presses("Create").await;
    keys.arrives("/test").await;

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

    let keys = journey("who gets alerts");
    keys.walks(&at("/alerts")).await;
    keys.opens(&at("/alerts")).await;
    let is_group = |stop: &Value| stop["html"].as_str().is_some_and(|html| html.starts_with("<summary>Messages"));
    keys.until("a group of alerts", is_group).await;
    browser.presses_key("Enter").await;
    keys.presses("Save").await;
    browser.find("#notice.t-ok").await;

    let keys = journey("working hours");
    keys.walks(&at(&format!("/sources/{}/hours", line.source_id))).await;

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

    let keys = journey("an import");
    keys.walks(&at("/import/new")).await;

    let keys = journey("a visitor of the chat");
    keys.opens(&format!("{base}/chat/{chat}")).await;
    keys.field("text", "Hello").await;
    browser.presses_key("Enter").await;
    browser.shows("#messages .mine .text", &["Hello"]).await;

    browser.close().await;
    world.close().await;
}
