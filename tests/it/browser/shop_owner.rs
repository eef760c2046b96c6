//! From the marketplace to the first answer in three messengers, as the owner of a shop goes there in the demo. The clicks and
//! the typed fields are counted, so that the way gets no longer unnoticed; docs/benchmarks.md has the figures.

use std::path::Path;
use std::time::Instant;

use parom_tests::{Browser, Demo};

use super::demo::{Offer, answers, offers, writes};
use super::goes_to_the_new_window;
use crate::cli::BINARY;

/// What the way takes at most. Before the steps were shortened it took 21 clicks.
const MOST_CLICKS: usize = 15;
const MOST_FIELDS: usize = 1;

const PRIMARY: &str = "main form button.primary";
const ANSWER: &str = "Yes, it is. Shall we deliver it?";

/// The owner in front of a browser.
struct Owner<'way> {
    browser: &'way Browser,
    clicks: usize,
    fields: usize,
}

impl Owner<'_> {
    async fn clicks(&mut self, selector: &str) {
        self.browser.press(selector).await;
        self.clicks += 1;
    }

    async fn types(&mut self, selector: &str, text: &str) {
        self.browser.fill(selector, text).await;
        self.fields += 1;
    }

    async fn arrives(&self, part: &str) {
        self.browser.until(part, async || self.browser.url().await.contains(part)).await;
    }

    /// From the marketplace to the messengers, which an account without sources is shown.
    async fn installs(&mut self, marketplace: &str) {
        self.browser.goto(marketplace).await;
        self.clicks(".card a.primary").await;
        self.browser.find("#widget-name").await;
        self.clicks("[data-action=install]").await;
    }

    /// By consent at Facebook, whose account has two numbers. Returns the window with the widget.
    async fn connects_whatsapp(&mut self) -> fantoccini::wd::WindowHandle {
        self.clicks("[data-key=kind-whatsapp]").await;
        self.clicks("[data-key=consent]").await;
        let widget = goes_to_the_new_window(self.browser, "Facebook opens in a tab").await;
        self.arrives("/dialog/oauth").await;
        self.clicks("#allow").await;
        self.arrives("/line").await;
        self.clicks(PRIMARY).await;
        self.arrives("/routing").await;
        self.clicks(PRIMARY).await;
        self.arrives("/test").await;
        widget
    }

    /// From the last step of one source to the second of another.
    async fn begins_another(&mut self, kind: &str) {
        self.clicks("[data-live=end] a[href$='/sources/new']").await;
        self.clicks(&format!("button[value={kind}]")).await;
        self.arrives("/access").await;
    }

    async fn creates(&mut self) {
        self.clicks("main form button[value=next]").await;
        self.arrives("/routing").await;
        self.clicks(PRIMARY).await;
        self.arrives("/test").await;
    }

    async fn connects_telegram(&mut self, offer: &Offer) {
        self.begins_another("telegram").await;
        let (name, token) = &offer.fields[0];
        self.types(&format!("[name=\"set.{name}\"]"), token).await;
        self.creates().await;
    }

    /// Returns the address of the chat.
    async fn connects_a_site_chat(&mut self) -> String {
        self.begins_another("webchat").await;
        self.creates().await;
        let link = "return [...document.querySelectorAll('main a')].find(one => one.href.includes('/chat/')).href";
        self.browser.run(link, vec![]).await.as_str().expect("the chat's address").to_owned()
    }
}

async fn writes_on_the_site(browser: &Browser, chat: &str, question: &str) {
    browser.goto(chat).await;
    browser.fill("#form textarea", question).await;
    browser.press("#form [type=submit]").await;
    browser.shows("#messages .mine .text", &[question]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_owner_connects_three_messengers() {
    let Some(browser) = Browser::open("en").await else { return };
    let data = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(Path::new(BINARY), "en_GB", data.path()).await;
    browser.goto(&demo.address("Messengers")).await;
    let offers = offers(&browser, "section").await;
    let of = |kind: &str| offers.iter().find(|offer| offer.kind == kind).expect("the messenger is there");
    let marketplace = demo.address("A new account");
    let manager = marketplace.trim_end_matches("marketplace");

    let mut owner = Owner { browser: &browser, clicks: 0, fields: 0 };
    let begun = Instant::now();
    owner.installs(&marketplace).await;
    let widget = owner.connects_whatsapp().await;
    owner.connects_telegram(of("telegram")).await;
    let chat = owner.connects_a_site_chat().await;
    let connected = begun.elapsed();
    let (clicks, fields) = (owner.clicks, owner.fields);
    // The widget has shown by itself what was connected in the other tab.
    let panel = browser.client().window().await.expect("this window");
    browser.client().switch_to_window(widget).await.expect("the widget is there");
    browser.says("is created").await;
    browser.client().switch_to_window(panel).await.expect("the panel is there");

    let question = |kind: &str| format!("Is the blue sofa still there? ({kind})");
    for kind in ["whatsapp", "telegram"] {
        writes(&browser, of(kind), &question(kind)).await;
        answers(&browser, manager, &question(kind), ANSWER).await;
        browser.goto(&of(kind).phone).await;
        browser.says(ANSWER).await;
    }
    writes_on_the_site(&browser, &chat, &question("site")).await;
    answers(&browser, manager, &question("site"), ANSWER).await;
    browser.goto(&chat).await;
    browser.shows("#messages .theirs .text", &[ANSWER]).await;
    let answered = begun.elapsed();

    println!(
        "three messengers: {clicks} clicks, {fields} typed fields, connected in {:.1} s, all answered after {:.1} s",
        connected.as_secs_f64(),
        answered.as_secs_f64()
    );
    assert!(clicks <= MOST_CLICKS && fields <= MOST_FIELDS, "{clicks} clicks, {fields} typed fields");
    browser.close().await;
    demo.is_killed().await;
}
