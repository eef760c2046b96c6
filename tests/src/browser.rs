//! A real Chromium, driven through the chromedriver that `tests/run` started: opens pages, clicks, reads the visible
//! text.

use std::path::Path;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::settings::needed;

/// Time limit for anything to appear on a page: long, because machines may be busy.
const LIMIT: Duration = Duration::from_secs(60);
/// Polling interval.
const TICK: Duration = Duration::from_millis(50);

/// One browser with a fresh profile.
pub struct Browser {
    client: Client,
    /// Set once every new page has axe-core.
    axe: OnceCell<()>,
}

impl Browser {
    /// Starts one in a language (`ru`, `en`). `None`, with a line on stdout, if there is no chromedriver.
    pub async fn open(language: &str) -> Option<Self> {
        Self::start(json!({"intl.accept_languages": language}), language).await
    }

    /// [`Browser::open`] with scripts disabled.
    pub async fn open_without_scripts(language: &str) -> Option<Self> {
        let preferences = json!({
            "intl.accept_languages": language,
            "profile.managed_default_content_settings.javascript": 2,
        });
        Self::start(preferences, language).await
    }

    async fn start(preferences: Value, language: &str) -> Option<Self> {
        let driver = needed("PAROM_TEST_CHROMEDRIVER")?;
        let language_argument = format!("--lang={language}");
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-proxy-server",
            // A microphone that beeps, and nobody is asked.
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            // Nothing is pressed or examined while it moves or fades in.
            "--force-prefers-reduced-motion",
            // Only this machine is reachable, so that tests cannot reach anyone.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            &language_argument,
        ];
        let mut wanted = Capabilities::new();
        wanted.insert("goog:chromeOptions".to_owned(), json!({"args": arguments, "prefs": preferences}));
        wanted.insert("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"}));
        // axe-core examines a long page for seconds, and on a busy machine for longer than the usual half minute.
        wanted.insert("timeouts".to_owned(), json!({"script": LIMIT.as_secs() * 2_000}));
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(wanted).connect(&driver).await.expect("chromedriver starts a browser");
        Some(Self { client, axe: OnceCell::new() })
    }

    /// The client itself, for commands without a method here.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    pub async fn close(self) {
        self.client.close().await.expect("the browser closes");
    }

    /// Sets the size of the page in CSS pixels, and waits until the page has it.
    pub async fn resize(&self, width: u32, height: u32) {
        // For pages that open next to this one; a window may resize late and cannot be narrower than 500 pixels.
        self.client.set_window_size(width, height).await.expect("the window takes a size");
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        let told = DevTools("Emulation.setDeviceMetricsOverride".to_owned(), size);
        self.client.issue_cmd(told).await.expect("the browser plays a screen");
        let has = "return innerWidth === arguments[0] && innerHeight === arguments[1] && \
            document.documentElement.clientWidth <= innerWidth";
        let what = format!("the page has {width} by {height} pixels");
        self.until(&what, async || self.run(has, vec![json!(width), json!(height)]).await == json!(true)).await;
    }

    /// Emulates a phone with touch input for pages opened from now on.
    pub async fn becomes_a_phone(&self) {
        let size = json!({"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": true});
        let touch = json!({"enabled": true, "maxTouchPoints": 5});
        for (command, parameters) in
            [("Emulation.setDeviceMetricsOverride", size), ("Emulation.setTouchEmulationEnabled", touch)]
        {
            let told = DevTools(command.to_owned(), parameters);
            self.client.issue_cmd(told).await.expect("the browser plays a phone");
        }
    }

    /// Gives a command of the Chrome DevTools protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) {
        let told = DevTools(command.to_owned(), parameters);
        self.client.issue_cmd(told).await.unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    /// Disconnects the current page from the network, or reconnects it.
    pub async fn offline(&self, offline: bool) {
        self.network(
            "emulateNetworkConditions",
            json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}),
        )
        .await;
    }

    /// Blocks requests of the current tab to addresses that match these patterns.
    pub async fn blocks(&self, patterns: &[&str]) {
        self.network("setBlockedURLs", json!({"urls": patterns})).await;
    }

    async fn network(&self, command: &'static str, parameters: Value) {
        let enable = DevTools("Network.enable".to_owned(), json!({}));
        self.client.issue_cmd(enable).await.expect("the browser reports on its connection");
        let told = DevTools(format!("Network.{command}"), parameters);
        self.client.issue_cmd(told).await.expect("the browser plays a bad line");
    }

    /// Emulates the device's dark colour scheme, or stops doing so.
    pub async fn dark(&self, dark: bool) {
        let scheme = json!({"name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" }});
        let told = DevTools("Emulation.setEmulatedMedia".to_owned(), json!({"features": [scheme]}));
        self.client.issue_cmd(told).await.expect("the browser plays a dark screen");
    }

    /// Runs a script in every page and frame from the next one on, before the page's own.
    pub async fn on_every_page(&self, script: &str) {
        let told = DevTools("Page.addScriptToEvaluateOnNewDocument".to_owned(), json!({"source": script}));
        self.client.issue_cmd(told).await.expect("the browser takes a script for every page");
    }

    /// What the page's scripts and policies have reported since the last look; answers of a server are no errors of a page.
    async fn errors(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Log).await.expect("the browser has a log");
        let is_error = |one: &&Value| one["level"] == "SEVERE" && one["source"] != "network";
        let all = log.as_array().into_iter().flatten();
        all.filter(is_error).map(|one| one["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Fails if there are any.
    pub async fn has_no_errors(&self, name: &str) {
        assert_eq!(self.errors().await, Vec::<String>::new(), "{name}, {}", self.url().await);
    }

    /// Takes them out of the log.
    pub async fn forgets_errors(&self) {
        self.errors().await;
    }

    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    pub async fn url(&self) -> String {
        self.client.current_url().await.expect("the page has an address").to_string()
    }

    /// Runs a script in the page and returns its result.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.expect("the page answers")
    }

    /// Waits for an element by a CSS selector. A page that is being left has other errors than its absence: also then.
    pub async fn find(&self, selector: &str) -> Element {
        let mut ticks = tokio::time::interval(TICK);
        let found = async {
            loop {
                ticks.tick().await;
                if let Ok(element) = self.client.find(Locator::Css(selector)).await {
                    return element;
                }
            }
        };
        match tokio::time::timeout(LIMIT, found).await {
            Ok(element) => element,
            Err(_) => panic!("{selector} is not there; the page says: {}", self.text().await),
        }
    }

    /// Waits until the page's visible text contains this.
    pub async fn says(&self, words: &str) {
        self.until(&format!("the page says “{words}”"), async || self.text().await.contains(words)).await;
    }

    /// Waits until exactly these texts are shown at a selector, in this order.
    pub async fn shows(&self, selector: &str, wanted: &[&str]) {
        let script = "return [...document.querySelectorAll(arguments[0])].map(one => one.textContent.trim())";
        let what = format!("{selector} shows {wanted:?}");
        self.until(&what, async || self.run(script, vec![json!(selector)]).await == json!(wanted)).await;
    }

    /// Waits for a condition.
    pub async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let waiting = async {
            let mut ticks = tokio::time::interval(TICK);
            while !is_so().await {
                ticks.tick().await;
            }
        };
        if tokio::time::timeout(LIMIT, waiting).await.is_err() {
            panic!("in vain waited until {what}; {} says: {}", self.url().await, self.text().await);
        }
    }

    /// The visible text of the page, with plain spaces.
    pub async fn text(&self) -> String {
        let text = self.run("return document.body ? document.body.innerText : ''", vec![]).await;
        text.as_str().unwrap_or_default().replace('\u{a0}', " ")
    }

    /// Saves a screenshot as `NAME.png` in the folder `PAROM_TEST_SHOTS`; does nothing if that is unset.
    pub async fn shot(&self, name: &str) {
        let Some(folder) = base::config::variable("PAROM_TEST_SHOTS") else { return };
        let picture = self.client.screenshot().await.expect("the page can be pictured");
        let file = Path::new(&folder).join(format!("{name}.png"));
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder for pictures");
        std::fs::write(file, picture).expect("the picture is saved");
    }

    /// Saves a screenshot of the page's full height.
    pub async fn shot_whole(&self, name: &str, width: u32) {
        if base::config::variable("PAROM_TEST_SHOTS").is_none() {
            return;
        }
        self.resize(width, 700).await;
        let height = self.run("return document.documentElement.scrollHeight", vec![]).await;
        let height = height.as_u64().and_then(|height| u32::try_from(height).ok()).unwrap_or(700);
        self.resize(width, height.clamp(500, 6_000)).await;
        self.shot(name).await;
    }
}

/// A command of the Chrome DevTools protocol.
#[derive(Debug)]
struct DevTools(String, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(json!({"cmd": self.0, "params": self.1}).to_string()))
    }
}

/// Reads the browser's log and empties it.
#[derive(Debug)]
struct Log;

impl WebDriverCompatibleCommand for Log {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(json!({"type": "browser"}).to_string()))
    }
}

// Whether a page is accessible: axe-core in the page, and the page's width.

impl Browser {
    /// Runs axe-core and fails on serious or critical findings, or if the page is too wide.
    pub async fn is_accessible(&self, name: &str) {
        self.has_axe().await;
        let script = "const done = arguments[arguments.length - 1];\
            axe.run(document, {resultTypes: ['violations']}).then(found => done(found.violations\
              .filter(one => ['serious', 'critical'].includes(one.impact))\
              .map(one => one.id + ': ' + one.help + ' ' + one.nodes.map(node => node.html).slice(0, 3).join(' | '))),\
              error => done(['axe: ' + error]))";
        let found = self.client.execute_async(script, vec![]).await.expect("axe ends");
        assert_eq!(found, json!([]), "{name}");
        self.fits(name).await;
    }

    /// Fails if the page is wider than the window.
    pub async fn fits(&self, name: &str) {
        let sideways = self.run("return document.documentElement.scrollWidth - innerWidth", vec![]).await;
        assert!(sideways.as_i64().unwrap_or(0) <= 0, "{name} scrolls sideways by {sideways} px");
    }

    /// Half a megabyte that takes longer to hand over than to run, so it goes to the browser once for all pages.
    async fn has_axe(&self) {
        let begin = async || {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/node_modules/axe-core/axe.min.js");
            let source = std::fs::read_to_string(path).unwrap_or_else(|error| {
                panic!("axe-core is not there ({error}): tests/run installs it, or `npm ci --prefix tests/browser`")
            });
            // Not in frames: they are other pages.
            self.on_every_page(&format!("if (window === window.top) {{ {source} }}")).await;
            self.run(&format!("{source}; return true"), vec![]).await;
        };
        self.axe.get_or_init(begin).await;
        // A tab that was opened by a page is a new one to the browser.
        if self.run("return typeof axe", vec![]).await == json!("undefined") {
            begin().await;
        }
    }
}

// A person's hands: pressing, typing, choosing.

impl Browser {
    /// Types into the focused element.
    pub async fn types(&self, text: &str) {
        let told = DevTools("Input.insertText".to_owned(), json!({"text": text}));
        self.client.issue_cmd(told).await.expect("the browser types");
    }

    /// Presses a key by its name (`Enter`, ` `, `Escape`, `Tab`, `ArrowRight`).
    pub async fn presses_key(&self, key: &str) {
        let text = match key {
            "Enter" => "\r",
            " " => " ",
            _ => "",
        };
        let code = match key {
            "Enter" => 13,
            " " => 32,
            "Escape" => 27,
            "Tab" => 9,
            "ArrowRight" => 39,
            _ => 0,
        };
        for (kind, text) in [("keyDown", text), ("keyUp", "")] {
            let pressed = json!({"type": kind, "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code});
            let told = DevTools("Input.dispatchKeyEvent".to_owned(), pressed);
            self.client.issue_cmd(told).await.expect("the browser takes a key");
        }
    }

    /// Clicks the element of a selector.
    pub async fn press(&self, selector: &str) {
        self.uses(selector, async |element| element.click().await).await;
    }

    /// Clicks the button or link with this text, once it is visible.
    pub async fn press_words(&self, words: &str) {
        let script = "const wanted = arguments[0], norm = text => text.replace(/\\s+/g, ' ').trim();\
            const all = [...document.querySelectorAll('button, a, summary, label, input[type=submit]')];\
            const found = all.find(one => norm(one.textContent || one.value || '') === wanted && one.getClientRects().length);\
            if (!found) return false; found.scrollIntoView({block: 'center'}); found.click(); return true";
        self.until(&format!("“{words}” can be pressed"), async || {
            self.run(script, vec![json!(words)]).await.as_bool().unwrap_or(false)
        })
        .await;
    }

    /// Clears a field and types into it.
    pub async fn fill(&self, selector: &str, text: &str) {
        let fills = async |field: Element| {
            field.clear().await?;
            field.send_keys(text).await
        };
        self.uses(selector, fills).await;
    }

    /// Chooses an option of a `<select>` by its value.
    pub async fn choose(&self, selector: &str, value: &str) {
        self.uses(selector, async |choice| choice.select_by_value(value).await).await;
    }

    /// Does something with the element of a selector. A page that is drawn again replaces its elements, or has another one
    /// in front for a moment: the browser has done nothing then, and it is done with the new element.
    async fn uses(&self, selector: &str, act: impl AsyncFn(Element) -> Result<(), CmdError>) {
        let mut last = None;
        let using = async {
            let mut ticks = tokio::time::interval(TICK);
            while let Err(error) = act(self.find(selector).await).await {
                assert!(is_drawn_again(&error), "{selector} cannot be used: {error}");
                // A bar that stays in sight may lie over it.
                let center = "document.querySelector(arguments[0])?.scrollIntoView({block: 'center'})";
                self.run(center, vec![json!(selector)]).await;
                last = Some(error);
                ticks.tick().await;
            }
        };
        if tokio::time::timeout(LIMIT, using).await.is_err() {
            panic!("{selector} cannot be used: {last:?}; the page says: {}", self.text().await);
        }
    }
}

/// Whether the element was replaced, covered or not shown yet.
fn is_drawn_again(error: &CmdError) -> bool {
    use ErrorStatus::{ElementClickIntercepted, ElementNotInteractable, StaleElementReference};
    let early = [ElementClickIntercepted, ElementNotInteractable, StaleElementReference];
    matches!(error, CmdError::Standard(refused) if early.contains(&refused.error))
}
