//! Charts say the values of the hour or day that a person points at: by mouse, by keys and by a finger.

use std::time::Duration;

use base::i18n::Language;
use parom_tests::{Answer, Browser, Engine, Line, Place, Setup, World};
use serde_json::json;

use super::enters;

/// An account with messages, attempts that failed among them, one hour ago; nothing since.
async fn an_hour_ago() -> (World, Line) {
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "One").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Two").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(3_600));
    (world, line)
}

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

/// What the box says, with plain spaces; empty if there is none.
async fn box_says(browser: &Browser) -> String {
    let script = "return [...document.querySelectorAll('.tip>*')].map((one) => one.innerText).join(' / ')";
    let text = browser.run(script, vec![]).await;
    text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn is_gone(browser: &Browser) {
    browser.until("the box is gone", async || box_says(browser).await.is_empty()).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_chart_says_its_values_by_mouse_and_by_keys() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, line) = an_hour_ago().await;
    enters(&browser, &world, line.tenant_id).await;
    let base = world.api.base();
    let flow = "From customers 1 / To customers 2 / Undelivered 1";
    let none = "From customers 0 / To customers 0 / Undelivered 0";
    let source = format!("/panel/sources/{}", line.source_id);
    let webhook = format!("/panel/webhooks/{}", line.source_id);
    for (path, back, full, empty) in [
        ("/panel", 1, flow, none),
        (source.as_str(), 1, flow, none),
        (webhook.as_str(), 1, "Accepted 1 / Failed attempts 1", "Accepted 0 / Failed attempts 0"),
    ] {
        browser.goto(&format!("{base}{path}")).await;
        browser.find(".bars[tabindex='0']").await;
        for (back, says) in [(back, full), (0, empty), (23, empty)] {
            let place = above(&browser, back).await;
            points_at(&browser, place).await;
            browser.until("its values are shown", async || box_says(&browser).await.ends_with(says)).await;
            is_in_its_place(&browser, back, path).await;
        }
        browser.is_accessible(&format!("{path} with its values")).await;
        points_at(&browser, (1.0, 1.0)).await;
        is_gone(&browser).await;
        // By keys, from the last hour back; a screen reader hears the same.
        browser.run("document.querySelector('.bars').focus({focusVisible: true})", vec![]).await;
        browser.until("the last hour is shown", async || box_says(&browser).await.ends_with(empty)).await;
        browser.presses_key("ArrowLeft").await;
        browser.until("the hour before is shown", async || box_says(&browser).await.ends_with(full)).await;
        let said = browser.run("return document.getElementById('said').textContent", vec![]).await;
        let said = said.as_str().unwrap_or_default().replace('\u{a0}', " ");
        assert!(said.contains("1 ") && (said.ends_with("1 undelivered") || said.ends_with("1 failed")), "{said}");
        browser.presses_key("Home").await;
        is_in_its_place(&browser, 23, path).await;
        browser.presses_key("ArrowLeft").await;
        is_in_its_place(&browser, 23, path).await;
        browser.presses_key("End").await;
        is_in_its_place(&browser, 0, path).await;
        browser.presses_key("Escape").await;
        is_gone(&browser).await;
    }
    browser.close().await;
    world.close().await;
}

/// On a phone the values stay after the finger is lifted, until another place is touched; the page scrolls as before.
async fn by_a_finger_in(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let (world, line) = an_hour_ago().await;
    enters(&browser, &world, line.tenant_id).await;
    browser.becomes_a_phone().await;
    for path in ["/panel", "/panel/reports?period=30"] {
        browser.goto(&format!("{}{path}", world.api.base())).await;
        browser.find(".bars[tabindex='0']").await;
        let touches = async |(x, y): (f64, f64)| {
            let point = json!([{"x": x, "y": y}]);
            browser.devtools("Input.dispatchTouchEvent", json!({"type": "touchStart", "touchPoints": point})).await;
            browser.devtools("Input.dispatchTouchEvent", json!({"type": "touchEnd", "touchPoints": []})).await;
        };
        for back in [0, 23] {
            let place = above(&browser, back).await;
            touches(place).await;
            browser.until("its values are shown", async || !box_says(&browser).await.is_empty()).await;
            is_in_its_place(&browser, back, path).await;
        }
        browser.fits(&format!("{path} with its values")).await;
        browser.shot(&format!("{}/chart-touched{}", language.code(), path.replace(['/', '?', '='], "-"))).await;
        let (x, y) = above(&browser, 23).await;
        touches((x, y - 40.0)).await;
        is_gone(&browser).await;
    }
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_a_finger_in_english() {
    by_a_finger_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_a_finger_in_russian() {
    by_a_finger_in(Language::Ru).await;
}
