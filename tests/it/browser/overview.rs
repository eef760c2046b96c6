//! The overview: charts say their values by mouse, by keys and by a finger; news come by themselves and move nothing that a
//! person reads; and an unpaid account is led to the payment and back.

use std::time::Duration;

use parom::alert::Alarm;
use parom_tests::settings::HOST;
use parom_tests::{Answer, Browser, Engine, Line, Place, Setup, World};
use serde_json::json;

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

async fn touches(browser: &Browser, (x, y): (f64, f64)) {
    let point = json!([{"x": x, "y": y}]);
    browser.devtools("Input.dispatchTouchEvent", json!({"type": "touchStart", "touchPoints": point})).await;
    browser.devtools("Input.dispatchTouchEvent", json!({"type": "touchEnd", "touchPoints": []})).await;
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

/// The values stay after the finger is lifted, until another place is touched; the page scrolls as before.
async fn by_a_finger(browser: &Browser, base: &str) {
    browser.becomes_a_phone().await;
    for path in ["/panel", "/panel/reports?period=30"] {
        browser.goto(&format!("{base}{path}")).await;
        browser.find(".bars[tabindex='0']").await;
        for back in [0, 23] {
            let place = above(browser, back).await;
            touches(browser, place).await;
            is_in_its_place(browser, back, path).await;
        }
        browser.fits(&format!("{path} with its values")).await;
        let (x, y) = above(browser, 23).await;
        touches(browser, (x, y - 40.0)).await;
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
    by_a_finger(browser, &base).await;
    browser.goto("about:blank").await;
    world.close().await;
}

/// A message above the place where a person reads moves nothing, and the window's title counts it.
async fn news_move_nothing(browser: &Browser, world: &World, line: &Line) {
    browser.resize(1280, 400).await;
    browser.says("1 accepted = 1 delivered").await;
    let place = "return document.querySelector('[data-live=ledger] h2').getBoundingClientRect().top";
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
    world.sandbox.set_unpaid(HOST, true);
    world.api.get(&format!("/api/v1/tenants/{}/pipelines", line.tenant_id)).await;
    turns_into(&browser, "amoCRM is not paid").await;
    browser.press(&format!("main a[href='https://{HOST}/settings/pay/'][target=_blank]")).await;
    let overview = goes_to_the_new_window(&browser, "the payment opens in a tab of its own").await;
    comes_back(&browser, overview).await;
    world.sandbox.set_unpaid(HOST, false);
    world.customer(&line, "anna").writes("Hello").await;
    world.carries_all().await;
    turns_into(&browser, "The source works").await;

    // D12: the tile of the messenger that refuses differs from the others.
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "One").await;
    world.carries_all().await;
    turns_into(&browser, "1 message was not delivered.").await;
    let colours = "(([ours, crm, theirs]) => ours === crm && theirs !== ours)(\
        [...document.querySelectorAll('[data-live=sides] li')].map((one) => getComputedStyle(one).color))";
    until(&browser, "the messenger's tile is marked", colours).await;

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
