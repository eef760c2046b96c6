//! The panel by mouse and keys: charts, filters, rows, the palette.

use std::time::Duration;

use base::i18n::{Language, Words};
use chrono::{Datelike, NaiveDate, TimeDelta};
use parom::alert::Alarm;
use parom_tests::settings::HOST;
use parom_tests::{Answer, Browser, Engine, Line, Place, Setup, World};
use serde_json::{Value, json};

use super::signing_in::{connects_an_authenticator, is_invited};
use super::{comes_back, enters, goes_to_the_new_window, run, until};

/// The middle of the upper edge of a slot, counted from the last one, where no bar reaches.
async fn above(browser: &Browser, back: usize) -> (f64, f64) {
    let script = "const all = document.querySelectorAll('.chart .slot');\
        const slot = all[all.length - 1 - arguments[0]];\
        slot.scrollIntoView({block: 'center'});\
        const box = slot.querySelector('.hit').getBoundingClientRect();\
        return [box.x + box.width / 2, box.y + 5]";
    let place: (f64, f64) = serde_json::from_value(browser.run(script, vec![json!(back)]).await).expect("a place");
    place
}

async fn points_at(browser: &Browser, (x, y): (f64, f64)) {
    browser.devtools("Input.dispatchMouseEvent", json!({"type": "mouseMoved", "x": x, "y": y})).await;
}

/// Waits until the box beside the chart ends with these words; without words, until it is gone.
async fn box_says(browser: &Browser, words: &str) {
    let script = "return [...document.querySelectorAll('.tip>*')].map((one) => one.innerText).join(' / ')";
    let says = async || {
        let text = run(browser, script).await.as_str().unwrap_or_default().to_owned();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() { text.is_empty() } else { text.ends_with(words) }
    };
    browser.until(&format!("the box says “{words}”"), says).await;
}

/// Waits until the line is in the middle of the slot, and the box within the page.
async fn is_in_its_place(browser: &Browser, back: usize, what: &str) {
    let script = "const all = document.querySelectorAll('.chart .slot'), slot = all[all.length - 1 - arguments[0]];\
        const middle = (one) => { const box = one.getBoundingClientRect(); return box.x + box.width / 2 };\
        const cross = document.querySelector('.cross'), tip = document.querySelector('.tip')?.getBoundingClientRect();\
        return Boolean(tip) && Math.abs(middle(slot.querySelector('.hit')) - middle(cross)) < 1 && tip.left >= 0 && tip.right <= innerWidth";
    let is_there = async || browser.run(script, vec![json!(back)]).await == json!(true);
    browser.until(&format!("{what} shows the values {back} before the last"), is_there).await;
}

/// Messages, attempts that failed among them, one hour ago; nothing since.
async fn an_hour_ago(world: &mut World, line: &Line) {
    world.customer(line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(line).answers("anna", "One").await;
    world.deliver_all().await;
    world.manager(line).answers("anna", "Two").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(3_600));
}

async fn by_mouse_and_by_keys(browser: &Browser, base: &str, line: &Line) {
    let flow = "From customers 1 / To customers 2 / Undelivered 1";
    let none = "From customers 0 / To customers 0 / Undelivered 0";
    let webhook = format!("/panel/webhooks/{}", line.source_id);
    for (path, full, empty) in
        [("/panel", flow, none), (webhook.as_str(), "Accepted 1 / Failed attempts 1", "Accepted 0 / Failed attempts 0")]
    {
        browser.goto(&format!("{base}{path}")).await;
        browser.find(".bars[tabindex='0']").await;
        for (back, says) in [(1, full), (0, empty), (23, empty)] {
            let place = above(browser, back).await;
            points_at(browser, place).await;
            box_says(browser, says).await;
            is_in_its_place(browser, back, path).await;
        }
        browser.is_accessible(&format!("{path} with its values")).await;
        points_at(browser, (1.0, 1.0)).await;
        box_says(browser, "").await;
        // From the last hour back; a screen reader hears the same.
        run(browser, "document.querySelector('.bars').focus({focusVisible: true})").await;
        box_says(browser, empty).await;
        browser.presses_key("ArrowLeft").await;
        box_says(browser, full).await;
        let said = run(browser, "return document.getElementById('said').textContent").await;
        let said = said.as_str().unwrap_or_default().replace('\u{a0}', " ");
        assert!(said.contains("1 ") && (said.ends_with("1 undelivered") || said.ends_with("1 failed")), "{said}");
        for (key, back) in [("Home", 23), ("ArrowLeft", 23), ("End", 0)] {
            browser.presses_key(key).await;
            is_in_its_place(browser, back, &format!("{path} by {key}")).await;
        }
        browser.presses_key("Escape").await;
        box_says(browser, "").await;
    }
}

/// Charts say the values of the hour that a person points at.
async fn charts_say_their_values(browser: &Browser) {
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    an_hour_ago(&mut world, &line).await;
    enters(browser, &world, line.tenant_id).await;
    let base = world.api.base();
    by_mouse_and_by_keys(browser, &base, &line).await;
    browser.goto("about:blank").await;
    world.close().await;
}

/// A message above the place where a person reads moves nothing, and the window's title counts it.
async fn news_move_nothing(browser: &Browser, world: &World, line: &Line) {
    browser.resize(1280, 400).await;
    run(browser, "document.getElementById('ledger').open = true").await;
    browser.says("1 accepted = 1 delivered").await;
    let place = "return document.querySelector('[data-live=ledger] summary').getBoundingClientRect().top";
    let scrolled = format!("document.querySelector('[data-live=ledger]').scrollIntoView(); {place}");
    let before = run(browser, &scrolled).await.as_f64().expect("a place");
    let object = line.source_id.to_string();
    let detail = json!({"source": "support", "messenger": "API", "reason": "401"});
    let source_id = Some(line.source_id);
    let alarm = Alarm { tenant_id: line.tenant_id, kind: "source_stopped", object: &object, source_id, detail };
    parom::alert::raise(world.app(), world.app().store.write(), alarm).await.expect("an alert");
    world.customer(line, "carl").writes("Hello").await;
    browser.says("2 accepted = 2 delivered").await;
    let title = run(browser, "return document.title").await;
    assert!(title.as_str().expect("a title").starts_with("(1) "), "{title}");
    let after = run(browser, place).await.as_f64().expect("a place");
    assert!((after - before).abs() <= 1.0, "{before} before, {after} after");
    parom::alert::resolve(world.app(), world.app().store.write(), line.tenant_id, "source_stopped", &object)
        .await
        .expect("it is resolved");
    browser.resize(1280, 900).await;
}

/// Waits until the open overview says this among its problems, without being loaded again.
async fn turns_into(browser: &Browser, words: &str) {
    let script = "return document.querySelector('[data-live=problems]')?.innerText.replaceAll('\\u00a0', ' ') ?? ''";
    let is_so = async || run(browser, script).await.as_str().is_some_and(|text| text.contains(words));
    browser.until(&format!("the open overview says “{words}”"), is_so).await;
}

/// The days of a filter are chosen by name and applied at once; only who wants others sees two dates.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_days_of_reports_and_audit_logs_are_chosen_by_name() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = World::start(Engine::Sqlite, Setup { live: true, ..Setup::default() }).await.expect("SQLite is there");
    let line = world.line("support").await;
    enters(&browser, &world, line.tenant_id).await;
    is_invited(&browser, &world, Language::En).await;
    connects_an_authenticator(&browser, &world).await;
    // What is chosen before anything was, and whether days can be left out.
    for (path, first, all) in [("/panel/reports", "6", false), ("/panel/audit", "", true), ("/admin/audit", "", true)] {
        let page = format!("{}{path}", world.api.base());
        browser.goto(&page).await;
        let shown = "const [choice, from] = ['f-period', 'from'].map((id) => document.getElementById(id)); \
            return [choice.value, choice.options[0].value === '', from.checkVisibility()]";
        assert_eq!(run(&browser, shown).await, json!([first, all, false]), "{path}");
        let today = run(&browser, "return document.querySelector('[data-period]').dataset.period").await;
        let today: NaiveDate = serde_json::from_value(today).expect("a day");
        let ago = |days| today - TimeDelta::days(days);
        let month = today.with_day(1).expect("its first day");
        for (word, from) in [("0", today), ("6", ago(6)), ("29", ago(29)), ("month", month)] {
            browser.choose("#f-period", word).await;
            let applied = format!("location.search.includes('from={from}&to={today}')");
            until(&browser, &format!("{path} of {word}"), &applied).await;
            // The address has the choice.
            browser.goto(&browser.url().await).await;
            until(&browser, "it is there again", "document.querySelector('[data-period]:not([hidden])')").await;
            let chosen = run(&browser, "return document.getElementById('f-period').value").await;
            // On some days of a month two words have the same days.
            assert!(chosen == word || from == month || from == today, "{path}: {chosen} of {word}");
        }
        run(&browser, "document.addEventListener('change', () => (window.applies = true))").await;
        browser.choose("#f-period", "own").await;
        until(&browser, "two dates", "document.getElementById('from').checkVisibility()").await;
        assert_eq!(run(&browser, "return window.applies ?? false").await, json!(false), "no date is chosen yet");
    }
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn charts_say_their_values_and_an_open_overview_renews_itself() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = World::start(Engine::Sqlite, Setup { live: true, ..Setup::default() }).await.expect("SQLite is there");
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.carries_all().await;
    let base = world.api.base();
    enters(&browser, &world, line.tenant_id).await;
    browser.goto(&format!("{base}/panel")).await;
    let live = "return document.querySelector('[data-live=live]').innerText.replaceAll('\\u00a0', ' ')";
    let live = run(&browser, live).await;
    let live = live.as_str().expect("words");
    assert!(live.contains("Updates automatically") && !live.contains("As of"), "{live}");
    news_move_nothing(&browser, &world, &line).await;
    turns_into(&browser, "The source works").await;

    // D8, D9: unpaid, with a way to the payment in a tab of its own; and paid again.
    world.sandbox.switch(HOST, |switches| switches.unpaid = true);
    world.api.get(&format!("/api/v1/tenants/{}/pipelines", line.tenant_id)).await;
    turns_into(&browser, "amoCRM is not paid").await;
    browser.press(&format!("main a[href='https://{HOST}/settings/pay/'][target=_blank]")).await;
    let overview = goes_to_the_new_window(&browser, "the payment opens in a tab of its own").await;
    comes_back(&browser, overview).await;
    world.sandbox.switch(HOST, |switches| switches.unpaid = false);
    world.customer(&line, "anna").writes("Hello").await;
    world.carries_all().await;
    turns_into(&browser, "The source works").await;

    // The answer to a deed has the focus, and can be copied.
    browser.goto(&format!("{base}/panel/team")).await;
    browser.fill("#f-email", "mark@example.com").await;
    browser.press_words("Invite").await;
    browser.says("Send this link to").await;
    browser.find("#notice:focus").await;
    browser.find("[data-copy]:not([hidden])").await;
    charts_say_their_values(&browser).await;
    browser.close().await;
    world.close().await;
}

// Lists by their filters, and the panel by keys: Ctrl K, "/", j and k, on any keyboard layout and not while a
// person types; where the palette leads; and the clipboard.

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

async fn chooses(browser: &Browser, id: &str, value: &str) {
    let script = "const field = document.getElementById(arguments[0]); field.focus(); field.value = arguments[1]; \
        field.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.run(script, vec![json!(id), json!(value)]).await;
}

/// Filters apply as soon as one is chosen, the focus stays, and the address can be shared.
async fn a_chosen_filter_applies_at_once(browser: &Browser, base: &str) {
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
}

/// Where there is room, a message opens beside its list; j goes on to the next one, and the list is as it was.
async fn a_message_opens_beside_its_list(browser: &Browser, messages: &str) {
    browser.resize(1280, 900).await;
    browser.goto(messages).await;
    is_ready(browser).await;
    let row = |place: usize| format!("tbody tr:nth-child({place}) [data-row]");
    let shows = async |place: usize| {
        let condition = format!(
            "document.querySelector('#drawer[open] .timeline') && \
            document.querySelector('#drawer a').href === document.querySelector('{}').href",
            row(place)
        );
        until(browser, &format!("message {place} is beside the list"), &condition).await;
    };
    browser.press(&row(1)).await;
    shows(1).await;
    browser.is_accessible("a message beside its list").await;
    browser.shot("en/drawer").await;
    browser.presses_key("KeyJ").await;
    shows(2).await;
    assert_eq!(browser.url().await, messages);
    browser.presses_key("Escape").await;
    let back = format!(
        "!document.getElementById('drawer').open && document.activeElement === document.querySelector('{}')",
        row(2)
    );
    until(browser, "the focus is back in the list", &back).await;
    browser.resize(900, 900).await;
}

/// What becomes of a message is seen beside its list too, without a click.
async fn the_message_beside_the_list_renews_itself(browser: &Browser, world: &mut World, line: &Line, messages: &str) {
    world.customer(line, "dora").writes("Hello").await;
    browser.goto(messages).await;
    is_ready(browser).await;
    browser.press("tbody tr:nth-child(1) [data-row]").await;
    let badge = "document.querySelector('#drawer[open] [data-live=answer] .badge')?.textContent";
    until(browser, "the message waits", &format!("{badge}?.includes('Queued')")).await;
    world.deliver_all().await;
    until(browser, "it is delivered", &format!("{badge}?.includes('Delivered')")).await;
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
    a_chosen_filter_applies_at_once(&browser, &world.api.base()).await;
    let messages = format!("{}/panel/messages", world.api.base());
    a_message_opens_beside_its_list(&browser, &messages).await;
    browser.goto(&messages).await;
    is_ready(&browser).await;
    // All of a row leads where its link leads.
    let wanted = run(&browser, "return document.querySelector('tbody tr:nth-child(2) [data-row]').href").await;
    browser.press("tbody tr:nth-child(2) td:last-child").await;
    browser.until("its message is open", async || json!(browser.url().await) == wanted).await;
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
    // A customer by their name.
    presses(&browser, "Slash", ".", false).await;
    assert!(is_open(&browser).await, "a page without a search opens the palette");
    browser.types("boris").await;
    browser.presses_key("Enter").await;
    browser.until("it is the customer's page", async || browser.url().await.contains("/panel/customers/")).await;
    browser.says("boris").await;
    // Anything else is searched for.
    presses(&browser, "Slash", ".", false).await;
    browser.types("nobody").await;
    let offer = "const one = document.querySelector('#palette [data-search]'); return !one.hidden && one.textContent.includes('nobody')";
    assert_eq!(run(&browser, offer).await, json!(true), "no page fits, and the palette says what Enter does");
    browser.presses_key("Enter").await;
    browser.until("it is searched", async || browser.url().await.contains("/panel/messages?q=nobody")).await;
    // A source by its name, by the arrows.
    presses(&browser, "KeyK", "k", true).await;
    browser.types("SUPP").await;
    browser.find("#palette [data-suggested] a").await;
    browser.is_accessible("suggestions").await;
    // The arrows choose, the field keeps the focus, and letters still type.
    let chosen = "document.querySelector('#palette [aria-selected]') === \
        document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))";
    let is_first =
        "document.querySelector('#palette [aria-selected]') === document.querySelector('#palette li:not([hidden]) a')";
    browser.presses_key("ArrowDown").await;
    until(&browser, "another is chosen", &format!("{chosen} && !({is_first})")).await;
    browser.presses_key("ArrowUp").await;
    browser.types("ORT").await;
    until(
        &browser,
        "the first again",
        &format!("{chosen} && {is_first} && document.activeElement.value === 'SUPPORT'"),
    )
    .await;
    browser.find("#palette [data-suggested] a").await;
    browser.presses_key("Enter").await;
    leads_to(&browser, &format!("/panel/sources/{}", line.source_id)).await;

    let say = |key: &'static str| Words::new(Language::En).text(key).to_string();
    // Single settings; the window is low, so that their places are out of sight before.
    browser.resize(1280, 420).await;
    finds_a_setting(&browser, &say("data-retention"), "#f-days", true).await;
    // On the page where one is already.
    finds_a_setting(&browser, &say("data-export-title"), "#export", false).await;
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
    the_message_beside_the_list_renews_itself(&browser, &mut world, &line, &messages).await;
    browser.close().await;
    world.close().await;
}
