//! Lists by their filters, and the panel by keys: Ctrl K, "/", j and k, on any keyboard layout and not while a person
//! types; where the palette leads; and the clipboard.

use base::i18n::{Language, Words};
use parom_tests::{Browser, Engine, Line, Place, Setup, World};
use serde_json::{Value, json};

use super::{enters, run, until};

/// Presses a key at its place on the keyboard; `key` is what the layout makes of it.
async fn presses(browser: &Browser, code: &str, key: &str, ctrl: bool) {
    let script = "const at = document.activeElement ?? document.body;\
        at.dispatchEvent(new KeyboardEvent('keydown', {code: arguments[0], key: arguments[1], ctrlKey: arguments[2], bubbles: true, cancelable: true}))";
    browser.run(script, vec![json!(code), json!(key), json!(ctrl)]).await;
}

/// The row of the list in which the focus is; null if it is in none.
async fn row(browser: &Browser) -> Value {
    let script = "const row = document.activeElement.closest('table.list tbody tr');\
        return row && [...row.parentElement.children].indexOf(row)";
    run(browser, script).await
}

async fn is_open(browser: &Browser) -> bool {
    run(browser, "return document.getElementById('palette').open").await == json!(true)
}

/// The page's script has run.
async fn is_ready(browser: &Browser) {
    browser.find("[data-palette]:not([hidden])").await;
}

async fn leads_to(browser: &Browser, end: &str) {
    browser.until(&format!("{end} is open"), async || browser.url().await.ends_with(end)).await;
    is_ready(browser).await;
}

/// The palette offers this kind of thing for a text.
async fn is_suggested(browser: &Browser, typed: &str, kind: &str) {
    presses(browser, "KeyK", "k", true).await;
    browser.types(typed).await;
    let text = browser.find("#palette [data-suggested] a").await.text().await.expect("words");
    assert!(text.contains(kind), "{typed}: {text}");
}

/// What a link led to: in sight, with a background of its own around it, and where the focus is.
const ARRIVED: &str = "const one = document.querySelector(':target');\
    if (!one) return null;\
    const box = one.getBoundingClientRect();\
    const around = one.closest('.field,h2,section') ?? one;\
    const colour = getComputedStyle(around).backgroundColor;\
    return [one.id, box.height > 0 && box.top >= 0 && box.bottom <= innerHeight, colour !== 'rgba(0, 0, 0, 0)', document.activeElement === one]";

/// The palette leads to a single setting: it is in sight, marked, and a field can be changed at once.
async fn finds_a_setting(browser: &Browser, typed: &str, place: &str, is_field: bool) {
    is_ready(browser).await;
    browser.press("[data-palette]").await;
    browser.types(typed).await;
    let wanted = format!("#palette [data-suggested] a[href$='{place}']");
    browser.find(&wanted).await;
    browser.press(&wanted).await;
    let (_, id) = place.rsplit_once('#').expect("a place on the page");
    let arrived = json!([id, true, true, is_field]);
    browser.until(&format!("{typed}: {place} is marked"), async || run(browser, ARRIVED).await == arrived).await;
}

/// D16: the report for support is copied, and the page stays.
async fn a_report_is_copied(browser: &Browser, message: &str) {
    let page = browser.url().await;
    browser.devtools("Browser.grantPermissions", json!({"permissions": ["clipboardReadWrite"]})).await;
    browser.devtools("Browser.setDownloadBehavior", json!({"behavior": "deny"})).await;
    // It is confirmed for two seconds only.
    let watch = "new MutationObserver(() => { window.confirmed ||= document.body.innerText.includes('Copied') })\
        .observe(document.body, { childList: true, subtree: true, characterData: true })";
    run(browser, watch).await;
    browser.press_words("Copy report for support").await;
    browser.until("it says that it is copied", async || run(browser, "return window.confirmed").await == true).await;
    run(browser, "navigator.clipboard.readText().then((text) => { window.copied = text })").await;
    let copied = async || {
        let copied = run(browser, "return window.copied ?? ''").await;
        copied.as_str().is_some_and(|text| text.contains(&format!("message: {message}")) && !text.contains("Hello"))
    };
    browser.until("the report is in the clipboard", copied).await;
    // The link beside it saves a file.
    browser.press(&format!("a[href$='/{message}/report']")).await;
    assert_eq!(browser.url().await, page);
    browser.find("#answer").await;
}

async fn chooses(browser: &Browser, id: &str, value: &str) {
    let script = "const field = document.getElementById(arguments[0]); field.focus(); field.value = arguments[1]; \
        field.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.run(script, vec![json!(id), json!(value)]).await;
}

/// Filters apply as soon as one is chosen, the focus stays, and the address can be shared.
async fn a_chosen_filter_applies_at_once(browser: &Browser, base: &str, line: &Line) {
    browser.goto(&format!("{base}/panel/messages")).await;
    let rows = "document.querySelectorAll('table.list tbody tr').length";
    until(browser, "all are listed", &format!("{rows} === 3")).await;

    run(browser, "window.stays = true").await;
    chooses(browser, "direction", "to_messenger").await;
    until(browser, "none is left", &format!("{rows} === 0 && document.querySelector('main .empty')")).await;
    let kept = "window.stays && document.activeElement.id === 'direction' && \
        new URLSearchParams(location.search).get('direction') === 'to_messenger'";
    until(browser, "the page stays, the address follows", kept).await;
    let clear = "document.querySelector('form.filters a[href=\"/panel/messages\"]')";
    until(browser, "the filter can be cleared", clear).await;
    chooses(browser, "direction", "").await;
    until(browser, "all are listed again", &format!("{rows} === 3")).await;
    let said = "document.getElementById('said').textContent.replace('\\u00a0', ' ') === '3 messages found'";
    until(browser, "it is read out", said).await;
    until(browser, "nothing is left to clear", &format!("!{clear}")).await;

    // The order is chosen there as well, or by the head of its column.
    let sorted = "document.querySelector('th[aria-sort=descending]')?.textContent.trim()";
    chooses(browser, "sort", "took").await;
    until(browser, "the slowest come first", &format!("{sorted} === 'Duration' && window.stays")).await;
    browser.press("th a[href^='/panel/messages']").await;
    until(browser, "the newest come first", &format!("{sorted} === 'Time' && !window.stays")).await;
    browser.press("th.numbers a").await;
    until(browser, "the slowest come first", &format!("{sorted} === 'Duration'")).await;
    for width in [1280, 360] {
        browser.resize(width, 900).await;
        browser.is_accessible(&format!("the sorted list at {width}")).await;
    }

    // Tabs above a form follow, too.
    browser.resize(1280, 900).await;
    browser.goto(&format!("{base}/panel/reports?period=7")).await;
    run(browser, "window.stays = true").await;
    chooses(browser, "source", &line.source_id.to_string()).await;
    let all = format!("window.stays && location.search.includes('{}')", line.source_id);
    until(browser, "the report is of one source", &all).await;
    browser.resize(1280, 900).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_apply_and_rows_pages_and_settings_are_reached_by_keys() {
    let Some(browser) = Browser::open("en").await else { return };
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    let body = json!({"kind": "webchat", "name": "Shop", "settings": {"title": "Shop"}});
    world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    for name in ["anna", "boris", "carl"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    enters(&browser, &world, line.tenant_id).await;
    a_chosen_filter_applies_at_once(&browser, &world.api.base(), &line).await;
    let messages = format!("{}/panel/messages", world.api.base());
    browser.goto(&messages).await;
    is_ready(&browser).await;
    // Rows of the list; the letters are those of a Cyrillic keyboard.
    let mut seen = Vec::new();
    for (code, key) in [("KeyJ", "о"), ("KeyJ", "j"), ("KeyJ", "j"), ("KeyJ", "j"), ("KeyK", "л")] {
        presses(&browser, code, key, false).await;
        seen.push(row(&browser).await);
    }
    assert_eq!(seen, [json!(0), json!(1), json!(2), json!(2), json!(1)]);
    // In a field they are letters.
    for (code, key) in [("Slash", "/"), ("KeyJ", "j")] {
        presses(&browser, code, key, false).await;
        assert_eq!(run(&browser, "return document.activeElement.id").await, json!("q"), "{key}");
    }
    // Ctrl K works from everywhere: a page by its name.
    presses(&browser, "KeyK", "л", true).await;
    assert!(is_open(&browser).await);
    browser.is_accessible("the palette").await;
    browser.types("repo").await;
    let shown = "return document.querySelectorAll('#palette li:not([hidden],[data-suggested])').length";
    assert_eq!(run(&browser, shown).await, json!(1));
    browser.presses_key("Enter").await;
    leads_to(&browser, "/panel/reports").await;
    // Anything else is searched for.
    presses(&browser, "Slash", ".", false).await;
    assert!(is_open(&browser).await, "a page without a search opens the palette");
    browser.types("boris").await;
    let offer = "const one = document.querySelector('#palette [data-search]'); return !one.hidden && one.textContent.includes('boris')";
    assert_eq!(run(&browser, offer).await, json!(true), "no page fits, and the palette says what Enter does");
    browser.presses_key("Enter").await;
    browser.until("it is searched", async || browser.url().await.contains("/panel/messages?q=boris")).await;
    browser.says("boris").await;
    // A source by its name, by the arrows; a message and a chat by their pasted ids.
    let say = |key: &'static str| Words::new(Language::En).text(key).to_string();
    is_suggested(&browser, "SUPP", &say("connector-custom")).await;
    browser.is_accessible("suggestions").await;
    browser.presses_key("ArrowDown").await;
    browser.presses_key("Enter").await;
    leads_to(&browser, &format!("/panel/sources/{}", line.source_id)).await;
    let message = world.messages().await.pop().expect("a message");
    is_suggested(&browser, &message.conversation_id.to_string(), &say("palette-chat")).await;
    browser.presses_key("Enter").await;
    leads_to(&browser, &format!("/panel/conversations/{}", message.conversation_id)).await;
    is_suggested(&browser, &message.id.to_string(), &say("palette-message")).await;
    browser.presses_key("Enter").await;
    leads_to(&browser, &format!("/panel/messages/{}", message.id)).await;
    a_report_is_copied(&browser, &message.id.to_string()).await;

    // Single settings; the window is low, so that their places are out of sight before.
    browser.resize(1280, 420).await;
    finds_a_setting(&browser, &say("data-retention"), "#f-days", true).await;
    // On the page where one is already.
    finds_a_setting(&browser, &say("data-export-title"), "#export", false).await;
    finds_a_setting(&browser, &say("wizard-web-consent"), "?tab=before#f-set.consent_text", true).await;
    finds_a_setting(&browser, &say("source-edit-lead-origin"), "#f-lead_origin", true).await;
    browser.is_accessible("a marked setting").await;
    browser.resize(1280, 900).await;

    // Single keys can be switched off; the choice is remembered.
    presses(&browser, "KeyK", "k", true).await;
    browser.press("#palette [data-keys]").await;
    browser.presses_key("Escape").await;
    browser.goto(&messages).await;
    is_ready(&browser).await;
    presses(&browser, "KeyJ", "j", false).await;
    assert_eq!(row(&browser).await, Value::Null);
    presses(&browser, "KeyK", "k", true).await;
    assert!(is_open(&browser).await);
    browser.close().await;
    world.close().await;
}
