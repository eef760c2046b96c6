//! The chat on another site, in a real browser: under the site's own policy, with its scripts and styles around it.

mod settings;
mod shop;
mod visitor;

use base::config::Config;
use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Place, Setup, Site, World};
use serde_json::{Value, json};
use simulator::crm::{Attachment, HookForm, HookMessage};

use super::{looks_right, say};
use crate::webchat::{chat_with, sites as customers};

const ROOT: &str = "const root = document.querySelector('parom-chat')?.shadowRoot;";

/// Notes what the site's policy forbids.
const POLICE: &str = "window.__forbidden = []; document.addEventListener('securitypolicyviolation', (event) =>\
    window.__forbidden.push(event.violatedDirective + ' ' + event.blockedURI))";

/// Notes what the chat tells the site's own script.
const TOLD: &str = "window.__told = []; for (const one of ['ready', 'open', 'close', 'sent', 'answer']) \
    addEventListener('parom:' + one, () => window.__told.push(one))";

/// A site with the line on its page, a strict policy, and styles that would spoil everything they reach.
struct Shop {
    world: World,
    site: Site,
    source: String,
}

/// Who stores the messages, as the line below the form says, and what sends e-mails.
fn with_a_company(config: &mut Config) {
    config.vendor.legal_entity = "Northwind Furniture Ltd".to_owned();
    config.mail.url = Some("smtp://127.0.0.1:9".into());
    config.mail.from = Some("Parom <parom@vendor.example>".to_owned());
}

impl Shop {
    async fn open(settings: impl FnOnce(&Site) -> Value) -> Self {
        let setup = Setup { live: true, change: with_a_company, ..Setup::default() };
        let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
        let site = Site::start();
        let source = chat_with(&world, settings(&site)).await;
        let shop = Self { world, site, source };
        shop.writes("/", "");
        shop
    }

    /// Writes a page with these attributes of the line. On a computer it always has its scroll bar, so that a longer
    /// page moves nothing.
    fn writes(&self, path: &str, attributes: &str) {
        let base = self.world.api.base();
        let html = format!(
            "<!doctype html><html lang=en><meta charset=utf-8>\
             <meta name=viewport content='width=device-width, initial-scale=1'><title>Shop</title>\
             <link rel=stylesheet href=data:text/css,html%7Bfont-size:62.5%25%7D*%7Bletter-spacing:9px;color:navy%7D\
             @media(min-width:500px)%7Bhtml%7Boverflow-y:scroll%7D%7D>\
             <main><h1>Shop</h1><p>Things.</p></main>\
             <script src=\"{base}/chat/{}/embed.js\" async{attributes}></script></html>",
            self.source
        );
        let policy = format!(
            "default-src 'none'; style-src data:; script-src {base}; connect-src {base}; img-src {base}; media-src {base}; \
             require-trusted-types-for 'script'"
        );
        self.site.writes(path, &html, &policy);
    }

    /// Opens a page of the site, by a name of another site than ours, and the chat on it.
    async fn visit(&self, browser: &Browser) {
        browser.on_every_page(POLICE).await;
        browser.goto(&self.site.stranger("/?utm_source=mail")).await;
        opens(browser).await;
    }
}

fn everywhere(site: &Site) -> Value {
    json!({"allowed_origins": [site.stranger(""), site.neighbour("")], "title": "Shop talk", "color": "#ffd200"})
}

async fn root(browser: &Browser, script: &str) -> Value {
    browser.run(&format!("{ROOT} {script}"), vec![]).await
}

async fn until(browser: &Browser, what: &str, condition: &str) {
    let script = format!("return Boolean({condition})");
    browser.until(what, async || root(browser, &script).await == json!(true)).await;
}

async fn opens(browser: &Browser) {
    let asks = async || browser.run("return Boolean(window.Parom)", vec![]).await == json!(true);
    browser.until("the site's script may ask", asks).await;
    browser.run("Parom.open()", vec![]).await;
    until(browser, "the chat is open", "root.getElementById('text')").await;
}

/// Types into the focused field and presses Enter.
async fn types(browser: &Browser, text: &str) {
    root(browser, "root.getElementById('text').focus()").await;
    browser.types(text).await;
    browser.presses_key("Enter").await;
}

async fn texts(browser: &Browser) -> Value {
    root(browser, "return [...root.querySelectorAll('.message .text')].map((one) => one.textContent)").await
}

async fn shows(browser: &Browser, wanted: &[&str]) {
    let wanted = json!(wanted);
    browser.until(&format!("the chat shows {wanted}"), async || texts(browser).await == wanted).await;
}

async fn arrived(world: &World, wanted: &[&str]) {
    let there = async || {
        let all = world.sandbox.messages(HOST);
        let texts: Vec<&str> = all.iter().map(|message| message.text.as_str()).collect();
        (texts == wanted).then_some(())
    };
    world.until(&format!("amoCRM has {wanted:?} and nothing else"), there).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customer_and_manager_talk_over_a_site() {
    let Some(browser) = Browser::open("en").await else { return };
    let words = Words::new(Language::En);
    let shop = Shop::open(everywhere).await;
    let world = &shop.world;
    browser.on_every_page(TOLD).await;
    shop.visit(&browser).await;
    assert_eq!(root(&browser, "return root.getElementById('text').placeholder").await, say(words, "chat-placeholder"));
    types(&browser, "Hello <b>there</b>").await;
    arrived(world, &["Hello <b>there</b>"]).await;
    let visit = async || {
        let chats = world.api.get(&format!("/api/v1/sources/{}/conversations", shop.source)).await.is(200);
        let visit: Value = serde_json::from_str(chats.json["items"][0]["visit"].as_str()?).ok()?;
        (visit["first"]["marks"] == json!({"source": "mail"}) && visit["first"]["title"] == "Shop").then_some(())
    };
    world.until("it is known by which advertisement she came", visit).await;
    let hello = world.sandbox.messages(HOST).remove(0);
    world.sandbox.manager_types(HOST, &hello.chat_id, None, HookForm::Sample).await.expect("amoCRM lets type");
    until(&browser, "the typing line is shown", "!root.getElementById('typing').hidden").await;
    world.sandbox.manager_says(HOST, &hello.chat_id, "Good morning").await.expect("the hook");
    shows(&browser, &["Hello <b>there</b>", "Good morning"]).await;
    let face =
        "return [...root.querySelectorAll('.theirs > .avatar, .mine > .avatar')].map((one) => one.textContent.length)";
    assert_eq!(root(&browser, face).await, json!([1]), "who answers is shown beside the answer");
    let head = "const who = root.querySelector('.theirs .who').textContent, { textContent, title } = root.querySelector('h2');\
        return textContent === who && title === 'Shop talk' && root.querySelectorAll('header .avatar').length === 1";
    assert_eq!(root(&browser, head).await, json!(true), "and in the header");
    world.sandbox.manager_reacts(HOST, &hello.id, Some("👍"), HookForm::Table).await.expect("the hook");
    until(&browser, "the reaction is there", "root.querySelector('.mine .reactions')?.textContent === '👍'").await;
    // The customer's typing is seen by the manager, their reading by amoCRM.
    browser.types("I am").await;
    let typing = async || world.sandbox.chats(HOST)[0].typing_until.map(drop);
    world.until("the manager sees the customer type", typing).await;
    let read = async || {
        let all = world.sandbox.messages(HOST);
        let answer = all.iter().find(|message| message.text == "Good morning")?;
        answer.statuses.iter().any(|status| status.code == 2).then_some(())
    };
    world.until("amoCRM knows that it was read", read).await;
    // Escape closes, focus goes back; what comes then is counted.
    browser.presses_key("Escape").await;
    until(&browser, "the chat is closed", "root.querySelector('.panel').hidden").await;
    assert_eq!(root(&browser, "return root.activeElement.className").await, "bubble");
    world.sandbox.manager_says(HOST, &hello.chat_id, "Still there?").await.expect("the hook");
    until(&browser, "the badge counts", "root.querySelector('.badge').textContent === '1'").await;
    assert_eq!(browser.run("return document.title", vec![]).await, "(1) Shop");
    let named = root(&browser, "return root.querySelector('.bubble').getAttribute('aria-label')").await;
    let fresh = words.text("chat-new-messages").with("count", 1).to_string();
    assert_eq!(named, json!(format!("{}. {fresh}", words.text("chat-open"))));
    browser.is_accessible("the site with a closed chat").await;
    browser.presses_key("Enter").await;
    until(&browser, "it is read", "root.querySelector('.badge').hidden").await;
    assert_eq!(browser.run("return document.title", vec![]).await, "Shop");
    let told = browser.run("return window.__told", vec![]).await;
    assert_eq!(told, json!(["ready", "open", "sent", "answer", "close", "answer", "open"]));

    // Another page of the site goes on with it.
    shop.writes("/more", "");
    browser.resize(1280, 900).await;
    browser.goto(&shop.site.stranger("/more")).await;
    until(&browser, "the chat is open as before", "root?.getElementById('text')?.checkVisibility()").await;
    let caret = "return [document.activeElement === document.body, root.activeElement]";
    assert_eq!(root(&browser, caret).await, json!([true, null]), "the reader of the page keeps the caret");
    opens(&browser).await;
    assert_eq!(root(&browser, "return root.activeElement.id").await, "text", "it was asked for");
    shows(&browser, &["Hello <b>there</b>", "Good morning", "Still there?"]).await;
    until(&browser, "reactions are kept", "root.querySelector('.mine .reactions')").await;
    looks_right(&browser, "site-chat").await;
    browser.resize(360, 740).await;
    root(&browser, "root.querySelector('[aria-controls=smileys]').click()").await;
    browser.is_accessible("the chat with its emoji").await;
    browser.presses_key("ArrowRight").await;
    browser.presses_key("Enter").await;
    assert_eq!(root(&browser, "return root.getElementById('text').value").await, "😁");
    let full = root(
        &browser,
        "const box = root.querySelector('.panel').getBoundingClientRect(); return [box.width, box.height]",
    );
    assert_eq!(full.await, json!([360, 740]), "a phone shows nothing else");
    let inside = "const panel = root.querySelector('.panel'); return panel.ariaModal === 'true' &&\
        document.activeElement.tagName === 'PAROM-CHAT' && panel.contains(root.activeElement)";
    let mut stops = std::collections::BTreeSet::new();
    for _ in 0..40 {
        browser.presses_key("Tab").await;
        assert_eq!(root(&browser, inside).await, json!(true), "the page below is not reached");
        let stop = "return [...root.querySelectorAll('*')].indexOf(root.activeElement)";
        stops.insert(root(&browser, stop).await.to_string());
    }
    assert!(stops.len() > 4, "it goes round: {stops:?}");
    // The site's style stays outside, ours is readable, and nothing was forbidden.
    let look = "const style = getComputedStyle(root.querySelector('h2')); return [style.letterSpacing, style.fontSize, style.color]";
    assert_eq!(root(&browser, look).await, json!(["normal", "18px", "rgb(0, 0, 0)"]));
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));
    browser.close().await;
    shop.world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_doubled() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(everywhere).await;
    shop.visit(&browser).await;
    types(&browser, "one").await;
    arrived(&shop.world, &["one"]).await;
    // Offline: a message waits and is marked as waiting.
    browser.offline(true).await;
    let offline = say(Words::new(Language::En), "chat-offline");
    let notice = format!("root.getElementById('notice').textContent.startsWith({})", json!(offline));
    until(&browser, "the chat says that there is no line", &notice).await;
    types(&browser, "two").await;
    types(&browser, "three").await;
    shows(&browser, &["one", "two", "three"]).await;
    browser.offline(false).await;
    arrived(&shop.world, &["one", "two", "three"]).await;
    until(
        &browser,
        "all are sent",
        "![...root.querySelectorAll('.state')].some((one) => one.textContent.includes('…'))",
    )
    .await;

    // Only the answer is lost, and the page is left before it is noticed.
    browser.blocks(&["*/messages"]).await;
    types(&browser, "four").await;
    shows(&browser, &["one", "two", "three", "four"]).await;
    browser.goto(&shop.site.stranger("/")).await;
    opens(&browser).await;
    shows(&browser, &["one", "two", "three", "four"]).await;
    let first = browser.client().window().await.expect("this tab");
    // Another tab, which nothing hinders, sends what the first one could not.
    let second = browser.client().new_window(true).await.expect("another tab").handle;
    browser.client().switch_to_window(second).await.expect("it comes to the front");
    browser.goto(&shop.site.stranger("/")).await;
    opens(&browser).await;
    arrived(&shop.world, &["one", "two", "three", "four"]).await;
    types(&browser, "five").await;
    shows(&browser, &["one", "two", "three", "four", "five"]).await;
    browser.client().switch_to_window(first).await.expect("the first tab");
    browser.blocks(&[]).await;
    shows(&browser, &["one", "two", "three", "four", "five"]).await;
    types(&browser, "six").await;
    arrived(&shop.world, &["one", "two", "three", "four", "five", "six"]).await;
    let left = "return Object.keys(localStorage).filter((key) => key.includes('|'))";
    browser.until("nothing waits", async || browser.run(left, vec![]).await == json!([])).await;
    browser.close().await;
    shop.world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_signs_in_finds_their_chat_and_leaves_none_on_signing_out() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(
        |site| json!({"allowed_origins": [site.stranger("")], "ask": ["name", "phone"], "consent_text": "I agree"}),
    )
    .await;
    let tenant_id = shop.world.active(HOST).await;
    let secret = customers::new_secret(&shop.world.panel(tenant_id).await, &shop.source).await;
    let exp = shop.world.clock.millis() / 1000 + 600;
    let token = |subject: &str| customers::signed(&secret, &json!({"sub": subject, "name": "Анна", "exp": exp}));
    shop.writes("/", &format!(" data-token=\"{}\"", token("17")));
    shop.visit(&browser).await;
    // Questions come before the first word, but for what the site knows.
    types(&browser, "Mine").await;
    assert_eq!(texts(&browser).await, json!([]), "the visitor has not agreed yet");
    assert_eq!(root(&browser, "return root.getElementById('ask-name')").await, json!(null));
    browser.is_accessible("the chat with its questions").await;
    root(
        &browser,
        "root.getElementById('ask-phone').value = '+7 915 111-22-33'; root.getElementById('consent').click()",
    )
    .await;
    root(&browser, "root.getElementById('form').requestSubmit()").await;
    arrived(&shop.world, &["Mine"]).await;
    let message = shop.world.sandbox.messages(HOST).remove(0);
    assert_eq!(message.sender_name, "Анна", "the site gave this name");
    assert_eq!(message.payload["sender"]["profile"]["phone"], "+7 915 111-22-33");
    shop.world.sandbox.manager_sends(HOST, &message.chat_id, HookMessage::text("Yours")).await.expect("the hook");
    shows(&browser, &["Mine", "Yours"]).await;

    browser.run("Parom.signOut()", vec![]).await;
    opens(&browser).await;
    shows(&browser, &[]).await;
    assert_eq!(browser.run("return Object.keys(localStorage)", vec![]).await, json!([]));
    browser.run("Parom.signIn(arguments[0])", vec![json!(token("18"))]).await;
    opens(&browser).await;
    shows(&browser, &[]).await;
    browser.run("Parom.signIn(arguments[0])", vec![json!(token("17"))]).await;
    opens(&browser).await;
    shows(&browser, &["Mine", "Yours"]).await;
    browser.close().await;
    shop.world.close().await;
}

/// Keeps what the page's scripts warn of.
const WARNINGS: &str = "window.warnings = []; const warn = console.warn; \
    console.warn = (...said) => { window.warnings.push(said.join(' ')); warn(...said) }";

/// D25: the chat is not there, and the console says why and what to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_is_not_in_the_list_shows_nothing() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(|site| json!({"allowed_origins": [site.neighbour("")]})).await;
    browser.on_every_page(WARNINGS).await;
    browser.goto(&shop.site.neighbour("/")).await;
    opens(&browser).await;
    browser.goto(&shop.site.stranger("/")).await;
    let explained = async || {
        let said = browser.run("return window.warnings.join('\\n')", vec![]).await;
        let said = said.as_str().unwrap_or_default();
        said.contains(&format!("no chat on {}", shop.site.stranger(""))) && said.contains("Add this address")
    };
    browser.until("the console says what to do", explained).await;
    assert_eq!(browser.run("return document.querySelectorAll('parom-chat').length", vec![]).await, json!(0));
    // Its own page is open to all.
    browser.goto(&format!("{}/chat/{}", shop.world.api.base(), shop.source)).await;
    browser.find("#form [aria-controls=smileys]").await;
    browser.close().await;
    shop.world.close().await;
}

// Links, files and albums in the chat on another site, and where its list is when something comes.

/// A square picture is pasted.
fn paste(size: u32) -> String {
    format!(
        "const data = new DataTransfer(); const canvas = document.createElement('canvas');\
         canvas.width = canvas.height = {size}; canvas.getContext('2d').fillRect(0, 0, {size}, {size});\
         const bytes = Uint8Array.from(atob(canvas.toDataURL().split(',')[1]), (one) => one.charCodeAt(0));\
         data.items.add(new File([bytes], 'shot.png', {{ type: 'image/png' }}));\
         root.getElementById('text').dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true }}))"
    )
}

/// The last messages at amoCRM, by kind and text.
pub(super) async fn last_are(world: &World, wanted: &[(&str, &str)]) {
    let there = async || {
        let all = world.sandbox.messages(HOST);
        let told: Vec<(&str, &str)> = all.iter().map(|one| (one.kind.as_str(), one.text.as_str())).collect();
        told.ends_with(wanted).then_some(())
    };
    world.until(&format!("amoCRM has {wanted:?} last"), there).await;
}

/// Drops files with these names and texts.
async fn drops(browser: &Browser, files: &[(&str, &str)]) {
    let script = format!(
        "const data = new DataTransfer(); for (const [name, text] of {}) data.items.add(new File([text], name));\
         root.querySelector('.panel').dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }}))",
        json!(files)
    );
    root(browser, &script).await;
}

/// What cannot be sent is refused when it is chosen, with the reason; what only the server sees leaves a message that
/// looks unlike the sent ones, stays where it was written, and can be removed.
async fn refused_files_are_named_and_leave_nothing(browser: &Browser) {
    let shop = Shop::open(everywhere).await;
    shop.visit(browser).await;
    let words = Words::new(Language::En);
    drops(browser, &[("setup.exe", "MZ"), ("empty.txt", ""), ("list.txt", "one")]).await;
    chosen(browser, 1).await;
    let empty = words.text("chat-file-empty").with("file", "empty.txt").to_string();
    let reasons = json!(format!("setup.exe: {}\n{empty}", say(words, "chat-file-kind")));
    assert_eq!(root(browser, "return root.getElementById('notice').textContent").await, reasons);
    types(browser, "First").await;
    last_are(&shop.world, &[("file", "First")]).await;

    // A program by another name.
    let program = format!("MZ{}", "\0".repeat(300));
    drops(browser, &[("holiday.txt", &program)]).await;
    chosen(browser, 1).await;
    types(browser, "Look").await;
    let bad = "root.querySelector('.mine.bad .state')?.textContent";
    until(browser, "it says why", &format!("{bad} === {}", json!(say(words, "chat-file-kind")))).await;
    types(browser, "Last").await;
    last_are(&shop.world, &[("file", "First"), ("text", "Last")]).await;
    let colours =
        "return new Set([...root.querySelectorAll('.mine')].map((one) => getComputedStyle(one).backgroundColor)).size";
    assert_eq!(root(browser, colours).await, json!(2), "it looks unlike what was sent");
    browser.goto(&shop.site.stranger("/")).await;
    opens(browser).await;
    shows(browser, &["First", "Look", "Last"]).await;
    browser.is_accessible("the chat with a refused file").await;
    browser.shot("site-chat-refused").await;
    root(browser, "root.querySelector('.bad [aria-label]').click()").await;
    shows(browser, &["First", "Last"]).await;
    browser.goto(&shop.site.stranger("/")).await;
    opens(browser).await;
    shows(browser, &["First", "Last"]).await;
    browser.goto("about:blank").await;
    shop.world.close().await;
}

async fn chosen(browser: &Browser, count: usize) {
    let there = format!("root.querySelectorAll('.chosen li').length === {count}");
    until(browser, &format!("{count} files are chosen"), &there).await;
}

async fn files_are_dragged_pasted_and_wait_for_the_line(browser: &Browser) {
    let shop = Shop::open(everywhere).await;
    shop.visit(browser).await;
    let drop = "const data = new DataTransfer(); data.items.add(new File(['one two'], 'list.txt', { type: 'text/plain' }));\
        for (const name of ['dragover', 'drop']) root.querySelector('.panel').dispatchEvent(\
          new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }))";
    root(browser, drop).await;
    root(browser, &paste(1)).await;
    chosen(browser, 2).await;
    let drawn = "return root.querySelectorAll('.chosen canvas').length";
    assert_eq!(root(browser, drawn).await, json!(1), "the picture is shown small, though the site allows no blob:");
    browser.is_accessible("the chat with files").await;
    browser.offline(true).await;
    types(browser, "Both").await;
    until(browser, "both wait", "root.querySelectorAll('.mine .state').length === 2").await;
    browser.offline(false).await;
    last_are(&shop.world, &[("file", "Both"), ("picture", "")]).await;
    let loaded = "root.querySelector('.mine img')?.naturalWidth === 1 && root.querySelector('.mine .file a')?.href.includes('/media/')";
    until(browser, "the customer sees them too", loaded).await;

    // The page is left before the server has it: the browser keeps the file.
    browser.blocks(&["*/files"]).await;
    root(browser, &paste(1)).await;
    chosen(browser, 1).await;
    types(browser, "Later").await;
    shows(browser, &["Both", "Later"]).await;
    browser.goto(&shop.site.stranger("/")).await;
    opens(browser).await;
    shows(browser, &["Both", "Later"]).await;
    browser.blocks(&[]).await;
    last_are(&shop.world, &[("file", "Both"), ("picture", ""), ("picture", "Later")]).await;
    assert_eq!(browser.run("return window.__forbidden", vec![]).await, json!([]));
    // Its page keeps a stream open.
    browser.goto("about:blank").await;
    shop.world.close().await;
}

/// amoCRM knows that the customer has read every answer.
async fn all_are_read(world: &World) {
    let read = async || {
        let all = world.sandbox.messages(HOST);
        let unread = all.iter().skip(1).filter(|one| !one.statuses.iter().any(|status| status.code == 2)).count();
        (unread == 0).then_some(())
    };
    world.until("amoCRM knows that all were read", read).await;
}

/// A picture takes the place of its file's name: the list is shorter until it is loaded. Here it grows before the browser
/// tells that, and, as in Safari, nothing else holds the end.
async fn the_end_is_in_sight_whenever_a_picture_is_loaded(browser: &Browser, at_end: &str) {
    let grows = "const [log, list] = ['log', 'messages'].map((id) => root.getElementById(id)); let before = 0; \
        const low = new CSSStyleSheet(); low.replaceSync('.image img { min-height: 0 }'); \
        root.adoptedStyleSheets = [...root.adoptedStyleSheets, low]; log.style.overflowAnchor = 'none'; \
        new ResizeObserver(() => { const last = [...root.querySelectorAll('.mine .image img')].at(-1); \
            if (list.offsetHeight < before) last.style.height = '250px'; before = list.offsetHeight; }).observe(list)";
    root(browser, grows).await;
    browser.blocks(&["*/media/*"]).await;
    root(browser, &paste(400)).await;
    chosen(browser, 1).await;
    types(browser, "").await;
    let grown = "(([, second]) => second?.offsetHeight === 250)(root.querySelectorAll('.mine .image img'))";
    until(browser, "the picture has grown", grown).await;
    until(browser, "the end is in sight", at_end).await;
}

async fn links_albums_and_the_end_of_the_list(browser: &Browser) {
    let shop = Shop::open(everywhere).await;
    let world = &shop.world;
    shop.visit(browser).await;
    types(browser, "Hello").await;
    arrived(world, &["Hello"]).await;
    let chat = world.sandbox.messages(HOST).remove(0).chat_id;
    // The files of an album are one bubble: they touch, are equally wide, and have one text and one time.
    for caption in ["These two", "And these"] {
        let files = vec![Attachment::sample("picture"), Attachment::second_picture()];
        world.sandbox.manager_sends_album(HOST, &chat, files, caption).await.expect("the hooks");
    }
    let loaded = "[...root.querySelectorAll('.theirs img')].filter((one) => one.naturalWidth).length === 4";
    until(browser, "all pictures are there", loaded).await;
    shows(browser, &["Hello", "These two", "And these"]).await;
    let boxes = "const rows = [...root.querySelectorAll('.theirs')].map((one) => one.getBoundingClientRect());\
        const times = [...root.querySelectorAll('.theirs time')].filter((one) => one.checkVisibility()).length;\
        return [rows.map((one, at) => at && Math.round(one.top - rows[at - 1].bottom)), new Set(rows.map((one) => one.width)).size, times]";
    // On a busy machine the page may have put "New" above the second one.
    let live = root(browser, boxes).await;
    assert_eq!([&live[0][1], &live[0][3], &live[1]], [&json!(0), &json!(0), &json!(1)], "{live}");
    // Otherwise the divider "New" splits the album above its first unread picture.
    all_are_read(world).await;
    browser.goto(&shop.site.stranger("/")).await;
    opens(browser).await;
    until(browser, "all pictures are there again", loaded).await;
    // A gap between the albums only; the time is shown once for messages that follow each other.
    assert_eq!(root(browser, boxes).await, json!([[0, 0, 2, 0], 1, 1]));
    browser.is_accessible("the chat with albums").await;

    // D3: links.
    let link = "See https://shop.example/a?b=c, please.";
    world.sandbox.manager_says(HOST, &chat, link).await.expect("the hook");
    shows(browser, &["Hello", "These two", "And these", link]).await;
    let href = "return [...root.querySelectorAll('.theirs .text a')].map((one) => [one.getAttribute('href'), one.rel])";
    assert_eq!(root(browser, href).await, json!([["https://shop.example/a?b=c", "noopener noreferrer"]]));

    // D4, D5: many messages arrive while the chat is closed: it opens at the first of them, wherever the reader was before.
    root(browser, "root.getElementById('log').scrollTop = 0; root.querySelector('.bubble').click()").await;
    for number in 0..12 {
        let text = format!("Line {number}\n\nand more\n\nand more");
        world.sandbox.manager_says(HOST, &chat, &text).await.expect("the hook");
    }
    until(browser, "all are counted", "root.querySelector('.badge').textContent === '12'").await;
    root(browser, "root.querySelector('.bubble').click()").await;
    let at_the_first = "(() => { const log = root.getElementById('log').getBoundingClientRect(), \
        line = root.querySelector('.new'), top = line.getBoundingClientRect().top - log.top; \
        return top >= 0 && top < 40 && line.nextSibling.querySelector('.text').textContent.startsWith('Line 0') \
            && !root.getElementById('fresh').hidden; })()";
    until(browser, "it opens at the first new message, and says how many there are", at_the_first).await;
    let some = "(({ textContent }) => textContent > 0 && textContent < 12)(root.querySelector('.badge'))";
    until(browser, "what is in view is read", some).await;
    // A second visit finds the line above what is still unread, not above what was.
    root(browser, "root.querySelector('.bubble').click()").await;
    world.sandbox.manager_says(HOST, &chat, "And one more").await.expect("the hook");
    until(browser, "the line moves", "!root.querySelector('.new').nextSibling.textContent.includes('Line 0')").await;
    root(browser, "root.querySelector('.bubble').click(); root.getElementById('fresh').click()").await;
    until(browser, "none is unread", "root.querySelector('.badge').hidden && root.getElementById('fresh').hidden")
        .await;
    all_are_read(world).await;

    // A picture that grows when it is loaded leaves the end in sight.
    root(browser, &paste(400)).await;
    chosen(browser, 1).await;
    types(browser, "With a caption").await;
    until(browser, "it is drawn", "root.querySelector('.mine img')?.naturalWidth === 400").await;
    let wide = "const row = [...root.querySelectorAll('.mine')].at(-1); \
        return [row, row.querySelector('img')].map((one) => one.getBoundingClientRect().width)";
    assert_eq!(root(browser, wide).await, json!([260, 260]), "from edge to edge of its bubble");
    let at_end = "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 2)(root.getElementById('log'))";
    until(browser, "the end is in sight", at_end).await;
    the_end_is_in_sight_whenever_a_picture_is_loaded(browser, at_end).await;
    browser.goto("about:blank").await;
    shop.world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_links_albums_and_the_end_of_the_list() {
    let Some(browser) = Browser::open("en").await else { return };
    files_are_dragged_pasted_and_wait_for_the_line(&browser).await;
    refused_files_are_named_and_leave_nothing(&browser).await;
    links_albums_and_the_end_of_the_list(&browser).await;
    browser.close().await;
}
